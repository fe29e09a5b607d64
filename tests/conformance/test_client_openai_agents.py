"""The tools for the OpenAI Agents SDK: its own runner, a model that is made up, a running hub and the twins."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
from agents import Agent, FunctionTool, Model, ModelResponse, RunConfig, Runner, Usage
from openai.types.responses import ResponseFunctionToolCall, ResponseOutputMessage, ResponseOutputText

from agent import agent_key
from client_house import ADDRESS, ONCE, Desk
from crossdock_client import AsyncCrossdock
from crossdock_client.openai_agents import tools

LIST = "easyship_list_item_categories"
CREATE = "easyship_create_address"
QUIET = RunConfig(tracing_disabled=True)


class Scripted(Model):
    """A model that calls one tool, and then repeats what it read."""

    def __init__(self, name: str, arguments: str) -> None:
        self.name = name
        self.arguments = arguments
        self.offered: list[FunctionTool] = []

    async def get_response(self, *args: Any, **kwargs: Any) -> ModelResponse:
        given: Any = kwargs.get("input", args[1:2])
        self.offered = kwargs["tools"] if "tools" in kwargs else args[3]
        outputs = [
            one["output"] for one in given if isinstance(one, dict) and one.get("type") == "function_call_output"
        ]
        output: Any = (
            message(str(outputs[-1]))
            if outputs
            else ResponseFunctionToolCall(
                arguments=self.arguments, call_id="call-1", name=self.name, type="function_call"
            )
        )
        return ModelResponse(output=[output], usage=Usage(), response_id=None)

    def stream_response(self, *_args: Any, **_kwargs: Any) -> AsyncIterator[Any]:
        raise NotImplementedError


def message(text: str) -> ResponseOutputMessage:
    content = ResponseOutputText(annotations=[], text=text, type="output_text")
    return ResponseOutputMessage(id="m", content=[content], role="assistant", status="completed", type="message")


@pytest_asyncio.fixture
async def client(desk: Desk) -> AsyncIterator[AsyncCrossdock]:
    async with AsyncCrossdock(desk.live.tenant.key.reveal(), desk.live.url, retries=ONCE) as opened:
        yield opened


async def ran(offered: list[FunctionTool], model: Scripted) -> str:
    agent = Agent(name="Dock", instructions="Help.", model=model, tools=[*offered])
    result = await Runner.run(agent, "Go on.", run_config=QUIET)
    return str(result.final_output)


async def test_an_agent_reads_with_a_tool(desk: Desk, client: AsyncCrossdock) -> None:
    """The runner offers the tools, calls one, and the model reads data and where it comes from."""
    model = Scripted(LIST, "")

    offered = await tools(client, account_id=desk.writer, actions=["easyship_list_*"])
    answer = json.loads(await ran(offered, model))

    assert [tool.name for tool in model.offered] == [tool.name for tool in offered]
    assert answer["provenance"]["account_id"] == desk.writer
    assert answer["data"]


async def test_an_agent_writes_where_it_may(desk: Desk, client: AsyncCrossdock) -> None:
    """With writing asked for, a call makes what it says, once."""
    offered = await tools(client, account_id=desk.writer, effects=("read", "write"), actions=[CREATE])
    answer = json.loads(await ran(offered, Scripted(CREATE, json.dumps(ADDRESS))))

    assert offered[0].params_json_schema["properties"]["line_1"]
    assert answer["data"]
    assert desk.written() == 1


async def test_an_agent_reads_what_to_do_about_an_error(desk: Desk, client: AsyncCrossdock) -> None:
    """A wrong argument, and arguments that are no JSON, come back in words; nothing is sent."""
    offered = await tools(client, account_id=desk.writer, effects=("read", "write"), actions=[CREATE])

    wrong = await ran(offered, Scripted(CREATE, json.dumps({**ADDRESS, "country_alpha2": 7})))
    none = [await ran(offered, Scripted(CREATE, given)) for given in ("{", "[]", "5")]

    assert "country_alpha2" in wrong
    assert all("JSON" in said for said in none)
    assert desk.written() == 0


async def test_read_only_is_structural(desk: Desk) -> None:
    """A key for reading is offered nothing that writes, whatever is asked for, and a call made up is refused."""
    key = await agent_key(desk.live, owner_id="writer")
    async with AsyncCrossdock(key, desk.live.url, retries=ONCE) as client:
        every = await tools(client, effects=("read", "write", "destructive"))
        refused = await client.tools.call(CREATE, ADDRESS, effects=("read", "write", "destructive"))

    assert CREATE not in {tool.name for tool in every}
    assert LIST in {tool.name for tool in every}
    assert refused.value["error"]["code"] == "missing_scope"
    assert desk.written() == 0
