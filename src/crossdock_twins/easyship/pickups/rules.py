"""What a pickup needs: a service whose courier comes, shipments with labels, a window that is still to come.

Known from the vendor's pages is the sentence of a service without pickups; the others are the twin's own.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from crossdock_twins.easyship.pickups import slots
from crossdock_twins.easyship.pickups.slots import Slot
from crossdock_twins.easyship.rates.catalogue import Service
from crossdock_twins.easyship.shipments.store import Shipment

NO_PICKUPS = "This Courier doesn't provide a Pickup service"
NO_FUNDS = "Insufficient balance to purchase the pickup"
NOT_CANCELLABLE = "This Pickup cannot be cancelled. Please contact our support."

_BLANK, _INVALID = "can't be blank", "is invalid"
_LABELS = frozenset({"pending", "generating", "generated", "printed", "reported"})


def shipment_problems(service: Service, shipments: Sequence[Shipment], *, unknown: Sequence[str]) -> list[str]:
    """Tell which shipments the service's courier cannot be called for."""
    others = [each.id for each in shipments if _service_id(each) != service.id]
    bare = [
        each.id
        for each in shipments
        if each.answer["label_state"] not in _LABELS or each.answer["shipment_state"] != "created"
    ]
    named = (
        ("Shipments not found", unknown),
        ("Shipments belong to another courier service", others),
        ("Shipments have no pending or generated label", bare),
    )
    if not shipments and not unknown:
        return ["Easyship shipment ids can't be blank"]
    return [f"{sentence}: {', '.join(ids)}" for sentence, ids in named if ids]


def window(body: Mapping[str, Any], service: Service, *, now: datetime) -> tuple[Slot | None, list[str]]:
    """Find the window that a request selects, by its id or by its times; else tell what is wrong with it."""
    day = date.fromisoformat(body["selected_date"])
    offered = dict(slots.days(service, now=now)).get(day)
    if not offered:
        return None, ["Selected date is not available"]
    if body.get("time_slot_id"):
        found = next((slot for slot in offered if slot.id == body["time_slot_id"].lower()), None)
        return found, [] if found else ["Time slot is not available"]
    problems, times = [], []
    for name in ("selected_from_time", "selected_to_time"):
        shown = body.get(name)
        times.append(_time(shown))
        if times[-1] is None:
            problems.append(f"{_sentence(name)} {_INVALID if shown else _BLANK}")
    start, end = times
    if start is None or end is None:
        return None, problems
    if start >= end:
        return None, ["Selected to time must be after selected from time"]
    if datetime.combine(day, start) <= slots.local(now, service.country_alpha2):
        return None, ["Selected from time is in the past"]
    return Slot(id="", day=day, start=start, end=end), []


def _service_id(shipment: Shipment) -> str | None:
    service = shipment.answer["courier_service"]
    return None if service is None else str(service["id"])


def _time(shown: str | None) -> time | None:
    try:
        return time.fromisoformat(shown) if shown else None
    except ValueError:
        return None


def _sentence(name: str) -> str:
    return name.replace("_", " ").capitalize()
