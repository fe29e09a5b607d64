"""The Python client on a served house: both manners by the same words, and accounts that are linked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Literal

import httpx2
import pytest
import pytest_asyncio

from crossdock.accounts.model import AccountChange
from crossdock_client import AsyncCrossdock, Crossdock, Retries, aevery, every
from house import Live
from shared_house import link_pasted
from twins import EasyshipTwin, ShipheroTwin

Manner = Literal["sync", "async"]
MANNERS: tuple[Manner, ...] = ("sync", "async")
ADDRESS = {
    "line_1": "1 Main Street",
    "city": "New York",
    "state": "NY",
    "postal_code": "10001",
    "country_alpha2": "US",
    "company_name": "Acme Pets",
    "contact_name": "Ann Lee",
    "contact_phone": "+1 212 555 0100",
    "contact_email": "ann@acme-pets.example",
}
ONCE = Retries(times=0)
SOON = Retries(times=2, first=0.01)


@dataclass(frozen=True, slots=True)
class Speaker:
    """A client of either manner; the blocking one speaks from a thread, since the house serves from this one."""

    client: Crossdock | AsyncCrossdock

    async def __call__(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a method by its name, such as `accounts.list`."""
        found = attrgetter(method)(self.client)
        if isinstance(self.client, AsyncCrossdock):
            return await found(*args, **kwargs)
        return await asyncio.to_thread(found, *args, **kwargs)

    async def rows(self, method: str, *args: Any, **kwargs: Any) -> list[Any]:
        """Return all that a method yields."""
        found = attrgetter(method)(self.client)
        if isinstance(self.client, AsyncCrossdock):
            return [row async for row in found(*args, **kwargs)]
        return await asyncio.to_thread(lambda: list(found(*args, **kwargs)))

    async def every(self, method: str, **kwargs: Any) -> list[Any]:
        """Return every row of a list, over its pages."""
        found = attrgetter(method)(self.client)
        if isinstance(self.client, AsyncCrossdock):
            return [row async for row in aevery(found, **kwargs)]
        return await asyncio.to_thread(lambda: list(every(found, **kwargs)))


class Lossy(httpx2.HTTPTransport):
    """A network that loses the first answers after the request has arrived."""

    def __init__(self, lost: int) -> None:
        super().__init__()
        self.lost = lost

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = super().handle_request(request)
        if self.lost:
            self.lost -= 1
            answer.read()
            raise httpx2.ReadError("lost", request=request)
        return answer


class AsyncLossy(httpx2.AsyncHTTPTransport):
    """The same for the other manner."""

    def __init__(self, lost: int) -> None:
        super().__init__()
        self.lost = lost

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = await super().handle_async_request(request)
        if self.lost:
            self.lost -= 1
            await answer.aread()
            raise httpx2.ReadError("lost", request=request)
        return answer


@dataclass(frozen=True, slots=True)
class Desk:
    """A served house with an Easyship account for everything, one for reading, and one of ShipHero."""

    live: Live
    writer: str
    reader: str
    graph: str
    easyship: EasyshipTwin
    shiphero: ShipheroTwin

    @asynccontextmanager
    async def speaking(
        self, manner: Manner, *, key: str | None = None, retries: Retries = SOON, lost: int = 0
    ) -> AsyncIterator[Speaker]:
        """Open a client for the block; ``lost`` answers do not arrive."""
        text = key or self.live.tenant.key.reveal()
        if manner == "async":
            async with (
                httpx2.AsyncClient(transport=AsyncLossy(lost), timeout=60) as own,
                AsyncCrossdock(text, self.live.url, retries=retries, http=own) as waiting,
            ):
                yield Speaker(waiting)
        else:
            with (
                httpx2.Client(transport=Lossy(lost), timeout=60) as http,
                Crossdock(text, self.live.url, retries=retries, http=http) as client,
            ):
                yield Speaker(client)

    def written(self) -> int:
        """Count the writes that reached Easyship."""
        return sum(entry["method"] != "GET" for entry in self.easyship.journal("/2024-09/*"))


@pytest_asyncio.fixture(scope="module")
async def shared_desk(
    shared_live: Live, easyship_twin_process: EasyshipTwin, shiphero_twin_process: ShipheroTwin
) -> Desk:
    """Link once for a module."""
    tokens = [easyship_twin_process.integration(f"client {n}", scopes="all")["production_token"] for n in range(2)]
    writer = await link_pasted(shared_live, tokens[0], owner="writer")
    reader = await link_pasted(shared_live, tokens[1], owner="reader")
    pasted = shiphero_twin_process.developer("client@shop.example")["refresh_token"]
    graph = await link_pasted(shared_live, pasted, owner="graph", provider="shiphero", field="refresh_token")
    change = AccountChange(effects=frozenset({"read", "write", "destructive"}))
    project_id = shared_live.tenant.project.id
    await shared_live.house.accounts.change(project_id=project_id, account_id=writer, change=change, actor="key:k")
    return Desk(shared_live, writer, reader, graph, easyship_twin_process, shiphero_twin_process)


@pytest.fixture
def desk(shared_desk: Desk) -> Desk:
    """Give the desk with empty journals and no fault."""
    for twin in (shared_desk.easyship, shared_desk.shiphero):
        twin.clear_faults()
        twin.clear_journal()
    return shared_desk
