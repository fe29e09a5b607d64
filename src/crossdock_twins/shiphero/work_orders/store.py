"""Work orders as they are kept."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from crossdock_twins.base.store import Store
from crossdock_twins.shiphero.errors import not_found

PENDING_APPROVAL, IN_PROGRESS, READY_TO_PICK = "PENDING_APPROVAL", "IN_PROGRESS", "READY_TO_PICK"
ASSEMBLY_IN_PROGRESS, COMPLETED, CANCELED, CLOSED = "ASSEMBLY_IN_PROGRESS", "COMPLETED", "CANCELED", "CLOSED"
ENDED = frozenset({COMPLETED, CANCELED, CLOSED})
_STAMPS = {
    READY_TO_PICK: ("ready_to_pick_at",),
    ASSEMBLY_IN_PROGRESS: ("started_at", "assembly_in_progress_at"),
    COMPLETED: ("completed_at", "ended_at"),
    CANCELED: ("ended_at",),
}
"""The moments that a status stands for; each is noted when it is first reached."""


def insert(store: Store, table: str, values: Mapping[str, Any]) -> int:
    """Add a row to one of the tables of work orders, and give its number."""
    marks = ", ".join("?" * len(values))
    return store.insert(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", *values.values())


def read(store: Store, number: int, *, accounts: Sequence[int]) -> sqlite3.Row:
    """Give the row of a work order of one of these accounts; error 5 for any other."""
    row = store.one("SELECT * FROM work_orders WHERE id = ?", number)
    if row is None or row["account_id"] not in accounts:
        raise not_found("Work order")
    return row


def assembly(store: Store, number: int) -> sqlite3.Row | None:
    """Give what a work order is to make; None for other work."""
    return store.one("SELECT * FROM work_order_assemblies WHERE work_order_id = ?", number)


def components(store: Store, number: int) -> list[sqlite3.Row]:
    """Give what goes into the assembly of a work order."""
    return store.all("SELECT * FROM work_order_components WHERE work_order_id = ? ORDER BY id", number)


def set_status(store: Store, number: int, status: str, *, at: str) -> None:
    """Set the status, and note the moments that it stands for."""
    stamps = "".join(f", {name} = coalesce({name}, ?2)" for name in _STAMPS.get(status, ()))
    store.execute(f"UPDATE work_orders SET status = ?1, updated_at = ?2{stamps} WHERE id = ?3", status, at, number)


def touch(store: Store, number: int, *, at: str) -> None:
    """Note that something below a work order changed."""
    store.execute("UPDATE work_orders SET updated_at = ? WHERE id = ?", at, number)
