"""Runs an action: effect first, then a lease, the request, the reply, and what they say of the account."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from crossdock.accounts.service import Accounts
from crossdock.actions import failures, proxy
from crossdock.actions.log import CallLog
from crossdock.actions.model import ActionCall, Call, ProxyReply, ProxyRequest
from crossdock.audit import events
from crossdock.audit.trail import Trail
from crossdock.connectors import replies, requests
from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.model import Cause, Effect
from crossdock.connectors.replies import ActionResult
from crossdock.connectors.requests import ActionInputs
from crossdock.db.pool import Database
from crossdock.egress.client import Egress
from crossdock.egress.errors import TransportError
from crossdock.egress.exchange import Reply, Request
from crossdock.kernel.clock import Clock
from crossdock.kernel.errors import CrossdockError, ForbiddenError, InvalidRequestError
from crossdock.kernel.ids import Ids
from crossdock.kernel.points import reach
from crossdock.projects import policy
from crossdock.projects.model import Principal
from crossdock.telemetry import metrics
from crossdock.tokens.lease import Lease, Leases

_CANCELLED: Final = 499


@dataclass(frozen=True, slots=True)
class _Errand:
    """One call on its way: who wants what of which account."""

    principal: Principal
    lease: Lease
    name: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class Actions:
    """Carries calls to providers."""

    db: Database
    catalogue: Catalogue
    leases: Leases
    accounts: Accounts
    egress: Egress
    trail: Trail
    clock: Clock
    ids: Ids
    calls: CallLog

    async def run(self, *, principal: Principal, account_id: str, call: ActionCall) -> ActionResult:
        """Run an action and return its result; raise what the error tree has for each way to fail."""
        connector, action = self.catalogue.action(call.action)
        policy.require(principal, "actions:read" if action.effect == "read" else "actions:write")
        lease = await self.leases.lease(project_id=principal.project_id, account_id=account_id)
        if lease.connector.key != connector.key:
            raise InvalidRequestError(
                f"`{action.name}` is of {connector.name}, and this account is linked to {lease.connector.name}.",
                remedy=f"Name an account of {connector.name}, or an action that begins with `{lease.connector.key}_`.",
            )
        errand = _Errand(principal, lease, action.name, action.effect)
        await self._check_effect(errand)
        inputs = ActionInputs(path=call.path, query=call.query, headers=call.headers, body=call.body)

        def request(lease: Lease) -> Request:
            return requests.action_request(
                connector=connector, action=action, environment=lease.environment, inputs=inputs
            )

        request(lease)
        reply = await self._carry(errand, request)
        return replies.action_result(connector=connector, action=action, reply=reply)

    async def proxy(self, *, principal: Principal, account_id: str, request: ProxyRequest) -> ProxyReply:
        """Send a caller's own request; what the provider answers comes back as it is, failures too."""
        policy.require(principal, "proxy")
        lease = await self.leases.lease(project_id=principal.project_id, account_id=account_id)
        effect = proxy.effect_of(connector=lease.connector, environment=lease.environment, request=request)
        errand = _Errand(principal, lease, proxy.name_of(request), effect)
        await self._check_effect(errand)

        def build(lease: Lease) -> Request:
            return proxy.request_of(connector=lease.connector, environment=lease.environment, request=request)

        build(lease)
        reply, _ = await self._exchange(errand, build)
        return proxy.reply_of(reply)

    async def _carry(self, errand: _Errand, build: Callable[[Lease], Request]) -> Reply:
        """Send and return a reply that is a success; raise the failure otherwise."""
        reply, cause = await self._exchange(errand, build)
        if cause is None:
            return reply
        connector = errand.lease.connector
        raise failures.of_reply(
            connector=connector,
            cause=cause,
            reply=reply,
            effect=errand.effect,
            retry_after=replies.retry_after(connector=connector, reply=reply, now=self.clock.now()),
        )

    async def _exchange(self, errand: _Errand, build: Callable[[Lease], Request]) -> tuple[Reply, Cause | None]:
        """Send, once more with a renewed credential where a read was refused; note what it says of the account."""
        lease, started = errand.lease, self.clock.monotonic()
        status, key = _CANCELLED, "cancelled"
        try:
            reply, cause = await self._send(errand, lease, build(lease))
            if cause is not None and cause.verdict == "dead" and errand.effect == "read" and _renewable(lease):
                lease = await self.leases.lease(
                    project_id=lease.account.project_id,
                    account_id=lease.account.id,
                    force_refresh_of=lease.generation,
                )
                reply, cause = await self._send(errand, lease, build(lease))
            await self.accounts.note_call(account=lease.account, generation=lease.generation, cause=cause)
            status, key = reply.status, cause.key if cause else ""
        except CrossdockError as error:
            status, key = error.http_status, error.error_code
            raise
        finally:
            self._log(errand, status, key or None, started)
        return reply, cause

    async def _send(self, errand: _Errand, lease: Lease, request: Request) -> tuple[Reply, Cause | None]:
        """Send one request; a write that is cut off on our side is carried to its end all the same."""
        authorised = requests.authorise(request, method=lease.method, credential=lease.credential)
        reach("actions.send.before")
        sending = asyncio.ensure_future(self.egress.send(authorised, origins=lease.connector.origins()))
        try:
            reply = await (sending if errand.effect == "read" else asyncio.shield(sending))
        except TransportError as error:
            cause = replies.transport_cause(connector=lease.connector, kind=error.kind)
            await self.accounts.note_call(account=lease.account, generation=lease.generation, cause=cause)
            raise failures.of_transport(
                connector=lease.connector, cause=cause, error=error, effect=errand.effect
            ) from None
        reach("actions.send.after")
        metrics.CALL_SECONDS.labels(connector=lease.connector.key).observe(reply.elapsed_ms / 1000)
        return reply, replies.classify(connector=lease.connector, reply=reply)

    async def _check_effect(self, errand: _Errand) -> None:
        """Let through what the account's grant allows; a refusal stands in the audit trail."""
        account = errand.lease.account
        try:
            policy.check_effect(account.effects, errand.effect)
        except ForbiddenError:
            await self._audit(errand, events.ACTION_REFUSED)
            raise
        if errand.effect != "read":
            await self._audit(errand, events.ACTION_WROTE)

    async def _audit(self, errand: _Errand, event: str) -> None:
        account = errand.lease.account
        async with self.db.transaction() as conn:
            await self.trail.record(
                conn,
                project_id=account.project_id,
                actor=errand.principal.actor,
                event=event,
                subject=account.id,
                detail={"action": errand.name, "effect": errand.effect},
            )

    def _log(self, errand: _Errand, status: int, cause: str | None, started: float) -> None:
        account = errand.lease.account
        metrics.CALLS.labels(connector=account.connector_key, outcome=cause or "ok").inc()
        self.calls.put(
            Call(
                id=self.ids.new("call"),
                project_id=account.project_id,
                account_id=account.id,
                connector_key=account.connector_key,
                action=errand.name,
                effect=errand.effect,
                actor=errand.principal.actor,
                status=status,
                cause=cause,
                duration_ms=round((self.clock.monotonic() - started) * 1000),
                created_at=self.clock.now(),
            )
        )


def _renewable(lease: Lease) -> bool:
    return lease.method.lifecycle != "static"
