"""OAuth for MCP clients with the protocol's official client: found, registered, let in by a person, refreshed."""

from __future__ import annotations

import pytest
import pytest_asyncio

from app import Memory, Person, connected, provider
from guest import new_guest
from house import Live
from shared_house import link_pasted
from twins import EasyshipTwin

OWNER = "oauth-owner"


@pytest_asyncio.fixture(scope="module")
async def account(shared_live: Live, easyship_twin_process: EasyshipTwin) -> str:
    """Link one account, once."""
    token = easyship_twin_process.integration("oauth", scopes="all")["production_token"]
    return await link_pasted(shared_live, token, owner=OWNER)


@pytest_asyncio.fixture
async def person(shared_live: Live, account: str) -> object:
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
        answer = await client.call_tool("easyship_list_item_categories", {})

    assert tools
    assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)
    assert answer.structured_content["provenance"]["account_id"] == account
    assert memory.tokens is not None
    assert memory.tokens.scope == "read"
