"""What webhooks are told in. Made from the API's document by tools/python_client.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPage:
    """Some deliveries, the newest first; `next` leads to the next page, null at the end."""

    next: str | None
    data: Sequence[DeliveryTold]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryTold:
    """One event on its way to one webhook."""

    id: str
    event_id: str
    webhook_id: str
    event: str
    account_id: str | None
    status: Literal["pending", "delivered", "dead"]
    attempts: int
    next_attempt_at: str | None
    last_status: int | None
    last_error: str | None
    created_at: str
    delivered_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventAsked:
    """An event to send once more: `record_id` is the account's id."""

    event: str
    record_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventResult:
    """What came of sending one event."""

    event: str
    record_id: str
    status: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookList:
    """The project's webhooks, the oldest first."""

    data: Sequence[WebhookTold]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookTold:
    """A webhook; its signing secret is shown only when it is made or replaced."""

    id: str
    url: str
    description: str | None
    events: Sequence[str]
    enabled: bool
    disabled_reason: str | None
    failing_since: str | None
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookWithSecret:
    """A webhook with its signing secret, shown this once."""

    id: str
    url: str
    description: str | None
    events: Sequence[str]
    enabled: bool
    disabled_reason: str | None
    failing_since: str | None
    created_at: str
    updated_at: str
    signing_secret: str = field(repr=False)
