"""Under which names `/mcp` answers, and which pages in a browser may ask it: the hub's own and this machine's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import Response

from crossdock.kernel.errors import ForbiddenError

_LOCAL: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_SHOWN: Final = "WWW-Authenticate, Retry-After, Mcp-Session-Id, MCP-Protocol-Version"
_MISDIRECTED: Final = 421


@dataclass(frozen=True, slots=True, kw_only=True)
class Origins:
    """The hub's own name and origin; names of this machine are taken with any port."""

    hub_url: str
    host: str
    origin: str

    @classmethod
    def of(cls, hub_url: str) -> Self:
        """Read them from the hub's address."""
        parts = urlsplit(hub_url)
        return cls(hub_url=hub_url, host=parts.netloc.lower(), origin=f"{parts.scheme}://{parts.netloc}".lower())

    def check(self, headers: Headers) -> None:
        """Raise ForbiddenError for another name (421), as one that was made to point here has, or a page elsewhere."""
        host, origin = headers.get("host", "").lower(), headers.get("origin", "").lower()
        if host != self.host and not _is_local(f"//{host}"):
            raise ForbiddenError(
                "The server does not answer to this name.",
                remedy=f"Use the hub's address: {self.hub_url}/mcp.",
                status=_MISDIRECTED,
            )
        if origin and not self._is_known(origin):
            raise ForbiddenError(
                "Pages of this origin may not ask here.",
                remedy="Ask from a server, or from a page on this machine or on the hub.",
            )

    def shared(self, headers: Headers) -> Mapping[str, str]:
        """Return the headers that let a known page read the answer; none for others (Fetch, 3.3)."""
        origin = headers.get("origin", "")
        if not origin or not self._is_known(origin.lower()):
            return {}
        return {"access-control-allow-origin": origin, "access-control-expose-headers": _SHOWN, "vary": "Origin"}

    def preflight(self, headers: Headers) -> Response:
        """Answer a browser that asks whether a page may send its request."""
        return Response(
            status_code=204,
            headers={
                "access-control-allow-methods": "POST, GET, DELETE",
                "access-control-allow-headers": headers.get("access-control-request-headers", ""),
                "access-control-max-age": "600",
            },
        )

    def _is_known(self, origin: str) -> bool:
        return origin == self.origin or (origin.startswith(("http://", "https://")) and _is_local(origin))


def _is_local(address: str) -> bool:
    """Tell whether an address without a path is on this machine; brackets have to close, a port has to be a number."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    named = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return parts.hostname in _LOCAL and parts.netloc == (named if port is None else f"{named}:{port}")
