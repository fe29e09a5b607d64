"""Runs an action or passes a request through: policy, lease, request, reply, health, log and audit, in this order."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Final

from crossdock.accounts.model import Account
from crossdock.accounts.service import Accounts
from crossdock.actions import failures, proxy
from crossdock.actions.log import CallLog
from crossdock.actions.model import ActionCall, Intent, ProxyReply, ProxyRequest
from crossdock.actions.store import CallEntry
from crossdock.audit import events
from crossdock.audit.trail import Trail
from crossdock.connectors import replies, requests
from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.model import Action, Cause, Connector
from crossdock.connectors.replies import ActionResult
from crossdock.connectors.requests import ActionInputs
from crossdock.db.pool import Database
from crossdock.egress import redact
from crossdock.egress.client import Egress
from crossdock.egress.errors import TransportError
from crossdock.egress.exchange import Reply, Request
from crossdock.kernel.clock import Clock
from crossdock.kernel.errors import ForbiddenError, InvalidRequestError, OutcomeUnknownError, RetryError
from crossdock.kernel.ids import Ids
from crossdock.kernel.points import reach
from crossdock.projects import policy
from crossdock.projects.model import Principal
from crossdock.telemetry import metrics
from crossdock.tokens.lease import Lease, Leases

_REFUSED: Final = 401
_NO_REPLY: Final = 0


@dataclass(frozen=True, slots=True)
class _Errand:
    """One call on its way: who wants what of which account."""

    principal: Principal
    account: Account
    intent: Intent
    request: Request


@dataclass(frozen=True, slots=True)
class _Exchange:
    """A reply, what it means, and the lease that it was made with."""

    lease: Lease
    reply: Reply
    cause: Cause | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Actions:
    """Calls providers for whoever may; an account's grant is checked before its credential is touched."""

    db: Database
    catalogue: Catalogue
    leases: Leases
    accounts: Accounts
    egress: Egress
    trail: Trail
    clock: Clock
    ids: Ids
    calls: CallLog
    running: set[asyncio.Task[_Exchange]] = field(default_factory=set)

    async def run(self, *, principal: Principal, account_id: str, call: ActionCall) -> ActionResult:
        """Run an action.

        Raises NotFoundError, ForbiddenError (key, grant), InactiveError, CredentialDeadError, UnprocessableError
        (inputs), ProviderRefusedError, RateLimitedError, ProviderFailedError, OutcomeUnknownError.
        """
        connector, action = self.catalogue.action(call.action)
        policy.require(principal, "actions:read" if action.effect == "read" else "actions:write")
        account = await self.leases.account(project_id=principal.project_id, account_id=account_id)
        _check_connector(account, connector)
        intent = _intent(action)
        await self._check_effect(principal, account, intent)
        request = requests.action_request(
            connector=connector,
            action=action,
            environment=connector.environment(account.environment),
            inputs=ActionInputs(path=call.path, query=call.query, headers=call.headers, body=call.body),
        )
        exchange = await self._carry(_Errand(principal, account, intent, request))
        if exchange.cause is not None:
            raise failures.of_reply(
                connector=connector,
                intent=intent,
                cause=exchange.cause,
                reply=exchange.reply,
                clock=self.clock,
                account_id=account.id,
            )
        return replies.action_result(connector=connector, action=action, reply=exchange.reply)

    async def proxy(self, *, principal: Principal, account_id: str, request: ProxyRequest) -> ProxyReply:
        """Pass a request through; what the grant does not allow is refused, and what the provider answers comes back.

        The provider's own refusals are answers here, not errors; only a request without a reply raises.
        """
        policy.require(principal, "proxy")
        account = await self.leases.account(project_id=principal.project_id, account_id=account_id)
        connector = self.catalogue.get(account.connector_key)
        passage = proxy.passage(
            connector=connector, environment=connector.environment(account.environment), asked=request
        )
        await self._check_effect(principal, account, passage.intent)
        exchange = await self._carry(_Errand(principal, account, passage.intent, passage.request))
        return proxy.answer(exchange.reply)

    async def _check_effect(self, principal: Principal, account: Account, intent: Intent) -> None:
        """Raise ForbiddenError unless the grant holds the effect; the refusal stands in the trail."""
        try:
            policy.check_effect(account.effects, intent.effect)
        except ForbiddenError as error:
            await self._audit(principal, account, intent, event=intent.refused, detail={"code": error.error_code})
            raise

    async def _carry(self, errand: _Errand) -> _Exchange:
        """Carry a call out; a write goes on to its end, log and trail included, also when the caller goes away."""
        if errand.intent.effect == "read":
            return await self._exchange(errand)
        task = asyncio.create_task(self._exchange(errand), name=f"actions.write:{errand.account.id}")
        self.running.add(task)
        task.add_done_callback(self._carried)
        return await asyncio.shield(task)

    def _carried(self, task: asyncio.Task[_Exchange]) -> None:
        self.running.discard(task)
        if not task.cancelled():
            task.exception()  # Looked at, so that a failure whose caller has gone is not reported as forgotten.

    async def _exchange(self, errand: _Errand) -> _Exchange:
        """Send once with a live credential; after a 401 renew it once, and send again what only reads."""
        account = errand.account
        lease = await self.leases.lease(project_id=account.project_id, account_id=account.id)
        if errand.intent.effect != "read":
            await self._audit(errand.principal, account, errand.intent, event=errand.intent.wrote, detail={})
        first = await self._send(errand, lease)
        refreshable = lease.method.lifecycle != "static" and first.reply.status == _REFUSED
        if first.cause is None or first.cause.verdict != "dead" or not refreshable:
            return first
        renewed = await self.leases.lease(
            project_id=account.project_id, account_id=account.id, force_refresh_of=lease.generation
        )
        if errand.intent.effect == "read":
            return await self._send(errand, renewed)
        raise RetryError(
            f"{lease.connector.name} refused the old credential. It has been renewed; nothing was done.",
            remedy="Send the same call again.",
            code="credential_renewed",
            status=502,
            detail={"account_id": account.id, "cause": first.cause.key},
        )

    async def _send(self, errand: _Errand, lease: Lease) -> _Exchange:
        """Send one request; keep its line in the log, what it showed of the credential, and a write's doubt."""
        authorised = requests.authorise(errand.request, method=lease.method, credential=lease.credential)
        began = self.clock.monotonic()
        reach("actions.send.before")
        try:
            answered = await self.egress.send(authorised, origins=lease.connector.origins())
        except TransportError as error:
            failure = failures.of_transport(
                connector=lease.connector, intent=errand.intent, error=error, account_id=lease.account.id
            )
            cause = replies.transport_cause(connector=lease.connector, kind=error.kind)
            await self._note(errand, lease, status=_NO_REPLY, cause=cause, began=began)
            if isinstance(failure, OutcomeUnknownError):
                await self._doubt(errand, cause)
            raise failure from error
        reach("actions.send.after")
        reply = redact.without(answered, lease.credential.values())
        cause_found = replies.classify(connector=lease.connector, reply=reply)
        await self._note(errand, lease, status=reply.status, cause=cause_found, began=began)
        if cause_found is not None and failures.in_doubt(intent=errand.intent, reply=reply):
            await self._doubt(errand, cause_found)
        return _Exchange(lease, reply, cause_found)

    async def _note(self, errand: _Errand, lease: Lease, *, status: int, cause: Cause | None, began: float) -> None:
        spent = self.clock.monotonic() - began
        outcome = (cause.verdict or "request") if cause else "ok"
        metrics.CALLS.labels(connector=lease.connector.key, outcome=outcome).inc()
        metrics.CALL_SECONDS.labels(connector=lease.connector.key).observe(spent)
        self.calls.note(
            CallEntry(
                id=self.ids.new("call"),
                project_id=lease.account.project_id,
                account_id=lease.account.id,
                connector_key=lease.connector.key,
                action=errand.intent.name,
                effect=errand.intent.effect,
                actor=errand.principal.actor,
                status=status,
                cause=cause.key if cause else None,
                duration_ms=round(spent * 1000),
                created_at=self.clock.now(),
            )
        )
        await self.accounts.note_call(account=lease.account, generation=lease.generation, cause=cause)

    async def _doubt(self, errand: _Errand, cause: Cause) -> None:
        await self._audit(
            errand.principal,
            errand.account,
            errand.intent,
            event=events.ACTION_OUTCOME_UNKNOWN,
            detail={"cause": cause.key},
        )

    async def _audit(
        self, principal: Principal, account: Account, intent: Intent, *, event: str, detail: dict[str, Any]
    ) -> None:
        async with self.db.transaction() as conn:
            await self.trail.record(
                conn,
                project_id=account.project_id,
                actor=principal.actor,
                event=event,
                subject=account.id,
                detail={"action": intent.name, "effect": intent.effect, **detail},
            )


def _intent(action: Action) -> Intent:
    return Intent(
        name=action.name,
        effect=action.effect,
        kept=action.idempotent,
        scopes=action.scopes,
        wrote=events.ACTION_WROTE,
        refused=events.ACTION_REFUSED,
    )


def _check_connector(account: Account, connector: Connector) -> None:
    if account.connector_key != connector.key:
        raise InvalidRequestError(
            f"This account is not one of {connector.name}.",
            remedy=f"Use an action whose name begins with {account.connector_key}_, or name another account.",
            code="wrong_connector",
        )
