"""Writes for which nothing may have to be sent: done once under their key, and in the log however they end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from crossdock.actions import forms, proxy
from crossdock.actions.forms import Form, Kept
from crossdock.actions.idempotency import Idempotency, Look, Ticket
from crossdock.actions.lines import Origin
from crossdock.actions.model import Manner
from crossdock.actions.record import Errand, Record
from crossdock.kernel.errors import CrossdockError, UnprocessableError

T = TypeVar("T")
Send = Callable[[], Awaitable[T]]


async def done(
    errand: Errand,
    *,
    once: Idempotency,
    record: Record,
    ticket: Ticket | None,
    form: Form[T],
    send: Send[T],
    look: Look[T] | None = None,
    way: Callable[[Send[T]], Awaitable[T]] | None = None,
) -> T:
    """Do a write as `Idempotency.once` does; where it was not sent, its line tells what answered or refused it.

    ``send`` keeps its own line. ``way`` is what leads to it where something else comes before.
    """
    is_sent = False

    async def sending() -> T:
        nonlocal is_sent
        is_sent = True
        return await send()

    async def work() -> T:
        return await (sending() if way is None else way(sending))

    try:
        answer = await once.once(ticket=ticket, form=form, work=work, look=look)
    except CrossdockError as error:
        if not is_sent:
            record.unsent(errand, error, origin=_repeat(ticket))
        raise
    if not is_sent:
        status, cause = form.ended(answer)
        record.told(errand, status=status, cause=cause, origin=_repeat(ticket) or Origin("found"))
    return answer


async def kept(errand: Errand, *, once: Idempotency, record: Record, ticket: Ticket) -> Kept | None:
    """Claim the key of a write whose answer is passed on as it comes, or return what is kept, with its line."""
    try:
        found = await once.claim(ticket=ticket)
    except CrossdockError as error:
        record.unsent(errand, error, origin=_repeat(ticket))
        raise
    if found is not None:
        status, cause = forms.streamed(found)
        record.told(errand, status=status, cause=cause, origin=_repeat(ticket))
    return found


def check_look(errand: Errand, *, record: Record, manner: Manner) -> None:
    """Raise UnprocessableError, with its line, where a write of one's own asks to be looked up before it is sent."""
    try:
        proxy.check_look(manner=manner, intent=errand.intent)
    except UnprocessableError as error:
        record.unsent(errand, error)
        raise


def _repeat(ticket: Ticket | None) -> Origin | None:
    """Return whose kept answer a call got, None where it got none."""
    course = ticket.course if ticket else None
    return Origin("kept", course.first) if course and course.is_repeat else None
