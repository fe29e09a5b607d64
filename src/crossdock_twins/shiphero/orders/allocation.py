"""Which stock an order may take: one warehouse for the order, each line as far as it reaches, the rest as backorder.

Held at every moment: allocated + backorder <= pending for a line, and available = on hand - allocated for stock.
"""

import sqlite3
from collections import defaultdict
from dataclasses import dataclass

from crossdock_twins.base.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """Stock of one line's product in one warehouse."""

    id: int
    warehouse_id: int
    available: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLine:
    """A line that still wants stock; `locked_to` is the only warehouse that may serve it, if one is named."""

    id: int
    wanted: int
    locked_to: int | None
    stocks: tuple[Stock, ...]

    def in_warehouse(self, warehouse_id: int) -> Stock | None:
        """Give the stock in a warehouse that may serve this line."""
        if self.locked_to not in {None, warehouse_id}:
            return None
        return next((stock for stock in self.stocks if stock.warehouse_id == warehouse_id), None)


def allocate(store: Store, *, order_id: int, reference: str, on_hold: bool, at: str) -> None:
    """Allocate an order that has no allocation yet, inside the caller's transaction."""
    lines = _open_lines(store, order_id)
    warehouse_id = best_warehouse(lines)
    short = False
    for line in lines:
        stock = None if warehouse_id is None else line.in_warehouse(warehouse_id)
        taken = 0 if stock is None else min(line.wanted, max(0, stock.available))
        missing = line.wanted - taken
        short = short or missing > 0
        _book(store, line, stock, taken=taken, missing=missing, at=at)
    if warehouse_id is not None:
        store.execute(
            "INSERT INTO order_allocations (order_id, warehouse_id, reference, allocated_at, ready_to_ship)"
            " VALUES (?, ?, ?, ?, ?)",
            *(order_id, warehouse_id, reference, at, not short and not on_hold),
        )
    store.execute(
        "UPDATE orders SET allocated_at = ?, has_backorder = ? WHERE id = ?",
        *(None if warehouse_id is None else at, short, order_id),
    )


def best_warehouse(lines: list[OpenLine]) -> int | None:
    """Choose the warehouse that can serve the most pieces; of equals the one with the lower number."""
    served: dict[int, int] = defaultdict(int)
    for line in lines:
        for stock in line.stocks:
            usable = line.in_warehouse(stock.warehouse_id)
            if usable is not None:
                served[stock.warehouse_id] += min(line.wanted, max(0, usable.available))
    return min(served, key=lambda number: (-served[number], number)) if served else None


def _open_lines(store: Store, order_id: int) -> list[OpenLine]:
    lines = store.all(
        "SELECT l.id, l.sku_key, l.quantity_pending, l.body ->> 'locked_to' AS locked_to, o.account_id"
        " FROM line_items l JOIN orders o ON o.id = l.order_id"
        " WHERE l.order_id = ? AND l.quantity_pending > 0 ORDER BY l.id",
        order_id,
    )
    return [
        OpenLine(id=row["id"], wanted=row["quantity_pending"], locked_to=row["locked_to"], stocks=_stocks(store, row))
        for row in lines
    ]


def _stocks(store: Store, line: sqlite3.Row) -> tuple[Stock, ...]:
    rows = store.all(
        "SELECT w.id, w.warehouse_id, w.on_hand - w.allocated - w.non_sellable_quantity AS available"
        " FROM products p JOIN warehouse_products w ON w.product_id = p.id"
        " WHERE p.account_id = ? AND p.sku_key = ? ORDER BY w.warehouse_id",
        *(line["account_id"], line["sku_key"]),
    )
    return tuple(Stock(id=row["id"], warehouse_id=row["warehouse_id"], available=row["available"]) for row in rows)


def _book(store: Store, line: OpenLine, stock: Stock | None, *, taken: int, missing: int, at: str) -> None:
    store.execute(
        "UPDATE line_items SET quantity_allocated = ?, backorder_quantity = ?, warehouse_id = ? WHERE id = ?",
        *(taken, missing, None if stock is None else stock.warehouse_id, line.id),
    )
    if stock is not None:
        store.execute(
            "UPDATE warehouse_products SET allocated = allocated + ?, backorder = backorder + ?, updated_at = ?"
            " WHERE id = ?",
            *(taken, missing, at, stock.id),
        )
