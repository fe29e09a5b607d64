"""The ShipHero twin's app: the API, the dashboard and the control, over one store and one clock."""

from functools import partial
from pathlib import Path

from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from crossdock_twins.base.agenda import Agenda
from crossdock_twins.base.assemble import assemble
from crossdock_twins.base.clock import TwinClock
from crossdock_twins.base.deliveries import Deliveries
from crossdock_twins.base.faults import FaultBook
from crossdock_twins.base.hosts import TwinUrls
from crossdock_twins.base.journal import Journal
from crossdock_twins.base.limits import Limits
from crossdock_twins.base.pages import Pages
from crossdock_twins.base.postman import Postman
from crossdock_twins.base.store import Store
from crossdock_twins.base.twin import Control
from crossdock_twins.shiphero import (
    areas,
    dashboard,
    developer_pages,
    endpoints,
    extras,
    order_pages,
    seeds,
    stock_pages,
)
from crossdock_twins.shiphero.agents import pages as agent_pages
from crossdock_twins.shiphero.door import Door
from crossdock_twins.shiphero.folding import FoldSlashes
from crossdock_twins.shiphero.postbox import Postbox
from crossdock_twins.shiphero.state import State
from crossdock_twins.shiphero.webhooks import control as webhook_control
from crossdock_twins.shiphero.webhooks import pages as webhook_pages

SIGN_IN = seeds.OWNER

_QUIET_PATHS = (
    *("/", "/sign-in", "/sign-out", "/authorize", "/my-account", "/my-account/*"),
    *("/orders", "/orders/*", "/inventory", "/inventory/*"),
)


def build(*, store: Store, clock: TwinClock, limits: Limits, urls: TwinUrls, first_seed: str = "small-shop") -> ASGIApp:
    """Prepare the store, fill it if it is new, and give the app."""
    state = State(store=store, clock=clock, limits=limits, url=urls.production)
    pages = Pages(
        store=store,
        key="shiphero",
        folder=Path(__file__).parent,
        shared={"provider": "ShipHero", "dashboard_url": urls.dashboard, "api_url": urls.production},
    )
    control = _control(state, clock=clock, limits=limits, urls=urls, pages=pages, first_seed=first_seed)
    postman = Postman(
        store=store,
        clock=clock,
        agenda=control.agenda,
        deliveries=control.deliveries,
        addresses=Postbox(state),
    )
    app = assemble(
        parts=control,
        routes=_routes(state, pages=pages),
        reply=endpoints.fault_reply,
        quiet=_QUIET_PATHS,
        handlers={},
        postman=postman,
    )
    return FoldSlashes(app)


def _control(
    state: State, *, clock: TwinClock, limits: Limits, urls: TwinUrls, pages: Pages, first_seed: str
) -> Control:
    store = state.store
    control = Control(
        key="shiphero",
        name="ShipHero",
        store=store,
        clock=clock,
        limits=limits,
        faults=FaultBook(store),
        journal=Journal(store),
        agenda=Agenda(store, clock),
        deliveries=Deliveries(store),
        pages=pages,
        twin=extras.ShipHeroTwin(state, urls),
        first_seed=first_seed,
        routes=[*extras.routes(state), *(route for routes_of in areas.CONTROL for route in routes_of(state))],
        deeds=webhook_control.deeds(state),
    )
    for kind, handler in areas.AGENDA.items():
        control.agenda.on(kind, partial(handler, state))
    control.seed_if_new()
    return control


def _routes(state: State, *, pages: Pages) -> list[BaseRoute]:
    door = Door(state=state, pages=pages)
    return [
        *endpoints.routes(state),
        *(route for routes_of in areas.ROUTES for route in routes_of(state)),
        *dashboard.routes(state=state, pages=pages, door=door),
        *developer_pages.routes(state=state, pages=pages, door=door),
        *agent_pages.routes(state=state, pages=pages, door=door),
        *webhook_pages.routes(state=state, pages=pages, door=door),
        *order_pages.routes(state=state, pages=pages, door=door),
        *stock_pages.routes(state=state, pages=pages, door=door),
    ]
