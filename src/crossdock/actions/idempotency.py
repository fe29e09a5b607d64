"""Writes made once (`Idempotency-Key`, draft-ietf-httpapi-idempotency-key-header-07): a repeat gets the kept answer.

A key belongs to one API key of one project and to one request, for a day. What surely did nothing gives its key free;
a process that dies leaves its key behind, and a repeat then hears that the outcome is unknown.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Generic, TypeVar

import asyncpg

from crossdock.actions import idempotency_store as store
from crossdock.db.pool import Database
from crossdock.kernel.clock import Clock
from crossdock.kernel.errors import (
    ConflictError,
    CrossdockError,
    InvalidRequestError,
    OutcomeUnknownError,
    ProviderRefusedError,
    UnavailableError,
    UnprocessableError,
)
from crossdock.projects.model import Principal
from crossdock.telemetry import logs

LIFE: Final = timedelta(hours=24)
# Longer than a call can wait for its turn and for its answer.
RUNNING: Final = timedelta(minutes=5)
LARGEST_ANSWER: Final = 1024 * 1024
_SWEPT: Final = 5000
_KEY: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")
_AWAY: Final = (CrossdockError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError)

T = TypeVar("T")
_log = logs.get(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One write under one key: whose key it is, and what tells this write from another."""

    project_id: str
    holder: str
    key: str = field(repr=False)
    fingerprint: bytes
    account_id: str

    @property
    def place(self) -> dict[str, str]:
        """Where the key stands in the database."""
        return {"project_id": self.project_id, "holder": self.holder, "key": self.key}


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it is kept: its members, and the bytes of a streamed one."""

    answer: dict[str, Any]
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """How an answer becomes JSON, and an answer again; ``done`` tells whether it is the write's outcome at all."""

    dump: Callable[[T], dict[str, Any]]
    load: Callable[[dict[str, Any]], T]
    done: Callable[[T], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Idempotency:
    """Remembers the answers of writes that came with a key."""

    db: Database
    clock: Clock

    async def once(self, *, ticket: Ticket | None, form: Form[T], work: Callable[[], Awaitable[T]]) -> T:
        """Do the work, or return or raise what came of it before; without a ticket it is simply done."""
        if ticket is None:
            return await work()
        kept = await self.claim(ticket=ticket)
        if kept is not None:
            return form.load(kept.answer)
        try:
            answer = await work()
        except CrossdockError as error:
            await self.failed(ticket=ticket, error=error)
            raise
        if form.done(answer):
            await self.keep(ticket=ticket, kept=Kept(form.dump(answer)))
        else:
            await self.release(ticket=ticket)
        return answer

    async def claim(self, *, ticket: Ticket) -> Kept | None:
        """Claim the key for a write that now begins, or return what is kept for it.

        Raises UnprocessableError (the key was used for another request), ConflictError's kin with 409 (still running),
        OutcomeUnknownError (begun and never finished) and the error that is kept for it.
        """
        now = self.clock.now()
        async with self.db.connection() as conn:
            claimed = await store.insert_key(
                conn,
                **ticket.place,
                fingerprint=ticket.fingerprint,
                now=now,
                running_until=now + RUNNING,
                expires_at=now + LIFE,
            )
            row = None if claimed else await store.read_key(conn, **ticket.place)
        if claimed:
            return None
        if row is None:
            raise _running()
        if bytes(row["fingerprint"]) != ticket.fingerprint:
            raise UnprocessableError(
                "This Idempotency-Key was used for another request.",
                remedy="Send a new key with a new request; the same key only with the very same request.",
                code="idempotency_key_reused",
            )
        if row["answer"] is not None:
            return _known(Kept(row["answer"], row["content"]))
        if row["running_until"] > now:
            raise _running()
        raise OutcomeUnknownError(
            "The write under this Idempotency-Key was begun and never finished.",
            remedy="Look whether it happened before you send it again under a new key.",
            detail={"account_id": ticket.account_id},
        )

    async def keep(self, *, ticket: Ticket, kept: Kept) -> None:
        """Keep an answer; where that fails, the key says later that the outcome is unknown."""
        content = kept.content
        if content is not None and len(content) > LARGEST_ANSWER:
            kept = Kept(_error_form(_too_large(ticket)))
        try:
            async with self.db.connection() as conn:
                await store.keep_answer(conn, **ticket.place, answer=kept.answer, content=kept.content)
        except _AWAY as error:
            _log.warning("idempotency.keep.failed", error=type(error).__name__, account_id=ticket.account_id)

    async def failed(self, *, ticket: Ticket, error: CrossdockError) -> None:
        """Keep a failure that is the write's outcome; where nothing was done, give the key free."""
        if isinstance(error, ProviderRefusedError | OutcomeUnknownError):
            await self.keep(ticket=ticket, kept=Kept(_error_form(error)))
        else:
            await self.release(ticket=ticket)

    async def release(self, *, ticket: Ticket) -> None:
        """Give a key free for which nothing was done."""
        with suppress(*_AWAY):
            async with self.db.connection() as conn:
                await store.delete_key(conn, **ticket.place)

    async def sweep(self) -> int:
        """Delete the keys whose day has ended; return how many."""
        async with self.db.connection() as conn:
            return await store.delete_ended(conn, now=self.clock.now(), at_most=_SWEPT)


def ticket(*, principal: Principal, account_id: str, key: str | None, effect: str, request: Any) -> Ticket | None:
    """Return the ticket of a write that came with a key; None for what reads or came without one.

    ``request`` is JSON, or bytes in it, that is the same exactly where the request is the same.
    """
    if key is None or effect == "read":
        return None
    text = json.dumps([account_id, request], sort_keys=True, ensure_ascii=False, default=_digest)
    return Ticket(
        project_id=principal.project_id,
        holder=principal.actor,
        key=key,
        fingerprint=hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest(),
        account_id=account_id,
    )


def key_in(header: str | None) -> str | None:
    """Return the key of an `Idempotency-Key` header, quoted as RFC 8941 has strings or bare; None for none."""
    if header is None:
        return None
    text = header.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = re.sub(r"\\([\\\"])", r"\1", text[1:-1])
    if not _KEY.fullmatch(text):
        raise InvalidRequestError(
            "The Idempotency-Key is not valid.",
            remedy='Send 1 to 255 printable ASCII characters, such as a UUID in quotes: "8e03978e-40d5-...".',
            code="idempotency_key_invalid",
        )
    return text


def _digest(value: Any) -> str:
    return hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else str(value)


def _running() -> CrossdockError:
    return UnavailableError(
        "The write under this Idempotency-Key is still running.",
        remedy="Wait for the seconds that Retry-After names, then send the same request with the same key.",
        retry_after=1.0,
        code="idempotency_key_in_use",
        status=ConflictError.status,
        detail={"title": "The same write is running"},
    )


def _too_large(one: Ticket) -> CrossdockError:
    return ConflictError(
        "The write under this Idempotency-Key was done; its answer was too large to be kept.",
        remedy="Read what it made or changed instead of sending it again.",
        code="idempotency_answer_not_kept",
        detail={"account_id": one.account_id},
    )


def _error_form(error: CrossdockError) -> dict[str, Any]:
    """Return an error as it is kept, so that a repeat gets the same one."""
    return {
        "error": {
            "message": error.message,
            "remedy": error.remedy,
            "code": error.error_code,
            "status": error.http_status,
            "detail": {"title": error.title, "disposition": error.disposition, **error.detail},
        }
    }


def _known(kept: Kept) -> Kept:
    """Return an answer, or raise the error that is kept in its place."""
    if "error" in kept.answer:
        told = dict(kept.answer["error"])
        raise CrossdockError(told.pop("message"), **told)
    return kept
