"""The composition root: opens everything once, hands it to everyone, and closes it in order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from crossdock.accounts.integrations import Integrations
from crossdock.accounts.service import Accounts
from crossdock.actions.service import Calls
from crossdock.audit.trail import Trail
from crossdock.connectors.catalogue import Catalogue
from crossdock.consents.service import Consents
from crossdock.db.jobs import Jobs
from crossdock.db.pool import Database
from crossdock.egress.client import Egress
from crossdock.kernel.clock import Clock, SystemClock
from crossdock.kernel.ids import Ids
from crossdock.linking.oauth import OAuth
from crossdock.linking.requests import LinkRequests
from crossdock.linking.service import Linking
from crossdock.linking.sessions import Sessions
from crossdock.outbox.deliver import Deliverer
from crossdock.outbox.webhooks import Webhooks
from crossdock.projects.service import Projects
from crossdock.server.flows import build_flows
from crossdock.server.ground import Ground, KeySource, open_ground, private_origins
from crossdock.server.records import Records, build_records
from crossdock.settings import Settings
from crossdock.tokens.checkup import Checkup
from crossdock.tokens.lease import Leases
from crossdock.tokens.refresh import Refresher
from crossdock.tokens.schedule import Schedule
from crossdock.vault.keys import KeyRing


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
    link_requests: LinkRequests
    consents: Consents
    calls: Calls


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
        ground = await open_ground(settings, clock=clock or SystemClock(), db=db, egress=egress, key=key)
        house = _house(ground, build_records(ground))
        await house.projects.follow()
        await house.leases.start()
        stack.push_async_callback(house.refresher.close)
        stack.push_async_callback(house.leases.close)
        await house.calls.log.start()
        stack.push_async_callback(house.calls.log.close)
        stack.push_async_callback(house.linking.drain)
        yield house


def _house(on: Ground, records: Records) -> House:
    projects = Projects(db=on.db, clock=on.clock, ids=on.ids, trail=on.trail)
    flows = build_flows(on, records, projects)
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
        sessions=flows.sessions,
        linking=flows.linking,
        oauth=flows.oauth,
        link_requests=flows.link_requests,
        consents=flows.consents,
        calls=_calls(on, records),
    )


def _calls(on: Ground, records: Records) -> Calls:
    return Calls.build(
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
