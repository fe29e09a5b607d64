"""Snapshots as they are kept, from being asked for to being fetched."""

import json
import secrets
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from crossdock_twins.base.store import Store
from crossdock_twins.shiphero import dates
from crossdock_twins.shiphero.errors import not_found

PENDING, ENQUEUED, PROCESSING = "pending", "enqueued", "processing"
SUCCESS, ERROR, ABORT = "success", "error", "abort"
FINAL = frozenset({SUCCESS, ERROR, ABORT})

STARTS_AFTER, TAKES = timedelta(seconds=2), timedelta(seconds=3)
"""From being enqueued to being worked on, and from then to the file: the twin's own choice."""

LINK_LIVES = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSnapshot:
    """What somebody asked for; `body` holds the filters and where the result is to be sent."""

    account_id: int
    user_id: int
    customer_id: int | None
    warehouse_id: int | None
    body: dict[str, Any]


def insert(store: Store, new: NewSnapshot, *, at: datetime, status: str) -> int:
    """Keep a new snapshot and give its number; its id starts with the second of its making, like the provider's."""
    today = dates.text_of(at)
    return store.insert(
        "INSERT INTO inventory_snapshots (snapshot_id, account_id, user_id, customer_id, warehouse_id, status, body,"
        " created_at, enqueued_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        *(f"{int(at.timestamp()):08x}{secrets.token_hex(8)}", new.account_id, new.user_id, new.customer_id),
        *(new.warehouse_id, status, json.dumps(new.body), today, milliseconds(at), today),
    )


def milliseconds(at: datetime) -> str:
    """Write a moment as `enqueued_at` has it: with milliseconds, without a zone."""
    return f"{dates.text_of(at)}.{at.microsecond // 1000:03d}"


def row(store: Store, number: int) -> sqlite3.Row | None:
    """Give a snapshot, whoever it belongs to."""
    return store.one("SELECT * FROM inventory_snapshots WHERE id = ?", number)


def read(store: Store, snapshot_id: str, *, accounts: Iterable[int]) -> sqlite3.Row:
    """Give a snapshot of one of these accounts; error 5 where there is none."""
    found = store.one("SELECT * FROM inventory_snapshots WHERE snapshot_id = ?", snapshot_id.strip())
    if found is None or found["account_id"] not in set(accounts):
        raise not_found("Snapshot")
    return found


def set_status(store: Store, number: int, status: str, *, at: datetime, **body: Any) -> None:
    """Move a snapshot on; members of `body` join what is kept of it."""
    store.execute(
        "UPDATE inventory_snapshots SET status = ?, body = json_patch(body, ?), updated_at = ? WHERE id = ?",
        *(status, json.dumps(body), dates.text_of(at), number),
    )


def finish(store: Store, snapshot: sqlite3.Row, contents: bytes, *, at: datetime) -> None:
    """Keep the file; its name tells what was asked for and cannot be guessed."""
    warehouse, customer = snapshot["warehouse_id"] or "Any", snapshot["customer_id"] or "Any"
    store.execute(
        "UPDATE inventory_snapshots SET status = ?, file_name = ?, contents = ?, updated_at = ? WHERE id = ?",
        SUCCESS,
        f"{snapshot['account_id']}/{warehouse}/{customer}/{uuid4()}.json",
        *(contents, dates.text_of(at), snapshot["id"]),
    )
