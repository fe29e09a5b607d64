"""What connectors are told in. Made from the API's document by tools/python_client.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Required, TypedDict


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthConfig:
    """A connector profile; what is secret of its setup is only named."""

    id: str
    name: str
    active: bool
    default: bool
    """Whether links that name no profile offer this one for its way of linking."""
    categories: Sequence[str]
    connector_key: str
    connector_label: str
    connector_version: str
    connector_owner: str
    connector_pinned_version: str | None = None
    logo_url: str
    release_stage: str
    authentication_config_key: str
    authentication_config_label: str
    environment: str | None = None
    scopes: Sequence[str]
    """What people are asked for; empty for what the connector asks for itself."""
    actions: Sequence[str]
    """Names or globs of the actions that its accounts may be called with."""
    effects: Sequence[Literal["read", "write", "destructive"]]
    """How far calls of its accounts may go."""
    setup: dict[str, str]
    """What is open of the own application, as its client id."""
    secrets: Sequence[str]
    """What is kept sealed of it, by name."""
    redirect_uri: str | None = None
    """The address to register at the provider, for OAuth."""
    accounts: int
    """How many accounts are linked through it."""
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


class CreateAuthConfig(TypedDict, total=False):
    """What `create_auth_config` takes."""

    connector_key: Required[str]
    authentication_config_key: Required[str]
    """The way of linking."""
    name: str | None
    environment: str | None
    """Empty leaves it to the credential."""
    scopes: Sequence[str] | None
    """Names of `scope_definitions`."""
    actions: Sequence[str] | None
    """Names or globs; `*` is every action."""
    effects: Sequence[Literal["read", "write", "destructive"]] | None
    """`read` is always in it."""
    active: bool | None
    default: bool | None
    """Only true: another one becomes the default in its place."""
    setup: dict[str, str] | None
    """The own application's fields; a secret that is left out stays as it is."""
