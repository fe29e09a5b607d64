"""One served house for all tests of a module, for proofs that ask many things and change little."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from crossdock.db import embedded
from crossdock.db.embedded import Embedded
from crossdock.kernel.clock import OffsetClock
from crossdock.server import open_house
from crossdock.settings import Settings
from house import Live, Tenant, loopback, new_tenant, rewrites, serving
from twins import EasyshipTwin, ShipheroTwin

_numbers = count(1)


@asynccontextmanager
async def fresh_database(postgres: Embedded, admin: str) -> AsyncIterator[str]:
    """Make a migrated database for the block; gives its address."""
    name = f"house_shared_{next(_numbers)}"
    conn = await asyncpg.connect(admin)
    try:
        await conn.execute(f"create database {name} template house_template strategy file_copy")
        yield embedded.dsn(postgres.data_dir, database=name)
        await conn.execute(f"drop database {name} with (force)")
    finally:
        await conn.close()


@asynccontextmanager
async def opened(
    dsn: str, *, data_dir: Path, origin_rewrites: Mapping[str, str], tenant: Tenant | None = None, **settings: Any
) -> AsyncIterator[Live]:
    """Serve a house on a database for the block, for a tenant that is there or a new one, on a clock to turn."""
    with loopback() as port:
        chosen = Settings(
            data_dir=data_dir,
            hub_url=f"http://127.0.0.1:{port.getsockname()[1]}",
            origin_rewrites=dict(origin_rewrites),
            **{"calls_per_minute": 0, "pace": "off", **settings},
        )
        async with AsyncExitStack() as stack:
            clock = OffsetClock()
            house = await stack.enter_async_context(open_house(chosen, dsn=dsn, clock=clock, key="create"))
            owner = tenant or await new_tenant(house, "First Shop")
            yield await stack.enter_async_context(serving(house, owner, port))


@pytest_asyncio.fixture(scope="module")
async def shared_live(
    postgres: Embedded,
    postgres_dsn: str,
    easyship_twin_process: EasyshipTwin,
    shiphero_twin_process: ShipheroTwin,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Live]:
    """Serve a house with both twins as new; `live.house.clock` is an OffsetClock, to be turned back by who turns it."""
    easyship_twin_process.reset(seed="empty")
    shiphero_twin_process.reset()
    origins = rewrites(easyship_twin_process, shiphero_twin_process)
    async with (
        fresh_database(postgres, postgres_dsn) as dsn,
        opened(dsn, data_dir=tmp_path_factory.mktemp("house"), origin_rewrites=origins) as live,
    ):
        yield live


async def link_pasted(
    live: Live, secret: str, *, owner: str, provider: str = "easyship", field: str = "api_token"
) -> str:
    """Link with a pasted secret as the hub component does; gives the account's id."""
    body = {"origin_owner_id": owner, "origin_owner_name": owner, "provider": provider, "multiple": True, "type": None}
    opened = (await live.call("POST", "/connect_sessions", data=body)).json()
    offers = (await live.hub("GET", "/hub/connectors", token=opened["token"])).json()["integrations"]
    typed = next(one for one in offers if one["authentication_config_key"] != "oauth")
    data = {"integration_id": typed["integration_id"], "credentials": {field: secret}}
    linked = await live.hub("POST", "/hub/accounts", token=opened["token"], data=data)
    assert linked.status == 200, linked.text()
    return str(linked.json()["id"])
