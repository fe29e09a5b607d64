"""Locations as stock needs them: is it one of this warehouse, and where do pieces go that name none."""

from typing import TYPE_CHECKING

from crossdock_twins.base.store import Store
from crossdock_twins.shiphero.errors import not_found

if TYPE_CHECKING:
    from crossdock_twins.shiphero.state import State

RECEIVING = "Receiving"
"""The name of the location that every warehouse has for pieces that nobody has put away."""


def name_key(name: str) -> str:
    """Give the form in which names of locations are compared: without outer blanks, in lower case."""
    return name.strip().lower()


def check(store: Store, location_id: int, *, warehouse_id: int) -> None:
    """See that a location exists in a warehouse; error 5 where it does not."""
    found = store.one(
        "SELECT 1 FROM locations WHERE id = ? AND warehouse_id = ? AND deleted_at IS NULL", location_id, warehouse_id
    )
    if found is None:
        raise not_found("Location")


def default_location(state: "State", stock_id: int) -> int:
    """Give the location for pieces that name none: the stock's own bin if there is one, else the receiving one."""
    own = state.store.one(
        "SELECT l.id FROM warehouse_products s JOIN locations l"
        " ON l.warehouse_id = s.warehouse_id AND l.name_key = lower(trim(s.body ->> 'inventory_bin'))"
        " WHERE s.id = ? AND l.deleted_at IS NULL",
        stock_id,
    )
    if own is not None:
        return int(own["id"])
    row = state.store.one("SELECT warehouse_id FROM warehouse_products WHERE id = ?", stock_id)
    if row is None:
        raise not_found("Warehouse product")
    return receiving(state, row["warehouse_id"])


def receiving(state: "State", warehouse_id: int) -> int:
    """Give a warehouse's receiving location, made on first need."""
    found = state.store.one(
        "SELECT id FROM locations WHERE warehouse_id = ? AND is_receiving AND deleted_at IS NULL", warehouse_id
    )
    return int(found["id"]) if found is not None else _make_receiving(state, warehouse_id)


def _make_receiving(state: "State", warehouse_id: int) -> int:
    today = state.today()
    return state.store.insert(
        "INSERT INTO locations"
        " (account_id, warehouse_id, name, name_key, zone, is_receiving, created_at, updated_at)"
        " SELECT account_id, id, ?, ?, 'Inbound', 1, ?, ? FROM warehouses WHERE id = ?",
        *(RECEIVING, name_key(RECEIVING), today, today, warehouse_id),
    )
