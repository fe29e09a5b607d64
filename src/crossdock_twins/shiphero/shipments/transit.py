"""How far a shipment has come, moved by the twin's clock: picked up at the day's last collection, then delivered.

No carrier stands behind the twin: the hour of the collection and the two to four days on the road are its own choice.
"""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from crossdock_twins.base import agenda, tokens
from crossdock_twins.base.agenda import Due
from crossdock_twins.base.store import Store
from crossdock_twins.shiphero import dates

if TYPE_CHECKING:
    from crossdock_twins.shiphero.state import State

WAITING, MOVING, DELIVERED = "pre_transit", "in_transit", "delivered"

_PICKED_UP, _DELIVERED, _LEAVES = "shipment.picked_up", "shipment.delivered", "container.leaves"
_COLLECTION_HOUR = 18


def next_collection(at: str) -> datetime:
    """Give the first collection after a moment; `at` is a text of the API."""
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    today = moment.replace(hour=_COLLECTION_HOUR, minute=0, second=0)
    return today if moment < today else today + timedelta(days=1)


def start(store: Store, shipment_id: int, *, at: str) -> None:
    """Let a shipment wait for its collection."""
    agenda.drop(store, _PICKED_UP, str(shipment_id))
    agenda.add(store, _PICKED_UP, due=next_collection(at), key=str(shipment_id), detail={})


def stop(store: Store, shipment_id: int) -> None:
    """Keep a voided shipment where it is."""
    for kind in (_PICKED_UP, _DELIVERED):
        agenda.drop(store, kind, str(shipment_id))


def close_later(store: Store, container_id: int, *, at: str) -> None:
    """Let a container leave with the next collection."""
    agenda.add(store, _LEAVES, due=next_collection(at), key=str(container_id), detail={})


def _picked_up(state: "State", due: Due) -> None:
    number = int(due.key)
    if not _move(state.store, number, WAITING, MOVING):
        return
    state.store.execute("UPDATE shipments SET picked_up = 1 WHERE id = ?", number)
    arrive(state.store, number, left=due.at, not_before=due.at)


def arrive(store: Store, shipment_id: int, *, left: datetime, not_before: datetime) -> None:
    """Let a shipment that left at a moment be delivered some days later, in the afternoon."""
    days = 2 + int(tokens.fingerprint(f"transit {shipment_id}"), 16) % 3
    arrival = (left + timedelta(days=days)).replace(hour=14, minute=shipment_id % 60)
    due = max(arrival, not_before + timedelta(hours=1))
    agenda.add(store, _DELIVERED, due=due, key=str(shipment_id), detail={})


def _delivered(state: "State", due: Due) -> None:
    number = int(due.key)
    if not _move(state.store, number, MOVING, DELIVERED):
        return
    state.store.execute("UPDATE shipments SET delivered = 1 WHERE id = ?", number)
    order = state.store.all("SELECT order_id FROM shipments WHERE id = ?", number)[0]
    state.orders.note(order["order_id"], "Shipment delivered", by=None, at=dates.text_of(due.at))


def _move(store: Store, shipment_id: int, before: str, after: str) -> bool:
    """Move the parcels of a shipment that are so far, and tell whether there were any."""
    moved = store.execute(
        "UPDATE shipping_labels SET tracking_status = ?"
        " WHERE shipment_id = ? AND status = 'valid' AND tracking_status = ?",
        *(after, shipment_id, before),
    )
    return moved > 0


def _leaves(state: "State", due: Due) -> None:
    at = dates.text_of(due.at)
    state.store.execute(
        "UPDATE shipping_containers SET shipped_at = ?, updated_at = ? WHERE id = ?", at, at, int(due.key)
    )


AGENDA = {_PICKED_UP: _picked_up, _DELIVERED: _delivered, _LEAVES: _leaves}
