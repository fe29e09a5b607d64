"""An agent's request for an account: its reason, shown as its own words, and the two ways to answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from crossdock.hub import forms, logos
from crossdock.hub.context import HubContext
from crossdock.hub.views_link import AskedView, NoticeView
from crossdock.hub.visit import keep_token, refuse

Endpoint = Callable[[Request], Awaitable[Response]]


def show(ctx: HubContext) -> Endpoint:
    """Make the endpoint that shows a request; looking at it changes nothing."""

    async def answer(request: Request) -> Response:
        token = request.path_params["token"]
        asked = await ctx.link_requests.of_token(token=token)
        connector = ctx.catalogue.get(asked.connector_key)
        view = AskedView(
            agent=asked.agent_name,
            owner=asked.owner_name,
            name=connector.name,
            logo=logos.of(connector, assets=ctx.renderer.assets),
            reason=asked.reason,
            ends=asked.expires_at,
            csrf=forms.token_for(token),
            follow=f"/link/asked/{token}/follow",
            decline=f"/link/asked/{token}/decline",
        )
        return ctx.renderer.page("link/asked.html", view=view, locale=ctx.renderer.language(request).locale)

    return _guarded(ctx, answer)


def follow(ctx: HubContext) -> Endpoint:
    """Make the endpoint that opens the connect session, for this browser alone."""

    async def answer(request: Request) -> Response:
        await _check(ctx, request)
        created = await ctx.link_requests.open(token=request.path_params["token"])
        headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        sent = RedirectResponse(f"/link/s/{created.session.id}", status_code=303, headers=headers)
        keep_token(ctx, sent, session=created.session, token=created.token.reveal())
        return sent

    return _guarded(ctx, answer)


def decline(ctx: HubContext) -> Endpoint:
    """Make the endpoint that says no."""

    async def answer(request: Request) -> Response:
        await _check(ctx, request)
        asked = await ctx.link_requests.decline(token=request.path_params["token"])
        texts = ctx.renderer.language(request)
        view = NoticeView(
            frame=None,
            tone="quiet",
            title=texts.text("Nothing was linked"),
            explanation=texts.text("%(agent)s is told that you declined, and nothing else.", agent=asked.agent_name),
            remedy=texts.text("You can close this page."),
            button=None,
        )
        return ctx.renderer.page("link/notice.html", view=view, locale=texts.locale)

    return _guarded(ctx, answer)


async def _check(ctx: HubContext, request: Request) -> None:
    """Raise ForbiddenError unless our own page sent the form."""
    form = await forms.read(request, hub_url=ctx.hub_url)
    forms.check_token(form, token=request.path_params["token"])


def _guarded(ctx: HubContext, answer: Endpoint) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        try:
            forms.check_address(request)
            return await answer(request)
        except Exception as error:  # noqa: BLE001 - the outermost place: whatever happened becomes a page, and is logged
            return refuse(ctx, request, error, visit=None)

    return endpoint
