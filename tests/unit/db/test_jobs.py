"""Jobs on a real queue in a real database."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from crossdock.db import jobs as jobs_module
from crossdock.db.jobs import Handler, Jobs, Payload
from crossdock.db.pool import Database


@asynccontextmanager
async def working(jobs: Jobs, handler: Handler) -> AsyncIterator[None]:
    stop = asyncio.Event()
    worker = asyncio.create_task(jobs.work(tasks={"deliver_event": handler}, stop=stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(worker, timeout=60)


async def enqueue(database: Database, jobs: Jobs, *, dedupe: str | None = None, n: int = 1) -> bool:
    async with database.transaction() as conn:
        return await jobs.enqueue(conn, task="deliver_event", payload={"n": n}, dedupe=dedupe)


def first_words_of_a_killed_process(script: str, argument: str) -> bytes:
    with subprocess.Popen([sys.executable, "-c", script, argument], stdout=subprocess.PIPE) as victim:
        assert victim.stdout is not None
        words = victim.stdout.readline()
        os.kill(victim.pid, signal.SIGKILL)
    return words


async def test_job_runs_with_its_payload(database: Database, database_url: str) -> None:
    """A worker runs what was enqueued, soon after the commit."""
    jobs = Jobs(dsn=database_url)
    ran: asyncio.Queue[Payload] = asyncio.Queue()

    async with working(jobs, ran.put):
        await enqueue(database, jobs, n=7)
        payload = await asyncio.wait_for(ran.get(), timeout=60)

    assert payload == {"n": 7}


async def test_job_of_a_rolled_back_transaction_never_runs(database: Database, database_url: str) -> None:
    """A job lives and dies with the transaction that wrote it."""
    jobs = Jobs(dsn=database_url)

    async def change_and_fail() -> None:
        async with database.transaction() as conn:
            await jobs.enqueue(conn, task="deliver_event", payload={}, dedupe=None)
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        await change_and_fail()

    async with database.connection() as conn:
        assert await jobs.waiting(conn) == 0


async def test_dedupe_key_that_waits_is_passed_over(database: Database, database_url: str) -> None:
    """Of two jobs with one dedupe key only the first is written; without a key both are."""
    jobs = Jobs(dsn=database_url)

    written = [await enqueue(database, jobs, dedupe="refresh:acc_1") for _ in range(2)]
    free = [await enqueue(database, jobs) for _ in range(2)]

    async with database.connection() as conn:
        waiting = await jobs.waiting(conn)
    assert (written, free, waiting) == ([True, False], [True, True], 3)


async def test_failed_job_is_tried_again(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A task that raises runs again after a pause, and the queue keeps only the error's class."""
    monkeypatch.setattr(jobs_module, "RETRY_PAUSES", (0.1, 0.1))
    jobs = Jobs(dsn=database_url)
    attempts: asyncio.Queue[Payload] = asyncio.Queue()

    async def fail_once(payload: Payload) -> None:
        await attempts.put(payload)
        if attempts.qsize() == 1:
            raise ValueError("prod_thisMustNotBeKept")

    async with working(jobs, fail_once):
        await enqueue(database, jobs)
        async with asyncio.timeout(60):
            while attempts.qsize() < 2:  # noqa: ASYNC110 - the queue itself is the state under test
                await asyncio.sleep(0.02)

    async with database.connection() as conn:
        kept = await conn.fetchval("select string_agg(traceback::text, '') from pgqueuer_log")
    assert "ValueError" in kept
    assert "thisMustNotBeKept" not in kept


async def test_worker_survives_lost_connections(database: Database, database_url: str) -> None:
    """After the server has cut every connection of the worker, jobs run again within seconds."""
    jobs = Jobs(dsn=database_url)
    ran: asyncio.Queue[Payload] = asyncio.Queue()

    async with working(jobs, ran.put):
        await enqueue(database, jobs, n=1)
        await asyncio.wait_for(ran.get(), timeout=60)
        async with database.connection() as conn:
            await conn.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and application_name = 'crossdock-jobs'"
            )
        await enqueue(database, jobs, n=2)
        payload = await asyncio.wait_for(ran.get(), timeout=60)

    assert payload == {"n": 2}


async def test_job_of_a_killed_worker_runs_elsewhere(database: Database, database_url: str) -> None:
    """When a worker is killed in the middle of a job, another worker runs the job again."""
    beat = timedelta(seconds=2)
    jobs = Jobs(dsn=database_url, dequeue_timeout=timedelta(seconds=1), heartbeat_timeout=beat)
    script = textwrap.dedent(
        """
        import asyncio, sys
        from crossdock.db.jobs import Jobs

        async def hang(payload):
            print("picked", flush=True)
            await asyncio.sleep(60)

        asyncio.run(Jobs(dsn=sys.argv[1]).work(tasks={"deliver_event": hang}, stop=asyncio.Event()))
        """
    )
    ran: asyncio.Queue[Payload] = asyncio.Queue()
    await enqueue(database, jobs, n=3)
    picked = await asyncio.to_thread(first_words_of_a_killed_process, script, database_url)

    async with working(jobs, ran.put):
        payload = await asyncio.wait_for(ran.get(), timeout=60)

    assert picked == b"picked\n"
    assert payload == {"n": 3}
