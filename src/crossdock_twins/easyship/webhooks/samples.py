"""Messages as the test of a webhook sends them: about the newest shipment, or a made-up one where there is none."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from crossdock_twins.base.store import Store
from crossdock_twins.easyship.times import timestamp
from crossdock_twins.easyship.webhooks import messages
from crossdock_twins.easyship.webhooks.rules import Version

_BATCH = "11111111-2222-4333-8444-555555555555"
_ITEM = "66666666-7777-4888-9999-aaaaaaaaaaaa"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a sample speaks of: the webhook's company, a shipment of it, and the moment."""

    webhook: sqlite3.Row
    shipment_id: str
    order_number: str | None
    now: datetime

    @property
    def named(self) -> dict[str, Any]:
        """The members by which each message names its shipment."""
        return {"easyship_shipment_id": self.shipment_id, "platform_order_number": self.order_number}

    @property
    def tracked(self) -> dict[str, Any]:
        """The members by which each message tells where its shipment is tracked."""
        return {
            "tracking_number": "TEST12345678",
            "tracking_page_url": f"https://www.trackmyshipment.co/shipment-tracking/{self.shipment_id}",
        }

    @property
    def travelling(self) -> dict[str, Any]:
        """The members that tell how a shipment travels."""
        return {
            **self.named,
            "origin": "HK",
            "destination": "US",
            "company_order_number": self.order_number,
            "status": "In Transit to Customer",
            **self.tracked,
        }


def body(store: Store, webhook: sqlite3.Row, *, event_type: str, version: Version, now: datetime) -> str:
    """Write a sample of an event (2024-09's name) in a version's words."""
    newest = store.one(
        "SELECT id, answer FROM shipment WHERE company_id = ? AND environment = ? ORDER BY number DESC LIMIT 1",
        *(webhook["company_id"], webhook["environment"]),
    )
    scene = Scene(
        webhook=webhook,
        shipment_id="ESUS10006001" if newest is None else newest["id"],
        order_number="#1234" if newest is None else _order_number(newest["answer"]),
        now=now,
    )
    resource_type, resource_id, data = _SAMPLES[event_type](scene)
    return messages.body(
        version=version, event_type=event_type, resource_type=resource_type, resource_id=resource_id, data=data
    )


def _order_number(answer: str) -> str | None:
    number: str | None = json.loads(answer)["order_data"]["platform_order_number"]
    return number


_Sample = tuple[str, str, dict[str, Any]]


def _label_created(scene: Scene) -> _Sample:
    label = f"https://api.easyship.com/shipment/v1/shipments/{_ITEM}/shipping_documents/label?page_size=4x6"
    data = {**scene.named, "status": "success", "label_url": label, **scene.tracked}
    return "shipment", scene.shipment_id, data


def _label_failed(scene: Scene) -> _Sample:
    return "shipment", scene.shipment_id, {**scene.named, "status": "failed"}


def _cancelled(scene: Scene) -> _Sample:
    return "shipment", scene.shipment_id, {**scene.named, "status": "cancelled"}


def _status_changed(scene: Scene) -> _Sample:
    return "shipment", scene.shipment_id, scene.travelling


def _checkpoints_created(scene: Scene) -> _Sample:
    checkpoint = {
        "order_number": 1,
        "handler": "fedex",
        "message": "Departed from the facility",
        "location": "Memphis, TN, United States",
        "city": "Memphis",
        "country_name": "United States",
        "country_iso3": "USA",
        "state": "TN",
        "postal_code": "38118",
        "checkpoint_time": timestamp(scene.now),
        "primary_status": "In Transit to Customer",
    }
    return "shipment", scene.shipment_id, {**scene.travelling, "checkpoints": [checkpoint]}


def _warehouse_state_updated(scene: Scene) -> _Sample:
    return "shipment", scene.shipment_id, {**scene.named, "warehouse_state": "packed"}


def _batch_started(scene: Scene) -> _Sample:
    return "shipment_batch", _BATCH, {"started_at": timestamp(scene.now), "items": 2}


def _batch_finished(scene: Scene) -> _Sample:
    times = {"started_at": timestamp(scene.now - timedelta(minutes=1)), "finished_at": timestamp(scene.now)}
    return "shipment_batch", _BATCH, {**times, "state": "processed", "items": 2, "failed_items": 0}


def _batch_item_finished(scene: Scene) -> _Sample:
    data: dict[str, Any] = {
        "batch_id": _BATCH,
        "started_at": timestamp(scene.now - timedelta(minutes=1)),
        "finished_at": timestamp(scene.now),
        "record_type": "Shipment",
        "record_id": scene.shipment_id,
        "reference_id": None,
        "state": "processed",
        "processing_errors": [],
    }
    return "shipment_batch_item", _ITEM, data


def _credit_balance_low(scene: Scene) -> _Sample:
    return "company", scene.webhook["company_id"], {"available_balance": 4.5, "balance": 9.5, "currency": "USD"}


def _courier_state_changed(_scene: Scene) -> _Sample:
    data = {
        "account_number": "A12345",
        "customer_reference_id": None,
        "nickname": "Own UPS",
        "umbrella_name": "UPS",
        "origin_country_alpha2": "US",
        "account_state": "active",
        "auth_state": "verified",
    }
    return "courier", _ITEM, data


def _external_shipment_insured(scene: Scene) -> _Sample:
    data = {
        "easyship_insurance_id": "IP10000001",
        "easyship_shipment_id": scene.shipment_id,
        "insurance_fee": 2.5,
        "total_insured_value": 100.0,
        "tracking_number": "TEST12345678",
    }
    return "shipment", scene.shipment_id, data


def _authorization_revoked(scene: Scene) -> _Sample:
    data = {
        "resource_owner_id": scene.webhook["company_id"],
        "resource_owner_type": "Company",
        "name": "Crossdock",
        "revoked_at": timestamp(scene.now),
    }
    return "oauth_application", _ITEM, data


_SAMPLES: Mapping[str, Callable[[Scene], _Sample]] = {
    "shipment_label_created": _label_created,
    "shipment_label_failed": _label_failed,
    "shipment_cancelled": _cancelled,
    "shipment_tracking_status_changed": _status_changed,
    "shipment_tracking_checkpoints_created": _checkpoints_created,
    "shipment_warehouse_state_updated": _warehouse_state_updated,
    "batch_started": _batch_started,
    "batch_finished": _batch_finished,
    "batch_item_finished": _batch_item_finished,
    "credit_balance_low": _credit_balance_low,
    "courier_state_changed": _courier_state_changed,
    "external_shipment_insured": _external_shipment_insured,
    "oauth_authorization_revoked": _authorization_revoked,
}
