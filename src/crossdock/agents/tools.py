"""The tools that an agent sees: what its accounts, their grants and its own bounds allow, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from crossdock.agents import arguments, link_tool, portable
from crossdock.agents.auth import Caller, Style
from crossdock.agents.guard import plain
from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.choice import Choice
from crossdock.connectors.model import Action, Connector
from crossdock.projects import policy

SEARCH: Final = "_search_actions"
EXECUTE: Final = "_execute_action"
_MOST_LISTS: Final = 64
Grants = Mapping[str, frozenset[Choice]]
_EFFECTS: Final[Mapping[str, dict[str, bool]]] = {
    "read": {"readOnlyHint": True, "destructiveHint": False},
    "write": {"readOnlyHint": False, "destructiveHint": False},
    "destructive": {"readOnlyHint": False, "destructiveHint": True},
}


@dataclass(slots=True)
class Toolbox:
    """Tools by what allows them, kept as the bytes that are sent: the same on every replica, and cheap to list."""

    catalogue: Catalogue
    lists: dict[object, bytes] = field(default_factory=dict)
    single: dict[tuple[str, Style], dict[str, Any]] = field(default_factory=dict)

    def listed(self, caller: Caller) -> bytes:
        """Return the JSON list of the caller's tools."""
        grants = grants_of(caller)
        key = (tuple(sorted(grants.items(), key=lambda one: one[0])), _bounds(caller), caller.style, caller.mode)
        found = self.lists.get(key)
        if found is None:
            tools = self._meta(caller, grants) if caller.mode == "search_execute" else self._tools(caller, grants)
            asking = [link_tool.described(self.catalogue)] if link_tool.is_listed(caller) else []
            found = json.dumps([*tools, *asking], ensure_ascii=False, separators=(",", ":")).encode()
            if len(self.lists) >= _MOST_LISTS:
                self.lists.clear()
            self.lists[key] = found
        return found

    def described(self, action: Action, style: Style) -> dict[str, Any]:
        """Return an action as a tool."""
        found = self.single.get((action.name, style))
        if found is None:
            found = self.single[action.name, style] = {
                "name": action.name,
                "title": plain(action.label),
                "description": plain(action.description),
                "inputSchema": portable.schema(arguments.schema(action=action, style=style)),
                "annotations": {
                    **_EFFECTS[action.effect],
                    "idempotentHint": action.idempotent,
                    "openWorldHint": True,
                },
            }
        return found

    def _tools(self, caller: Caller, grants: Grants) -> Iterator[dict[str, Any]]:
        for action in allowed(self.catalogue, caller, grants):
            yield self.described(action, caller.style)

    def _meta(self, caller: Caller, grants: Grants) -> Iterator[dict[str, Any]]:
        for key in sorted(grants):
            connector = self.catalogue.get(key)
            effects = {action.effect for action in allowed(self.catalogue, caller, {key: grants[key]})}
            yield _search_tool(connector)
            yield _execute_tool(connector, is_reading=effects <= {"read"})


def grants_of(caller: Caller) -> Grants:
    """Return by connector what the accounts that the caller reaches are linked for, as far as their profiles go."""
    grants: dict[str, frozenset[Choice]] = {}
    for account in caller.accounts:
        own = Choice(actions=account.choice.actions, effects=account.effects & account.choice.effects)
        grants[account.connector_key] = grants.get(account.connector_key, frozenset()) | {own}
    return grants


def allowed(catalogue: Catalogue, caller: Caller, grants: Grants) -> Iterator[Action]:
    """Yield the actions that the caller may run, in the order of connectors and definitions."""
    may_write = policy.may(caller.principal, "actions:write")
    for key in sorted(grants):
        for action in catalogue.get(key).actions.values():
            name, effect = action.name, action.effect
            is_granted = any(one.allows(action=name, effect=effect) for one in grants[key])
            is_granted = is_granted and (effect == "read" or may_write)
            if is_granted and policy.allows(caller.principal, action=name, effect=effect):
                yield action


def _bounds(caller: Caller) -> object:
    """Return what of the principal decides over its tools: equal for all who see the same."""
    grant = caller.principal.grant
    own = (grant.actions, grant.effects, link_tool.is_listed(caller)) if grant else None
    return policy.may(caller.principal, "actions:write"), own


def _search_tool(connector: Connector) -> dict[str, Any]:
    return {
        "name": f"{connector.key}{SEARCH}",
        "title": f"Find actions of {connector.name}",
        "description": f"Finds what can be done at {connector.name}. Returns names, descriptions and schemas.",
        "inputSchema": {
            "type": "object",
            "properties": {
                "query": {"type": "string", "minLength": 1, "maxLength": 1000, "description": "What is to be done."},
                "top_k": {"type": "integer", "minimum": 1, "maximum": 50, "default": 5},
            },
            "required": ["query"],
            "additionalProperties": False,
        },
        "annotations": {**_EFFECTS["read"], "idempotentHint": True, "openWorldHint": False},
    }


def _execute_tool(connector: Connector, *, is_reading: bool) -> dict[str, Any]:
    return {
        "name": f"{connector.key}{EXECUTE}",
        "title": f"Run an action of {connector.name}",
        "description": f"Runs an action that {connector.key}{SEARCH} found, with arguments as its schema says.",
        "inputSchema": {
            "type": "object",
            "properties": {
                "action": {"type": "string", "description": "The action's name."},
                "arguments": {"type": "object", "description": "The action's arguments."},
            },
            "required": ["action"],
            "additionalProperties": False,
        },
        "annotations": {
            **_EFFECTS["read" if is_reading else "destructive"],
            "idempotentHint": False,
            "openWorldHint": True,
        },
    }
