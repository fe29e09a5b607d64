"""Orders that are held until a date: they have their stock, and are ready to ship when the date has come."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crossdock_twins.base import agenda
from crossdock_twins.base.agenda import Due
from crossdock_twins.shiphero import dates
from crossdock_twins.shiphero.orders import allocation

if TYPE_CHECKING:
    from crossdock_twins.shiphero.state import State

_KIND = "order.hold_ends"


def remember(state: "State", order_id: int, until: str | None) -> None:
    """Put the end of an order's hold on the agenda, in place of an earlier one."""
    agenda.drop(state.store, _KIND, str(order_id))
    due = datetime.fromisoformat(until).replace(tzinfo=UTC) if until else None
    if due is not None and due > state.now():
        agenda.add(state.store, _KIND, due=due, key=str(order_id), detail={})


def _ends(state: "State", due: Due) -> None:
    order_id, at = int(due.key), dates.text_of(due.at)
    allocation.allocate(state, order_id=order_id, at=at)
    state.orders.note(order_id, "Hold until date has come", by=None, at=at)


AGENDA = {_KIND: _ends}
