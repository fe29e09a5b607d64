"""What a JSON Web Token (RFC 7519) says about itself, its signature unchecked: for hints, never for trust."""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime
from typing import Any

_PARTS = 3


def looks_like(text: str) -> bool:
    """Return whether the text begins as a JWT does: with the base64 of ``{"``."""
    return text.startswith("eyJ")


def claims(text: str) -> dict[str, Any] | None:
    """Return the claims of a whole JWT, or None where the text is none or is damaged."""
    parts = text.split(".")
    if not looks_like(text) or len(parts) != _PARTS or not all(parts):
        return None
    header, payload = _decoded(parts[0]), _decoded(parts[1])
    return payload if header is not None else None


def expiry(text: str) -> datetime | None:
    """Return the moment after which a JWT is refused, or None where it names none."""
    found = claims(text)
    seconds = found.get("exp") if found else None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def audiences(text: str) -> tuple[str, ...]:
    """Return for whom a JWT is meant."""
    found = (claims(text) or {}).get("aud")
    if isinstance(found, str):
        return (found,)
    return tuple(str(one) for one in found) if isinstance(found, list) else ()


def _decoded(part: str) -> dict[str, Any] | None:
    try:
        value = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
