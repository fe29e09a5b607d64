"""The composition root: opens everything once, hands it to everyone, and closes it in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from crossdock.accounts.changes import Changes
from crossdock.accounts.integrations import Integrations
from crossdock.accounts.probe import Prober
from crossdock.accounts.service import Accounts
from crossdock.actions.service import Calls
from crossdock.agents import server as agents
from crossdock.api import app as api_app
from crossdock.api.context import ApiContext
from crossdock.api.ratelimit import RateLimit
from crossdock.api.rpc import in_front
from crossdock.audit.trail import Trail
from crossdock.connectors.catalogue import Catalogue
from crossdock.db.jobs import Handler, Jobs
from crossdock.db.pool import Database
from crossdock.egress.client import Egress
from crossdock.hub import dashboard as hub_dashboard
from crossdock.hub import pages as hub_pages
from crossdock.hub.context import HubContext
from crossdock.hub.render import Renderer
from crossdock.kernel.clock import Clock, SystemClock
from crossdock.kernel.ids import Ids
from crossdock.linking.oauth import OAuth
from crossdock.linking.service import Linking
from crossdock.linking.sessions import Sessions
from crossdock.linking.trial import Trial
from crossdock.outbox.deliver import Deliverer
from crossdock.outbox.publish import Outbox
from crossdock.outbox.webhooks import Webhooks
from crossdock.projects.service import Projects
from crossdock.settings import Settings
from crossdock.tokens.checkup import Checkup
from crossdock.tokens.lease import Leases
from crossdock.tokens.refresh import Refresher
from crossdock.tokens.schedule import Schedule
from crossdock.vault import rotation
from crossdock.vault.keys import KeyRing
from crossdock.vault.store import Vault
from crossdock.worker import tasks
from crossdock.worker.tasks import Sweep

KeySource = Literal["create", "require"]
_SWEEPS: Final = {"schedule": 5.0, "outbox": 5.0, "linking": 60.0, "sign_ins": 600.0, "events": 3600.0, "logs": 3600.0}


# Whoever prints a finished task prints its result: a house would come out with every connector in each room.
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class House:
    """Every service of one process, built once."""

    settings: Settings
    clock: Clock
    ids: Ids
    db: Database
    jobs: Jobs
    ring: KeyRing
    egress: Egress
    catalogue: Catalogue
    trail: Trail
    webhooks: Webhooks
    deliverer: Deliverer
    projects: Projects
    integrations: Integrations
    accounts: Accounts
    refresher: Refresher
    leases: Leases
    checkup: Checkup
    schedule: Schedule
    sessions: Sessions
    linking: Linking
    oauth: OAuth
    calls: Calls


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """What every service stands on."""

    settings: Settings
    clock: Clock
    ids: Ids
    db: Database
    jobs: Jobs
    ring: KeyRing
    vault: Vault
    egress: Egress
    catalogue: Catalogue
    trail: Trail
    changes: Changes
    outbox: Outbox


@dataclass(frozen=True, slots=True)
class _Records:
    """What keeps accounts and their credentials."""

    integrations: Integrations
    accounts: Accounts
    prober: Prober
    refresher: Refresher
    leases: Leases
    checkup: Checkup
    schedule: Schedule


@asynccontextmanager
async def open_house(
    settings: Settings, *, dsn: str | None = None, clock: Clock | None = None, key: KeySource = "require"
) -> AsyncIterator[House]:
    """Open the house on a migrated database; refuse where the vault's key or the database is missing."""
    async with AsyncExitStack() as stack:
        db = await Database.open(dsn or settings.dsn(), size=settings.pool_size)
        stack.push_async_callback(db.close)
        egress = await Egress.open(private_origins=private_origins(settings))
        stack.push_async_callback(egress.close)
        ground = await _ground(settings, clock or SystemClock(), db, egress, key)
        house = _house(ground, _records(ground))
        await house.projects.follow()
        await house.leases.start()
        stack.push_async_callback(house.refresher.close)
        stack.push_async_callback(house.leases.close)
        await house.calls.log.start()
        stack.push_async_callback(house.calls.log.close)
        stack.push_async_callback(house.linking.drain)
        yield house


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
        webhooks=house.webhooks,
        trail=house.trail,
        checkup=house.checkup,
        renderer=Renderer.load(https=context.secure),
        hub_url=house.settings.hub_url,
    )
    pages = [*hub_pages.routes(hub), *hub_dashboard.routes(hub), *agents.routes(house, spend=context.ratelimit.spend)]
    app = Starlette(routes=[*pages, Mount("/", app=api_app.build(context))])
    return in_front(app, context=context)


async def work(house: House, *, stop: asyncio.Event, kind: str) -> None:
    """Refresh, test, deliver and tidy up until ``stop`` is set; ``kind`` is the process's name in the heartbeat."""

    async def deliver(payload: Mapping[str, Any]) -> None:
        await house.deliverer.deliver(project_id=payload["project_id"], delivery_id=payload["delivery_id"])

    looks: dict[str, Callable[[], Awaitable[object]]] = {
        "schedule": house.schedule.sweep,
        "outbox": house.deliverer.deliver_due,
        "linking": house.linking.sweep,
        "sign_ins": house.projects.sweep,
        "events": house.deliverer.prune,
        "logs": house.calls.sweep,
    }
    handlers: dict[str, Handler] = {
        tasks.REFRESH_ACCOUNT: house.schedule.refresh_account,
        tasks.PROBE_ACCOUNT: house.schedule.probe_account,
        tasks.DELIVER_EVENT: deliver,
    }
    await tasks.run(
        jobs=house.jobs,
        tasks=handlers,
        sweeps=[
            *(Sweep(name=name, every=_SWEEPS[name], run=look) for name, look in looks.items()),
            *tasks.housekeeping(db=house.db, jobs=house.jobs, kind=kind),
        ],
        stop=stop,
    )


