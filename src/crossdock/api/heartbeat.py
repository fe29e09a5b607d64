"""`Prefer: heartbeat` (RFC 7240): an answer that takes long begins with line breaks, so that no idle connection is cut.

An answer that comes soon is as without it. After that the head has gone out with 200, and what follows the line breaks
is the body alone: an error then tells its status in `statusCode`, and the seconds to wait in `retry_after`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Iterable
from typing import Annotated, Final

from fastapi import Header
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from crossdock.api import problems
from crossdock.api.context import ApiContext
from crossdock.kernel.errors import CrossdockError
from crossdock.telemetry import logs

Prefer = Annotated[
    str | None,
    Header(description="`heartbeat` sends a line break every ten seconds while the provider is waited for."),
]
EVERY_SECONDS: Final = 10.0
_APPLIED: Final = (b"preference-applied", b"heartbeat")
_FAILED: Final = 400

log = logs.get("crossdock.api.heartbeat")


def wanted(headers: Iterable[str]) -> bool:
    """Tell whether the `Prefer` headers of a request ask for heartbeats, among whatever else they ask for."""
    asked = (one for header in headers for one in header.split(","))
    return any(one.partition(";")[0].partition("=")[0].strip().lower() == "heartbeat" for one in asked)


def answering(*, context: ApiContext, work: Awaitable[Response], path: str, accept: str | None) -> Response:
    """Return the answer that the framework shall send while it is being made; what fails is told as usual."""

    async def told() -> Response:
        try:
            return await work
        except CrossdockError as error:
            return problems.answer(error=error, context=context, path=path, accept=accept or "")
        except Exception:
            # Too late for the framework's own guard: the head may be out.
            log.exception("api.request.crashed", path=path)
            return problems.crashed(context=context, path=path, accept=accept or "")

    return Beating(told())


class Beating(Response):
    """An answer that is still being made: what makes it never raises, since an error is an answer as well."""

    media_type = "application/json"

    def __init__(self, work: Awaitable[Response], *, every: float = EVERY_SECONDS) -> None:
        super().__init__(headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._work = work
        self._every = every

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer as it is where it comes soon, else line breaks until it comes and then its body."""
        working = asyncio.ensure_future(self._work)
        await asyncio.wait((working,), timeout=self._every)
        if working.done():
            answer = working.result()
            answer.raw_headers.append(_APPLIED)
            await answer(scope, receive, send)
            return
        headers = [*self.raw_headers, _APPLIED]
        await send({"type": "http.response.start", "status": self.status_code, "headers": headers})
        while not working.done():
            await send({"type": "http.response.body", "body": b"\n", "more_body": True})
            await asyncio.wait((working,), timeout=self._every)
        await send({"type": "http.response.body", "body": _late(working.result()), "more_body": False})


def _late(answer: Response) -> bytes:
    """Return an answer's body; an error's with the seconds to wait, whose header is too late."""
    wait = answer.headers.get("retry-after")
    if answer.status_code < _FAILED or wait is None:
        return bytes(answer.body)
    return json.dumps({**json.loads(bytes(answer.body)), "retry_after": int(wait)}, ensure_ascii=False).encode()
