"""The issuing side put together: over one store, for both of the twin's hosts."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.base.agenda import Agenda
from crossdock_twins.base.clock import TwinClock
from crossdock_twins.base.deliveries import Deliveries
from crossdock_twins.base.faults import FaultBook
from crossdock_twins.base.hosts import TwinUrls
from crossdock_twins.base.journal import Journal
from crossdock_twins.base.limits import Limits
from crossdock_twins.base.pages import Pages
from crossdock_twins.base.store import Store
from crossdock_twins.base.twin import Control
from crossdock_twins.easyship import authorize, dashboard, extras, integration_pages, oauth, seeds, shop
from crossdock_twins.easyship.account import control as account_control
from crossdock_twins.easyship.documents import links
from crossdock_twins.easyship.grants import Grants
from crossdock_twins.easyship.integrations import Integrations
from crossdock_twins.easyship.parts import Parts
from crossdock_twins.easyship.seeding import large
from crossdock_twins.easyship.shipments import pages as shipment_pages
from crossdock_twins.easyship.state import Environment, State
from crossdock_twins.easyship.subscriptions import pages as subscription_pages
from crossdock_twins.easyship.webhooks import pages as webhook_pages

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The issuing side: `state` answers what a token is, `control` is for `assemble`."""

    parts: Parts
    state: State
    control: Control

    def routes(self, environment: Environment) -> list[BaseRoute]:
        """Give the pages and endpoints of a host; the sandbox has only a pointer to the dashboard."""
        if environment == "sandbox":
            return [Route("/", self._to_dashboard)]
        return [
            *dashboard.routes(self.parts),
            *integration_pages.routes(self.parts),
            *webhook_pages.routes(self.parts, store=self.control.store, clock=self.control.clock),
            *subscription_pages.routes(self.parts, store=self.control.store, clock=self.control.clock),
            *shipment_pages.routes(self.parts, store=self.control.store),
            *authorize.routes(self.parts),
            *oauth.routes(self.parts),
        ]

    async def _to_dashboard(self, _request: Request) -> Response:
        return RedirectResponse(self.parts.urls.dashboard, status_code=307)


def open_desk(
    *, store: Store, clock: TwinClock, limits: Limits, urls: TwinUrls, first_seed: str = "small-shop"
) -> Desk:
    """Prepare the store, fill it if it is new, and put the parts together."""
    store.migrate([script.read_text(encoding="utf-8") for script in sorted((_HERE / "tables").iterdir())])
    links.remember(store, urls)
    pages = Pages(
        store=store, key="easyship", folder=_HERE, shared={"provider": "Easyship", "dashboard_url": urls.dashboard}
    )
    parts = Parts(
        urls=urls,
        state=State(store=store, clock=clock),
        integrations=Integrations(store=store, clock=clock),
        grants=Grants(store=store, clock=clock),
        pages=pages,
    )
    control = Control(
        key="easyship",
        name="Easyship",
        store=store,
        clock=clock,
        limits=limits,
        faults=FaultBook(store),
        journal=Journal(store),
        agenda=Agenda(store, clock),
        deliveries=Deliveries(store),
        pages=pages,
        twin=extras.EasyshipTwin(
            parts,
            seeds_by_name={
                "small-shop": partial(_small_shop, parts, store, clock),
                "3pl": partial(_small_shop, parts, store, clock),
                "empty": partial(_companies, store, clock),
                "medium": partial(_large_shop, parts, store, clock, orders=1_000),
                "large": partial(_large_shop, parts, store, clock, orders=large.ORDERS),
            },
        ),
        first_seed=first_seed,
        routes=[*extras.routes(parts), *account_control.routes(store, clock)],
        deeds=extras.deeds(parts),
    )
    control.seed_if_new()
    return Desk(parts=parts, state=parts.state, control=control)


def _companies(store: Store, clock: TwinClock) -> None:
    seeds.companies(store, now=clock.now())


def _large_shop(parts: Parts, store: Store, clock: TwinClock, *, orders: int) -> None:
    _companies(store, clock)
    large.fill(store, parts.state.companies()[0], now=clock.now(), tables=_HERE / "tables", orders=orders)


def _small_shop(parts: Parts, store: Store, clock: TwinClock) -> None:
    _companies(store, clock)
    shop.fill(store, parts.state.companies()[0], now=clock.now())
