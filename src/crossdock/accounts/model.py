"""What an account is: whose it is, which provider account it reaches, how it fares, and what it may do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from crossdock.connectors.choice import EVERYTHING, Choice
from crossdock.connectors.model import EFFECTS, Effect, EnvironmentType
from crossdock.connectors.replies import Identity

__all__ = [
    "NEEDS_PERSON",
    "STATUSES",
    "Account",
    "AccountChange",
    "AccountList",
    "AccountQuery",
    "CallRecord",
    "Candidate",
    "Chosen",
    "Identity",
    "Integration",
    "SealedCredential",
    "Status",
    "StatusReason",
]

Status = Literal["active", "expiring", "error", "expired", "suspended"]

STATUSES: tuple[Status, ...] = ("active", "expiring", "error", "expired", "suspended")
NEEDS_PERSON: frozenset[Status] = frozenset({"error", "expired", "suspended"})


@dataclass(frozen=True, slots=True)
class StatusReason:
    """Why an account has its status: since when, the connector's cause key, and the cause in words for people."""

    timestamp: datetime
    code: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A linked account; times are aware UTC, and no secret is in it.

    ``effects`` is what the person allowed, ``choice`` what its connector profile is for: a call needs both.
    ``expires_at`` is the end of the access token, ``hard_end_at`` the day after which only a person can renew.
    """

    id: str
    project_id: str
    integration_id: str
    connector_key: str
    auth_method: str
    environment: str
    type: EnvironmentType
    origin_owner_id: str
    origin_owner_name: str
    origin_username: str | None
    label: str | None
    effects: frozenset[Effect]
    metadata: Mapping[str, Any]
    linked_by: str
    created_at: datetime
    updated_at: datetime
    status: Status
    status_since: datetime
    status_reasons: tuple[StatusReason, ...] = ()
    paused_at: datetime | None = None
    deleted_at: datetime | None = None
    identity: Identity | None = None
    identity_key: str | None = None
    scopes_found: frozenset[str] = frozenset()
    scopes_missing: frozenset[str] = frozenset()
    setup: Mapping[str, Any] = field(default_factory=dict)
    secret_hints: Mapping[str, str] = field(default_factory=dict)
    probed_at: datetime | None = None
    succeeded_at: datetime | None = None
    failures: int = 0
    refusals: int = 0
    next_probe_at: datetime | None = None
    next_refresh_at: datetime | None = None
    expires_at: datetime | None = None
    hard_end_at: datetime | None = None
    choice: Choice = EVERYTHING

    @property
    def needs_person(self) -> bool:
        """Whether only a person can bring it back."""
        return self.status in NEEDS_PERSON

    @property
    def wire_status(self) -> str:
        """The status as the API tells it: a paused account is ``inactive``."""
        return "inactive" if self.paused_at else self.status

    def setup_text(self) -> dict[str, str]:
        """Return the open fields of its form, for filling the form in again."""
        return {key: str(value) for key, value in self.setup.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedCredential:
    """The generation, lease and fence of an account's credential; the secrets themselves lie in the vault.

    ``staged_generation`` is a renewed pair that is sealed but not yet proven; ``refused_generation`` is the one that
    the provider no longer takes. Times of the lease are the database's own clock.
    """

    account_id: str
    project_id: str
    generation: int
    refused_generation: int | None
    staged_generation: int | None
    staged_issued_at: datetime | None
    staged_expires_at: datetime | None
    staged_hard_end_at: datetime | None
    lease_owner: str | None
    lease_until: datetime | None
    refresh_started_at: datetime | None
    issued_at: datetime
    expires_at: datetime | None
    refreshed_at: datetime | None
    refreshes: int
    failures: int
    refusals: int
    last_failure: str | None

    @property
    def refused(self) -> bool:
        """Whether the provider has refused the generation in use."""
        return self.refused_generation == self.generation


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """A connector as one project uses it by one method: a connector profile.

    ``setup_secrets`` names what the vault keeps for it. ``scopes`` are what a person is asked for, by the connector's
    names; none means what the connector asks for by itself. ``is_default`` marks the one that is offered where a link
    names none.
    """

    id: str
    project_id: str
    connector_key: str
    auth_method: str
    name: str
    environment: str | None
    active: bool
    setup: Mapping[str, Any]
    setup_secrets: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
    scopes: tuple[str, ...] = ()
    actions: tuple[str, ...] = ("*",)
    effects: frozenset[Effect] = frozenset(EFFECTS)
    is_default: bool = False

    @property
    def choice(self) -> Choice:
        """What its accounts may be called with."""
        return Choice(actions=self.actions, effects=self.effects)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What a connector profile is made for, or changed to; None leaves a field alone."""

    name: str | None = None
    environment: str | None = None
    scopes: Sequence[str] | None = None
    actions: Sequence[str] | None = None
    effects: frozenset[Effect] | None = None
    switch: Literal["on", "off"] | None = None
    standing: Literal["default"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A credential that waits for its test and the person's confirmation; its secrets are sealed under its own id."""

    id: str
    project_id: str
    attempt_id: str
    environment: str
    created_at: datetime
    expires_at: datetime
    setup: Mapping[str, Any] = field(default_factory=dict)
    secret_hints: Mapping[str, str] = field(default_factory=dict)
    identity: Identity | None = None
    scopes_found: frozenset[str] = frozenset()
    scopes_missing: frozenset[str] = frozenset()
    generation: int = 1
    access_expires_at: datetime | None = None
    hard_end_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountQuery:
    """Which accounts of a project to list; an empty tuple asks for any."""

    providers: tuple[str, ...] = ()
    origin_owner_ids: tuple[str, ...] = ()
    account_ids: tuple[str, ...] = ()
    integration_ids: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    search: str | None = None
    limit: int = 25
    offset: int = 0


@dataclass(frozen=True, slots=True)
class AccountList:
    """One page of accounts, and how many there are in all."""

    rows: tuple[Account, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChange:
    """What a person or the API changes on an account; None leaves a field alone."""

    label: str | None = None
    integration_id: str | None = None
    origin_owner_id: str | None = None
    origin_owner_name: str | None = None
    origin_username: str | None = None
    type: EnvironmentType | None = None
    effects: frozenset[Effect] | None = None
    metadata: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """One call that passed through an account."""

    id: str
    action: str
    effect: Effect
    actor: str
    status: int
    cause: str | None
    duration_ms: int
    created_at: datetime
