"""What becomes of a pickup on the twin's clock: the courier confirms it, comes, and takes along what is there."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from crossdock_twins.base import agenda
from crossdock_twins.base.agenda import Due
from crossdock_twins.base.store import Store
from crossdock_twins.easyship.pickups import slots, store
from crossdock_twins.easyship.pickups.store import Pickup
from crossdock_twins.easyship.shipments import store as shipments
from crossdock_twins.easyship.shipments.store import Shipment

_CONFIRM, _COLLECT = "pickup.confirm", "pickup.collect"
_CONFIRMED_AFTER = timedelta(minutes=30)
_COLLECTED_LABELS = frozenset({"generated", "printed", "reported"})


def plan(kept: Store, pickup: Pickup, *, now: datetime) -> None:
    """Put on the agenda what will happen to a new pickup, inside the caller's transaction."""
    answer = pickup.answer
    ends = slots.moment(datetime.fromisoformat(answer["selected_to_time"]), answer["address"]["country_alpha2"])
    agenda.add(kept, _CONFIRM, due=min(now + _CONFIRMED_AFTER, ends), key=pickup.id, detail={})
    agenda.add(kept, _COLLECT, due=ends, key=pickup.id, detail={})


def forget(kept: Store, pickup: Pickup) -> None:
    """Take a pickup off the agenda: nobody will come."""
    for kind in (_CONFIRM, _COLLECT):
        agenda.drop(kept, kind, pickup.id)


def mark(kept: Store, pickup: Pickup, state: str, *, at: datetime) -> None:
    """Set the pickup state of the shipments that wait for a pickup."""
    for shipment_id in store.shipment_ids(kept, pickup.id):
        shipment = shipments.find(kept, owner=pickup.owner, shipment_id=shipment_id)
        if shipment is not None and shipment.answer["shipment_state"] == "created":
            shipments.save(kept, shipment.but(at=at, pickup_state=state))


def confirm(kept: Store, due: Due) -> None:
    """Hear from the courier that it will come."""
    pickup = store.by_id(kept, due.key)
    if pickup is not None:
        reference = f"PRG{due.key[3:]}"
        store.save(kept, pickup.but(pickup_state="requested", pickup_reference_number=reference))
        mark(kept, pickup, "requested", at=due.at)


def collect(kept: Store, due: Due) -> None:
    """Take along the shipments that are ready; those that are not have missed the courier."""
    pickup = store.by_id(kept, due.key)
    if pickup is None:
        return
    found = [
        shipments.find(kept, owner=pickup.owner, shipment_id=shipment_id)
        for shipment_id in store.shipment_ids(kept, pickup.id)
    ]
    ready = [each for each in found if each is not None and _is_ready(each)]
    for each in ready:
        shipments.save(kept, each.but(at=due.at, pickup_state="completed"))
    state = "completed" if len(ready) == len(found) else "partially-completed" if ready else "request-failed"
    store.save(kept, pickup.but(pickup_state=state))


def _is_ready(shipment: Shipment) -> bool:
    answer = shipment.answer
    return answer["shipment_state"] == "created" and answer["label_state"] in _COLLECTED_LABELS


AGENDA: Mapping[str, Callable[[Store, Due], None]] = {_CONFIRM: confirm, _COLLECT: collect}
