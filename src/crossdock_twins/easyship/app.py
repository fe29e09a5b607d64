"""The Easyship twin's two apps: production, with the dashboard and partner OAuth, and the sandbox."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from starlette.routing import Mount
from starlette.types import ASGIApp

from crossdock_twins.base.agenda import Due
from crossdock_twins.base.assemble import assemble
from crossdock_twins.base.clock import TwinClock
from crossdock_twins.base.hosts import TwinUrls
from crossdock_twins.base.limits import Limits
from crossdock_twins.base.postman import Postman
from crossdock_twins.base.store import Store
from crossdock_twins.easyship import ratelimit, seeds
from crossdock_twins.easyship.account import routes as account
from crossdock_twins.easyship.addresses import routes as addresses
from crossdock_twins.easyship.analytics import routes as analytics
from crossdock_twins.easyship.api import Api
from crossdock_twins.easyship.assets import routes as assets
from crossdock_twins.easyship.batches import routes as batches
from crossdock_twins.easyship.batches import work
from crossdock_twins.easyship.billing import routes as billing
from crossdock_twins.easyship.boxes import routes as boxes
from crossdock_twins.easyship.courier_services import routes as courier_services
from crossdock_twins.easyship.couriers import accounts
from crossdock_twins.easyship.couriers import routes as couriers
from crossdock_twins.easyship.credit import payments
from crossdock_twins.easyship.credit import routes as credit
from crossdock_twins.easyship.desk import Desk, open_desk
from crossdock_twins.easyship.documents import routes as documents
from crossdock_twins.easyship.efulfillment import routes as efulfillment
from crossdock_twins.easyship.faulty import fault_reply
from crossdock_twins.easyship.insurance import policies
from crossdock_twins.easyship.insurance import routes as insurance
from crossdock_twins.easyship.locations import routes as locations
from crossdock_twins.easyship.manifests import papers as manifest_papers
from crossdock_twins.easyship.manifests import routes as manifests
from crossdock_twins.easyship.operations import bind
from crossdock_twins.easyship.parts import QUIET_PATHS
from crossdock_twins.easyship.payment_sources import routes as payment_sources
from crossdock_twins.easyship.pickups import progress
from crossdock_twins.easyship.pickups import routes as pickups
from crossdock_twins.easyship.products import routes as products
from crossdock_twins.easyship.ratelimit import Window
from crossdock_twins.easyship.rates import routes as rates
from crossdock_twins.easyship.redirects import routes as redirects
from crossdock_twins.easyship.reference import routes as reference
from crossdock_twins.easyship.settings import routes as settings
from crossdock_twins.easyship.shipments import lookups, purchase
from crossdock_twins.easyship.shipments import routes as shipments
from crossdock_twins.easyship.shipping_rules import parts, recalculation
from crossdock_twins.easyship.shipping_rules import routes as shipping_rules
from crossdock_twins.easyship.state import Environment
from crossdock_twins.easyship.stores import routes as stores
from crossdock_twins.easyship.tags import routes as tags
from crossdock_twins.easyship.taxes import routes as taxes
from crossdock_twins.easyship.trackings import journey as tracking_journey
from crossdock_twins.easyship.trackings import routes as trackings
from crossdock_twins.easyship.v2023 import routes as v2023
from crossdock_twins.easyship.webhooks import balance
from crossdock_twins.easyship.webhooks import routes as webhooks
from crossdock_twins.easyship.webhooks.addresses import WebhookAddresses

SIGN_IN = seeds.OWNER
OPERATIONS = bind(
    {
        **account.HANDLERS,
        **addresses.HANDLERS,
        **analytics.HANDLERS,
        **assets.HANDLERS,
        **batches.HANDLERS,
        **billing.HANDLERS,
        **boxes.HANDLERS,
        **courier_services.HANDLERS,
        **couriers.HANDLERS,
        **credit.HANDLERS,
        **documents.HANDLERS,
        **efulfillment.HANDLERS,
        **insurance.HANDLERS,
        **locations.HANDLERS,
        **manifests.HANDLERS,
        **parts.HANDLERS,
        **payment_sources.HANDLERS,
        **pickups.HANDLERS,
        **products.HANDLERS,
        **redirects.HANDLERS,
        **reference.HANDLERS,
        **rates.HANDLERS,
        **settings.HANDLERS,
        **shipments.HANDLERS,
        **lookups.HANDLERS,
        **shipping_rules.HANDLERS,
        **stores.HANDLERS,
        **tags.HANDLERS,
        **taxes.HANDLERS,
        **trackings.HANDLERS,
        **webhooks.HANDLERS,
    }
)
AGENDA: Mapping[str, Callable[[Store, Due], None]] = {
    **accounts.AGENDA,
    **balance.AGENDA,
    **payments.AGENDA,
    **policies.AGENDA,
    **progress.AGENDA,
    **purchase.AGENDA,
    **recalculation.AGENDA,
    **tracking_journey.AGENDA,
    **work.AGENDA,
}
"""What runs the things that resources have put on the agenda, by kind."""

_WINDOWS: dict[Environment, Sequence[Window]] = {"production": ratelimit.PRODUCTION, "sandbox": ratelimit.SANDBOX}


def build(
    *,
    store: Store,
    clock: TwinClock,
    limits: Limits,
    environment: Environment,
    urls: TwinUrls,
    first_seed: str = "small-shop",
) -> ASGIApp:
    """Give the app of one host; both hosts share the store, the clock and the limits."""
    desk = open_desk(store=store, clock=clock, limits=limits, urls=urls, first_seed=first_seed)
    for kind, handler in AGENDA.items():
        desk.control.agenda.on(kind, partial(handler, store))
    api = Api(
        store=store,
        clock=clock,
        state=desk.state,
        limits=limits,
        environment=environment,
        operations=(*OPERATIONS, *v2023.OPERATIONS),
        windows=_WINDOWS[environment],
        own_windows=ratelimit.OWN if environment == "production" else {},
    )
    return assemble(
        parts=desk.control,
        routes=[
            *desk.routes(environment),
            *documents.links(store, environment),
            *manifest_papers.routes(store, environment),
            assets.route(store),
            *redirects.routes(store, clock),
            _everything(api),
        ],
        reply=partial(fault_reply, window=_WINDOWS[environment][-1], clock=clock),
        quiet=QUIET_PATHS,
        handlers={},
        postman=_postman(desk) if environment == "production" else None,
    )


def _everything(api: ASGIApp) -> Mount:
    """Hand every path to the API; one may hold a line break, which Starlette's own pattern does not fit."""
    mount = Mount("/", api)
    mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)
    return mount


def _postman(desk: Desk) -> Postman:
    """Give the one postman of both hosts, who works beside the production host."""
    control = desk.control
    return Postman(
        store=control.store,
        clock=control.clock,
        agenda=control.agenda,
        deliveries=control.deliveries,
        addresses=WebhookAddresses(control.store),
    )
