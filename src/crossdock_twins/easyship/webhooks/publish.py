"""The one door through which the twin tells its subscribers that something has happened."""

import json
import sqlite3
from datetime import datetime
from typing import Any
from uuid import uuid4

from crossdock_twins.base import deliveries
from crossdock_twins.base.store import Store
from crossdock_twins.easyship.webhooks import messages, rules


def publish(
    store: Store,
    *,
    company_id: str,
    environment: str,
    event_type: str,
    resource_type: str,
    resource_id: str,
    data: dict[str, Any],
    at: datetime,
) -> None:
    """Tell a company's active webhooks of an environment that want this event type, inside the caller's transaction.

    `event_type` is underscored as in `event_types` of 2024-09; webhooks of 2023-01 get their own names.
    """
    subscribers = store.all(
        "SELECT * FROM webhook WHERE company_id = ? AND environment = ? AND state = 'active' ORDER BY number",
        *(company_id, environment),
    )
    for row in subscribers:
        if rules.name_in(row["version"], event_type) in json.loads(row["event_types"]):
            publish_to(
                store,
                row,
                event_type=event_type,
                resource_type=resource_type,
                resource_id=resource_id,
                data=data,
                at=at,
            )


def publish_to(
    store: Store,
    webhook: sqlite3.Row,
    *,
    event_type: str,
    resource_type: str,
    resource_id: str,
    data: dict[str, Any],
    at: datetime,
) -> None:
    """Tell one webhook, whatever it wants, inside the caller's transaction."""
    body = messages.body(
        version=webhook["version"],
        event_type=event_type,
        resource_type=resource_type,
        resource_id=resource_id,
        data=data,
    )
    deliveries.post(store, lane=webhook["id"], event=event_type, message_id=str(uuid4()), body=body, at=at)
