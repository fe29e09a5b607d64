"""Live credentials for whoever calls a provider: from memory for half a minute, renewed first where they have ended."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from crossdock.accounts.changes import CHANNEL, LINKED, Change, Changes
from crossdock.accounts.integrations import Integrations
from crossdock.accounts.model import Account, AccountQuery, SealedCredential
from crossdock.accounts.reach import ReachCache
from crossdock.accounts.service import Accounts
from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.model import AuthMethod, Connector, Environment
from crossdock.db.pool import Database
from crossdock.egress.redact import Forms
from crossdock.kernel.clock import Clock
from crossdock.kernel.errors import CredentialDeadError, InactiveError, UnavailableError
from crossdock.kernel.secret import Secret
from crossdock.projects import policy
from crossdock.projects.model import Principal
from crossdock.telemetry import logs, metrics
from crossdock.tokens.refresh import Outcome, Reason, Refresher
from crossdock.tokens.renewal import LEEWAY
from crossdock.vault.store import Vault

CACHED_SECONDS: Final = 30.0
_CACHED_AT_MOST: Final = 10_000
_LISTED_AT_MOST: Final = 200
_ANYTHING: Final = Change()
_RELINK: Final = "Open the account in the hub and link it again."

log = logs.get(__name__)
_FROM_MEMORY: Final = metrics.LEASES.labels(source="memory")
_FROM_DATABASE: Final = metrics.LEASES.labels(source="database")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A credential that may be used now, with all that is needed to use it; ``generation`` names it after a refusal.

    ``origins`` are where it may be sent to, and ``forms`` what it would look like in a reply.
    """

    account: Account
    connector: Connector
    method: AuthMethod
    environment: Environment
    credential: Mapping[str, Secret]
    generation: int
    origins: frozenset[str]
    forms: Forms


