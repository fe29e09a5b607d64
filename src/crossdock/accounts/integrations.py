"""Connectors as one project uses them: switched on or off, with the project's own OAuth application."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from crossdock.accounts import integration_store as store
from crossdock.accounts.changes import CHANNEL, Change, Changes
from crossdock.accounts.model import Chosen, Integration
from crossdock.audit import events
from crossdock.audit.trail import Trail
from crossdock.connectors import choice
from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.model import AuthMethod, Connector
from crossdock.db.pool import Connection, Database
from crossdock.kernel.clock import Clock
from crossdock.kernel.errors import ConflictError, MisconfiguredError, NotFoundError, UnprocessableError
from crossdock.kernel.ids import Ids
from crossdock.kernel.secret import Secret
from crossdock.vault.store import Vault

_GENERATION = 1
_LONGEST_NAME = 120
_TOLD = 20


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
            known = await store.known_ways(conn, project_id=project_id)
            for connector in self.catalogue.connectors():
                for method in connector.auth_methods:
                    if not method.setup_fields and (connector.key, method.key) not in known:
                        fresh = replace(self._integration(project_id, connector, method), is_default=True)
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
        chosen: Chosen | None = None,
    ) -> Integration:
        """Make a profile; ``setup`` has the method's setup fields by key. The first of its way is the default."""
        chosen = chosen or Chosen()
        connector = self.catalogue.get(connector_key)
        method = connector.auth_method(auth_method)
        plain, secrets = _sorted_setup(method, setup, held=frozenset())
        values = _values(connector, method, chosen)
        fresh = replace(self._integration(project_id, connector, method), **values)
        async with self.db.transaction() as conn:
            await store.lock_project(conn, project_id=project_id)
            others = await store.list_integrations(conn, project_id=project_id)
            kept = await store.insert_integration(conn, project_id=project_id, integration=fresh)
            kept = await self._keep(conn, kept, plain, secrets, {})
            alone = not any(one.is_default and _way(one) == _way(kept) for one in others)
            if alone or chosen.standing == "default":
                await store.make_default(conn, project_id=project_id, integration=kept)
                kept = replace(kept, is_default=True)
            await self._audit(conn, kept, actor, events.INTEGRATION_CREATED)
        return kept

    async def update(
        self,
        *,
        project_id: str,
        integration_id: str,
        actor: str,
        setup: Mapping[str, str] | None = None,
        chosen: Chosen | None = None,
    ) -> Integration:
        """Change a profile, for the calls of its accounts from now on; a secret that is left out stays as it is."""
        chosen = chosen or Chosen()
        async with self.db.transaction() as conn:
            await store.lock_project(conn, project_id=project_id)
            held = await self.read(conn, project_id=project_id, integration_id=integration_id)
            connector = self.catalogue.get(held.connector_key)
            method = connector.auth_method(held.auth_method)
            values = _values(connector, method, chosen)
            plain, secrets = _sorted_setup(method, {**held.setup, **(setup or {})}, held=frozenset(held.setup_secrets))
            kept = await self._keep(conn, held, plain, secrets, values)
            if chosen.standing == "default":
                await store.make_default(conn, project_id=project_id, integration=kept)
                kept = replace(kept, is_default=True)
            await self._audit(conn, kept, actor, _event_of(chosen))
            await self.db.notify(conn, CHANNEL, Change(project_id).payload)
        self.changes.tell(Change(project_id))
        return kept

    async def delete(self, *, project_id: str, integration_id: str, actor: str) -> Integration:
        """Delete a profile and erase its secrets; raise ConflictError while an account is linked through it.

        Where it was the default, the oldest other one of its way is from now on, an active one before others.
        """
        async with self.db.transaction() as conn:
            await store.lock_project(conn, project_id=project_id)
            held = await self.read(conn, project_id=project_id, integration_id=integration_id)
            used = await store.end_integration(
                conn, project_id=project_id, integration_id=integration_id, now=self.clock.now()
            )
            if used:
                raise ConflictError(
                    f"{used} accounts are linked through this profile." if used > 1 else "An account is linked by it.",
                    remedy="Link its accounts again through another profile, or delete them; or switch this one off.",
                    code="profile_in_use",
                )
            await self.vault.erase(conn, project_id=project_id, owner_id=integration_id)
            rest = await store.list_integrations(conn, project_id=project_id)
            heirs = sorted((one for one in rest if _way(one) == _way(held)), key=lambda one: not one.active)
            if held.is_default and heirs:
                await store.make_default(conn, project_id=project_id, integration=heirs[0])
            await self._audit(conn, held, actor, events.INTEGRATION_DELETED)
        return held

    async def uses(self, *, project_id: str) -> Mapping[str, int]:
        """Return by profile how many accounts are linked through it; those without one are left out."""
        async with self.db.connection() as conn:
            return await store.uses(conn, project_id=project_id)

    async def switch_on(self, *, project_id: str, integration_id: str, actor: str) -> Integration:
        """Allow linking and calls through this integration."""
        return await self._switch(project_id, integration_id, Chosen(switch="on"), actor)

    async def switch_off(self, *, project_id: str, integration_id: str, actor: str) -> Integration:
        """Stop linking and calls through this integration; its accounts stay and are kept alive."""
        return await self._switch(project_id, integration_id, Chosen(switch="off"), actor)

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

    async def _switch(self, project_id: str, integration_id: str, chosen: Chosen, actor: str) -> Integration:
        async with self.db.transaction() as conn:
            held = await self.read(conn, project_id=project_id, integration_id=integration_id)
            kept = await self._keep(conn, held, held.setup, {}, {"active": chosen.switch == "on"})
            await self._audit(conn, kept, actor, _event_of(chosen))
            await self.db.notify(conn, CHANNEL, Change(project_id).payload)
        self.changes.tell(Change(project_id))
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
        detail = {
            "connector": held.connector_key,
            "auth_method": held.auth_method,
            "name": held.name,
            "effects": sorted(held.effects),
            "actions": list(held.actions[:_TOLD]),
            "scopes": list(held.scopes[:_TOLD]),
        }
        await self.trail.record(
            conn, project_id=held.project_id, actor=actor, event=name, subject=held.id, detail=detail
        )

    def _integration(self, project_id: str, connector: Connector, method: AuthMethod) -> Integration:
        now = self.clock.now()
        return Integration(
            id=self.ids.new("int"),
            project_id=project_id,
            connector_key=connector.key,
            auth_method=method.key,
            name=_checked_name(f"{connector.name}: {method.label}"),
            environment=None,
            active=True,
            setup={},
            setup_secrets=(),
            created_at=now,
            updated_at=now,
        )


