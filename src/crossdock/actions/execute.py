"""Runs an action or passes a request through: policy, lease, request, reply, health, log and audit, in this order."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass
from typing import Any, Final

from crossdock.accounts.model import Account
from crossdock.accounts.service import Accounts
from crossdock.actions import failures
from crossdock.actions.log import CallLog
from crossdock.actions.model import ActionCall, Intent, ProxyReply, ProxyRequest
from crossdock.actions.store import CallEntry
from crossdock.audit import events
from crossdock.audit.trail import Trail
from crossdock.connectors import effects, replies, requests
from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.model import Cause, Connector
from crossdock.connectors.replies import ActionResult
from crossdock.connectors.requests import ActionInputs
from crossdock.db.pool import Database
from crossdock.egress.client import Egress
from crossdock.egress.errors import TransportError
from crossdock.egress.exchange import Reply, Request
from crossdock.kernel.clock import Clock
from crossdock.kernel.errors import CrossdockError, InvalidRequestError, OutcomeUnknownError, RetryError
from crossdock.kernel.ids import Ids
from crossdock.projects import policy
from crossdock.projects.model import Principal
from crossdock.telemetry import metrics
from crossdock.tokens.lease import Lease, Leases

_FAILED: Final = 400
_REFUSED: Final = 401
_NO_REPLY: Final = 0
_KEPT_HEADERS: Final = ("content-type", "date", "etag", "last-modified", "link", "location", "retry-after")
_KEPT_BEGINNINGS: Final = ("x-request-id", "x-ratelimit-", "x-runtime")


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

    async def run(self, *, principal: Principal, account_id: str, call: ActionCall) -> ActionResult:
        """Run an action.

        Raises NotFoundError, ForbiddenError (key, grant), InactiveError, CredentialDeadError, UnprocessableError
        (inputs), ProviderRefusedError, RateLimitedError, ProviderFailedError, OutcomeUnknownError.
        """
        connector, action = self.catalogue.action(call.action)
        intent = Intent(
            name=action.name,
            effect=action.effect,
            kept=action.idempotent,
            scopes=action.scopes,
            wrote=events.ACTION_WROTE,
            refused=events.ACTION_REFUSED,
        )
        policy.require(principal, "actions:read" if action.effect == "read" else "actions:write")
        account = await self._account(principal, account_id, intent)
        _check_connector(account, connector)
        request = requests.action_request(
            connector=connector,
            action=action,
            environment=connector.environment(account.environment),
            inputs=ActionInputs(path=call.path, query=call.query, headers=call.headers, body=call.body),
        )
        exchange = await self._exchange(principal, account, intent, request)
        if exchange.cause is not None:
            raise await self._failure(principal, intent, exchange, exchange.cause)
        return replies.action_result(connector=connector, action=action, reply=exchange.reply)

    async def proxy(self, *, principal: Principal, account_id: str, request: ProxyRequest) -> ProxyReply:
        """Pass a request through; what the account's grant does not allow is refused, by method or by document."""
        policy.require(principal, "proxy")
        account = await self.accounts.get(project_id=principal.project_id, account_id=account_id)
        connector = self.catalogue.get(account.connector_key)
        environment, body = connector.environment(account.environment), _bytes(request.body)
        path, query = requests.split_target(environment=environment, target=request.target)
        effect = effects.proxy_effect(connector=connector, method=request.method, path=path, query=query, body=body)
        intent = Intent(
            name=f"{request.method.upper()} {path}"[:200],
            effect=effect,
            kept=effect == "read",
            wrote=events.PROXY_WROTE,
            refused=events.PROXY_REFUSED,
        )
        await self._check(principal, account, intent)

        outgoing = requests.proxy_request(
            connector=connector,
            environment=environment,
            method=request.method,
            target=request.target,
            headers=request.headers,
            body=body,
        )
        exchange = await self._exchange(principal, account, intent, outgoing)
        if exchange.cause is not None and exchange.reply.status >= _FAILED:
            raise await self._failure(principal, intent, exchange, exchange.cause)
        return _proxied(exchange.reply)

    async def _account(self, principal: Principal, account_id: str, intent: Intent) -> Account:
        account = await self.accounts.get(project_id=principal.project_id, account_id=account_id)
        await self._check(principal, account, intent)
        return account

    async def _check(self, principal: Principal, account: Account, intent: Intent) -> None:
        """Raise ForbiddenError unless the grant holds the effect; the refusal is kept in the trail."""
        try:
            policy.check_effect(account.effects, intent.effect)
        except CrossdockError as error:
            await self._audit(principal, account, intent, event=intent.refused, detail={"code": error.error_code})
            raise

    async def _exchange(self, principal: Principal, account: Account, intent: Intent, request: Request) -> _Exchange:
        """Send once with a live credential; after a 401 renew it once, and send again what only reads."""
        lease = await self.leases.lease(project_id=account.project_id, account_id=account.id)
        first = await self._send(principal, intent, lease, request)
        refreshable = lease.method.lifecycle != "static" and first.reply.status == _REFUSED
        if first.cause is None or first.cause.verdict != "dead" or not refreshable:
            return first
        renewed = await self.leases.lease(
            project_id=account.project_id, account_id=account.id, force_refresh_of=lease.generation
        )
        if intent.effect == "read":
            return await self._send(principal, intent, renewed, request)
        raise RetryError(
            f"{lease.connector.name} refused the old credential. It has been renewed; nothing was done.",
            remedy="Send the same call again.",
            code="credential_renewed",
            status=502,
            detail={"account_id": account.id, "cause": first.cause.key},
        )

    async def _send(self, principal: Principal, intent: Intent, lease: Lease, request: Request) -> _Exchange:
        """Send one request, and keep its line in the log and what it showed of the credential."""
        authorised = requests.authorise(request, method=lease.method, credential=lease.credential)
        began = self.clock.monotonic()
        try:
            reply = await self.egress.send(authorised, origins=lease.connector.origins())
        except TransportError as error:
            cause = replies.transport_cause(connector=lease.connector, kind=error.kind)
            self._note(principal, intent, lease, status=_NO_REPLY, cause=cause, began=began)
            await self.accounts.note_call(account=lease.account, generation=lease.generation, cause=cause)
            failure = failures.of_transport(
                connector=lease.connector, intent=intent, error=error, account_id=lease.account.id
            )
            await self._note_unknown(principal, lease.account, intent, failure)
            raise failure from error
        found = replies.classify(connector=lease.connector, reply=reply)
        self._note(principal, intent, lease, status=reply.status, cause=found, began=began)
        await self.accounts.note_call(account=lease.account, generation=lease.generation, cause=found)
        if found is None and intent.effect != "read":
            await self._audit(principal, lease.account, intent, event=intent.wrote, detail={"status": reply.status})
        return _Exchange(lease, reply, found)

    async def _failure(self, principal: Principal, intent: Intent, exchange: _Exchange, cause: Cause) -> CrossdockError:
        failure = failures.of_reply(
            connector=exchange.lease.connector,
            intent=intent,
            cause=cause,
            reply=exchange.reply,
            clock=self.clock,
            account_id=exchange.lease.account.id,
        )
        await self._note_unknown(principal, exchange.lease.account, intent, failure)
        return failure

    async def _note_unknown(
        self, principal: Principal, account: Account, intent: Intent, failure: CrossdockError
    ) -> None:
        if isinstance(failure, OutcomeUnknownError):
            detail = {"cause": failure.detail.get("cause")}
            await self._audit(principal, account, intent, event=events.ACTION_OUTCOME_UNKNOWN, detail=detail)

    def _note(
        self, principal: Principal, intent: Intent, lease: Lease, *, status: int, cause: Cause | None, began: float
    ) -> None:
        spent = self.clock.monotonic() - began
        metrics.CALLS.labels(
            connector=lease.connector.key, outcome=(cause.verdict or "request") if cause else "ok"
        ).inc()
        metrics.CALL_SECONDS.labels(connector=lease.connector.key).observe(spent)
        self.calls.note(
            CallEntry(
                id=self.ids.new("call"),
                project_id=lease.account.project_id,
                account_id=lease.account.id,
                connector_key=lease.connector.key,
                action=intent.name,
                effect=intent.effect,
                actor=principal.actor,
                status=status,
                cause=cause.key if cause else None,
                duration_ms=round(spent * 1000),
                created_at=self.clock.now(),
            )
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


def _check_connector(account: Account, connector: Connector) -> None:
    if account.connector_key != connector.key:
        raise InvalidRequestError(
            f"This account is not one of {connector.name}.",
            remedy=f"Use an action whose name begins with {account.connector_key}_, or name another account.",
            code="wrong_connector",
        )


def _bytes(body: Any) -> bytes | None:
    """Return a body as it goes out: bytes and text untouched, anything else as JSON; an empty object is none."""
    if body is None or body == {}:
        return None
    if isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode()
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _proxied(reply: Reply) -> ProxyReply:
    kept = {
        name: value
        for name, value in reply.headers.items()
        if name in _KEPT_HEADERS or name.startswith(_KEPT_BEGINNINGS)
    }
    return ProxyReply(status=reply.status, headers=kept, data=_data(reply))


def _data(reply: Reply) -> Any:
    """Return the body: JSON as such, text as text, anything else in base64 beside its type."""
    kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not reply.body:
        return None
    if kind.endswith("json") or not kind:
        try:
            return reply.json()
        except ValueError:
            return reply.text()
    if kind.startswith("text/") or kind.endswith(("xml", "javascript")):
        return reply.text()
    return {"content_type": kind, "content_base64": b64encode(reply.body).decode()}
