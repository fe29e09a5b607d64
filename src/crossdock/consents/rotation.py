"""How one refresh token follows another, so that a request that comes twice is answered with the same. Pure."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from datetime import timedelta
from hashlib import sha256
from typing import Final

from crossdock.consents.model import REFRESH

GRACE: Final = timedelta(seconds=60)
"""For how long an exchanged refresh token may come again: a client's time limit of half a minute, and its next try."""
SALT_BYTES: Final = 32
FURTHEST: Final = 8
"""How many exchanges within the grace are followed; an app that makes more loses count of its own tokens."""


def successor(token: str, *, salt: bytes) -> str:
    """Return the refresh token that follows; neither the old one nor the salt alone tells which that is."""
    made = hmac.new(salt, token.encode(), sha256).digest()
    return f"{REFRESH}_{urlsafe_b64encode(made).decode().rstrip('=')}"
