"""Waiting for what is to happen: as long as a busy machine needs, and no longer than it takes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from inspect import isawaitable

_PATIENCE = 60.0


async def until(holds: Callable[[], object | Awaitable[object]], *, seconds: float = _PATIENCE) -> None:
    """Look again and again until it holds; AssertionError where it does not in that time."""
    deadline = time.monotonic() + seconds
    while not (await found if isawaitable(found := holds()) else found):
        assert time.monotonic() < deadline, f"it did not come true within {seconds:g} s"
        await asyncio.sleep(0.01)
