"""What a request to `/mcp` has to look like before the protocol's own implementation reads it.

That one takes a request whose id is none for a notification, and never answers it; and it knows no batches, which
revision 2025-03-26 asks servers to take (https://modelcontextprotocol.io/specification/2025-03-26/basic#batching).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from mcp_types import INVALID_REQUEST, PARSE_ERROR, UNSUPPORTED_PROTOCOL_VERSION
from mcp_types.version import SUPPORTED_PROTOCOL_VERSIONS
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Message, Receive, Scope

from crossdock.kernel.errors import InvalidRequestError

MOST_MESSAGES: Final = 50
_LARGEST: Final = 4 * 1024 * 1024
_BATCHED: Final = frozenset({None, "2024-11-05", "2025-03-26"})


class UnreadableError(Exception):
    """A body that is no message: ``code`` of JSON-RPC, the text, the number to answer to where one can be read."""

    def __init__(self, code: int, message: str, *, number: Any = None, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.number = number
        self.data = data

    def response(self) -> Response:
        """Return the answer."""
        return error(self.code, str(self), status=400, number=self.number, data=self.data)


@dataclass(frozen=True, slots=True)
class Opened:
    """The messages of a body, each as its own bytes, and whether they came as a batch."""

    messages: tuple[bytes, ...]
    is_batch: bool


async def read(receive: Receive) -> bytes:
    """Return a request's body; raise InvalidRequestError over 4 MiB, ClientDisconnect where it never ends."""
    body = bytearray()
    while (message := await receive())["type"] == "http.request":
        body += message.get("body", b"")
        if len(body) > _LARGEST:
            raise InvalidRequestError(
                "The message is larger than 4 MiB.", remedy="Send less at once.", code="too_large", status=413
            )
        if not message.get("more_body", False):
            return bytes(body)
    raise ClientDisconnect


def opened(body: bytes, *, revision: str | None) -> Opened:
    """Return the messages of a body of a revision, None where none is said; raise UnreadableError."""
    try:
        given = json.loads(body.decode())
        if b"\\u" in body:
            json.dumps(given, ensure_ascii=False).encode()  # Half a pair of surrogates is no text that can be kept.
    except (ValueError, RecursionError):
        raise UnreadableError(PARSE_ERROR, "Parse error: the body is not JSON in UTF-8.") from None
    is_batch = isinstance(given, list)
    if is_batch and (not given or len(given) > MOST_MESSAGES or revision not in _BATCHED):
        raise UnreadableError(INVALID_REQUEST, "Invalid request: send one message at a time.")
    for message in given if is_batch else [given]:
        _check(message, is_batch=is_batch)
    if revision is not None and revision not in SUPPORTED_PROTOCOL_VERSIONS:
        raise UnreadableError(
            UNSUPPORTED_PROTOCOL_VERSION,
            "Unsupported protocol version",
            number=given.get("id"),
            data={"supported": list(SUPPORTED_PROTOCOL_VERSIONS), "requested": revision},
        )
    return Opened(tuple(json.dumps(one).encode() for one in given) if is_batch else (body,), is_batch)


def error(code: int, message: str, *, status: int, number: Any = None, **more: Any) -> Response:
    """Return an error of JSON-RPC as an answer over HTTP; ``more`` is its ``data`` and the answer's ``headers``."""
    told = {"code": code, "message": message, **({"data": more["data"]} if more.get("data") else {})}
    content = json.dumps({"jsonrpc": "2.0", "id": number, "error": told})
    return Response(content, status_code=status, media_type="application/json", headers=more.get("headers"))


def replayed(body: bytes, receive: Receive) -> Receive:
    """Return a way to receive a body that was read already; what comes behind it is the connection's end."""
    left = [body]

    async def again() -> Message:
        if left:
            return {"type": "http.request", "body": left.pop(), "more_body": False}
        return await receive()

    return again


def accepting(scope: Scope) -> Scope:
    """Return the scope of a request that takes any answer where it does not say which (RFC 9110, 12.5.1)."""
    if any(name == b"accept" for name, _ in scope["headers"]):
        return {**scope}
    return {**scope, "headers": [*scope["headers"], (b"accept", b"*/*")]}


def _check(message: Any, *, is_batch: bool) -> None:
    """Raise UnreadableError unless a value is a request, a notification or an answer (JSON-RPC 2.0, 4 and 5)."""
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        raise UnreadableError(INVALID_REQUEST, 'Invalid request: a message is an object with "jsonrpc": "2.0".')
    if "method" not in message and message.keys() & {"result", "error"}:
        return
    number, method = message.get("id"), message.get("method")
    if "id" in message and (not isinstance(number, int | str) or isinstance(number, bool)):
        raise UnreadableError(INVALID_REQUEST, "Invalid request: the id is a text or a whole number.")
    if not isinstance(method, str) or not isinstance(message.get("params", {}), dict):
        raise UnreadableError(
            INVALID_REQUEST, "Invalid request: the method is a text, its params are an object.", number=number
        )
    if is_batch and method == "initialize":
        raise UnreadableError(INVALID_REQUEST, "Invalid request: initialize comes alone.", number=number)
