"""Returns as they are kept: with their items, labels, history and attachments."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from crossdock_twins.base.store import Store
from crossdock_twins.shiphero.errors import not_found

PENDING, WAREHOUSE_COMPLETE = "pending", "warehouse_complete"


def insert(store: Store, table: str, values: Mapping[str, Any]) -> int:
    """Add a row to one of the tables of returns, and give its number."""
    marks = ", ".join("?" * len(values))
    return store.insert(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", *values.values())


def read(store: Store, number: int, *, accounts: Sequence[int]) -> sqlite3.Row:
    """Give the row of a return of one of these accounts; error 5 for any other."""
    row = store.one("SELECT * FROM returns WHERE id = ?", number)
    if row is None or row["account_id"] not in accounts:
        raise not_found("Return")
    return row


def items(store: Store, return_id: int) -> list[sqlite3.Row]:
    """Give the items of a return."""
    return store.all("SELECT * FROM return_items WHERE return_id = ? ORDER BY id", return_id)


def item(store: Store, number: int, *, return_id: int) -> sqlite3.Row:
    """Give an item of a return; error 5 where that return has no such item."""
    row = store.one("SELECT * FROM return_items WHERE id = ? AND return_id = ?", number, return_id)
    if row is None:
        raise not_found("Return item")
    return row


def note(store: Store, return_id: int, text: str, *, user_id: int, at: str) -> None:
    """Write a line into a return's history, and note that the return changed."""
    values = {"return_id": return_id, "user_id": user_id, "body": text, "created_at": at}
    insert(store, "return_history", values)
    store.execute("UPDATE returns SET updated_at = ? WHERE id = ?", at, return_id)


def set_status(store: Store, return_id: int, status: str) -> None:
    """Set a return's status."""
    store.execute("UPDATE returns SET status = ? WHERE id = ?", status, return_id)


def add_label(store: Store, return_id: int, *, tracking_number: str, body: Mapping[str, Any], at: str) -> int:
    """Keep a label for a return, and give its number."""
    values = {
        "return_id": return_id,
        "tracking_number": tracking_number,
        "status": "valid",
        "created_at": at,
        "body": json.dumps(body),
    }
    return insert(store, "return_labels", values)


def returned_of_line(store: Store, line_item_id: int, *, sku_key: str) -> int:
    """Give how many pieces of an order's line are on returns already."""
    row = store.one(
        "SELECT coalesce(sum(i.quantity), 0) AS n FROM return_items i JOIN returns r ON r.id = i.return_id"
        " WHERE i.line_item_id = ? AND lower(trim(i.sku)) = ? AND r.status NOT IN ('canceled', 'cancelled')",
        *(line_item_id, sku_key),
    )
    return 0 if row is None else int(row["n"])
