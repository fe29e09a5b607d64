"""One renewal, step by step, by whoever holds the claim: ask, stage, prove, swap, or judge."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal, TypedDict

from crossdock.accounts import health
from crossdock.accounts.changes import CHANNEL, Change
from crossdock.accounts.model import Account, SealedCredential
from crossdock.accounts.probe import Prober, ProbeResult
from crossdock.accounts.service import Accounts
from crossdock.audit import events
from crossdock.audit.trail import Trail
from crossdock.connectors import replies
from crossdock.connectors.auth import TokenRefused, Tokens
from crossdock.connectors.model import AuthMethod, Cause, Connector, Environment
from crossdock.db.pool import Connection, Database
from crossdock.egress.client import TransportError
from crossdock.kernel.clock import Clock
from crossdock.kernel.points import reach
from crossdock.kernel.secret import Secret
from crossdock.tokens import store, verdict
from crossdock.tokens.verdict import Verdict

if TYPE_CHECKING:
    from crossdock.vault.store import Vault

Kind = Literal["refreshed", "current", "weather", "dead", "suspended", "busy", "fenced", "static"]

LEASE_SECONDS: Final = 30.0
"""How long a claim holds, on the database's clock."""
LEEWAY: Final = timedelta(seconds=10)
"""How long before its end a token is no longer handed out."""
_SECOND_LOOK: Final = 1.0


class FenceError(Exception):
    """The claim was lost: somebody else refreshes, or the account was linked anew; nothing was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a refresh; ``cause`` is the connector's cause key, ``retry_after`` is in seconds."""

    kind: Kind
    generation: int
    cause: str | None = None
    retry_after: float | None = None


class _Fence(TypedDict):
    """This account, this owner, this generation: what every write names."""

    project_id: str
    account_id: str
    owner: str
    generation: int


