"""Orders that travel with another one: whose lines they gave, and what becomes of them."""

from crossdock_twins.base.store import Store
from crossdock_twins.shiphero.orders.status import MERGED


def follow(store: Store, master_id: int, *, status: str, at: str) -> None:
    """Give the orders merged into a master its final status."""
    store.execute(
        "UPDATE orders SET fulfillment_status = ?, updated_at = ? WHERE fulfillment_status = ?"
        " AND id IN (SELECT order_id FROM order_merges WHERE master_id = ?)",
        *(status, at, MERGED, master_id),
    )


def join(store: Store, *, order_id: int, master_id: int, status: str, at: str) -> None:
    """Give an order's lines to its master; `status` is what it had and gets back when they part."""
    store.execute(
        "INSERT INTO order_merges (order_id, master_id, status, merged_at) VALUES (?, ?, ?, ?)",
        *(order_id, master_id, status, at),
    )
    store.execute(
        "UPDATE line_items SET order_id = ?, merged_from = coalesce(merged_from, ?) WHERE order_id = ?",
        *(master_id, order_id, order_id),
    )


def part(store: Store, order_id: int) -> None:
    """Give an order its lines back."""
    store.execute("UPDATE line_items SET order_id = ?, merged_from = NULL WHERE merged_from = ?", order_id, order_id)
    store.execute("DELETE FROM order_merges WHERE order_id = ?", order_id)
