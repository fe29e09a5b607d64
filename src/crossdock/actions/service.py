"""The two ways to call a provider, put together over one record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Self

from crossdock.accounts.model import Account
from crossdock.accounts.service import Accounts
from crossdock.actions.execute import Actions
from crossdock.actions.idempotency import Idempotency
from crossdock.actions.log import CallLog
from crossdock.actions.pacing import Pace, Pacer
from crossdock.actions.passthrough import Passthrough
from crossdock.actions.record import Record
from crossdock.actions.search import Search
from crossdock.actions.synced import Synced
from crossdock.audit.trail import Trail
from crossdock.connectors.catalogue import Catalogue
from crossdock.db.pool import Database
from crossdock.egress.client import Egress
from crossdock.kernel.clock import Clock
from crossdock.kernel.ids import Ids
from crossdock.projects.model import Principal
from crossdock.tokens.lease import Leases

LOG_DAYS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """Described actions and what finds them, requests that pass through as they are, and the log of both."""

    actions: Actions
    passing: Passthrough
    log: CallLog
    once: Idempotency
    synced: Synced
    search: Search

    @classmethod
    def build(
        cls,
        *,
        db: Database,
        catalogue: Catalogue,
        accounts: Accounts,
        leases: Leases,
        egress: Egress,
        trail: Trail,
        clock: Clock,
        ids: Ids,
        log_days: int = LOG_DAYS,
        pace: Pace = "on",
    ) -> Self:
        """Put the parts together."""
        log = CallLog(db=db, clock=clock, keep=timedelta(days=log_days))
        record = Record(db=db, accounts=accounts, trail=trail, clock=clock, ids=ids, calls=log)
        once = Idempotency(db=db, clock=clock)
        synced = Synced(db=db, vault=leases.vault, leases=leases, record=record, clock=clock, ids=ids)
        accounts.leaving.append(synced.leave)
        pacer = Pacer(db=db, clock=clock, ids=ids, pace=pace)
        return cls(
            actions=Actions(
                catalogue=catalogue,
                leases=leases,
                egress=egress,
                clock=clock,
                record=record,
                once=once,
                pacer=pacer,
            ),
            passing=Passthrough(
                catalogue=catalogue,
                leases=leases,
                egress=egress,
                clock=clock,
                record=record,
                once=once,
                pacer=pacer,
            ),
            once=once,
            synced=synced,
            log=log,
            search=Search(catalogue),
        )

    async def reached(self, *, principal: Principal, account_id: str) -> Account:
        """Return an account as calls know it, from memory where one was just made; raise NotFoundError."""
        return await self.passing.leases.reached(principal=principal, account_id=account_id)

    async def reachable(self, *, principal: Principal) -> tuple[Account, ...]:
        """Return the accounts that calls of a principal may be for, from memory where they were just listed."""
        return await self.passing.leases.reachable(principal=principal)

    async def sweep(self) -> None:
        """Delete what has had its time: old lines of the log, the answers kept for writes, and synced rows."""
        await self.log.forget()
        await self.once.sweep()
        await self.synced.sweep()
