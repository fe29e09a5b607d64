"""Messages on their way out of a twin: kept in the store, with a log of every try."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from crossdock_twins.base import masking
from crossdock_twins.base.agenda import moment
from crossdock_twins.base.store import Store

_LOSE, _DUPLICATE = "deliveries.lose", "deliveries.duplicate"
_KEPT = 20_000
ANSWER_KEPT = 4096
"""Octets of an answer that the log of the tries keeps."""

_TIDY_EVERY = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message for the subscriber that `lane` names.

    `at` is when it happened, `due` when this try should leave; `tries` were made before, `copies` leave now.
    """

    id: int
    lane: str
    event: str
    message_id: str
    body: str
    at: datetime
    due: datetime
    tries: int
    copies: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One HTTP request to be made; `seconds` is how long all of it may take, `most` how many octets are read back."""

    url: str
    headers: dict[str, str]
    seconds: float
    method: str = "POST"
    most: int = ANSWER_KEPT


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came back: a status and the start of the body, or the error where no answer came, or came too late."""

    status: int | None
    body: str
    error: str
    duration_ms: float
    is_late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of a delivery after a try; `again` is the time from this try to the next, if there is one."""

    state: Literal["waiting", "delivered", "failed"]
    again: timedelta = timedelta()


DELIVERED = Verdict(state="delivered")
FAILED = Verdict(state="failed")


class Addresses(Protocol):
    """What a provider knows of its subscribers."""

    def letter(self, delivery: Delivery) -> Letter | None:
        """Write the request for a delivery; None where its subscriber is gone or switched off."""
        ...

    def judge(self, delivery: Delivery, outcome: Outcome) -> Verdict:
        """Say what becomes of a delivery and note it with the subscriber, in the postman's transaction."""
        ...


def post(store: Store, *, lane: str, event: str, message_id: str, body: str, at: datetime) -> int:
    """Put a message on its way, inside the caller's transaction, and give its number."""
    number = store.insert(
        "INSERT INTO outgoing_delivery (lane, event, message_id, body, at, due) VALUES (?, ?, ?, ?, ?, ?)",
        *(lane, event, message_id, body, moment(at), moment(at)),
    )
    if number % _TIDY_EVERY == 0:
        store.execute("DELETE FROM outgoing_delivery WHERE id <= ? AND state <> 'waiting'", number - _KEPT)
    store.bell.ring()
    return number


def drop_lane(store: Store, lane: str) -> int:
    """Give up what waits for a subscriber that is switched off or gone; tell how many messages that were."""
    return store.execute("UPDATE outgoing_delivery SET state = 'dropped' WHERE lane = ? AND state = 'waiting'", lane)


