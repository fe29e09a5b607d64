"""What is kept of a call: whether its effect is allowed, its line in the log, what it showed, and a write's trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from crossdock.accounts import profiles
from crossdock.accounts.model import Account
from crossdock.accounts.service import Accounts
from crossdock.actions import failures, lines
from crossdock.actions.lines import CallEntry, Exchange, Origin
from crossdock.actions.log import CallLog
from crossdock.actions.model import Intent, Priority
from crossdock.audit import events
from crossdock.audit.trail import Trail
from crossdock.connectors import replies
from crossdock.connectors.model import Cause, Connector
from crossdock.db.pool import Database
from crossdock.egress.errors import TransportError
from crossdock.egress.exchange import Reply, Request
from crossdock.kernel.clock import Clock
from crossdock.kernel.errors import CrossdockError, ForbiddenError, OutcomeUnknownError
from crossdock.kernel.ids import Ids
from crossdock.projects import policy
from crossdock.projects.model import Principal
from crossdock.telemetry import metrics
from crossdock.tokens.lease import Lease

_NO_REPLY: Final = 0


@dataclass(frozen=True, slots=True)
class Errand:
    """One call on its way: who wants what of which account, under which id, and when it began."""

    principal: Principal
    account: Account
    intent: Intent
    request: Request
    id: str
    began_at: datetime
    began: float
    priority: Priority = "live"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Keeps what calls leave behind, the same for actions and for requests that pass through."""

    db: Database
    accounts: Accounts
    trail: Trail
    clock: Clock
    ids: Ids
    calls: CallLog

    def errand(
        self, *, principal: Principal, account: Account, intent: Intent, request: Request, priority: Priority = "live"
    ) -> Errand:
        """Begin a call: each exchange that it takes is a step of the same line in the log."""
        return Errand(
            principal=principal,
            account=account,
            intent=intent,
            request=request,
            id=intent.id or self.ids.new("call"),
            began_at=self.clock.now(),
            began=self.clock.monotonic(),
            priority=priority,
        )

    def refused(self, *, principal: Principal, account: Account, intent: Intent, error: CrossdockError) -> None:
        """Keep the line of a call that was refused here, before anything was sent."""
        self.calls.note(
            CallEntry(
                id=intent.id or self.ids.new("call"),
                project_id=account.project_id,
                account_id=account.id,
                connector_key=account.connector_key,
                action=intent.name,
                effect=intent.effect,
                actor=principal.actor,
                status=error.http_status,
                cause=error.error_code,
                duration_ms=0,
                created_at=self.clock.now(),
                service=_service(intent),
                wrong_fields=lines.wrong_fields(error),
                source_ip=intent.source_ip,
            )
        )

    def unsent(self, errand: Errand, error: CrossdockError, *, origin: Origin | None = None) -> None:
        """Keep the line of a call that ended in an error without being sent: here, or as its kept answer says."""
        self.told(errand, status=error.http_status, cause=error.error_code, origin=origin)

    def told(self, errand: Errand, *, status: int, cause: str | None, origin: Origin | None) -> None:
        """Keep the line of a call that was answered without being sent."""
        self.calls.note(_entry(errand, status=status, cause=cause, ended=self.clock.monotonic(), origin=origin))

    async def check_effect(self, *, principal: Principal, account: Account, intent: Intent) -> None:
        """Raise ForbiddenError unless grant and profile hold the call; the refusal stands in the trail."""
        try:
            policy.check_bounds(principal, action=intent.name, effect=intent.effect)
            policy.check_effect(account.effects, intent.effect)
            own = _service(intent) == "proxy"
            profiles.check(account, action=None if own else intent.name, effect=intent.effect)
        except ForbiddenError as error:
            self.refused(principal=principal, account=account, intent=intent, error=error)
            await self._audit(principal, account, intent, event=intent.refused, detail={"code": error.error_code})
            raise

    async def writing(self, errand: Errand) -> None:
        """Put a write into the trail, before it is sent; a read leaves no entry."""
        if errand.intent.effect != "read":
            await self._audit(errand.principal, errand.account, errand.intent, event=errand.intent.wrote, detail={})

    async def answered(self, errand: Errand, lease: Lease, *, reply: Reply, cause: Cause | None, began: float) -> None:
        """Keep a call's line, and what it showed of the credential; ``began`` is the clock's monotonic time.

        ``reply`` is without the credential's values already; a body that passed through is not in it.
        """
        await self._note(errand, lease, reply=reply, cause=cause, began=began)
        if cause is not None and failures.in_doubt(intent=errand.intent, status=reply.status):
            await self._doubt(errand, cause)

    async def unanswered(self, errand: Errand, lease: Lease, *, error: TransportError, began: float) -> CrossdockError:
        """Keep the line of a call that brought no reply, and return the error that says so."""
        failure = failures.of_transport(
            connector=lease.connector, intent=errand.intent, error=error, account_id=lease.account.id
        )
        cause = replies.transport_cause(connector=lease.connector, kind=error.kind)
        await self._note(errand, lease, reply=None, cause=cause, began=began)
        if isinstance(failure, OutcomeUnknownError):
            await self._doubt(errand, cause)
        return failure

    async def broken_off(self, errand: Errand, connector: Connector, *, error: TransportError) -> CrossdockError:
        """Correct the line of a call whose answer began and did not end, and return the error that says so."""
        account = errand.account
        failure = failures.of_transport(connector=connector, intent=errand.intent, error=error, account_id=account.id)
        cause = replies.transport_cause(connector=connector, kind=error.kind)
        self.told(errand, status=_NO_REPLY, cause=cause.key, origin=None)
        if isinstance(failure, OutcomeUnknownError):
            await self._doubt(errand, cause)
        return failure

    async def _note(
        self, errand: Errand, lease: Lease, *, reply: Reply | None, cause: Cause | None, began: float
    ) -> None:
        ended, now = self.clock.monotonic(), self.clock.now()
        spent = ended - began
        outcome = (cause.verdict or "request") if cause else "ok"
        metrics.calls(lease.connector.key, outcome).inc()
        metrics.call_seconds(lease.connector.key).observe(spent)
        exchange = Exchange(
            id=self.ids.new("step"),
            request=lines.shortened(errand.request),
            reply=lines.shortened_reply(reply),
            forms=lease.forms,
            duration_ms=round(spent * 1000),
            created_at=now - timedelta(seconds=spent),
        )
        status, why = _NO_REPLY if reply is None else reply.status, cause.key if cause else None
        self.calls.note(_entry(errand, status=status, cause=why, ended=ended, exchange=exchange))
        await self.accounts.note_call(account=lease.account, generation=lease.generation, cause=cause)

    async def _doubt(self, errand: Errand, cause: Cause) -> None:
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
                detail={
                    "action": lines.named(service=_service(intent), action=intent.name),
                    "effect": intent.effect,
                    **detail,
                },
            )


def _entry(
    errand: Errand,
    *,
    status: int,
    cause: str | None,
    ended: float,
    exchange: Exchange | None = None,
    origin: Origin | None = None,
) -> CallEntry:
    """Return a call's line; ``ended`` is the clock's monotonic time."""
    return CallEntry(
        id=errand.id,
        project_id=errand.account.project_id,
        account_id=errand.account.id,
        connector_key=errand.account.connector_key,
        action=errand.intent.name,
        effect=errand.intent.effect,
        actor=errand.principal.actor,
        status=status,
        cause=cause,
        duration_ms=round((ended - errand.began) * 1000),
        created_at=errand.began_at,
        service=_service(errand.intent),
        exchange=exchange,
        source_ip=errand.intent.source_ip,
        origin=origin,
    )


def _service(intent: Intent) -> str:
    """Tell an action from a request that passes through, which bears its method and path as its name."""
    return "proxy" if intent.wrote == events.PROXY_WROTE else "actions"
