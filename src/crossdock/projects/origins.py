"""Origins of an app: where the hub may be embedded, and where people are sent back to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from crossdock.kernel.errors import UnprocessableError

_ORIGIN = re.compile(r"(https://[a-z0-9.-]+|http://(localhost|127\.0\.0\.1|\[::1\]))(:\d{1,5})?")
_ADDRESS = re.compile(
    r"(?P<origin>https?://(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::[0-9]{1,5})?)"
    r"(?:[/?#][\x21-\x5b\x5d-\x7e]*)?",
    re.IGNORECASE,
)


def check(origins: Sequence[str]) -> None:
    """Raise UnprocessableError unless each is an https origin, or an http one of this machine."""
    wrong = [origin for origin in origins if not _ORIGIN.fullmatch(origin)]
    if wrong:
        raise UnprocessableError(
            f"These are not origins: {', '.join(wrong)}.",
            remedy="Write each as https://host or https://host:port, in small letters, with nothing after it.",
            detail={"origins": wrong},
        )


def origin_of(url: str) -> str | None:
    """Return ``scheme://host[:port]`` of a web address, None for anything that a browser might read in another way.

    No user information, no backslash, no blank and no letter beyond ASCII: what is left has one reading only.
    """
    found = _ADDRESS.fullmatch(url)
    return found["origin"].lower() if found else None


def leads_to(url: str, *, allowed: Iterable[str]) -> bool:
    """Tell whether an address is of one of these origins, compared exactly: no other port, no parent, no sub-domain."""
    return origin_of(url) in set(allowed)
