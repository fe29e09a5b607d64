"""The house behind HTTP, and guests at its pages."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from guest import Guest, new_guest
from house import Live


@pytest_asyncio.fixture
async def guest(live: Live) -> AsyncIterator[Guest]:
    """Let somebody in who has no cookie yet."""
    visitor = new_guest(live)
    yield visitor
    await visitor.client.close()


@pytest_asyncio.fixture
async def stranger(live: Live) -> AsyncIterator[Guest]:
    """Let somebody else in."""
    visitor = new_guest(live)
    yield visitor
    await visitor.client.close()
