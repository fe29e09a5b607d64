"""OAuth for MCP clients with the protocol's official client: found, registered, let in by a person, refreshed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
import pytest_asyncio
from mcp.client.auth import OAuthFlowError
from mcp.shared.auth import OAuthMetadata, ProtectedResourceMetadata

from app import REDIRECT, App, Memory, Person, connected, provider
from certificate import certificate
from crossdock.consents.documents import Documents
from crossdock.consents.errors import AppRefusedError
from crossdock.egress.client import Egress
from crossdock.kernel.clock import OffsetClock
from guest import new_guest
from house import Live, loopback, serving
from receiver import Heard, answer, receiving
from shared_house import link_pasted
from twins import EasyshipTwin

OWNER = "oauth-owner"
LIST = "easyship_list_item_categories"


@pytest_asyncio.fixture(scope="module")
async def account(shared_live: Live, easyship_twin_process: EasyshipTwin) -> str:
    """Link one account, once."""
    token = easyship_twin_process.integration("oauth", scopes="all")["production_token"]
    return await link_pasted(shared_live, token, owner=OWNER)


@pytest_asyncio.fixture
async def person(shared_live: Live, account: str) -> AsyncIterator[Person]:
    """Sign somebody in, who ticks the account."""
    guest = new_guest(shared_live)
    await guest.sign_in(shared_live)
    yield Person(guest, {"accounts": account})
    await guest.client.close()


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_the_official_client_lets_itself_in(shared_live: Live, account: str, person: Person, mode: str) -> None:
    """From a bare address: metadata, registration, consent, tokens, tools; and the tools are those that read."""
    memory = Memory()

    async with connected(shared_live, provider(shared_live, person, memory), mode=mode) as client:
        tools = (await client.list_tools()).tools
        answer = await client.call_tool(LIST, {})

    assert tools
    assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)
    assert answer.structured_content["provenance"]["account_id"] == account
    assert memory.tokens is not None
    assert memory.tokens.scope == "read"


class _WithoutDocuments(httpx2.AsyncHTTPTransport):
    """Finds no document of any server, as clients of MCP 2025-03-26 whose server has none."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answer for documents that they are not there."""
        self.asked.append(request.url.path)
        if request.url.path.startswith("/.well-known/"):
            return httpx2.Response(404)
        return await super().handle_async_request(request)


async def test_the_official_client_falls_back_to_the_addresses_of_old(shared_live: Live, person: Person) -> None:
    """Where it finds no metadata it asks at the root of the host, names no `resource`, and gets in."""
    memory, transport = Memory(), _WithoutDocuments()

    async with connected(shared_live, provider(shared_live, person, memory), transport=transport) as client:
        tools = (await client.list_tools()).tools

    assert tools
    assert {"/register", "/token"} <= set(transport.asked)
    assert not any(path.startswith("/oauth/") for path in transport.asked)
    assert urlsplit(person.seen[0].url).path == "/dashboard/apps/allow"
    assert "resource" not in dict(parse_qsl(urlsplit(person.seen[0].url).query))


