"""Identifiers and random tokens."""

from __future__ import annotations

import hashlib
import os
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field

from crossdock.kernel.clock import Clock, SystemClock

_DIGITS = "0123456789abcdefghijklmnopqrstuv"
_PAIRS = tuple(first + second for first in _DIGITS for second in _DIGITS)


@dataclass(frozen=True, slots=True)
class Ids:
    """Makes ids that sort by creation time, and tokens that nobody guesses."""

    clock: Clock = field(default_factory=SystemClock)
    random: Callable[[int], bytes] = os.urandom

    def new(self, prefix: str) -> str:
        """Return ``{prefix}_`` and 26 of 0-9 a-v, sorting as their bits do: 48 of milliseconds, 80 at random."""
        millis = int(self.clock.now().timestamp() * 1000)
        # Two more bits fill the last digit up: 130 bits are 13 pairs of digits.
        number = (millis << 80 | int.from_bytes(self.random(10), "big")) << 2
        return f"{prefix}_{''.join([_PAIRS[number >> shift & 1023] for shift in range(120, -1, -10)])}"

    def token(self, prefix: str, size: int = 32) -> str:
        """Return ``{prefix}_`` and ``size`` random bytes in URL-safe base64 without padding."""
        return f"{prefix}_{urlsafe_b64encode(self.random(size)).decode().rstrip('=')}"


def digest(token: str) -> bytes:
    """Return the SHA-256 of a random token: what the database keeps in its place."""
    return hashlib.sha256(token.encode()).digest()


def fingerprint(token: str) -> str:
    """Return eight hex digits that tell two secrets apart and reveal neither."""
    return hashlib.sha256(b"fingerprint:" + token.encode()).hexdigest()[:8]
