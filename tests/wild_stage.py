"""A served house before a wild provider, for tests of what passes through `/proxy`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from http.client import HTTPResponse
from io import BytesIO
from typing import Final

import pytest
import pytest_asyncio

from crossdock.accounts.model import AccountChange
from crossdock.db.embedded import Embedded
from house import Live, rewrites
from shared_house import fresh_database, link_pasted, opened
from twins import EasyshipTwin, ShipheroTwin
from wild import Wild, exchanged, wild_before

OK: Final = b"HTTP/1.1 200 OK\r\n"
FINE: Final = OK + b"Content-Length: 2\r\n\r\nok"


@dataclass(frozen=True, slots=True)
class Stage:
    """A served house with an account that may do everything at a wild provider."""

    live: Live
    wild: Wild
    account: str
    token: str

    def head(self, line: str, *headers: bytes) -> bytes:
        """Return the head of a request with the key and the account in it."""
        host, key = self.live.url.rpartition("/")[2], self.live.tenant.key.reveal()
        lines = (f"{line} HTTP/1.1", f"Host: {host}", f"Authorization: Bearer {key}", f"X-Account-Id: {self.account}")
        return b"\r\n".join([*(one.encode() for one in lines), *headers, b"Connection: close", b"", b""])

    async def asked(self, *headers: bytes, path: str = "/raw", method: str = "GET", body: bytes = b"") -> bytes:
        """Ask, and return the answer as it came."""
        return await exchanged(self.live.url, self.head(f"{method} /proxy{path}", *headers) + body)


@pytest_asyncio.fixture(scope="module")
async def wild_house(
    postgres: Embedded,
    postgres_dsn: str,
    easyship_twin_process: EasyshipTwin,
    shiphero_twin_process: ShipheroTwin,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Stage]:
    """Link once, through the wild provider."""
    easyship_twin_process.reset(seed="empty")
    token = easyship_twin_process.integration("wild", scopes="all")["production_token"]
    origins = rewrites(easyship_twin_process, shiphero_twin_process)
    place = tmp_path_factory.mktemp("wild")
    async with (
        wild_before(easyship_twin_process.production) as wild,
        fresh_database(postgres, postgres_dsn) as dsn,
        opened(
            dsn, data_dir=place, origin_rewrites={**origins, "https://public-api.easyship.com": wild.origin}
        ) as live,
    ):
        account = await link_pasted(live, token, owner="wild")
        await live.house.accounts.change(
            project_id=live.tenant.project.id,
            account_id=account,
            change=AccountChange(effects=frozenset({"read", "write", "destructive"})),
            actor="key:k",
        )
        yield Stage(live, wild, account, token)


@pytest.fixture
def stage(wild_house: Stage) -> Stage:
    """Give the stage with a provider that says that all is well."""
    wild_house.wild.says(FINE)
    return wild_house


def parsed(answer: bytes) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of an answer, as the standard library reads it."""

    class Socket:
        def makefile(self, _: str) -> BytesIO:
            return BytesIO(answer)

    response = HTTPResponse(Socket())  # type: ignore[arg-type]  # it asks no more of a socket
    response.begin()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
