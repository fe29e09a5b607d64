"""Inventory syncs as they are kept: a batch, and a row for each line of its file."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crossdock_twins.base.store import Store
from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.errors import not_found

ENTITY = "InventorySync"
PENDING, PROCESSING, SUCCESS, ERROR, ABORT = "pending", "processing", "success", "error", "abort"
FINAL = frozenset({SUCCESS, ERROR, ABORT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the file, as it stands there."""

    sku: str
    quantity: str
    action: str
    reason: str
    location: str


def insert(
    store: Store, *, account_id: int, customer_id: int | None, user_id: int, warehouse_id: int, url: str, at: str
) -> int:
    """Keep a new batch and give its number."""
    return store.insert(
        "INSERT INTO inventory_syncs"
        " (account_id, customer_id, user_id, warehouse_id, url, status, created_at, updated_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        *(account_id, customer_id, user_id, warehouse_id, url, PENDING, at, at),
    )


def read(store: Store, text: str, *, accounts: Iterable[int]) -> sqlite3.Row:
    """Give a batch of one of these accounts; error 5 where there is none."""
    number = ids.decode(text, ENTITY)
    found = None if number is None else row(store, number)
    if found is None or found["account_id"] not in set(accounts):
        raise not_found("Inventory sync")
    return found


def row(store: Store, number: int) -> sqlite3.Row | None:
    """Give a batch, whoever it belongs to."""
    return store.one("SELECT * FROM inventory_syncs WHERE id = ?", number)


def set_status(store: Store, number: int, status: str, *, at: str, error: str | None = None) -> None:
    """Move a batch on."""
    store.execute(
        "UPDATE inventory_syncs SET status = ?, error = coalesce(?, error), updated_at = ? WHERE id = ?",
        *(status, error, at, number),
    )


def add_lines(store: Store, number: int, lines: Sequence[Line], *, at: str) -> None:
    """Keep the lines of a batch's file; they wait."""
    for place, line in enumerate(lines, start=1):
        store.execute(
            "INSERT INTO inventory_sync_rows"
            " (sync_id, place, sku, quantity, action, reason, location, status, created_at, updated_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(number, place, line.sku, line.quantity, line.action, line.reason, line.location, PENDING, at, at),
        )


def waiting(store: Store, number: int, *, most: int) -> list[sqlite3.Row]:
    """Give the next lines of a batch that wait."""
    return store.all(
        "SELECT * FROM inventory_sync_rows WHERE sync_id = ? AND status = ? ORDER BY place LIMIT ?",
        *(number, PENDING, most),
    )


def finish_line(store: Store, number: int, *, error: str | None, at: str) -> None:
    """Say how a line went."""
    store.execute(
        "UPDATE inventory_sync_rows SET status = ?, error = ?, updated_at = ? WHERE id = ?",
        *(SUCCESS if error is None else ERROR, error, at, number),
    )


def call_off(store: Store, number: int, *, reason: str, at: str) -> None:
    """Let no further line of a batch run."""
    store.execute(
        "UPDATE inventory_sync_rows SET status = ?, updated_at = ? WHERE sync_id = ? AND status = ?",
        *(ABORT, at, number, PENDING),
    )
    set_status(store, number, ABORT, at=at, error=reason)