def offered(held: Sequence[Integration], *, own: str | None = None) -> list[Integration]:
    """Return one profile for each way of linking, where it is on: ``own`` by its id, else the default, else the oldest.

    Where ``own`` is an account's that is linked again, other ways are left out that would let more or less pass.
    """
    ways: dict[tuple[str, str], Integration] = {}
    for one in sorted(held, key=lambda one: (one.id != own, not one.is_default)):
        if one.active or one.id == own:
            ways.setdefault(_way(one), one)
    mine = next((one for one in held if one.id == own), None)
    fitting = [one for one in held if one.active and ways.get(_way(one)) is one]
    return fitting if mine is None else [one for one in fitting if one.choice == mine.choice]


def _way(integration: Integration) -> tuple[str, str]:
    return integration.connector_key, integration.auth_method


def _values(connector: Connector, method: AuthMethod, chosen: Chosen) -> dict[str, Any]:
    """Return the columns that change; raise UnprocessableError for what the connector does not have."""
    values: dict[str, Any] = {}
    if chosen.name is not None:
        values["name"] = _checked_name(chosen.name)
    if chosen.environment is not None:
        values["environment"] = _checked_environment(connector, method, chosen.environment)
    if chosen.scopes is not None:
        values["scopes"] = choice.checked_scopes(connector=connector, scopes=chosen.scopes)
    if chosen.actions is not None:
        values["actions"] = choice.checked_actions(connector=connector, actions=chosen.actions)
    if chosen.effects is not None:
        values["effects"] = choice.checked_effects(chosen.effects)
    if chosen.switch is not None:
        values["active"] = chosen.switch == "on"
    return values


def _checked_environment(connector: Connector, method: AuthMethod, key: str) -> str | None:
    """Return the environment's key; an empty one leaves it to the credential."""
    if key and key not in method.environments:
        raise UnprocessableError(
            f"{connector.name} cannot be linked by {method.label} in `{key[:40]}`.",
            remedy=f"Use one of: {', '.join(method.environments)}; or none.",
        )
    return key or None


def _event_of(chosen: Chosen) -> str:
    """Return what stands in the trail: a mere switch is told as one."""
    if chosen == Chosen(switch="on"):
        return events.INTEGRATION_ENABLED
    return events.INTEGRATION_DISABLED if chosen == Chosen(switch="off") else events.INTEGRATION_UPDATED


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
            "There is no such integration in this project.", remedy="List them to find its id: GET /auth_configs."
        )
    return integration