class Deliveries:
    """The messages in a twin's store, the log of the tries, and how many of the next ones to lose or to send twice."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def lanes(self, now: datetime) -> list[str]:
        """Give the subscribers that something is due for, the longest due first."""
        rows = self._store.all(
            "SELECT lane FROM outgoing_delivery WHERE state = 'waiting' AND due <= ? GROUP BY lane ORDER BY min(due)",
            moment(now),
        )
        return [row["lane"] for row in rows]

    def next_of(self, lane: str, now: datetime) -> Delivery | None:
        """Give what is due next for a subscriber; on its first try a message may get lost or doubled."""
        while True:
            row = self._store.one(
                "SELECT * FROM outgoing_delivery WHERE lane = ? AND state = 'waiting' AND due <= ?"
                " ORDER BY due, id LIMIT 1",
                *(lane, moment(now)),
            )
            if row is None:
                return None
            if row["tries"]:
                return _delivery(row)
            if not self._take_one(_LOSE):
                return _delivery(row, copies=2 if self._take_one(_DUPLICATE) else 1)
            self.end(row["id"], "lost")

    def record(
        self,
        *,
        lane: str,
        event: str,
        message_id: str,
        body: str,
        at: datetime,
        url: str,
        outcome: Outcome,
        state: Literal["delivered", "failed"],
    ) -> None:
        """Keep a message that somebody sent at once, with its one try."""
        number = self._store.insert(
            "INSERT INTO outgoing_delivery (lane, event, message_id, body, at, due, tries, state)"
            " VALUES (?, ?, ?, ?, ?, ?, 1, ?)",
            *(lane, event, message_id, body, moment(at), moment(at), state),
        )
        sent = Delivery(id=number, lane=lane, event=event, message_id=message_id, body=body, at=at, due=at, tries=0)
        self.note(sent, url=url, outcome=outcome)

    def waits(self, number: int) -> bool:
        """Tell whether a message is still to be delivered: it may have been dropped, or the twin reset."""
        row = self._store.one("SELECT 1 FROM outgoing_delivery WHERE id = ? AND state = 'waiting'", number)
        return row is not None

    def end(self, number: int, state: str) -> None:
        """Say what became of a message that is not tried again."""
        self._store.execute("UPDATE outgoing_delivery SET state = ? WHERE id = ?", state, number)

    def note(self, delivery: Delivery, *, url: str, outcome: Outcome) -> None:
        """Write down one try, at the moment it was due."""
        self._store.execute(
            "INSERT INTO outgoing_attempt (delivery_id, lane, event, url, at, status, answer, error, duration_ms)"
            " SELECT id, ?, ?, ?, ?, ?, ?, ?, ? FROM outgoing_delivery WHERE id = ?",
            *(delivery.lane, delivery.event, url, moment(delivery.due)),
            *(outcome.status, outcome.body[:ANSWER_KEPT], outcome.error, round(outcome.duration_ms, 3), delivery.id),
        )

    def settle(self, delivery: Delivery, verdict: Verdict) -> None:
        """Keep what became of a try; a message that the judge has dropped is not tried again."""
        self._store.execute(
            "UPDATE outgoing_delivery SET state = iif(?1 = 'waiting', state, ?1), tries = tries + 1, due = ?2"
            " WHERE id = ?3",
            *(verdict.state, moment(delivery.due + verdict.again), delivery.id),
        )

    def due(self, now: datetime) -> int:
        """Count what should be on its way by now."""
        row = self._store.one(
            "SELECT count(*) AS n FROM outgoing_delivery WHERE state = 'waiting' AND due <= ?", moment(now)
        )
        return 0 if row is None else int(row["n"])

    def meddle(self, *, lose: int, duplicate: int) -> None:
        """Lose, and then send twice, so many of the next new messages."""
        with self._store.transaction():
            self._store.meta_set(_LOSE, lose)
            self._store.meta_set(_DUPLICATE, duplicate)

    def meddling(self) -> dict[str, int]:
        """Tell how many of the next messages will be lost, and how many sent twice."""
        return {"lose": self._store.meta_get(_LOSE) or 0, "duplicate": self._store.meta_get(_DUPLICATE) or 0}

    def shown(self, *, limit: int, after: int = 0) -> list[dict[str, Any]]:
        """Give the newest messages with their tries, oldest first; with `after`, the first ones beyond that number."""
        rows = self._store.all(
            f"SELECT * FROM outgoing_delivery WHERE id > ? ORDER BY id {'ASC' if after else 'DESC'} LIMIT ?",
            *(after, limit),
        )
        return [self._shown(row) for row in (rows if after else reversed(rows))]

    def tries_of(self, lane: str, *, limit: int) -> list[dict[str, Any]]:
        """Give the newest tries for one subscriber, newest first, each with its event."""
        rows = self._store.all("SELECT * FROM outgoing_attempt WHERE lane = ? ORDER BY id DESC LIMIT ?", lane, limit)
        return [{"event": row["event"], **tried} for row, tried in zip(rows, _attempts(rows), strict=True)]

    def waiting_of(self, lane: str) -> int:
        """Count the messages that wait for one subscriber, now or later."""
        row = self._store.one("SELECT count(*) AS n FROM outgoing_delivery WHERE lane = ? AND state = 'waiting'", lane)
        return 0 if row is None else int(row["n"])

    def _shown(self, row: sqlite3.Row) -> dict[str, Any]:
        tries = self._store.all("SELECT * FROM outgoing_attempt WHERE delivery_id = ? ORDER BY id", row["id"])
        names = ("id", "event", "message_id", "state", "at", "due", "tries")
        return {
            **{name: row[name] for name in names},
            "subscriber": row["lane"],
            "body": masking.mask_body(row["body"].encode(), content_type="application/json"),
            "attempts": _attempts(tries),
        }

    def _take_one(self, key: str) -> bool:
        left = self._store.meta_get(key) or 0
        if left > 0:
            self._store.meta_set(key, left - 1)
        return left > 0


def _attempts(rows: Sequence[sqlite3.Row]) -> list[dict[str, Any]]:
    names = ("at", "status", "error", "duration_ms")
    masked = ("url", "answer")
    return [
        {**{name: masking.mask_text(row[name]) for name in masked}, **{name: row[name] for name in names}}
        for row in rows
    ]


def _delivery(row: sqlite3.Row, *, copies: int = 1) -> Delivery:
    return Delivery(
        id=row["id"],
        lane=row["lane"],
        event=row["event"],
        message_id=row["message_id"],
        body=row["body"],
        at=datetime.fromisoformat(row["at"]),
        due=datetime.fromisoformat(row["due"]),
        tries=row["tries"],
        copies=copies,
    )
