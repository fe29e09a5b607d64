"""Real parts for every test: a PostgreSQL server per worker, and a fresh migrated database per test that asks."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from itertools import count

import asyncpg
import pytest
import pytest_asyncio
import structlog

from crossdock.db import embedded, migrate
from crossdock.db.embedded import Embedded
from crossdock.db.pool import Database
from crossdock.kernel.clock import OffsetClock
from crossdock.kernel.ids import Ids

pytest_plugins = ["twins", "house", "shared_house", "guest", "client_house", "app_scene", "wild_stage"]

# The usual one prints local variables: half a gigabyte of catalogue where a server fails, and secrets.
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)

_TEMPLATE = "house_template"
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}
_numbers = count(1)


@pytest_asyncio.fixture(scope="session")
async def postgres(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Embedded]:
    """Run this worker's own embedded PostgreSQL: fast, and careless about power cuts."""
    server = Embedded(data_dir=tmp_path_factory.mktemp("pg"), settings=_FAST)
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture(scope="session")
async def postgres_dsn(postgres: Embedded) -> str:
    """Return the address of the server's administrative database, beside a template that is migrated once."""
    admin = embedded.dsn(postgres.data_dir, database="postgres")
    conn = await asyncpg.connect(admin)
    try:
        await conn.execute(f"create database {_TEMPLATE}")
        await migrate.upgrade(embedded.dsn(postgres.data_dir, database=_TEMPLATE))
    finally:
        await conn.close()
    return admin


@pytest_asyncio.fixture
async def database_url(postgres: Embedded, postgres_dsn: str) -> AsyncIterator[str]:
    """Make a fresh migrated database for one test, for processes and pools of its own."""
    name = f"house_{next(_numbers)}"
    conn = await asyncpg.connect(postgres_dsn)
    try:
        await conn.execute(f"create database {name} template {_TEMPLATE} strategy file_copy")
        dsn = embedded.dsn(postgres.data_dir, database=name)
        yield dsn
        leaked = await _leaked(dsn)
        await conn.execute(f"drop database {name} with (force)")
        assert not leaked, f"credentials of a twin stand outside the vault, in {leaked}"
    finally:
        await conn.close()


async def _leaked(dsn: str) -> list[str]:
    """Return the tables other than the vault's in which a credential stands that a twin has handed out."""
    leaks = sys.modules["twins"].leaks
    conn = await asyncpg.connect(dsn)
    try:
        tables = [
            row["tablename"] for row in await conn.fetch("select tablename from pg_tables where schemaname = 'public'")
        ]
        rows = {
            table: await conn.fetchval(f"select string_agg(t::text, ' ') from {table} t")
            for table in tables
            if table != "vault_sealed"
        }
    finally:
        await conn.close()
    return [table for table, said in rows.items() if leaks(said or "")]


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Open a pool on a fresh migrated database."""
    opened = await Database.open(database_url, size=10)
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> OffsetClock:
    """Return a clock that the test may turn: ``clock.offset += timedelta(days=27)``."""
    return OffsetClock()


@pytest.fixture
def ids(clock: OffsetClock) -> Ids:
    """Return an id maker on the test's clock."""
    return Ids(clock=clock)
