"""Fixtures of the resilience tests: the rooms up to the tokens, opened on a fresh database and the running twins."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from crossdock.kernel.clock import OffsetClock
from token_house import TokenHouse, open_token_house
from token_process import Processes
from twins import EasyshipTwin, ShipheroTwin


@pytest.fixture
def shiphero_origins(shiphero_twin: ShipheroTwin) -> dict[str, str]:
    """Return ShipHero's origins with those of its twin."""
    return {"https://public-api.shiphero.com": shiphero_twin.api, "https://app.shiphero.com": shiphero_twin.dashboard}


@pytest.fixture
def easyship_origins(easyship_twin: EasyshipTwin) -> dict[str, str]:
    """Return Easyship's origins with those of its twin."""
    return {
        "https://public-api.easyship.com": easyship_twin.production,
        "https://public-api-sandbox.easyship.com": easyship_twin.sandbox,
        "https://api.easyship.com": easyship_twin.production,
        "https://auth.easyship.com": easyship_twin.production,
    }


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """Return where the test's key ring stands."""
    return tmp_path / "vault-keys.json"


async def _opened(stack: AsyncExitStack, dsn: str, key_file: Path, twins: Mapping[str, str]) -> TokenHouse:
    house = open_token_house(dsn=dsn, key_file=key_file, twins=twins, clock=OffsetClock())
    return await stack.enter_async_context(house)


@pytest_asyncio.fixture
async def shiphero_house(
    database_url: str, key_file: Path, shiphero_origins: Mapping[str, str]
) -> AsyncIterator[TokenHouse]:
    """Open the rooms on the ShipHero twin."""
    async with AsyncExitStack() as stack:
        yield await _opened(stack, database_url, key_file, shiphero_origins)


@pytest_asyncio.fixture
async def easyship_house(
    database_url: str, key_file: Path, easyship_origins: Mapping[str, str]
) -> AsyncIterator[TokenHouse]:
    """Open the rooms on the Easyship twin."""
    async with AsyncExitStack() as stack:
        yield await _opened(stack, database_url, key_file, easyship_origins)


@pytest_asyncio.fixture(scope="session")
async def processes() -> AsyncIterator[Processes]:
    """Start the parent of the processes that tests kill or run side by side."""
    parent = await Processes.start()
    yield parent
    await parent.stop()
