"""One served house for all tests of a module, for proofs that ask many things and change little."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

import asyncpg
import pytest
import pytest_asyncio

from crossdock.db import embedded
from crossdock.db.embedded import Embedded
from crossdock.kernel.clock import OffsetClock
from crossdock.server import open_house
from crossdock.settings import Settings
from house import Live, loopback, new_tenant, rewrites, serving
from twins import EasyshipTwin, ShipheroTwin

_numbers = count(1)


@asynccontextmanager
async def _database(postgres: Embedded, admin: str) -> AsyncIterator[str]:
    name = f"house_shared_{next(_numbers)}"
    conn = await asyncpg.connect(admin)
    try:
        await conn.execute(f"create database {name} template house_template strategy file_copy")
        yield embedded.dsn(postgres.data_dir, database=name)
        await conn.execute(f"drop database {name} with (force)")
    finally:
        await conn.close()


@pytest_asyncio.fixture(scope="module")
async def shared_live(
    postgres: Embedded,
    postgres_dsn: str,
    easyship_process: EasyshipTwin,
    shiphero_process: ShipheroTwin,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Live]:
    """Serve a house with both twins as new; `live.house.clock` is an OffsetClock, to be turned back by who turns it."""
    easyship_process.reset(seed="empty")
    shiphero_process.reset()
    async with _database(postgres, postgres_dsn) as dsn:
        with loopback() as port:
            settings = Settings(
                data_dir=tmp_path_factory.mktemp("house"),
                hub_url=f"http://127.0.0.1:{port.getsockname()[1]}",
                origin_rewrites=rewrites(easyship_process, shiphero_process),
                calls_per_minute=0,
            )
            async with open_house(settings, dsn=dsn, clock=OffsetClock(), key="create") as house:
                tenant = await new_tenant(house, "First Shop")
                async with serving(house, tenant, port) as live:
                    yield live
