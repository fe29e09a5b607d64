"""Writes made once (`Idempotency-Key`, draft-ietf-httpapi-idempotency-key-header-07): a repeat gets the kept answer.

A key belongs to one API key of one project and to one request, for a day. What surely did nothing gives its key free;
a process that dies leaves its key behind. Where an outcome is unknown, a repeat looks before it sends again, and sends
again only when the first time cannot come true any more; where nothing can be looked at, it hears so.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import asyncpg

from crossdock.actions import forms
from crossdock.actions import idempotency_store as store
from crossdock.actions.forms import Form, Kept
from crossdock.actions.model import Intent
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
# After an exchange without an answer: longer than a provider's own servers let a request run.
SETTLING: Final = timedelta(minutes=2)
STANDING: Final = "`GET /idempotency_keys/{key}` tells where it stands."
LARGEST_ANSWER: Final = 1024 * 1024
_SWEPT: Final = 5000
_KEY: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")
_AWAY: Final = (CrossdockError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError)

T = TypeVar("T")
_log = logs.get(__name__)


@dataclass(slots=True)
class Course:
    """What became of a write under its key: with ``is_repeat`` what is kept of the call ``first`` was given again."""

    is_repeat: bool = False
    first: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One write under one key: whose key it is, and what tells this write from another.

    ``harmless`` says that sending it twice changes nothing, ``look_with`` how a person finds out whether it happened;
    ``course`` is written down while the key is looked at.
    """

    project_id: str
    holder: str
    key: str = field(repr=False)
    fingerprint: bytes
    account_id: str
    action: str
    call_id: str | None = None
    harmless: bool = False
    look_with: Mapping[str, Any] | None = None
    course: Course = field(default_factory=Course, compare=False)

    @property
    def write(self) -> store.Write:
        """What the key stands for."""
        return store.Write(self.account_id, self.action, self.call_id, self.look_with)

    @property
    def place(self) -> dict[str, str]:
        """Where the key stands in the database."""
        return {"project_id": self.project_id, "holder": self.holder, "key": self.key}


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A write of which nobody knows whether it happened: when it began, and until when it still can."""

    began_at: datetime
    until: datetime
    answer: dict[str, Any]


Look = Callable[[datetime | None], Awaitable[T | None]]
"""Looks whether a write that began then, or at any time, happened; returns what it made, or None for not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Idempotency:
    """Remembers the answers of writes that came with a key."""

    db: Database
    clock: Clock

    async def once(
        self, *, ticket: Ticket | None, form: Form[T], work: Callable[[], Awaitable[T]], look: Look[T] | None = None
    ) -> T:
        """Do the work, or return or raise what came of it before; without a ticket it is simply done.

        Where nobody knows what came of it, ``look`` says; what it does not find is done once it cannot come any more.
        """
        if ticket is None:
            return await work()
        try:
            kept = await self.claim(ticket=ticket)
        except OutcomeUnknownError:
            if look is None and not ticket.harmless:
                raise
            answer = await self._resolved(ticket=ticket, look=look, work=work)
        else:
            if kept is not None:
                return form.load(kept.answer)
            answer = await self._done(ticket=ticket, work=work)
        if form.done(answer):
            await self.keep(ticket=ticket, kept=Kept(form.dump(answer)))
        else:
            await self.release(ticket=ticket)
        return answer

    async def _done(self, *, ticket: Ticket, work: Callable[[], Awaitable[T]]) -> T:
        try:
            return await work()
        except CrossdockError as error:
            await self.failed(ticket=ticket, error=error)
            raise

    async def _resolved(self, *, ticket: Ticket, look: Look[T] | None, work: Callable[[], Awaitable[T]]) -> T:
        """Look whether a write in doubt happened, and do it where it did not and cannot any more."""
        doubt = await self.take_up(ticket=ticket)
        if look is not None and not ticket.harmless:
            try:
                found = await look(doubt.began_at)
                if found is not None:
                    return found
                self.check_settled(ticket=ticket, doubt=doubt)
            except CrossdockError:
                await self.put_back(ticket=ticket, doubt=doubt)
                raise
        return await self._done(ticket=ticket, work=work)

    async def alone(self, *, ticket: Ticket, work: Callable[[], Awaitable[T]], look: Look[T]) -> T:
        """Return what is there, or do the work; meanwhile nobody else does it under the same ticket."""
        doubt: Doubt | None = None
        try:
            await self.claim(ticket=ticket)
        except OutcomeUnknownError:
            doubt = await self.take_up(ticket=ticket)
        try:
            found = await look(None)
            if doubt is not None and found is None:
                self.check_settled(ticket=ticket, doubt=doubt)
            answer = await work() if found is None else found
        except OutcomeUnknownError as error:
            await self.keep(ticket=ticket, kept=Kept(forms.of_error(error)))
            raise
        except CrossdockError:
            await (self.release(ticket=ticket) if doubt is None else self.put_back(ticket=ticket, doubt=doubt))
            raise
        await self.release(ticket=ticket)
        return answer

    def check_settled(self, *, ticket: Ticket, doubt: Doubt) -> None:
        """Raise, with the seconds to wait, where a write that is not there may still come."""
        seconds = (doubt.until - self.clock.now()).total_seconds()
        if seconds > 0:
            raise _settling(ticket, seconds)

    async def take_up(self, *, ticket: Ticket) -> Doubt:
        """Claim a key in doubt for whoever finds out; raise where somebody else does."""
        ticket.course.is_repeat = False
        now = self.clock.now()
        async with self.db.connection() as conn:
            row = await store.retake_key(conn, **ticket.place, now=now, running_until=now + RUNNING)
        if row is None:
            raise _running()
        answer = row["answer"] or forms.of_error(_unfinished(ticket))
        return Doubt(began_at=row["created_at"], until=row["running_until"], answer=answer)

    async def put_back(self, *, ticket: Ticket, doubt: Doubt) -> None:
        """Leave a key in doubt as it was."""
        await self._write(ticket, Kept(doubt.answer), until=doubt.until)

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
                write=ticket.write,
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
        if row["answer"] is None and row["running_until"] > now:
            raise _running()
        ticket.course.is_repeat, ticket.course.first = True, row["call_id"]
        if row["answer"] is None:
            raise _unfinished(ticket)
        return forms.known(Kept(row["answer"], row["content"]))

    async def keep(self, *, ticket: Ticket, kept: Kept) -> None:
        """Keep an answer; where that fails, the key says later that the outcome is unknown."""
        content = kept.content
        if content is not None and len(content) > LARGEST_ANSWER:
            kept = Kept(forms.of_error(_too_large(ticket)))
        await self._write(ticket, kept, until=self.clock.now() + SETTLING)

    async def _write(self, ticket: Ticket, kept: Kept, *, until: datetime) -> None:
        try:
            async with self.db.connection() as conn:
                await store.keep_answer(
                    conn,
                    **ticket.place,
                    answer=kept.answer,
                    content=kept.content,
                    now=self.clock.now(),
                    running_until=until,
                )
        except _AWAY as error:
            _log.warning("idempotency.keep.failed", error=type(error).__name__, account_id=ticket.account_id)

    async def failed(self, *, ticket: Ticket, error: CrossdockError) -> None:
        """Keep a failure that is the write's outcome; where nothing was done, or twice is as once, free the key."""
        if isinstance(error, OutcomeUnknownError) and ticket.harmless:
            await self.release(ticket=ticket)
        elif isinstance(error, ProviderRefusedError | OutcomeUnknownError):
            if isinstance(error, OutcomeUnknownError):
                error.remedy = f"{error.remedy} {STANDING}"
            await self.keep(ticket=ticket, kept=Kept(forms.of_error(error)))
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


