"""A look at a linked account: probed as it is; a refusal leads to a renewal, or to a second look."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from crossdock.accounts import health
from crossdock.accounts.health import ProbeResult
from crossdock.accounts.model import Account
from crossdock.accounts.probe import Prober
from crossdock.accounts.service import Accounts
from crossdock.audit import events
from crossdock.audit.trail import Trail
from crossdock.connectors.model import Depth
from crossdock.db.pool import Database
from crossdock.kernel.clock import Clock
from crossdock.telemetry import metrics
from crossdock.tokens.lease import Lease, Leases
from crossdock.tokens.refresh import Outcome, Reason, Refresher

_REFUSED: Final = frozenset({"dead", "suspended"})
_SECOND_LOOK: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """The account after the look, and whether the provider took its credential in the end.

    ``cause`` is the connector's cause key where it did not, or could not be asked.
    """

    account: Account
    works: bool
    cause: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """Examines accounts for the schedule, for a person who presses Test, and for one who relinks with one click."""

    db: Database
    accounts: Accounts
    leases: Leases
    refresher: Refresher
    prober: Prober
    trail: Trail
    clock: Clock

    async def run(self, *, project_id: str, account_id: str, depth: Depth, actor: str = "system:worker") -> Examined:
        """Probe the account, never refreshing what works; keep what was seen and say how it stands."""
        lease, sealed = await self.leases.held(project_id=project_id, account_id=account_id)
        account, renewable = lease.account, lease.method.lifecycle != "static"
        ended = account.expires_at is not None and account.expires_at <= self.clock.now()
        if renewable and (account.needs_person or ended or sealed.refused):
            return await self._renew(account, "recheck" if account.needs_person else "expired", actor)
        if ended:
            return await self._let_expire(lease, actor)
        result, account = await self._probe(lease, depth, actor)
        if result.outcome not in _REFUSED:
            return _examined(account, result)
        if renewable:
            return await self._renew(account, "probe", actor)
        if not account.needs_person:
            await asyncio.sleep(_SECOND_LOOK)
            result, account = await self._probe(lease, depth, actor)
        return _examined(account, result)

    async def test(self, *, project_id: str, account_id: str, actor: str) -> Examined:
        """Examine an account because a person asked to, in full and with an entry in its life line."""
        examined = await self.run(project_id=project_id, account_id=account_id, depth="full", actor=actor)
        async with self.db.transaction() as conn:
            await self.trail.record(
                conn,
                project_id=project_id,
                actor=actor,
                event=events.ACCOUNT_TESTED,
                subject=account_id,
                detail={"works": examined.works, "cause": examined.cause},
            )
        return examined

    async def revive(self, *, project_id: str, account_id: str, actor: str) -> Examined:
        """Relink with what is stored, by one click: renew and prove, or probe what cannot be renewed."""
        lease, _ = await self.leases.held(project_id=project_id, account_id=account_id)
        if lease.method.lifecycle == "static":
            return await self.test(project_id=project_id, account_id=account_id, actor=actor)
        return await self._renew(lease.account, "relink", actor)

    async def _renew(self, account: Account, reason: Reason, actor: str) -> Examined:
        outcome = await self.refresher.refresh(
            project_id=account.project_id, account_id=account.id, reason=reason, actor=actor
        )
        after = await self.accounts.get(project_id=account.project_id, account_id=account.id)
        return Examined(account=after, works=_works(outcome), cause=outcome.cause)

    async def _probe(self, lease: Lease, depth: Depth, actor: str) -> tuple[ProbeResult, Account]:
        result = await self.prober.run(
            connector=lease.connector,
            method=lease.method,
            environment=lease.environment,
            credential=lease.credential,
            depth=depth,
        )
        metrics.PROBES.labels(connector=lease.connector.key, outcome=result.outcome).inc()
        async with self.db.transaction() as conn:
            account = await self.accounts.note_probe(
                conn,
                project_id=lease.account.project_id,
                account_id=lease.account.id,
                generation=lease.generation,
                result=result,
                actor=actor,
            )
        return result, account

    async def _let_expire(self, lease: Lease, actor: str) -> Examined:
        """Write down that a credential which nothing renews has come to its end."""
        account = lease.account
        async with self.db.transaction() as conn:
            before = await self.accounts.lock(conn, project_id=account.project_id, account_id=account.id)
            after = health.after_time(before, issued_at=before.created_at, now=self.clock.now())
            stored = await self.accounts.settle(conn, before=before, after=after, actor=actor)
        cause = stored.status_reasons[0].code if stored.status_reasons else None
        return Examined(account=stored, works=False, cause=cause)


def _works(outcome: Outcome) -> bool:
    return outcome.kind in {"refreshed", "current"}


def _examined(account: Account, result: ProbeResult) -> Examined:
    works = result.outcome in {"alive", "scope"}
    return Examined(account=account, works=works, cause=result.cause.key if result.cause else None)
