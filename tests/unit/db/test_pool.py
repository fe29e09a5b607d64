"""The pool against a real server."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from crossdock.db import pool
from crossdock.db.pool import Database
from crossdock.kernel.errors import UnavailableError


async def test_jsonb_and_times_come_back_as_objects(database: Database) -> None:
    """A jsonb column gives Python objects and a timestamptz gives an aware UTC time."""
    moment = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)

    async with database.connection() as conn:
        row = await conn.fetchrow("select $1::jsonb as doc, $2::timestamptz as at", {"a": [1, None]}, moment)

    assert row is not None
    assert row["doc"] == {"a": [1, None]}
    assert row["at"] == moment
    assert row["at"].tzinfo is UTC


async def test_transaction_rolls_back_on_error(database: Database) -> None:
    """An exception inside a transaction leaves nothing behind."""
    async with database.connection() as conn:
        await conn.execute("create table kept (n int)")

    async def fail_halfway() -> None:
        async with database.transaction() as conn:
            await conn.execute("insert into kept values (1)")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        await fail_halfway()

    async with database.connection() as conn:
        assert await conn.fetchval("select count(*) from kept") == 0


async def test_queue_sheds_after_its_limit(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that finds every connection busy for too long is turned away with a time to come back."""
    monkeypatch.setattr(pool, "QUEUE_SECONDS", 0.1)
    small = await Database.open(database_url, size=1)

    async with small.connection():
        with pytest.raises(UnavailableError) as caught:
            async with small.connection():
                pass
    await small.close()

    assert caught.value.error_code == "database_busy"
    assert caught.value.retry_after > 0


async def test_notification_arrives_after_commit(database: Database) -> None:
    """A listener hears a payload once its transaction has committed."""
    heard: asyncio.Queue[str] = asyncio.Queue()
    await database.listen("accounts", heard.put_nowait)

    async with database.transaction() as conn:
        await database.notify(conn, "accounts", "acc_1")
        await asyncio.sleep(0.05)
        early = heard.empty()

    assert early
    assert await asyncio.wait_for(heard.get(), timeout=60) == "acc_1"


async def test_listener_tells_of_a_gap(database: Database) -> None:
    """After its connection was cut, a listener hears an empty payload and then what comes next."""
    heard: asyncio.Queue[str] = asyncio.Queue()
    await database.listen("accounts", heard.put_nowait)

    async with database.connection() as conn:
        await conn.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and application_name = 'crossdock-listener'"
        )
        gap = await asyncio.wait_for(heard.get(), timeout=60)
        await database.notify(conn, "accounts", "acc_2")

    assert gap == ""
    assert await asyncio.wait_for(heard.get(), timeout=60) == "acc_2"
