"""The journal: every request that a twin has received, with its secrets masked."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from crossdock_twins.base import masking
from crossdock_twins.base.store import Store

_LONGEST_BODY = 64 * 1024
_KEPT = 50_000
_TIDY_EVERY = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One request; `at` is the twin's time, `body` at most 64 KiB of text, `fault` the kind that it met, if any."""

    id: int
    at: str
    method: str
    host: str
    path: str
    query: str
    headers: dict[str, str]
    body: str
    status: int
    duration_ms: float
    fault: str | None

    def as_json(self) -> dict[str, Any]:
        """Give the members as JSON values."""
        return asdict(self)


class Journal:
    """The newest 50,000 requests of a twin."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def record(
        self,
        *,
        at: datetime,
        method: str,
        path: str,
        query: str,
        headers: Iterable[tuple[bytes, bytes]],
        body: bytes,
        status: int,
        duration_ms: float,
        fault: str | None = None,
    ) -> None:
        """Write down one request, masked; a status of 0 means that no answer was sent."""
        shown = masking.mask_headers(headers)
        text = masking.mask_body(body, content_type=shown.get("content-type", ""))[:_LONGEST_BODY]
        with self._store.relaxed():
            number = self._store.insert(
                "INSERT INTO twin_journal (at, method, host, path, query, headers, body, status, duration_ms, fault)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                *(at.isoformat(), method, shown.get("host", ""), masking.mask_text(path), masking.mask_query(query)),
                *(json.dumps(shown), text, status, round(duration_ms, 3), fault),
            )
            if number % _TIDY_EVERY == 0:
                self._store.execute("DELETE FROM twin_journal WHERE id <= ?", number - _KEPT)

    def entries(self, *, limit: int = 1000, after: int = 0, path: str = "*") -> list[Entry]:
        """Give the newest entries whose path fits a glob, oldest first; with `after`, the first ones beyond that id."""
        found = self._store.all(
            f"SELECT * FROM twin_journal WHERE id > ? AND path GLOB ? ORDER BY id {'ASC' if after else 'DESC'} LIMIT ?",
            *(after, path, limit),
        )
        return [_entry(row) for row in (found if after else reversed(found))]

    def last(self) -> int:
        """Give the newest entry's number, 0 where there is none."""
        row = self._store.one("SELECT max(id) AS last FROM twin_journal")
        return 0 if row is None or row["last"] is None else int(row["last"])

    def clear(self) -> None:
        """Forget all entries; numbers go on counting."""
        self._store.execute("DELETE FROM twin_journal")


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(
        id=row["id"],
        at=row["at"],
        method=row["method"],
        host=row["host"],
        path=row["path"],
        query=row["query"],
        headers=json.loads(row["headers"]),
        body=row["body"],
        status=row["status"],
        duration_ms=row["duration_ms"],
        fault=row["fault"],
    )
