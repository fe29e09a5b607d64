"""What the log knows a request by: its id, which the answer tells, and where it came from."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends, Request
from starlette.types import Message, Send

from crossdock.kernel import callers

HEADER: Final = b"x-request-id"
PASSED_HEADER: Final = b"x-crossdock-request-id"
"""Where the provider's own `x-request-id` passes through untouched."""


def _given(request: Request) -> str:
    return str(request.state.request_id)


RequestId = Annotated[str, Depends(_given)]


def _came_from(request: Request) -> str | None:
    return callers.source_ip(request.scope)


SourceIp = Annotated[str | None, Depends(_came_from)]


def naming(send: Send, *, request_id: str) -> Send:
    """Return what sends an answer with the id in its `x-request-id`."""

    async def named(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], (HEADER, request_id.encode())]}
        await send(message)

    return named
