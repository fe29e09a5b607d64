"""The gate before a twin's API: it limits the size of requests, plays the faults and keeps the journal."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crossdock_twins.base.agenda import Agenda
from crossdock_twins.base.clock import TwinClock
from crossdock_twins.base.faults import Fault, FaultBook, FaultKind
from crossdock_twins.base.journal import Journal

FaultReply = Callable[[Fault], Response]

_TOO_LARGE = 413
_STATUS = {
    FaultKind.UNAUTHORIZED: 401,
    FaultKind.FORBIDDEN: 403,
    FaultKind.RATE_LIMITED: 429,
    FaultKind.SERVER_ERROR: 500,
    FaultKind.HTML: 502,
}
_HTML = "<!DOCTYPE html><html><head><title>502 Bad gateway</title></head><body><h1>Bad gateway</h1></body></html>"


def plain_reply(fault: Fault) -> Response:
    """Answer a fault in no provider's words; `html` gives a page where JSON is expected."""
    status = fault.status or _STATUS[fault.kind]
    if fault.kind is FaultKind.HTML:
        return HTMLResponse(_HTML, status_code=status)
    return JSONResponse({"message": f"Fault {fault.kind}"}, status_code=status)


@dataclass(slots=True)
class _Exchange:
    """One request on its way: what was asked, and what is being answered."""

    scope: Scope
    started: float
    body: bytes = b""
    fault: Fault | None = None
    status: int = 0
    held: list[Message] = field(default_factory=list)


class Gate:
    """ASGI middleware; paths that fit one of the `quiet` globs pass unseen. Whoever asks finds the agenda settled.

    An entry is written before the last byte of its answer leaves: whoever has the answer finds the entry.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        clock: TwinClock,
        faults: FaultBook,
        journal: Journal,
        agenda: Agenda,
        reply: FaultReply = plain_reply,
        quiet: Sequence[str] = (),
        body_limit: int = 10 * 1024 * 1024,
    ) -> None:
        self._app = app
        self._clock = clock
        self._faults = faults
        self._journal = journal
        self._agenda = agenda
        self._reply = reply
        self._quiet = ("/_twin", "/_twin/*", *quiet)
        self._body_limit = body_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through, as ASGI says."""
        if scope["type"] == "http":
            self._agenda.settle()
        if scope["type"] != "http" or any(fnmatchcase(scope["path"], glob) for glob in self._quiet):
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope=scope, started=time.perf_counter())
        body = await self._read(receive)
        if body is None:
            return
        exchange.body = body[: self._body_limit]
        await self._answer(exchange, body, receive, send)

    async def _read(self, receive: Receive) -> bytes | None:
        """Read the whole body, one byte beyond the limit at most; None where the client has gone."""
        body = bytearray()
        while len(body) <= self._body_limit:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            if not message.get("more_body", False):
                break
        return bytes(body)

    async def _answer(self, exchange: _Exchange, body: bytes, receive: Receive, send: Send) -> None:
        scope = exchange.scope
        exchange.fault = fault = self._faults.match(method=scope["method"], path=scope["path"])
        if fault is not None and fault.delay:
            await asyncio.sleep(fault.delay)
        app = self._app
        if len(body) > self._body_limit:
            app = JSONResponse({"message": "The request is too large."}, status_code=_TOO_LARGE)
        elif fault is not None and fault.kind not in {FaultKind.SLOW, FaultKind.CUT_OFF}:
            app = self._reply(fault)
        if fault is not None and fault.kind is FaultKind.CUT_OFF:
            await app(scope, _replay(body, receive), self._holding(exchange))
            await _send_half(exchange.held, send)
        else:
            await app(scope, _replay(body, receive), self._noting(exchange, send))

    def _noting(self, exchange: _Exchange, send: Send) -> Send:
        async def noted(message: Message) -> None:
            self._note(exchange, message)
            await send(message)

        return noted

    def _holding(self, exchange: _Exchange) -> Send:
        async def held(message: Message) -> None:
            self._note(exchange, message)
            exchange.held.append(message)

        return held

    def _note(self, exchange: _Exchange, message: Message) -> None:
        if message["type"] == "http.response.start":
            exchange.status = message["status"]
        elif message["type"] == "http.response.body" and not message.get("more_body", False):
            scope = exchange.scope
            self._journal.record(
                at=self._clock.now(),
                method=scope["method"],
                path=scope["path"],
                query=scope["query_string"].decode("latin-1"),
                headers=scope["headers"],
                body=exchange.body,
                status=exchange.status,
                duration_ms=(time.perf_counter() - exchange.started) * 1000,
                fault=None if exchange.fault is None else exchange.fault.kind.value,
            )


def _replay(body: bytes, receive: Receive) -> Receive:
    unread = [body]

    async def replayed() -> Message:
        if unread:
            return {"type": "http.request", "body": unread.pop(), "more_body": False}
        return await receive()

    return replayed


async def _send_half(held: Sequence[Message], send: Send) -> None:
    """Promise the whole answer, send half of it and stop: the server then closes the connection."""
    whole = b"".join(message.get("body", b"") for message in held)
    start = dict(next(message for message in held if message["type"] == "http.response.start"))
    headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
    start["headers"] = [*headers, (b"content-length", str(len(whole) + 1).encode())]
    await send(start)
    await send({"type": "http.response.body", "body": whole[: len(whole) // 2], "more_body": True})
