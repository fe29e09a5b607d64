"""What a connect session and an attempt at linking are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from crossdock.connectors.model import AuthMethod, Connector, Effect
from crossdock.kernel.errors import UnauthenticatedError

Channel = Literal["embedded", "hosted", "dashboard"]
AttemptStatus = Literal["pending", "testing", "confirm", "authenticated", "error", "cancelled", "expired"]
OnConflict = Literal["refuse", "accept", "replace"]
CheckState = Literal["waiting", "running", "ok", "warn", "failed", "skipped"]

DEFAULT_LIFE = timedelta(minutes=30)
LONGEST_LIFE = timedelta(days=30)
ATTEMPT_LIFE = timedelta(minutes=60)
OAUTH_LIFE = timedelta(minutes=10)
TEST_LIMIT = timedelta(seconds=90)

CHECKS: tuple[tuple[str, str], ...] = (
    ("format", "The text looks right"),
    ("reached", "The provider answers"),
    ("accepted", "The provider accepts it"),
    ("scopes", "What it may do"),
    ("identity", "Which account this is"),
)


class SessionExpiredError(UnauthenticatedError):
    """The connect session's time is over; the person continues with a new one."""

    code, title = "session_expired", "This link's time is over"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRequest:
    """What the caller asks of a new connect session.

    ``multiple`` says what it links: the owner's ``one`` account at a provider, anew where it is linked already;
    ``several``, one after the other; or ``another``, once, beside those that are there.
    """

    origin_owner_id: str
    origin_owner_name: str
    origin_username: str | None = None
    provider: str | None = None
    integration_id: str | None = None
    account_id: str | None = None
    categories: Sequence[str] = ()
    multiple: Literal["one", "several", "another"] = "one"
    label: str | None = None
    type: Literal["production", "test"] = "production"
    effects: frozenset[Effect] = frozenset({"read"})
    effects_choice: Literal["free", "locked"] = "free"
    metadata: Mapping[str, Any] = field(default_factory=dict)
    allowed_origins: Sequence[str] = ()
    return_url: str | None = None
    channel: Channel = "embedded"
    life: timedelta = DEFAULT_LIFE


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectSession:
    """A time-limited right to link one account for one owner; the token itself is never kept."""

    id: int
    project_id: str
    origin_owner_id: str
    origin_owner_name: str
    origin_username: str | None
    provider: str | None
    integration_id: str | None
    account_id: str | None
    categories: tuple[str, ...]
    multiple: bool
    label: str | None
    type: Literal["production", "test"]
    effects: frozenset[Effect]
    effects_locked: bool
    metadata: Mapping[str, Any]
    allowed_origins: tuple[str, ...]
    return_url: str | None
    channel: Channel
    created_by: str
    created_at: datetime
    expires_at: datetime
    finished_at: datetime | None
    revoked_at: datetime | None

    @property
    def actor(self) -> str:
        """The name under which this session's deeds stand in the audit trail."""
        return f"session:{self.id}"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the visible test."""

    key: str
    label: str
    state: CheckState
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try at linking, as the pages show it; holds no secret."""

    id: str
    project_id: str
    session_id: int
    integration_id: str | None
    status: AttemptStatus
    field: str | None
    account_id: str | None
    candidate_id: str | None
    effects: frozenset[Effect]
    checklist: tuple[Check, ...]
    notes: tuple[str, ...]
    cause: str | None
    provider_status: int | None
    provider_body: str | None
    identity: Mapping[str, Any]
    conflict: Mapping[str, Any]
    redirect_uri: str | None
    created_at: datetime
    updated_at: datetime
    expires_at: datetime

    @property
    def settled(self) -> bool:
        """Whether nothing more happens to it by itself."""
        return self.status not in {"pending", "testing"}


@dataclass(frozen=True, slots=True)
class Offer:
    """One way of linking that a session allows: a project's integration with its connector and method."""

    integration_id: str
    name: str
    connector: Connector
    method: AuthMethod


def fresh_checklist() -> tuple[Check, ...]:
    """Return the checklist before anything was tested."""
    return tuple(Check(key, label, "waiting") for key, label in CHECKS)


def marked(checklist: Sequence[Check], key: str, state: CheckState, text: str = "") -> tuple[Check, ...]:
    """Return the checklist with one line changed."""
    return tuple(
        Check(line.key, line.label, state, text or line.text) if line.key == key else line for line in checklist
    )


def closed(checklist: Sequence[Check]) -> tuple[Check, ...]:
    """Return the checklist with every line that was not reached marked as skipped."""
    return tuple(
        Check(line.key, line.label, "skipped", line.text) if line.state in {"waiting", "running"} else line
        for line in checklist
    )
