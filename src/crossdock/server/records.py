"""What keeps accounts and their credentials, and keeps those alive."""

from __future__ import annotations

from dataclasses import dataclass

from crossdock.accounts.integrations import Integrations
from crossdock.accounts.probe import Prober
from crossdock.accounts.service import Accounts
from crossdock.server.ground import Ground
from crossdock.tokens.checkup import Checkup
from crossdock.tokens.lease import Leases
from crossdock.tokens.refresh import Refresher
from crossdock.tokens.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Records:
    """What keeps accounts and their credentials."""

    integrations: Integrations
    accounts: Accounts
    prober: Prober
    refresher: Refresher
    leases: Leases
    checkup: Checkup
    schedule: Schedule


def build_records(on: Ground) -> Records:
    """Return the services over accounts, on this ground."""
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
    return Records(integrations, accounts, prober, refresher, leases, checkup, schedule)


def _keepers(on: Ground) -> tuple[Integrations, Accounts]:
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
