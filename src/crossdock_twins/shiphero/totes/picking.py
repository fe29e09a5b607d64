"""Picking: pieces that an order has set aside go from their locations into a tote, and come back from it."""

import sqlite3
from collections.abc import Iterable
from typing import TYPE_CHECKING

from crossdock_twins.base.store import Store
from crossdock_twins.shiphero.accounts import User
from crossdock_twins.shiphero.errors import invalid
from crossdock_twins.shiphero.stock import ledger, places, shelves
from crossdock_twins.shiphero.stock.ledger import Entry
from crossdock_twins.shiphero.stock.shelves import Part, Wanted
from crossdock_twins.shiphero.totes import events, store
from crossdock_twins.shiphero.totes.store import Picked

if TYPE_CHECKING:
    from crossdock_twins.shiphero.state import State


def pick(state: "State", *, order: sqlite3.Row, tote: sqlite3.Row, by: User, at: str) -> int:
    """Pick all that an order has set aside in the tote's warehouse, and give the number of pieces.

    ApiError (invalid) where there is nothing to pick, or the order may not be shipped now.
    """
    wanted = store.missing(state.store, order["id"], warehouse_id=tote["warehouse_id"])
    ready = state.store.one(
        "SELECT ready_to_ship FROM order_allocations WHERE order_id = ? AND warehouse_id = ?",
        *(order["id"], tote["warehouse_id"]),
    )
    if ready is None or not any(row["quantity"] > 0 for row in wanted):
        raise invalid(f"Order {order['order_number']} has nothing to pick in this warehouse")
    if not ready["ready_to_ship"]:
        raise invalid(f"Order {order['order_number']} is not ready to ship: it is on hold or waits for stock")
    pieces = 0
    for row in wanted:
        if row["quantity"] > 0:
            pieces += _pick_line(state, order, tote, row, by=by, at=at)
    store.touch(state.store, tote, f"Picked {pieces} items for order {order['order_number']}", at=at)
    state.orders.note(order["id"], f"Picked {pieces} items into tote {tote['name']}", by=by, at=at)
    if all(row["quantity"] <= 0 for row in _missing_of_tote(state.store, tote)):
        events.complete(state.store, tote, store.items(state.store, tote["id"]), at=at)
    return pieces


def _pick_line(state: "State", order: sqlite3.Row, tote: sqlite3.Row, wanted: sqlite3.Row, *, by: User, at: str) -> int:
    pieces = shelves.choose(
        state.store, Wanted(stock_id=wanted["stock_id"], quantity=wanted["quantity"], only_sellable=True)
    )
    for part in pieces:
        ledger.lift(state.store, part, stock_id=wanted["stock_id"], at=at)
        picked = Picked(
            stock_id=wanted["stock_id"], location_id=part.location_id, lot_id=part.lot_id, quantity=part.quantity
        )
        store.put_in(
            state.store,
            tote_id=tote["id"],
            order_id=order["id"],
            line_item_id=wanted["line_item_id"],
            picked=picked,
            at=at,
        )
        _log(state.store, order, tote, wanted["line_item_id"], picked, by=by, at=at)
    return sum(part.quantity for part in pieces)


def _log(
    base: Store, order: sqlite3.Row, tote: sqlite3.Row, line_item_id: int, picked: Picked, *, by: User, at: str
) -> None:
    """Note who picked what, which is what labour is paid by."""
    base.execute(
        "INSERT INTO picks (account_id, warehouse_id, user_id, tote_id, order_id, line_item_id, location_id,"
        " inventory_bin, sku, quantity, pick_type, barcode_scanned, created_at)"
        " SELECT ?, ?, ?, ?, ?, ?, l.id, l.name, p.sku, ?, ?, p.barcode, ?"
        " FROM locations l, warehouse_products s JOIN products p ON p.id = s.product_id WHERE l.id = ? AND s.id = ?",
        *(order["account_id"], tote["warehouse_id"], by.id, tote["id"], order["id"], line_item_id),
        *(picked.quantity, "single_item" if picked.quantity == 1 else "multi_item", at),
        *(picked.location_id, picked.stock_id),
    )


def _missing_of_tote(base: Store, tote: sqlite3.Row) -> list[sqlite3.Row]:
    orders = base.all("SELECT DISTINCT order_id FROM tote_items WHERE tote_id = ?", tote["id"])
    return [
        row for order in orders for row in store.missing(base, order["order_id"], warehouse_id=tote["warehouse_id"])
    ]


def put_back(state: "State", tote: sqlite3.Row, *, at: str, location_id: int | None = None) -> set[int]:
    """Put what lies in a tote back where it came from, or all of it into one location; gives the stocks concerned."""
    return _put_back(state, store.items(state.store, tote["id"]), at=at, location_id=location_id)


def put_back_order(state: "State", order_id: int, *, at: str) -> set[int]:
    """Put what was picked for an order back where it came from, and tell the totes; gives the stocks concerned."""
    touched: set[int] = set()
    for tote in state.store.all(
        "SELECT * FROM totes WHERE id IN (SELECT tote_id FROM tote_items WHERE order_id = ?)", order_id
    ):
        rows = [row for row in store.items(state.store, tote["id"]) if row["order_id"] == order_id]
        touched |= _put_back(state, rows, at=at)
        store.touch(state.store, tote, "Items of a closed order returned to their locations", at=at)
        events.cleared(state.store, tote, rows, reason="order closed", at=at)
    return touched


def _put_back(state: "State", rows: Iterable[sqlite3.Row], *, at: str, location_id: int | None = None) -> set[int]:
    touched: set[int] = set()
    for row in rows:
        target = location_id if location_id is not None else _origin(state, row)
        part = Part(location_id=target, lot_id=row["lot_id"], quantity=row["quantity"])
        state.store.execute("DELETE FROM tote_items WHERE id = ?", row["id"])
        ledger.lay_down(state.store, part, stock_id=row["stock_id"], at=at)
        touched.add(row["stock_id"])
    return touched


def write_off(state: "State", tote: sqlite3.Row, entry: Entry) -> set[int]:
    """Take what lies in a tote off the books; gives the stocks concerned."""
    touched: set[int] = set()
    for row in store.items(state.store, tote["id"]):
        part = Part(location_id=row["location_id"], lot_id=row["lot_id"], quantity=-row["quantity"])
        state.store.execute("DELETE FROM tote_items WHERE id = ?", row["id"])
        ledger.write_off(state, part, entry, stock_id=row["stock_id"])
        touched.add(row["stock_id"])
    return touched


def _origin(state: "State", row: sqlite3.Row) -> int:
    """Give the location that pieces came from, or the default one where that is gone."""
    there = state.store.one("SELECT 1 FROM locations WHERE id = ? AND deleted_at IS NULL", row["location_id"])
    return int(row["location_id"]) if there is not None else places.default_location(state, row["stock_id"])
