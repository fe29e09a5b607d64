"""The log in the database: calls, the exchanges that they took, and requests to the platform itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from crossdock.db.pool import Connection

# A batch holds what every project did in that half second, each row naming its own; days hold the rows of all.
ACROSS_PROJECTS = ("insert_calls", "insert_steps", "insert_requests", "open_day", "forget")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """One call: what was asked of which account, and what came of it; ``status`` is 0 where no reply came."""

    id: str
    project_id: str
    account_id: str
    connector_key: str
    service: str
    action: str
    effect: str
    actor: str
    method: str | None
    url: str | None
    path: str | None
    resource: str | None
    child_resource: str | None
    sub_resource: str | None
    status: int
    cause: str | None
    duration_ms: int
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One exchange with the provider that a call took; what was said is cut short and holds no secret."""

    id: str
    project_id: str
    call_id: str
    account_id: str
    connector_key: str
    service: str
    action: str
    method: str
    url: str
    path: str
    resource: str | None
    child_resource: str | None
    sub_resource: str | None
    status: int
    cause: str | None
    duration_ms: int
    request: Mapping[str, Any]
    response: Mapping[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRow:
    """One request to the platform's own API; ``path`` is the address without its query."""

    id: str
    project_id: str
    account_id: str | None
    category: str
    action: str
    actor: str
    method: str
    url: str
    path: str
    status: int
    duration_ms: int
    source_ip: str | None
    created_at: datetime


async def insert_calls(conn: Connection, *, rows: Sequence[CallRow]) -> None:
    """Write a batch of calls; what a call's later exchange brought takes the place of what the earlier one did.

    Rows of a project that is gone by now are left out.
    """
    await conn.executemany(
        _insert("calls", CallRow)
        + """ on conflict (created_at, id) do update set status = excluded.status, cause = excluded.cause,
            duration_ms = excluded.duration_ms""",
        _values(rows),
    )


async def insert_steps(conn: Connection, *, rows: Sequence[StepRow]) -> None:
    """Write a batch of exchanges; rows of a project that is gone by now are left out."""
    await conn.executemany(f"{_insert('call_steps', StepRow)} on conflict do nothing", _values(rows))


async def insert_requests(conn: Connection, *, rows: Sequence[RequestRow]) -> None:
    """Write a batch of requests; rows of a project that is gone by now are left out."""
    await conn.executemany(f"{_insert('api_requests', RequestRow)} on conflict do nothing", _values(rows))


async def open_day(conn: Connection, *, day: date) -> None:
    """Make the partitions of a day, in UTC, where they are missing."""
    await conn.execute("select log_day($1)", day)


async def forget(conn: Connection, *, before: date) -> int:
    """Drop every day before this one; return how many partitions went."""
    dropped: int = await conn.fetchval("select log_forget($1)", before)
    return dropped


def _insert(table: str, row: type) -> str:
    names = [field.name for field in fields(row)]
    marks = ", ".join(f"${number}" for number in range(1, len(names) + 1))
    return f"""insert into {table} ({", ".join(names)}) select {marks}
        where exists (select from projects where id = $2)"""


def _values(rows: Sequence[CallRow] | Sequence[StepRow] | Sequence[RequestRow]) -> list[tuple[object, ...]]:
    return [tuple(getattr(row, field.name) for field in fields(row)) for row in rows]
