"""Keeps a line of every request to the platform's own API; calls of providers have a log of their own."""

from __future__ import annotations

from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crossdock.actions.store import RequestRow
from crossdock.api.context import ApiContext
from crossdock.api.requestid import naming
from crossdock.kernel import callers
from crossdock.projects.model import Principal

_FAILED: Final = 500
_PATH_KEPT: Final = 500
# These call a provider, and are lines of that log.
_CALLS: Final = frozenset({"run_action", "proxy_request"})
_CALLED_AT: Final = frozenset({"/actions/rpc", "/unified/proxy"})


class RequestLog:
    """Notes who asked for what and what came of it, once it is known who asks; nothing of what was said."""

    def __init__(self, app: ASGIApp, *, context: ApiContext) -> None:
        self._app = app
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and note it when it has been answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, began = _FAILED, self._context.clock.monotonic()
        request_id = self._context.ids.new("call" if scope["path"] in _CALLED_AT else "req")
        scope.setdefault("state", {})["request_id"] = request_id
        send = naming(send, request_id=request_id)

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, told)
        finally:
            principal = scope.get("state", {}).get("principal")
            name = getattr(scope.get("route"), "name", "")
            if isinstance(principal, Principal) and name not in _CALLS:
                self._note(scope, principal, name, request_id, status=status, began=began)

    def _note(
        self, scope: Scope, principal: Principal, name: str, request_id: str, *, status: int, began: float
    ) -> None:
        context = self._context
        path = scope["path"][:_PATH_KEPT]
        context.calls.log.note(
            RequestRow(
                id=request_id,
                project_id=principal.project_id,
                account_id=_account(scope),
                category=path.strip("/").partition("/")[0],
                action=name or path,
                actor=principal.actor,
                method=scope["method"],
                url=f"{context.hub_url}{path}",
                path=path,
                status=status,
                duration_ms=round((context.clock.monotonic() - began) * 1000),
                source_ip=callers.source_ip(scope),
                created_at=context.clock.now(),
            )
        )


def _account(scope: Scope) -> str | None:
    """Return the account that a request names, in its address or its header."""
    named: dict[str, Any] = scope.get("path_params", {})
    if "account_id" in named:
        return str(named["account_id"])[:64]
    sent = next((value for name, value in scope["headers"] if name == b"x-account-id"), b"")
    return sent.decode("latin-1")[:64] or None
