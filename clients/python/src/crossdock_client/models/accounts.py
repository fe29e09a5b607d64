"""What accounts are told in. Made from the API's document by tools/python_client.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedAccount:
    """A linked account; secrets are never in it."""

    id: str
    provider: str
    provider_name: str | None = None
    origin_owner_id: str
    origin_owner_name: str
    origin_username: str | None = None
    label: str | None = None
    status: str
    status_reasons: Sequence[StatusReasonAnswer] | None = None
    type: str | None = None
    shared: bool | None = None
    credentials: dict[str, Any] | None = None
    setup_information: dict[str, Any] | None = None
    created_at: str
    updated_at: str
    environment: str
    integration_id: str
    effects: Sequence[str]
    identity: dict[str, Any] | None = None
    scopes: Sequence[str]
    scopes_missing: Sequence[str]
    metadata: dict[str, Any]
    last_success_at: str | None = None
    last_tested_at: str | None = None
    next_refresh_at: str | None = None
    expires_at: str | None = None
    hard_end_at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReasonAnswer:
    """Why an account has its status."""

    timestamp: str
    code: str
    description: str
