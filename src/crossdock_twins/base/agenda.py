"""What is to happen later on the twin's clock: kept in the store, run in order when its time has come."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from crossdock_twins.base.clock import TwinClock
from crossdock_twins.base.store import Store

_log = logging.getLogger(__name__)

_MOST_AT_ONCE = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Something whose time has come; `at` is the moment it was due, which is earlier than now after a turn."""

    kind: str
    key: str
    at: datetime
    detail: dict[str, Any]


Handler = Callable[[Due], None]


def moment(at: datetime) -> str:
    """Write an aware datetime so that texts sort as times do."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def add(store: Store, kind: str, *, due: datetime, key: str, detail: dict[str, Any]) -> None:
    """Put an item on the agenda, inside the caller's transaction."""
    store.execute(
        "INSERT INTO agenda_item (kind, key, due, detail) VALUES (?, ?, ?, ?)",
        *(kind, key, moment(due), json.dumps(detail)),
    )


def drop(store: Store, kind: str, key: str) -> int:
    """Take a key's items of one kind off the agenda and tell how many there were."""
    return store.execute("DELETE FROM agenda_item WHERE kind = ? AND key = ?", kind, key)


class Agenda:
    """The agenda of a twin's store; several over one store run each item once."""

    def __init__(self, store: Store, clock: TwinClock) -> None:
        self._store = store
        self._clock = clock
        self._handlers: dict[str, Handler] = {}
        self._settling = False

    def on(self, kind: str, handler: Handler) -> None:
        """Say what runs items of a kind; once per kind, at the start."""
        if kind in self._handlers:
            raise ValueError(f"The agenda knows {kind} already.")
        self._handlers[kind] = handler

    def add(self, kind: str, *, due: datetime, key: str, detail: dict[str, Any]) -> None:
        """Put an item on the agenda, inside the caller's transaction."""
        add(self._store, kind, due=due, key=key, detail=detail)

    def drop(self, kind: str, key: str) -> int:
        """Take a key's items of one kind off the agenda and tell how many there were."""
        return drop(self._store, kind, key)

    def settle(self) -> int:
        """Run what is due, in order of time, each item in a transaction of its own; tell how many ran.

        An item whose handler raises is set aside with its error, what it wrote is undone, and the rest goes on.
        """
        if self._settling:
            return 0
        self._settling = True
        try:
            now, done = moment(self._clock.now()), 0
            while done < _MOST_AT_ONCE and self._run_next(now):
                done += 1
            return done
        finally:
            self._settling = False

    def _run_next(self, now: str) -> bool:
        row = self._store.one("SELECT * FROM agenda_item WHERE due <= ? ORDER BY due, id LIMIT 1", now)
        if row is None:
            return False
        due = Due(
            kind=row["kind"], key=row["key"], at=datetime.fromisoformat(row["due"]), detail=json.loads(row["detail"])
        )
        try:
            with self._store.transaction():
                if self._take(row["id"]):
                    self._handlers[due.kind](due)
        except Exception as error:  # noqa: BLE001 - whoever comes next did nothing wrong, and must get an answer
            _log.exception("twin.agenda.failed kind=%s key=%s", due.kind, due.key)
            self._set_aside(row["id"], due, error)
        return True

    def _set_aside(self, number: int, due: Due, error: Exception) -> None:
        with self._store.transaction():
            if self._take(number):
                self._store.execute(
                    "INSERT INTO agenda_failure (kind, key, due, detail, error) VALUES (?, ?, ?, ?, ?)",
                    *(due.kind, due.key, moment(due.at), json.dumps(due.detail), repr(error)),
                )

    def failures(self) -> list[dict[str, str]]:
        """Tell what was set aside: kind, key, the moment it was due, and the error."""
        return [dict(row) for row in self._store.all("SELECT kind, key, due, error FROM agenda_failure ORDER BY id")]

    def _take(self, number: int) -> bool:
        return self._store.execute("DELETE FROM agenda_item WHERE id = ?", number) > 0
