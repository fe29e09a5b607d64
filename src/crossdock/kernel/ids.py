"""Identifiers and random tokens."""

from __future__ import annotations

import hashlib
import os
from base64 import b32hexencode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field

from crossdock.kernel.clock import Clock, SystemClock


@dataclass(frozen=True, slots=True)
class Ids:
    """Makes ids that sort by creation time, and tokens that nobody guesses."""

    clock: Clock = field(default_factory=SystemClock)
    random: Callable[[int], bytes] = os.urandom

    def new(self, prefix: str) -> str:
        """Return ``{prefix}_`` and 26 of 0-9 a-v, sorting as their bits do: 48 of milliseconds, 80 at random."""
        millis = int(self.clock.now().timestamp() * 1000)
        body = millis.to_bytes(6, "big") + self.random(10)
        return f"{prefix}_{b32hexencode(body).decode().rstrip('=').lower()}"

    def token(self, prefix: str, size: int = 32) -> str:
        """Return ``{prefix}_`` and ``size`` random bytes in URL-safe base64 without padding."""
        return f"{prefix}_{urlsafe_b64encode(self.random(size)).decode().rstrip('=')}"


def digest(token: str) -> bytes:
    """Return the SHA-256 of a random token: what the database keeps in its place."""
    return hashlib.sha256(token.encode()).digest()


def fingerprint(token: str) -> str:
    """Return eight hex digits that tell two secrets apart and reveal neither."""
    return hashlib.sha256(b"fingerprint:" + token.encode()).hexdigest()[:8]
