"""Runs an action or passes a request through: policy, lease, request, reply, health, log and audit, in this order."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

from crossdock.accounts.model import Account
from crossdock.actions import failures, forms, idempotency, proxy, repeats, sending
from crossdock.actions.idempotency import Idempotency
from crossdock.actions.lookout import Lookout
from crossdock.actions.model import ActionCall, Intent, ProxyReply, ProxyRequest
from crossdock.actions.pacing import Pacer
from crossdock.actions.record import Errand, Record
from crossdock.actions.repeats import Send
from crossdock.audit import events
from crossdock.connectors import replies, requests
from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.model import Action, Cause, Connector
from crossdock.connectors.replies import ActionResult
from crossdock.connectors.requests import ActionInputs
from crossdock.egress.client import Egress
from crossdock.egress.errors import TransportError
from crossdock.egress.exchange import Reply
from crossdock.kernel.clock import Clock
from crossdock.kernel.errors import CrossdockError, InvalidRequestError
from crossdock.kernel.points import reach
from crossdock.projects import policy
from crossdock.projects.model import Principal
from crossdock.tokens.lease import Lease, Leases

_REFUSED: Final = 401
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Exchange:
    """A reply, what it means, and the lease that it was made with."""

    lease: Lease
    reply: Reply
    cause: Cause | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Actions:
    """Calls providers for whoever may; an account's grant is checked before its credential is touched."""

    catalogue: Catalogue
    leases: Leases
    egress: Egress
    clock: Clock
    record: Record
    once: Idempotency
    pacer: Pacer
    running: set[asyncio.Task[Any]] = field(default_factory=set)

    async def run(self, *, principal: Principal, account_id: str, call: ActionCall) -> ActionResult:
        """Run an action.

        Raises NotFoundError, ForbiddenError (key, grant), InactiveError, CredentialDeadError, UnprocessableError
        (inputs), ProviderRefusedError, RateLimitedError, ProviderFailedError, OutcomeUnknownError.
        """
        connector, action = self.catalogue.action(call.action)
        policy.require(principal, "actions:read" if action.effect == "read" else "actions:write")
        account = await self.leases.reached(principal=principal, account_id=account_id)
        lookout = Lookout(
            catalogue=self.catalogue,
            run=self.run,
            principal=principal,
            account_id=account.id,
            action=action,
            call=call,
        )
        intent = replace(_intent(action, lookout), id=call.manner.id, source_ip=call.manner.source_ip)
        try:
            _check_connector(account, connector)
        except InvalidRequestError as error:
            self.record.refused(principal=principal, account=account, intent=intent, error=error)
            raise
        await self.record.check_effect(principal=principal, account=account, intent=intent)
        try:
            request = requests.action_request(
                connector=connector,
                action=action,
                environment=connector.environment(account.environment),
                inputs=ActionInputs(path=call.path, query=call.query, headers=call.headers, body=call.body),
            )
        except CrossdockError as error:
            self.record.refused(principal=principal, account=account, intent=intent, error=error)
            raise
        errand = self.record.errand(
            principal=principal, account=account, intent=intent, request=request, priority=call.manner.priority
        )
        return await self._carry(errand, self._acted(errand, connector, call, lookout))

    async def _acted(self, errand: Errand, connector: Connector, call: ActionCall, lookout: Lookout) -> ActionResult:
        """Send an action's request, once under its key, and read what came of it."""
        intent = errand.intent

        async def acted() -> ActionResult:
            exchange = await self._exchange(errand)
            if exchange.cause is None:
                return replies.action_result(connector=connector, action=lookout.action, reply=exchange.reply)
            raise failures.of_reply(
                connector=connector,
                intent=intent,
                cause=exchange.cause,
                reply=exchange.reply,
                clock=self.clock,
                account_id=errand.account.id,
            )

        if intent.effect == "read":
            return await acted()
        ticket = idempotency.ticket(
            principal=errand.principal,
            account_id=errand.account.id,
            key=call.manner.once,
            intent=intent,
            request=[call.action, dict(call.path), dict(call.query), call.body],
            call_id=errand.id,
        )

        async def looked(send: Send[ActionResult]) -> ActionResult:
            return await self.once.alone(ticket=lookout.ticket(intent), work=send, look=lookout.find)

        return await repeats.done(
            errand,
            once=self.once,
            record=self.record,
            ticket=ticket,
            form=forms.RESULT,
            send=acted,
            look=lookout.find if lookout.may else None,
            way=None if call.manner.look == "in_doubt" else looked,
        )

    async def proxy(self, *, principal: Principal, account_id: str, request: ProxyRequest) -> ProxyReply:
        """Pass a request through; what the grant does not allow is refused, and what the provider answers comes back.

        The provider's own refusals are answers here, not errors; only a request without a reply raises.
        """
        policy.require(principal, "proxy")
        account = await self.leases.reached(principal=principal, account_id=account_id)
        connector = self.catalogue.get(account.connector_key)
        try:
            passage = proxy.passage(
                connector=connector, environment=connector.environment(account.environment), asked=request
            )
        except CrossdockError as error:
            unjudged = proxy.unjudged(method=request.method, target=request.target, manner=request.manner)
            self.record.refused(principal=principal, account=account, intent=unjudged, error=error)
            raise
        intent, sent = passage.intent, passage.request
        await self.record.check_effect(principal=principal, account=account, intent=intent)
        errand = self.record.errand(
            principal=principal, account=account, intent=intent, request=sent, priority=request.manner.priority
        )
        repeats.check_look(errand, record=self.record, manner=request.manner)
        ticket = idempotency.ticket(
            principal=principal,
            account_id=account.id,
            key=request.manner.once,
            intent=intent,
            request=[sent.method, sent.url, sent.body],
            call_id=errand.id,
        )

        async def passed() -> ProxyReply:
            exchange = await self._exchange(errand)
            answered = proxy.answer(connector=connector, reply=exchange.reply, cause=exchange.cause)
            return replace(answered, done=not failures.undone(exchange.cause))

        once, record = self.once, self.record
        return await self._carry(
            errand, repeats.done(errand, once=once, record=record, ticket=ticket, form=forms.REPLY, send=passed)
        )

    async def _carry(self, errand: Errand, call: Coroutine[Any, Any, T]) -> T:
        """Carry a call out; a write goes on to its end, log and trail included, also when the caller goes away."""
        if errand.intent.effect == "read":
            return await call
        task = asyncio.create_task(call, name=f"actions.write:{errand.account.id}")
        self.running.add(task)
        task.add_done_callback(self._carried)
        return await asyncio.shield(task)

    def _carried(self, task: asyncio.Task[Any]) -> None:
        self.running.discard(task)
        if not task.cancelled():
            task.exception()  # Looked at, so that a failure whose caller has gone is not reported as forgotten.

    async def _exchange(self, errand: Errand) -> _Exchange:
        """Send once with a live credential; after a 401 renew it once, and send again what only reads."""
        account, connector = errand.account, self.catalogue.get(errand.account.connector_key)
        turn, lease = await sending.ready(
            errand, connector=connector, pacer=self.pacer, leases=self.leases, record=self.record, clock=self.clock
        )
        try:
            await self.record.writing(errand)
            first = await self._send(errand, lease)
        finally:
            turn.over(self.clock)
        turn.settle(connector=lease.connector, reply=first.reply, cause=first.cause, clock=self.clock)
        refreshable = lease.method.lifecycle != "static" and first.reply.status == _REFUSED
        if first.cause is None or first.cause.verdict != "dead" or not refreshable:
            return first
        renewed = await self.leases.lease(
            project_id=account.project_id, account_id=account.id, force_refresh_of=lease.generation
        )
        if errand.intent.effect == "read":
            return await self._send(errand, renewed)
        raise failures.renewed(connector=lease.connector, account_id=account.id, cause=first.cause)

    async def _send(self, errand: Errand, lease: Lease) -> _Exchange:
        """Send one request; keep its line in the log, what it showed of the credential, and a write's doubt."""
        authorised = requests.authorise(errand.request, method=lease.method, credential=lease.credential)
        began = self.clock.monotonic()
        reach("actions.send.before")
        try:
            answered = await self.egress.send(authorised, origins=lease.origins)
        except TransportError as error:
            raise await self.record.unanswered(errand, lease, error=error, began=began) from error
        reach("actions.send.after")
        reply = lease.forms.out_of(answered)
        cause = replies.classify(connector=lease.connector, reply=reply)
        told = cause or replies.shortfall(connector=lease.connector, reply=reply)
        await self.record.answered(errand, lease, reply=reply, cause=told, began=began)
        return _Exchange(lease, reply, cause)


def _intent(action: Action, lookout: Lookout) -> Intent:
    return Intent(
        name=action.name,
        effect=action.effect,
        kept=action.idempotent,
        scopes=action.scopes,
        wrote=events.ACTION_WROTE,
        refused=events.ACTION_REFUSED,
        look_with=None if action.effect == "read" else lookout.told(),
        looks=action.effect != "read" and lookout.may,
    )


def _check_connector(account: Account, connector: Connector) -> None:
    if account.connector_key != connector.key:
        raise InvalidRequestError(
            f"This account is not one of {connector.name}.",
            remedy=f"Use an action whose name begins with {account.connector_key}_, or name another account.",
            code="wrong_connector",
        )
