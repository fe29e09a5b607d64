"""Arrangers of accounts, credentials and causes for the tests of accounts and tokens: values only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from crossdock.accounts.model import Account, Identity, Integration, SealedCredential
from crossdock.connectors.model import Cause, Verdict

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIFE = timedelta(days=28)


def made_account(**changes: Any) -> Account:
    """Return a healthy account that renews itself, linked at START, with some fields changed."""
    values: dict[str, Any] = {
        "id": "acc_a",
        "project_id": "prj_a",
        "integration_id": "int_a",
        "connector_key": "shiphero",
        "auth_method": "refresh_token",
        "environment": "production",
        "type": "production",
        "origin_owner_id": "owner-1",
        "origin_owner_name": "Acme Pets",
        "origin_username": None,
        "label": None,
        "effects": frozenset({"read"}),
        "metadata": {},
        "linked_by": "person:per_a",
        "created_at": START,
        "updated_at": START,
        "status": "active",
        "status_since": START,
        "identity": Identity("42", "Acme Pets"),
        "identity_key": "42",
        "next_probe_at": START + timedelta(days=1),
        "next_refresh_at": START + LIFE * 0.75,
        "expires_at": START + LIFE,
    }
    return Account(**{**values, **changes})


def made_credential(**changes: Any) -> SealedCredential:
    """Return the row of a credential in its first generation."""
    values: dict[str, Any] = {
        "account_id": "acc_a",
        "project_id": "prj_a",
        "generation": 1,
        "refused_generation": None,
        "staged_generation": None,
        "staged_issued_at": None,
        "staged_expires_at": None,
        "staged_hard_end_at": None,
        "lease_owner": None,
        "lease_until": None,
        "refresh_started_at": None,
        "issued_at": START,
        "expires_at": START + LIFE,
        "refreshed_at": None,
        "refreshes": 0,
        "failures": 0,
        "refusals": 0,
        "last_failure": None,
    }
    return SealedCredential(**{**values, **changes})


def made_cause(verdict: Verdict | None, *, key: str = "", if_fresh: str | None = None) -> Cause:
    """Return a cause of a verdict."""
    values: dict[str, Any] = {
        "key": key or f"some_{verdict}",
        "title": "Something is wrong",
        "explanation": "The provider said so.",
        "remedy": "Do the next thing.",
        "button": "Go on",
        "button_kind": "back",
        "button_step": None,
        "button_link": None,
        "disposition": "relink" if verdict in {"dead", "suspended"} else "wait",
        "verdict": verdict,
        "status": 401,
        "when": (),
        "if_fresh": if_fresh,
        "field": None,
    }
    known = {name: value for name, value in values.items() if name in Cause.__dataclass_fields__}
    return Cause(**known)


def made_integration(**changes: Any) -> Integration:
    """Return an integration that asks nothing of the operator."""
    values: dict[str, Any] = {
        "id": "int_a",
        "project_id": "prj_a",
        "connector_key": "shiphero",
        "auth_method": "refresh_token",
        "name": "ShipHero: Refresh token",
        "environment": None,
        "active": True,
        "setup": {},
        "setup_secrets": (),
        "created_at": START,
        "updated_at": START,
    }
    return Integration(**{**values, **changes})
