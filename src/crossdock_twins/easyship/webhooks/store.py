"""Webhooks as they are kept; each belongs to a company in one of its two environments."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from crossdock_twins.base import deliveries
from crossdock_twins.base.store import Store
from crossdock_twins.base.tokens import random_id
from crossdock_twins.easyship.state import Owner
from crossdock_twins.easyship.times import timestamp
from crossdock_twins.easyship.webhooks import balance
from crossdock_twins.easyship.webhooks.rules import State, Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a webhook is to be; `event_types` are its version's names."""

    endpoint: str
    event_types: Sequence[str]
    version: Version
    configuration: Mapping[str, Any] | None


def create(store: Store, *, owner: Owner, wanted: Wanted, now: datetime) -> str:
    """Keep a new webhook, inactive and with a secret of its own, and give its id."""
    webhook_id, at = str(uuid4()), timestamp(now)
    store.execute(
        "INSERT INTO webhook (id, company_id, environment, endpoint, event_types, version, configuration,"
        " secret_token, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        *(webhook_id, owner.company_id, owner.environment, wanted.endpoint, json.dumps(list(wanted.event_types))),
        *(wanted.version, json.dumps(wanted.configuration), f"webh_{random_id()}", at, at),
    )
    return webhook_id


def get(store: Store, *, owner: Owner, webhook_id: str) -> sqlite3.Row | None:
    """Give one of the owner's webhooks."""
    return store.one(
        "SELECT * FROM webhook WHERE id = ? AND company_id = ? AND environment = ?",
        *(webhook_id, owner.company_id, owner.environment),
    )


def of_owner(store: Store, *, owner: Owner) -> list[sqlite3.Row]:
    """Give the owner's webhooks, the newest first."""
    return store.all(
        "SELECT * FROM webhook WHERE company_id = ? AND environment = ? ORDER BY number DESC",
        *(owner.company_id, owner.environment),
    )


def change(store: Store, *, webhook_id: str, wanted: Wanted, now: datetime) -> None:
    """Make a webhook another; its state and its secret stay."""
    store.execute(
        "UPDATE webhook SET endpoint = ?, event_types = ?, version = ?, configuration = ?, updated_at = ? WHERE id = ?",
        *(wanted.endpoint, json.dumps(list(wanted.event_types)), wanted.version, json.dumps(wanted.configuration)),
        *(timestamp(now), webhook_id),
    )


def switch(store: Store, *, webhook_id: str, state: State, now: datetime) -> None:
    """Set a webhook's state; what waits for one that is no longer active is given up."""
    with store.transaction():
        store.execute("UPDATE webhook SET state = ?, updated_at = ? WHERE id = ?", state, timestamp(now), webhook_id)
        balance.forget(store, webhook_id)
        if state == "active":
            balance.look_at_midnight(store, webhook_id, after=now)
        else:
            deliveries.drop_lane(store, webhook_id)


def delete(store: Store, *, webhook_id: str) -> None:
    """Remove a webhook, and what waits for it."""
    with store.transaction():
        balance.forget(store, webhook_id)
        deliveries.drop_lane(store, webhook_id)
        store.execute("DELETE FROM webhook WHERE id = ?", webhook_id)