@pytest.mark.parametrize("revision", ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", None])
async def test_metadata_lead_an_app_of_old_to_the_addresses_of_old(shared_live: Live, revision: str | None) -> None:
    """Who names a revision that knows no `resource` is sent where none is asked for, and told of no `iss`."""
    headers = {"mcp-protocol-version": revision} if revision else {}
    is_old = revision in {"2024-11-05", "2025-03-26"}

    answer = await shared_live.call("GET", "/.well-known/oauth-authorization-server", headers=headers)

    said, place = answer.json(), shared_live.url if is_old else f"{shared_live.url}/oauth"
    assert said["authorization_endpoint"] == f"{place}/authorize"
    assert said["token_endpoint"] == f"{place}/token"
    assert said["registration_endpoint"] == f"{place}/register"
    assert said["authorization_response_iss_parameter_supported"] is not is_old
    assert answer.headers["vary"] == "MCP-Protocol-Version"


@pytest.mark.parametrize("way", ["client_secret_basic", "client_secret_post", None])
async def test_the_official_client_proves_itself_as_it_registered(
    shared_live: Live, person: Person, way: str | None
) -> None:
    """With a secret in either place, or leaving the choice to the server, it gets its tokens."""
    memory = Memory()

    async with connected(shared_live, provider(shared_live, person, memory, token_endpoint_auth_method=way)) as client:
        tools = (await client.list_tools()).tools

    assert tools
    assert memory.info is not None
    assert memory.info.client_secret


async def test_the_official_client_refreshes(shared_live: Live, person: Person) -> None:
    """When its token is over it takes the next one, without asking the person again."""
    memory = Memory()
    auth = provider(shared_live, person, memory)
    clock = shared_live.house.clock
    assert isinstance(clock, OffsetClock)

    async with connected(shared_live, auth) as client:
        await client.list_tools()
        first = memory.tokens
        clock.offset += timedelta(hours=2)
        auth.context.token_expiry_time = 1.0
        tools = (await client.list_tools()).tools
    clock.offset -= timedelta(hours=2)

    assert tools
    assert first is not None
    assert memory.tokens is not None
    assert memory.tokens.access_token != first.access_token
    assert memory.tokens.refresh_token != first.refresh_token
    assert len(person.seen) == 1


async def test_two_processes_of_the_official_client_refresh_at_once(shared_live: Live, person: Person) -> None:
    """Both bring the one refresh token that they had in store, both go on, and nobody is asked again."""
    memory = Memory()
    auths = [provider(shared_live, person, memory) for _ in range(2)]
    clock = shared_live.house.clock
    assert isinstance(clock, OffsetClock)

    async with connected(shared_live, auths[0]) as one:
        await one.list_tools()
        first = memory.tokens
        auths[1].context.oauth_metadata = auths[0].context.oauth_metadata
        async with connected(shared_live, auths[1]) as two:
            clock.offset += timedelta(hours=2)
            for auth in auths:
                auth.context.token_expiry_time = 1.0
            listed = await asyncio.gather(one.list_tools(), two.list_tools())
    clock.offset -= timedelta(hours=2)
    held = [auth.context.current_tokens for auth in auths]

    assert all(found.tools for found in listed)
    assert first is not None
    assert len({one.access_token for one in held} - {first.access_token}) == 2
    assert len({one.refresh_token for one in held} - {first.refresh_token}) == 1
    assert len(person.seen) == 1


async def test_what_the_person_adds_is_what_the_client_gets(shared_live: Live, person: Person) -> None:
    """Writing, ticked, is in the token's scope; the account's own grant still keeps its writing tools off."""
    memory = Memory()
    person.answers |= {"effects": "write", "days": "7"}

    async with connected(shared_live, provider(shared_live, person, memory)) as client:
        tools = (await client.list_tools()).tools
    listed = await shared_live.house.consents.all(project_id=shared_live.tenant.project.id)

    assert memory.tokens is not None
    assert memory.tokens.scope == "read write"
    assert listed[0].grant.effects == {"read", "write"}
    assert listed[0].grant.ends_at is not None
    assert timedelta(days=6, hours=23) < listed[0].grant.ends_at - listed[0].created_at <= timedelta(days=7)
    assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)


async def test_the_official_client_hears_no(shared_live: Live, person: Person) -> None:
    """Where the person denies, there is no code, and the client says so."""
    person.answers = {"decision": "deny"}

    with pytest.raises(BaseException) as caught:  # noqa: PT011 - the client wraps it in a group
        async with connected(shared_live, provider(shared_live, person, Memory())) as client:
            await client.list_tools()

    assert caught.group_contains(OAuthFlowError, match="No authorization code") or isinstance(
        caught.value, OAuthFlowError
    )
    assert person.answer["error"] == "access_denied"


async def test_a_caller_without_a_token_is_told_where_to_get_one(shared_live: Live) -> None:
    """The refusal names the resource's metadata; Basic is still named beside it."""
    bare = await App(shared_live).send("/mcp", json={})
    dead = await App(shared_live).tools("cdat_dead")

    for refused in (bare, dead):
        assert refused.status == 401
        assert (
            f'resource_metadata="{shared_live.url}/.well-known/oauth-protected-resource/mcp"'
            in (refused.headers["www-authenticate"])
        )
        assert 'Basic realm="Crossdock"' in refused.headers["www-authenticate"]
    assert "invalid_token" not in bare.headers["www-authenticate"]
    assert 'error="invalid_token"' in dead.headers["www-authenticate"]


async def test_the_documents_are_as_the_standards_have_them(shared_live: Live) -> None:
    """Both well-known places of the resource, and the one of the server, hold what the official models read."""
    pages = [
        await shared_live.call("GET", f"/.well-known/{name}")
        for name in ("oauth-protected-resource/mcp", "oauth-protected-resource", "oauth-authorization-server")
    ]
    resource = ProtectedResourceMetadata.model_validate_json(pages[0].body)
    server = OAuthMetadata.model_validate_json(pages[2].body)

    assert pages[0].body == pages[1].body
    assert str(resource.resource) == f"{shared_live.url}/mcp"
    assert [str(one) for one in resource.authorization_servers] == [shared_live.url]
    assert str(server.issuer) == shared_live.url
    assert server.code_challenge_methods_supported == ["S256"]
    assert server.client_id_metadata_document_supported is True
    assert server.authorization_response_iss_parameter_supported is True
    assert all(page.headers["access-control-allow-origin"] == "*" for page in pages)
    assert (await shared_live.call("GET", "/.well-known/openid-configuration")).status == 404


