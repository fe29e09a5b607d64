"""A streamed answer that is kept while it passes, and one that is given again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from crossdock.actions.forms import Kept
from crossdock.actions.idempotency import LARGEST_ANSWER
from crossdock.egress.stream import Stream


@dataclass(slots=True)
class Copy:
    """What has passed of an answer; ``whole`` once its end has come."""

    status: int
    headers: list[list[str]]
    content: bytearray = field(default_factory=bytearray)
    whole: bool = False

    def kept(self) -> Kept:
        """Return the answer as it is kept; one that is too long to be kept shows by its length."""
        return Kept({"status": self.status, "headers": self.headers}, bytes(self.content))


def copying(stream: Stream) -> tuple[Stream, Copy]:
    """Return a stream that leaves a copy of what passes, until it is clear that it is too long to be kept."""
    copy = Copy(stream.status, [[name.decode("latin-1"), value.decode("latin-1")] for name, value in stream.headers])

    async def chunks() -> AsyncIterator[bytes]:
        async for chunk in stream.chunks:
            if len(copy.content) <= LARGEST_ANSWER:
                copy.content += chunk
            yield chunk
        copy.whole = True

    return Stream(stream.status, stream.headers, chunks()), copy


def again(kept: Kept) -> Stream:
    """Return a kept answer as a stream."""
    told: dict[str, Any] = kept.answer
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in told["headers"]]

    async def chunks() -> AsyncIterator[bytes]:
        if kept.content:
            yield kept.content

    return Stream(told["status"], headers, chunks())
