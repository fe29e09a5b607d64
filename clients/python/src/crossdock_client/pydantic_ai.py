"""Tools for PydanticAI: a toolset of the actions that key and account allow.

Needs the extra `pydantic-ai`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from pydantic_ai import RunContext, ToolDefinition, ToolFailed
from pydantic_ai.toolsets import AbstractToolset, ToolsetTool
from pydantic_core import SchemaValidator, core_schema

from crossdock_client.client import AsyncCrossdock
from crossdock_client.errors import CrossdockError
from crossdock_client.tools import EVERY, READ, Effect, Tool

# The hub checks the arguments, and its words about them are better than a validator's.
_ANYTHING: Final = SchemaValidator(core_schema.dict_schema(core_schema.str_schema(), core_schema.any_schema()))


class CrossdockToolset(AbstractToolset[Any]):
    """An account's tools: those that read, unless ``effects`` names more; ``actions`` are patterns of names.

    They are listed once, when an agent first asks for them.
    """

    def __init__(
        self,
        client: AsyncCrossdock,
        *,
        account_id: str | None = None,
        effects: Iterable[Effect] = READ,
        actions: Iterable[str] = EVERY,
    ) -> None:
        self._client = client
        self._account_id = account_id
        self._effects = tuple(effects)
        self._actions = tuple(actions)
        self._listed: tuple[Tool, ...] | None = None

    @property
    def id(self) -> str | None:
        """What tells the toolset from others of an agent."""
        return f"crossdock-{self._account_id}" if self._account_id else "crossdock"

    async def get_tools(self, ctx: RunContext[Any]) -> dict[str, ToolsetTool[Any]]:
        """Return the tools by name."""
        if self._listed is None:
            self._listed = await self._client.tools.list(
                account_id=self._account_id, effects=self._effects, actions=self._actions
            )
        return {
            tool.name: ToolsetTool(
                toolset=self,
                tool_def=ToolDefinition(
                    name=tool.name,
                    description=tool.description,
                    parameters_json_schema=tool.input_schema,
                    strict=False,
                    metadata={"effect": tool.effect, "title": tool.title},
                ),
                max_retries=ctx.max_retries,
                args_validator=_ANYTHING,
            )
            for tool in self._listed
        }

    async def call_tool(
        self, name: str, tool_args: dict[str, Any], ctx: RunContext[Any], tool: ToolsetTool[Any]
    ) -> Any:
        """Run a tool; what went wrong, and what to do about it, is what the model reads."""
        del ctx, tool
        try:
            outcome = await self._client.tools.call(name, tool_args, account_id=self._account_id, effects=self._effects)
        except CrossdockError as error:
            raise ToolFailed(str(error)) from error
        if outcome.is_error:
            raise ToolFailed(outcome.problem)
        return dict(outcome.value)
