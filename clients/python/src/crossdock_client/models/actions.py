"""What actions are told in. Made from the API's document by tools/python_client.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionFound:
    """An action that fits a search; `id` holds connector, version and name as the clients take it apart."""

    id: str
    action_name: str
    connector_key: str
    description: str
    label: str
    project_id: str
    similarity_score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionTold:
    """An action; `id` is what `POST /actions/rpc` takes as `action`."""

    id: str
    label: str
    description: str
    schema_type: str
    tags: Sequence[str]
    required_scopes: Sequence[str]
    authentication: Sequence[AuthenticationTold] | None = None
    action_details: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionsBuilt:
    """How the index of the search stands."""

    status: Literal["accepted", "success", "error"]
    actions_indexed: int
    message: str
    connector_filter: str | None = None
    """Absent where none was given."""
    error: str | None = None
    """Why nothing was built; absent unless the status is `error`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionsFound:
    """The actions that fit, the best first."""

    results: Sequence[ActionFound]
    total_count: int
    query: str
    connector_filter: str | None = None
    """Absent where none was given."""
    project_filter: str | None = None
    """Absent where none was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionsMeta:
    """A connector with its actions, for one account or integration where the list is grouped by these."""

    key: str
    name: str
    version: str
    description: str
    icon: str
    release_stage: str
    categories: Sequence[str]
    account_id: str | None = None
    integration_id: str | None = None
    scope_definitions: Sequence[ScopeTold]
    authentication: Sequence[AuthenticationTold]
    actions: Sequence[ActionTold] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionsMetaPage:
    """Some connectors with their actions; `next` leads to the next page, null at the end."""

    next: str | None
    data: Sequence[ActionsMeta]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticationTold:
    """A way to authenticate at the provider."""

    type: str
    key: str
    label: str
    required_scopes: Sequence[str]
    support: Support | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Datasync:
    """The run that rows are of: when it was last added to, by which call, and until when it is kept."""

    path_params_hash: str
    request_id: str
    run_id: str
    synced_at: str
    sync_expires_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DefenderConfig:
    """How this call's result is screened: it may be stricter than the project's rules, never looser."""

    enabled: bool | None = None
    block_high_risk: bool | None = None
    use_tier1_classification: bool | None = None
    use_tier2_classification: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """How something is done, in sections."""

    sections: Sequence[GuideSection]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideSection:
    """A section of a guide."""

    title: str
    content: str
    steps: Sequence[GuideStepTold] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideStepTold:
    """One step of a guide; `list` says what else may be seen, and what to do then."""

    title: str
    content: str
    list: Sequence[str] | None = None
    image: ImageTold | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guides:
    """`setup` is for whoever runs the application, where it needs one; `config` for who links an account."""

    setup: Guide | None = None
    config: Guide


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyKeyAnswer:
    """Where a write stands that was sent with an Idempotency-Key."""

    key: str
    state: Literal["running", "answered", "outcome_unknown"]
    account_id: str
    action: str
    """The action, or method and path of a request of one's own."""
    request_id: str | None = None
    """The call's id in the log: `GET /requests/logs/{id}`."""
    sent_by: str
    sent_at: str
    settles_at: str | None = None
    """Until when it may be running, or can still happen."""
    expires_at: str
    """When the key is forgotten."""
    answer: KeptAnswer | None = None
    look_with: dict[str, Any] | None = None
    """Where nobody knows what came of it: the action that shows it, with its inputs."""
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageTold:
    """A picture of a guide."""

    src: str
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """The answer that a repeat gets: its status, and where it is an error the code."""

    status: int
    outcome: Literal["ok", "partial", "found", "error"]
    code: str | None = None
    answered_at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionsAnswer:
    """Whether a call would be allowed."""

    data: PermissionsTold


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionsTold:
    """Whether it is allowed, and the reason where it is not."""

    allowed: bool
    action: str
    resource: ResourceTold
    user: UserTold
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceTold:
    """What was asked about."""

    id: str
    type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RpcAnswer:
    """What an action gave: an object, a list of objects, or null; `next` leads to the next page."""

    data: dict[str, Any] | Sequence[dict[str, Any]] | None
    next: str | None = None
    datasync: dict[str, str] | None = None
    """The run that the rows were kept in; on `sync`."""
    debug: dict[str, str] | None = None
    """The call's id in the log; on `debug`."""
    warnings: Sequence[str] | None = None
    """What fell short, or was left out; absent if nothing."""
    provider_errors: Sequence[dict[str, Any]] | None = None
    """The provider's errors beside its data, each with `status, message, raw`; absent if none."""
    defender: Screened | None = None
    """What screening found; absent where it was not done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeTold:
    """A permission at the provider."""

    name: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """What screening found in a result: text that reads like orders to a model, by the place where it stands."""

    applied: bool
    allowed: bool
    """False where the result was kept back; `data` is null then."""
    risk_level: str
    """low, medium, high or critical"""
    detections: Sequence[str]
    patterns_by_field: dict[str, Sequence[str]]
    tier2_available: bool
    """Whether the classifier looked as well as the patterns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """Where a person finds the credential."""

    link: str | None = None
    description: str | None = None
    guides: Guides | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncedAnswer:
    """Synced rows."""

    data: Sequence[dict[str, Any]]
    datasync: Datasync
    total: int
    """How many rows fit, on all pages."""
    warnings: Sequence[str] | None = None
    """That rows were kept back; absent if none were."""
    defender: Screened | None = None
    """What screening found; absent where it was not done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTold:
    """Whom the answer is for, and everything that may be done with the account."""

    id: str
    permissions: Sequence[str]