def private_origins(settings: Settings) -> frozenset[str]:
    """Return the origins on private addresses that may be called: those named, and those put in a provider's place."""
    return frozenset((*settings.allow_private_origins, *settings.origin_rewrites.values()))


async def _ground(settings: Settings, clock: Clock, db: Database, egress: Egress, key: KeySource) -> _Ground:
    ids = Ids(clock=clock)
    async with db.connection() as conn:
        if key == "create":
            ring = await rotation.open_ring(conn, path=settings.key_file, ids=ids)
        else:
            ring = KeyRing.load(settings.key_file)
        await rotation.admit(conn, ring=ring, clock=clock)
    jobs = Jobs(dsn=db.dsn)
    return _Ground(
        settings=settings,
        clock=clock,
        ids=ids,
        db=db,
        jobs=jobs,
        ring=ring,
        vault=Vault(ring, clock),
        egress=egress,
        catalogue=Catalogue.load(origin_rewrites=settings.origin_rewrites),
        trail=Trail(clock),
        changes=Changes(),
        outbox=Outbox(clock=clock, ids=ids, jobs=jobs),
    )


def _records(on: _Ground) -> _Records:
    integrations, accounts = _keepers(on)
    prober = Prober(catalogue=on.catalogue, egress=on.egress, clock=on.clock)
    refresher = Refresher(
        db=on.db,
        vault=on.vault,
        catalogue=on.catalogue,
        accounts=accounts,
        integrations=integrations,
        prober=prober,
        egress=on.egress,
        trail=on.trail,
        changes=on.changes,
        clock=on.clock,
        ids=on.ids,
    )
    leases = Leases(
        db=on.db,
        vault=on.vault,
        catalogue=on.catalogue,
        accounts=accounts,
        integrations=integrations,
        refresher=refresher,
        changes=on.changes,
        clock=on.clock,
    )
    checkup = Checkup(
        db=on.db,
        accounts=accounts,
        leases=leases,
        refresher=refresher,
        prober=prober,
        trail=on.trail,
        clock=on.clock,
    )
    schedule = Schedule(db=on.db, jobs=on.jobs, accounts=accounts, refresher=refresher, checkup=checkup, clock=on.clock)
    return _Records(integrations, accounts, prober, refresher, leases, checkup, schedule)


def _keepers(on: _Ground) -> tuple[Integrations, Accounts]:
    integrations = Integrations(
        db=on.db,
        vault=on.vault,
        catalogue=on.catalogue,
        trail=on.trail,
        clock=on.clock,
        ids=on.ids,
        changes=on.changes,
    )
    accounts = Accounts(
        db=on.db,
        catalogue=on.catalogue,
        outbox=on.outbox,
        trail=on.trail,
        clock=on.clock,
        ids=on.ids,
        changes=on.changes,
        vault=on.vault,
    )
    return integrations, accounts


def _house(on: _Ground, records: _Records) -> House:
    projects = Projects(db=on.db, clock=on.clock, ids=on.ids, trail=on.trail)
    sessions, linking, oauth = _flows(on, records, projects)
    calls = Calls.build(
        db=on.db,
        catalogue=on.catalogue,
        accounts=records.accounts,
        leases=records.leases,
        egress=on.egress,
        trail=on.trail,
        clock=on.clock,
        ids=on.ids,
        log_days=on.settings.log_days,
        pace=on.settings.pace,
    )
    deliverer = Deliverer(db=on.db, vault=on.vault, egress=on.egress, clock=on.clock, trail=on.trail)
    return House(
        settings=on.settings,
        clock=on.clock,
        ids=on.ids,
        db=on.db,
        jobs=on.jobs,
        ring=on.ring,
        egress=on.egress,
        catalogue=on.catalogue,
        trail=on.trail,
        deliverer=deliverer,
        webhooks=Webhooks(
            db=on.db,
            vault=on.vault,
            egress=on.egress,
            clock=on.clock,
            ids=on.ids,
            trail=on.trail,
            outbox=on.outbox,
            deliverer=deliverer,
        ),
        projects=projects,
        integrations=records.integrations,
        accounts=records.accounts,
        refresher=records.refresher,
        leases=records.leases,
        checkup=records.checkup,
        schedule=records.schedule,
        sessions=sessions,
        linking=linking,
        oauth=oauth,
        calls=calls,
    )


def _flows(on: _Ground, records: _Records, projects: Projects) -> tuple[Sessions, Linking, OAuth]:
    sessions = Sessions(
        db=on.db,
        clock=on.clock,
        ids=on.ids,
        catalogue=on.catalogue,
        accounts=records.accounts,
        integrations=records.integrations,
        projects=projects,
        trail=on.trail,
        hub_url=on.settings.hub_url,
    )
    trial = Trial(
        db=on.db,
        clock=on.clock,
        accounts=records.accounts,
        integrations=records.integrations,
        prober=records.prober,
        refresher=records.refresher,
        trail=on.trail,
    )
    linking = Linking(
        db=on.db,
        clock=on.clock,
        ids=on.ids,
        catalogue=on.catalogue,
        accounts=records.accounts,
        integrations=records.integrations,
        trial=trial,
        trail=on.trail,
        sessions=sessions,
    )
    oauth = OAuth(
        db=on.db,
        clock=on.clock,
        ids=on.ids,
        accounts=records.accounts,
        integrations=records.integrations,
        egress=on.egress,
        sessions=sessions,
        linking=linking,
        hub_url=on.settings.hub_url,
    )
    return sessions, linking, oauth


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
