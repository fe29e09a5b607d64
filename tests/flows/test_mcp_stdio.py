"""`crossdock mcp`: the same tools over standard input and output."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any

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


async def test_a_long_list_may_be_two_tools(shared_live: Live, easyship_twin_process: EasyshipTwin) -> None:
    """What the address says over HTTP, options say here."""
    token = easyship_twin_process.integration("stdio options", scopes="all")["production_token"]
    await link_pasted(shared_live, token, owner="stdio-options")
    key = await agent_key(shared_live, owner_id="stdio-options")
    options = ("--tool-mode", "search_execute", "--param-style", "flat_prefixed")

    async with Client(command(shared_live, key, *options), mode="legacy", cache=None) as client:
        tools = (await client.list_tools()).tools
        found = await client.call_tool("easyship_search_actions", {"query": "list shipments"})

    assert [tool.name for tool in tools] == ["easyship_search_actions", "easyship_execute_action"]
    assert "query_page_size" in str(found.structured_content)


async def lines(live: Live, key: str, *sent: bytes) -> list[dict[str, Any]]:
    """Send lines to the command, end its input, and return the lines that it answers."""
    told = command(live, key)
    process = await asyncio.create_subprocess_exec(
        told.command,
        *told.args,
        env=told.env,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(120):
        answered, _ = await process.communicate(b"\n".join(sent) + b"\n")
    return [json.loads(line) for line in answered.splitlines()]


async def test_lines_that_are_no_message_end_nothing(shared_live: Live) -> None:
    """Each is told what is wrong with it, an empty one is passed over, and the next request is answered."""
    key = await agent_key(shared_live, owner_id="stdio-lines")
    ping = b'{"jsonrpc":"2.0","id":9,"method":"ping"}'

    answered = await lines(shared_live, key, b"{nope", b"", b"[" * 100_000, b"[1]", b"a" * (5 * 1024 * 1024), ping)

    assert [one["error"]["code"] for one in answered if one["id"] is None][:4] == [-32700, -32700, -32600, -32600]
    assert answered[-1] == {"jsonrpc": "2.0", "id": 9, "result": {}}


async def test_a_cancelled_request_is_not_answered(shared_live: Live, easyship_twin_process: EasyshipTwin) -> None:
    """The agent no longer waits for it; what it asks afterwards is answered."""
    token = easyship_twin_process.integration("stdio cancel", scopes="all")["production_token"]
    await link_pasted(shared_live, token, owner="stdio-cancel")
    key = await agent_key(shared_live, owner_id="stdio-cancel")
    call = {"jsonrpc": "2.0", "id": 5, "method": "tools/call", "params": {"name": LIST, "arguments": {}}}
    cancel = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 5, "reason": "enough"}}
    ping = {"jsonrpc": "2.0", "id": 6, "method": "ping"}
    easyship_twin_process.fault("slow", paths="*item_categories*", delay=5)

    try:
        answered = await lines(shared_live, key, *(json.dumps(one).encode() for one in (call, cancel, ping)))
    finally:
        easyship_twin_process.clear_faults()

    assert [one["id"] for one in answered] == [6]
