"""A reply that is passed on while it comes in: its bytes as they are, and a watch over what must not stand in them."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from crossdock.egress.redact import Forms

_GZIP_OR_ZLIB: Final = 47
_FOLDED: Final = frozenset({"gzip", "x-gzip", "deflate"})
_FILLER: Final = b"*"


class EchoedError(Exception):
    """A coded reply holds the credential that its request carried: it cannot be masked, so it must not go on."""


async def _nothing() -> None:
    """Close what holds nothing."""


@dataclass(frozen=True, slots=True)
class Stream:
    """A reply under way: header names in small letters and values as they came, and the body's bytes as they come.

    Whoever opened it closes it.
    """

    status: int
    headers: Sequence[tuple[bytes, bytes]]
    chunks: AsyncIterator[bytes]
    close: Callable[[], Awaitable[None]] = _nothing


class Watch:
    """Masks secrets in passing bytes without changing their number; in a coded body it can only find them.

    The last bytes wait for those after them, since a secret may lie across two chunks.
    """

    def __init__(self, forms: Forms, *, coding: str) -> None:
        self._wanted = forms.coded
        self._kept = max(map(len, forms.coded), default=1) - 1
        self._held = b""
        self._folded = zlib.decompressobj(_GZIP_OR_ZLIB) if coding.strip().lower() in _FOLDED else None

    def feed(self, chunk: bytes) -> bytes:
        """Take the next bytes and return those that may go on; raise EchoedError for a coded secret."""
        if self._folded is not None:
            self._look_into(chunk)
            return chunk
        seen = self._masked(self._held + chunk)
        cut = max(0, len(seen) - self._kept) if self._kept else len(seen)
        self._held = seen[cut:]
        return seen[:cut]

    def end(self) -> bytes:
        """Return what was held back, now that nothing comes after it; of a coded body nothing is."""
        rest, self._held = self._held, b""
        return b"" if self._folded is not None else rest

    def headers(self, given: Sequence[tuple[bytes, bytes]]) -> Sequence[tuple[bytes, bytes]]:
        """Return headers with their values masked."""
        told = b"\n".join([value for _, value in given])
        if not any(form in told for form in self._wanted):
            return given
        return [(name, self._masked(value)) for name, value in given]

    def _masked(self, text: bytes) -> bytes:
        for form in self._wanted:
            if form in text:
                text = text.replace(form, _FILLER * len(form))
        return text

    def _look_into(self, chunk: bytes) -> None:
        try:
            plain = self._held + self._unfolded(chunk)
        except zlib.error:
            # Not in the coding that it names: nobody can read a secret out of it either.
            self._wanted = ()
            return
        if any(form in plain for form in self._wanted):
            raise EchoedError
        self._held = plain[max(0, len(plain) - self._kept) :]

    def _unfolded(self, chunk: bytes) -> bytes:
        """Return what a chunk says, also where another member of gzip begins in it (RFC 1952, 2.2)."""
        said = b""
        while chunk and self._folded is not None:
            if self._folded.eof:
                self._folded = zlib.decompressobj(_GZIP_OR_ZLIB)
            said += self._folded.decompress(chunk)
            chunk = self._folded.unused_data
        return said
