"""Renewing a credential: claimed on the database's clock, sealed at once, proven, and only then put in use.

Rules 1 to 4 of the house: lease, generation and fence; a new token is proven before it replaces the old one; a refusal
by the token endpoint is not a verdict by itself; weather never kills. A renewed pair is sealed as the staged generation
as soon as it arrives, so that a crash loses nothing: whoever claims next goes on from there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from crossdock.accounts.changes import Change, Changes
from crossdock.accounts.integrations import Integrations
from crossdock.accounts.model import Account, SealedCredential
from crossdock.accounts.probe import Prober
from crossdock.accounts.service import Accounts
from crossdock.audit.trail import Trail
from crossdock.connectors import auth
from crossdock.connectors.auth import Tokens
from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.model import AuthMethod, Connector, Environment
from crossdock.db.pool import Database
from crossdock.egress.client import Egress
from crossdock.kernel.clock import Clock
from crossdock.kernel.errors import CrossdockError
from crossdock.kernel.ids import Ids
from crossdock.kernel.points import reach
from crossdock.kernel.secret import Secret
from crossdock.telemetry import logs, metrics
from crossdock.tokens import store
from crossdock.tokens.renewal import LEASE_SECONDS, LEEWAY, FenceError, Outcome, Renewal, Work
from crossdock.vault.store import Vault

__all__ = ["POINTS", "Outcome", "Reason", "Refresher"]

Reason = Literal["due", "expired", "refused", "probe", "recheck", "relink"]

POINTS: Final = (
    "tokens.refresh.before_claim",
    "tokens.refresh.claimed",
    "tokens.refresh.opened",
    "tokens.refresh.before_call",
    "tokens.refresh.after_reply",
    "tokens.refresh.in_stage",
    "tokens.refresh.after_stage",
    "tokens.refresh.before_probe",
    "tokens.refresh.after_probe",
    "tokens.refresh.before_swap",
    "tokens.refresh.in_swap",
    "tokens.refresh.after_swap",
)
"""Where a crash test may end the process during a refresh, in the order in which they are passed."""

WAIT_SECONDS: Final = 28.0
_FIRST_PAUSE: Final = 0.05
_LONGEST_PAUSE: Final = 0.5
_UNPLANNED: Final = 3600.0
_CLOSE_SECONDS: Final = 8.0
_INSISTING: Final = frozenset({"probe", "recheck", "relink"})

log = logs.get(__name__)


@dataclass(frozen=True, slots=True)
class _Sight:
    """An account and the row of its credential, as they stood at one look."""

    account: Account
    credential: SealedCredential


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresher:
    """Renews credentials; of any number of callers, in any number of processes, one asks the provider.

    ``seconds`` is the longest that one exchange with the provider, or one proof, may take; shorter than the lease.
    """

    db: Database
    vault: Vault
    catalogue: Catalogue
    accounts: Accounts
    integrations: Integrations
    prober: Prober
    egress: Egress
    trail: Trail
    changes: Changes
    clock: Clock
    ids: Ids
    seconds: float = auth.REFRESH_TIMEOUT
    flights: dict[tuple[str, str], asyncio.Task[Outcome]] = field(default_factory=dict)

    def under_way(self, *, project_id: str, account_id: str) -> bool:
        """Tell whether this process is renewing the account's credential."""
        return (project_id, account_id) in self.flights

    async def refresh(
        self, *, project_id: str, account_id: str, reason: Reason, actor: str = "system:worker"
    ) -> Outcome:
        """Renew the credential, or find that another has; never raises for what the provider says.

        ``due`` and ``expired`` step back while weather has asked for a pause, and from an account that was declared
        dead; ``probe``, ``recheck`` and ``relink`` ask the provider in any case.
        """
        key = (project_id, account_id)
        flight = self.flights.get(key)
        if flight is None:
            flight = asyncio.create_task(
                self._refresh(project_id, account_id, reason, actor), name=f"tokens.refresh:{account_id}"
            )
            self.flights[key] = flight
            flight.add_done_callback(lambda done: self._landed(key, done))
        return await asyncio.shield(flight)

    async def acquire(
        self,
        *,
        connector: Connector,
        method: AuthMethod,
        environment: Environment,
        credential: Mapping[str, Secret],
        client: Mapping[str, Secret],
    ) -> Tokens:
        """Get an access token for a refresh token, storing nothing; raise TokenRefused or TransportError."""
        request = auth.refresh_request(
            connector=connector, method=method, environment=environment, credential=credential, client=client
        )
        asked_at = self.clock.now()
        reply = await self.egress.send(replace(request, timeout=self.seconds), origins=connector.origins())
        return auth.parse_tokens(connector=connector, method=method, reply=reply, now=asked_at)

    async def is_spent(
        self,
        *,
        connector: Connector,
        method: AuthMethod,
        environment: Environment,
        credential: Mapping[str, Secret],
        client: Mapping[str, Secret],
    ) -> bool:
        """Tell whether a refresh token was used up, without using it; False where the provider does not tell.

        Raises TokenRefused for weather, and TransportError.
        """
        request = auth.introspect_request(
            connector=connector, method=method, environment=environment, credential=credential, client=client
        )
        if request is None:
            return False
        reply = await self.egress.send(replace(request, timeout=self.seconds), origins=connector.origins())
        alive = auth.parse_introspection(connector=connector, reply=reply)
        return alive is False

    async def close(self) -> None:
        """Let the refreshes that run in this process finish, for eight seconds at most."""
        if self.flights:
            await asyncio.wait(self.flights.values(), timeout=_CLOSE_SECONDS)

    def _landed(self, key: tuple[str, str], flight: asyncio.Task[Outcome]) -> None:
        self.flights.pop(key, None)
        if not flight.cancelled() and flight.exception() is None:
            log.info("token.refresh.done", project_id=key[0], account_id=key[1], outcome=flight.result().kind)

    async def _refresh(self, project_id: str, account_id: str, reason: Reason, actor: str) -> Outcome:
        first = sight = await self._look(project_id, account_id)
        until = self.clock.monotonic() + WAIT_SECONDS
        pause = _FIRST_PAUSE
        while True:
            done = self._settled(first, sight, reason)
            if done is not None:
                return done
            owner = self.ids.token("lease", 12)
            reach("tokens.refresh.before_claim")
            async with self.db.connection() as conn:
                claimed = await store.claim(
                    conn, project_id=project_id, account_id=account_id, owner=owner, seconds=LEASE_SECONDS
                )
            if claimed is not None:
                reach("tokens.refresh.claimed")
                return await self._hold(sight.account, claimed, owner, first, reason, actor)
            if self.clock.monotonic() >= until:
                return Outcome(kind="busy", generation=sight.credential.generation, retry_after=2.0)
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE)
            sight = await self._look(project_id, account_id)

    async def _hold(
        self, account: Account, claimed: SealedCredential, owner: str, first: _Sight, reason: Reason, actor: str
    ) -> Outcome:
        """Renew with the claim in hand; whatever fails, the claim does not outlive it."""
        try:
            # Between the last look and the claim another may have finished: what was claimed is what counts.
            sight = await self._look(account.project_id, account.id)
            settled = self._settled(first, _Sight(sight.account, claimed), reason)
            work = await self._open(sight.account, claimed, owner, reason, actor)
            if settled is not None:
                await self._renewal().let_go(work)
                return settled
            reach("tokens.refresh.opened")
            outcome = await self._renewal().run(work)
        except FenceError:
            seen = await self._look(account.project_id, account.id)
            moved = self._settled(first, seen, reason)
            outcome = moved or Outcome(kind="fenced", generation=claimed.generation, retry_after=1.0)
        except CrossdockError as error:
            await self._drop_claim(account, claimed, owner, error)
            raise
        self.changes.tell(Change(account.project_id, account.id))
        metrics.REFRESHES.labels(connector=account.connector_key, outcome=outcome.kind).inc()
        return outcome

    async def _open(self, account: Account, claimed: SealedCredential, owner: str, reason: Reason, actor: str) -> Work:
        """Open what the renewal needs: the pair in use, the staged one where a crash left one, and the client's."""
        connector = self.catalogue.get(account.connector_key)
        where = {"project_id": account.project_id, "owner_id": account.id}
        async with self.db.connection() as conn:
            current = await self.vault.open(conn, **where, generation=claimed.generation)
            staged = None
            if claimed.staged_generation is not None:
                staged = await self.vault.open(conn, **where, generation=claimed.staged_generation)
            client = await self.integrations.client(
                conn, project_id=account.project_id, integration_id=account.integration_id
            )
        return Work(
            account=account,
            credential=claimed,
            owner=owner,
            connector=connector,
            method=connector.auth_method(account.auth_method),
            environment=connector.environment(account.environment),
            current=current,
            staged=staged,
            client=client,
            reason=reason,
            actor=actor,
        )

    async def _drop_claim(self, account: Account, claimed: SealedCredential, owner: str, error: CrossdockError) -> None:
        """Give the claim back after a failure of our own, so that the next one need not wait for its end."""
        log.warning("token.refresh.failed", account_id=account.id, error=error.error_code)
        async with self.db.connection() as conn:
            await store.release(
                conn,
                project_id=account.project_id,
                account_id=account.id,
                owner=owner,
                generation=claimed.generation,
                failures=claimed.failures + 1,
                refusals=claimed.refusals,
                last_failure=error.error_code,
            )

    async def _look(self, project_id: str, account_id: str) -> _Sight:
        async with self.db.connection() as conn:
            account = await self.accounts.read(conn, project_id=project_id, account_id=account_id)
            credential = await self.accounts.credential(conn, project_id=project_id, account_id=account_id)
        return _Sight(account, credential)

    def _settled(self, first: _Sight, now: _Sight, reason: Reason) -> Outcome | None:
        """Return the outcome where nothing is left to do, or nothing may be done yet."""
        account, generation = now.account, now.credential.generation
        if self.accounts.lifecycle(account) == "static":
            return Outcome(kind="static", generation=generation)
        if generation > first.credential.generation:
            return Outcome(kind="current", generation=generation)
        if account.needs_person and not first.account.needs_person:
            return _judged(account, generation)
        if _tries(now.credential) > _tries(first.credential):
            return Outcome(kind="weather", generation=generation, retry_after=self._until_due(account))
        return None if reason in _INSISTING else self._held_back(account, now.credential, reason)

    def _held_back(self, account: Account, credential: SealedCredential, reason: Reason) -> Outcome | None:
        """Return the outcome where one who does not insist has nothing to ask of the provider now."""
        if account.needs_person:
            return _judged(account, credential.generation)
        if _tries(credential) and self._until_due(account) > 0:
            wait = self._until_due(account)
            return Outcome(kind="weather", generation=credential.generation, retry_after=wait)
        if self._wanted(account, credential, reason):
            return None
        return Outcome(kind="current", generation=credential.generation)

    def _wanted(self, account: Account, credential: SealedCredential, reason: Reason) -> bool:
        """Tell whether the credential in use still needs what it was called for."""
        if reason == "due":
            return self._until_due(account) <= 0
        return credential.refused or (account.expires_at is not None and self._ended(account))

    def _ended(self, account: Account) -> bool:
        return account.expires_at is not None and account.expires_at <= self.clock.now() + LEEWAY

    def _until_due(self, account: Account) -> float:
        """Return the seconds until the next refresh is planned; an hour where none is."""
        if account.next_refresh_at is None:
            return _UNPLANNED
        return (account.next_refresh_at - self.clock.now()).total_seconds()

    def _renewal(self) -> Renewal:
        return Renewal(
            db=self.db,
            vault=self.vault,
            accounts=self.accounts,
            prober=self.prober,
            trail=self.trail,
            clock=self.clock,
            acquire=self.acquire,
            is_spent=self.is_spent,
            seconds=self.seconds,
        )


def _tries(credential: SealedCredential) -> int:
    return credential.failures + credential.refusals


def _judged(account: Account, generation: int) -> Outcome:
    kind: Literal["dead", "suspended"] = "suspended" if account.status == "suspended" else "dead"
    cause = account.status_reasons[0].code if account.status_reasons else None
    return Outcome(kind=kind, generation=generation, cause=cause)
