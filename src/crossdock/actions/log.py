"""The log of calls, written in batches so that a call waits for no disk."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import astuple, dataclass, field, fields
from typing import Final

from crossdock.actions.model import Call
from crossdock.db.pool import Database
from crossdock.kernel.errors import UnavailableError
from crossdock.telemetry import logs

_EVERY: Final = 0.5
_BATCH: Final = 200
_KEPT: Final = 20_000
_COLUMNS: Final = tuple(one.name for one in fields(Call))

log = logs.get(__name__)


@dataclass(slots=True)
class CallLog:
    """Gathers calls and writes them every half second, or as soon as two hundred have come together."""

    db: Database
    waiting: list[Call] = field(default_factory=list)
    full: asyncio.Event = field(default_factory=asyncio.Event)
    writer: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to write; until then calls are gathered."""
        self.writer = asyncio.create_task(self._write(), name="crossdock-call-log")

    def put(self, call: Call) -> None:
        """Note a call; where the database is away for long the oldest ones are dropped."""
        self.waiting.append(call)
        if len(self.waiting) > _KEPT:
            dropped = len(self.waiting) - _KEPT
            del self.waiting[:dropped]
            log.warning("actions.log.dropped", calls=dropped)
        if len(self.waiting) >= _BATCH:
            self.full.set()

    async def flush(self) -> None:
        """Write what waits."""
        batch, self.waiting = self.waiting, []
        if not batch:
            return
        try:
            async with self.db.connection() as conn:
                await conn.copy_records_to_table("calls", records=[astuple(call) for call in batch], columns=_COLUMNS)
        except UnavailableError:
            self.waiting = [*batch, *self.waiting]

    async def close(self) -> None:
        """Stop, and write what still waits."""
        if self.writer is not None:
            self.writer.cancel()
            with suppress(asyncio.CancelledError):
                await self.writer
        await self.flush()

    async def _write(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.full.wait(), timeout=_EVERY)
            self.full.clear()
            await self.flush()
