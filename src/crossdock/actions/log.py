"""Keeps a line of every call without making the caller wait: batches go to the database twice a second."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta
from typing import Final

import asyncpg

from crossdock.actions import lines, store
from crossdock.actions.lines import CallEntry
from crossdock.actions.store import RequestRow
from crossdock.db.pool import Database
from crossdock.kernel.clock import Clock, SystemClock
from crossdock.kernel.errors import CrossdockError
from crossdock.telemetry import logs

_EVERY_SECONDS: Final = 0.5
_BATCH: Final = 200
_AT_ONCE: Final = 10
_HELD_AT_MOST: Final = 20_000
_WHOLE_AT_MOST: Final = 2_000

_AWAY: Final = (CrossdockError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
Entry = CallEntry | RequestRow

log = logs.get(__name__)


@dataclass(slots=True)
class CallLog:
    """Takes entries at once and writes them a little later.

    Where more come than can be written, they come without what was said; where the database is away for long, the
    oldest are dropped. Days older than ``keep`` are forgotten by the worker.
    """

    db: Database
    clock: Clock = field(default_factory=SystemClock)
    keep: timedelta = timedelta(days=30)
    waiting: deque[Entry] = field(default_factory=lambda: deque(maxlen=_HELD_AT_MOST))
    full: asyncio.Event = field(default_factory=asyncio.Event)
    writer: asyncio.Task[None] | None = None
    days: set[date] = field(default_factory=set)
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)

    def note(self, entry: Entry) -> None:
        """Take an entry; returns at once."""
        if isinstance(entry, CallEntry) and entry.exchange and len(self.waiting) >= _WHOLE_AT_MOST:
            entry = entry._replace(exchange=None)
        self.waiting.append(entry)
        if len(self.waiting) >= _BATCH:
            self.full.set()

    async def start(self) -> None:
        """Begin to write in the background."""
        self.writer = asyncio.create_task(self._write_on(), name="actions.log")

    async def flush(self) -> None:
        """Write everything that waits; what could not be written waits on."""
        async with self.writing:
            while self.waiting:
                batch = [self.waiting.popleft() for _ in range(min(_BATCH, len(self.waiting)))]
                try:
                    await self._write_those_that_can_be(batch)
                except (*_AWAY, asyncio.CancelledError):
                    self.waiting.extendleft(reversed(batch))
                    self.days.clear()
                    raise

    async def settle(self) -> None:
        """Write what waits before somebody reads, so that whoever made a call finds it; later where that fails."""
        await self._try_to_flush()

    async def forget(self) -> int:
        """Drop the days that are older than they are kept; return how many partitions went."""
        async with self.db.transaction() as conn:
            return await store.forget(conn, before=(self.clock.now() - self.keep).date())

    async def close(self) -> None:
        """Stop the writer and write what is left."""
        if self.writer is not None:
            self.writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.writer
        await self._try_to_flush()

    async def _write_those_that_can_be(self, batch: Sequence[Entry]) -> None:
        """Write a batch; where the database does not take a row in it, all others."""
        try:
            await self._write(batch)
        except asyncpg.DataError as error:
            if len(batch) == 1:
                log.warning("calls.write.refused", error=type(error).__name__, id=batch[0].id)
                return
            middle = len(batch) // 2
            await self._write_those_that_can_be(batch[:middle])
            await self._write_those_that_can_be(batch[middle:])

    async def _write(self, batch: Sequence[Entry]) -> None:
        calls, steps, requests = [], [], []
        for number, entry in enumerate(batch):
            if isinstance(entry, RequestRow):
                requests.append(entry)
                continue
            call = lines.call_row(entry)
            calls.append(call)
            if (step := lines.step_row(entry, call)) is not None:
                steps.append(step)
            if number % _AT_ONCE == 0:
                # Looking for secrets takes its time; calls under way shall not wait for a whole batch of it.
                await asyncio.sleep(0)
        await self._open_days(batch)
        async with self.db.transaction() as conn:
            await store.insert_calls(conn, rows=calls)
            await store.insert_steps(conn, rows=steps)
            await store.insert_requests(conn, rows=requests)

    async def _open_days(self, batch: Sequence[Entry]) -> None:
        needed = {entry.created_at for entry in batch}
        needed |= {entry.exchange.created_at for entry in batch if isinstance(entry, CallEntry) and entry.exchange}
        for day in sorted({moment.astimezone(UTC).date() for moment in needed} - self.days):
            async with self.db.transaction() as conn:
                await store.open_day(conn, day=day)
            self.days.add(day)

    async def _write_on(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.full.wait(), _EVERY_SECONDS)
            self.full.clear()
            await self._try_to_flush()

    async def _try_to_flush(self) -> None:
        try:
            await self.flush()
        except _AWAY as error:
            log.warning("calls.write.failed", error=type(error).__name__, waiting=len(self.waiting))
