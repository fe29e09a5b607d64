"""Connectors as one project uses them: switched on or off, with the project's own OAuth application."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crossdock.accounts import integration_store as store
from crossdock.accounts.changes import CHANNEL, Changes
from crossdock.accounts.model import Integration
from crossdock.audit import events
from crossdock.audit.trail import Trail
from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.model import AuthMethod, Connector
from crossdock.db.pool import Connection, Database
from crossdock.kernel.clock import Clock
from crossdock.kernel.errors import MisconfiguredError, NotFoundError, UnprocessableError
from crossdock.kernel.ids import Ids
from crossdock.kernel.secret import Secret
from crossdock.vault.store import Vault

_GENERATION = 1
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Integrations:
    """The integrations of every project; client secrets are sealed under the integration's id."""

    db: Database
    vault: Vault
    catalogue: Catalogue
    trail: Trail
    clock: Clock
    ids: Ids
    changes: Changes

    async def ensure_defaults(self, *, project_id: str) -> Sequence[Integration]:
        """Add one integration for each way of linking that asks nothing of the operator; return all of the project."""
        async with self.db.transaction() as conn:
            await store.lock_project(conn, project_id=project_id)
            held = await store.list_integrations(conn, project_id=project_id)
            known = {(one.connector_key, one.auth_method) for one in held}
            for connector in self.catalogue.connectors():
                for method in connector.auth_methods:
                    if not method.setup_fields and (connector.key, method.key) not in known:
                        fresh = self._integration(project_id, connector, method)
                        held.append(await store.insert_integration(conn, project_id=project_id, integration=fresh))
        return held

    async def list(self, *, project_id: str) -> Sequence[Integration]:
        """Return a project's integrations in the order in which they were made."""
        async with self.db.connection() as conn:
            return await store.list_integrations(conn, project_id=project_id)

    async def get(self, *, project_id: str, integration_id: str) -> Integration:
        """Return an integration; raise NotFoundError."""
        async with self.db.connection() as conn:
            return await self.read(conn, project_id=project_id, integration_id=integration_id)

    async def read(self, conn: Connection, *, project_id: str, integration_id: str) -> Integration:
        """Return an integration on the caller's connection; raise NotFoundError."""
        return _found(await store.get_integration(conn, project_id=project_id, integration_id=integration_id))

    async def create(
        self,
        *,
        project_id: str,
        connector_key: str,
        auth_method: str,
        setup: Mapping[str, str],
        actor: str,
        name: str | None = None,
        environment: str | None = None,
    ) -> Integration:
        """Set a connector up with the project's own application; ``setup`` has the method's setup fields by key."""
        connector = self.catalogue.get(connector_key)
        method = connector.auth_method(auth_method)
        if environment is not None:
            connector.environment(environment)
        plain, secrets = _sorted_setup(method, setup, held=frozenset())
        fresh = self._integration(project_id, connector, method, name=name, environment=environment)
        async with self.db.transaction() as conn:
            kept = await store.insert_integration(conn, project_id=project_id, integration=fresh)
            kept = await self._keep(conn, kept, plain, secrets, {})
            await self._audit(conn, kept, actor, events.INTEGRATION_CREATED)
        return kept

    async def update(
        self,
        *,
        project_id: str,
        integration_id: str,
        actor: str,
        setup: Mapping[str, str] | None = None,
        name: str | None = None,
        environment: str | None = None,
    ) -> Integration:
        """Change name, environment or setup; a secret that is left out stays as it is."""
        async with self.db.transaction() as conn:
            held = await self.read(conn, project_id=project_id, integration_id=integration_id)
            connector = self.catalogue.get(held.connector_key)
            if environment is not None:
                connector.environment(environment)
            values = {"name": _checked_name(name or held.name), "environment": environment or held.environment}
            method = connector.auth_method(held.auth_method)
            plain, secrets = _sorted_setup(method, {**held.setup, **(setup or {})}, held=frozenset(held.setup_secrets))
            kept = await self._keep(conn, held, plain, secrets, values)
            await self._audit(conn, kept, actor, events.INTEGRATION_UPDATED)
        self.changes.tell("")
        return kept

    async def switch_on(self, *, project_id: str, integration_id: str, actor: str) -> Integration:
        """Allow linking and calls through this integration."""
        return await self._switch(project_id, integration_id, {"active": True}, actor, events.INTEGRATION_ENABLED)

    async def switch_off(self, *, project_id: str, integration_id: str, actor: str) -> Integration:
        """Stop linking and calls through this integration; its accounts stay and are kept alive."""
        return await self._switch(project_id, integration_id, {"active": False}, actor, events.INTEGRATION_DISABLED)

    async def client(self, conn: Connection, *, project_id: str, integration_id: str) -> dict[str, Secret]:
        """Return the operator's setup, opened: client id and secret for OAuth; empty where the method needs none."""
        held = await self.read(conn, project_id=project_id, integration_id=integration_id)
        opened = {key: Secret(str(value)) for key, value in held.setup.items()}
        if held.setup_secrets:
            opened |= await self.vault.open(
                conn, project_id=project_id, owner_id=integration_id, generation=_GENERATION
            )
        missing = set(held.setup_secrets) - set(opened)
        if missing:
            raise MisconfiguredError(
                f"The integration {integration_id} has lost its setup: {', '.join(sorted(missing))}.",
                remedy="Enter the OAuth application's client id and secret again under Connectors.",
            )
        return opened

    async def _switch(
        self, project_id: str, integration_id: str, values: Mapping[str, Any], actor: str, name: str
    ) -> Integration:
        async with self.db.transaction() as conn:
            kept = _found(
                await store.update_integration(
                    conn, project_id=project_id, integration_id=integration_id, values=values, now=self.clock.now()
                )
            )
            await self._audit(conn, kept, actor, name)
            await self.db.notify(conn, CHANNEL, "")
        self.changes.tell("")
        return kept

    async def _keep(
        self,
        conn: Connection,
        held: Integration,
        plain: Mapping[str, str],
        secrets: Mapping[str, Secret],
        values: Mapping[str, Any],
    ) -> Integration:
        if secrets:
            before = await self.vault.open(conn, project_id=held.project_id, owner_id=held.id, generation=_GENERATION)
            secrets = {**before, **secrets}
            await self.vault.seal(
                conn, project_id=held.project_id, owner_id=held.id, generation=_GENERATION, fields=secrets
            )
        names = sorted({*held.setup_secrets, *secrets})
        values = {**values, "setup": dict(plain), "setup_secrets": names}
        return _found(
            await store.update_integration(
                conn, project_id=held.project_id, integration_id=held.id, values=values, now=self.clock.now()
            )
        )

    async def _audit(self, conn: Connection, held: Integration, actor: str, name: str) -> None:
        detail = {"connector": held.connector_key, "auth_method": held.auth_method, "name": held.name}
        await self.trail.record(
            conn, project_id=held.project_id, actor=actor, event=name, subject=held.id, detail=detail
        )

    def _integration(
        self,
        project_id: str,
        connector: Connector,
        method: AuthMethod,
        *,
        name: str | None = None,
        environment: str | None = None,
    ) -> Integration:
        now = self.clock.now()
        return Integration(
            id=self.ids.new("int"),
            project_id=project_id,
            connector_key=connector.key,
            auth_method=method.key,
            name=_checked_name(name or f"{connector.name}: {method.label}"),
            environment=environment,
            active=True,
            setup={},
            setup_secrets=(),
            created_at=now,
            updated_at=now,
        )


