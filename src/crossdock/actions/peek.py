"""A bounded look at an answer that passes through: what it cost, and whether it is a refusal that says 200."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Final

from crossdock.actions.pacing import Turn
from crossdock.connectors import replies
from crossdock.connectors.model import Connector
from crossdock.egress.exchange import Reply
from crossdock.egress.stream import Stream
from crossdock.kernel.clock import Clock

WINDOW: Final = 8 * 1024
_GZIP_OR_ZLIB: Final = 47
_PLAIN: Final = frozenset({"", "identity"})
_FOLDED: Final = frozenset({"gzip", "x-gzip", "deflate"})


class Peek:
    """The last bytes of a body as it reads without its coding; all of them where it is short."""

    def __init__(self, *, coding: str) -> None:
        self.tail = b""
        self.is_whole = True
        self._folded = zlib.decompressobj(_GZIP_OR_ZLIB) if coding in _FOLDED else None

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes."""
        try:
            plain = chunk if self._folded is None else self._folded.decompress(chunk)
        except zlib.error:
            self.tail, self.is_whole = b"", False
            return
        seen = self.tail + plain[-WINDOW:]
        self.is_whole = self.is_whole and len(plain) <= WINDOW and len(seen) <= WINDOW
        self.tail = seen[-WINDOW:]


def settling(stream: Stream, *, turn: Turn, connector: Connector, clock: Clock, url: str) -> Stream:
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
        _settle(peek, turn, connector, clock, url)

    return replace(stream, chunks=chunks())


def _settle(peek: Peek, turn: Turn, connector: Connector, clock: Clock, url: str) -> None:
    cost = replies.charged_at_end(connector=connector, tail=peek.tail)
    if cost is not None:
        turn.charge(cost)
    if peek.is_whole and b'"errors"' in peek.tail:
        reply = Reply(status=200, headers={}, body=peek.tail, url=url)
        cause = replies.classify(connector=connector, reply=reply)
        turn.throttled(connector=connector, reply=reply, cause=cause, clock=clock)


def _header(stream: Stream, name: bytes) -> str:
    return next((value.decode("latin-1") for given, value in stream.headers if given.lower() == name), "")
