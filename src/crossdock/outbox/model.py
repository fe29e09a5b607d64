"""Webhooks and the deliveries to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

DeliveryStatus = Literal["pending", "delivered", "dead"]


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where a subscriber listens; its signing secret lies in the vault under its id."""

    id: str
    project_id: str
    url: str
    description: str | None
    events: Sequence[str]
    enabled: bool
    disabled_reason: str | None
    failing_since: datetime | None
    previous_secret_until: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one webhook, as lists show it."""

    id: str
    project_id: str
    event_id: str
    webhook_id: str
    type: str
    account_id: str | None
    status: DeliveryStatus
    attempts: int
    next_attempt_at: datetime | None
    last_status: int | None
    last_error: str | None
    created_at: datetime
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Parcel:
    """A delivery claimed for sending, with all that the sending needs but the secret."""

    id: str
    project_id: str
    event_id: str
    webhook_id: str
    account_id: str | None
    payload: Mapping[str, Any]
    url: str
    attempts: int
    created_at: datetime
    previous_secret_until: datetime | None
