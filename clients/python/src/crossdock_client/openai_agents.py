"""Tools for the OpenAI Agents SDK: one FunctionTool for each action that key and account allow.

Needs the extra `openai-agents`.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from agents import FunctionTool
from agents.tool_context import ToolContext

from crossdock_client.client import AsyncCrossdock
from crossdock_client.errors import CrossdockError
from crossdock_client.tools import EVERY, READ, Effect, Tool


async def tools(
    client: AsyncCrossdock,
    *,
    account_id: str | None = None,
    effects: Iterable[Effect] = READ,
    actions: Iterable[str] = EVERY,
) -> list[FunctionTool]:
    """Return an account's tools: those that read, unless ``effects`` names more; ``actions`` are patterns of names."""
    effects = tuple(effects)

    def runner(tool: Tool) -> Callable[[ToolContext[Any], str], Awaitable[str]]:
        async def run(_context: ToolContext[Any], given: str) -> str:
            arguments = _read(given)
            if arguments is None:
                return "The arguments are not a JSON object. Call the tool again with one."
            try:
                outcome = await client.tools.call(tool.name, arguments, account_id=account_id, effects=effects)
            except CrossdockError as error:
                return str(error)
            return outcome.problem if outcome.is_error else outcome.text

        return run

    listed = await client.tools.list(account_id=account_id, effects=effects, actions=actions)
    return [
        FunctionTool(
            name=tool.name,
            description=tool.description,
            params_json_schema=tool.input_schema,
            on_invoke_tool=runner(tool),
            # The SDK's strict form makes every argument required, and these are not.
            strict_json_schema=False,
        )
        for tool in listed
    ]


def _read(given: str) -> dict[str, Any] | None:
    try:
        arguments = json.loads(given or "{}")
    except ValueError:
        return None
    return arguments if isinstance(arguments, dict) else None