@dataclass(frozen=True, slots=True)
class _Sight:
    """What stands in the database, opened."""

    lease: Lease
    sealed: SealedCredential
    switched_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Leases:
    """Hands out live credentials; many callers at once for one account cost one look and at most one refresh."""

    db: Database
    vault: Vault
    catalogue: Catalogue
    accounts: Accounts
    integrations: Integrations
    refresher: Refresher
    changes: Changes
    clock: Clock
    cached: dict[tuple[str, str], tuple[float, Lease]] = field(default_factory=dict)
    flights: dict[tuple[str, str, int | None], asyncio.Task[Lease]] = field(default_factory=dict)
    looks: dict[tuple[str, str], asyncio.Task[Account]] = field(default_factory=dict)
    overtaken: set[asyncio.Task[Lease]] = field(default_factory=set)
    reach: ReachCache = field(default_factory=ReachCache)
    background: set[asyncio.Task[Outcome]] = field(default_factory=set)

    async def start(self) -> None:
        """Begin to hear of changed accounts; until then nothing is kept in memory for longer than one call."""
        self.changes.subscribe(self.drop)
        await self.db.listen(CHANNEL, lambda payload: self.drop(Change.read(payload)))
        await self.db.listen(LINKED, lambda payload: self.reach.drop(Change.read(payload).project_id))

    def drop(self, change: Change = _ANYTHING) -> None:
        """Forget what is kept of whatever changed."""
        self.reach.drop(change.project_id)
        for key in [key for key in self.cached if change.concerns(*key)]:
            del self.cached[key]
        # What is being looked up just now may be the old state: it is handed out once and not kept.
        self.overtaken.update(flight for key, flight in self.flights.items() if change.concerns(*key[:2]))

    async def lease(self, *, project_id: str, account_id: str, force_refresh_of: int | None = None) -> Lease:
        """Return a live credential; ``force_refresh_of`` is the generation that the provider has just refused.

        Raises NotFoundError, InactiveError (paused or switched off), CredentialDeadError (a person must relink) and
        UnavailableError (it has ended, and weather keeps it from being renewed).
        """
        if force_refresh_of is None:
            kept = self._kept(project_id, account_id)
            if kept is not None:
                _FROM_MEMORY.inc()
                return kept
        key = (project_id, account_id, force_refresh_of)
        flight = self.flights.get(key)
        if flight is None:
            flight = asyncio.create_task(
                self._lease(project_id=project_id, account_id=account_id, refused=force_refresh_of),
                name=f"tokens.lease:{account_id}",
            )
            self.flights[key] = flight
            flight.add_done_callback(lambda done: self._landed(key, done))
        return await asyncio.shield(flight)

    async def account(self, *, project_id: str, account_id: str) -> Account:
        """Return the account as its lease knows it, or by one look for all who ask at once; raise NotFoundError."""
        kept = self._kept(project_id, account_id)
        return await self._found(project_id, account_id) if kept is None else kept.account

    async def reached(self, *, principal: Principal, account_id: str) -> Account:
        """Return an account for whoever asks; raise NotFoundError.

        One that the principal is not bound to is looked up even if it is known here: by its answer and by the time
        that this takes, it cannot be told from one that is not there.
        """
        kept = self._kept(principal.project_id, account_id)
        if kept is not None and policy.reaches(principal, account_id=account_id, owner_id=kept.account.origin_owner_id):
            return kept.account
        account = await self._found(principal.project_id, account_id)
        policy.check_reach(principal, account_id=account.id, owner_id=account.origin_owner_id)
        return account

    async def reachable(self, *, principal: Principal) -> tuple[Account, ...]:
        """Return the accounts that a principal is bound to, newest first and 200 at most, from memory where known."""
        grant, project_id = principal.grant, principal.project_id
        query = AccountQuery(
            origin_owner_ids=(grant.owner_id,) if grant and grant.owner_id else (),
            account_ids=tuple(sorted(grant.accounts)) if grant else (),
            limit=_LISTED_AT_MOST,
        )
        epoch, now = self.reach.epoch, self.clock.monotonic()
        known = self.reach.find(project_id=project_id, query=query, now=now)
        if known is None:
            known = (await self.accounts.list(project_id=project_id, query=query)).rows
            if self.changes.listeners:
                self.reach.put(project_id=project_id, query=query, accounts=known, epoch=epoch, now=now)
        return known

    async def _found(self, project_id: str, account_id: str) -> Account:
        key = (project_id, account_id)
        look = self.looks.get(key)
        if look is None:
            look = asyncio.create_task(self.accounts.get(project_id=project_id, account_id=account_id))
            self.looks[key] = look
            look.add_done_callback(lambda _: self.looks.pop(key, None))
        return await asyncio.shield(look)

    async def held(self, *, project_id: str, account_id: str) -> tuple[Lease, SealedCredential]:
        """Return the credential as it is, ended or refused or paused as it may be: for probes, which never refresh."""
        sight = await self._look(project_id, account_id)
        return sight.lease, sight.sealed

    async def close(self) -> None:
        """Let refreshes in the background finish, for five seconds at most."""
        if self.background:
            await asyncio.wait(self.background, timeout=5.0)

    def _kept(self, project_id: str, account_id: str) -> Lease | None:
        found = self.cached.get((project_id, account_id))
        if found is None or self.clock.monotonic() >= found[0] or self._ended(found[1].account):
            return None
        self._renew_early(found[1])
        return found[1]

    async def _lease(self, *, project_id: str, account_id: str, refused: int | None) -> Lease:
        sight = await self._look(project_id, account_id)
        _check_switches(sight)
        if refused is not None and sight.lease.generation <= refused:
            sight = await self._after_refusal(sight)
        elif self._unusable(sight):
            sight = await self._renewed(sight, reason="expired")
        self._renew_early(sight.lease)
        _FROM_DATABASE.inc()
        return sight.lease

    def _landed(self, key: tuple[str, str, int | None], flight: asyncio.Task[Lease]) -> None:
        """Keep what a look-up brought, unless the account changed meanwhile or nobody would tell us of changes."""
        self.flights.pop(key, None)
        fresh = flight not in self.overtaken and bool(self.changes.listeners)
        self.overtaken.discard(flight)
        if flight.cancelled() or flight.exception() is not None or not fresh:
            return
        if len(self.cached) >= _CACHED_AT_MOST:
            self.cached.clear()
        self.cached[key[:2]] = (self.clock.monotonic() + CACHED_SECONDS, flight.result())

    async def _after_refusal(self, sight: _Sight) -> _Sight:
        """Renew a credential that the provider has just refused; what cannot renew itself is left to the next probe."""
        lease = sight.lease
        if lease.method.lifecycle == "static":
            raise self._dead(lease.account, lease.connector)
        async with self.db.transaction() as conn:
            await self.accounts.mark_refused(
                conn, project_id=lease.account.project_id, account_id=lease.account.id, generation=lease.generation
            )
        self.drop(Change(lease.account.project_id, lease.account.id))
        return await self._renewed(sight, reason="refused")

    async def _renewed(self, sight: _Sight, *, reason: Reason) -> _Sight:
        account, connector = sight.lease.account, sight.lease.connector
        if account.needs_person or sight.lease.method.lifecycle == "static":
            raise self._dead(account, connector)
        outcome = await self.refresher.refresh(project_id=account.project_id, account_id=account.id, reason=reason)
        seen = await self._look(account.project_id, account.id)
        _check_switches(seen)
        if not self._unusable(seen):
            return seen
        if seen.lease.account.needs_person:
            raise self._dead(seen.lease.account, connector)
        raise UnavailableError(
            f"{connector.name} does not renew the credential right now.",
            remedy="Try again later; Crossdock goes on trying by itself.",
            retry_after=outcome.retry_after or 5.0,
            detail={"account_id": account.id, "cause": outcome.cause},
        )

    async def _look(self, project_id: str, account_id: str) -> _Sight:
        while True:
            async with self.db.connection() as conn:
                account = await self.accounts.read(conn, project_id=project_id, account_id=account_id)
                sealed = await self.accounts.credential(conn, project_id=project_id, account_id=account_id)
                integration = await self.integrations.read(
                    conn, project_id=project_id, integration_id=account.integration_id
                )
                opened = await self.vault.open(
                    conn, project_id=project_id, owner_id=account_id, generation=sealed.generation
                )
                again = await self.accounts.credential(conn, project_id=project_id, account_id=account_id)
            # A swap between the two statements erased what was to be opened: look again.
            if again.generation == sealed.generation:
                break
        connector = self.catalogue.get(account.connector_key)
        lease = Lease(
            account=account,
            connector=connector,
            method=connector.auth_method(account.auth_method),
            environment=connector.environment(account.environment),
            credential=opened,
            generation=sealed.generation,
            origins=connector.origins(),
            forms=Forms(opened.values()),
        )
        return _Sight(lease, sealed, integration.active)

    def _ended(self, account: Account) -> bool:
        return account.expires_at is not None and account.expires_at <= self.clock.now() + LEEWAY

    def _dead(self, account: Account, connector: Connector) -> CredentialDeadError:
        """Return the error that says why a person has to link the account again."""
        reason = account.status_reasons[0] if account.status_reasons else None
        cause = connector.causes.get(reason.code) if reason else None
        ended = account.status == "expired" or self._ended(account)
        return CredentialDeadError(
            reason.description if reason else f"{connector.name} no longer takes this account's credential.",
            remedy=cause.remedy if cause else _RELINK,
            why="unknown" if account.status == "suspended" else "ended" if ended else "refused",
            detail={
                "account_id": account.id,
                "cause": reason.code if reason else None,
                "account_status": account.status,
            },
        )

    def _unusable(self, sight: _Sight) -> bool:
        """Tell whether the credential in use has ended, or is known to be refused and cannot serve."""
        account = sight.lease.account
        if sight.lease.method.lifecycle == "static":
            return account.needs_person or self._ended(account)
        return sight.sealed.refused or self._ended(account)

    def _renew_early(self, lease: Lease) -> None:
        """Inside the margin, renew in the background and let the caller use what still works."""
        due = lease.account.next_refresh_at
        if due is None or due > self.clock.now() or lease.account.needs_person:
            return
        project_id, account_id = lease.account.project_id, lease.account.id
        if self.refresher.under_way(project_id=project_id, account_id=account_id):
            return
        task = asyncio.create_task(
            self.refresher.refresh(project_id=project_id, account_id=account_id, reason="due"),
            name=f"tokens.renew:{account_id}",
        )
        self.background.add(task)
        task.add_done_callback(self._renewed_early)

    def _renewed_early(self, task: asyncio.Task[Outcome]) -> None:
        self.background.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.warning("token.refresh.background_failed", error=type(task.exception()).__name__)


def _check_switches(sight: _Sight) -> None:
    if sight.lease.account.paused_at is not None:
        raise InactiveError("The account is paused.", remedy="Resume it on its page in the hub.")
    if not sight.switched_on:
        raise InactiveError(
            f"{sight.lease.connector.name} is switched off for this project.",
            remedy="Switch it on again under Connectors in the dashboard.",
        )
