"""What connect sessions are told in. Made from the API's document by tools/python_client.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectSessionAnswer:
    """A connect session."""

    id: int
    organization_id: int | str
    project_id: str
    origin_owner_id: str
    origin_owner_name: str
    origin_username: str | None = None
    account_id: str | None = None
    provider: str | None = None
    integration_id: str | None = None
    label: str | None = None
    categories: Sequence[str] | None = None
    metadata: dict[str, Any] | None = None
    type: str | None = None
    external_trigger_token: str | None = None
    created_at: str
    expires_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectSessionCreated:
    """A new connect session with its token, shown this once, and the address of its hosted page."""

    id: int
    organization_id: int | str
    project_id: str
    origin_owner_id: str
    origin_owner_name: str
    origin_username: str | None = None
    account_id: str | None = None
    provider: str | None = None
    integration_id: str | None = None
    label: str | None = None
    categories: Sequence[str] | None = None
    metadata: dict[str, Any] | None = None
    type: str | None = None
    external_trigger_token: str | None = None
    created_at: str
    expires_at: str
    token: str = field(repr=False)
    auth_link_url: str = field(repr=False)
