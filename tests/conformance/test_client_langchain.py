"""The tools for LangChain against a running hub and the twins."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest_asyncio
from langchain_core.messages import ToolMessage
from langchain_core.tools import StructuredTool
from langchain_core.utils.function_calling import convert_to_openai_tool

from agent import agent_key
from client_house import ADDRESS, ONCE, Desk
from crossdock_client import AsyncCrossdock, Crossdock
from crossdock_client.langchain import atools, tools

LIST = "easyship_list_item_categories"
CREATE = "easyship_create_address"


@pytest_asyncio.fixture
async def offered(desk: Desk) -> AsyncIterator[tuple[Crossdock, list[StructuredTool]]]:
    """Give the tools of the account that may write, for reading and writing."""
    with Crossdock(desk.live.tenant.key.reveal(), desk.live.url, retries=ONCE) as client:
        found = await asyncio.to_thread(
            tools, client, account_id=desk.writer, effects=("read", "write"), actions=[LIST, CREATE, "easyship_get_*"]
        )
        yield client, found


def named(offered: list[StructuredTool], name: str) -> StructuredTool:
    return next(tool for tool in offered if tool.name == name)


async def test_a_tool_is_what_a_model_wants_to_see(offered: tuple[Crossdock, list[StructuredTool]]) -> None:
    """Name, description and schema stand in the form that models are offered tools in; patterns leave the rest out."""
    told = convert_to_openai_tool(named(offered[1], CREATE))["function"]

    assert told["name"] == CREATE
    assert told["description"]
    assert "line_1" in told["parameters"]["properties"]
    assert "line_1" in told["parameters"]["required"]
    assert {tool.name for tool in offered[1]} > {LIST, CREATE}
    assert all(tool.name in {LIST, CREATE} or tool.name.startswith("easyship_get_") for tool in offered[1])
    assert (named(offered[1], CREATE).metadata or {})["effect"] == "write"


async def test_a_model_reads_what_a_tool_gave(desk: Desk, offered: tuple[Crossdock, list[StructuredTool]]) -> None:
    """A call as a model makes it is answered by a message with data and where it comes from; a write is made."""
    called = {"name": LIST, "args": {}, "id": "call-1", "type": "tool_call"}

    message = await named(offered[1], LIST).ainvoke(called)
    made = await asyncio.to_thread(named(offered[1], CREATE).invoke, {**called, "name": CREATE, "args": ADDRESS})

    assert isinstance(message, ToolMessage)
    assert (message.status, message.tool_call_id) == ("success", "call-1")
    assert json.loads(str(message.content))["provenance"]["account_id"] == desk.writer
    assert json.loads(made.content)["data"]
    assert desk.written() == 1


async def test_a_model_reads_what_to_do_about_an_error(
    desk: Desk, offered: tuple[Crossdock, list[StructuredTool]]
) -> None:
    """A wrong argument comes back as an error message that names the field and the remedy; nothing is sent."""
    called = {"name": CREATE, "args": {**ADDRESS, "country_alpha2": 7}, "id": "call-1", "type": "tool_call"}

    message = await asyncio.to_thread(named(offered[1], CREATE).invoke, called)

    assert message.status == "error"
    assert "country_alpha2" in message.content
    assert desk.written() == 0


async def test_reading_is_all_unless_asked_for(desk: Desk) -> None:
    """By itself a list holds only what reads; a tool kept from another list is refused by the hub all the same."""
    key = await agent_key(desk.live, owner_id="writer")
    async with AsyncCrossdock(key, desk.live.url, retries=ONCE) as client:
        reading = await atools(client)
        message = await reading[0].ainvoke({"name": reading[0].name, "args": {}, "id": "1", "type": "tool_call"})
        refused = await client.tools.call(CREATE, ADDRESS, effects=("read", "write"))
    async with AsyncCrossdock(desk.live.tenant.key.reveal(), desk.live.url, retries=ONCE) as client:
        narrowed = await client.tools.call(CREATE, ADDRESS, account_id=desk.writer)

    assert {tool.metadata["effect"] for tool in reading if tool.metadata} == {"read"}
    assert LIST in {tool.name for tool in reading}
    assert message.tool_call_id == "1"
    assert refused.is_error
    assert refused.value["error"]["code"] == "missing_scope"
    assert narrowed.value["error"]["code"] == "agent_effect"
    assert refused.problem.endswith(refused.value["error"]["remedy"])
    assert desk.written() == 0


async def test_a_revoked_key_is_told_to_the_model(desk: Desk) -> None:
    """Where the hub refuses the key itself, the model reads that too, and the program goes on."""
    key = await agent_key(desk.live, owner_id="reader")
    agents, project = desk.live.house.projects.agents, desk.live.tenant.project.id
    async with AsyncCrossdock(key, desk.live.url, retries=ONCE) as client:
        offered = await atools(client, actions=[LIST])
        newest = (await agents.all(project_id=project))[0]
        await agents.revoke(project_id=project, key_id=newest.id, actor="system:cli")
        message = await offered[0].ainvoke({"name": LIST, "args": {}, "id": "1", "type": "tool_call"})

    assert message.status == "error"
    assert message.content
    assert key not in message.content
