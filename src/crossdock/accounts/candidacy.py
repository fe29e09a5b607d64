"""What an account takes over from a confirmed candidate: pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from crossdock.accounts import health
from crossdock.accounts.identity import identity_key
from crossdock.accounts.model import Account, Candidate
from crossdock.connectors.model import AuthMethod

TAKEN_OVER = (
    "integration_id",
    "auth_method",
    "environment",
    "type",
    "effects",
    "paused_at",
    "updated_at",
    "status",
    "status_reasons",
    "status_since",
    "identity",
    "identity_key",
    "scopes_found",
    "scopes_missing",
    "setup",
    "secret_hints",
    "probed_at",
    "succeeded_at",
    "failures",
    "refusals",
    "next_probe_at",
    "next_refresh_at",
    "expires_at",
    "hard_end_at",
)


def issued_at(candidate: Candidate, method: AuthMethod) -> datetime:
    """Return when the access token was issued: by its end and usual life, or when it was pasted."""
    if candidate.access_expires_at is None or method.access_life is None:
        return candidate.created_at
    return candidate.access_expires_at - method.access_life


def taken_over(
    account: Account, candidate: Candidate, method: AuthMethod, *, issued_at: datetime, now: datetime
) -> Account:
    """Return the account with the candidate's identity, scopes and dates: healthy, its test just passed."""
    end = candidate.hard_end_at
    if method.lifecycle == "static":
        end = end or candidate.access_expires_at
    account = replace(
        account,
        identity=candidate.identity or account.identity,
        identity_key=identity_key(candidate.identity) or account.identity_key,
        scopes_found=candidate.scopes_found,
        scopes_missing=candidate.scopes_missing,
        setup=candidate.setup,
        secret_hints=candidate.secret_hints,
    )
    return health.after_refresh(
        account,
        lifecycle=method.lifecycle,
        issued_at=issued_at,
        expires_at=candidate.access_expires_at,
        hard_end_at=end,
        now=now,
    )


def granted(account: Account) -> dict[str, Any]:
    """Return what an audit entry tells of a link: which provider account, and what was allowed."""
    return {
        "connector": account.connector_key,
        "auth_method": account.auth_method,
        "environment": account.environment,
        "identity": account.identity_key,
        "effects": sorted(account.effects),
        "origin_owner_id": account.origin_owner_id,
        "hard_end_at": account.hard_end_at.isoformat() if account.hard_end_at else None,
    }
