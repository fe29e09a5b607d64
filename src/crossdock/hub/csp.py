"""The headers that every page carries: a strict content policy, and who may frame the page."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

_ORIGIN = re.compile(r"https?://(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::[0-9]{1,5})?", re.IGNORECASE)
_PERMISSIONS = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"


@dataclass(frozen=True, slots=True)
class Openness:
    """Which other origins may frame a page (and hear its message), and to which a form's answer may lead."""

    ancestors: tuple[str, ...] = ()
    form_targets: tuple[str, ...] = ()
    framed_by: Literal["named", "anyone"] = "named"
    opener: Literal["cut_off", "kept"] = "cut_off"


CLOSED = Openness()
DOOR = Openness(framed_by="anyone")
"""For a page that shows nothing and does nothing before it has been given a session's token."""
CLOSING = Openness(opener="kept")
"""For the last page of a window that its opener is to close: cut off from it, the opener could not."""


def origins(texts: Collection[str]) -> tuple[str, ...]:
    """Keep what is exactly ``scheme://host[:port]``; a path, a wildcard or a second directive is left out."""
    return tuple(text for text in texts if _ORIGIN.fullmatch(text))


def policy(openness: Openness = CLOSED) -> str:
    """Write the Content-Security-Policy of one page (CSP level 3); nothing inline, nothing from elsewhere."""
    ancestors = "*" if openness.framed_by == "anyone" else " ".join(origins(openness.ancestors)) or "'none'"
    targets = " ".join(("'self'", *origins(openness.form_targets)))
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        f"base-uri 'none'; form-action {targets}; frame-ancestors {ancestors}"
    )


def headers(openness: Openness = CLOSED, *, https: bool) -> dict[str, str]:
    """Give the headers of a page; ``https`` adds the promise to stay on it.

    The referrer policy is ``same-origin`` and not ``no-referrer``: under the latter browsers send ``Origin: null`` with
    a form (Fetch standard, "append a request Origin header"), and the check of the origin would refuse our own pages.
    """
    framed = openness.framed_by == "anyone" or bool(origins(openness.ancestors))
    found = {
        "Content-Security-Policy": policy(openness),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": _PERMISSIONS,
        "Cache-Control": "no-store",
        "X-Robots-Tag": "noindex, nofollow",
        "Cross-Origin-Resource-Policy": "cross-origin" if framed else "same-origin",
    }
    if not framed:
        found["X-Frame-Options"] = "DENY"
        if openness.opener == "cut_off":
            found["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups"
    if https:
        found["Strict-Transport-Security"] = "max-age=31536000"
    return found
