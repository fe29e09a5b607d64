"""A product comes to a warehouse: the stock record is made, and its first pieces are booked."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from crossdock_twins.shiphero.call import Call
from crossdock_twins.shiphero.errors import ApiError, Code, invalid
from crossdock_twins.shiphero.orders import access, allocation
from crossdock_twins.shiphero.stock import ledger

if TYPE_CHECKING:
    from crossdock_twins.shiphero.state import State

_KEPT = (
    *("inventory_bin", "inventory_overstock_bin", "replenishment_level", "replenishment_max_level"),
    *("replenishment_increment", "reorder_level", "reorder_amount", "price", "value", "value_currency", "custom"),
    "active",
)
_COUNTS = (
    *("on_hand", "reserve_inventory", "replenishment_level", "replenishment_max_level", "replenishment_increment"),
    *("reorder_level", "reorder_amount"),
)

_MOST_PIECES = 10_000_000


def add_to_warehouse(call: Call, *, account_id: int, product_id: int, data: Mapping[str, Any], reason: str) -> int:
    """Make the stock record of a product in the warehouse that `data` names, with its `on_hand`; give its number."""
    wrong = next((name for name in _COUNTS if not 0 <= (data.get(name) or 0) <= _MOST_PIECES), None)
    if wrong:
        raise invalid(f"{wrong} must not be negative, and at most {_MOST_PIECES}")
    warehouse_id = access.warehouse_for(call.state.store, data["warehouse_id"], account_id=account_id)
    at = call.state.today()
    if _record_of(call.state, product_id, warehouse_id) is not None:
        raise ApiError(Code.TAKEN, "The product is in this warehouse already")
    stock_id = _new_record(call.state, product_id=product_id, warehouse_id=warehouse_id, data=data, at=at)
    if data.get("on_hand"):
        ledger.move(call.state, stock_id=stock_id, change=data["on_hand"], reason=reason, by=call.user, at=at)
    allocation.settle(call.state, stock_ids=[stock_id], at=at)
    return stock_id


def stock_in(state: "State", *, product_id: int, warehouse_id: int, at: str) -> int:
    """Give the stock record of a product in a warehouse, made where goods come to one that did not carry it."""
    number = _record_of(state, product_id, warehouse_id)
    return (
        _new_record(state, product_id=product_id, warehouse_id=warehouse_id, data={}, at=at)
        if number is None
        else number
    )


def _record_of(state: "State", product_id: int, warehouse_id: int) -> int | None:
    row = state.store.one(
        "SELECT id FROM warehouse_products WHERE product_id = ? AND warehouse_id = ?", product_id, warehouse_id
    )
    return None if row is None else int(row["id"])


def _new_record(state: "State", *, product_id: int, warehouse_id: int, data: Mapping[str, Any], at: str) -> int:
    body = {name: data[name] for name in _KEPT if data.get(name) is not None}
    return state.store.insert(
        "INSERT INTO warehouse_products"
        " (account_id, product_id, warehouse_id, reserve_inventory, created_at, updated_at, body)"
        " SELECT account_id, id, ?, ?, ?, ?, ? FROM products WHERE id = ?",
        *(warehouse_id, data.get("reserve_inventory") or 0, at, at, json.dumps(body), product_id),
    )
