from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

from crossdock.consents import client_store, store
from crossdock.consents.model import App, Client, Code, Token
from crossdock.projects.model import AgentGrant
from security.isolation import Case, World, writes

APP = "app_mine"
TOKEN = b"token_mine"


async def seed(world: World) -> None:
    now = world.clock.now()
    client = Client(
        id="ocl_1",
        client_id="ocl_1",
        kind="registered",
        name="App",
        redirect_uris=("https://app.example.com/callback",),
        auth_method="none",
        refreshes=True,
        created_at=now,
    )
    app = App(
        id=APP,
        project_id=world.mine,
        client=client.id,
        client_name="App",
        redirect_host="app.example.com",
        grant=AgentGrant(owner_id="mine", ends_at=now + timedelta(days=1)),
        created_at=now,
        created_by="person:per_mine",
        begun_at=None,
        last_used_at=None,
        revoked_at=None,
        revoked_why=None,
    )
    code = Code(
        project_id=world.mine,
        grant_id=APP,
        client=client.id,
        redirect_uri="https://app.example.com/callback",
        challenge="c" * 43,
        resource="https://hub.example.com/mcp",
        expires_at=now + timedelta(minutes=1),
    )
    token = Token(
        project_id=world.mine,
        grant_id=APP,
        client=client.id,
        kind="refresh",
        resource=code.resource,
        expires_at=now + timedelta(days=1),
    )
    await client_store.insert_registered(world.conn, client=client, origin=b"somewhere")
    await store.insert_app(world.conn, project_id=world.mine, app=app)
    await store.begin_app(world.conn, project_id=world.mine, app_id=APP, at=now)
    await store.insert_code(world.conn, project_id=world.mine, code_hash=b"mine", code=code)
    await store.insert_token(world.conn, project_id=world.mine, token_hash=TOKEN, token=token, at=now)
    world.keep(app=app, code=code, token=token)


async def insert_app(world: World) -> None:
    await store.insert_app(world.conn, project_id=world.foreign, app=replace(world["app"], id="app_foreign"))


async def list_apps(world: World) -> object:
    return await store.list_apps(world.conn, project_id=world.foreign)


async def begin_app(world: World) -> object:
    return await store.begin_app(world.conn, project_id=world.foreign, app_id=APP, at=world.clock.now())


async def revoke_app(world: World) -> object:
    now = world.clock.now()
    return await store.revoke_app(world.conn, project_id=world.foreign, app_id=APP, why="person", at=now)


async def insert_code(world: World) -> None:
    await store.insert_code(world.conn, project_id=world.foreign, code_hash=b"foreign", code=world["code"])


async def insert_token(world: World) -> None:
    now = world.clock.now()
    await store.insert_token(world.conn, project_id=world.foreign, token_hash=b"foreign", token=world["token"], at=now)


async def spend_token(world: World) -> None:
    await store.spend_token(world.conn, project_id=world.foreign, token_hash=TOKEN, salt=b"salt")


CASES = MappingProxyType(
    {
        "consents.store.insert_app": writes(insert_app),
        "consents.store.list_apps": Case(list_apps),
        "consents.store.begin_app": Case(begin_app),
        "consents.store.revoke_app": Case(revoke_app),
        "consents.store.insert_code": Case(insert_code),
        "consents.store.insert_token": Case(insert_token),
        "consents.store.spend_token": Case(spend_token),
    }
)
