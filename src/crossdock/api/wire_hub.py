"""What the hub component sends and reads: its own names, its own mix of spellings; what is absent is left out."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from crossdock.api.wire import Body

FieldType = Literal["text", "password", "number", "select", "text_area"]


class HubCredentials(Body):
    """What the person typed, by field key."""

    integration_id: str
    credentials: dict[str, Any] = Field(default_factory=dict)


class HubToken(Body):
    """The connect session's token once more."""

    token: str | None = None


class HubSettings(BaseModel):
    """What the component shows, and which account it opens for linking again."""

    enabled_features: list[str]
    existing_account_id: str | None = None


class HubIntegration(BaseModel):
    """A row of the component's list."""

    active: bool
    name: str
    provider: str
    type: str = Field(description="The connector's category.")
    version: str
    authentication_config_key: str
    environment: str
    integration_id: str
    logo_url: str


class HubIntegrations(BaseModel):
    """What the session may link."""

    integrations: list[HubIntegration]


class HubOption(BaseModel):
    """A choice of a select field."""

    label: str
    value: str


class _Camel(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class HubField(_Camel):
    """A field of the form."""

    key: str
    label: str
    type: FieldType
    required: bool
    read_only: bool
    secret: bool
    placeholder: str | None = None
    options: list[HubOption] | None = None
    description: str | None = None
    tooltip: str | None = None
    value: str | None = None


class HubNotice(BaseModel):
    """A remark above, below or before a field."""

    key: str
    type: Literal["warning", "info"]
    description: str
    position: Literal["top", "bottom"] | None = None
    anchor: str | None = None


class HubAssets(BaseModel):
    """The connector's picture."""

    icon: str


class HubSupport(BaseModel):
    """Where the component's guide button leads."""

    link: str | None = None
    description: str | None = None


class HubConfig(_Camel):
    """A way of linking, as a form."""

    key: str
    name: str
    type: Literal["oauth2", "custom"]
    grant_type: Literal["authorization_code", "client_credentials"] | None = None
    config_fields: list[HubField]
    config_notices: list[HubNotice] | None = None
    assets: HubAssets | None = None
    support: HubSupport | None = None


class HubOwnSettings(BaseModel):
    """Switches of the component's own service; there are none here."""

    configured_webhook_events: dict[str, Any] = Field(default_factory=dict)
    project_settings: dict[str, Any] = Field(default_factory=dict)


class HubConnector(BaseModel):
    """An integration's form."""

    config: HubConfig
    hub_settings: HubOwnSettings = Field(default_factory=HubOwnSettings)


class HubAccount(BaseModel):
    """The account that was linked."""

    id: str
    provider: str


class HubAccountDetails(_Camel):
    """An account that is linked again: open values as they are, of secrets the last characters."""

    secure_id: str
    provider: str
    setup_information: dict[str, str]
    secrets: dict[str, Annotated[str, Field(pattern=r"^__secretvalue:\*\*redacted\*\*")]]
    version: str
    auth_config_key: str
    environment: str
    integration_id: str


class HubAttemptOpened(BaseModel):
    """An attempt that waits for its window."""

    id: str


class HubAttemptAccount(BaseModel):
    """The account that an attempt has linked."""

    id: str


class HubAttemptError(BaseModel):
    """Why an attempt failed, in a code and in words."""

    code: str
    description: str


class HubAttempt(BaseModel):
    """How an attempt stands."""

    status: Literal["pending", "authenticated", "error", "cancelled", "expired"]
    account: HubAttemptAccount | None
    error: HubAttemptError | None


class HubOutcome(BaseModel):
    """What came of a session: the account that it has linked, the newest of several, null before."""

    account: HubAccount | None
