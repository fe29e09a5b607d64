"""Jobs and sweeps side by side."""

from __future__ import annotations

import asyncio

from crossdock.db import heartbeats
from crossdock.db.jobs import Jobs
from crossdock.db.pool import Database
from crossdock.worker import tasks
from crossdock.worker.tasks import Sweep


async def test_sweeps_go_on_after_a_failed_round(database_url: str) -> None:
    """A sweep that raises is run again, and stops when it is told to."""
    stop = asyncio.Event()
    rounds = 0

    async def sweep() -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 3:
            stop.set()
        raise ValueError("a bad round")

    async with asyncio.timeout(60):
        await tasks.run(
            jobs=Jobs(dsn=database_url), tasks={}, sweeps=[Sweep(name="due", every=0.02, run=sweep)], stop=stop
        )

    assert rounds == 3


async def test_worker_runs_jobs_and_shows_that_it_lives(database: Database, database_url: str) -> None:
    """While a worker runs, its jobs are done and its heartbeat stands in the database, until it ends."""
    jobs = Jobs(dsn=database_url)
    stop = asyncio.Event()
    ran: asyncio.Queue[dict[str, object]] = asyncio.Queue()
    worker = asyncio.create_task(
        tasks.run(
            jobs=jobs,
            tasks={tasks.PROBE_ACCOUNT: ran.put},
            sweeps=tasks.housekeeping(db=database, jobs=jobs, kind="work"),
            stop=stop,
        )
    )

    async with database.transaction() as conn:
        await jobs.enqueue(conn, task="probe_account", payload={"account_id": "acc_1"}, dedupe=None)
    payload = await asyncio.wait_for(ran.get(), timeout=60)
    async with database.connection() as conn:
        seen = await heartbeats.seen(conn)
    stop.set()
    await asyncio.wait_for(worker, timeout=60)
    async with database.connection() as conn:
        left = await heartbeats.seen(conn)

    assert left == []
    assert payload == {"account_id": "acc_1"}
    assert [(row["name"], row["kind"]) for row in seen] == [(tasks.process_name(), "work")]
    assert 0 <= seen[0]["age"] < 10
