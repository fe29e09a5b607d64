"""The addresses of the link flow, its assets and the error catalogue."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from crossdock.hub import errors, link_asked, link_attempt, link_embed, link_entry, link_fill, link_return, link_window
from crossdock.hub.context import HubContext
from crossdock.hub.visit import Handler, page


def routes(ctx: HubContext) -> list[BaseRoute]:
    """Give every route that a person without a sign-in may open."""

    def get(path: str, handler: Handler) -> Route:
        return Route(f"/link/s/{{sid:int}}{path}", page(ctx, handler), methods=["GET"])

    def post(path: str, handler: Handler) -> Route:
        return Route(f"/link/s/{{sid:int}}{path}", page(ctx, handler), methods=["POST"])

    return [
        *ctx.renderer.assets.routes(),
        get("", link_entry.choose),
        Route("/link/s/{sid:int}/expired", page(ctx, link_entry.expired, over="let_in"), methods=["GET"]),
        Route("/link/s/{sid:int}/renew", page(ctx, link_entry.renew, over="let_in"), methods=["POST"]),
        get("/attempts/{attempt}", link_attempt.show),
        get("/attempts/{attempt}/receipt", link_attempt.receipt),
        post("/attempts/{attempt}/retest", link_attempt.retest),
        post("/attempts/{attempt}/confirm", link_attempt.confirm),
        post("/attempts/{attempt}/cancel", link_attempt.cancel),
        get("/{integration}", link_fill.fill),
        post("/{integration}", link_fill.submit),
        Route("/link/embed", link_embed.door(ctx), methods=["GET"]),
        Route("/link/embed", link_embed.enter(ctx), methods=["POST"]),
        Route("/stackone/connect.js", link_embed.script(ctx), methods=["GET"]),
        Route("/link/asked/{token}", link_asked.show(ctx), methods=["GET"]),
        Route("/link/asked/{token}/follow", link_asked.follow(ctx), methods=["POST"]),
        Route("/link/asked/{token}/decline", link_asked.decline(ctx), methods=["POST"]),
        Route("/link/{token}", link_entry.entry(ctx), methods=["GET"]),
        Route("/connect/oauth2/{provider}/callback", link_return.endpoint(ctx), methods=["GET"]),
        Route("/connect/oauth2/{integration}", link_window.endpoint(ctx), methods=["GET"]),
        Route("/embedded/accounts/callback", link_return.closing(ctx), methods=["GET"]),
        Route("/errors", errors.catalogue(ctx), methods=["GET"]),
        Route("/errors/{code}", errors.entry(ctx), methods=["GET"]),
        Route("/link/{rest:path}", errors.missing(ctx)),
    ]
