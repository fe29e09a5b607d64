"""The log as it is read: one table at a time, filtered, in an order, from a place on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from crossdock.db.pool import Connection, Row

ACROSS_PROJECTS: tuple[str, ...] = ()

Table = Literal["calls", "call_steps", "api_requests"]
Direction = Literal["asc", "desc"]

ORDERS: Final[Mapping[str, str]] = {
    "eventDatetime": "created_at",
    "provider": "connector_key",
    "service": "service",
    "status": "status",
    "duration": "duration_ms",
}
"""Columns by the words of the wire."""

_GOOD: Final[Mapping[Table, str]] = {
    "calls": "(status between 200 and 399 and cause is null)",
    "call_steps": "(status between 200 and 399 and cause is null)",
    "api_requests": "(status between 200 and 399)",
}
_CASTS: Final = {"created_at": "timestamptz", "status": "integer", "duration_ms": "integer"}
_BARE_STEP: Final = (
    "id, project_id, call_id, account_id, connector_key, service, action, method, url, path, resource, child_resource,"
    " sub_resource, status, cause, duration_ms, created_at, source_ip"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuery:
    """What is asked of a log; ``any_of`` maps a column to the values that it may have.

    ``actors`` are actors' names, or the beginning of one up to its colon for all of that kind. ``after`` is the place
    of the last row seen: its value of the order's column, and its id.
    """

    any_of: Mapping[str, Sequence[str | int]] = field(default_factory=dict)
    actors: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    succeeded: Literal["yes", "no", "either"] = "either"
    order: str = "created_at"
    direction: Direction = "desc"
    limit: int = 25
    after: tuple[str | int | datetime, str] | None = None


async def list_rows(
    conn: Connection, *, project_id: str, table: Table, query: LogQuery, skip: int = 0
) -> Sequence[Row]:
    """Return rows of a log, those after a place where one is given, or after as many as are to be skipped."""
    where, values = _conditions(table, query)
    number = len(values) + 2
    if query.after is not None:
        sign = ">" if query.direction == "asc" else "<"
        cast = _CASTS.get(query.order, "text")
        where.append(f"({query.order}, id) {sign} (${number}::{cast}, ${number + 1})")
        values.extend(query.after)
        number += 2
    columns = _BARE_STEP if table == "call_steps" else "*"
    return await conn.fetch(
        f"""
        select {columns} from {table} where project_id = $1{"".join(f" and {one}" for one in where)}
        order by {query.order} {query.direction}, id {query.direction} limit ${number} offset ${number + 1}
        """,
        project_id,
        *values,
        query.limit,
        skip,
    )


async def count_rows(conn: Connection, *, project_id: str, table: Table, query: LogQuery, limit: int) -> int:
    """Return how many rows of a log fit, counted as far as the limit."""
    where, values = _conditions(table, query)
    found: int = await conn.fetchval(
        f"""
        select count(*) from (
            select from {table} where project_id = $1{"".join(f" and {one}" for one in where)}
            limit ${len(values) + 2}
        ) as fitting
        """,
        project_id,
        *values,
        limit,
    )
    return found


async def places_of(conn: Connection, *, project_id: str, call_ids: Sequence[str]) -> Mapping[str, int]:
    """Return the place of each exchange in its call, from 0, by the exchange's id."""
    rows = await conn.fetch(
        """
        select id, row_number() over (partition by call_id order by created_at, id) - 1 as place
        from call_steps where project_id = $1 and call_id = any($2)
        """,
        project_id,
        list(call_ids),
    )
    return {row["id"]: row["place"] for row in rows}


async def get_call(conn: Connection, *, project_id: str, call_id: str) -> Row | None:
    """Return a call."""
    return await conn.fetchrow("select * from calls where project_id = $1 and id = $2", project_id, call_id)


async def steps_of(conn: Connection, *, project_id: str, call_ids: Sequence[str]) -> Sequence[Row]:
    """Return the exchanges that these calls took, in their order, with what was said."""
    return await conn.fetch(
        "select * from call_steps where project_id = $1 and call_id = any($2) order by created_at, id",
        project_id,
        list(call_ids),
    )


def _conditions(table: Table, query: LogQuery) -> tuple[list[str], list[object]]:
    where: list[str] = []
    values: list[object] = []

    def add(condition: str, value: object) -> None:
        values.append(value)
        where.append(condition.format(f"${len(values) + 1}"))

    for column, wanted in query.any_of.items():
        add(f"{column} = any({{}})", list(wanted))
    if query.actors:
        add("(actor = any({0}) or split_part(actor, ':', 1) || ':' = any({0}))", list(query.actors))
    if query.since is not None:
        add("created_at >= {}", query.since)
    if query.until is not None:
        add("created_at <= {}", query.until)
    if query.succeeded != "either":
        where.append(_GOOD[table] if query.succeeded == "yes" else f"not {_GOOD[table]}")
    return where, values


def succeeded(row: Row) -> bool:
    """Tell whether a row is of something that went well."""
    return 200 <= row["status"] < 400 and row.get("cause") is None  # noqa: PLR2004 - 2xx and 3xx
