"""One open house for the module: each test links accounts of its own, and finds the twins calm."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import count

import asyncpg
import pytest
import pytest_asyncio

from action_house import ActionHouse, open_action_house
from crossdock.accounts.model import Account
from crossdock.db import embedded
from crossdock.db.embedded import Embedded
from twins import EasyshipTwin, ShipheroTwin

_numbers = count(1)


@pytest_asyncio.fixture(scope="module")
async def module_database(postgres: Embedded, postgres_dsn: str) -> AsyncIterator[str]:
    """Make a fresh migrated database for the tests of one module."""
    name = f"actions_{next(_numbers)}"
    conn = await asyncpg.connect(postgres_dsn)
    try:
        await conn.execute(f"create database {name} template house_template strategy file_copy")
        yield embedded.dsn(postgres.data_dir, database=name)
        await conn.execute(f"drop database {name} with (force)")
    finally:
        await conn.close()


@pytest_asyncio.fixture(scope="module")
async def opened(
    module_database: str,
    tmp_path_factory: pytest.TempPathFactory,
    easyship_twin_process: EasyshipTwin,
    shiphero_twin_process: ShipheroTwin,
) -> AsyncIterator[ActionHouse]:
    """Open the rooms up to the actions on both twins."""
    easyship_twin_process.reset(seed="small-shop")
    shiphero_twin_process.reset()
    twins = {
        "https://public-api.easyship.com": easyship_twin_process.production,
        "https://public-api-sandbox.easyship.com": easyship_twin_process.sandbox,
        "https://api.easyship.com": easyship_twin_process.production,
        "https://public-api.shiphero.com": shiphero_twin_process.api,
    }
    key_file = tmp_path_factory.mktemp("vault") / "keys.json"
    async with open_action_house(dsn=module_database, key_file=key_file, twins=twins) as house:
        yield house


@pytest.fixture
def easyship_twin(easyship_twin_process: EasyshipTwin) -> EasyshipTwin:
    """Give the Easyship twin without faults and with an empty journal."""
    easyship_twin_process.clear_faults()
    easyship_twin_process.clear_journal()
    return easyship_twin_process


@pytest.fixture
def shiphero_twin(shiphero_twin_process: ShipheroTwin) -> ShipheroTwin:
    """Give the ShipHero twin without faults and with an empty journal."""
    shiphero_twin_process.clear_faults()
    shiphero_twin_process.clear_journal()
    return shiphero_twin_process


@pytest.fixture
def house(opened: ActionHouse, easyship_twin: EasyshipTwin, shiphero_twin: ShipheroTwin) -> ActionHouse:
    """Give the open house on calm twins."""
    assert easyship_twin.journal() == shiphero_twin.journal() == []
    return opened


@pytest_asyncio.fixture
async def easyship(house: ActionHouse, easyship_twin: EasyshipTwin) -> Account:
    """Link an Easyship account that may do everything."""
    made = easyship_twin.integration(scopes="all")
    return await house.link("easyship", {"access_token": made["production_token"]})


@pytest_asyncio.fixture
async def shiphero(house: ActionHouse, shiphero_twin: ShipheroTwin) -> Account:
    """Link a ShipHero account that may do everything."""
    made = shiphero_twin.developer(email=f"dev{next(_numbers)}@shop.example")
    return await house.link("shiphero", {"refresh_token": made["refresh_token"]})
