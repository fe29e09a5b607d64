"""Carries the lines of `crossdock mcp` to the hub's `/mcp` and its answers back."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from crossdock.egress.client import Egress
from crossdock.egress.errors import TransportError
from crossdock.egress.exchange import Request
from crossdock.kernel.secret import Secret

_LONGEST_LINE: Final = 4 * 1024 * 1024
_SECONDS: Final = 120.0
_VERSION: Final = "io.modelcontextprotocol/protocolVersion"
_FAILED: Final = -32000
_UNREADABLE: Final = -32700
_NO_MESSAGE: Final = -32600


@dataclass(slots=True, kw_only=True)
class Bridge:
    """Carries messages to a hub; ``revision`` is the one that a handshake agreed on."""

    hub: str
    key: Secret
    account: str | None
    query: str
    revision: str | None = None
    running: dict[asyncio.Task[None], object] = field(default_factory=dict)

    async def answer(self, egress: Egress, message: Mapping[str, Any], line: bytes) -> bytes | None:
        """Return the answer to a message, None where it wants none; ``line`` is how it came."""
        request = Request(
            method="POST",
            url=f"{self.hub}/mcp{self.query}",
            headers=self._headers(message),
            body=line,
            timeout=_SECONDS,
        )
        try:
            reply = await egress.send(request, origins=frozenset({self.hub}))
            said = reply.json() if reply.body else None
        except (TransportError, ValueError):
            return _error(message.get("id"), _FAILED, f"The hub at {self.hub} does not answer. Is it running?")
        if "id" not in message:
            return None
        if not isinstance(said, dict) or "jsonrpc" not in said:
            return _error(message["id"], _FAILED, _told(said))
        if message.get("method") == "initialize":
            self.revision = (said.get("result") or {}).get("protocolVersion")
        return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()

    def cancel(self, message: Mapping[str, Any]) -> None:
        """Leave the request unanswered for which the agent no longer waits; the hub ends what it has begun."""
        params = message.get("params")
        number = params.get("requestId") if isinstance(params, dict) else None
        for task, waiting in self.running.items():
            if waiting is not None and waiting == number:
                task.cancel()

    def _headers(self, message: Mapping[str, Any]) -> dict[str, str | Secret]:
        params = message.get("params")
        params = params if isinstance(params, dict) else {}
        meta = params.get("_meta")
        revision = meta.get(_VERSION) if isinstance(meta, dict) else None
        headers: dict[str, str | Secret] = {
            "Authorization": Secret(f"Bearer {self.key.reveal()}"),
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
        }
        if revision:
            headers |= {"Mcp-Method": str(message.get("method"))}
            headers |= {"Mcp-Name": params["name"]} if isinstance(params.get("name"), str) else {}
        if revision or self.revision:
            headers |= {"MCP-Protocol-Version": str(revision or self.revision)}
        return headers | ({"X-Account-Id": self.account} if self.account else {})


async def serve(bridge: Bridge) -> None:
    """Answer lines until the input ends; slow calls do not hold up others."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=_LONGEST_LINE)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    egress = await Egress.open(private_origins=frozenset({bridge.hub}))

    async def carry(message: Mapping[str, Any], line: bytes) -> None:
        if (answer := await bridge.answer(egress, message, line)) is not None:
            _say(answer)

    try:
        async for line in _lines(reader):
            message = _message(line)
            if isinstance(message, bytes):
                _say(message)
            elif message.get("method") == "notifications/cancelled":
                bridge.cancel(message)
            elif message.get("method") == "initialize":
                await carry(message, line)
            else:
                task = asyncio.create_task(carry(message, line))
                bridge.running[task] = message.get("id")
                task.add_done_callback(bridge.running.pop)
        await asyncio.gather(*bridge.running, return_exceptions=True)
    finally:
        await egress.close()


async def _lines(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """Yield what was sent until the input ends, without empty lines; one that is too long is told and left out."""
    while True:
        try:
            line = await reader.readline()
        except ValueError:
            _say(_error(None, _NO_MESSAGE, "The line is longer than 4 MiB."))
            continue
        if not line:
            return
        if line.strip():
            yield line


def _message(line: bytes) -> Mapping[str, Any] | bytes:
    """Return the message of a line, or the answer to one that is none."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return _error(None, _UNREADABLE, "The line is not JSON.")
    return message if isinstance(message, dict) else _error(None, _NO_MESSAGE, "The line is not one message.")


def _say(answer: bytes) -> None:
    sys.stdout.buffer.write(answer + b"\n")
    sys.stdout.buffer.flush()


def _error(number: object, code: int, message: str) -> bytes:
    told = {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": message}}
    return json.dumps(told, ensure_ascii=False).encode()


def _told(said: object) -> str:
    """Return a refusal of the hub's in words, with its remedy."""
    if isinstance(said, dict) and said.get("message"):
        return f"{said['message']} {said.get('remedy', '')}".strip()
    return "The hub refused the request."
