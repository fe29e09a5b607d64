"""The toolset for PydanticAI: its own agent, a model that is a function, a running hub and the twins."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
from pydantic_ai import Agent
from pydantic_ai.messages import ModelMessage, ModelRequest, ModelResponse, TextPart, ToolCallPart, ToolReturnPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

from agent import agent_key
from client_house import ADDRESS, ONCE, Desk
from crossdock_client import AsyncCrossdock
from crossdock_client.pydantic_ai import CrossdockToolset

LIST = "easyship_list_item_categories"
CREATE = "easyship_create_address"


class Scripted:
    """A model that calls one tool, and then is done; it keeps what it was offered and what it read."""

    def __init__(self, name: str, arguments: dict[str, Any]) -> None:
        self.name = name
        self.arguments = arguments
        self.offered: dict[str, dict[str, Any]] = {}
        self.read: list[ToolReturnPart] = []

    def __call__(self, messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        self.offered = {tool.name: tool.parameters_json_schema for tool in info.function_tools}
        last = messages[-1]
        self.read = (
            [part for part in last.parts if isinstance(part, ToolReturnPart)] if isinstance(last, ModelRequest) else []
        )
        if self.read:
            return ModelResponse(parts=[TextPart("done")])
        return ModelResponse(parts=[ToolCallPart(self.name, self.arguments)])


@pytest_asyncio.fixture
async def client(desk: Desk) -> AsyncIterator[AsyncCrossdock]:
    async with AsyncCrossdock(desk.live.tenant.key.reveal(), desk.live.url, retries=ONCE) as opened:
        yield opened


async def ran(toolset: CrossdockToolset, model: Scripted) -> ToolReturnPart:
    agent = Agent(FunctionModel(model), toolsets=[toolset])
    result = await agent.run("Go on.")
    assert result.output == "done"
    return model.read[-1]


async def test_an_agent_reads_with_a_tool(desk: Desk, client: AsyncCrossdock) -> None:
    """The agent offers the tools, calls one, and the model reads data and where it comes from."""
    model = Scripted(LIST, {})

    part = await ran(CrossdockToolset(client, account_id=desk.writer, actions=["easyship_list_*"]), model)

    assert LIST in model.offered
    assert all(name.startswith("easyship_list_") for name in model.offered)
    assert isinstance(part.content, dict)
    assert part.content["provenance"]["account_id"] == desk.writer


async def test_an_agent_writes_where_it_may(desk: Desk, client: AsyncCrossdock) -> None:
    """With writing asked for, a call makes what it says, once."""
    toolset = CrossdockToolset(client, account_id=desk.writer, effects=("read", "write"))

    part = await ran(toolset, Scripted(CREATE, ADDRESS))

    assert isinstance(part.content, dict)
    assert part.content["data"]
    assert desk.written() == 1


async def test_an_agent_reads_what_to_do_about_an_error(desk: Desk, client: AsyncCrossdock) -> None:
    """A wrong argument comes back as a failed tool that names the field; nothing is sent, and the run goes on."""
    toolset = CrossdockToolset(client, account_id=desk.writer, effects=("read", "write"), actions=[CREATE])

    part = await ran(toolset, Scripted(CREATE, {**ADDRESS, "country_alpha2": 7}))

    assert part.outcome == "failed"
    assert "country_alpha2" in str(part.content)
    assert desk.written() == 0


async def test_read_only_is_structural(desk: Desk) -> None:
    """A key for reading is offered nothing that writes, whatever is asked for, and the hub refuses the call too."""
    key = await agent_key(desk.live, owner_id="writer")
    model = Scripted(LIST, {})
    async with AsyncCrossdock(key, desk.live.url, retries=ONCE) as client:
        await ran(CrossdockToolset(client, effects=("read", "write", "destructive")), model)
        refused = await client.tools.call(CREATE, ADDRESS, effects=("read", "write", "destructive"))

    assert CREATE not in model.offered
    assert LIST in model.offered
    assert refused.value["error"]["code"] == "missing_scope"
    assert desk.written() == 0
