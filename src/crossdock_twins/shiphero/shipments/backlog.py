"""What a seed leaves at the dock: parcels of the last days in their containers, and those under way on the agenda."""

import sqlite3
from datetime import timedelta
from typing import TYPE_CHECKING

from crossdock_twins.base.store import Store
from crossdock_twins.shiphero import dates
from crossdock_twins.shiphero.shipments import transit

if TYPE_CHECKING:
    from crossdock_twins.shiphero.state import State

_KEPT = timedelta(days=30)
_LABELS = (
    "SELECT l.id, l.warehouse_id, l.carrier, l.created_at, s.user_id, w.account_id FROM shipping_labels l"
    " JOIN shipments s ON s.id = l.shipment_id JOIN warehouses w ON w.id = l.warehouse_id"
    " WHERE l.account_id IN (SELECT id FROM accounts) AND l.created_at >= ? ORDER BY l.created_at, l.id"
)
_UNDER_WAY = (
    "SELECT id, created_at FROM shipments WHERE account_id IN (SELECT id FROM accounts) AND created_at >= ?"
    " AND picked_up AND NOT delivered AND NOT voided ORDER BY id"
)


def catch_up(state: "State") -> None:
    """Bring the dock in line with shipments that were written as they stand, once after a seed."""
    now = state.now()
    since, today = dates.text_of(now - _KEPT), dates.text_of(now)
    found: dict[tuple[int, str, str], int] = {}
    for row in state.store.all(_LABELS, since):
        left = dates.text_of(transit.next_collection(row["created_at"]))
        key = (row["warehouse_id"], row["carrier"], left)
        if left > today:
            continue
        if key not in found:
            found[key] = _container(state.store, row, left)
        state.store.execute(
            "INSERT INTO shipping_container_labels (container_id, shipping_label_id, user_id, created_at)"
            " VALUES (?, ?, ?, ?)",
            *(found[key], row["id"], row["user_id"], row["created_at"]),
        )
    for row in state.store.all(_UNDER_WAY, since):
        transit.arrive(state.store, row["id"], left=transit.next_collection(row["created_at"]), not_before=now)


def _container(store: Store, row: sqlite3.Row, left: str) -> int:
    return store.insert(
        "INSERT INTO shipping_containers (account_id, warehouse_id, carrier, created_at, updated_at, shipped_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        *(row["account_id"], row["warehouse_id"], row["carrier"], row["created_at"], left, left),
    )
