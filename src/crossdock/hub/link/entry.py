"""The way into the link flow: the link itself, the picker, and what to do when the time is over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from crossdock.hub import forms
from crossdock.hub.context import HubContext
from crossdock.hub.link import shown as link_shown
from crossdock.hub.views_link import ButtonView, ChooseView, NoticeView
from crossdock.hub.visit import Visit, keep_token, refuse
from crossdock.kernel.errors import UnauthenticatedError
from crossdock.linking.session import Attempt, ConnectSession

_GOES_ON = frozenset({"pending", "testing", "confirm", "authenticated"})


def entry(ctx: HubContext) -> Callable[[Request], Awaitable[Response]]:
    """Make the endpoint of ``/link/{token}``: the token goes into a cookie at once, and out of the address."""

    async def endpoint(request: Request) -> Response:
        try:
            forms.check_address(request)
            return await _enter(ctx, request.path_params["token"])
        except Exception as error:  # noqa: BLE001 - the outermost place: whatever happened becomes a page, and is logged
            return refuse(ctx, request, error, visit=None)

    return endpoint


async def _enter(ctx: HubContext, token: str) -> Response:
    session = await known_session(ctx, token)
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    answer = RedirectResponse(f"/link/s/{session.id}?resume=1", status_code=303, headers=headers)
    keep_token(ctx, answer, session=session, token=token)
    return answer


async def known_session(ctx: HubContext, token: str) -> ConnectSession:
    """Return the session of a token, also one whose time is over; raise where nobody knows it."""
    session = await ctx.sessions.of_token(token=token)
    if session is None or session.revoked_at is not None:
        raise UnauthenticatedError(
            "It may have been copied in part, or taken back.",
            remedy="Open the whole link once more, or ask the people who sent it for a new one.",
            code="link_unknown",
        )
    return session


async def choose(visit: Visit) -> Response:
    """Show the picker; where only one provider is on offer, or something is under way, go straight there."""
    attempt = await _resumed(visit)
    if attempt is not None:
        return visit.go(f"/attempts/{attempt.id}")
    offers = link_shown.by_connector(await visit.ctx.sessions.offers(session=visit.session))
    query = visit.request.query_params.get("q", "").strip()[:80]
    if len(offers) == 1 and not query:
        return visit.go(f"/{next(iter(offers.values()))[0].integration_id}")
    shown = [one for one in offers.values() if query.casefold() in one[0].connector.name.casefold()]
    view = ChooseView(
        frame=visit.frame("choose"),
        offers=[link_shown.offer(visit, one) for one in shown],
        query=query,
        total=len(offers),
    )
    return visit.page("link/choose.html", view)


async def expired(visit: Visit) -> Response:
    """Say that the time is over, with the one button that goes on."""
    if not visit.ended:
        return visit.go("")
    texts, session = visit.texts, visit.session
    renewable = session.channel != "embedded"
    if renewable:
        button = ButtonView(label=texts.text("Continue"), url=f"{visit.home}/renew", posts=True)
        remedy = texts.text("Press Continue to go on where you were.")
    else:
        button = ButtonView(label=texts.text("Continue in the app"), url=session.return_url or visit.home)
        remedy = texts.text("Go back to the app that sent you here and press its link button again.")
    view = NoticeView(
        frame=visit.frame("none"),
        tone="warn",
        title=texts.text("This link's time is over"),
        explanation=texts.text("For safety a link works for a limited time. Nothing was lost."),
        remedy=remedy,
        button=button,
        code="session_expired",
        csrf=visit.csrf,
    )
    return visit.page("link/notice.html", view, status=410)


async def renew(visit: Visit) -> Response:
    """Give the session more time and go on where the person was."""
    if visit.ended:
        await visit.ctx.sessions.renew(token=visit.token)
    return visit.go("?resume=1")


async def _resumed(visit: Visit) -> Attempt | None:
    """Return what to show in place of the picker: the receipt when all is done, or when coming in anew what goes on."""
    if visit.spent:
        return await visit.ctx.sessions.linked(session=visit.session)
    if "resume" not in visit.request.query_params:
        return None
    attempt = await visit.ctx.linking.latest_attempt(session=visit.session)
    return attempt if attempt is not None and attempt.status in _GOES_ON else None
