"""Which of the pieces in each location are spoken for: what is allocated is taken in the order of picking."""

from collections import defaultdict
from collections.abc import Sequence

from crossdock_twins.base.store import Store


def allocated(store: Store, stock_ids: Sequence[int]) -> dict[int, int]:
    """Give the allocated pieces of each item location; those that are picked already lie in a tote instead."""
    marks = ", ".join("?" * len(stock_ids))
    wanted: dict[int, int] = defaultdict(int)
    for row in store.all(f"SELECT id, allocated FROM warehouse_products WHERE id IN ({marks})", *stock_ids):
        wanted[row["id"]] += row["allocated"]
    for row in store.all(f"SELECT stock_id, quantity FROM tote_items WHERE stock_id IN ({marks})", *stock_ids):
        wanted[row["stock_id"]] -= row["quantity"]
    found: dict[int, int] = {}
    for row in store.all(
        "SELECT i.id, i.stock_id, i.quantity FROM item_locations i JOIN locations l ON l.id = i.location_id"
        f" LEFT JOIN lots t ON t.id = i.lot_id WHERE i.stock_id IN ({marks}) AND l.sellable"
        " ORDER BY l.staging, t.expires_at IS NULL, t.expires_at, l.pickable DESC, l.pick_priority, i.id",
        *stock_ids,
    ):
        found[row["id"]] = max(0, min(row["quantity"], wanted[row["stock_id"]]))
        wanted[row["stock_id"]] -= found[row["id"]]
    return found
