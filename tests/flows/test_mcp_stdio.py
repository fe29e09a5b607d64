"""`crossdock mcp`: the same tools over standard input and output."""

from __future__ import annotations

import os
import sys

import pytest
from mcp import Client, MCPError, StdioServerParameters

from agent import REVISIONS, Revision, agent_key
from house import Live
from shared_house import link_pasted
from twins import EasyshipTwin

LIST = "easyship_list_item_categories"


def command(live: Live, key: str, *options: str) -> StdioServerParameters:
    env = {
        "PATH": os.environ["PATH"],
        "CROSSDOCK_AGENT_KEY": key,
        "CROSSDOCK_DATA_DIR": str(live.house.settings.data_dir),
    }
    arguments = ["-c", "from crossdock.cli import main; main()", "mcp", "--url", live.url, *options]
    return StdioServerParameters(command=sys.executable, args=arguments, env=env)


@pytest.mark.parametrize("revision", REVISIONS)
async def test_the_tools_come_over_standard_streams(
    shared_live: Live, easyship_twin_process: EasyshipTwin, revision: Revision
) -> None:
    """The official client starts the command, lists what the key reaches, and calls it."""
    token = easyship_twin_process.integration(f"stdio {revision}", scopes="all")["production_token"]
    account = await link_pasted(shared_live, token, owner=f"stdio-{revision}")
    key = await agent_key(shared_live, owner_id=f"stdio-{revision}")
    mode = "legacy" if revision == "2025-11-25" else revision

    async with Client(command(shared_live, key), mode=mode, cache=None) as client:
        tools = (await client.list_tools()).tools
        answer = await client.call_tool(LIST, {})

    assert LIST in [tool.name for tool in tools]
    assert answer.structured_content["provenance"]["account_id"] == account


async def test_a_wrong_key_is_told(shared_live: Live) -> None:
    """The hub's refusal comes back as an error of the protocol, with what to do."""
    with pytest.raises((MCPError, ExceptionGroup)) as refused:
        async with Client(command(shared_live, "v1.agent.wrong"), mode="legacy", cache=None):
            pass

    error = refused.value
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    assert "The API key is not valid." in str(error)