def ticket(
    *, principal: Principal, account_id: str, key: str | None, intent: Intent, request: Any, call_id: str | None = None
) -> Ticket | None:
    """Return the ticket of a write that came with a key; None for what reads or came without one.

    ``request`` is JSON, or bytes in it, that is the same exactly where the request is the same. ``call_id`` is the
    call's id in the log.
    """
    if key is None or intent.effect == "read":
        return None
    text = json.dumps([account_id, request], sort_keys=True, ensure_ascii=False, default=_digest)
    return Ticket(
        project_id=principal.project_id,
        holder=principal.actor,
        key=key,
        fingerprint=hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest(),
        account_id=account_id,
        action=intent.name,
        call_id=call_id,
        harmless=intent.kept,
        look_with=intent.look_with,
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
        remedy=f"Wait for the seconds that Retry-After names, then send the same request with the same key. {STANDING}",
        retry_after=1.0,
        code="idempotency_key_in_use",
        status=ConflictError.status,
        detail={"title": "The same write is running"},
    )


def _unfinished(one: Ticket) -> OutcomeUnknownError:
    return OutcomeUnknownError(
        "The write under this Idempotency-Key was begun and never finished.",
        remedy=f"Look whether it happened before you send it again under a new key. {STANDING}",
        detail={"account_id": one.account_id, **({"look_with": one.look_with} if one.look_with else {})},
    )


def _settling(one: Ticket, seconds: float) -> CrossdockError:
    return UnavailableError(
        "The write under this Idempotency-Key is not there, but it may still be on its way.",
        remedy=f"Wait for the seconds that Retry-After names, then send the same request with the same key. {STANDING}",
        retry_after=max(1.0, seconds),
        code="outcome_settling",
        status=ConflictError.status,
        detail={
            "title": "Whether it happened shows soon",
            "account_id": one.account_id,
            **({"look_with": one.look_with} if one.look_with else {}),
        },
    )


def _too_large(one: Ticket) -> CrossdockError:
    return ConflictError(
        "The write under this Idempotency-Key was done; its answer was too large to be kept.",
        remedy="Read what it made or changed instead of sending it again.",
        code="idempotency_answer_not_kept",
        detail={"account_id": one.account_id},
    )
