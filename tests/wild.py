"""A provider that answers with whatever bytes a test says, and a caller that writes its request itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

SOON = 20.0
"""Seconds that anything here may take on a busy machine."""

Play = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(slots=True)
class Wild:
    """Stands before a twin; ``play`` has the connection once the head of a request below a path has come."""

    target: str
    origin: str = ""
    play: Play | None = None
    below: str = "/raw"
    heads: list[bytes] = field(default_factory=list)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def says(self, *parts: bytes) -> None:
        """Answer the next requests with these bytes, and close."""

        async def play(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            for part in parts:
                writer.write(part)
                await writer.drain()

        self.heads.clear()
        self.play = play

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request of a connection."""
        task = asyncio.current_task()
        if task is not None:
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            if head.split(b" ", 2)[1].startswith(self.below.encode()) and self.play is not None:
                self.heads.append(head)
                await self.play(reader, writer)
            else:
                await self._through(head, reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            self.gone.set()
        finally:
            writer.close()

    async def _through(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        place = urlsplit(self.target)
        below, above = await asyncio.open_connection(place.hostname, place.port)
        length = next(
            (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
        )
        above.write(head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") + await reader.readexactly(length))
        writer.write(await below.read())
        await writer.drain()
        above.close()


@asynccontextmanager
async def wild_before(target: str) -> AsyncIterator[Wild]:
    """Open a wild provider before a twin's origin."""
    wild = Wild(target)
    server = await asyncio.start_server(wild.serve, "127.0.0.1", 0)
    wild.origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield wild
    finally:
        server.close()
        for task in list(wild.tasks):
            task.cancel()
        await asyncio.gather(*wild.tasks, return_exceptions=True)


async def exchanged(url: str, request: bytes) -> bytes:
    """Write a request as it is and return what comes back until the other side closes."""
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    try:
        writer.write(request)
        async with asyncio.timeout(SOON):
            return await reader.read()
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
