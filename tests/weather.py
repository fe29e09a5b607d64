"""A gate between the house and a twin that lets requests through, or answers them with weather."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_HTML = b"<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>"
_JSON = b"Content-Type: application/json\r\n"


def _reply(status: str, body: bytes = b"", headers: bytes = b"") -> bytes:
    length = f"Content-Length: {len(body)}\r\n".encode()
    return f"HTTP/1.1 {status}\r\n".encode() + headers + length + b"Connection: close\r\n\r\n" + body


SHAPES: Mapping[str, bytes | None] = {
    "reset": None,
    "silence": None,
    "slow_body": b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"data',
    "half_close": b"HTTP/1.1 200 O",
    "empty_stream": b"",
    "not_http": b"SSH-2.0-OpenSSH_9.2\r\n",
    "500_json": _reply("500 Internal Server Error", b'{"message": "Internal Server Error"}', _JSON),
    "500_empty": _reply("500 Internal Server Error"),
    "502_html": _reply("502 Bad Gateway", _HTML, b"Content-Type: text/html\r\n"),
    "503_retry_after": _reply("503 Service Unavailable", b"{}", _JSON + b"Retry-After: 30\r\n"),
    "429": _reply("429 Too Many Requests", b'{"message": "Too many requests"}', _JSON),
    "429_retry_after": _reply("429 Too Many Requests", b"{}", _JSON + b"Retry-After: 5\r\n"),
    "200_html": _reply("200 OK", _HTML, b"Content-Type: text/html\r\n"),
    "200_empty": _reply("200 OK", b"", _JSON),
    "200_junk": _reply("200 OK", b'{"data": {"me"', _JSON),
    "200_truncated": b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"a": 1',
    "gzip_junk": _reply("200 OK", b"\x1f\x8bnonsense", _JSON + b"Content-Encoding: gzip\r\n"),
    "gzip_html": _reply("502 Bad Gateway", gzip.compress(_HTML, mtime=0), b"Content-Encoding: gzip\r\n"),
    "wrong_charset": _reply("200 OK", b"\xff\xfe\x00{", b"Content-Type: application/json; charset=utf-7\r\n"),
    "redirect": _reply("302 Found", b"", b"Location: https://status.example/\r\n"),
}
"""Each kind of weather as the bytes that come; None is told by what the gate does instead."""


@dataclass(slots=True)
class Gate:
    """Stands before a twin; ``shape`` is the weather for requests whose path begins with ``path``.

    The next request whose path begins with ``hold`` is held up: it sets ``arrived`` and waits for ``released``.
    """

    target: str
    origin: str = ""
    shape: str | None = None
    path: str = "/"
    asked: int = 0
    hold: str | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)
    server: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        self._open.add(writer)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode()
            if self.shape is not None and path.startswith(self.path):
                self.asked += 1
                await self._weather(reader, writer)
            else:
                await self._hold(path)
                await self._through(head, reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            return
        finally:
            self._open.discard(writer)
            writer.close()

    def hold_next(self, path: str) -> None:
        """Hold the next request to this path up."""
        self.arrived.clear()
        self.released.clear()
        self.hold = path

    async def _hold(self, path: str) -> None:
        if self.hold is not None and path.startswith(self.hold):
            self.hold = None
            self.arrived.set()
            await asyncio.wait_for(self.released.wait(), timeout=60)

    async def _weather(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answer = SHAPES[self.shape or ""]
        if self.shape == "reset":
            writer.transport.abort()
            return
        if answer is not None:
            writer.write(answer)
            await writer.drain()
        if self.shape in {"silence", "slow_body"}:
            await reader.read()

    async def _through(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one request on, and its answer back."""
        host, _, port = urlsplit(self.target).netloc.partition(":")
        below, above = await asyncio.open_connection(host, int(port))
        head = head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
        length = next(
            (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
        )
        above.write(head + await reader.readexactly(length))
        await above.drain()
        writer.write(await below.read())
        await writer.drain()
        above.close()

    def close(self) -> None:
        """Stop listening, and break off what is open."""
        if self.server is not None:
            self.server.close()
        for writer in list(self._open):
            writer.transport.abort()


@asynccontextmanager
async def gate_before(target: str) -> AsyncIterator[Gate]:
    """Open a gate before a twin's origin."""
    gate = Gate(target)
    gate.server = await asyncio.start_server(gate.serve, "127.0.0.1", 0)
    gate.origin = f"http://127.0.0.1:{gate.server.sockets[0].getsockname()[1]}"
    try:
        yield gate
    finally:
        gate.close()
        await gate.server.wait_closed()
