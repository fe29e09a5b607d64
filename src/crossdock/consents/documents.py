"""An app's own document: its address is its id, and what stands there says who it is.

Fetched within the guard of the way out, from the very address and nowhere that it leads to, and within narrow bounds
(draft-ietf-oauth-client-id-metadata-document, 4 and 8).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from crossdock.consents.errors import AppRefusedError
from crossdock.egress.client import Egress, TransportError
from crossdock.egress.exchange import Reply, Request
from crossdock.projects.origins import origin_of

_LONGEST: Final = 500
_LARGEST: Final = 16 * 1024
_SECONDS: Final = 5.0
_FOUND: Final = 200
_USUAL: Final = timedelta(hours=1)
_SHORTEST_LIFE: Final = timedelta(minutes=5)
_LONGEST_LIFE: Final = timedelta(days=1)
_MAX_AGE: Final = re.compile(r"(?:^|[\s,])max-age=(\d{1,9})(?:$|[\s,])")
_DOTS: Final = re.compile(r"(?:^|/)\.{1,2}(?:/|$)")


@dataclass(frozen=True, slots=True)
class Documents:
    """Fetches apps' documents."""

    egress: Egress

    async def fetch(self, *, address: str) -> tuple[Mapping[str, Any], timedelta]:
        """Return what an app's document says, and how long that may be kept; raise AppRefusedError."""
        origin = origin_of(address)
        if origin is None or not is_document_address(address):
            raise _refused("The app's id is not the address of a document.")
        request = Request("GET", address, headers={"accept": "application/json"}, timeout=_SECONDS)
        try:
            reply = await self.egress.send(request, origins=frozenset({origin}))
        except TransportError as error:
            raise _refused(f"The app's document cannot be fetched. {error.message}") from None
        if reply.status != _FOUND or reply.url != address:
            raise _refused("The address of the app's document leads elsewhere, or to nothing.")
        if len(reply.body) > _LARGEST:
            raise _refused("The app's document is larger than 16 KiB.")
        return _judged(reply, address), _life(reply.headers.get("cache-control", ""))


def is_document_address(text: str) -> bool:
    """Tell whether an app's id is the address of a document: https, with a path, without query, fragment or dots."""
    if len(text) > _LONGEST or origin_of(text) is None or "#" in text or "?" in text:
        return False
    parts = urlsplit(text)
    return parts.scheme == "https" and parts.path not in {"", "/"} and _DOTS.search(parts.path) is None


def _judged(reply: Reply, address: str) -> Mapping[str, Any]:
    try:
        said = reply.json()
    except ValueError:
        raise _refused("The app's document is not JSON.") from None
    if not isinstance(said, dict) or said.get("client_id") != address:
        raise _refused("The app's document does not name its own address as `client_id`.")
    return said


def _life(cache_control: str) -> timedelta:
    """Return for how long an answer may be kept (RFC 9111, 5.2.2), never less than five minutes."""
    if "no-store" in cache_control or "no-cache" in cache_control:
        return _SHORTEST_LIFE
    found = _MAX_AGE.search(cache_control)
    named = timedelta(seconds=int(found[1])) if found else _USUAL
    return min(max(named, _SHORTEST_LIFE), _LONGEST_LIFE)


def _refused(message: str) -> AppRefusedError:
    return AppRefusedError(
        message, remedy="Tell the people who make the app; what they publish about it is wrong.", oauth="invalid_client"
    )
