"""The log as it is looked at: pages of calls, steps and requests, one call whole, and all of it as a stream."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import asyncpg

from crossdock.actions import log_store
from crossdock.actions.log_store import LogQuery, Table
from crossdock.db.pool import Database, Row
from crossdock.kernel import paging
from crossdock.kernel.errors import InvalidRequestError, NotFoundError
from crossdock.kernel.paging import Page

_AT_ONCE: Final = 500
_NUMBERS: Final = frozenset({"status", "duration_ms"})


@dataclass(frozen=True, slots=True)
class History:
    """Reads the log of one project at a time."""

    db: Database

    async def page(self, *, project_id: str, table: Table, query: LogQuery, cursor: str | None) -> Page[Row]:
        """Return a page of a log; InvalidRequestError where the cursor is not of a page in this order."""
        asked = replace(query, limit=query.limit + 1, after=_after(query, cursor) if cursor else None)
        try:
            async with self.db.connection() as conn:
                rows = await log_store.list_rows(conn, project_id=project_id, table=table, query=asked)
        except asyncpg.DataError:
            if cursor is None:
                raise
            raise _not_a_cursor() from None
        shown = rows[: query.limit]
        more = len(rows) > query.limit
        return Page(shown, paging.encode(*_place(shown[-1], query)) if more else None)

    async def numbered(self, *, project_id: str, query: LogQuery, skip: int) -> Sequence[tuple[Row, int]]:
        """Return a page of exchanges by its number, each with its place in its call, from 0."""
        async with self.db.connection() as conn:
            rows = await log_store.list_rows(conn, project_id=project_id, table="call_steps", query=query, skip=skip)
            call_ids = list({row["call_id"] for row in rows})
            places = await log_store.places_of(conn, project_id=project_id, call_ids=call_ids)
        return [(row, places[row["id"]]) for row in rows]

    async def count(self, *, project_id: str, table: Table, query: LogQuery, most: int) -> int | None:
        """Return how many rows fit, None where there are more than ``most``."""
        async with self.db.connection() as conn:
            found = await log_store.count_rows(conn, project_id=project_id, table=table, query=query, limit=most + 1)
        return found if found <= most else None

    async def stream(self, *, project_id: str, table: Table, query: LogQuery) -> AsyncIterator[Row]:
        """Yield every row of a log to its end; no connection is held between two lots."""
        asked = replace(query, limit=_AT_ONCE)
        while True:
            async with self.db.connection() as conn:
                rows = await log_store.list_rows(conn, project_id=project_id, table=table, query=asked)
            for row in rows:
                yield row
            if len(rows) < _AT_ONCE:
                return
            asked = replace(asked, after=(rows[-1][query.order], rows[-1]["id"]))

    async def call(self, *, project_id: str, call_id: str) -> Row:
        """Return one call, or raise NotFoundError."""
        async with self.db.connection() as conn:
            row = await log_store.get_call(conn, project_id=project_id, call_id=call_id)
        if row is None:
            raise NotFoundError(
                "There is no such call in the log.", remedy="List the calls to find its id: GET /requests/logs."
            )
        return row

    async def steps(self, *, project_id: str, call_ids: Sequence[str]) -> dict[str, list[Row]]:
        """Return the exchanges of these calls, by the call's id."""
        async with self.db.connection() as conn:
            rows = await log_store.steps_of(conn, project_id=project_id, call_ids=call_ids)
        found: dict[str, list[Row]] = {call_id: [] for call_id in call_ids}
        for row in rows:
            found[row["call_id"]].append(row)
        return found


def _place(row: Row, query: LogQuery) -> tuple[str | int, str]:
    value = row[query.order]
    return (value.isoformat() if isinstance(value, datetime) else value), row["id"]


def _after(query: LogQuery, cursor: str) -> tuple[str | int | datetime, str]:
    value, row_id = paging.decode(cursor, size=2)
    if isinstance(value, int) == (query.order in _NUMBERS):
        if query.order != "created_at":
            return value, str(row_id)
        with suppress(ValueError):
            return datetime.fromisoformat(str(value)), str(row_id)
    raise _not_a_cursor()


def _not_a_cursor() -> InvalidRequestError:
    return InvalidRequestError(
        "The page cursor is not of a list in this order.", remedy="Leave `next` out to start from the first page."
    )
