"""What connect sessions are told in. Made from the API's document by tools/python_client.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Required, TypedDict


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
    external_trigger_token: str | None = field(default=None, repr=False)
    created_at: str
    expires_at: str
    latest_connection_attempt: LatestAttempt | None = None
    """Null before the first try."""


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
    external_trigger_token: str | None = field(default=None, repr=False)
    created_at: str
    expires_at: str
    latest_connection_attempt: LatestAttempt | None = None
    """Null before the first try."""
    token: str = field(repr=False)
    auth_link_url: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestAttempt:
    """The newest try at linking within a session; the two of `oauth_error` say why it failed, whatever the way."""

    id: str
    created_at: str
    updated_at: str
    status: str
    """`pending`, `authenticated`, `error`, `cancelled` or `expired`."""
    account_secure_id: str | None = None
    oauth_error_code: str | None = None
    oauth_error_description: str | None = None


class CreateConnectSession(TypedDict, total=False):
    """What `create` takes."""

    origin_owner_id: Required[str]
    origin_owner_name: Required[str]
    origin_username: str | None
    provider: str | None
    categories: (
        Sequence[
            Literal[
                "ats",
                "hris",
                "hris-legacy",
                "crm",
                "iam",
                "marketing",
                "lms",
                "stackone",
                "documents",
                "ticketing",
                "screening",
                "messaging",
                "accounting",
                "scheduling",
            ]
        ]
        | None
    )
    integration_id: str | None
    account_id: str | None
    """Open this account for linking it again."""
    multiple: bool | None
    """Allow a second account of the same owner and provider."""
    expires_in: float | None
    """Seconds until the link ends."""
    label: str | None
    metadata: dict[str, Any] | None
    type: str | None
    """`production` or `test`."""
    effects: Sequence[Literal["read", "write", "destructive"]] | None
    """What calls may do; only `read` unless named."""
    allowed_origins: Sequence[str] | None
    """Origins that may embed the page and get people back."""
    return_url: str | None
    """Where the last page leads back to; of one of the allowed origins."""
