"""Puts the API together: routes, errors, CORS for the embedded hub, and the OpenAPI document."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import crossdock
from crossdock.api import (
    problems,
    routes_accounts,
    routes_actions,
    routes_catalogue,
    routes_connectors,
    routes_feedback,
    routes_hub,
    routes_idempotency,
    routes_logs,
    routes_operations,
    routes_platform,
    routes_profiles,
    routes_runs,
    routes_sessions,
    routes_synced,
    routes_webhooks,
)
from crossdock.api.bounds import BodyLimit
from crossdock.api.context import ApiContext
from crossdock.api.requestlog import RequestLog
from crossdock.api.wire import ErrorAnswer
from crossdock.kernel.errors import CrossdockError

_ROUTERS = (
    routes_sessions.router,
    routes_accounts.router,
    routes_connectors.router,
    routes_catalogue.router,
    routes_actions.router,
    routes_synced.router,
    routes_idempotency.router,
    routes_logs.router,
    routes_runs.router,
    routes_webhooks.router,
    routes_platform.router,
    routes_profiles.router,
    routes_feedback.router,
    routes_hub.router,
    routes_operations.router,
)
_ABOUT = """Link a shipping or fulfilment account once, and call it for as long as it is linked.

Send the API key by HTTP Basic: the key as user name, the password empty. Name the linked account by `x-account-id`.
Every error says what to do next in `remedy`; its `code` has a page under `/errors/`.
"""
_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorAnswer, "description": text}
    for status, text in {
        400: "The request is not valid.",
        401: "The key, the session or the account's credential is not accepted.",
        403: "The key or the account's grant does not allow this.",
        404: "It is not there, or belongs to another project.",
        409: "The state of things does not allow this now.",
        412: "The account is paused or its connector is switched off.",
        422: "A field is not valid.",
        429: "Too many calls; `Retry-After` names the seconds to wait.",
        502: "The provider failed, or whether a write happened is not known.",
        503: "Not available right now; `Retry-After` names the seconds to wait.",
    }.items()
}


class HubCors:
    """Lets the embedded hub component call from any page: a session's token, never a cookie, is what opens it."""

    def __init__(self, app: ASGIApp) -> None:
        self.plain = app
        self.open = CORSMiddleware(
            app,
            allow_origins=["*"],
            allow_methods=["GET", "POST", "PATCH", "DELETE"],
            allow_headers=["content-type", "x-hub-session-token", "x-hub-version"],
            max_age=600,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add CORS headers under `/hub/` alone."""
        app = self.open if scope["type"] == "http" and scope["path"].startswith("/hub/") else self.plain
        await app(scope, receive, send)


class CrashGuard:
    """Answers what nobody foresaw, where the framework's own guard would answer and then cut the connection off."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with an error, unless an answer has begun already."""
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, noted)
        except Exception as error:
            # The outermost place: whatever happened is logged, and told without a word about the inside.
            if scope["type"] != "http" or begun:
                raise
            answer = await problems.on_crash(Request(scope), error)
            await answer(scope, receive, send)


def document() -> dict[str, Any]:
    """Return the OpenAPI document, which needs no database."""
    return _with_routes().openapi()


def build(context: ApiContext) -> FastAPI:
    """Return the API as an application; pages are mounted beside it by the composition root."""
    app = _with_routes()
    app.state.api = context
    app.add_exception_handler(CrossdockError, problems.on_crossdock_error)
    app.add_exception_handler(RequestValidationError, problems.on_invalid)
    app.add_exception_handler(HTTPException, problems.on_http)
    app.add_middleware(RequestLog, context=context)
    app.add_middleware(CrashGuard)
    app.add_middleware(BodyLimit)
    app.add_middleware(HubCors)
    return app


def _with_routes() -> FastAPI:
    app = FastAPI(
        title="Crossdock",
        version=crossdock.__version__,
        description=_ABOUT,
        responses=_ERRORS,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
        separate_input_output_schemas=False,
        generate_unique_id_function=lambda route: route.name,
    )
    for router in _ROUTERS:
        app.include_router(router)
    return app
