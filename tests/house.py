"""The house for tests: every service in this process on a fresh database, and the same behind real HTTP."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest_asyncio
import uvicorn

from crossdock.kernel.clock import OffsetClock
from crossdock.kernel.secret import Secret
from crossdock.projects.model import Person, Principal, Project
from crossdock.server import House, build_app, open_house
from crossdock.settings import Settings
from twins import EasyshipTwin, ShipheroTwin

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True, slots=True)
class Tenant:
    """A project with an owner and a key that may do everything."""

    project: Project
    owner: Person
    key: Secret
    principal: Principal


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the running house."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def text(self) -> str:
        return self.body.decode()


@dataclass(frozen=True, slots=True, repr=False)
class Live:
    """The house behind HTTP, and a client that speaks for one tenant."""

    house: House
    url: str
    tenant: Tenant
    client: aiohttp.ClientSession

    async def call(
        self,
        method: str,
        path: str,
        *,
        data: Any = None,
        key: Secret | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Call the API with the tenant's key, or another."""
        name = (key or self.tenant.key).reveal()
        sent = {"authorization": "Basic " + base64.b64encode(f"{name}:".encode()).decode(), **(headers or {})}
        async with self.client.request(
            method, self.url + path, json=data, headers=sent, allow_redirects=False
        ) as reply:
            return Answer(
                reply.status, {name.lower(): value for name, value in reply.headers.items()}, await reply.read()
            )

    async def hub(self, method: str, path: str, *, token: str, data: Any = None) -> Answer:
        """Call a hub endpoint with a connect session's token and nothing else."""
        async with self.client.request(
            method, self.url + path, json=data, headers={"x-hub-session-token": token}
        ) as reply:
            return Answer(
                reply.status, {name.lower(): value for name, value in reply.headers.items()}, await reply.read()
            )


def rewrites(easyship: EasyshipTwin, shiphero: ShipheroTwin) -> dict[str, str]:
    """Put the twins in the providers' place."""
    return {
        "https://public-api.easyship.com": easyship.production,
        "https://public-api-sandbox.easyship.com": easyship.sandbox,
        "https://api.easyship.com": easyship.production,
        "https://api-sandbox.easyship.com": easyship.sandbox,
        "https://auth.easyship.com": easyship.production,
        "https://app.easyship.com": easyship.dashboard,
        "https://public-api.shiphero.com": shiphero.api,
        "https://app.shiphero.com": shiphero.dashboard,
    }


async def new_tenant(house: House, name: str) -> Tenant:
    """Make a project that is ready for linking."""
    project = await house.projects.create_project(name=name)
    await house.integrations.ensure_defaults(project_id=project.id)
    email = f"owner@{name.lower().replace(' ', '-')}.example"
    owner = await house.projects.create_person(
        project_id=project.id,
        email=email,
        name="Owner",
        password=Secret(PASSWORD),
        role="owner",
        actor="system:cli",
    )
    _, key = await house.projects.create_key(project_id=project.id, name="test", scopes=["admin"], actor="system:cli")
    principal = await house.projects.authenticate_key(text=key.reveal())
    return Tenant(project, owner, key, principal)


@pytest_asyncio.fixture
async def port() -> AsyncIterator[socket.socket]:
    """Hold a free port on the loopback before the house is built, since its address is part of its settings."""
    with loopback() as held:
        yield held


@pytest_asyncio.fixture
async def house(
    database_url: str,
    easyship_twin: EasyshipTwin,
    shiphero_twin: ShipheroTwin,
    clock: OffsetClock,
    port: socket.socket,
    tmp_path: Path,
) -> AsyncIterator[House]:
    """Open the house on a fresh database, with both twins in the providers' place and a clock to turn."""
    settings = Settings(
        data_dir=tmp_path,
        hub_url=f"http://127.0.0.1:{port.getsockname()[1]}",
        origin_rewrites=rewrites(easyship_twin, shiphero_twin),
        calls_per_minute=0,
        pace="off",
    )
    async with open_house(settings, dsn=database_url, clock=clock, key="create") as opened:
        yield opened


@pytest_asyncio.fixture
async def tenant(house: House) -> Tenant:
    """Make a project with a key."""
    return await new_tenant(house, "First Shop")


@pytest_asyncio.fixture
async def live(house: House, tenant: Tenant, port: socket.socket) -> AsyncIterator[Live]:
    """Serve the house on a real port."""
    async with serving(house, tenant, port) as served:
        yield served


@asynccontextmanager
async def serving(house: House, tenant: Tenant, port: socket.socket) -> AsyncIterator[Live]:
    """Serve a house on a socket until the end of the block."""
    # A busy machine can leave a connection idle for over the usual five seconds, and then write while it is closed.
    config = uvicorn.Config(build_app(house), log_config=None, lifespan="off", access_log=False, timeout_keep_alive=120)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[port]))
    async with asyncio.timeout(60):
        while not server.started:  # noqa: ASYNC110 - the server has no event for it
            await asyncio.sleep(0.002)
    async with aiohttp.ClientSession() as client:
        yield Live(house, house.settings.hub_url, tenant, client)
    server.should_exit = True
    await asyncio.wait_for(task, timeout=60)


def loopback() -> socket.socket:
    """Hold a free port on the loopback; named as TCP, or asyncio leaves Nagle's algorithm on: 40 ms an answer."""
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    return held
