"""The only place in the client that reads the time of day."""

from __future__ import annotations

import time


def now() -> float:
    """Return the seconds since 1970."""
    return time.time()
