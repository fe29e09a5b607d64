"""Warehouses and locations that a caller may name: the accounts' own, and for a customer those of its 3PL."""

from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.call import Call, number_of
from crossdock_twins.shiphero.errors import not_found


def owners(call: Call) -> tuple[int, ...]:
    """Give the accounts whose warehouses the caller works in."""
    parent = call.account.parent_id
    return call.visible if parent is None else (*call.visible, parent)


def warehouse_of(call: Call, text: str) -> int:
    """Read a warehouse's id from an input; error 5 where the caller has no such warehouse."""
    number = number_of(text, "Warehouse")
    row = call.state.store.one("SELECT account_id FROM warehouses WHERE id = ?", number)
    if row is None or row["account_id"] not in owners(call):
        raise not_found("Warehouse")
    return number


def location_of(call: Call, text: str) -> int:
    """Read a location's id, of either kind, from an input; error 5 where the caller has no such location."""
    number = ids.decode(text or "", "Bin", "Location")
    row = call.state.store.one(
        "SELECT account_id FROM locations WHERE id = ? AND deleted_at IS NULL", -1 if number is None else number
    )
    if number is None or row is None or row["account_id"] not in owners(call):
        raise not_found("Location")
    return number
