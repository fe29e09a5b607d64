"""What a key, a person or a grant may do; whatever is not named here is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Final

from crossdock.kernel.errors import ForbiddenError, InvalidRequestError, NotFoundError
from crossdock.projects.model import AgentGrant, Principal

SCOPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "accounts:read": "See accounts and their health",
        "accounts:write": "Edit, pause, test and delete accounts",
        "connect_sessions:write": "Make links by which people connect an account",
        "connectors:write": "Manage connector profiles and their OAuth applications",
        "actions:read": "Run actions that read",
        "actions:write": "Run actions that write",
        "proxy": "Send requests of one's own to a provider",
        "webhooks:write": "Manage webhooks and replay deliveries",
        "logs:read": "See calls, deliveries and the audit trail",
        "admin": "Everything, keys and people included",
    }
)
ROLES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "owner": frozenset({"admin"}),
        "admin": frozenset({"admin"}),
        "member": frozenset({"accounts:read", "accounts:write", "connect_sessions:write", "actions:read", "logs:read"}),
        "viewer": frozenset({"accounts:read", "logs:read"}),
    }
)
_EFFECT_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {"read": "reads", "write": "writes", "destructive": "deletes or cancels"}
)


def may(principal: Principal, scope: str) -> bool:
    """Tell whether the principal has a scope; an unknown scope is never had, not even by an admin."""
    return scope in SCOPES and not principal.scopes.isdisjoint({scope, "admin"})


def require(principal: Principal, scope: str) -> None:
    """Raise ForbiddenError, naming the scope and how to get it, unless the principal has it."""
    if may(principal, scope):
        return
    if principal.grant is not None and scope == "actions:write":
        remedy = "Use an action that only reads, or ask a person for an agent key with this effect."
    elif principal.role is None:
        remedy = f"Use an API key with the scope {scope}; make one on the dashboard under API keys."
    else:
        remedy = "Ask an owner or admin of the project to do it, or to change your role."
    raise ForbiddenError(f"This needs the scope {scope}.", remedy=remedy, code="missing_scope", detail={"scope": scope})


def check_effect(grant: frozenset[str], effect: str) -> None:
    """Raise ForbiddenError unless the account's grant holds the effect; an unknown effect is refused."""
    if effect in _EFFECT_WORDS and effect in grant:
        return
    word = _EFFECT_WORDS.get(effect, "does something unknown")
    raise ForbiddenError(
        f"This {word}, and the account is linked without that permission.",
        remedy="Allow it on the account's page on the dashboard, under Edit, or use an action that only reads.",
        code="effect_not_granted",
        detail={"effect": effect, "granted": sorted(grant)},
    )


def reaches(principal: Principal, *, account_id: str, owner_id: str) -> bool:
    """Tell whether an account of the project is one that the principal is bound to, or the principal is not bound."""
    grant = principal.grant
    if grant is None:
        return True
    return grant.owner_id in {None, owner_id} and (not grant.accounts or account_id in grant.accounts)


def check_reach(principal: Principal, *, account_id: str, owner_id: str) -> None:
    """Raise NotFoundError, the same as for an account that is not there, unless the principal reaches it."""
    if not reaches(principal, account_id=account_id, owner_id=owner_id):
        raise NotFoundError(
            "There is no such account in this project.", remedy="List the accounts to find its id: GET /accounts."
        )


def allows(principal: Principal, *, action: str, effect: str) -> bool:
    """Tell whether what the principal is bound to holds an action and its effect; the account's grant comes on top."""
    grant = principal.grant
    return grant is None or (effect in grant.effects and any(fnmatchcase(action, glob) for glob in grant.actions))


def check_bounds(principal: Principal, *, action: str, effect: str) -> None:
    """Raise ForbiddenError unless the principal's own bounds hold an action and its effect."""
    grant = principal.grant
    if grant is None:
        return
    if effect not in grant.effects:
        word = _EFFECT_WORDS.get(effect, "does something unknown")
        raise ForbiddenError(
            f"This {word}, and the agent may not.",
            remedy="Use an action that only reads, or ask for an agent key with this effect.",
            code="agent_effect",
            detail={"effect": effect, "granted": sorted(grant.effects)},
        )
    if allows(principal, action=action, effect=effect):
        return
    raise ForbiddenError(
        "The agent's key is not for this action.",
        remedy="Use one of the tools that tools/list shows, or ask for an agent key with this action.",
        code="agent_action",
        detail={"actions": list(grant.actions)},
    )


def is_any_action(grant: AgentGrant) -> bool:
    """Tell whether a grant is not bound to actions, so that requests of one's own pass too."""
    return "*" in grant.actions


def narrowed(principal: Principal, *, effects: frozenset[str]) -> Principal:
    """Return the principal bound to these effects as well; nothing is ever added."""
    grant = principal.grant or AgentGrant(effects=frozenset(_EFFECT_WORDS))
    return replace(principal, grant=replace(grant, effects=grant.effects & effects))


def check_scopes(scopes: frozenset[str]) -> None:
    """Raise InvalidRequestError unless these are scopes that a key can have."""
    unknown = sorted(scopes - SCOPES.keys())
    if unknown or not scopes:
        said = f"Unknown: {', '.join(unknown)}." if unknown else "None was given."
        raise InvalidRequestError(
            f"These are not scopes of an API key. {said}", remedy=f"Choose from: {', '.join(SCOPES)}."
        )
