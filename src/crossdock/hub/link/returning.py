"""The provider's way back to the hub after a sign-in there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from crossdock.hub import csp
from crossdock.hub.context import HubContext
from crossdock.hub.views_link import NoticeView
from crossdock.hub.visit import refuse
from crossdock.linking.oauth import cookie_of


def endpoint(ctx: HubContext) -> Callable[[Request], Awaitable[Response]]:
    """Make the endpoint of ``/connect/oauth2/{provider}/callback``; what cannot be used is said on a page."""

    async def come_back(request: Request) -> Response:
        params = request.query_params.multi_items()
        try:
            finished = await ctx.oauth.finish(
                provider=request.path_params["provider"], params=params, cookies=request.cookies
            )
        except Exception as error:  # noqa: BLE001 - the outermost place: whatever happened becomes a page, and is logged
            return refuse(ctx, request, error, visit=None)
        headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        answer = RedirectResponse(finished.location, status_code=303, headers=headers)
        name = cookie_of(dict(params).get("state", ""))
        answer.delete_cookie(name, path="/connect/oauth2", secure=ctx.https, httponly=True, samesite="lax")
        return answer

    return come_back


def closing(ctx: HubContext) -> Callable[[Request], Awaitable[Response]]:
    """Make the page on which a sign-in in a window of its own ends, and which closes by itself."""

    async def close(request: Request) -> Response:
        texts = ctx.renderer.language(request)
        view = NoticeView(
            frame=None,
            tone="good",
            title=texts.text("You can close this window"),
            explanation=texts.text("The sign-in is over."),
            remedy=texts.text("Go back to the window that you came from: it shows how it went."),
            button=None,
        )
        return ctx.renderer.page("link/closing.html", view=view, locale=texts.locale, openness=csp.CLOSING)

    return close
