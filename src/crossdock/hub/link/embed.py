"""The way into the link flow from an app's own page: a script for the page, and a door that takes the token over.

The token goes from the page to the frame as a message, and from there in the body of a request: it is in no address.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from crossdock.hub import csp, forms
from crossdock.hub.context import HubContext
from crossdock.hub.link.entry import known_session
from crossdock.hub.views_link import EmbedView
from crossdock.hub.visit import keep_token, openness, refuse
from crossdock.projects import origins

_NO_STORE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


def script(ctx: HubContext) -> Callable[[Request], Awaitable[Response]]:
    """Make the endpoint of ``/stackone/connect.js``, the script that @stackone/react-hub loads and apps may load."""

    async def serve(request: Request) -> Response:
        answer = ctx.renderer.assets.answer("connect.js", request)
        answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        answer.headers["Access-Control-Allow-Origin"] = "*"
        return answer

    return serve


def door(ctx: HubContext) -> Callable[[Request], Awaitable[Response]]:
    """Make the page that waits inside the app's page for the session's token."""

    async def show(request: Request) -> Response:
        texts = ctx.renderer.language(request)
        view = EmbedView(
            frame=None,
            texts={
                "opening": (texts.text("One moment"), texts.text("The page is being opened.")),
                "window": (
                    texts.text("This goes on in a new window"),
                    texts.text("Press the button. When you are done there, come back here."),
                ),
                "linked": (texts.text("It is linked"), texts.text("You can close this now.")),
                "unknown": (
                    texts.text("This link does not work"),
                    texts.text("Close this, and press the link button of the app once more."),
                ),
            },
        )
        return ctx.renderer.page("link/embed.html", view=view, locale=texts.locale, openness=csp.DOOR)

    return show


def enter(ctx: HubContext) -> Callable[[Request], Awaitable[Response]]:
    """Make the endpoint that takes the token: for the door's script, or for the form that leaves the frame."""

    async def take(request: Request) -> Response:
        try:
            forms.check_address(request)
            form = await forms.read(request, hub_url=ctx.hub_url)
            return await _let_in(ctx, token=form.get("token"), around=form.get("origin") or None)
        except Exception as error:  # noqa: BLE001 - the outermost place: whatever happened becomes a page, and is logged
            return refuse(ctx, request, error, visit=None)

    return take


async def _let_in(ctx: HubContext, *, token: str, around: str | None) -> Response:
    """Keep the token in a cookie and lead on; ``around`` is the origin of the page that holds the frame, if any."""
    session = await known_session(ctx, token)
    url = f"/link/s/{session.id}?resume=1"
    answer: Response
    if around is None:
        answer = RedirectResponse(url, status_code=303, headers=_NO_STORE)
    else:
        allowed = (await openness(ctx, session)).ancestors
        framed = origins.leads_to(around, allowed=allowed)
        answer = JSONResponse({"url": url if framed else None}, headers=_NO_STORE)
        if not framed:
            return answer
    keep_token(ctx, answer, session=session, token=token)
    return answer