class _Subject(TypedDict):
    """What the token endpoints are asked with."""

    connector: Connector
    method: AuthMethod
    environment: Environment
    credential: Mapping[str, Secret]
    client: Mapping[str, Secret]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What one renewal works on, opened; ``staged`` is what an earlier one left unproven."""

    account: Account
    credential: SealedCredential
    owner: str
    connector: Connector
    method: AuthMethod
    environment: Environment
    current: Mapping[str, Secret]
    staged: Mapping[str, Secret] | None
    client: Mapping[str, Secret]
    reason: str
    actor: str

    @property
    def project_id(self) -> str:
        """The project of the account."""
        return self.account.project_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """The steps of a renewal; every write stands behind the fence of generation and owner."""

    db: Database
    vault: Vault
    accounts: Accounts
    prober: Prober
    trail: Trail
    clock: Clock
    acquire: Callable[..., Awaitable[Tokens]]
    is_spent: Callable[..., Awaitable[bool]]
    seconds: float

    async def run(self, work: Work) -> Outcome:
        """Go on from what is staged, or ask for a new pair; then prove it and put it in use."""
        if work.staged is not None and not self._staged_has_ended(work):
            result = await self._prove(work)
            if result.outcome not in {"dead", "suspended"}:
                return await self._conclude(work, result)
        tokens = await self._ask(work)
        if isinstance(tokens, Outcome):
            return tokens
        reach("tokens.refresh.after_reply")
        work = await self._stage(work, tokens)
        reach("tokens.refresh.after_stage")
        return await self._conclude(work, await self._prove(work))

    async def let_go(self, work: Work) -> None:
        """Give the claim back without having done anything."""
        async with self.db.transaction() as conn:
            await self._release(conn, work, failures=work.credential.failures, cause=work.credential.last_failure)

    async def _ask(self, work: Work) -> Tokens | Outcome:
        """Ask for a new pair with the newest refresh token there is; a rotating one is never sent twice knowingly."""
        with_what: _Subject = {
            "connector": work.connector,
            "method": work.method,
            "environment": work.environment,
            "credential": work.staged or work.current,
            "client": work.client,
        }
        try:
            if _in_the_dark(work) and await self.is_spent(**with_what):
                return await self._refused(work, work.connector.cause(verdict.INTERRUPTED))
            async with self.db.connection() as conn:
                if not await store.begin_call(conn, **_mine(work), seconds=LEASE_SECONDS):
                    raise FenceError
            reach("tokens.refresh.before_call")
            return await self.acquire(**with_what)
        except TransportError as error:
            cause = replies.transport_cause(connector=work.connector, kind=error.kind)
            return await self._postpone(work, cause, answered=not error.sent)
        except TokenRefused as refused:
            if refused.cause.verdict in {"dead", "suspended"}:
                return await self._refused(work, refused.cause)
            return await self._postpone(work, refused.cause, answered=refused.cause.disposition != "retry")

    async def _stage(self, work: Work, tokens: Tokens) -> Work:
        """Seal the new pair at once, unproven, beside the one in use."""
        base = work.staged or work.current
        fields = {**base, "access_token": tokens.access_token}
        if tokens.refresh_token is not None:
            fields["refresh_token"] = tokens.refresh_token
        now = self.clock.now()
        hard_end_at = tokens.refresh_expires_at or work.account.hard_end_at
        async with self.db.transaction() as conn:
            number = await store.stage(
                conn,
                **_mine(work),
                issued_at=now,
                expires_at=tokens.expires_at,
                hard_end_at=hard_end_at,
                seconds=LEASE_SECONDS,
            )
            if number is None:
                raise FenceError
            await self.vault.seal(
                conn, project_id=work.project_id, owner_id=work.account.id, generation=number, fields=fields
            )
            reach("tokens.refresh.in_stage")
        credential = replace(
            work.credential,
            staged_generation=number,
            staged_issued_at=now,
            staged_expires_at=tokens.expires_at,
            staged_hard_end_at=hard_end_at,
            refresh_started_at=None,
        )
        return replace(work, staged=fields, credential=credential)

    async def _prove(self, work: Work) -> ProbeResult:
        """Probe the staged pair; the first refusal of all is looked at twice."""
        reach("tokens.refresh.before_probe")
        try:
            async with asyncio.timeout(self.seconds):
                result = await self._probe(work)
                first = verdict.needs_second_look(account=work.account, credential=work.credential)
                if result.outcome in {"dead", "suspended"} and first:
                    await asyncio.sleep(_SECOND_LOOK)
                    result = await self._probe(work)
        except TimeoutError:
            cause = replies.transport_cause(connector=work.connector, kind="read_timeout")
            result = ProbeResult(outcome="weather", cause=cause)
        reach("tokens.refresh.after_probe")
        return result

    async def _probe(self, work: Work) -> ProbeResult:
        return await self.prober.run(
            connector=work.connector,
            method=work.method,
            environment=work.environment,
            credential=work.staged or work.current,
            depth="daily",
            issued="just_now",
        )

    async def _conclude(self, work: Work, result: ProbeResult) -> Outcome:
        """Put a proven pair in use; keep an unproven one for later; judge the account by a dead one."""
        if result.outcome in {"dead", "suspended"} and result.cause is not None:
            return await self._judge_fresh(work, result.cause)
        if result.outcome == "weather" and result.cause is not None and not self._nothing_to_lose(work):
            return await self._postpone(work, result.cause, answered=True)
        return await self._swap(work, result)

    async def _swap(self, work: Work, result: ProbeResult) -> Outcome:
        reach("tokens.refresh.before_swap")
        now = self.clock.now()
        async with self.db.transaction() as conn:
            before = await self.accounts.lock(conn, project_id=work.project_id, account_id=work.account.id)
            swapped = await store.swap(conn, **_mine(work), now=now)
            if swapped is None:
                raise FenceError
            await self.vault.erase(
                conn, project_id=work.project_id, owner_id=work.account.id, keep_generation=swapped.generation
            )
            after = _renewed(work, before, swapped, result, now)
            await self.accounts.settle(conn, before=before, after=after, actor=work.actor)
            await self.db.notify(conn, CHANNEL, Change(work.project_id, work.account.id).payload)
            await self._record(conn, work, swapped, proven=result.outcome != "weather")
            reach("tokens.refresh.in_swap")
        reach("tokens.refresh.after_swap")
        return Outcome(kind="refreshed", generation=swapped.generation)

    async def _refused(self, work: Work, cause: Cause) -> Outcome:
        """Weigh a refusal by the token endpoint: read again first, then judge or try once more."""
        now = self.clock.now()
        async with self.db.transaction() as conn:
            before = await self.accounts.lock(conn, project_id=work.project_id, account_id=work.account.id)
            held = await self.accounts.credential(conn, project_id=work.project_id, account_id=work.account.id)
            if held.generation != work.credential.generation or held.lease_owner != work.owner:
                raise FenceError
            # The mark of an earlier try tells that its reply was lost; this try has set its own since.
            seen = replace(held, refresh_started_at=work.credential.refresh_started_at)
            judged = verdict.of_refusal(
                account=before,
                credential=seen,
                lifecycle=work.method.lifecycle,
                cause=cause,
                lost=work.connector.cause(verdict.INTERRUPTED),
                now=now,
            )
            await store.forget_call(conn, **_mine(work))
            refusals = work.credential.refusals + 1
            await self._release(conn, work, failures=work.credential.failures, refusals=refusals, cause=cause.key)
            if judged is not None:
                return await self._judge(conn, work, before, judged, now)
            after = health.after_refresh_weather(before, failures=refusals, now=now)
            await self.accounts.settle(conn, before=before, after=after, actor=work.actor)
        return self._waiting(work, after, cause)

    async def _judge_fresh(self, work: Work, cause: Cause) -> Outcome:
        """Judge an account whose new token is refused: the token in use stays, and serves for as long as it is taken.

        A rotated pair stays sealed, since it holds the only refresh token that lives; any other is erased.
        """
        now = self.clock.now()
        async with self.db.transaction() as conn:
            before = await self.accounts.lock(conn, project_id=work.project_id, account_id=work.account.id)
            if work.method.lifecycle != "rotating_refresh":
                await store.drop_staged(conn, **_mine(work))
                await self.vault.erase(
                    conn,
                    project_id=work.project_id,
                    owner_id=work.account.id,
                    keep_generation=work.credential.generation,
                )
            await self._release(conn, work, failures=0, refusals=work.credential.refusals + 1, cause=cause.key)
            return await self._judge(conn, work, before, verdict.of_fresh_token(cause=cause, now=now), now)

    async def _judge(self, conn: Connection, work: Work, before: Account, judged: Verdict, now: datetime) -> Outcome:
        lifecycle = work.method.lifecycle
        after = health.after_verdict(before, judged.status, judged.reason, lifecycle=lifecycle, now=now)
        name = events.TOKEN_REFRESH_FAILED
        if judged.reason.code == verdict.INTERRUPTED:
            name = events.TOKEN_REFRESH_INTERRUPTED
        stored = await self.accounts.settle(conn, before=before, after=after, actor=work.actor)
        if after.status_reasons != before.status_reasons:
            await self.trail.record(
                conn,
                project_id=work.project_id,
                actor=work.actor,
                event=name,
                subject=work.account.id,
                detail={"cause": judged.reason.code, "generation": work.credential.generation},
            )
        kind: Kind = "suspended" if stored.status == "suspended" else "dead"
        return Outcome(kind=kind, generation=work.credential.generation, cause=judged.reason.code)

    async def _postpone(self, work: Work, cause: Cause, *, answered: bool) -> Outcome:
        """Weather: keep everything, give the claim back, and plan the next try."""
        failures, now = work.credential.failures + 1, self.clock.now()
        async with self.db.transaction() as conn:
            before = await self.accounts.lock(conn, project_id=work.project_id, account_id=work.account.id)
            if answered and work.credential.refresh_started_at is None:
                await store.forget_call(conn, **_mine(work))
            await self._release(conn, work, failures=failures, cause=cause.key)
            after = health.after_refresh_weather(before, failures=failures, now=now)
            await self.accounts.settle(conn, before=before, after=after, actor=work.actor)
        return self._waiting(work, after, cause)

    async def _release(
        self, conn: Connection, work: Work, *, failures: int, cause: str | None, refusals: int | None = None
    ) -> None:
        held = await store.release(
            conn,
            **_mine(work),
            failures=failures,
            refusals=work.credential.refusals if refusals is None else refusals,
            last_failure=cause,
        )
        if not held:
            raise FenceError

    async def _record(self, conn: Connection, work: Work, swapped: SealedCredential, *, proven: bool) -> None:
        relinked = work.reason == "relink"
        await self.trail.record(
            conn,
            project_id=work.project_id,
            actor=work.actor,
            event=events.ACCOUNT_RELINKED if relinked else events.TOKEN_REFRESHED,
            subject=work.account.id,
            detail={
                "reason": work.reason,
                "generation": swapped.generation,
                "refreshes": swapped.refreshes,
                "expires_at": swapped.expires_at.isoformat() if swapped.expires_at else None,
                "proven": proven,
            },
        )

    def _waiting(self, work: Work, after: Account, cause: Cause) -> Outcome:
        due = after.next_refresh_at or self.clock.now()
        wait = max((due - self.clock.now()).total_seconds(), 1.0)
        return Outcome(kind="weather", generation=work.credential.generation, cause=cause.key, retry_after=wait)

    def _staged_has_ended(self, work: Work) -> bool:
        end = work.credential.staged_expires_at
        return end is not None and end <= self.clock.now()

    def _nothing_to_lose(self, work: Work) -> bool:
        """Tell whether the token in use is of no use any more, on an account that is not under a verdict."""
        ended = work.credential.expires_at is not None and work.credential.expires_at <= self.clock.now()
        return (ended or work.credential.refused) and not work.account.needs_person


def _in_the_dark(work: Work) -> bool:
    """Tell whether an earlier try sent a token that works once, and its answer never came."""
    return work.method.lifecycle == "rotating_refresh" and work.credential.refresh_started_at is not None


def _mine(work: Work) -> _Fence:
    return {
        "project_id": work.project_id,
        "account_id": work.account.id,
        "owner": work.owner,
        "generation": work.credential.generation,
    }


def _renewed(work: Work, before: Account, swapped: SealedCredential, result: ProbeResult, now: datetime) -> Account:
    """Return the account with its new credential; one that weather kept from being proven is probed at once."""
    lifecycle = work.method.lifecycle
    proven = result.outcome != "weather"
    after = health.after_refresh(
        health.after_probe(before, result, lifecycle=lifecycle, now=now) if proven else before,
        lifecycle=lifecycle,
        issued_at=swapped.issued_at,
        expires_at=swapped.expires_at,
        hard_end_at=work.credential.staged_hard_end_at,
        now=now,
    )
    if proven:
        return after
    return replace(after, probed_at=before.probed_at, succeeded_at=before.succeeded_at, next_probe_at=now)