def _sorted_setup(
    method: AuthMethod, setup: Mapping[str, str], *, held: frozenset[str]
) -> tuple[dict[str, str], dict[str, Secret]]:
    """Part the operator's answers into open ones and secrets; raise UnprocessableError naming what is missing."""
    given = {field.key: setup.get(field.key, setup.get(field.stores_as, "")).strip() for field in method.setup_fields}
    missing = [
        field.label
        for field in method.setup_fields
        if field.required and not given[field.key] and not (field.secret and field.stores_as in held)
    ]
    if missing:
        raise UnprocessableError(
            f"Missing: {', '.join(missing)}.",
            remedy="Fill in what your OAuth application's page at the provider shows.",
        )
    plain = {
        field.stores_as: given[field.key] for field in method.setup_fields if not field.secret and given[field.key]
    }
    secrets = {
        field.stores_as: Secret(given[field.key]) for field in method.setup_fields if field.secret and given[field.key]
    }
    return plain, secrets


def _checked_name(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= _LONGEST_NAME:
        raise UnprocessableError("The name does not fit.", remedy="Give a name of 1 to 120 characters.")
    return name


def _found(integration: Integration | None) -> Integration:
    if integration is None:
        raise NotFoundError(
            "There is no such integration in this project.", remedy="List them to find its id: GET /connectors/meta."
        )
    return integration
