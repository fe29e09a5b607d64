"""What lines have of stock, as it is kept: read as a whole order, written as the difference to what was there."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping

from crossdock_twins.base.store import Store
from crossdock_twins.shiphero.orders.supply import Booking, OpenLine, Part, Served, Stock
from crossdock_twins.shiphero.products import kits

Held = Mapping[tuple[int, int], Booking]
"""An order's bookings by line and stock."""


def held(store: Store, order_id: int) -> Held:
    """Give what the lines of an order have."""
    rows = store.all("SELECT * FROM line_allocations WHERE order_id = ?", order_id)
    return {
        (row["line_item_id"], row["stock_id"]): Booking(
            line_id=row["line_item_id"],
            stock_id=row["stock_id"],
            warehouse_id=row["warehouse_id"],
            quantity=row["quantity"],
            backorder=row["backorder"],
            is_kit_component=bool(row["is_kit_component"]),
        )
        for row in rows
    }


def open_lines(store: Store, order_id: int, own: Held) -> list[OpenLine]:
    """Give the lines that want stock; what the order itself has set aside counts as available to it."""
    lines = store.all(
        "SELECT l.id, l.sku_key, l.quantity_pending, l.body ->> 'locked_to' AS locked_to, o.account_id,"
        " p.id AS product_id, p.kit AND NOT p.kit_build AS is_virtual_kit FROM line_items l"
        " JOIN orders o ON o.id = l.order_id"
        " LEFT JOIN products p ON p.account_id = o.account_id AND p.sku_key = l.sku_key"
        " WHERE l.order_id = ? AND l.quantity_pending > 0 ORDER BY l.id",
        order_id,
    )
    wanted = {line["id"]: _products(store, line) for line in lines}
    stocks = _stocks(store, {number for parts in wanted.values() for number, _ in parts}, own)
    return [
        OpenLine(
            id=line["id"],
            wanted=line["quantity_pending"],
            locked_to=line["locked_to"],
            parts=tuple(
                Part(stocks=tuple(stocks[number]), per_unit=per_unit, is_kit_component=number != line["product_id"])
                for number, per_unit in wanted[line["id"]]
            ),
        )
        for line in lines
    ]


def _products(store: Store, line: sqlite3.Row) -> list[tuple[int, int]]:
    """Give the products that one unit of a line takes, with the pieces of each; none for an unknown SKU."""
    if line["product_id"] is None:
        return []
    components = (
        kits.components_of(store, product_id=line["product_id"], kind=kits.KIT) if line["is_virtual_kit"] else []
    )
    return [(each.product_id, each.quantity) for each in components] or [(line["product_id"], 1)]


def pieces_per_unit(store: Store, line_id: int) -> dict[int, int]:
    """Give the pieces of each product that one unit of a line takes; empty for an unknown SKU."""
    line = store.all(
        "SELECT p.id AS product_id, p.kit AND NOT p.kit_build AS is_virtual_kit FROM line_items l"
        " JOIN orders o ON o.id = l.order_id"
        " LEFT JOIN products p ON p.account_id = o.account_id AND p.sku_key = l.sku_key WHERE l.id = ?",
        line_id,
    )[0]
    return dict(_products(store, line))


def _stocks(store: Store, products: set[int], own: Held) -> dict[int, list[Stock]]:
    mine: dict[int, int] = defaultdict(int)
    for booking in own.values():
        mine[booking.stock_id] += booking.quantity
    rows = store.all(
        "SELECT id, product_id, warehouse_id, on_hand - non_sellable_quantity - allocated AS free"
        f" FROM warehouse_products WHERE product_id IN ({', '.join('?' * len(products))}) ORDER BY warehouse_id",
        *products,
    )
    found: dict[int, list[Stock]] = defaultdict(list)
    for row in rows:
        available = max(0, row["free"] + mine[row["id"]])
        found[row["product_id"]].append(Stock(id=row["id"], warehouse_id=row["warehouse_id"], available=available))
    return found


def write_lines(store: Store, served: Iterable[Served]) -> None:
    """Write what each line has got and lacks, and the warehouse that serves it."""
    for line in served:
        values = (line.taken, line.missing, line.warehouse_id)
        store.execute(
            "UPDATE line_items SET quantity_allocated = ?, backorder_quantity = ?, warehouse_id = ?"
            " WHERE id = ? AND (quantity_allocated, backorder_quantity, warehouse_id) IS NOT (?, ?, ?)",
            *(*values, line.line_id, *values),
        )


def loosen(store: Store, line_id: int) -> None:
    """Let a line's numbers be changed: what it has stays set aside until the order is allocated, which comes next."""
    store.execute("UPDATE line_items SET quantity_allocated = 0, backorder_quantity = 0 WHERE id = ?", line_id)


def clear_lines(store: Store, order_id: int) -> None:
    """Write that the lines of an order have nothing and wait for nothing."""
    store.execute(
        "UPDATE line_items SET quantity_allocated = 0, backorder_quantity = 0"
        " WHERE order_id = ? AND (quantity_allocated OR backorder_quantity)",
        order_id,
    )


def replace(store: Store, order_id: int, *, old: Held, new: Held, at: str) -> set[int]:
    """Put new bookings in place of old ones, stock included, and give the stocks of which pieces came free."""
    freed: set[int] = set()
    for key in old.keys() | new.keys():
        before, after = old.get(key), new.get(key)
        if before == after:
            continue
        gained = (after.quantity if after else 0) - (before.quantity if before else 0)
        missing = (after.backorder if after else 0) - (before.backorder if before else 0)
        store.execute("DELETE FROM line_allocations WHERE line_item_id = ? AND stock_id = ?", *key)
        if after is not None:
            _insert(store, order_id, after)
        store.execute(
            "UPDATE warehouse_products SET allocated = allocated + ?, backorder = backorder + ?, updated_at = ?"
            " WHERE id = ?",
            *(gained, missing, at, key[1]),
        )
        if gained < 0:
            freed.add(key[1])
    return freed


def _insert(store: Store, order_id: int, booking: Booking) -> None:
    store.execute(
        "INSERT INTO line_allocations"
        " (line_item_id, stock_id, order_id, warehouse_id, quantity, backorder, is_kit_component)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        *(booking.line_id, booking.stock_id, order_id, booking.warehouse_id),
        *(booking.quantity, booking.backorder, booking.is_kit_component),
    )
