"""What subscribers are told of a shipment."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from crossdock_twins.base.store import Store
from crossdock_twins.easyship.shipments.status import status
from crossdock_twins.easyship.shipments.store import Shipment
from crossdock_twins.easyship.webhooks.publish import publish


def label_created(store: Store, shipment: Shipment, *, at: datetime) -> None:
    """Tell that a label is there."""
    documents = shipment.answer["shipping_documents"]
    label = next((each["url"] for each in documents if each["category"] in {"label", "qr_code"}), None)
    members = {"status": "success", "label_url": label, **_tracked(shipment.answer)}
    _tell(store, shipment, "shipment_label_created", members, at=at)


def label_failed(store: Store, shipment: Shipment, *, at: datetime) -> None:
    """Tell that a label could not be made."""
    _tell(store, shipment, "shipment_label_failed", {"status": "failed"}, at=at)


def cancelled(store: Store, shipment: Shipment, *, at: datetime) -> None:
    """Tell that a shipment has been called off."""
    _tell(store, shipment, "shipment_cancelled", {"status": "cancelled"}, at=at)


def status_changed(store: Store, shipment: Shipment, *, at: datetime) -> None:
    """Tell a shipment's new tracking status."""
    _tell(store, shipment, "shipment_tracking_status_changed", _way(shipment.answer), at=at)


def checkpoints_created(
    store: Store, shipment: Shipment, checkpoints: Sequence[Mapping[str, Any]], *, at: datetime
) -> None:
    """Tell where a shipment has been seen."""
    members = {**_way(shipment.answer), "checkpoints": list(checkpoints)}
    _tell(store, shipment, "shipment_tracking_checkpoints_created", members, at=at)


def warehouse_state_updated(store: Store, shipment: Shipment, *, at: datetime) -> None:
    """Tell what the warehouse has done."""
    members = {"warehouse_state": shipment.answer["warehouse_state"]}
    _tell(store, shipment, "shipment_warehouse_state_updated", members, at=at)


def _tracked(answer: Mapping[str, Any]) -> dict[str, Any]:
    trackings = answer["trackings"]
    return {
        "tracking_number": trackings[0]["tracking_number"] if trackings else None,
        "tracking_page_url": answer["tracking_page_url"],
    }


def _way(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "origin": answer["origin_address"]["country_alpha2"],
        "destination": answer["destination_address"]["country_alpha2"],
        "company_order_number": answer["order_data"]["platform_order_number"],
        "status": status(answer),
        **_tracked(answer),
    }


def _tell(store: Store, shipment: Shipment, event_type: str, members: dict[str, Any], *, at: datetime) -> None:
    named = {
        "easyship_shipment_id": shipment.id,
        "platform_order_number": shipment.answer["order_data"]["platform_order_number"],
    }
    publish(
        store,
        company_id=shipment.owner.company_id,
        environment=shipment.owner.environment,
        event_type=event_type,
        resource_type="shipment",
        resource_id=shipment.id,
        data=named | members,
        at=at,
    )
