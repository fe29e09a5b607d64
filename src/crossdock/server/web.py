"""The application over a house: what passes through first, then pages, and the API."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from crossdock.agents import server as agents
from crossdock.api import app as api_app
from crossdock.api import wire_logs
from crossdock.api.context import ApiContext
from crossdock.api.ratelimit import RateLimit
from crossdock.api.rpc import in_front
from crossdock.hub import dashboard as hub_dashboard
from crossdock.hub import pages as hub_pages
from crossdock.hub.context import HubContext
from crossdock.hub.render import Renderer
from crossdock.server.house import House


class _Rest(BaseRoute):
    """Hands every other address on; a `Mount` would leave out those with a line break in them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match whatever comes."""
        del scope
        return Match.FULL, {"endpoint": self._app}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the other application answer."""
        await self._app(scope, receive, send)


def build_app(house: House) -> ASGIApp:
    """Return the application: what passes through first, then pages, and the API for every other address."""
    context = _api_context(house)
    hub = HubContext(
        db=house.db,
        clock=house.clock,
        catalogue=house.catalogue,
        projects=house.projects,
        accounts=house.accounts,
        integrations=house.integrations,
        sessions=house.sessions,
        linking=house.linking,
        oauth=house.oauth,
        link_requests=house.link_requests,
        consents=house.consents,
        webhooks=house.webhooks,
        trail=house.trail,
        checkup=house.checkup,
        calls=house.calls,
        log_line=lambda row: wire_logs.unified(row).model_dump_json(exclude_none=True),
        renderer=Renderer.load(https=context.secure),
        hub_url=house.settings.hub_url,
    )
    pages = [*hub_pages.routes(hub), *hub_dashboard.routes(hub), *agents.routes(house, spend=context.ratelimit.spend)]
    app = Starlette(routes=[*pages, _Rest(api_app.build(context))])
    return in_front(app, context=context)


def _api_context(house: House) -> ApiContext:
    return ApiContext(
        db=house.db,
        clock=house.clock,
        catalogue=house.catalogue,
        projects=house.projects,
        accounts=house.accounts,
        integrations=house.integrations,
        sessions=house.sessions,
        linking=house.linking,
        oauth=house.oauth,
        calls=house.calls,
        webhooks=house.webhooks,
        ratelimit=RateLimit(db=house.db, clock=house.clock, per_minute=house.settings.calls_per_minute),
        hub_url=house.settings.hub_url,
        secure=house.settings.hub_url.startswith("https://"),
    )
