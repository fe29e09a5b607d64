from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from account_arrangements import made_account, made_integration
from crossdock.accounts import integration_store, store
from crossdock.accounts.model import AccountQuery, Candidate
from security.isolation import Case, World, writes


async def seed(world: World) -> None:
    now = world.clock.now()
    integration = made_integration(id="int_mine", project_id=world.mine)
    await integration_store.insert_integration(world.conn, project_id=world.mine, integration=integration)
    account = made_account(id="acc_mine", project_id=world.mine, integration_id="int_mine")
    await store.insert_account(world.conn, project_id=world.mine, account=account)
    await store.insert_credential(
        world.conn, project_id=world.mine, account_id="acc_mine", issued_at=now, expires_at=None
    )
    bare = replace(account, id="acc_bare")
    await store.insert_account(world.conn, project_id=world.mine, account=bare)
    await _attempt(world)
    candidate = Candidate(
        id="cand_mine",
        project_id=world.mine,
        attempt_id="att_mine",
        environment="production",
        created_at=now,
        expires_at=now + timedelta(hours=1),
    )
    await store.insert_candidate(world.conn, project_id=world.mine, candidate=candidate)
    await world.conn.execute(
        """
        insert into calls (id, project_id, account_id, connector_key, action, effect, actor, status, duration_ms,
            created_at) values ('call_mine', $1, 'acc_mine', 'shiphero', 'shiphero_get_me', 'read', 'key:k', 200, 5, $2)
        """,
        world.mine,
        now,
    )
    world.keep(integration=integration, account=account, candidate=candidate)


async def _attempt(world: World) -> None:
    session_id = await world.conn.fetchval(
        """
        insert into connect_sessions (project_id, token_hash, origin_owner_id, origin_owner_name, type, effects,
            channel, created_by, created_at, expires_at)
        values ($1, 'mine', 'owner-1', 'Acme Pets', 'production', '{read}', 'embedded', 'key:k', now(), now())
        returning id
        """,
        world.mine,
    )
    await world.conn.execute(
        """
        insert into connection_attempts (id, project_id, session_id, status, created_at, updated_at, expires_at)
        values ('att_mine', $1, $2, 'testing', now(), now(), now())
        """,
        world.mine,
        session_id,
    )


def _on_account(function: Callable[..., Coroutine[Any, Any, object]], **values: Any) -> Case:
    """Call with the account's id, as the foreign project."""

    async def call(world: World) -> object:
        return await function(world.conn, project_id=world.foreign, account_id="acc_mine", **values)

    return Case(call)


def _on_candidate(function: Callable[..., Coroutine[Any, Any, object]], **values: Any) -> Case:
    async def call(world: World) -> object:
        return await function(world.conn, project_id=world.foreign, candidate_id="cand_mine", **values)

    return Case(call)


def _in_project(function: Callable[..., Coroutine[Any, Any, object]], **values: Any) -> Case:
    async def call(world: World) -> object:
        return await function(world.conn, project_id=world.foreign, **values)

    return Case(call)


async def insert_account(world: World) -> None:
    account = replace(world["account"], id="acc_foreign")
    await store.insert_account(world.conn, project_id=world.foreign, account=account)


async def insert_credential(world: World) -> None:
    await store.insert_credential(
        world.conn,
        project_id=world.foreign,
        account_id="acc_bare",
        issued_at=world.clock.now(),
        expires_at=None,
    )


async def insert_candidate(world: World) -> None:
    candidate = replace(world["candidate"], id="cand_foreign")
    await store.insert_candidate(world.conn, project_id=world.foreign, candidate=candidate)


async def insert_integration(world: World) -> object:
    integration = replace(world["integration"], id="int_foreign")
    return await integration_store.insert_integration(world.conn, project_id=world.foreign, integration=integration)


async def replace_credential(world: World) -> object:
    return await store.replace_credential(
        world.conn, project_id=world.foreign, account_id="acc_mine", issued_at=world.clock.now(), expires_at=None
    )


async def update_integration(world: World) -> object:
    return await integration_store.update_integration(
        world.conn,
        project_id=world.foreign,
        integration_id="int_mine",
        values={"active": False},
        now=world.clock.now(),
    )


async def end_integration(world: World) -> object:
    return await integration_store.end_integration(
        world.conn, project_id=world.foreign, integration_id="int_mine", now=world.clock.now()
    )


async def make_default(world: World) -> None:
    await integration_store.make_default(world.conn, project_id=world.foreign, integration=world["integration"])


CASES = MappingProxyType(
    {
        "accounts.store.insert_account": Case(insert_account),
        "accounts.store.get_account": _on_account(store.get_account),
        "accounts.store.lock_account": _on_account(store.lock_account),
        "accounts.store.update_account": _on_account(store.update_account, values={"label": "taken"}),
        "accounts.store.list_accounts": _in_project(
            store.list_accounts, query=AccountQuery(account_ids=("acc_mine",), search="acme")
        ),
        "accounts.store.accounts_of_owner": _in_project(
            store.accounts_of_owner, origin_owner_id="owner-1", connector_key="shiphero"
        ),
        "accounts.store.accounts_of_identity": _in_project(
            store.accounts_of_identity, connector_key="shiphero", identity_key="42"
        ),
        "accounts.store.insert_credential": Case(insert_credential),
        "accounts.store.get_credential": _on_account(store.get_credential),
        "accounts.store.replace_credential": Case(replace_credential),
        "accounts.store.mark_refused": _on_account(store.mark_refused, generation=1),
        "accounts.store.clear_refused": _on_account(store.clear_refused),
        "accounts.store.delete_credential": _on_account(store.delete_credential),
        "accounts.store.insert_candidate": Case(insert_candidate),
        "accounts.store.get_candidate": _on_candidate(store.get_candidate),
        "accounts.store.update_candidate": _on_candidate(store.update_candidate, values={"environment": "sandbox"}),
        "accounts.store.delete_candidate": _on_candidate(store.delete_candidate),
        "accounts.store.recent_calls": _on_account(store.recent_calls, limit=10),
        "accounts.integration_store.insert_integration": writes(insert_integration),
        "accounts.integration_store.list_integrations": _in_project(integration_store.list_integrations),
        "accounts.integration_store.get_integration": _in_project(
            integration_store.get_integration, integration_id="int_mine"
        ),
        "accounts.integration_store.hold_integration": _in_project(
            integration_store.hold_integration, integration_id="int_mine"
        ),
        "accounts.integration_store.known_ways": _in_project(integration_store.known_ways),
        "accounts.integration_store.uses": _in_project(integration_store.uses),
        "accounts.integration_store.end_integration": Case(end_integration),
        "accounts.integration_store.make_default": Case(make_default),
        "accounts.integration_store.update_integration": Case(update_integration),
        "accounts.integration_store.lock_project": _in_project(integration_store.lock_project),
    }
)
