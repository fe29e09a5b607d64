"""The batches in a twin's store, and what is in them."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

from crossdock_twins.base.store import Store, Value
from crossdock_twins.easyship.state import Owner
from crossdock_twins.easyship.times import timestamp

Type = Literal["shipment_batch", "address_batch", "label_batch"]
_OWNED = "company_id = ? AND environment = ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an item; it has failed where there are errors and no record."""

    reference_id: str | None = None
    record_type: str | None = None
    record_id: str | None = None
    errors: Sequence[str] = field(default=())

    @property
    def state(self) -> str:
        """The state that the item ends in."""
        return "processed" if self.record_id is not None else "failed"


def add(
    store: Store, owner: Owner, *, kind: Type, items: Sequence[tuple[str | None, Mapping[str, Any]]], at: datetime
) -> str:
    """Keep a new batch of items (reference and body each) and give its id."""
    batch_id, now = str(uuid4()), timestamp(at)
    with store.transaction():
        store.execute(
            "INSERT INTO batch (id, company_id, environment, type, state, created_at, updated_at)"
            " VALUES (?, ?, ?, ?, 'created', ?, ?)",
            *(batch_id, owner.company_id, owner.environment, kind, now, now),
        )
        for reference_id, body in items:
            store.execute(
                "INSERT INTO batch_item (id, batch_id, state, body, reference_id, created_at, updated_at)"
                " VALUES (?, ?, 'created', ?, ?, ?, ?)",
                *(str(uuid4()), batch_id, json.dumps(body, ensure_ascii=False), reference_id, now, now),
            )
    return batch_id


def find(store: Store, owner: Owner, batch_id: str) -> sqlite3.Row | None:
    """Give one of a company's batches."""
    return store.one(
        f"SELECT * FROM batch WHERE id = ? AND {_OWNED}", batch_id.lower(), owner.company_id, owner.environment
    )


def by_id(store: Store, batch_id: str) -> sqlite3.Row | None:
    """Give a batch, whoever's it is."""
    return store.one("SELECT * FROM batch WHERE id = ?", batch_id)


def matching(store: Store, owner: Owner, limits: Mapping[str, str]) -> list[sqlite3.Row]:
    """Give a company's batches, newest first; `limits` are columns with their values."""
    clauses = [_OWNED, *(f"{column} = ?" for column in limits)]
    values: tuple[Value, ...] = (owner.company_id, owner.environment, *limits.values())
    return store.all(f"SELECT * FROM batch WHERE {' AND '.join(clauses)} ORDER BY number DESC", *values)


def counts(store: Store, batch_id: str) -> dict[str, int]:
    """Count a batch's items by their states."""
    rows = store.all("SELECT state, count(*) AS count FROM batch_item WHERE batch_id = ? GROUP BY state", batch_id)
    found = {row["state"]: row["count"] for row in rows}
    return {state: found.get(state, 0) for state in ("created", "processing", "processed", "failed")}


def items(store: Store, batch_id: str, *, limit: int, offset: int) -> list[sqlite3.Row]:
    """Give a batch's items in the order in which they were sent."""
    return store.all(
        "SELECT * FROM batch_item WHERE batch_id = ? ORDER BY number LIMIT ? OFFSET ?", batch_id, limit, offset
    )


def next_item(store: Store, batch_id: str) -> sqlite3.Row | None:
    """Give the first item that nobody has worked off."""
    return store.one(
        "SELECT * FROM batch_item WHERE batch_id = ? AND state = 'created' ORDER BY number LIMIT 1", batch_id
    )


def started(store: Store, batch_id: str, *, at: datetime) -> None:
    """Note that a batch is being worked off."""
    store.execute(
        "UPDATE batch SET state = 'processing', started_at = ?, updated_at = ? WHERE id = ?",
        *(timestamp(at), timestamp(at), batch_id),
    )


def finished(store: Store, batch_id: str, *, state: str, at: datetime) -> None:
    """Note that a batch is worked off."""
    store.execute(
        "UPDATE batch SET state = ?, finished_at = ?, updated_at = ? WHERE id = ?",
        *(state, timestamp(at), timestamp(at), batch_id),
    )


def worked_off(store: Store, item_id: str, outcome: Outcome, *, at: datetime) -> None:
    """Note what became of an item."""
    store.execute(
        "UPDATE batch_item SET state = ?, reference_id = coalesce(?, reference_id), record_type = ?, record_id = ?,"
        " processing_errors = ?, started_at = ?, finished_at = ?, updated_at = ? WHERE id = ?",
        *(outcome.state, outcome.reference_id, outcome.record_type, outcome.record_id),
        *(json.dumps(list(outcome.errors)), timestamp(at), timestamp(at), timestamp(at), item_id),
    )
