"""Actions as the tools of an agent: listed and run where the key's bounds, read-only and screening are kept, at `/mcp`.

Each request stands for itself (Model Context Protocol, revision 2025-11-25, no session), so this needs no SDK.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Final, Literal

from crossdock_client.call import AsyncSender, Call, Sender
from crossdock_client.errors import UnexpectedAnswerError

Effect = Literal["read", "write", "destructive"]
READ: Final[tuple[Effect, ...]] = ("read",)
EVERY: Final = ("*",)
_HEADERS: Final = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-11-25"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """An action as a model sees it; ``input_schema`` is the JSON Schema of its arguments."""

    name: str
    title: str
    description: str
    input_schema: dict[str, Any] = field(repr=False)
    effect: Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a tool gave: ``data``, ``next`` and where it comes from, or an ``error`` with the remedy."""

    value: Mapping[str, Any]
    is_error: bool

    @property
    def text(self) -> str:
        """The same as a model reads it."""
        return json.dumps(self.value, ensure_ascii=False, separators=(",", ":"))

    @property
    def problem(self) -> str:
        """What went wrong and what to do about it, as a sentence; empty where nothing did."""
        error = self.value.get("error") or {}
        wrong = "; ".join(f"{one.get('field')}: {one.get('message')}" for one in error.get("invalid_fields") or ())
        said = f"{error.get('message', '')} {error.get('remedy', '')}".strip()
        return f"{said} ({wrong})" if wrong else said


class Tools:
    """Tools of a linked account; without ``account_id`` the one account that an agent key reaches."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self, *, account_id: str | None = None, effects: Iterable[Effect] = READ, actions: Iterable[str] = EVERY
    ) -> tuple[Tool, ...]:
        """List the tools that key and account allow, of these effects and with names of these patterns."""
        return _listed(self._sender.send(_call("tools/list", {}, account_id, effects)), actions)

    def call(
        self,
        name: str,
        arguments: Mapping[str, Any],
        *,
        account_id: str | None = None,
        effects: Iterable[Effect] = READ,
    ) -> Outcome:
        """Run a tool; what is refused or fails comes back as the outcome, for the model to read."""
        params = {"name": name, "arguments": dict(arguments)}
        return _outcome(self._sender.send(_call("tools/call", params, account_id, effects)))


class AsyncTools:
    """The same for asynchronous programs."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def list(
        self, *, account_id: str | None = None, effects: Iterable[Effect] = READ, actions: Iterable[str] = EVERY
    ) -> tuple[Tool, ...]:
        """List the tools that key and account allow, of these effects and with names of these patterns."""
        return _listed(await self._sender.send(_call("tools/list", {}, account_id, effects)), actions)

    async def call(
        self,
        name: str,
        arguments: Mapping[str, Any],
        *,
        account_id: str | None = None,
        effects: Iterable[Effect] = READ,
    ) -> Outcome:
        """Run a tool; what is refused or fails comes back as the outcome, for the model to read."""
        params = {"name": name, "arguments": dict(arguments)}
        return _outcome(await self._sender.send(_call("tools/call", params, account_id, effects)))


def _call(
    method: str, params: Mapping[str, Any], account_id: str | None, effects: Iterable[Effect]
) -> Call[dict[str, Any]]:
    return Call(
        method="POST",
        path="/mcp",
        answer=dict[str, Any],
        query={"effects": ",".join(effects), "param-style": "flat_smart"},
        headers={**_HEADERS, "x-account-id": account_id},
        body={"jsonrpc": "2.0", "id": 1, "method": method, "params": dict(params)},
    )


def _result(answer: Any) -> Mapping[str, Any]:
    result = answer.get("result") if isinstance(answer, Mapping) else None
    if not isinstance(result, Mapping):
        raise UnexpectedAnswerError("The answer is not one of /mcp. See whether base_url leads to a hub.")
    return result


def _listed(answer: Any, actions: Iterable[str]) -> tuple[Tool, ...]:
    patterns = tuple(actions)
    found = (_tool(one) for one in _result(answer)["tools"])
    return tuple(tool for tool in found if any(fnmatchcase(tool.name, pattern) for pattern in patterns))


def _tool(told: Mapping[str, Any]) -> Tool:
    hints = told["annotations"]
    effect: Effect = "read" if hints["readOnlyHint"] else "destructive" if hints["destructiveHint"] else "write"
    return Tool(
        name=told["name"],
        title=told["title"],
        description=told["description"],
        input_schema=told["inputSchema"],
        effect=effect,
    )


def _outcome(answer: Any) -> Outcome:
    result = _result(answer)
    return Outcome(value=result["structuredContent"], is_error=bool(result.get("isError")))
