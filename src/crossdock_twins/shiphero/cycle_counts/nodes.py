"""Cycle counts as the API's type, with how far they are."""

import sqlite3
from typing import Any

from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.call import Call

Node = dict[str, Any]

SORTS = {
    name: name
    for name in ("id", "name", "count_type", "queue_status", "status", "due_date", "created_at", "updated_at")
} | {"legacy_id": "id"}
_PROGRESS = (
    "SELECT count_id, count(*) AS total, count(counted) AS counted, count(DISTINCT location_id) AS locations,"
    " count(DISTINCT stock_id) AS skus,"
    " count(DISTINCT iif(counted IS NULL, location_id, NULL)) AS open_locations,"
    " count(DISTINCT iif(counted IS NULL, stock_id, NULL)) AS open_skus"
    " FROM cycle_count_items WHERE count_id IN ({}) GROUP BY count_id"
)
_NOTHING = dict.fromkeys(("total", "counted", "locations", "skus", "open_locations", "open_skus"), 0)


def counts(call: Call, rows: list[sqlite3.Row]) -> list[Node]:
    """Give the nodes of one page of cycle counts."""
    numbers = [row["id"] for row in rows]
    found = call.state.store.all(_PROGRESS.format(", ".join("?" * len(numbers))), *numbers)
    progress = {row["count_id"]: dict(row) for row in found}
    return [_count(row, progress.get(row["id"], _NOTHING)) for row in rows]


def _count(row: sqlite3.Row, done: dict[str, int]) -> Node:
    return {
        "id": ids.encode("CycleCountBatch", row["id"]),
        "legacy_id": row["id"],
        "name": row["name"],
        "warehouse_id": ids.encode("Warehouse", row["warehouse_id"]),
        "account_id": ids.encode("Account", row["account_id"]),
        "count_type": row["count_type"],
        "queue_status": row["queue_status"],
        "status": row["status"],
        "progress": 100 * done["counted"] // done["total"] if done["total"] else 0,
        "counted": done["counted"],
        "uncounted": done["total"] - done["counted"],
        **{name: row[name] for name in ("due_date", "started_at", "ended_at", "created_at", "updated_at")},
        "locations": {"total": done["locations"], "counted": done["locations"] - done["open_locations"]},
        "skus": {"total": done["skus"], "counted": done["skus"] - done["open_skus"]},
    }
