"""An app that comes by OAuth, for tests: the protocol's official client, and bare requests beside it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp
import httpx2
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata, OAuthToken
from pydantic import AnyUrl

from guest import Guest, Sight
from house import Answer, Live

REDIRECT = "http://127.0.0.1:47831/callback"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


@dataclass
class Memory:
    """Where the client keeps what it got."""

    tokens: OAuthToken | None = None
    info: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.info

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.info = client_info


@dataclass
class Person:
    """Somebody at a browser without scripts, who answers the page that an app sends them to."""

    guest: Guest
    answers: dict[str, str | None] = field(default_factory=dict)
    seen: list[Sight] = field(default_factory=list)
    answer: dict[str, str] = field(default_factory=dict)

    async def go(self, url: str) -> None:
        """Open the app's page and answer it as planned; keep what the app is sent."""
        sight = await self.guest.get(url)
        self.seen.append(sight)
        form = sight.form("/dashboard/apps/allow")
        pairs = [pair for pair in form.values if pair[0] not in self.answers]
        pairs += [(name, value) for name, value in {"decision": "allow", **self.answers}.items() if value is not None]
        self.answer = dict(parse_qsl(urlsplit(await posted(self.guest, pairs)).query))

    async def come_back(self) -> AuthorizationCodeResult:
        """Give the app what the browser brought."""
        return AuthorizationCodeResult(
            code=self.answer.get("code", ""), state=self.answer.get("state"), iss=self.answer.get("iss")
        )


async def posted(guest: Guest, pairs: list[tuple[str, str]]) -> str:
    """Send the form of the consent page and return where it leads, without going there."""
    async with guest.client.post(
        f"{guest.base}/dashboard/apps/allow",
        data=urlencode(pairs),
        headers={"content-type": "application/x-www-form-urlencoded", **guest.headers},
        allow_redirects=False,
    ) as reply:
        return reply.headers.get("location", f"status:{reply.status}")


def basic(name: str, secret: str) -> dict[str, str]:
    """Return the header by which an app proves itself."""
    return {"authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


def provider(live: Live, person: Person, memory: Memory, *, document: str | None = None, **said: Any) -> Any:
    """Return the official client's own OAuth."""
    metadata = OAuthClientMetadata(
        redirect_uris=[AnyUrl(REDIRECT)],
        client_name="Order assistant",
        **{"token_endpoint_auth_method": "none", **said},
    )
    return OAuthClientProvider(
        server_url=f"{live.url}/mcp",
        client_metadata=metadata,
        storage=memory,
        redirect_handler=person.go,
        callback_handler=person.come_back,
        client_metadata_url=document,
    )


@asynccontextmanager
async def connected(
    live: Live,
    auth: Any,
    *,
    mode: str = "legacy",
    transport: httpx2.AsyncBaseTransport | None = None,
    **options: Any,
) -> AsyncIterator[Client]:
    """Connect the official client to `/mcp`; it lets itself in."""
    async with httpx2.AsyncClient(auth=auth, timeout=60, transport=transport) as http:
        streams = streamable_http_client(f"{live.url}/mcp", http_client=http)
        async with Client(streams, mode=mode, cache=None, **options) as client:
            yield client


@dataclass
class App:
    """An app that speaks for itself, request by request; ``place`` is where it takes OAuth's addresses to be."""

    live: Live
    client_id: str = ""
    place: str = "/oauth"

    async def register(self, **said: Any) -> Answer:
        """Register and keep the id."""
        body = {"client_name": "Order assistant", "redirect_uris": [REDIRECT], "token_endpoint_auth_method": "none"}
        answer = await self.send(f"{self.place}/register", json={**body, **said})
        self.client_id = answer.json().get("client_id", "")
        return answer

    def address(self, **said: str | None) -> str:
        """Return the address to which it sends a person."""
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": REDIRECT,
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            "resource": f"{self.live.url}/mcp",
            "state": "s-1",
            **said,
        }
        return f"{self.live.url}{self.place}/authorize?" + urlencode({k: v for k, v in asked.items() if v is not None})

    async def let_in(
        self, guest: Guest, *, answers: Mapping[str, str | None] | None = None, **said: str
    ) -> dict[str, str]:
        """Have a signed-in person let it in; return what it is sent."""
        person = Person(guest, dict(answers or {}))
        await person.go(self.address(**said))
        return person.answer

    async def exchange(self, code: str, **said: str | None) -> Answer:
        """Ask for tokens for a code."""
        return await self.token(
            **{
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": REDIRECT,
                "code_verifier": VERIFIER,
                **said,
            }
        )

    async def refresh(self, token: str, **said: str | None) -> Answer:
        """Ask for tokens for a refresh token."""
        return await self.token(**{"grant_type": "refresh_token", "refresh_token": token, **said})

    async def token(self, **said: str | None) -> Answer:
        """Ask the token endpoint."""
        form = {"client_id": self.client_id, "resource": f"{self.live.url}/mcp", **said}
        return await self.send(f"{self.place}/token", data={k: v for k, v in form.items() if v is not None})

    async def tools(self, token: str) -> Answer:
        """List the tools with an access token."""
        headers = {"accept": "application/json, text/event-stream", "authorization": f"Bearer {token}"}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
        return await self.send("/mcp", json=body, headers={**headers, "mcp-protocol-version": "2025-11-25"})

    async def send(self, path: str, **given: Any) -> Answer:
        """Send a POST."""
        async with aiohttp.ClientSession() as http, http.post(self.live.url + path, **given) as reply:
            return Answer(
                reply.status, {name.lower(): value for name, value in reply.headers.items()}, await reply.read()
            )
