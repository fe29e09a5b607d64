"""The addresses of the link flow, its assets and the error catalogue."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from crossdock.hub import errors
from crossdock.hub.context import HubContext
from crossdock.hub.link import asked, attempt, embed, entry, fill, returning, window
from crossdock.hub.visit import Handler, page


def routes(ctx: HubContext) -> list[BaseRoute]:
    """Give every route that a person without a sign-in may open."""

    def get(path: str, handler: Handler) -> Route:
        return Route(f"/link/s/{{sid:int}}{path}", page(ctx, handler), methods=["GET"])

    def post(path: str, handler: Handler) -> Route:
        return Route(f"/link/s/{{sid:int}}{path}", page(ctx, handler), methods=["POST"])

    return [
        *ctx.renderer.assets.routes(),
        get("", entry.choose),
        Route("/link/s/{sid:int}/expired", page(ctx, entry.expired, over="let_in"), methods=["GET"]),
        Route("/link/s/{sid:int}/renew", page(ctx, entry.renew, over="let_in"), methods=["POST"]),
        get("/attempts/{attempt}", attempt.show),
        get("/attempts/{attempt}/receipt", attempt.receipt),
        post("/attempts/{attempt}/retest", attempt.retest),
        post("/attempts/{attempt}/confirm", attempt.confirm),
        post("/attempts/{attempt}/cancel", attempt.cancel),
        get("/{integration}", fill.fill),
        post("/{integration}", fill.submit),
        Route("/link/embed", embed.door(ctx), methods=["GET"]),
        Route("/link/embed", embed.enter(ctx), methods=["POST"]),
        Route("/stackone/connect.js", embed.script(ctx), methods=["GET"]),
        Route("/link/asked/{token}", asked.show(ctx), methods=["GET"]),
        Route("/link/asked/{token}/follow", asked.follow(ctx), methods=["POST"]),
        Route("/link/asked/{token}/decline", asked.decline(ctx), methods=["POST"]),
        Route("/link/{token}", entry.entry(ctx), methods=["GET"]),
        Route("/connect/oauth2/{provider}/callback", returning.endpoint(ctx), methods=["GET"]),
        Route("/connect/oauth2/{integration}", window.endpoint(ctx), methods=["GET"]),
        Route("/embedded/accounts/callback", returning.closing(ctx), methods=["GET"]),
        Route("/errors", errors.catalogue(ctx), methods=["GET"]),
        Route("/errors/{code}", errors.entry(ctx), methods=["GET"]),
        Route("/link/{rest:path}", errors.missing(ctx)),
    ]
