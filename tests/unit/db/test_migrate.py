"""Bringing a database up to this release."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest_asyncio

from crossdock.db import embedded, migrate
from crossdock.db.embedded import Embedded


@pytest_asyncio.fixture
async def empty_database(postgres: Embedded, postgres_dsn: str) -> AsyncIterator[str]:
    conn = await asyncpg.connect(postgres_dsn)
    await conn.execute("create database empty_house")
    yield embedded.dsn(postgres.data_dir, database="empty_house")
    await conn.execute("drop database empty_house with (force)")
    await conn.close()


async def test_upgrade_runs_what_is_pending_once(empty_database: str) -> None:
    """An empty database lacks every step, and none after the upgrade."""
    before = await migrate.pending(empty_database)

    ran = await migrate.upgrade(empty_database)
    again = await migrate.upgrade(empty_database)

    assert before == ran == [*(path.stem for path in migrate.files()), "jobs"]
    assert again == []
    assert await migrate.pending(empty_database) == []


async def test_many_replicas_upgrade_at_once(empty_database: str) -> None:
    """Of five replicas that upgrade at the same time one does the work and none fails."""
    results = await asyncio.gather(*(migrate.upgrade(empty_database) for _ in range(5)))

    assert sorted(bool(result) for result in results) == [False, False, False, False, True]


async def test_failed_upgrade_leaves_nothing(empty_database: str) -> None:
    """When a file fails halfway, the database stands as before."""
    conn = await asyncpg.connect(empty_database)
    await conn.execute("create table webhooks (in_the_way int)")

    failed = False
    try:
        await migrate.upgrade(empty_database)
    except asyncpg.DuplicateTableError:
        failed = True

    left = await conn.fetchval("select count(*) from pg_tables where schemaname = 'public'")
    await conn.close()
    assert failed
    assert left == 1
