"""`POST /actions/rpc` without the framework: a call that is in order is answered here, everything else behind it.

What is not in order (no JSON, a member of the wrong type, too large) goes on to the framework, which says so.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from pydantic import ValidationError
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crossdock.api import answers, calling, heartbeat, kits, problems
from crossdock.api.bounds import LARGEST
from crossdock.api.context import ApiContext
from crossdock.api.heartbeat import Beating
from crossdock.api.passthrough import PassthroughPath
from crossdock.api.requestid import naming
from crossdock.api.routes_actions import answered
from crossdock.api.wire import RpcRequest
from crossdock.kernel import callers
from crossdock.kernel.errors import CrossdockError
from crossdock.projects import policy
from crossdock.telemetry import logs

PLACE: Final = "/actions/rpc"

log = logs.get("crossdock.api.rpc")


def in_front(app: ASGIApp, *, context: ApiContext) -> ASGIApp:
    """Return the application behind the two addresses by which providers are called."""
    return PassthroughPath(RpcPath(app, context=context), context=context, passing=context.calls.passing)


class RpcPath:
    """Answers `POST /actions/rpc`, and leaves everything else to the application behind it."""

    def __init__(self, app: ASGIApp, *, context: ApiContext) -> None:
        self._app = app
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"] != PLACE or scope["method"] != "POST" or _is_special(scope):
            await self._app(scope, receive, send)
            return
        messages = await _whole(receive)
        headers = Headers(scope=scope)
        asked = _read(headers, b"".join(message.get("body", b"") for message in messages))
        if asked is None:
            await self._app(scope, _again(messages, receive), send)
            return
        call_id = self._context.ids.new("call")
        asked_for = answers.asked_in(asked, accept=headers.get("accept", ""))
        asked_for = kits.unfilled(
            asked_for, user_agent=headers.get("user-agent", ""), catalogue=self._context.catalogue
        )
        work = self._answer(scope, headers, asked_for, call_id)
        beats = heartbeat.wanted(headers.getlist("prefer")) and answers.is_one_json(self._context.catalogue, asked_for)
        answer = Beating(work) if beats else await work
        await answer(scope, receive, send if asked.collect else naming(send, request_id=call_id))

    async def _answer(self, scope: Scope, headers: Headers, asked: RpcRequest, call_id: str) -> Response:
        context = self._context
        try:
            principal = await calling.principal_of(context, headers.get("authorization", ""))
            if not policy.may(principal, "actions:write"):
                policy.require(principal, "actions:read")
            return await answered(
                context=context,
                principal=principal,
                asked=asked,
                account_id=", ".join(headers.getlist("x-account-id")),
                manner=calling.manner(
                    once=headers.get("idempotency-key"),
                    priority=headers.get("x-crossdock-priority"),
                    look=headers.get("x-crossdock-look"),
                    is_collected=asked.collect,
                    call_id=call_id,
                    source_ip=callers.source_ip(scope),
                ),
            )
        except CrossdockError as error:
            return problems.answer(error=error, context=context, path=PLACE, accept=headers.get("accept", ""))
        except Exception:
            # The outermost place, as the framework's own guard is.
            log.exception("api.request.crashed", path=PLACE)
            return problems.crashed(context=context, path=PLACE, accept=headers.get("accept", ""))


def _is_special(scope: Scope) -> bool:
    """Tell whether a call asks for more than its result: to be synced, or to be of a certain connector profile."""
    return bool(scope["query_string"]) or any(name == calling.PROFILE_HEADER for name, _ in scope["headers"])


async def _whole(receive: Receive) -> Sequence[Message]:
    """Read the request's body to its end, or until it is too large."""
    messages: list[Message] = []
    size = 0
    while size <= LARGEST:
        message = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        if not message.get("more_body", False):
            break
    return messages


def _read(headers: Headers, body: bytes) -> RpcRequest | None:
    """Return the call, or None for what the framework has to answer."""
    if len(body) > LARGEST or headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return None
    try:
        given: Any = json.loads(body)
        return RpcRequest.model_validate(given)
    except (ValidationError, ValueError, RecursionError):
        return None


def _again(messages: Sequence[Message], receive: Receive) -> Receive:
    """Return what gives the messages that were read once more, and then what comes after them."""
    left = iter(messages)

    async def given() -> Message:
        message = next(left, None)
        return await receive() if message is None else message

    return given
