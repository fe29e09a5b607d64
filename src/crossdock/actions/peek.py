"""A bounded look at an answer that passes through: how it went where its status does not tell, and what it cost."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Final

from crossdock.actions.model import HALF, REFUSAL
from crossdock.actions.pacing import Turn
from crossdock.connectors import replies
from crossdock.connectors.model import Cause, Connector
from crossdock.egress.exchange import Reply
from crossdock.egress.stream import Stream

WINDOW: Final = 8 * 1024
READ_FIRST: Final = 64 * 1024
_LARGEST_PLAIN: Final = 1024 * 1024
_GOOD: Final = range(200, 300)
_GZIP_OR_ZLIB: Final = 47
_PLAIN: Final = frozenset({"", "identity"})
_FOLDED: Final = frozenset({"gzip", "x-gzip", "deflate"})
_ERRORS_FIRST: Final = re.compile(r'\s*\{\s*"errors"\s*:\s*')


@dataclass(frozen=True, slots=True)
class Beginning:
    """The first bytes of an answer, whether they are all of it, and the answer with them in front again."""

    first: bytes
    is_whole: bool
    stream: Stream


async def beginning(stream: Stream) -> Beginning:
    """Read the first 64 KiB of an answer."""
    first = bytearray()
    is_whole = True
    async for chunk in stream.chunks:
        first += chunk
        if len(first) >= READ_FIRST:
            is_whole = False
            break
    return Beginning(bytes(first), is_whole, replace(stream, chunks=_again(bytes(first), stream.chunks)))


def failure(seen: Beginning, *, head: Reply, connector: Connector) -> tuple[Reply, Cause | None]:
    """Return a failure with what it says, and its cause."""
    text, _ = _plain(seen)
    reply = _readable(head, text)
    return reply, replies.classify(connector=connector, reply=reply)


def success(seen: Beginning, *, head: Reply, connector: Connector) -> tuple[Reply, Cause | None]:
    """Return an answer that says 200: by its head alone where it is whole, with its errors where it has any.

    GraphQL names errors beside the data, or in its place. One that goes on behind what was read has data.
    """
    text, is_whole = _plain(seen)
    if b'"errors"' not in text:
        return head, None
    body = text if is_whole else _with_data(text)
    reply = _readable(head, body)
    cause = replies.classify(connector=connector, reply=reply) if body else None
    if cause is not None:
        return reply, cause
    part = replies.shortfall(connector=connector, reply=reply)
    return (head, None) if part is None else (replace(reply, body=_errors_of(body)), part)


def marked(stream: Stream, cause: Cause | None) -> Stream:
    """Return an answer whose head says what its 200 does not: that it is a refusal, or half an answer."""
    if cause is None or stream.status not in _GOOD:
        return stream
    name, value = HALF if cause.key == replies.PART else REFUSAL
    return replace(stream, headers=[*stream.headers, (name.encode(), value.encode())])


class Peek:
    """The last bytes of a body as it reads without its coding; all of them where it is short."""

    def __init__(self, *, coding: str) -> None:
        self.tail = b""
        self._folded = zlib.decompressobj(_GZIP_OR_ZLIB) if coding in _FOLDED else None

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes."""
        try:
            plain = chunk if self._folded is None else self._folded.decompress(chunk)
        except zlib.error:
            self.tail = b""
            return
        self.tail = (self.tail + plain[-WINDOW:])[-WINDOW:]


def settling(stream: Stream, *, turn: Turn, connector: Connector) -> Stream:
    """Return a stream whose end sets right what was taken for it; one that tells no cost passes as it is."""
    if not turn.cost or connector.credits is None:
        return stream
    coding = _header(stream, b"content-encoding").strip().lower()
    if coding not in _PLAIN | _FOLDED:
        return stream
    peek = Peek(coding=coding)

    async def chunks() -> AsyncIterator[bytes]:
        async for chunk in stream.chunks:
            peek.feed(chunk)
            yield chunk
        cost = replies.charged_at_end(connector=connector, tail=peek.tail)
        if cost is not None:
            turn.charge(cost)

    return replace(stream, chunks=chunks())


def _plain(seen: Beginning) -> tuple[bytes, bool]:
    """Return the first bytes without their coding, as they are where nobody can read them; and whether that is all."""
    if _header(seen.stream, b"content-encoding").strip().lower() not in _FOLDED:
        return seen.first, seen.is_whole
    unfolding = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        return unfolding.decompress(seen.first, _LARGEST_PLAIN), seen.is_whole and not unfolding.unconsumed_tail
    except zlib.error:
        return seen.first, seen.is_whole


def _readable(head: Reply, body: bytes) -> Reply:
    headers = {name: value for name, value in head.headers.items() if name != "content-encoding"}
    return replace(head, headers=headers, body=body)


def _with_data(text: bytes) -> bytes:
    """Return the errors that a long answer begins with, as an answer with data; nothing where it does not."""
    whole = text.decode(errors="replace")
    opening = _ERRORS_FIRST.match(whole)
    if opening is None:
        return b""
    try:
        errors, _ = json.JSONDecoder().raw_decode(whole, opening.end())
    except (ValueError, RecursionError):
        return b""
    return json.dumps({"errors": errors, "data": {"": True}}).encode()


def _errors_of(body: bytes) -> bytes:
    """Return the errors without the data, which is passed on and kept nowhere."""
    return json.dumps({"errors": json.loads(body)["errors"]}, ensure_ascii=False).encode()


async def _again(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    if first:
        yield first
    async for chunk in rest:
        yield chunk


def _header(stream: Stream, name: bytes) -> str:
    return next((value.decode("latin-1") for given, value in stream.headers if given.lower() == name), "")
