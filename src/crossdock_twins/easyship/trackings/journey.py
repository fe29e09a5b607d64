"""What is seen of a parcel that was labelled elsewhere: it travels on the twin's clock as the others do."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from crossdock_twins.base import agenda
from crossdock_twins.base.agenda import Due
from crossdock_twins.base.store import Store
from crossdock_twins.easyship.rates.zones import Place, one_customs_area
from crossdock_twins.easyship.reference.tables import load
from crossdock_twins.easyship.shipments import mishaps
from crossdock_twins.easyship.shipments.journey import checkpoint
from crossdock_twins.easyship.shipments.status import status
from crossdock_twins.easyship.times import timestamp
from crossdock_twins.easyship.trackings import shapes, store
from crossdock_twins.easyship.trackings.store import Tracking
from crossdock_twins.easyship.webhooks.publish import publish

KIND = "tracking.step"
_JOURNEYS = load("journeys")
_OVER = frozenset({"delivered", "returned_to_shipper", "lost_by_courier", "expired"})
SEEN = {
    "in_transit_to_customer": ("In Transit to Customer", "In transit"),
    "out_for_delivery": ("Out For Delivery", "Out for delivery"),
    "failed_attempt": ("Failed Delivery Attempt", "Nobody was there to receive the parcel"),
    "delivered": ("Delivered", "Delivered"),
    "exception": ("Exception", "An exception has occurred"),
}


def begin(kept: Store, tracking: Tracking, *, at: datetime) -> None:
    """Put the journey of a new tracking on the agenda, inside the caller's transaction."""
    first = timedelta(hours=float(_steps(tracking)[0]["hours"]))
    agenda.add(kept, KIND, due=at + first, key=tracking.id, detail={"step": 0, "begun": at.isoformat()})


def stop(kept: Store, tracking: Tracking) -> None:
    """Take a tracking off the agenda."""
    agenda.drop(kept, KIND, tracking.id)


def put(kept: Store, tracking: Tracking, delivery_state: str, *, at: datetime) -> Tracking:
    """Bring a tracking into a state by hand; it stays there until the next such call."""
    stop(kept, tracking)
    primary_status, message = SEEN[delivery_state]
    return _move(kept, tracking, delivery_state=delivery_state, seen=(primary_status, message), at=at)


def take_step(kept: Store, due: Due) -> None:
    """Take the step that is due, and put the next one on the agenda; the first one is the courier's answer."""
    tracking = store.by_id(kept, due.key)
    if tracking is None or tracking.is_over:
        return
    steps, place = _steps(tracking), due.detail["step"]
    step, begun = steps[place], datetime.fromisoformat(due.detail["begun"])
    if place + 1 < len(steps):
        following = begun + timedelta(hours=float(steps[place + 1]["hours"]))
        agenda.add(kept, KIND, due=following, key=due.key, detail={**due.detail, "step": place + 1})
    if tracking.responded_at is None:
        tracking = replace(tracking, responded_at=timestamp(due.at), eta=_eta(steps, begun))
        store.save(kept, tracking)
    seen = (step["seen"], step["message"]) if "seen" in step else None
    _move(kept, tracking, delivery_state=step.get("delivery_state"), seen=seen, at=due.at)


def _move(
    kept: Store, tracking: Tracking, *, delivery_state: str | None, seen: tuple[str, str] | None, at: datetime
) -> Tracking:
    text = tracking.status if delivery_state in {None, "pending"} else status({"delivery_state": delivery_state})
    state = "completed" if delivery_state in _OVER else "active"
    moved = replace(tracking, status=text, state=state)
    store.save(kept, moved)
    if seen is not None:
        point = checkpoint(
            handler=tracking.service["umbrella_name"].lower(),
            message=seen[1],
            primary_status=seen[0],
            at=at,
            address=_address(tracking, "origin" if text == "In Transit to Customer" else "destination"),
        )
        _tell(kept, moved, "shipment_tracking_checkpoints_created", {"checkpoints": [{"order_number": 1, **point}]}, at)
    if text != tracking.status:
        _tell(kept, moved, "shipment_tracking_status_changed", {}, at)
    return moved


def _steps(tracking: Tracking) -> list[Mapping[str, Any]]:
    origin, destination = (Place(country_alpha2=code) for code in (tracking.origin, tracking.destination))
    start = "here" if one_customs_area(origin, destination) else "abroad"
    postal_code = _address(tracking, "destination").get("postal_code") or ""
    return [*_JOURNEYS["starts"][start], *_JOURNEYS["ends"][mishaps.ENDS.get(postal_code, "delivered")]]


def _eta(steps: list[Mapping[str, Any]], begun: datetime) -> str | None:
    arrival = next((step["hours"] for step in steps if step.get("delivery_state") == "delivered"), None)
    return None if arrival is None else timestamp(begun + timedelta(hours=float(arrival)))


def _address(tracking: Tracking, end: str) -> Mapping[str, Any]:
    country = tracking.origin if end == "origin" else tracking.destination
    return {"country_alpha2": country, **tracking.parties.get(f"{end}_address", {})}


def _tell(kept: Store, tracking: Tracking, event_type: str, members: dict[str, Any], at: datetime) -> None:
    data = {
        "easyship_shipment_id": tracking.shipment_id,
        "platform_order_number": tracking.order_number,
        "origin": tracking.origin,
        "destination": tracking.destination,
        "company_order_number": tracking.order_number,
        "status": tracking.status,
        "tracking_number": tracking.tracking_number,
        "tracking_page_url": shapes.page_url(tracking),
    }
    publish(
        kept,
        company_id=tracking.owner.company_id,
        environment=tracking.owner.environment,
        event_type=event_type,
        resource_type="shipment",
        resource_id=tracking.shipment_id,
        data=data | members,
        at=at,
    )


AGENDA: Mapping[str, Callable[[Store, Due], None]] = {KIND: take_step}
