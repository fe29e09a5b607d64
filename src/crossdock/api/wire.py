"""Bodies of requests and answers: pydantic at the border, and how the domain is told in them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from crossdock.accounts.model import Account
from crossdock.api.bounds import refuse_unkept
from crossdock.connectors.model import Effect
from crossdock.kernel.clock import iso
from crossdock.linking.session import ConnectSession, SessionRequest

Category = Literal[
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
Text = Annotated[str, Field(min_length=1, max_length=255)]
ORGANIZATION = "1"
_NUMBER_BEFORE = (4, 34, 0)
_TS_CLIENT = re.compile(r"speakeasy-sdk/typescript (\d+)\.(\d+)\.(\d+)")
_TYPES_EVERY_PATCH = (4, 28, 0)


class Body(BaseModel):
    """A request's body; members that are not known are left aside, as the official clients send some."""

    model_config = ConfigDict(extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _keepable(cls, given: Any) -> Any:
        refuse_unkept(given)
        return given


class ConnectSessionCreate(Body):
    """What `POST /connect_sessions` takes."""

    origin_owner_id: Text
    origin_owner_name: Text
    origin_username: str | None = Field(default=None, max_length=255)
    provider: str | None = Field(default=None, max_length=64)
    categories: list[Category] | None = None
    integration_id: str | None = None
    connector_profile_id: str | None = Field(default=None, description="Another name of `integration_id`.")
    account_id: str | None = Field(default=None, description="Open this account for linking it again.")
    multiple: bool | None = Field(default=False, description="Allow a second account of the same owner and provider.")
    expires_in: float | None = Field(default=1800, gt=0, le=2_592_000, description="Seconds until the link ends.")
    label: str | None = Field(default=None, max_length=255)
    metadata: dict[str, Any] | None = None
    type: str | None = Field(default="production", description="`production` or `test`.")
    effects: list[Effect] | None = Field(default=None, description="What calls may do; only `read` unless named.")
    allowed_origins: list[str] | None = Field(
        default=None, description="Origins that may embed the page and get people back."
    )
    return_url: str | None = Field(
        default=None, max_length=2048, description="Where the last page leads back to; of one of the allowed origins."
    )

    def request(self) -> SessionRequest:
        """Return the session that is asked for."""
        return SessionRequest(
            origin_owner_id=self.origin_owner_id,
            origin_owner_name=self.origin_owner_name,
            origin_username=self.origin_username,
            provider=self.provider,
            integration_id=self.integration_id or self.connector_profile_id,
            account_id=self.account_id,
            categories=tuple(self.categories or ()),
            multiple="several" if self.multiple else "one",
            label=self.label,
            type="test" if (self.type or "").lower() == "test" else "production",
            effects=granted(self.effects),
            effects_choice="locked" if self.effects is not None else "free",
            metadata=self.metadata or {},
            allowed_origins=tuple(self.allowed_origins or ()),
            return_url=self.return_url,
            life=timedelta(seconds=self.expires_in or 1800),
        )


class TokenBody(Body):
    """A connect session's token."""

    token: str


class LatestAttempt(BaseModel):
    """The newest try at linking within a session; the two of `oauth_error` say why it failed, whatever the way."""

    id: str
    created_at: str
    updated_at: str
    status: str = Field(description="`pending`, `authenticated`, `error`, `cancelled` or `expired`.")
    account_secure_id: str | None = None
    oauth_error_code: str | None = None
    oauth_error_description: str | None = None


class ConnectSessionAnswer(BaseModel):
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
    categories: list[str] | None = None
    metadata: dict[str, Any] | None = None
    type: str | None = None
    external_trigger_token: str | None = None
    created_at: str
    expires_at: str
    latest_connection_attempt: LatestAttempt | None = Field(default=None, description="Null before the first try.")


class ConnectSessionCreated(ConnectSessionAnswer):
    """A new connect session with its token, shown this once, and the address of its hosted page."""

    token: str
    auth_link_url: str


class StatusReasonAnswer(BaseModel):
    """Why an account has its status."""

    timestamp: str
    code: str
    description: str


class LinkedAccount(BaseModel):
    """A linked account; secrets are never in it."""

    id: str
    provider: str
    provider_name: str | None = None
    origin_owner_id: str
    origin_owner_name: str
    origin_username: str | None = None
    label: str | None = None
    status: str
    status_reasons: list[StatusReasonAnswer] | None = None
    type: str | None = None
    shared: bool | None = None
    credentials: dict[str, Any] | None = None
    setup_information: dict[str, Any] | None = None
    created_at: str
    updated_at: str
    environment: str
    integration_id: str
    effects: list[str]
    identity: dict[str, Any] | None = None
    scopes: list[str]
    scopes_missing: list[str]
    metadata: dict[str, Any]
    last_success_at: str | None = None
    last_tested_at: str | None = None
    next_refresh_at: str | None = None
    expires_at: str | None = None
    hard_end_at: str | None = None


class AccountPatch(Body):
    """What `PATCH /accounts/{id}` takes; an absent member, null or `{}` leaves a field alone."""

    label: str | dict[str, Any] | None = None
    origin_owner_id: Text | None = None
    origin_owner_name: Text | None = None
    origin_username: str | None = Field(default=None, max_length=255)
    type: str | None = None
    metadata: dict[str, Any] | None = None
    effects: list[Effect] | None = Field(default=None, description="What calls may do; `read` is always in it.")
    integration_id: str | None = Field(
        default=None, max_length=64, description="Move it to another profile of its way."
    )
    connector_profile_id: str | None = Field(default=None, max_length=64, description="Another name of the same.")
    provider: str | None = Field(default=None, max_length=64, description="Only the account's own.")
    environment: str | None = Field(default=None, max_length=64, description="Only the account's own.")
    authentication_config_key: str | None = Field(default=None, max_length=64, description="Only the account's own.")
    shared: bool | None = Field(default=None, description="Only false: an account is of one owner.")
    credentials: dict[str, Any] | None = Field(default=None, description="Only empty: link the account again instead.")
    secrets: dict[str, Any] | None = Field(default=None, description="Only empty: link the account again instead.")
    setup_information: dict[str, Any] | None = Field(default=None, description="Only empty: link it again instead.")


class AccountMeta(BaseModel):
    """A linked account's connector, in the words of the clients."""

    provider: str
    category: str
    models: dict[str, Any]


class DefenderConfig(Body):
    """How this call's result is screened: it may be stricter than the project's rules, never looser."""

    enabled: bool | None = None
    block_high_risk: bool | None = None
    use_tier1_classification: bool | None = None
    use_tier2_classification: bool | None = None


class RpcRequest(Body):
    """One action; the account is named by the `x-account-id` header or by `headers`."""

    action: str
    path: dict[str, Any] | None = None
    query: dict[str, Any] | None = None
    headers: dict[str, Any] | None = None
    body: dict[str, Any] | None = None
    collect: bool | None = Field(
        default=None, description="Whether to give a list to its end, as `application/x-ndjson`: a row on each line."
    )
    defender_config: DefenderConfig | None = None
    defender_enabled: bool | None = Field(default=None, json_schema_extra={"deprecated": True})


class Screened(BaseModel):
    """What screening found in a result: text that reads like orders to a model, by the place where it stands."""

    applied: bool
    allowed: bool = Field(description="False where the result was kept back; `data` is null then.")
    risk_level: str = Field(description="low, medium, high or critical")
    detections: list[str]
    patterns_by_field: dict[str, list[str]]
    tier2_available: bool = Field(description="Whether the classifier looked as well as the patterns.")


class RpcAnswer(BaseModel):
    """What an action gave: an object, a list of objects, or null; `next` leads to the next page."""

    data: dict[str, Any] | list[dict[str, Any]] | None
    next: str | None = None
    datasync: dict[str, str] | None = Field(default=None, description="The run that the rows were kept in; on `sync`.")
    debug: dict[str, str] | None = Field(default=None, description="The call's id in the log; on `debug`.")
    warnings: list[str] | None = Field(default=None, description="What fell short, or was left out; absent if nothing.")
    provider_errors: list[dict[str, Any]] | None = Field(
        default=None,
        description="The provider's errors beside its data, each with `status, message, raw`; absent if none.",
    )
    defender: Screened | None = Field(default=None, description="What screening found; absent where it was not done.")


class ProxyCall(Body):
    """One request to the provider as it is; `path` is taken from the account's API host."""

    url: str | None = None
    path: str | None = None
    method: str | None = Field(default=None, description="`get` where it is left out.")
    headers: dict[str, Any] | None = None
    body: Any = None


class ProxyAnswer(BaseModel):
    """What the provider answered."""

    status: int
    headers: dict[str, str]
    data: Any = None
    provider_errors: list[dict[str, Any]] | None = Field(
        default=None,
        description="What the provider refused, or left out of an answer that says 200; absent where it did neither.",
    )


class ErrorAnswer(BaseModel):
    """Every error: what happened, what to do next, and the code whose page tells more."""

    statusCode: int  # noqa: N815 - the official clients' own name
    message: str
    timestamp: str
    type: str
    title: str
    status: int
    detail: str
    code: str
    remedy: str
    disposition: str
    errorCode: (  # noqa: N815 - the same
        Literal[
            "ValidationError",
            "AccountInvalidCredentialsError",
            "AccountExpiredCredentialsError",
            "AccountAuthenticationFailedError",
            "AccountIntegrationInactiveError",
        ]
        | None
    ) = Field(default=None, description="The official name of the error, where it has one; `code` is in every error.")
    errors: list[str] | None = Field(default=None, description="What is not valid, a text each.")
    invalid_fields: list[dict[str, str]] | None = Field(
        default=None, description="The same by input: `field` and `message` each."
    )
    provider_errors: list[dict[str, Any]] | None = None


def granted(effects: list[Effect] | None) -> frozenset[Effect]:
    """Return a grant that always holds `read`."""
    readable: frozenset[Effect] = frozenset({"read"})
    return readable | frozenset(effects or ())


def client_version(user_agent: str) -> tuple[int, ...] | None:
    """Return the version of the official TypeScript client, None for any other caller."""
    found = _TS_CLIENT.search(user_agent)
    return tuple(int(part) for part in found.groups()) if found else None


def organization_id(user_agent: str) -> int | str:
    """Return the organization's id: a number for TypeScript clients before 4.34.0, which take nothing else."""
    version = client_version(user_agent)
    return int(ORGANIZATION) if version and version < _NUMBER_BEFORE else ORGANIZATION


def unasked_type(user_agent: str) -> bool:
    """Whether the caller is a client that adds ``type: production`` to every PATCH."""
    version = client_version(user_agent)
    return version is not None and version <= _TYPES_EVERY_PATCH


def session_fields(*, session: ConnectSession, user_agent: str) -> dict[str, Any]:
    """Tell a connect session as the wire wants it."""
    return {
        "id": session.id,
        "organization_id": organization_id(user_agent),
        "project_id": session.project_id,
        "origin_owner_id": session.origin_owner_id,
        "origin_owner_name": session.origin_owner_name,
        "origin_username": session.origin_username,
        "account_id": session.account_id,
        "provider": session.provider,
        "integration_id": session.integration_id,
        "label": session.label,
        "categories": list(session.categories) or None,
        "metadata": dict(session.metadata),
        "type": session.type,
        "created_at": iso(session.created_at),
        "expires_at": iso(session.expires_at),
    }


def linked_account(*, account: Account, provider_name: str) -> LinkedAccount:
    """Tell an account as the wire wants it."""

    def at(moment: Any) -> str | None:
        return iso(moment) if moment else None

    return LinkedAccount(
        id=account.id,
        provider=account.connector_key,
        provider_name=provider_name,
        origin_owner_id=account.origin_owner_id,
        origin_owner_name=account.origin_owner_name,
        origin_username=account.origin_username,
        label=account.label,
        status=account.wire_status,
        status_reasons=[
            StatusReasonAnswer(timestamp=iso(reason.timestamp), code=reason.code, description=reason.description)
            for reason in account.status_reasons
        ],
        type=account.type,
        setup_information=dict(account.setup),
        created_at=iso(account.created_at),
        updated_at=iso(account.updated_at),
        environment=account.environment,
        integration_id=account.integration_id,
        effects=sorted(account.effects),
        identity=account.identity.as_dict() if account.identity else None,
        scopes=sorted(account.scopes_found),
        scopes_missing=sorted(account.scopes_missing),
        metadata=dict(account.metadata),
        last_success_at=at(account.succeeded_at),
        last_tested_at=at(account.probed_at),
        next_refresh_at=at(account.next_refresh_at),
        expires_at=at(account.expires_at),
        hard_end_at=at(account.hard_end_at),
    )