async def test_what_an_app_is_told_is_never_kept(shared_live: Live) -> None:
    """Answers of the token endpoint are not stored on the way, and a page of another origin may ask for them."""
    app = App(shared_live)

    answers = [await app.token(grant_type="nothing"), await app.register(redirect_uris=["nothing"])]
    async with shared_live.client.options(f"{shared_live.url}/oauth/token") as reply:
        preflight = reply.headers

    assert {one.headers["cache-control"] for one in answers} == {"no-store"}
    assert [one.json()["error"] for one in answers] == ["invalid_client", "invalid_redirect_uri"]
    assert preflight["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in preflight


@asynccontextmanager
async def publishing(folder: Path, **said: Any) -> AsyncIterator[tuple[str, Documents, list[Heard]]]:
    """Publish an app's document on this machine, and give its address with what fetches it."""
    server, trusting = certificate(folder)
    pages: dict[str, bytes] = {}
    async with receiving(lambda heard: pages.get(heard.target, answer(404)), tls=server) as receiver:
        origin = f"https://localhost:{receiver.port}"
        address = f"{origin}/app.json"
        content = {"client_id": address, "client_name": "Published app", "redirect_uris": [REDIRECT], **said}
        pages["/app.json"] = answer(200, json.dumps(content).encode(), content_type="application/json")
        pages["/moved.json"] = answer(302, location=address)
        pages["/large.json"] = answer(200, b" " * 20_000)
        pages["/text.json"] = answer(200, b"hello")
        egress = await Egress.open(private_origins=[origin], tls=trusting)
        try:
            yield address, Documents(egress), receiver.heard
        finally:
            await egress.close()


async def test_a_client_known_by_its_document_needs_no_registration(
    shared_live: Live, person: Person, tmp_path: Path
) -> None:
    """The official client names the address of its document; the person sees that address, and it is fetched once."""
    memory = Memory()
    async with publishing(tmp_path) as (address, documents, heard), elsewhere(shared_live, documents) as live:
        person.guest = replace(person.guest, base=live.url)
        async with connected(live, provider(live, person, memory, document=address)) as client:
            tools = (await client.list_tools()).tools

    assert tools
    assert memory.info is not None
    assert memory.info.client_id == address
    assert "Published app" in person.seen[0].text
    assert address in person.seen[0].text
    assert len(heard) == 1
    assert "authorization" not in heard[0].headers


@asynccontextmanager
async def elsewhere(live: Live, documents: Documents) -> AsyncIterator[Live]:
    """Serve the same house at another address, with another way to apps' documents."""
    house = live.house
    with loopback() as port:
        url = f"http://127.0.0.1:{port.getsockname()[1]}"
        clients = replace(house.consents.clients, documents=documents)
        consents = replace(house.consents, clients=clients, issuer=url, audience=f"{url}/mcp")
        settings = house.settings.model_copy(update={"hub_url": url})
        async with serving(replace(house, settings=settings, consents=consents), live.tenant, port) as served:
            yield served


@pytest.mark.parametrize("path", ["/moved.json", "/large.json", "/text.json", "/missing.json", "/", "/app.json?x=1"])
async def test_a_document_that_is_not_one_makes_no_app(shared_live: Live, tmp_path: Path, path: str) -> None:
    """A redirect, a large or unreadable answer, a bare host and a query are refused."""
    async with publishing(tmp_path) as (address, documents, _):
        clients = replace(shared_live.house.consents.clients, documents=documents)

        with pytest.raises(AppRefusedError):
            await clients.find(client_id=address.replace("/app.json", path))


@pytest.mark.parametrize(
    "said",
    [
        {"client_id": "https://elsewhere.example.com/app.json"},
        {"client_name": None},
        {"redirect_uris": ["http://elsewhere.example.com/"]},
        {"token_endpoint_auth_method": "client_secret_post"},
        {"token_endpoint_auth_method": "private_key_jwt"},
    ],
)
async def test_a_document_says_who_it_is(shared_live: Live, tmp_path: Path, said: dict[str, Any]) -> None:
    """A document of another address, without a name, or with a secret that nobody shares, makes no app."""
    async with publishing(tmp_path, **said) as (address, documents, _):
        clients = replace(shared_live.house.consents.clients, documents=documents)

        with pytest.raises(AppRefusedError):
            await clients.find(client_id=address)


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1/app.json",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.7/app.json",
        "https://hub.internal/app.json",
        "https://[::1]/app.json",
        "http://app.example.com/app.json",
        "https://app.example.com/../app.json",
    ],
)
async def test_no_document_is_fetched_from_inside(shared_live: Live, address: str) -> None:
    """An app's id leads the hub to no address of the operator's own network."""
    with pytest.raises(AppRefusedError):
        await shared_live.house.consents.clients.find(client_id=address)
