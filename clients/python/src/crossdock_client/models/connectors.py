"""What connectors are told in. Made from the API's document by tools/python_client.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthConfig:
    """A connector as the project uses it: an integration, on the dashboard a connector profile."""

    id: str
    name: str
    active: bool
    default: bool
    categories: Sequence[str]
    connector_key: str
    connector_label: str
    connector_version: str
    connector_owner: str
    logo_url: str
    release_stage: str
    authentication_config_key: str
    authentication_config_label: str
    environment: str | None = None
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthConfigsPage:
    """Some connector profiles."""

    data: Sequence[AuthConfig]
    page: int
    page_size: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorMeta:
    """A provider that can be linked."""

    provider: str
    provider_name: str
    category: str
    active: bool
    models: dict[str, Any]
    resources: dict[str, Any] | None = None
