"""Runs jobs and sweeps side by side until told to stop; the composition root hands both in."""

from __future__ import annotations

import asyncio
import os
import random
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from crossdock.db import heartbeats
from crossdock.db.jobs import Handler, Jobs
from crossdock.db.pool import Database
from crossdock.telemetry import logs, metrics

REFRESH_ACCOUNT: Final = "refresh_account"
PROBE_ACCOUNT: Final = "probe_account"
DELIVER_EVENT: Final = "deliver_event"

HEARTBEAT_SECONDS: Final = 10.0
PRUNE_SECONDS: Final = 3600.0
_JITTER: Final = 0.1
_STOP_SECONDS: Final = 20.0

log = logs.get(__name__)


@dataclass(frozen=True, slots=True)
class Sweep:
    """A look for what is due, every so many seconds, give or take a tenth so that replicas do not march in step.

    ``at_end`` runs once when the worker stops in order.
    """

    name: str
    every: float
    run: Callable[[], Awaitable[object]]
    at_end: Callable[[], Awaitable[object]] | None = None


async def run(*, jobs: Jobs, tasks: Mapping[str, Handler], sweeps: Sequence[Sweep], stop: asyncio.Event) -> None:
    """Run jobs and sweeps until `stop` is set; then let what runs finish, for twenty seconds at most."""
    async with asyncio.TaskGroup() as group:
        group.create_task(jobs.work(tasks=tasks, stop=stop), name="crossdock-jobs")
        for sweep in sweeps:
            group.create_task(_repeat(sweep, stop), name=f"crossdock-sweep-{sweep.name}")


def housekeeping(*, db: Database, jobs: Jobs, kind: str) -> list[Sweep]:
    """Return the worker's own sweeps: a sign of life, and the end of old job records."""
    name = process_name()

    async def beat() -> None:
        async with db.connection() as conn:
            await heartbeats.beat(conn, name=name, kind=kind)

    async def leave() -> None:
        async with db.connection() as conn:
            await heartbeats.leave(conn, name=name)

    async def prune() -> None:
        async with db.connection() as conn:
            await jobs.prune(conn)

    return [
        Sweep(name="heartbeat", every=HEARTBEAT_SECONDS, run=beat, at_end=leave),
        Sweep(name="prune_jobs", every=PRUNE_SECONDS, run=prune),
    ]


def process_name() -> str:
    """Return ``host:pid``, under which this process signs its heartbeats and leases."""
    return f"{socket.gethostname()}:{os.getpid()}"


async def _repeat(sweep: Sweep, stop: asyncio.Event) -> None:
    while not stop.is_set():
        running = asyncio.ensure_future(_once(sweep.name, sweep.run))
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        await asyncio.wait({running}, timeout=_STOP_SECONDS)
        running.cancel()
        with suppress(TimeoutError):
            pause = sweep.every * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - spreads load, hides nothing
            await asyncio.wait_for(stop.wait(), timeout=pause)

    if sweep.at_end is not None:
        await _once(sweep.name, sweep.at_end)


async def _once(name: str, look: Callable[[], Awaitable[object]]) -> None:
    try:
        await look()
    except Exception:
        log.exception("worker.sweep.failed", sweep=name)
        metrics.SWEEPS.labels(sweep=name, outcome="failed").inc()
    else:
        metrics.SWEEPS.labels(sweep=name, outcome="done").inc()
