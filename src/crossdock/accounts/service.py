"""Accounts with their secrets: candidates, the one transaction that links, relinking under the same id, deletion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from crossdock.accounts import candidacy, integration_store, store
from crossdock.accounts import identity as identities
from crossdock.accounts.changes import CHANNEL, LINKED, Change
from crossdock.accounts.health import ProbeResult
from crossdock.accounts.model import Account, Candidate, Identity
from crossdock.accounts.records import Records
from crossdock.audit import events
from crossdock.connectors.auth import Tokens
from crossdock.connectors.model import AuthMethod, Connector, Effect
from crossdock.db.pool import Connection
from crossdock.kernel.errors import ConflictError, NotFoundError
from crossdock.kernel.secret import Secret
from crossdock.outbox import event
from crossdock.vault.store import Vault

CANDIDATE_LIFE = timedelta(minutes=60)


class Leaving(Protocol):
    """Erases, in the transaction that deletes an account, what others keep of it."""

    async def __call__(self, conn: Connection, *, project_id: str, account_id: str) -> None: ...  # noqa: D102 - as above


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts(Records):
    """The accounts of every project, and the only place that makes or ends them."""

    vault: Vault
    leaving: list[Leaving] = field(default_factory=list)

    async def hold_candidate(
        self,
        conn: Connection,
        *,
        project_id: str,
        attempt_id: str,
        connector: Connector,
        method: AuthMethod,
        environment: str,
        values: Mapping[str, Secret | str],
    ) -> str:
        """Seal what a person typed, by field, until it is tested and confirmed; return the candidate's id."""
        connector.environment(environment)
        names = {field.key: field.stores_as for field in method.user_fields}
        secrets = {names.get(key, key): value for key, value in values.items() if isinstance(value, Secret) and value}
        setup = {names.get(key, key): value for key, value in values.items() if isinstance(value, str) and value}
        hints = {key: value.hint() for key, value in values.items() if isinstance(value, Secret) and value}
        candidate = self._candidate(project_id, attempt_id, environment)
        await self._hold(conn, replace(candidate, setup=setup, secret_hints=hints), secrets)
        return candidate.id

    async def hold_tokens(
        self, conn: Connection, *, project_id: str, attempt_id: str, environment: str, tokens: Tokens
    ) -> str:
        """Seal tokens that an OAuth provider issued until they are tested and confirmed; return the candidate's id."""
        secrets = {"access_token": tokens.access_token}
        if tokens.refresh_token is not None:
            secrets["refresh_token"] = tokens.refresh_token
        candidate = replace(
            self._candidate(project_id, attempt_id, environment),
            access_expires_at=tokens.expires_at,
            hard_end_at=tokens.refresh_expires_at,
        )
        await self._hold(conn, candidate, secrets)
        return candidate.id

    async def open_candidate(self, conn: Connection, *, project_id: str, candidate_id: str) -> dict[str, Secret]:
        """Return a candidate's secrets by their names in the vault; raise NotFoundError once it is gone."""
        candidate = await self._held(conn, project_id, candidate_id)
        return await self.vault.open(
            conn, project_id=project_id, owner_id=candidate.id, generation=candidate.generation
        )

    async def open_kept(self, *, project_id: str, account_id: str) -> dict[str, Secret]:
        """Return the secrets under which an account runs now, for testing them once more on relinking."""
        async with self.db.connection() as conn:
            held = await self.credential(conn, project_id=project_id, account_id=account_id)
            return await self.vault.open(conn, project_id=project_id, owner_id=account_id, generation=held.generation)

    async def candidate(self, conn: Connection, *, project_id: str, candidate_id: str) -> Candidate:
        """Return what a person is about to confirm, without its secrets; raise NotFoundError once it is gone."""
        return await self._held(conn, project_id, candidate_id)

    async def candidate_environment(self, conn: Connection, *, project_id: str, candidate_id: str) -> str:
        """Return the key of the environment that a candidate is for."""
        return (await self._held(conn, project_id, candidate_id)).environment

    async def refill_candidate(
        self,
        conn: Connection,
        *,
        project_id: str,
        candidate_id: str,
        credential: Mapping[str, Secret],
        access_expires_at: datetime | None,
        hard_end_at: datetime | None = None,
    ) -> None:
        """Seal a candidate's secrets anew, with the access token that its refresh token gave."""
        candidate = await self._held(conn, project_id, candidate_id)
        await self.vault.seal(
            conn, project_id=project_id, owner_id=candidate.id, generation=candidate.generation, fields=credential
        )
        values = {"access_expires_at": access_expires_at, "hard_end_at": hard_end_at or candidate.hard_end_at}
        await store.update_candidate(conn, project_id=project_id, candidate_id=candidate_id, values=values)

    async def note_candidate(
        self, conn: Connection, *, project_id: str, candidate_id: str, result: ProbeResult
    ) -> None:
        """Keep what the test found: identity and scopes."""
        values = {
            "identity": result.identity,
            "scopes_found": result.scopes_found,
            "scopes_missing": result.scopes_missing,
        }
        await store.update_candidate(conn, project_id=project_id, candidate_id=candidate_id, values=values)

    async def identity_conflict(
        self,
        conn: Connection,
        *,
        project_id: str,
        account_id: str | None,
        connector_key: str,
        origin_owner_id: str,
        environment: str,
        identity: Identity | None,
    ) -> dict[str, Any]:
        """Say what a person must decide before this is confirmed; empty where nothing is in the way.

        On relinking (``account_id``) ``{"kind": "identity_differs", "before", "after"}``: another provider account. On
        linking ``{"kind": "already_linked", "account_id"}``: this owner has linked the same provider account before.
        """
        if account_id is not None:
            account = await self.read(conn, project_id=project_id, account_id=account_id)
            return identities.difference(account=account, environment=environment, identity=identity)
        key = identities.identity_key(identity)
        if key is None:
            return {}
        others = await store.accounts_of_identity(
            conn, project_id=project_id, connector_key=connector_key, identity_key=key
        )
        return identities.already_linked(others=others, origin_owner_id=origin_owner_id, environment=environment)

    async def drop_candidate(self, conn: Connection, *, project_id: str, candidate_id: str) -> None:
        """Erase a candidate and its secrets; one that is gone already is fine."""
        # The row goes first: a test that seals just now holds it, and what it seals must be seen by what erases.
        await store.delete_candidate(conn, project_id=project_id, candidate_id=candidate_id)
        await self.vault.erase(conn, project_id=project_id, owner_id=candidate_id)

    async def drop_expired_candidates(self, conn: Connection, *, now: datetime, limit: int) -> int:
        """Erase the candidates that nobody confirmed in time; return how many."""
        ended = await store.expired_candidates(conn, now=now, limit=limit)
        for project_id, candidate_id in ended:
            await self.drop_candidate(conn, project_id=project_id, candidate_id=candidate_id)
        return len(ended)

    async def create(
        self,
        conn: Connection,
        *,
        project_id: str,
        integration_id: str,
        candidate_id: str,
        origin_owner_id: str,
        origin_owner_name: str,
        origin_username: str | None,
        label: str | None,
        metadata: Mapping[str, Any],
        effects: frozenset[Effect],
        actor: str,
    ) -> Account:
        """Link: account, credential, sealed secrets, event and audit entry in the caller's transaction, or nothing."""
        candidate = await self._held(conn, project_id, candidate_id)
        connector, method = await self._way(conn, project_id, integration_id)
        now, account_id = self.clock.now(), self.ids.new("acc")
        account = Account(
            id=account_id,
            project_id=project_id,
            integration_id=integration_id,
            connector_key=connector.key,
            auth_method=method.key,
            environment=candidate.environment,
            type=connector.environment(candidate.environment).type,
            origin_owner_id=origin_owner_id,
            origin_owner_name=origin_owner_name,
            origin_username=origin_username,
            label=label,
            metadata=metadata,
            effects=effects,
            linked_by=actor,
            created_at=now,
            updated_at=now,
            status="active",
            status_since=now,
        )
        issued_at = candidacy.issued_at(candidate, method)
        account = candidacy.taken_over(account, candidate, method, issued_at=issued_at, now=now)
        await self._insert(conn, account, candidate, issued_at=issued_at)
        await self.db.notify(conn, LINKED, Change(project_id, account_id).payload)
        await self._tell(conn, account, kind=event.ACCOUNT_CREATED)
        await self._audit(conn, account, actor=actor, name=events.ACCOUNT_LINKED, detail=candidacy.granted(account))
        return account

    async def relink(
        self,
        conn: Connection,
        *,
        project_id: str,
        account_id: str,
        integration_id: str,
        candidate_id: str,
        effects: frozenset[Effect],
        actor: str,
    ) -> Account:
        """Give an account a new credential under the same id; a refresh under way loses at its fence."""
        before = await self.lock(conn, project_id=project_id, account_id=account_id)
        candidate = await self._held(conn, project_id, candidate_id)
        connector, method = await self._way(conn, project_id, integration_id)
        if connector.key != before.connector_key:
            raise ConflictError(
                f"This account belongs to another provider than {connector.name}.",
                remedy="Link the other provider as an account of its own.",
            )
        now, issued_at = self.clock.now(), candidacy.issued_at(candidate, method)
        generation = await store.replace_credential(
            conn,
            project_id=project_id,
            account_id=account_id,
            issued_at=issued_at,
            expires_at=candidate.access_expires_at,
        )
        if generation is None:
            raise NotFoundError("The account has no credential.", remedy="Delete the account and link it anew.")
        changed = replace(
            before,
            integration_id=integration_id,
            auth_method=method.key,
            environment=candidate.environment,
            type=connector.environment(candidate.environment).type,
            effects=effects,
            paused_at=None,
            updated_at=now,
        )
        changed = candidacy.taken_over(changed, candidate, method, issued_at=issued_at, now=now)
        values = {name: getattr(changed, name) for name in candidacy.TAKEN_OVER}
        after = await self._write(conn, before, values)
        await self._move(conn, candidate, account_id=account_id, generation=generation)
        await self._tell(conn, after, kind=event.ACCOUNT_UPDATED)
        await self._audit(conn, after, actor=actor, name=events.ACCOUNT_RELINKED, detail=candidacy.granted(after))
        return after

    async def delete(self, *, project_id: str, account_id: str, actor: str) -> Account:
        """Delete an account and erase its secrets for good; its audit entries and calls stay."""
        async with self.db.transaction() as conn:
            before = await self.lock(conn, project_id=project_id, account_id=account_id)
            now = self.clock.now()
            # The row first: a refresh that stages just now is waited for, and what it sealed is erased too.
            await store.delete_credential(conn, project_id=project_id, account_id=account_id)
            await self.vault.erase(conn, project_id=project_id, owner_id=account_id)
            for leave in self.leaving:
                await leave(conn, project_id=project_id, account_id=account_id)
            ended = {"deleted_at": now, "updated_at": now, "next_probe_at": None, "next_refresh_at": None}
            await store.update_account(conn, project_id=project_id, account_id=account_id, values=ended)
            await self.db.notify(conn, CHANNEL, Change(project_id, account_id).payload)
            await self._tell(conn, before, kind=event.ACCOUNT_DELETED)
            await self._audit(conn, before, actor=actor, name=events.ACCOUNT_DELETED, detail={})
        self.changes.tell(Change(project_id, account_id))
        return replace(before, deleted_at=now, updated_at=now)

    async def _way(self, conn: Connection, project_id: str, integration_id: str) -> tuple[Connector, AuthMethod]:
        integration = await integration_store.hold_integration(
            conn, project_id=project_id, integration_id=integration_id
        )
        if integration is None:
            raise NotFoundError("There is no such integration.", remedy="List them: GET /auth_configs.")
        connector = self.catalogue.get(integration.connector_key)
        return connector, connector.auth_method(integration.auth_method)

    async def _held(self, conn: Connection, project_id: str, candidate_id: str) -> Candidate:
        candidate = await store.get_candidate(conn, project_id=project_id, candidate_id=candidate_id)
        if candidate is None:
            raise NotFoundError("What was pasted is no longer kept.", remedy="Go back and paste it once more.")
        return candidate

    async def _hold(self, conn: Connection, candidate: Candidate, secrets: Mapping[str, Secret]) -> None:
        await store.insert_candidate(conn, project_id=candidate.project_id, candidate=candidate)
        await self.vault.seal(
            conn,
            project_id=candidate.project_id,
            owner_id=candidate.id,
            generation=candidate.generation,
            fields=secrets,
        )

    async def _insert(self, conn: Connection, account: Account, candidate: Candidate, *, issued_at: datetime) -> None:
        await store.insert_account(conn, project_id=account.project_id, account=account)
        await store.insert_credential(
            conn,
            project_id=account.project_id,
            account_id=account.id,
            issued_at=issued_at,
            expires_at=candidate.access_expires_at,
        )
        await self._move(conn, candidate, account_id=account.id, generation=1)

    async def _move(self, conn: Connection, candidate: Candidate, *, account_id: str, generation: int) -> None:
        await self.vault.move(
            conn,
            project_id=candidate.project_id,
            from_owner=candidate.id,
            from_generation=candidate.generation,
            to_owner=account_id,
            to_generation=generation,
        )
        await self.vault.erase(conn, project_id=candidate.project_id, owner_id=account_id, keep_generation=generation)
        await store.delete_candidate(conn, project_id=candidate.project_id, candidate_id=candidate.id)

    def _candidate(self, project_id: str, attempt_id: str, environment: str) -> Candidate:
        now = self.clock.now()
        return Candidate(
            id=self.ids.new("cand"),
            project_id=project_id,
            attempt_id=attempt_id,
            environment=environment,
            created_at=now,
            expires_at=now + CANDIDATE_LIFE,
        )
