"""Cycle counts as they are kept: a batch, and an item for each product in each location that is to be counted."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from crossdock_twins.base.store import Store
from crossdock_twins.shiphero.errors import not_found
from crossdock_twins.shiphero.paging import Conditions

QUEUED, CREATING, READY, ERROR = "QUEUED", "CREATING", "READY_TO_COUNT", "ERROR"
NOT_STARTED, IN_PROGRESS, COMPLETED = "not_started", "in_progress", "completed"

_PLACES = (
    "SELECT s.id AS stock_id, l.id AS location_id, sum(i.quantity) AS expected"
    " FROM item_locations i JOIN warehouse_products s ON s.id = i.stock_id"
    " JOIN products p ON p.id = s.product_id JOIN locations l ON l.id = i.location_id {where}"
    " GROUP BY s.id, l.id ORDER BY {order}"
)
ORDERS = {
    "": "l.name_key, p.sku_key",
    "location": "l.name_key, p.sku_key",
    "location_name": "l.name_key, p.sku_key",
    "sku": "p.sku_key, l.name_key",
    "name": "p.name, l.name_key",
    "quantity": "expected DESC, l.name_key",
    "last_counted": "max(coalesce((SELECT max(c.counted_at) FROM cycle_count_items c WHERE c.stock_id = s.id"
    " AND c.location_id = l.id), '')), l.name_key",
}
"""What a batch may be sorted by, and how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCount:
    """A batch to be made; `body` holds what decides which items go in."""

    account_id: int
    warehouse_id: int
    name: str
    count_type: str
    due_date: str | None
    body: dict[str, Any]


def insert(store: Store, new: NewCount, *, at: str) -> int:
    """Keep a new batch, which waits for its items, and give its number."""
    return store.insert(
        "INSERT INTO cycle_counts (account_id, warehouse_id, name, count_type, queue_status, status, body, due_date,"
        " created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        *(new.account_id, new.warehouse_id, new.name, new.count_type, QUEUED, NOT_STARTED, json.dumps(new.body)),
        *(new.due_date, at, at),
    )


def row(store: Store, number: int) -> sqlite3.Row | None:
    """Give a batch, whoever it belongs to."""
    return store.one("SELECT * FROM cycle_counts WHERE id = ?", number)


def read(store: Store, number: int, *, accounts: Iterable[int]) -> sqlite3.Row:
    """Give a batch of one of these accounts; error 5 where there is none."""
    found = row(store, number)
    if found is None or found["account_id"] not in set(accounts):
        raise not_found("Cycle count")
    return found


def places(store: Store, where: Conditions, *, sort_by: str) -> list[sqlite3.Row]:
    """Give the products and locations that a batch is to look at, with the pieces that the books have there."""
    return store.all(_PLACES.format(where=where.sql, order=ORDERS[sort_by]), *where.values)


def fill(store: Store, number: int, found: Sequence[sqlite3.Row]) -> None:
    """Put the items into a batch."""
    for place in found:
        store.execute(
            "INSERT INTO cycle_count_items (count_id, stock_id, location_id, expected) VALUES (?, ?, ?, ?)",
            *(number, place["stock_id"], place["location_id"], place["expected"]),
        )


def set_queue(store: Store, number: int, queue_status: str, *, at: str) -> None:
    """Move a batch on in the queue."""
    store.execute("UPDATE cycle_counts SET queue_status = ?, updated_at = ? WHERE id = ?", queue_status, at, number)


def note(store: Store, item_id: int, counted: int, *, at: str) -> None:
    """Note what was found in one place, and how far the batch is now."""
    store.execute("UPDATE cycle_count_items SET counted = ?, counted_at = ? WHERE id = ?", counted, at, item_id)
    store.execute(
        "UPDATE cycle_counts SET updated_at = ?1, started_at = coalesce(started_at, ?1),"
        " status = iif(left_over.n = 0, ?2, ?3), ended_at = iif(left_over.n = 0, ?1, NULL)"
        " FROM (SELECT i.count_id, (SELECT count(*) FROM cycle_count_items o"
        "  WHERE o.count_id = i.count_id AND o.counted IS NULL) AS n FROM cycle_count_items i WHERE i.id = ?4)"
        " AS left_over"
        " WHERE cycle_counts.id = left_over.count_id",
        *(at, COMPLETED, IN_PROGRESS, item_id),
    )
