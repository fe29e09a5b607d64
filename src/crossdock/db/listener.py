"""One connection that listens to notifications, opened anew whenever it breaks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import asyncpg

from crossdock.telemetry import logs

_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 5.0
_HEARTBEAT_SECONDS: Final = 15.0

log = logs.get(__name__)


@dataclass(slots=True)
class Listener:
    """Listens on any number of channels; after a gap each callback hears "", since it may have missed something."""

    dsn: str
    callbacks: dict[str, list[Callable[[str], None]]] = field(default_factory=dict)
    _conn: Any = None
    _task: asyncio.Task[None] | None = None

    async def listen(self, channel: str, callback: Callable[[str], None]) -> None:
        """Register a callback and return once the server listens on the channel."""
        self.callbacks.setdefault(channel, []).append(callback)
        if self._task is None:
            self._conn = await self._connect()
            self._task = asyncio.create_task(self._keep(), name="crossdock-listener")
        elif self._conn is not None and len(self.callbacks[channel]) == 1:
            await self._conn.add_listener(channel, self._heard)

    async def close(self) -> None:
        """Stop listening."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        if self._conn is not None:
            self._conn.terminate()
            self._conn = None

    async def _connect(self) -> Any:
        conn = await asyncpg.connect(
            self.dsn, timeout=10.0, command_timeout=10.0, server_settings={"application_name": "crossdock-listener"}
        )
        for channel in self.callbacks:
            await conn.add_listener(channel, self._heard)
        return conn

    def _heard(self, _conn: object, _pid: int, channel: str, payload: str) -> None:
        for callback in self.callbacks.get(channel, ()):
            callback(payload)

    async def _keep(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            try:
                if self._conn is None:
                    self._conn = await self._connect()
                    self._tell_all()
                    log.info("database.listener.reconnected")
                pause = _FIRST_PAUSE
                await self._watch()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("database.listener.lost", error=type(error).__name__)
            self._drop()
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _watch(self) -> None:
        """Wait until the connection ends: it says so itself, or a heartbeat fails."""
        ended = asyncio.Event()
        self._conn.add_termination_listener(lambda _conn: ended.set())
        while not ended.is_set() and not self._conn.is_closed():
            try:
                await asyncio.wait_for(ended.wait(), timeout=_HEARTBEAT_SECONDS)
            except TimeoutError:
                await self._conn.execute("select 1")

    def _drop(self) -> None:
        if self._conn is not None:
            self._conn.terminate()
            self._conn = None

    def _tell_all(self) -> None:
        for callbacks in self.callbacks.values():
            for callback in callbacks:
                callback("")
