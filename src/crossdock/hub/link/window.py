"""The window that the hub component opens for signing in at the provider; what goes wrong is said on a page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from crossdock.hub import forms
from crossdock.hub.context import HubContext
from crossdock.hub.link.entry import known_session
from crossdock.hub.visit import refuse
from crossdock.linking.oauth import Started

_COOKIE_LIFE = 600


def endpoint(ctx: HubContext) -> Callable[[Request], Awaitable[Response]]:
    """Make the endpoint of ``/connect/oauth2/{integration}``; the component puts the session's token into the query."""

    async def start(request: Request) -> Response:
        try:
            forms.check_address(request)
            return to_provider(ctx, await _started(ctx, request))
        except Exception as error:  # noqa: BLE001 - the outermost place: whatever happened becomes a page, and is logged
            return refuse(ctx, request, error, visit=None)

    return start


def to_provider(ctx: HubContext, started: Started) -> Response:
    """Send the browser to the provider, with a cookie that binds the answer to this browser."""
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    answer = RedirectResponse(started.authorize_url, status_code=303, headers=headers)
    answer.set_cookie(
        started.cookie,
        started.binding.reveal(),
        max_age=_COOKIE_LIFE,
        path="/connect/oauth2",
        secure=ctx.https,
        httponly=True,
        samesite="lax",
    )
    return answer


async def _started(ctx: HubContext, request: Request) -> Started:
    query = request.query_params
    token = query.get("token", "")
    await known_session(ctx, token)
    session = await ctx.sessions.authenticate(token=token)
    return await ctx.oauth.start(
        session=session,
        integration_id=request.path_params["integration"],
        effects=session.effects,
        attempt_id=query.get("connection_attempt_id"),
        redirect_uri=query.get("redirect_uri"),
    )
