"""What a warehouse tells of the shipments that it packs: their states, tracking numbers and events."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from crossdock_twins.easyship.errors import Refusal, not_found
from crossdock_twins.easyship.operations import Call, Handler
from crossdock_twins.easyship.rates.catalogue import SERVICES
from crossdock_twins.easyship.replies import Reply
from crossdock_twins.easyship.shipments import events, journey
from crossdock_twins.easyship.shipments.store import Shipment, find, save

_NOT_UPDATED = "Failed to update tracking"
_NOT_FOUND = "The Shipment was not found"
_NO_STATE = "Warehouse state can't be blank"
_EVENTS: Mapping[str, tuple[str, str, str]] = {
    "InTransit": ("in_transit_to_customer", "In Transit to Customer", "In transit"),
    "OutForDelivery": ("out_for_delivery", "Out For Delivery", "Out for delivery"),
    "AttemptFail": ("failed_attempt", "Failed Delivery Attempt", "Delivery failed"),
    "Delivered": ("delivered", "Delivered", "Delivered"),
    "Exception": ("exception", "Exception", "Exception"),
}


def update_states(call: Call) -> Reply:
    """Take in the warehouse states of several shipments: 202 where some could not be updated, 422 where none could."""
    told = [_state_told(call, each) for each in call.body.get("shipments", ())]
    failed = [each for each in told if each["errors"]]
    if failed and len(failed) == len(told):
        raise Refusal("invalid_content", *dict.fromkeys(text for each in failed for text in each["errors"]))
    status = "partial_success" if failed else "success"
    return Reply(members={"shipments": told, "status": status}, status=202 if failed else 200, meta={"status": status})


def update_tracking(call: Call) -> Reply:
    """Take in a shipment's tracking number, and where it has been seen; from then on the warehouse says where it is."""
    shipment = find(call.store, owner=call.owner, shipment_id=call.body["easyship_shipment_id"])
    if shipment is None:
        raise not_found("Shipment")
    seen, number = call.body.get("events", ()), call.body.get("tracking_number")
    numbered = bool(number or shipment.answer["trackings"])
    if shipment.answer["shipment_state"] != "created" or not (number or seen) or not numbered:
        raise Refusal("invalid_content", _NOT_UPDATED)
    with call.store.transaction():
        journey.stop(call.store, shipment)
        if number:
            shipment = _numbered(shipment, number, call)
            save(call.store, shipment)
        for event in seen:
            shipment = _moved(shipment, event, call)
    return Reply(members={"success": {"message": "Tracking successfully updated"}}, status=201)


def _state_told(call: Call, sent: Mapping[str, Any]) -> dict[str, Any]:
    shipment_id = sent.get("easyship_shipment_id", "")
    shipment = find(call.store, owner=call.owner, shipment_id=shipment_id)
    errors = [] if shipment is not None else [_NOT_FOUND]
    if "warehouse_state" not in sent:
        errors.append(_NO_STATE)
    if shipment is not None and not errors:
        with call.store.transaction():
            metadata = {**shipment.answer["metadata"], **sent.get("metadata", {})}
            shipment = shipment.but(at=call.now, warehouse_state=sent["warehouse_state"], metadata=metadata)
            save(call.store, shipment)
            events.warehouse_state_updated(call.store, shipment, at=call.now)
    return {"easyship_shipment_id": shipment_id, "errors": errors, "status": "failed" if errors else "success"}


def _numbered(shipment: Shipment, number: str, call: Call) -> Shipment:
    tracking = {
        "alternate_tracking_number": None,
        "handler": _handler(shipment),
        "leg_number": 1,
        "local_tracking_number": None,
        "tracking_number": number,
        "tracking_state": "active",
    }
    first, *others = shipment.answer["trackings"] or [tracking]
    return shipment.but(at=call.now, trackings=[{**first, "tracking_number": number}, *others])


def _moved(shipment: Shipment, event: Mapping[str, Any], call: Call) -> Shipment:
    delivery_state, primary_status, message = _EVENTS[event["primary_status"]]
    destination = shipment.answer["destination_address"]
    checkpoint = journey.checkpoint(
        handler=event.get("handler") or _handler(shipment),
        message=event.get("message") or message,
        primary_status=primary_status,
        at=_time(event, call),
        address={
            "city": event.get("city") or destination["city"],
            "country_alpha2": event.get("country_alpha2") or destination["country_alpha2"],
            "postal_code": event.get("zip"),
            "state": event.get("state"),
        },
        location=event.get("location"),
    )
    return journey.move(call.store, shipment, delivery_state=delivery_state, seen=[checkpoint], at=call.now)


def _time(event: Mapping[str, Any], call: Call) -> datetime:
    if "event_time" not in event:
        return call.now
    moment = datetime.fromisoformat(event["event_time"])
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as error:
        raise Refusal("invalid_content", _NOT_UPDATED) from error


def _handler(shipment: Shipment) -> str:
    service = shipment.answer["courier_service"]
    return "courier" if service is None else SERVICES[service["id"]].logo


HANDLERS: dict[str, Handler] = {
    "efulfillment_tracking_update": update_tracking,
    "efulfillment_warehouse_state_update": update_states,
}
