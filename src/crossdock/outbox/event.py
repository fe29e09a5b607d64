"""The events that subscribers can hear of, and the envelope in which they come.

The first three and the envelope are those of StackOne's platform; the last two are Crossdock's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, Protocol

from crossdock.kernel.clock import iso

ACCOUNT_CREATED: Final = "account.created"
ACCOUNT_UPDATED: Final = "account.updated"
ACCOUNT_DELETED: Final = "account.deleted"
ACCOUNT_EXPIRING: Final = "account.expiring"
ACCOUNT_NEEDS_RELINK: Final = "account.needs_relink"
WEBHOOK_TEST: Final = "webhook.test"

SUBSCRIBABLE: Final[Mapping[str, str]] = MappingProxyType(
    {
        ACCOUNT_CREATED: "An account was linked",
        ACCOUNT_UPDATED: "An account changed, its status included",
        ACCOUNT_DELETED: "An account was deleted",
        ACCOUNT_EXPIRING: "An account's credential ends soon and only a person can renew it",
        ACCOUNT_NEEDS_RELINK: "An account stopped working until a person links it again",
    }
)
_WITH_REASONS: Final = frozenset({ACCOUNT_EXPIRING, ACCOUNT_NEEDS_RELINK})


class Reason(Protocol):
    """Why an account has its status."""

    @property
    def timestamp(self) -> datetime:
        """Since when."""
        ...

    @property
    def code(self) -> str:
        """The cause's key."""
        ...

    @property
    def description(self) -> str:
        """The cause in words."""
        ...


class Told(Protocol):
    """What an event tells of an account; the account's own record fits."""

    @property
    def id(self) -> str:
        """The account's id."""
        ...

    @property
    def project_id(self) -> str:
        """The project that owns it."""
        ...

    @property
    def connector_key(self) -> str:
        """The provider."""
        ...

    @property
    def origin_owner_id(self) -> str:
        """Whose account it is, by the caller's own id."""
        ...

    @property
    def origin_owner_name(self) -> str:
        """Whose account it is, by name."""
        ...

    @property
    def origin_username(self) -> str | None:
        """The e-mail or name of who linked it, where the caller told it."""
        ...

    @property
    def setup(self) -> Mapping[str, Any]:
        """The open fields of the link form."""
        ...

    @property
    def status(self) -> str:
        """How it fares."""
        ...

    @property
    def status_reasons(self) -> Sequence[Reason]:
        """Why."""
        ...


def envelope(account: Told, *, kind: str, now: datetime) -> dict[str, Any]:
    """Return the event's body: StackOne's envelope, and for Crossdock's own events the status with its reasons."""
    moment = iso(now)
    body: dict[str, Any] = {
        "project_id": account.project_id,
        "event": kind,
        "event_date": moment,
        "record_type": "account",
        "record_id": account.id,
        "sent_at": moment,
        "account_id": account.id,
        "provider": account.connector_key,
        "origin_owner_id": account.origin_owner_id,
        "origin_owner_name": account.origin_owner_name,
    }
    if account.origin_username is not None:
        body["origin_username"] = account.origin_username
    if account.setup:
        body["setup_information"] = dict(account.setup)
    if kind in _WITH_REASONS:
        body["status"] = account.status
        body["reasons"] = [
            {"timestamp": iso(reason.timestamp), "code": reason.code, "description": reason.description}
            for reason in account.status_reasons
        ]
    return body


def sample(*, project_id: str, now: datetime) -> dict[str, Any]:
    """Return the body of a test event: the envelope around no account."""
    moment = iso(now)
    return {
        "project_id": project_id,
        "event": WEBHOOK_TEST,
        "event_date": moment,
        "record_type": "webhook",
        "record_id": "test",
        "sent_at": moment,
    }
