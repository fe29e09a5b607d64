"""Jobs on the database: written in the caller's transaction, run by any worker, run again when a worker dies."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Literal

import asyncpg
from pgqueuer.adapters.persistence.qb import QueryQueueBuilder
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Job
from pgqueuer.queries import Queries

from crossdock.db.pool import Connection
from crossdock.telemetry import logs, metrics

Task = Literal["refresh_account", "probe_account", "deliver_event"]
Payload = dict[str, Any]
Handler = Callable[[Payload], Awaitable[None]]

RETRY_PAUSES: Final = (2.0, 10.0, 60.0, 300.0)
_RESTART_PAUSES: Final = (0.2, 1.0, 3.0, 10.0)
_BATCH: Final = 100
_AT_ONCE: Final = 32
_STOP_SECONDS: Final = 20.0
_LOG_DAYS: Final = 7

log = logs.get(__name__)


def _insert_statement() -> str:
    """Return the queue's own insert, which passes over a dedupe key that already waits."""
    return QueryQueueBuilder().build_enqueue_query("skip")


@dataclass(frozen=True, slots=True)
class Jobs:
    """The queue: `enqueue` for whoever changes something, `work` for a worker."""

    dsn: str
    dequeue_timeout: timedelta = timedelta(seconds=3)
    heartbeat_timeout: timedelta = timedelta(seconds=10)
    _insert: str = field(default_factory=_insert_statement)

    async def enqueue(
        self,
        conn: Connection,
        *,
        task: Task,
        payload: Payload,
        dedupe: str | None,
        delay: timedelta = timedelta(),
        priority: int = 0,
    ) -> bool:
        """Write a job of ids (never secrets) in the caller's transaction; False where its dedupe key already waits."""
        rows = await conn.fetch(
            self._insert, [priority], [task], [json.dumps(payload).encode()], [delay], [dedupe], [None]
        )
        return bool(rows)

    async def work(self, *, tasks: Mapping[str, Handler], stop: asyncio.Event) -> None:
        """Run jobs until told to stop; start anew, after a growing pause, whenever the database goes away."""
        failures = 0
        while not stop.is_set():
            started = asyncio.get_running_loop().time()
            try:
                await self._serve(tasks=tasks, stop=stop)
            except Exception as error:
                lasted = asyncio.get_running_loop().time() - started
                failures = 1 if lasted > _RESTART_PAUSES[-1] else failures + 1
                log.exception("jobs.worker.restarts", error=type(error).__name__, failures=failures)
                with suppress(TimeoutError):
                    pause = _RESTART_PAUSES[min(failures, len(_RESTART_PAUSES)) - 1]
                    await asyncio.wait_for(stop.wait(), timeout=pause)

    async def prune(self, conn: Connection) -> None:
        """Forget finished jobs after a week."""
        await conn.execute(f"delete from pgqueuer_log where created < now() - interval '{_LOG_DAYS} days'")

    async def waiting(self, conn: Connection) -> int:
        """Return how many jobs wait or run."""
        return int(await conn.fetchval("select count(*) from pgqueuer where status in ('queued', 'picked')"))

    async def _serve(self, *, tasks: Mapping[str, Handler], stop: asyncio.Event) -> None:
        """Run jobs on one connection of their own, until told to stop or until it is lost."""
        conn = await asyncpg.connect(self.dsn, timeout=10.0, server_settings={"application_name": "crossdock-jobs"})
        lost = asyncio.Event()
        conn.add_termination_listener(lambda _conn: lost.set())
        try:
            manager = QueueManager(Queries.from_asyncpg_connection(conn))
            gate = asyncio.Semaphore(_AT_ONCE)
            for name, handler in tasks.items():
                manager.entrypoint(name, accepts_context=False)(_guarded(name, handler, gate))
            await self._run(manager, stop=stop, lost=lost)
        finally:
            conn.terminate()

    async def _run(self, manager: QueueManager, *, stop: asyncio.Event, lost: asyncio.Event) -> None:
        """Drive the queue's loop; at the end let the jobs in hand finish, for twenty seconds at most."""
        running = asyncio.create_task(
            manager.run(
                dequeue_timeout=self.dequeue_timeout,
                batch_size=_BATCH,
                max_concurrent_tasks=2 * _BATCH,
                heartbeat_timeout=self.heartbeat_timeout,
                shutdown_on_listener_failure=True,
            ),
            name="crossdock-jobs-loop",
        )
        ends = [asyncio.create_task(stop.wait()), asyncio.create_task(lost.wait())]
        try:
            await asyncio.wait({running, *ends}, return_when=asyncio.FIRST_COMPLETED)
            manager.shutdown.set()
            await asyncio.wait_for(running, timeout=_STOP_SECONDS)
        finally:
            for task in (*ends, running):
                task.cancel()
            await asyncio.wait({running}, timeout=_STOP_SECONDS)
        if lost.is_set() and not stop.is_set():
            raise ConnectionError("the database closed the queue's connection")


def _guarded(name: str, handler: Handler, gate: asyncio.Semaphore) -> Callable[[Job], Awaitable[None]]:
    """Wrap a handler: limited in number, counted, and tried again after growing pauses until it is given up."""

    async def run(job: Job) -> None:
        payload: Payload = json.loads(job.payload or b"{}")
        async with gate:
            failed = await _attempt(name, handler, payload, attempt=job.attempts)
        if failed and job.attempts < len(RETRY_PAUSES):
            # The queue stores a failure's text: only the class of the error may stand there.
            raise RetryRequested(delay=timedelta(seconds=RETRY_PAUSES[job.attempts]), reason=failed)

    return run


async def _attempt(name: str, handler: Handler, payload: Payload, *, attempt: int) -> str | None:
    try:
        await handler(payload)
    except Exception as error:
        outcome = "retried" if attempt < len(RETRY_PAUSES) else "given_up"
        log.exception("jobs.task.failed", task=name, attempt=attempt, outcome=outcome, payload=payload)
        metrics.JOBS.labels(task=name, outcome=outcome).inc()
        return type(error).__name__
    metrics.JOBS.labels(task=name, outcome="done").inc()
    return None
