"""What a key, a person or a grant may do; whatever is not named here is refused."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from crossdock.kernel.errors import ForbiddenError, InvalidRequestError
from crossdock.projects.model import Principal

SCOPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "accounts:read": "See accounts and their health",
        "accounts:write": "Edit, pause, test and delete accounts",
        "connect_sessions:write": "Make links by which people connect an account",
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
    if principal.role is None:
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
        remedy="Link the account again and switch the permission on, or use an action that only reads.",
        code="effect_not_granted",
        detail={"effect": effect, "granted": sorted(grant)},
    )


def check_scopes(scopes: frozenset[str]) -> None:
    """Raise InvalidRequestError unless these are scopes that a key can have."""
    unknown = sorted(scopes - SCOPES.keys())
    if unknown or not scopes:
        said = f"Unknown: {', '.join(unknown)}." if unknown else "None was given."
        raise InvalidRequestError(
            f"These are not scopes of an API key. {said}", remedy=f"Choose from: {', '.join(SCOPES)}."
        )
