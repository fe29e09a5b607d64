"""A guest at the hub's own pages, without scripts: follows redirects, keeps cookies, fills forms in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin

import aiohttp
import pytest_asyncio
from yarl import URL

from house import PASSWORD, Live
from visitor import Form, _Reader


@dataclass(frozen=True)
class Sight:
    """A page as the guest sees it."""

    url: str
    status: int
    headers: Mapping[str, str]
    html: str
    text: str
    forms: list[Form]
    links: Mapping[str, str]

    def form(self, action: str) -> Form:
        found = [form for form in self.forms if form.action.partition("?")[0].endswith(action)]
        assert found, f"No form {action!r} among {[form.action for form in self.forms]}"
        return found[0]

    def link(self, text: str) -> str:
        """Return the address of the first link that holds this text."""
        found = [url for name, url in self.links.items() if text in name]
        assert found, f"No link {text!r} among {sorted(self.links)}"
        return found[0]


@dataclass
class Guest:
    """A browser without scripts."""

    base: str
    client: aiohttp.ClientSession
    headers: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str, **headers: str) -> Sight:
        """Open a page and follow redirects."""
        return await self._ask("GET", path, None, headers)

    async def post(self, path: str, pairs: list[tuple[str, str]], **headers: str) -> Sight:
        """Send texts as a form would."""
        return await self._ask("POST", path, pairs, headers)

    async def submit(self, sight: Sight, action: str, values: Mapping[str, str | None] | None = None) -> Sight:
        """Send the form whose action ends so; a None takes a field away, as an unticked box does."""
        form, changed = sight.form(action), dict(values or {})
        pairs = [pair for pair in form.values if pair[0] not in changed]
        pairs += [(name, value) for name, value in changed.items() if value is not None]
        return await self._ask("POST", urljoin(sight.url, form.action), pairs, {})

    def cookies(self) -> dict[str, str]:
        return {cookie.key: cookie.value for cookie in self.client.cookie_jar}

    async def sign_in(self, live: Live) -> Sight:
        """Sign in to the dashboard as the tenant's owner."""
        door = await self.get("/dashboard/sign-in")
        return await self.submit(door, "/dashboard/sign-in", {"email": live.tenant.owner.email, "password": PASSWORD})

    async def _ask(
        self, method: str, path: str, pairs: list[tuple[str, str]] | None, headers: Mapping[str, str]
    ) -> Sight:
        body = None if pairs is None else urlencode(pairs)
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if body is not None:
            sent["content-type"] = "application/x-www-form-urlencoded"
        url = URL(urljoin(self.base, path), encoded=True)
        async with self.client.request(method, url, data=body, headers=sent) as reply:
            html = await reply.text()
            reader = _Reader()
            if "html" in reply.headers.get("content-type", ""):
                reader.feed(html)
            return Sight(
                url=str(reply.url),
                status=reply.status,
                headers={name.lower(): value for name, value in reply.headers.items()},
                html=html,
                text=" ".join(" ".join(reader.texts).split()),
                forms=reader.forms,
                links=reader.links,
            )


def new_guest(live: Live) -> Guest:
    """Return a guest with an empty cookie jar; close its client when done."""
    jar = aiohttp.CookieJar(unsafe=True)
    return Guest(live.url, aiohttp.ClientSession(cookie_jar=jar))


@pytest_asyncio.fixture
async def guest(live: Live) -> AsyncIterator[Guest]:
    """Let somebody in who has no cookie yet."""
    visitor = new_guest(live)
    yield visitor
    await visitor.client.close()


@pytest_asyncio.fixture
async def stranger(live: Live) -> AsyncIterator[Guest]:
    """Let somebody else in."""
    visitor = new_guest(live)
    yield visitor
    await visitor.client.close()
