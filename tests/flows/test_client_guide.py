"""The guide on the Python client: its programs run as they stand there."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path
from typing import Any

from langchain_core.messages import ToolMessage
from pydantic_ai import Agent
from pydantic_ai.models.test import TestModel

from agent import agent_key
from client_house import ONCE, Desk
from crossdock.kernel.clock import SystemClock
from crossdock.kernel.ids import Ids
from crossdock.outbox import sign
from crossdock_client import AsyncCrossdock, Crossdock

GUIDE = Path(__file__).resolve().parents[2] / "docs/guides/python-client.md"


def blocks() -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", GUIDE.read_text(), re.MULTILINE | re.DOTALL)


def block(word: str) -> str:
    (found,) = (one for one in blocks() if word in one)
    return found


def defined(word: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(block(word), names)  # noqa: S102 - the guide's own code
    return names


async def run(text: str, desk: Desk, folder: Path) -> str:
    """Run a program of the guide in a process of its own."""
    env = {**os.environ, "HUB": desk.live.url, "KEY": desk.live.tenant.key.reveal(), "ACCOUNT": desk.graph}
    program = folder / "program.py"
    program.write_text(text)
    process = await asyncio.create_subprocess_exec(
        sys.executable, program, env=env, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await asyncio.wait_for(process.communicate(), timeout=120)
    assert process.returncode == 0, err.decode()
    return out.decode()


async def test_the_programs_run(desk: Desk, tmp_path: Path) -> None:
    """Whoever copies the guide's programs sees accounts, orders and what the provider says."""
    first = await run(block("List what is linked"), desk, tmp_path)
    second = await run(block("Count the orders"), desk, tmp_path)
    third = await run(block("Ask the provider itself"), desk, tmp_path)

    lines = first.splitlines()
    place = lines.index("the first 2")
    assert any(line.startswith(desk.graph) for line in lines[:place])
    assert second.strip() == f"{len(lines) - place - 1} orders"
    assert third.startswith("200 ")
    assert b"order_number" in (tmp_path / "orders.json").read_bytes()


async def test_the_receiver_takes_what_is_signed() -> None:
    """The guide's receiver accepts a delivery of the hub and refuses another."""
    receive = defined("webhooks.verify(")["receive"]
    secret = sign.mint(Ids(clock=SystemClock()).random)
    body = b'{"event":"account.created","account_id":"acc_1"}'
    headers = sign.headers(secrets=[secret], event_id="evt_1", at=SystemClock().now(), body=body)

    assert receive(secret.reveal(), headers, body) == 204
    assert receive(secret.reveal(), headers, body + b" ") == 400


async def test_the_agents_have_tools(desk: Desk) -> None:
    """Each of the guide's three adapters brings its framework tools that read orders with an agent's key."""
    key = await agent_key(desk.live, owner_id="graph")
    with Crossdock(key, desk.live.url, retries=ONCE) as client:
        offered = await asyncio.to_thread(defined("order_tools")["order_tools"], client)
        orders = next(tool for tool in offered if tool.name == "shiphero_list_orders")
        called = {"name": orders.name, "args": {"page_size": 1}, "id": "1", "type": "tool_call"}
        message = await asyncio.to_thread(orders.invoke, called)
    async with AsyncCrossdock(key, desk.live.url, retries=ONCE) as waiting:
        openai = await defined("crossdock_client.openai_agents")["order_agent"](waiting, "none")
        model = TestModel(call_tools=["shiphero_list_warehouses"])
        pydantic: Agent[None, str] = defined("crossdock_client.pydantic_ai")["order_agent"](waiting, model)
        ran = await pydantic.run("Which warehouses are there?")

    assert isinstance(message, ToolMessage)
    assert message.status == "success"
    assert "shiphero_list_orders" in {tool.name for tool in openai.tools}
    assert "provenance" in ran.output
