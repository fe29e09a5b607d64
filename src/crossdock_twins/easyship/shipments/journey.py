"""A parcel on its way: about six days from its label to its buyer's door, whatever the courier service.

The times are the twin's own, the same for all, so that turning the clock shows the same thing every time. What the
courier promises stands in the rate; the estimated date of arrival is that of the journey.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from crossdock_twins.base import agenda
from crossdock_twins.base.store import Store
from crossdock_twins.easyship.documents.papers import crosses_customs
from crossdock_twins.easyship.reference.tables import COUNTRIES, load
from crossdock_twins.easyship.shipments import events, mishaps
from crossdock_twins.easyship.shipments.status import status
from crossdock_twins.easyship.shipments.store import Shipment, add_checkpoints, by_key, save
from crossdock_twins.easyship.times import timestamp

KIND = "shipment.journey"
_JOURNEYS = load("journeys")
_OVER = frozenset({"delivered", "returned_to_shipper", "lost_by_courier", "expired"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What happens some hours after a label is made: a new delivery state, a checkpoint, or both."""

    hours: float
    delivery_state: str | None = None
    seen: str | None = None
    message: str = ""
    place: Literal["origin", "hub", "country", "destination"] = "origin"


def steps(shipment: Shipment) -> list[Step]:
    """Give the whole journey of a shipment."""
    end = mishaps.end(shipment.number, shipment.answer)
    abroad = crosses_customs(shipment.answer)
    start = "nowhere" if end == "expired" else "abroad" if abroad else "here"
    return [
        Step(**{**row, "hours": float(row["hours"])}) for row in _JOURNEYS["starts"][start] + _JOURNEYS["ends"][end]
    ]


def begin(store: Store, shipment: Shipment, *, at: datetime) -> Shipment:
    """Send a labelled shipment on its way, and give it with the day of its arrival."""
    planned = steps(shipment)
    agenda.add(store, KIND, due=at + timedelta(hours=planned[0].hours), key=shipment.key, detail=_detail(0, at))
    arrival = next((step.hours for step in planned if step.delivery_state == "delivered"), None)
    eta = None if arrival is None else (at + timedelta(hours=arrival)).date().isoformat()
    return replace(shipment, eta=eta)


def stop(store: Store, shipment: Shipment) -> None:
    """Stop a journey: the shipment is called off, or its warehouse tells where it is."""
    agenda.drop(store, KIND, shipment.key)


def take_step(store: Store, due: agenda.Due) -> None:
    """Take the step that is due, and put the next one on the agenda."""
    shipment = by_key(store, due.key)
    if shipment is None or shipment.answer["shipment_state"] != "created":
        return
    planned, place = steps(shipment), due.detail["step"]
    step = planned[place]
    begun = datetime.fromisoformat(due.detail["begun"])
    if place + 1 < len(planned):
        following = begun + timedelta(hours=planned[place + 1].hours)
        agenda.add(store, KIND, due=following, key=due.key, detail=_detail(place + 1, begun))
    seen = [] if step.seen is None else [_checkpoint(shipment, step, at=due.at)]
    move(store, shipment, delivery_state=step.delivery_state, seen=seen, at=due.at)


def move(
    store: Store,
    shipment: Shipment,
    *,
    delivery_state: str | None,
    seen: Sequence[Mapping[str, Any]],
    at: datetime,
) -> Shipment:
    """Bring a shipment into a delivery state (None: it stays), with checkpoints, and tell subscribers of both."""
    before = status(shipment.answer)
    if delivery_state is not None:
        shipment = shipment.but(at=at, delivery_state=delivery_state)
        if delivery_state in _OVER:
            ended = [{**tracking, "tracking_state": "completed"} for tracking in shipment.answer["trackings"]]
            shipment = shipment.but(at=at, trackings=ended)
        save(store, shipment)
    if seen:
        events.checkpoints_created(store, shipment, add_checkpoints(store, shipment, seen), at=at)
    if status(shipment.answer) != before:
        events.status_changed(store, shipment, at=at)
    return shipment


def checkpoint(
    *,
    handler: str,
    message: str,
    primary_status: str,
    at: datetime,
    address: Mapping[str, Any],
    location: str | None = None,
) -> dict[str, Any]:
    """Make a checkpoint as the API shows it; `address` says where, with `country_alpha2`."""
    country = COUNTRIES.get(address["country_alpha2"])
    city = address.get("city") or ""
    name = "" if country is None else country.name
    return {
        "checkpoint_time": timestamp(at),
        "city": city,
        "country_iso3": "" if country is None else country.alpha3,
        "country_name": name,
        "handler": handler,
        "location": location or ", ".join(part for part in (city, address.get("state"), name) if part),
        "message": message,
        "postal_code": address.get("postal_code"),
        "primary_status": primary_status,
        "state": address.get("state"),
    }


def _checkpoint(shipment: Shipment, step: Step, *, at: datetime) -> dict[str, Any]:
    return checkpoint(
        handler=shipment.answer["trackings"][0]["handler"],
        message=step.message,
        primary_status=step.seen or "",
        at=at,
        address=_place(shipment.answer, step.place),
    )


def _place(answer: Mapping[str, Any], place: str) -> Mapping[str, Any]:
    origin, destination = answer["origin_address"], answer["destination_address"]
    if place == "destination":
        return destination  # type: ignore[no-any-return] # an answer's members are JSON
    if place == "country":
        country = COUNTRIES.get(destination["country_alpha2"])
        return {"city": "" if country is None else country.name, "country_alpha2": destination["country_alpha2"]}
    hub = _JOURNEYS["hubs"].get(answer["courier_service"]["umbrella_name"])
    if place == "hub" and hub and hub["country_alpha2"] == origin["country_alpha2"]:
        return hub  # type: ignore[no-any-return] # a data file is JSON
    return origin  # type: ignore[no-any-return] # an answer's members are JSON


def _detail(step: int, begun: datetime) -> dict[str, Any]:
    return {"step": step, "begun": begun.isoformat()}
