"""Goods come in: the lines of a purchase order fill up, and the pieces lie in the warehouse.

The API has no receipt: what came stands in the counts of the lines, and each change of stock in its history.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crossdock_twins.shiphero.accounts import User
from crossdock_twins.shiphero.errors import invalid
from crossdock_twins.shiphero.orders import allocation
from crossdock_twins.shiphero.products import stocking
from crossdock_twins.shiphero.purchasing import store
from crossdock_twins.shiphero.stock import ledger

if TYPE_CHECKING:
    from crossdock_twins.shiphero.state import State

_MOST_PIECES = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Pieces of one line: `received` go to stock (or, negative, leave it again), `rejected` are sent back."""

    line: sqlite3.Row
    received: int = 0
    rejected: int = 0
    location_id: int | None = None
    lot_id: int | None = None
    lpn_id: int | None = None


def receive(state: "State", order: sqlite3.Row, arrivals: Iterable[Arrival], *, by: User, at: str) -> None:
    """Book what came for a purchase order, inside the caller's transaction; ApiError where a count gets below zero."""
    touched = {
        stock_id for stock_id in (_receive(state, order, arrival, by=by, at=at) for arrival in arrivals) if stock_id
    }
    state.store.execute(
        "UPDATE purchase_orders SET arrived_at = coalesce(arrived_at, ?1), updated_at = ?1 WHERE id = ?2",
        *(at, order["id"]),
    )
    allocation.settle(state, stock_ids=touched, at=at)


def _receive(state: "State", order: sqlite3.Row, arrival: Arrival, *, by: User, at: str) -> int | None:
    line = state.store.all("SELECT * FROM purchase_order_lines WHERE id = ?", arrival.line["id"])[0]
    received, rejected = line["quantity_received"] + arrival.received, line["quantity_rejected"] + arrival.rejected
    if not (0 <= received <= _MOST_PIECES and 0 <= rejected <= _MOST_PIECES):
        raise invalid(f"quantity_received and quantity_rejected must not be negative, and at most {_MOST_PIECES}")
    status = line["fulfillment_status"]
    if status == store.PENDING and received + rejected >= line["quantity"]:
        status = store.CLOSED
    columns = {"quantity_received": received, "quantity_rejected": rejected, "fulfillment_status": status}
    store.change_line(state.store, line, columns, {}, at=at)
    if arrival.received == 0:
        return None
    if line["product_id"] is None:
        raise invalid(f"The product {line['sku']} was deleted and cannot be received")
    stock_id = stocking.stock_in(state, product_id=line["product_id"], warehouse_id=order["warehouse_id"], at=at)
    ledger.move(
        state,
        stock_id=stock_id,
        change=arrival.received,
        reason=f"PO {order['po_number']} received" if arrival.received > 0 else f"PO {order['po_number']} corrected",
        by=by,
        at=at,
        location_id=arrival.location_id,
        lot_id=arrival.lot_id,
        lpn_id=arrival.lpn_id,
    )
    if arrival.lot_id is not None and arrival.received > 0:
        _note_lot(state, order["id"], arrival.lot_id, at)
    return stock_id


def _note_lot(state: "State", order_id: int, lot_id: int, at: str) -> None:
    state.store.execute(
        "INSERT OR IGNORE INTO lot_purchase_orders (lot_id, purchase_order_id) VALUES (?, ?)", lot_id, order_id
    )
    state.store.execute("UPDATE lots SET received_at = coalesce(received_at, ?) WHERE id = ?", at, lot_id)
