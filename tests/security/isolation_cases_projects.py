from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

from crossdock.projects import agent_store, screening_store, store
from crossdock.projects.model import AgentGrant, AgentKey, ApiKey, Person, Screening
from security.isolation import Case, World, writes


async def seed(world: World) -> None:
    now = world.clock.now()
    key = ApiKey(
        id="key_mine",
        project_id=world.mine,
        name="mine",
        prefix="v1.local.mine",
        scopes=("admin",),
        created_at=now,
        created_by="system:cli",
        last_used_at=None,
        revoked_at=None,
    )
    person = Person(
        id="per_mine", project_id=world.mine, email="mine@example.com", name="Mine", role="owner", created_at=now
    )
    await store.insert_key(world.conn, project_id=world.mine, key=key, secret_hash=b"mine")
    await store.insert_person(world.conn, project_id=world.mine, person=person, password_hash="hash")
    await store.insert_sign_in(
        world.conn,
        project_id=world.mine,
        token_hash=b"mine",
        person_id=person.id,
        at=now,
        expires_at=now + timedelta(days=1),
    )
    agent = AgentKey(
        id="agk_mine",
        project_id=world.mine,
        name="mine",
        prefix="v1.agent.mine",
        grant=AgentGrant(owner_id="mine", ends_at=now + timedelta(days=1)),
        created_at=now,
        created_by="system:cli",
        last_used_at=None,
        revoked_at=None,
    )
    await agent_store.insert_agent_key(world.conn, project_id=world.mine, key=agent, secret_hash=b"mine")
    await screening_store.write_screening(
        world.conn, project_id=world.mine, screening=Screening(mode="block"), at=now, actor="system:cli"
    )
    world.keep(key=key, person=person, agent=agent)


async def insert_project(world: World) -> None:
    await store.insert_project(world.conn, project_id="prj_other", name="other", at=world.clock.now())


async def read_project(world: World) -> object:
    """Find the foreign project itself, which is the caller's own, and nothing of the other."""
    found = await store.read_project(world.conn, project_id=world.foreign)
    return found is None or found.id == world.mine


async def write_origins(world: World) -> None:
    await store.write_origins(world.conn, project_id=world.foreign, origins=["https://foreign.example.com"])


async def insert_key(world: World) -> None:
    key = replace(world["key"], id="key_foreign")
    await store.insert_key(world.conn, project_id=world.foreign, key=key, secret_hash=b"foreign")


async def list_keys(world: World) -> object:
    return await store.list_keys(world.conn, project_id=world.foreign)


async def revoke_key(world: World) -> object:
    return await store.revoke_key(world.conn, project_id=world.foreign, key_id="key_mine", at=world.clock.now())


async def insert_person(world: World) -> object:
    person = replace(world["person"], id="per_foreign", name="Somebody else")
    return await store.insert_person(world.conn, project_id=world.foreign, person=person, password_hash="other")


async def list_people(world: World) -> object:
    return await store.list_people(world.conn, project_id=world.foreign)


async def write_password(world: World) -> object:
    return await store.write_password(
        world.conn, project_id=world.foreign, person_id="per_mine", password_hash="stolen"
    )


async def insert_sign_in(world: World) -> None:
    now = world.clock.now()
    await store.insert_sign_in(
        world.conn, project_id=world.foreign, token_hash=b"foreign", person_id="per_mine", at=now, expires_at=now
    )


async def delete_sign_ins(world: World) -> None:
    await store.delete_sign_ins(world.conn, project_id=world.foreign, person_id="per_mine")


async def insert_agent_key(world: World) -> None:
    key = replace(world["agent"], id="agk_foreign")
    await agent_store.insert_agent_key(world.conn, project_id=world.foreign, key=key, secret_hash=b"foreign")


async def list_agent_keys(world: World) -> object:
    return await agent_store.list_agent_keys(world.conn, project_id=world.foreign)


async def revoke_agent_key(world: World) -> object:
    now = world.clock.now()
    return await agent_store.revoke_agent_key(world.conn, project_id=world.foreign, key_id="agk_mine", at=now)


async def read_screening(world: World) -> object:
    return await screening_store.read_screening(world.conn, project_id=world.foreign)


async def write_screening(world: World) -> None:
    await screening_store.write_screening(
        world.conn, project_id=world.foreign, screening=Screening(mode="off"), at=world.clock.now(), actor="key:other"
    )


CASES = MappingProxyType(
    {
        "projects.store.insert_project": writes(insert_project),
        "projects.store.read_project": Case(read_project),
        "projects.store.write_origins": writes(write_origins),
        "projects.store.insert_key": writes(insert_key),
        "projects.store.list_keys": Case(list_keys),
        "projects.store.revoke_key": Case(revoke_key),
        "projects.store.insert_person": Case(insert_person),
        "projects.store.list_people": Case(list_people),
        "projects.store.write_password": Case(write_password),
        "projects.store.insert_sign_in": writes(insert_sign_in),
        "projects.agent_store.insert_agent_key": writes(insert_agent_key),
        "projects.agent_store.list_agent_keys": Case(list_agent_keys),
        "projects.agent_store.revoke_agent_key": Case(revoke_agent_key),
        "projects.screening_store.read_screening": Case(read_screening),
        "projects.screening_store.write_screening": writes(write_screening),
        "projects.store.delete_sign_ins": Case(delete_sign_ins),
    }
)
