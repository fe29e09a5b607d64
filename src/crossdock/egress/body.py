"""Reads a body up to the cap and undoes its content coding, without trusting either."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator
from typing import Final

from crossdock.egress.limits import BODY_BYTES

ACCEPTED: Final = "gzip, deflate"
_GZIP: Final = 31
_ZLIB: Final = 15
_GZIP_BEGINS: Final = b"\x1f"


class TooLargeError(Exception):
    """The body is larger than the cap, before or after decoding."""


class CodingError(Exception):
    """The body is not in the content coding that its header names."""


async def read(chunks: AsyncIterator[bytes], *, coding: str, cap: int = BODY_BYTES) -> bytes:
    """Return the decoded body; raise TooLargeError over ``cap`` bytes, CodingError where the coding does not hold."""
    decode = _decoder(coding.strip().lower())
    body = bytearray()
    async for chunk in chunks:
        body += decode(chunk, cap - len(body) + 1)
        if len(body) > cap:
            raise TooLargeError
    if decode.cut_short():
        raise CodingError
    return bytes(body)


class _Plain:
    """Passes bytes through."""

    def __call__(self, chunk: bytes, most: int) -> bytes:
        del most
        return chunk

    def cut_short(self) -> bool:
        """Tell whether the end is missing: plain bytes do not know."""
        return False


class _Inflater:
    """Undoes gzip or deflate, never yielding more than it is asked for: a bomb stays folded."""

    def __init__(self, form: int) -> None:
        self._form = form
        self._inner = zlib.decompressobj(form)
        self._fed = False

    def __call__(self, chunk: bytes, most: int) -> bytes:
        self._fed = True
        plain = b""
        while chunk:
            if self._inner.eof:
                if self._form != _GZIP or chunk[:1] != _GZIP_BEGINS:
                    break
                # Another member, which belongs to the same body (RFC 1952, 2.2).
                self._inner = zlib.decompressobj(self._form)
            try:
                plain += self._inner.decompress(chunk, most - len(plain))
            except zlib.error:
                raise CodingError from None
            if self._inner.unconsumed_tail or len(plain) >= most:
                raise TooLargeError
            chunk = self._inner.unused_data
        return plain

    def cut_short(self) -> bool:
        """Tell whether the end is missing."""
        return self._fed and not self._inner.eof


def _decoder(coding: str) -> _Plain | _Inflater:
    if coding in {"", "identity"}:
        return _Plain()
    if coding in {"gzip", "x-gzip"}:
        return _Inflater(_GZIP)
    if coding == "deflate":
        return _Inflater(_ZLIB)
    raise CodingError
