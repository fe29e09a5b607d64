"""A server on 127.0.0.1 that answers as a test tells it to and remembers what it received."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ssl import SSLContext

Script = Callable[["Heard"], "bytes | Awaitable[bytes]"]


@dataclass(frozen=True, slots=True)
class Heard:
    """One request as it arrived; header names in small letters."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Receiver:
    """What a running receiver offers."""

    port: int
    script: Script
    heard: list[Heard] = field(default_factory=list)
    connections: int = 0

    @property
    def origin(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"


def answer(status: int = 200, body: bytes = b"", **headers: str) -> bytes:
    """Write a whole HTTP/1.1 reply; header names take ``_`` for ``-``."""
    lines = [f"HTTP/1.1 {status} X"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if "content_length" not in headers and "transfer_encoding" not in headers:
        lines.append(f"content-length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@asynccontextmanager
async def receiving(script: Script | None = None, *, tls: SSLContext | None = None) -> AsyncIterator[Receiver]:
    """Run a receiver; a script returns the bytes to write, or nothing to break the connection off."""
    receiver = Receiver(port=0, script=script or (lambda _: answer()))
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            tasks.add(task)
        receiver.connections += 1
        try:
            await _converse(receiver, reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _converse(receiver: Receiver, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while head := await reader.readuntil(b"\r\n\r\n"):
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ", 2)
        pairs = (line.partition(":") for line in lines if line)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        heard = Heard(method, target, headers, body)
        receiver.heard.append(heard)
        reply = receiver.script(heard)
        written = reply if isinstance(reply, bytes) else await reply
        if not written:
            return
        writer.write(written)
        await writer.drain()
        if b"connection: close" in written.partition(b"\r\n\r\n")[0].lower():
            return
