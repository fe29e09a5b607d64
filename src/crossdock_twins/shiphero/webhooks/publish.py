"""The one door through which the twin tells its subscribers that something has happened."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from crossdock_twins.base import deliveries
from crossdock_twins.base.store import Store


def publish(store: Store, *, account_id: int, name: str, payload: dict[str, Any], at: str) -> None:
    """Tell the account's enabled webhooks of one type, inside the caller's transaction.

    `name` is the exact type, `at` a naive UTC text of the API; `webhook_type` is put before the payload's own members.
    """
    found = subscribers(store, account_id=account_id, name=name)
    if not found:
        return
    body = json.dumps({"webhook_type": name, **payload}, ensure_ascii=False)
    for number in found:
        deliveries.post(store, lane=str(number), event=name, message_id=str(uuid4()), body=body, at=moment_of(at))


def subscribers(store: Store, *, account_id: int, name: str) -> list[int]:
    """Give the numbers of the webhooks that are told of one type, the first registered first."""
    rows = store.all(
        "SELECT id FROM webhooks WHERE account_id = ? AND name = ? AND enabled AND NOT EXISTS"
        " (SELECT 1 FROM webhook_types_off o WHERE o.account_id = webhooks.account_id AND o.name = webhooks.name)"
        " ORDER BY id",
        *(account_id, name),
    )
    return [row["id"] for row in rows]


def moment_of(at: str) -> datetime:
    """Read a naive UTC text of the API as an aware moment."""
    return datetime.fromisoformat(at).replace(tzinfo=UTC)
