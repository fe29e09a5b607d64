"""`/proxy/{path}`: the provider's API as it is, with the account's credential put in; no framework on the way.

The caller's key opens it, `x-account-id` names the account. Bytes, status and end-to-end headers are the provider's;
`x-crossdock-error` says who refused: `provider`, or `hub`, whose errors have the API's usual body.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crossdock.actions.idempotency import LARGEST_ANSWER
from crossdock.actions.passthrough import Incoming, Passthrough
from crossdock.api import calling, problems
from crossdock.api.auth import one_account
from crossdock.api.context import ApiContext
from crossdock.api.requestid import PASSED_HEADER
from crossdock.api.routes_actions import check_profile
from crossdock.kernel import callers
from crossdock.kernel.errors import CrossdockError, UnauthenticatedError, WaitError
from crossdock.telemetry import logs

PLACE: Final = b"/proxy/"
_OURS: Final = frozenset(
    {
        *(b"authorization", b"x-account-id", b"x-crossdock-priority", b"x-crossdock-look", calling.PROFILE_HEADER),
        *(b"cookie", b"host", b"content-length"),
    }
)
# Meant for a browser at the provider's own address, not at ours.
_NOT_ANSWERED: Final = frozenset({b"set-cookie", b"strict-transport-security", b"alt-svc"})
_CODINGS: Final = ("gzip", "deflate", "identity")
# Its length is that of the body which it does not have, and the server would wait for one.
_NOT_MODIFIED: Final = 304
_FAILED: Final = 400

_log = logs.get("crossdock.api.passthrough")


class PassthroughPath:
    """Answers what stands below `/proxy/`, and leaves everything else to the application behind it."""

    def __init__(self, app: ASGIApp, *, context: ApiContext, passing: Passthrough) -> None:
        self._app = app
        self._context = context
        self._passing = passing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not scope["raw_path"].startswith(PLACE):
            await self._app(scope, receive, send)
            return
        answer = _Answer(send, self._context.ids.new("call"))
        try:
            await self._pass(scope, receive, answer)
        except CrossdockError as error:
            if not answer.begun:
                await self._refuse(error, answer)
                return
            # An answer that ends too soon is cut off by the server: the only way left to say that it is not whole.
            _log.warning("proxy.answer.cut_off", code=error.error_code)
        except ConnectionResetError:
            _log.info("proxy.caller.gone")

    async def _pass(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        given = _once_each(scope["headers"])
        principal = await calling.principal_of(self._context, given.get(b"authorization", b"").decode("latin-1"))
        await self._context.projects.screening.check_raw(principal=principal)
        account_id = one_account(given.get(b"x-account-id", b"").decode("latin-1") or None)
        await check_profile(
            context=self._context,
            principal=principal,
            account_id=account_id,
            profile_id=_told(given, calling.PROFILE_HEADER),
        )
        manner = calling.manner(
            once=_told(given, b"idempotency-key"),
            priority=_told(given, b"x-crossdock-priority"),
            look=_told(given, b"x-crossdock-look"),
            call_id=answer.call_id,
            source_ip=callers.source_ip(scope),
        )
        caller = _Caller(receive)
        incoming = Incoming(
            method=scope["method"],
            target=_target(scope),
            headers=_headers(given),
            content=caller.content(given),
            length=int(length) if (length := given.get(b"content-length", b"")).isdigit() else None,
            manner=manner,
        )
        try:
            async with self._passing.open(principal=principal, account_id=account_id, incoming=incoming) as stream:
                await answer.begin(stream.status, _answered(stream.headers, stream.status))
                async for chunk in stream.chunks:
                    await answer.go_on(chunk)
                    if caller.is_gone() and (manner.once is None or answer.passed > LARGEST_ANSWER):
                        raise ConnectionResetError
        finally:
            caller.leave()
        await answer.end()

    async def _refuse(self, error: CrossdockError, answer: _Answer) -> None:
        body = problems.body(error=error, clock=self._context.clock, hub_url=self._context.hub_url)
        headers = [
            (b"content-type", b"application/json"),
            (b"cache-control", b"no-store"),
            (b"x-crossdock-error", b"hub"),
        ]
        if isinstance(error, WaitError):
            headers.append((b"retry-after", str(max(1, math.ceil(error.retry_after))).encode()))
        if isinstance(error, UnauthenticatedError):
            headers.append((b"www-authenticate", b'Basic realm="Crossdock", charset="UTF-8"'))
        await answer.begin(error.http_status, headers)
        await answer.go_on(json.dumps(body, ensure_ascii=False).encode())
        await answer.end()


class _Answer:
    """The answer on its way to the caller; it ends with its last byte where its length is known."""

    def __init__(self, send: Send, call_id: str) -> None:
        self._send = send
        self.call_id = call_id
        self._left = -1
        self.begun = False
        self.passed = 0
        self.ended = False

    async def begin(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        self.begun = True
        self._left = next((int(value) for name, value in headers if name == b"content-length" and value.isdigit()), -1)
        headers.append((PASSED_HEADER, self.call_id.encode()))
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def go_on(self, chunk: bytes) -> None:
        self._left -= len(chunk)
        self.passed += len(chunk)
        self.ended = self._left == 0
        await self._send({"type": "http.response.body", "body": chunk, "more_body": not self.ended})

    async def end(self) -> None:
        if not self.ended:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})


class _Caller:
    """Who asked: their body as it comes, and whether they have gone before the answer was at its end.

    The server says nothing of it by itself, and an answer may have no end.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._is_heard = True
        self._parts = 0
        self._leaving: asyncio.Task[None] | None = None

    def content(self, given: Mapping[bytes, bytes]) -> AsyncIterator[bytes] | None:
        """Return the request's body, None where there is none."""
        if b"transfer-encoding" not in given and given.get(b"content-length", b"0") == b"0":
            return None
        self._is_heard = False
        return self._read()

    async def _read(self) -> AsyncIterator[bytes]:
        while not self._is_heard:
            message: Message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ConnectionResetError
            self._is_heard = not message.get("more_body", False)
            if chunk := message.get("body", b""):
                yield chunk

    def is_gone(self) -> bool:
        """Tell whether they have gone; asked after each part of an answer, and looked at from the second on."""
        self._parts += 1
        if self._leaving is None and self._parts > 1 and self._is_heard:
            self._leaving = asyncio.create_task(self._left(), name="api.passthrough.caller")
        return self._leaving is not None and self._leaving.done()

    def leave(self) -> None:
        """Look no longer."""
        if self._leaving is not None:
            self._leaving.cancel()

    async def _left(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass


def _told(given: dict[bytes, bytes], name: bytes) -> str | None:
    value = given.get(name)
    return None if value is None else value.decode("latin-1")


def _target(scope: Scope) -> str:
    """Return the provider's path and query as they were sent, in their own encoding."""
    path = scope["raw_path"][len(PLACE) - 1 :].decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


def _once_each(headers: Sequence[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Return the headers by name; what came in several lines is one (RFC 9110, 5.2), so that none decides unseen."""
    given = dict(headers)
    if len(given) == len(headers):
        return given
    lines: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        lines.setdefault(name, []).append(value)
    return {name: b", ".join(values) for name, values in lines.items()}


def _headers(given: Mapping[bytes, bytes]) -> dict[str, str]:
    """Return what goes on to the provider; codings are kept to those in which a credential could be found again."""
    passed = {name.decode("latin-1"): _text(value) for name, value in given.items() if name not in _OURS}
    wanted = passed.pop("accept-encoding", "")
    known = [part.strip() for part in wanted.split(",") if part.partition(";")[0].strip() in _CODINGS]
    return {**passed, "accept-encoding": ", ".join(known) or "identity"}


def _text(value: bytes) -> str:
    """Return a header's value as that which is written as the same bytes; what is not UTF-8 counts as Latin-1."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _answered(headers: Iterable[tuple[bytes, bytes]], status: int) -> list[tuple[bytes, Any]]:
    dropped = _NOT_ANSWERED if status != _NOT_MODIFIED else _NOT_ANSWERED | {b"content-length"}
    answered = [(name, value) for name, value in headers if name not in dropped]
    return [*answered, (b"x-crossdock-error", b"provider")] if status >= _FAILED else answered
