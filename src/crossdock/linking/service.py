"""Linking an account: sessions, what they offer, a submitted credential, its test, and the confirmation."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from crossdock.accounts.changes import Change
from crossdock.accounts.integrations import Integrations
from crossdock.accounts.model import Account, Integration
from crossdock.accounts.service import Accounts
from crossdock.audit import events
from crossdock.audit.trail import Trail
from crossdock.connectors import guide
from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.guide import Submission
from crossdock.connectors.model import AuthMethod, Cause, Effect, EnvironmentType
from crossdock.db.pool import Connection, Database
from crossdock.kernel.clock import Clock
from crossdock.kernel.errors import ConflictError, NotFoundError
from crossdock.kernel.ids import Ids
from crossdock.kernel.points import reach
from crossdock.linking import decisions, store
from crossdock.linking.causes import cause_of
from crossdock.linking.session import (
    ATTEMPT_LIFE,
    TEST_LIMIT,
    Attempt,
    ConnectSession,
    OnConflict,
    closed,
    fresh_checklist,
    marked,
)
from crossdock.linking.sessions import Sessions
from crossdock.linking.trial import Subject, Trial
from crossdock.telemetry import logs, metrics

log = logs.get(__name__)

_CANCELLABLE = frozenset({"pending", "testing", "confirm", "error"})


@dataclass(frozen=True, slots=True)
class Linking:
    """Takes a person from a connect session to a linked account."""

    db: Database
    clock: Clock
    ids: Ids
    catalogue: Catalogue
    accounts: Accounts
    integrations: Integrations
    trial: Trial
    trail: Trail
    sessions: Sessions
    running: set[asyncio.Task[Attempt]] = field(default_factory=set)

    async def submit(
        self,
        *,
        session: ConnectSession,
        integration_id: str,
        fields: Mapping[str, str],
        effects: frozenset[Effect],
        test: Literal["background", "wait"],
    ) -> Attempt:
        """Take what a person typed, seal it and test it; what is plainly wrong is said without asking anyone."""
        self.sessions.check_unused(session=session)
        integration, connector, method = await self.sessions.integration(session=session, integration_id=integration_id)
        fields = await self._with_stored(session, method, fields)
        # Clients say "production" unasked: only a session for tests is held to its world.
        wanted: EnvironmentType | None = "test" if session.type == "test" else None
        if integration.environment is not None:
            wanted = connector.environment(integration.environment).type
        now = self.clock.now()
        submission = guide.recognise_all(connector=connector, method=method, fields=fields, now=now, wanted=wanted)
        chosen = session.effects if session.effects_locked else effects
        if submission.problems:
            return await self._refuse(session, integration, submission, chosen)
        async with self.db.transaction() as conn:
            attempt = await self._open_attempt(conn, session, integration, submission, chosen)
            candidate_id = await self.accounts.hold_candidate(
                conn,
                project_id=session.project_id,
                attempt_id=attempt.id,
                connector=connector,
                method=method,
                environment=submission.environment or integration.environment or method.environments[0],
                values=submission.values,
            )
            attempt = await self._set(conn, attempt, {"candidate_id": candidate_id})
            reach("linking.submit.held")
        reach("linking.submit.committed")
        return await self.start_test(
            session=session, attempt=attempt, integration=integration, candidate=candidate_id, test=test
        )

    async def retest(self, *, session: ConnectSession, attempt_id: str, test: Literal["background", "wait"]) -> Attempt:
        """Test the held credential once more, after weather or an interruption."""
        attempt = await self.get_attempt(session=session, attempt_id=attempt_id)
        if attempt.candidate_id is None or attempt.integration_id is None:
            raise ConflictError("There is nothing to test again.", remedy="Go back and paste the token once more.")
        async with self.db.transaction() as conn:
            again = await store.update_attempt(
                conn,
                project_id=session.project_id,
                attempt_id=attempt_id,
                values={"status": "testing", "checklist": marked(fresh_checklist(), "format", "ok"), "cause": None},
                now=self.clock.now(),
                only_in=("error", "confirm", "testing"),
            )
        if again is None:
            raise ConflictError("This attempt has ended.", remedy="Go back and paste the token once more.")
        integration, _, _ = await self.sessions.integration(session=session, integration_id=attempt.integration_id)
        return await self.start_test(
            session=session,
            attempt=again,
            integration=integration,
            candidate=attempt.candidate_id,
            test=test,
        )

    async def get_attempt(self, *, session: ConnectSession, attempt_id: str) -> Attempt:
        """Return an attempt; one whose test was cut off says so."""
        async with self.db.connection() as conn:
            attempt = await store.get_attempt(
                conn, project_id=session.project_id, session_id=session.id, attempt_id=attempt_id
            )
            if attempt is None:
                raise _no_attempt()
            if attempt.status == "testing" and self.clock.now() - attempt.updated_at > TEST_LIMIT:
                values = {"status": "error", "cause": "test_interrupted", "checklist": closed(attempt.checklist)}
                attempt = await self._set(conn, attempt, values)
        return attempt

    async def latest_attempt(self, *, session: ConnectSession) -> Attempt | None:
        """Return the newest attempt of the session, so that a person resumes where they were."""
        async with self.db.connection() as conn:
            return await store.latest_attempt(conn, project_id=session.project_id, session_id=session.id)

    async def cause(self, *, session: ConnectSession, attempt: Attempt) -> Cause:
        """Return why an attempt failed, in words for people."""
        connector = None
        if attempt.integration_id is not None:
            integration = await self.integrations.get(
                project_id=session.project_id, integration_id=attempt.integration_id
            )
            connector = self.catalogue.get(integration.connector_key)
        return cause_of(connector=connector, key=attempt.cause)

    async def cancel(self, *, session: ConnectSession, attempt_id: str) -> None:
        """End an attempt; its candidate is erased."""
        async with self.db.transaction() as conn:
            attempt = await self._locked(conn, session, attempt_id)
            if attempt.status not in _CANCELLABLE:
                return
            await self._set(conn, attempt, {"status": "cancelled", "candidate_id": None})
            if attempt.candidate_id:
                await self.accounts.drop_candidate(
                    conn, project_id=session.project_id, candidate_id=attempt.candidate_id
                )
            await self.trail.record(
                conn,
                project_id=session.project_id,
                actor=session.actor,
                event=events.LINK_CANCELLED,
                subject=f"connect_session:{session.id}",
                detail={"attempt": attempt.id},
            )

    async def confirm(self, *, session: ConnectSession, attempt_id: str, on_conflict: OnConflict) -> Account:
        """Turn a tested candidate into the account: account, credential, event and audit, or nothing at all.

        Where a person has to decide (another provider account on relinking, one that is linked already), ``refuse``
        raises ConflictError, ``accept`` goes on, and ``replace`` relinks the account that is there.
        """
        async with self.db.transaction() as conn:
            attempt = await self._locked(conn, session, attempt_id)
            if attempt.status == "authenticated" and attempt.account_id:
                return await self.accounts.read(conn, project_id=session.project_id, account_id=attempt.account_id)
            reach("linking.confirm.locked")
            attempt = await self._judged(conn, session, attempt)
            undecided = decisions.undecided(attempt, on_conflict)
            account = None if undecided else await self._linked(conn, session, attempt, on_conflict)
        if account is None:
            raise undecided or _not_ready()
        self.accounts.changes.tell(Change(account.project_id, account.id))
        reach("linking.confirm.committed")
        metrics.LINKS.labels(connector=account.connector_key, outcome="linked").inc()
        return account

    async def sweep(self, *, limit: int = 200) -> int:
        """End what nobody came back to and erase its candidates; return how many attempts ended."""
        now = self.clock.now()
        async with self.db.transaction() as conn:
            ended = await store.expire_attempts(conn, now=now, limit=limit)
            await self.accounts.drop_expired_candidates(conn, now=now, limit=limit)
        return len(ended)

    async def drain(self) -> None:
        """Wait for the tests that still run in this process."""
        if self.running:
            await asyncio.wait(self.running, timeout=10)

    async def _with_stored(
        self, session: ConnectSession, method: AuthMethod, fields: Mapping[str, str]
    ) -> Mapping[str, str]:
        """On relinking, fill in what was not sent from what the account has; the pages send every field."""
        account = await self.sessions.existing_account(session=session)
        if account is None:
            return fields
        kept = method.by_field(account.setup_text())
        needed = {one.key: one.stores_as for one in method.user_fields if one.secret and one.required}
        absent = {key: name for key, name in needed.items() if key not in fields}
        if absent and account.auth_method == method.key:
            secrets = await self.accounts.open_kept(project_id=session.project_id, account_id=account.id)
            kept |= {key: secrets[name].reveal() for key, name in absent.items() if name in secrets}
        return {**kept, **fields}

    async def _open_attempt(
        self,
        conn: Connection,
        session: ConnectSession,
        integration: Integration,
        submission: Submission,
        effects: frozenset[Effect],
    ) -> Attempt:
        now = self.clock.now()
        return await store.insert_attempt(
            conn,
            project_id=session.project_id,
            attempt_id=self.ids.new("att"),
            session_id=session.id,
            values={
                "integration_id": integration.id,
                "status": "testing",
                "effects": effects,
                "checklist": marked(fresh_checklist(), "format", "ok", " ".join(submission.notes)),
                "notes": submission.notes,
            },
            now=now,
            expires_at=now + ATTEMPT_LIFE,
        )

    async def _refuse(
        self, session: ConnectSession, integration: Integration, submission: Submission, effects: frozenset[Effect]
    ) -> Attempt:
        """Keep an attempt that failed at its form."""
        problem, now = submission.problems[0], self.clock.now()
        async with self.db.connection() as conn:
            return await store.insert_attempt(
                conn,
                project_id=session.project_id,
                attempt_id=self.ids.new("att"),
                session_id=session.id,
                values={
                    "integration_id": integration.id,
                    "status": "error",
                    "effects": effects,
                    "checklist": closed(marked(fresh_checklist(), "format", "failed", problem.cause.title)),
                    "cause": problem.cause.key,
                    "field": problem.field,
                },
                now=now,
                expires_at=now + ATTEMPT_LIFE,
            )

    async def start_test(
        self,
        *,
        session: ConnectSession,
        attempt: Attempt,
        integration: Integration,
        candidate: str,
        test: Literal["background", "wait"],
    ) -> Attempt:
        """Test a held candidate, in the background or to the end."""
        subject = await self._subject(session, attempt, integration, candidate)
        task = asyncio.create_task(self.trial.run(subject), name=f"linking.trial:{attempt.id}")
        self.running.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task) if test == "wait" else attempt

    async def _subject(
        self, session: ConnectSession, attempt: Attempt, integration: Integration, candidate: str
    ) -> Subject:
        connector = self.catalogue.get(integration.connector_key)
        async with self.db.connection() as conn:
            environment = await self.accounts.candidate_environment(
                conn, project_id=session.project_id, candidate_id=candidate
            )
        return Subject(
            session=session,
            attempt=attempt,
            integration=integration,
            connector=connector,
            method=connector.auth_method(integration.auth_method),
            environment=connector.environment(environment),
            candidate_id=candidate,
        )

    def _ended(self, task: asyncio.Task[Attempt]) -> None:
        """Log a test that crashed; its attempt says after a while that it was cut off."""
        self.running.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.error("linking.test.crashed", error=type(error).__name__, test=task.get_name(), exc_info=error)

    async def _locked(self, conn: Connection, session: ConnectSession, attempt_id: str) -> Attempt:
        """Return an attempt of this very session, and keep others from changing it."""
        attempt = await store.lock_attempt(conn, project_id=session.project_id, attempt_id=attempt_id)
        if attempt is None or attempt.session_id != session.id:
            raise _no_attempt()
        return attempt

    async def _judged(self, conn: Connection, session: ConnectSession, attempt: Attempt) -> Attempt:
        """Look once more for what a person must decide: since the test the owner may have linked something."""
        if attempt.status != "confirm" or attempt.candidate_id is None or attempt.integration_id is None:
            raise _not_ready()
        project_id = session.project_id
        await store.lock_owner(conn, project_id=project_id, origin_owner_id=session.origin_owner_id)
        current = await store.get_session(conn, project_id=project_id, session_id=session.id)
        self.sessions.check_unused(session=current or session)
        candidate = await self.accounts.candidate(conn, project_id=project_id, candidate_id=attempt.candidate_id)
        integration = await self.integrations.read(conn, project_id=project_id, integration_id=attempt.integration_id)
        conflict = await self.accounts.identity_conflict(
            conn,
            project_id=project_id,
            account_id=session.account_id,
            connector_key=integration.connector_key,
            origin_owner_id=session.origin_owner_id,
            environment=candidate.environment,
            identity=candidate.identity,
        )
        return await self._set(conn, attempt, {"conflict": conflict})

    async def _linked(
        self, conn: Connection, session: ConnectSession, attempt: Attempt, on_conflict: OnConflict
    ) -> Account:
        """Keep the account and settle attempt and session with it."""
        account = await self._keep(conn, session, attempt, on_conflict)
        reach("linking.confirm.kept")
        await self._set(conn, attempt, {"status": "authenticated", "account_id": account.id, "candidate_id": None})
        await store.finish_session(conn, project_id=session.project_id, session_id=session.id, now=self.clock.now())
        reach("linking.confirm.before_commit")
        return account

    async def _keep(
        self, conn: Connection, session: ConnectSession, attempt: Attempt, on_conflict: OnConflict
    ) -> Account:
        if attempt.candidate_id is None or attempt.integration_id is None:
            raise _not_ready()
        target = decisions.target(session, attempt, on_conflict)
        if target is not None:
            return await self.accounts.relink(
                conn,
                project_id=session.project_id,
                account_id=target,
                integration_id=attempt.integration_id,
                candidate_id=attempt.candidate_id,
                effects=attempt.effects,
                actor=session.actor,
            )
        return await self.accounts.create(
            conn,
            project_id=session.project_id,
            integration_id=attempt.integration_id,
            candidate_id=attempt.candidate_id,
            origin_owner_id=session.origin_owner_id,
            origin_owner_name=session.origin_owner_name,
            origin_username=session.origin_username,
            label=session.label,
            metadata=session.metadata,
            effects=attempt.effects,
            actor=session.actor,
        )

    async def _set(self, conn: Connection, attempt: Attempt, values: Mapping[str, Any]) -> Attempt:
        changed = await store.update_attempt(
            conn,
            project_id=attempt.project_id,
            attempt_id=attempt.id,
            values=values,
            now=self.clock.now(),
            only_in=(attempt.status,),
        )
        return changed or attempt


def _no_attempt() -> NotFoundError:
    return NotFoundError("There is no such attempt.", remedy="Go back and start again.")


def _not_ready() -> ConflictError:
    return ConflictError("This attempt is not ready to confirm.", remedy="Test the credential first.")
