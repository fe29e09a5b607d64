"""The log in the database: calls, the exchanges that they took, and requests to the platform itself."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from crossdock.db.pool import Connection

# A batch holds what every project did in that half second, each row naming its own; days hold the rows of all.
ACROSS_PROJECTS = ("insert_calls", "insert_steps", "insert_requests", "open_day", "forget")

_TYPES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("status", "duration_ms"), "integer"),
    **dict.fromkeys(("request", "response"), "jsonb"),
    "created_at": "timestamptz",
}
"""Types of the columns that are not text."""
_SENT: Final[Mapping[str, str]] = {"jsonb": "text"}
_NUL: Final = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
_ENCODE: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class CallRow(NamedTuple):
    """One call: what was asked of which account, and what came of it; ``status`` is 0 where no reply came.

    ``wrong_fields`` are the inputs that it was refused for, one a line, where it was refused for such.
    ``answered_from`` is ``kept`` or ``found`` where an answer came without anything being sent, ``repeat_of`` the call
    that a kept answer was first given to.
    """

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
    wrong_fields: str | None = None
    source_ip: str | None = None
    answered_from: str | None = None
    repeat_of: str | None = None


class StepRow(NamedTuple):
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
    source_ip: str | None = None


class RequestRow(NamedTuple):
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


Row = CallRow | StepRow | RequestRow


async def insert_calls(conn: Connection, *, rows: Sequence[CallRow]) -> None:
    """Write a batch of calls; what a call's later exchange brought takes the place of what the earlier one did.

    Rows of a project that is gone by now are left out.
    """
    last: dict[tuple[datetime, str], CallRow] = {}
    for row in rows:
        before = last.get((row.created_at, row.id))
        # A line that only corrects how it ended does not say again where the call went.
        amends = row.method is None
        last[row.created_at, row.id] = _ended_as(before, row) if before is not None and amends else row
    await _insert(
        conn,
        "calls",
        list(last.values()),
        "do update set status = excluded.status, cause = excluded.cause, duration_ms = excluded.duration_ms",
    )


def _ended_as(before: CallRow, row: CallRow) -> CallRow:
    return before._replace(status=row.status, cause=row.cause, duration_ms=row.duration_ms)


async def insert_steps(conn: Connection, *, rows: Sequence[StepRow]) -> None:
    """Write a batch of exchanges; rows of a project that is gone by now are left out."""
    await _insert(conn, "call_steps", rows, "do nothing")


async def insert_requests(conn: Connection, *, rows: Sequence[RequestRow]) -> None:
    """Write a batch of requests; rows of a project that is gone by now are left out."""
    await _insert(conn, "api_requests", rows, "do nothing")


async def open_day(conn: Connection, *, day: date) -> None:
    """Make the partitions of a day, in UTC, where they are missing."""
    await conn.execute("select log_day($1)", day)


async def forget(conn: Connection, *, before: date) -> int:
    """Drop every day before this one; return how many partitions went."""
    dropped: int = await conn.fetchval("select log_forget($1)", before)
    return dropped


async def _insert(conn: Connection, table: str, rows: Sequence[Row], otherwise: str) -> None:
    """Write rows in one statement, column by column; ``otherwise`` is what becomes of one that is there already."""
    if not rows:
        return
    kinds = {name: _TYPES.get(name, "text") for name in rows[0]._fields}
    names, kept = ", ".join(kinds), ", ".join(f"{name}::{kind}" for name, kind in kinds.items())
    sent = [f"${place}::{_SENT.get(kind, kind)}[]" for place, kind in enumerate(kinds.values(), start=1)]
    await conn.execute(
        f"""insert into {table} ({names}) select {kept} from unnest({", ".join(sent)}) as row ({names})
        where exists (select from projects where projects.id = row.project_id)
        on conflict (created_at, id) {otherwise}""",
        *(_column(kind, values) for kind, values in zip(kinds.values(), zip(*rows, strict=True), strict=True)),
    )


def _column(kind: str, values: Sequence[Any]) -> Sequence[Any]:
    """Return a column as it is sent; one row that the database cannot hold would hold up everybody's."""
    if kind not in {"text", "jsonb"}:
        return values
    told = [_json(value) for value in values] if kind == "jsonb" else values
    joined = "".join([text for text in told if text])
    if joined.isascii() and "\0" not in joined:
        return told
    return [text and _held(text) for text in told]


def _json(value: Any) -> str:
    """Return a value as JSON without a NUL; the same signs behind a backslash of their own stand for themselves."""
    text = _ENCODE(value)
    return _NUL.sub("\\1\ufffd", text) if "\\u0000" in text else text


def _held(text: str) -> str:
    """Return a text with a mark for a NUL and for half a surrogate pair, which no text of the database holds."""
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
