"""The log of calls in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crossdock.db.pool import Connection

# A batch holds the calls of every project that called in that half second; each row names its own.
ACROSS_PROJECTS = ("insert_calls",)

_COLUMNS = (
    *("id", "project_id", "account_id", "connector_key", "action", "effect", "actor"),
    *("status", "cause", "duration_ms", "created_at"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEntry:
    """One call as the log keeps it: names and numbers, nothing of what was sent or answered."""

    id: str
    project_id: str
    account_id: str
    connector_key: str
    action: str
    effect: str
    actor: str
    status: int
    cause: str | None
    duration_ms: int
    created_at: datetime


async def insert_calls(conn: Connection, *, entries: Sequence[CallEntry]) -> None:
    """Write a batch of calls; rows of a project that is gone by now are left out."""
    marks = ", ".join(f"${number}" for number in range(1, len(_COLUMNS) + 1))
    await conn.executemany(
        f"""insert into calls ({", ".join(_COLUMNS)}) select {marks}
            where exists (select from projects where id = $2)""",
        [tuple(getattr(entry, name) for name in _COLUMNS) for entry in entries],
    )
