"""Keeps a line of every call without making the caller wait: batches go to the database twice a second."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from dataclasses import dataclass, field
from typing import Final

import asyncpg

from crossdock.actions import store
from crossdock.actions.store import CallEntry
from crossdock.db.pool import Database
from crossdock.kernel.errors import CrossdockError
from crossdock.telemetry import logs

_EVERY_SECONDS: Final = 0.5
_BATCH: Final = 200
_HELD_AT_MOST: Final = 20_000

_AWAY: Final = (CrossdockError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError)

log = logs.get(__name__)


@dataclass(slots=True)
class CallLog:
    """Takes entries at once and writes them a little later; where the database is away, the oldest are dropped."""

    db: Database
    waiting: deque[CallEntry] = field(default_factory=lambda: deque(maxlen=_HELD_AT_MOST))
    full: asyncio.Event = field(default_factory=asyncio.Event)
    writer: asyncio.Task[None] | None = None

    def note(self, entry: CallEntry) -> None:
        """Take an entry; returns at once."""
        self.waiting.append(entry)
        if len(self.waiting) >= _BATCH:
            self.full.set()

    async def start(self) -> None:
        """Begin to write in the background."""
        self.writer = asyncio.create_task(self._write_on(), name="actions.log")

    async def flush(self) -> None:
        """Write everything that waits; what could not be written waits on."""
        while self.waiting:
            batch = [self.waiting.popleft() for _ in range(min(_BATCH, len(self.waiting)))]
            try:
                async with self.db.connection() as conn:
                    await store.insert_calls(conn, entries=batch)
            except _AWAY:
                self.waiting.extendleft(reversed(batch))
                raise

    async def close(self) -> None:
        """Stop the writer and write what is left."""
        if self.writer is not None:
            self.writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.writer
        await self._try_to_flush()

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
