"""The rooms up to the tokens on a fresh database, with no provider in reach."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from crossdock.kernel.clock import OffsetClock
from token_house import TokenHouse, open_token_house


@pytest_asyncio.fixture
async def quiet_house(database_url: str, tmp_path: Path) -> AsyncIterator[TokenHouse]:
    """Open the rooms for tests that ask no provider."""
    async with open_token_house(
        dsn=database_url, key_file=tmp_path / "keys.json", twins={}, clock=OffsetClock()
    ) as house:
        yield house
