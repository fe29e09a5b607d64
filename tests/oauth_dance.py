"""Linking by OAuth as an app's own window does it: the hub, the provider's page, and the way back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from yarl import URL

from house import Answer, Live, Tenant
from twins import EasyshipTwin
from visitor import Visitor

Pairs = list[tuple[str, str]]
_owners = count(1)


@dataclass(frozen=True, slots=True)
class Begun:
    """An authorization under way: where the browser was sent, and the cookie that it got."""

    session: Mapping[str, Any]
    attempt_id: str
    authorize_url: str
    cookie: Mapping[str, str] = field(repr=False)

    @property
    def state(self) -> str:
        return dict(parse_qsl(urlsplit(self.authorize_url).query))["state"]


@dataclass(slots=True)
class Dance:
    """A tenant whose connector has its own OAuth application at the Easyship twin, and a person who is signed in there.

    Windows end on `done`, a page of the hub's own origin, so that linking needs no confirmation.
    """

    live: Live
    twin: EasyshipTwin
    tenant: Tenant
    integration_id: str
    person: Visitor

    @classmethod
    async def prepare(cls, live: Live, twin: EasyshipTwin, tenant: Tenant | None = None) -> Dance:
        """Register an application at the twin, set the connector up with it, and sign in."""
        owner = tenant or live.tenant
        app = twin.oauth_app([live.house.oauth.callback_url("easyship")])
        integration = await live.house.integrations.create(
            project_id=owner.project.id,
            connector_key="easyship",
            auth_method="oauth",
            setup={"client_id": app["client_id"], "client_secret": app["client_secret"]},
            actor="system:cli",
        )
        person = Visitor(twin.dashboard)
        await asyncio.to_thread(_sign_in, person, twin)
        return cls(live, twin, owner, integration.id, person)

    @property
    def done(self) -> str:
        """The page on which a window ends."""
        return f"{self.live.url}/embedded/accounts/callback"

    async def session(self, **members: Any) -> dict[str, Any]:
        """Open a connect session for an owner of its own."""
        owner = f"oauth-{next(_owners)}"
        body = {"origin_owner_id": owner, "origin_owner_name": owner, **members}
        answer = await self.live.call("POST", "/connect_sessions", data=body, key=self.tenant.key)
        assert answer.status == 201, answer.text()
        opened: dict[str, Any] = answer.json()
        return opened

    async def begin(self, session: Mapping[str, Any] | None = None) -> Begun:
        """Open the window and follow it to the provider's address."""
        opened = session or await self.session()
        announced = await self.live.hub("POST", "/hub/connection_attempts", token=opened["token"], data={})
        attempt_id = announced.json()["id"]
        answer = await self.window(opened, redirect_uri=self.done, connection_attempt_id=attempt_id)
        assert answer.status == 303, answer.text()
        return Begun(opened, attempt_id, answer.headers["location"], cookies_of(answer))

    async def window(self, session: Mapping[str, Any], **query: str) -> Answer:
        """Ask for the window's address, with the query exactly as given."""
        text = "&".join(
            f"{name}={quote(value, safe='')}" for name, value in {"token": session["token"], **query}.items()
        )
        return await self.get(f"/connect/oauth2/{self.integration_id}?{text}")

    async def allow(self, begun: Begun, *, authorize_url: str | None = None) -> Pairs:
        """Press Allow on the provider's page; gives what the provider's redirect carries."""
        return await self.agree(authorize_url or begun.authorize_url)

    async def agree(self, authorize_url: str) -> Pairs:
        """Press Allow on the page at an address of the provider."""
        return await asyncio.to_thread(self._allow, authorize_url)

    async def come_back(self, answer: Pairs | str, cookies: Mapping[str, str], *, provider: str = "easyship") -> Answer:
        """Follow the provider's redirect to the hub; a text is the query as it is."""
        query = answer if isinstance(answer, str) else urlencode(answer)
        return await self.get(f"/connect/oauth2/{provider}/callback?{query}", cookies)

    async def get(self, path: str, cookies: Mapping[str, str] | None = None) -> Answer:
        """Ask for an address of the hub exactly as written, as a browser with these cookies."""
        headers = {"cookie": "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())}
        url = URL(self.live.url + path, encoded=True)
        async with self.live.client.get(url, headers=headers, allow_redirects=False) as reply:
            # One header holds one cookie; the hub sets at most one at a time.
            return Answer(
                reply.status, {name.lower(): value for name, value in reply.headers.items()}, await reply.read()
            )

    async def status(self, begun: Begun) -> tuple[str, str | None]:
        """Return how the attempt stands, and the code of its failure."""
        path = f"/hub/connection_attempts/{begun.attempt_id}"
        told = (await self.live.hub("GET", path, token=begun.session["token"])).json()
        return told["status"], (told["error"] or {}).get("code")

    async def linked(self, *sessions: Mapping[str, Any]) -> int:
        """Count the accounts of these sessions' owners."""
        owners = "&".join(f"origin_owner_ids={session['origin_owner_id']}" for session in sessions)
        answer = await self.live.call("GET", f"/accounts?page_size=100&{owners}", key=self.tenant.key)
        return len(answer.json())

    def exchanges(self) -> list[int]:
        """Return the status of each request at the twin's token endpoint."""
        return [entry["status"] for entry in self.twin.journal("/oauth2/token")]

    def _allow(self, authorize_url: str) -> Pairs:
        parts = urlsplit(authorize_url)
        self.person.visit(f"{parts.path}?{parts.query}")
        page = self.person.submit("/oauth2/authorize", {"answer": "allow"})
        return parse_qsl(urlsplit(page.reply.headers["location"]).query)


def cookies_of(answer: Answer) -> dict[str, str]:
    """Return the cookies that an answer sets."""
    jar = SimpleCookie(answer.headers.get("set-cookie", ""))
    return {name: morsel.value for name, morsel in jar.items()}


def changed(answer: Sequence[tuple[str, str]], **members: str | None) -> Pairs:
    """Return the provider's answer with members replaced, or left out where they are None."""
    rest = [pair for pair in answer if pair[0] not in members]
    return rest + [(name, value) for name, value in members.items() if value is not None]


def _sign_in(person: Visitor, twin: EasyshipTwin) -> None:
    person.visit("/sign-in")
    person.submit("/sign-in", {"email": twin.email, "password": twin.password})
