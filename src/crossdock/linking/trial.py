"""The visible test of a credential: each finding is written down as it is made, so that any window can show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from crossdock.accounts.integrations import Integrations
from crossdock.accounts.model import Integration
from crossdock.accounts.probe import Prober, ProbeResult
from crossdock.accounts.service import Accounts
from crossdock.audit import events
from crossdock.audit.trail import Trail
from crossdock.connectors.auth import TokenRefused
from crossdock.connectors.model import AuthMethod, Cause, Connector, Environment
from crossdock.connectors.replies import Finding, transport_cause
from crossdock.db.pool import Connection, Database
from crossdock.egress.client import TransportError
from crossdock.kernel.clock import Clock
from crossdock.kernel.errors import NotFoundError
from crossdock.kernel.points import reach
from crossdock.kernel.secret import Secret
from crossdock.linking import store
from crossdock.linking.session import Attempt, Check, CheckState, ConnectSession, closed, marked
from crossdock.telemetry import metrics
from crossdock.tokens.refresh import Refresher


@dataclass(frozen=True, slots=True)
class Subject:
    """What is being tested, and for whom."""

    session: ConnectSession
    attempt: Attempt
    integration: Integration
    connector: Connector
    method: AuthMethod
    environment: Environment
    candidate_id: str


@dataclass(frozen=True, slots=True)
class Trial:
    """Runs the test of a held candidate and settles its attempt."""

    db: Database
    clock: Clock
    accounts: Accounts
    integrations: Integrations
    prober: Prober
    refresher: Refresher
    trail: Trail

    async def run(self, subject: Subject) -> Attempt:
        """Test the candidate and return the settled attempt; never raises for what the provider says."""
        try:
            settled = await self._run(subject)
        except NotFoundError:
            # The person gave up meanwhile, and what was to be tested is erased.
            return await self._current(subject)
        reach("linking.test.settled")
        metrics.LINKS.labels(connector=subject.connector.key, outcome=settled.status).inc()
        return settled

    async def _run(self, subject: Subject) -> Attempt:
        checklist = marked(subject.attempt.checklist, "reached", "running")
        await self._note(subject, checklist)
        reach("linking.test.started")
        try:
            credential = await self._credential(subject)
        except TransportError as error:
            cause = transport_cause(connector=subject.connector, kind=error.kind)
            return await self._fail(subject, marked(checklist, "reached", "failed", cause.title), cause)
        except TokenRefused as refused:
            checklist = marked(checklist, "reached", "ok")
            return await self._fail(
                subject, marked(checklist, "accepted", "failed", refused.cause.title), refused.cause
            )
        reach("linking.test.credential")
        result = await self._probe(subject, checklist, credential)
        reach("linking.test.probed")
        return await self._settle(subject, checklist, result)

    async def _credential(self, subject: Subject) -> Mapping[str, Secret]:
        """Open the candidate; a pasted refresh token is used once to get a first access token, which is kept."""
        async with self.db.connection() as conn:
            credential = await self.accounts.open_candidate(
                conn, project_id=subject.session.project_id, candidate_id=subject.candidate_id
            )
            client = await self.integrations.client(
                conn, project_id=subject.session.project_id, integration_id=subject.integration.id
            )
        if subject.method.kind != "refresh_token":
            return credential
        tokens = await self.refresher.acquire(
            connector=subject.connector,
            method=subject.method,
            environment=subject.environment,
            credential=credential,
            client=client,
        )
        reach("linking.test.acquired")
        fresh = {**credential, "access_token": tokens.access_token}
        async with self.db.transaction() as conn:
            await self.accounts.refill_candidate(
                conn,
                project_id=subject.session.project_id,
                candidate_id=subject.candidate_id,
                credential=fresh,
                access_expires_at=tokens.expires_at,
            )
        return fresh

    async def _probe(
        self, subject: Subject, checklist: Sequence[Check], credential: Mapping[str, Secret]
    ) -> ProbeResult:
        """Ask the provider, showing after the first answer that it answers at all."""

        async def on_finding(finding: Finding) -> None:
            reached = marked(checklist, "reached", "ok")
            state: CheckState = "running" if finding.cause else "ok"
            await self._note(subject, marked(reached, "accepted", state))

        return await self.prober.run(
            connector=subject.connector,
            method=subject.method,
            environment=subject.environment,
            credential=credential,
            depth="full",
            issued="before" if subject.method.lifecycle == "static" else "just_now",
            on_finding=on_finding,
        )

    async def _settle(self, subject: Subject, checklist: Sequence[Check], result: ProbeResult) -> Attempt:
        if result.outcome == "weather":
            text = result.cause.title if result.cause else ""
            return await self._fail(subject, marked(checklist, "reached", "failed", text), result.cause, result)
        checklist = marked(checklist, "reached", "ok")
        if result.outcome in {"dead", "suspended"}:
            text = result.cause.title if result.cause else ""
            return await self._fail(subject, marked(checklist, "accepted", "failed", text), result.cause, result)
        checklist = marked(checklist, "accepted", "ok")
        if result.outcome == "scope" or result.identity is None:
            text = result.cause.title if result.cause else "The account's name could not be read."
            return await self._fail(subject, marked(checklist, "scopes", "failed", text), result.cause, result)
        checklist = marked(checklist, "scopes", *_scopes(result, subject.integration))
        checklist = marked(checklist, "identity", "ok", result.identity.name)
        return await self._succeed(subject, checklist, result)

    async def _succeed(self, subject: Subject, checklist: Sequence[Check], result: ProbeResult) -> Attempt:
        """Keep what was found with the candidate, and ask the person to confirm."""
        session, now = subject.session, self.clock.now()
        async with self.db.transaction() as conn:
            # The attempt is locked before the candidate, as whoever cancels it does.
            await store.lock_attempt(conn, project_id=session.project_id, attempt_id=subject.attempt.id)
            await self.accounts.note_candidate(
                conn, project_id=session.project_id, candidate_id=subject.candidate_id, result=result
            )
            conflict = await self.accounts.identity_conflict(
                conn,
                project_id=session.project_id,
                account_id=session.account_id,
                connector_key=subject.connector.key,
                origin_owner_id=session.origin_owner_id,
                environment=subject.environment.key,
                identity=result.identity,
            )
            values: dict[str, Any] = {
                "status": "confirm",
                "checklist": checklist,
                "cause": None,
                "identity": result.identity.as_dict() if result.identity else {},
                "conflict": conflict,
            }
            settled = await self._update(subject, values, conn=conn, now=now)
            await self._audit(
                conn, subject, events.LINK_TESTED, {"identity": result.identity.name if result.identity else ""}
            )
            reach("linking.test.noted")
        return settled

    async def _fail(
        self, subject: Subject, checklist: Sequence[Check], cause: Cause | None, result: ProbeResult | None = None
    ) -> Attempt:
        values: dict[str, Any] = {
            "status": "error",
            "checklist": closed(checklist),
            "cause": cause.key if cause else None,
            "field": cause.field if cause else None,
            "provider_status": result.provider_status if result else None,
            "provider_body": result.provider_body if result else None,
        }
        async with self.db.transaction() as conn:
            settled = await self._update(subject, values, conn=conn, now=self.clock.now())
            await self._audit(conn, subject, events.LINK_FAILED, {"cause": cause.key if cause else ""})
        return settled

    async def _audit(self, conn: Connection, subject: Subject, event: str, detail: Mapping[str, str]) -> None:
        session = subject.session
        await self.trail.record(
            conn,
            project_id=session.project_id,
            actor=session.actor,
            event=event,
            subject=f"connect_session:{session.id}",
            detail={"connector": subject.connector.key, "attempt": subject.attempt.id, **detail},
        )

    async def _note(self, subject: Subject, checklist: Sequence[Check]) -> None:
        async with self.db.connection() as conn:
            await self._update(subject, {"checklist": checklist}, conn=conn, now=self.clock.now())

    async def _update(self, subject: Subject, values: Mapping[str, Any], *, conn: Any, now: Any) -> Attempt:
        """Write to the attempt while it is being tested; where it was cancelled meanwhile, that stands."""
        project_id = subject.session.project_id
        updated = await store.update_attempt(
            conn, project_id=project_id, attempt_id=subject.attempt.id, values=values, now=now, only_in=("testing",)
        )
        if updated is not None:
            return updated
        current = await store.lock_attempt(conn, project_id=project_id, attempt_id=subject.attempt.id)
        return current or subject.attempt

    async def _current(self, subject: Subject) -> Attempt:
        async with self.db.connection() as conn:
            found = await store.get_attempt(
                conn,
                project_id=subject.session.project_id,
                session_id=subject.session.id,
                attempt_id=subject.attempt.id,
            )
        return found or subject.attempt


def _scopes(result: ProbeResult, profile: Integration) -> tuple[Literal["ok", "warn"], str]:
    """Say which scopes were found and which are missing, of those that the profile asks for where it names some."""
    missing = result.scopes_missing & set(profile.scopes) if profile.scopes else result.scopes_missing
    if missing:
        return "warn", "Not ticked: " + ", ".join(sorted(missing))
    if result.scopes_found:
        return "ok", ", ".join(sorted(result.scopes_found))
    return "ok", "Full access"
