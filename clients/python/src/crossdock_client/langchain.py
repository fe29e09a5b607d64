"""Tools for LangChain: one StructuredTool for each action that key and account allow.

Needs the extra `langchain`. With a `Crossdock` the tools run in both of LangChain's manners; `atools` makes them of an
`AsyncCrossdock`, for programs that are asynchronous throughout.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from langchain_core.tools import StructuredTool, ToolException

from crossdock_client.client import AsyncCrossdock, Crossdock
from crossdock_client.errors import CrossdockError
from crossdock_client.tools import EVERY, READ, Effect, Outcome, Tool


def tools(
    client: Crossdock,
    *,
    account_id: str | None = None,
    effects: Iterable[Effect] = READ,
    actions: Iterable[str] = EVERY,
) -> list[StructuredTool]:
    """Return an account's tools: those that read, unless ``effects`` names more; ``actions`` are patterns of names."""
    effects = tuple(effects)

    def runner(tool: Tool) -> Callable[..., str]:
        def run(**arguments: Any) -> str:
            with _said():
                return _told(client.tools.call(tool.name, arguments, account_id=account_id, effects=effects))

        return run

    listed = client.tools.list(account_id=account_id, effects=effects, actions=actions)
    return [StructuredTool.from_function(func=runner(tool), **_described(tool)) for tool in listed]


async def atools(
    client: AsyncCrossdock,
    *,
    account_id: str | None = None,
    effects: Iterable[Effect] = READ,
    actions: Iterable[str] = EVERY,
) -> list[StructuredTool]:
    """Return the same tools, which then run by `ainvoke` alone."""
    effects = tuple(effects)

    def runner(tool: Tool) -> Callable[..., Awaitable[str]]:
        async def run(**arguments: Any) -> str:
            with _said():
                return _told(await client.tools.call(tool.name, arguments, account_id=account_id, effects=effects))

        return run

    listed = await client.tools.list(account_id=account_id, effects=effects, actions=actions)
    return [StructuredTool.from_function(coroutine=runner(tool), **_described(tool)) for tool in listed]


def _described(tool: Tool) -> dict[str, Any]:
    return {
        "name": tool.name,
        "description": tool.description,
        "args_schema": tool.input_schema,
        "metadata": {"effect": tool.effect, "title": tool.title},
        "infer_schema": False,
        # What the exception says is what the model reads, in a message that is marked as an error.
        "handle_tool_error": True,
    }


@contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except CrossdockError as error:
        raise ToolException(str(error)) from error


def _told(outcome: Outcome) -> str:
    if outcome.is_error:
        raise ToolException(outcome.problem)
    return outcome.text
