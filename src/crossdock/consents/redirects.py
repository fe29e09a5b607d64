"""Where an app may have its answer sent: https, or this person's own machine; nothing that has two readings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from urllib.parse import SplitResult, urlencode, urlsplit

from crossdock.projects.origins import origin_of

_LONGEST: Final = 2000
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def is_allowed(uri: str) -> bool:
    """Tell whether an app may name this address: an https one, or http on the loopback; no fragment, no wildcard."""
    if len(uri) > _LONGEST or "#" in uri or "*" in uri or origin_of(uri) is None:
        return False
    parts = urlsplit(uri)
    return parts.scheme == "https" or is_loopback(uri)


def is_loopback(uri: str) -> bool:
    """Tell whether the address is on the person's own machine."""
    parts = urlsplit(uri)
    return parts.scheme == "http" and parts.hostname in _LOOPBACK


def is_one_of(uri: str, *, known: Iterable[str]) -> bool:
    """Tell whether this is one of the known addresses, exactly; on the loopback the port may differ (RFC 8252, 7.3)."""
    if not is_allowed(uri):
        return False
    return any(uri == one or (is_loopback(uri) and is_loopback(one) and _bare(uri) == _bare(one)) for one in known)


def host_of(uri: str) -> str:
    """Return the host and, where it is named, the port, as people are shown it."""
    return urlsplit(uri).netloc


def answer(uri: str, **members: str | None) -> str:
    """Return the address with the answer's members in its query (RFC 6749, 4.1.2); a None is left out."""
    query = urlencode({name: value for name, value in members.items() if value is not None})
    return f"{uri}{'&' if '?' in uri else '?'}{query}"


def _bare(uri: str) -> tuple[str, str | None, str, str]:
    parts: SplitResult = urlsplit(uri)
    return parts.scheme, parts.hostname, parts.path, parts.query
