"""A label's life as far as this twin goes: asked for, made, voided."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from crossdock_twins.easyship.rates.catalogue import SERVICES
from crossdock_twins.easyship.state import Environment
from crossdock_twins.easyship.times import timestamp

PAID_AFTER = timedelta(seconds=6)
MADE_AFTER = timedelta(seconds=12)
"""From asking for a label to having it, as one recorded sandbox purchase took."""

_CANCELLABLE_LABELS = frozenset(
    {"pending", "generated", "printed", "shipping_document_generated", "failed", "technical_failed", "reported"}
)
_BEFORE_TRANSIT = frozenset({"not_created", "pending", "info_received", "expired"})
_OLDEST_VOID = timedelta(days=183)


def generated(
    shipment: Mapping[str, Any], *, number: int, environment: Environment, paid: datetime, made: datetime
) -> dict[str, Any]:
    """Give the shipment with its label made and its tracking number known."""
    service = SERVICES[shipment["courier_service"]["id"]]
    tracking_number = (
        f"TEST{12_345_677 + number:08d}" if environment == "sandbox" else service.tariff.tracking_number.format(number)
    )
    tracking = {
        "alternate_tracking_number": None,
        "handler": service.logo,
        "leg_number": 1,
        "local_tracking_number": None,
        "tracking_number": tracking_number,
        "tracking_state": "active",
    }
    return {
        **shipment,
        "label_generated_at": timestamp(made),
        "label_paid_at": timestamp(paid),
        "label_state": "generated",
        "trackings": [tracking],
        "updated_at": timestamp(made),
    }


def cancellable(shipment: Mapping[str, Any], now: datetime) -> bool:
    """Tell whether a shipment can still be called off: its label is asked for, young enough, and not on its way."""
    made = shipment["label_generated_at"]
    return (
        shipment["shipment_state"] == "created"
        and shipment["label_state"] in _CANCELLABLE_LABELS
        and shipment["delivery_state"] in _BEFORE_TRANSIT
        and (made is None or now - datetime.fromisoformat(made) <= _OLDEST_VOID)
    )


def cancelled(shipment: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Give the shipment called off, its label void."""
    failed = shipment["label_state"] in {"failed", "technical_failed"}
    return {
        **shipment,
        "label_state": shipment["label_state"] if failed else "voided",
        "shipment_state": "cancelled",
        "updated_at": timestamp(now),
    }


def deletable(shipment: Mapping[str, Any]) -> bool:
    """Tell whether a shipment can be deleted: nobody has asked for its label."""
    return bool(shipment["shipment_state"] == "created" and shipment["label_state"] == "not_created")


def deleted(shipment: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Give the shipment deleted."""
    return {**shipment, "shipment_state": "deleted", "updated_at": timestamp(now)}
