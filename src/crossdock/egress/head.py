"""The head of a reply: whether anything can be made of it, and what of it goes beyond this hop."""

from __future__ import annotations

import re
from typing import Final

import aiohttp

_STATUSES: Final = range(200, 600)
_HOP: Final = frozenset(
    {b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-connection", b"te", b"trailer"}
    | {b"transfer-encoding", b"upgrade"}
)
_OURS: Final = b"x-crossdock-"
_NAMES: Final = re.compile(rb"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
# Nobody asked for these, and in none of them could a secret be seen.
_CLOSED: Final = frozenset({"br", "zstd", "compress", "x-compress", "dcb", "dcz"})


class HeadError(aiohttp.ClientError):
    """A reply whose head says nothing that could be passed on."""


def check(response: aiohttp.ClientResponse) -> aiohttp.ClientResponse:
    """Return a reply with a status of its own (RFC 9110, 15) and headers that are some; close and raise for others."""
    names, values = zip(*response.raw_headers, strict=True) if response.raw_headers else ((), ())
    plain = not names or (all(names) and _NAMES.fullmatch(b"".join(names)))
    if response.status not in _STATUSES or not plain or _CONTROL.search(b"".join(values)):
        response.close()
        raise HeadError
    return response


def coding(response: aiohttp.ClientResponse) -> str:
    """Return the coding of a body in small letters, empty for none; close and raise where nobody can look into it."""
    if "content-encoding" not in response.headers:
        return ""
    told = ",".join(response.headers.getall("content-encoding")).lower().split(",")
    folded = [name for one in told if (name := one.strip()) not in {"", "identity"}]
    if len(folded) > 1 or not _CLOSED.isdisjoint(folded):
        response.close()
        raise HeadError
    return folded[0] if folded else ""


def end_to_end(response: aiohttp.ClientResponse) -> list[tuple[bytes, bytes]]:
    """Return the headers as they came, without those of one hop, which `Connection` may name, and without our own."""
    named = {part.strip().lower().encode() for part in response.headers.get("connection", "").split(",")}
    dropped = _HOP | named
    return [
        (small, value)
        for name, value in response.raw_headers
        if (small := name.lower()) not in dropped and not small.startswith(_OURS)
    ]
