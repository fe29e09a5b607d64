"""Totes as they are kept: what was picked into them lies in no location, and is on hand until it ships."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from crossdock_twins.base.store import Store
from crossdock_twins.shiphero.errors import invalid, not_found

EMPTY, PICKING, PICKED = "empty", "picking", "picked"
"""The states of a tote: nothing in it, orders in it that want more, everything that its orders can have now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """Pieces that were picked: of which stock, and where they came from."""

    stock_id: int
    location_id: int
    lot_id: int | None
    quantity: int


def read(store: Store, tote_id: int, *, accounts: Iterable[int]) -> sqlite3.Row:
    """Give a tote of one of these accounts; error 5 where there is none."""
    row = store.one("SELECT * FROM totes WHERE id = ? AND deleted_at IS NULL", tote_id)
    if row is None or row["account_id"] not in set(accounts):
        raise not_found("Tote")
    return row


def items(store: Store, tote_id: int) -> list[sqlite3.Row]:
    """Give what lies in a tote, by order and line, with the SKU and where it came from."""
    return store.all(
        "SELECT t.*, p.sku, l.name AS location_name FROM tote_items t"
        " JOIN warehouse_products s ON s.id = t.stock_id JOIN products p ON p.id = s.product_id"
        " JOIN locations l ON l.id = t.location_id WHERE t.tote_id = ? ORDER BY t.order_id, t.line_item_id, t.id",
        tote_id,
    )


def put_in(store: Store, *, tote_id: int, order_id: int, line_item_id: int, picked: Picked, at: str) -> int:
    """Put pieces of an order's line into a tote, and give the row's number."""
    return store.insert(
        "INSERT INTO tote_items"
        " (tote_id, order_id, line_item_id, stock_id, location_id, lot_id, quantity, created_at, updated_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        *(tote_id, order_id, line_item_id, picked.stock_id, picked.location_id, picked.lot_id, picked.quantity),
        *(at, at),
    )


def take_out(
    store: Store, *, tote_id: int, line_item_id: int, stock_id: int, quantity: int, at: str
) -> tuple[Picked, ...]:
    """Take pieces of a line out of a tote, oldest pick first; ApiError (invalid) where fewer lie in it.

    They are still on hand then: write them off, or put them into a location.
    """
    left, taken = quantity, []
    for row in store.all(
        "SELECT * FROM tote_items WHERE tote_id = ? AND line_item_id = ? AND stock_id = ? ORDER BY id",
        *(tote_id, line_item_id, stock_id),
    ):
        pieces = min(left, row["quantity"])
        if pieces > 0:
            _shrink(store, row, pieces, at=at)
            taken.append(
                Picked(stock_id=stock_id, location_id=row["location_id"], lot_id=row["lot_id"], quantity=pieces)
            )
            left -= pieces
    if left > 0:
        raise invalid(f"The tote has only {quantity - left} of {quantity} pieces that line item {line_item_id} needs")
    return tuple(taken)


def _shrink(store: Store, row: sqlite3.Row, pieces: int, *, at: str) -> None:
    if pieces == row["quantity"]:
        store.execute("DELETE FROM tote_items WHERE id = ?", row["id"])
    else:
        store.execute(
            "UPDATE tote_items SET quantity = quantity - ?, updated_at = ? WHERE id = ?", pieces, at, row["id"]
        )


def touch(store: Store, tote: sqlite3.Row, action: str, *, at: str) -> None:
    """Write into a tote's history what was done with it."""
    store.execute("UPDATE totes SET last_activity = ? WHERE id = ?", at, tote["id"])
    store.execute(
        "INSERT INTO tote_history (account_id, tote_id, tote_name, action, created_at) VALUES (?, ?, ?, ?, ?)",
        *(tote["account_id"], tote["id"], tote["name"], action, at),
    )


def missing(store: Store, order_id: int, *, warehouse_id: int) -> list[sqlite3.Row]:
    """Give what an order has set aside in a warehouse and nobody has picked yet, by line and stock."""
    return store.all(
        "SELECT a.line_item_id, a.stock_id, a.quantity - coalesce((SELECT sum(t.quantity) FROM tote_items t"
        " WHERE t.line_item_id = a.line_item_id AND t.stock_id = a.stock_id), 0) AS quantity"
        " FROM line_allocations a WHERE a.order_id = ? AND a.warehouse_id = ? AND a.quantity > 0"
        " ORDER BY a.line_item_id, a.stock_id",
        *(order_id, warehouse_id),
    )


STATUS_SQL = (
    "CASE WHEN NOT EXISTS (SELECT 1 FROM tote_items i WHERE i.tote_id = totes.id) THEN 'empty'"
    " WHEN EXISTS (SELECT 1 FROM tote_items i JOIN line_allocations a ON a.order_id = i.order_id"
    "  WHERE i.tote_id = totes.id AND a.warehouse_id = totes.warehouse_id AND a.quantity >"
    "  coalesce((SELECT sum(t.quantity) FROM tote_items t"
    "   WHERE t.line_item_id = a.line_item_id AND t.stock_id = a.stock_id), 0)) THEN 'picking'"
    " ELSE 'picked' END"
)
"""The state of a row of `totes`, as a SQL expression."""
