"""Goods come in: the lines of a purchase order fill up, and the pieces lie in the warehouse.

The API has no receipt: what came stands in the counts of the lines, and each change of stock in its history. The counts
that it sets itself (`count`) move nothing: the provider's guide lets clients add the inventory first.
"""

import sqlite3
from collections.abc import Sequence
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
    """Pieces of one line: `received` were taken in, `rejected` sent back; negative, a count is corrected."""

    line: sqlite3.Row
    received: int = 0
    rejected: int = 0
    location_id: int | None = None
    lot_id: int | None = None
    lpn_id: int | None = None


def receive(state: "State", order: sqlite3.Row, arrivals: Sequence[Arrival], *, by: User, at: str) -> None:
    """Book what came for a purchase order, counts and stock, inside the caller's transaction."""
    count(state, order, arrivals, at=at)
    touched = [_put_away(state, order, arrival, by=by, at=at) for arrival in arrivals if arrival.received]
    allocation.settle(state, stock_ids=touched, at=at)


def count(state: "State", order: sqlite3.Row, arrivals: Sequence[Arrival], *, at: str) -> None:
    """Change the counts of lines alone; ApiError where one gets below zero."""
    for arrival in arrivals:
        line = state.store.all("SELECT * FROM purchase_order_lines WHERE id = ?", arrival.line["id"])[0]
        received, rejected = line["quantity_received"] + arrival.received, line["quantity_rejected"] + arrival.rejected
        if not (0 <= received <= _MOST_PIECES and 0 <= rejected <= _MOST_PIECES):
            raise invalid(f"quantity_received and quantity_rejected must not be negative, and at most {_MOST_PIECES}")
        status = line["fulfillment_status"]
        if status == store.PENDING and received + rejected >= line["quantity"]:
            status = store.CLOSED
        columns = {"quantity_received": received, "quantity_rejected": rejected, "fulfillment_status": status}
        store.change_line(state.store, line, columns, {}, at=at)
    state.store.execute(
        "UPDATE purchase_orders SET arrived_at = coalesce(arrived_at, ?1), updated_at = ?1 WHERE id = ?2",
        *(at, order["id"]),
    )


def _put_away(state: "State", order: sqlite3.Row, arrival: Arrival, *, by: User, at: str) -> int:
    line = arrival.line
    if line["product_id"] is None:
        raise invalid(f"The product {line['sku']} was deleted and cannot be received")
    stock_id = stocking.stock_in(state, product_id=line["product_id"], warehouse_id=order["warehouse_id"], at=at)
    ledger.move(
        state,
        stock_id=stock_id,
        change=arrival.received,
        reason=f"PO {order['po_number']} received",
        by=by,
        at=at,
        location_id=arrival.location_id,
        lot_id=arrival.lot_id,
        lpn_id=arrival.lpn_id,
    )
    if arrival.lot_id is not None:
        _note_lot(state, order["id"], arrival.lot_id, at)
    return stock_id


def _note_lot(state: "State", order_id: int, lot_id: int, at: str) -> None:
    state.store.execute(
        "INSERT OR IGNORE INTO lot_purchase_orders (lot_id, purchase_order_id) VALUES (?, ?)", lot_id, order_id
    )
    state.store.execute("UPDATE lots SET received_at = coalesce(received_at, ?) WHERE id = ?", at, lot_id)
