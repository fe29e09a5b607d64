"""Which account at the provider a credential opens, compared with the one it opened before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from crossdock.accounts.model import Account, Identity

Comparison = Literal["same", "different", "unknown"]


def identity_key(identity: Identity | None) -> str | None:
    """Return what tells provider accounts apart: the provider's own account id."""
    return (identity.id or None) if identity else None


def compare(*, account: Account, environment: str, identity: Identity | None) -> Comparison:
    """Tell whether a credential opens the provider account that this account stands for."""
    if account.environment != environment:
        return "different"
    key = identity_key(identity)
    if key is None or account.identity_key is None:
        return "unknown"
    return "same" if account.identity_key == key else "different"


def difference(*, account: Account, environment: str, identity: Identity | None) -> dict[str, Any]:
    """Describe, for a person to decide on, how the provider account differs; empty where it is the same."""
    if compare(account=account, environment=environment, identity=identity) != "different":
        return {}
    return {
        "kind": "identity_differs",
        "account_id": account.id,
        "before": _side(account.environment, account.identity),
        "after": _side(environment, identity),
    }


def already_linked(*, others: Sequence[Account], origin_owner_id: str, environment: str) -> dict[str, Any]:
    """Describe the account by which this owner has linked the same provider account; empty where there is none."""
    for other in others:
        if other.origin_owner_id == origin_owner_id and other.environment == environment:
            return {
                "kind": "already_linked",
                "account_id": other.id,
                "status": other.wire_status,
                "before": _side(other.environment, other.identity),
            }
    return {}


def _side(environment: str, identity: Identity | None) -> dict[str, Any]:
    return {
        "environment": environment,
        "id": identity.id if identity else None,
        "name": identity.name if identity else None,
    }
