"""Webhooks and their logs as they are kept."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from crossdock_twins.base import deliveries
from crossdock_twins.base.agenda import moment
from crossdock_twins.base.store import Store
from crossdock_twins.base.tokens import random_id
from crossdock_twins.shiphero import dates
from crossdock_twins.shiphero.webhooks import rules
from crossdock_twins.shiphero.webhooks.addresses import PROBE


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWebhook:
    """A webhook to be registered; `source` says through which door."""

    account_id: int
    name: str
    url: str
    shop_name: str
    enabled: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage:
    """Some calls of a webhook, the newest first; `more` says whether there are older ones."""

    rows: Sequence[sqlite3.Row]
    more: bool


def create(store: Store, new: NewWebhook, *, now: datetime) -> int | None:
    """Register a webhook, with a secret of its own, and give its number; None where there is one like it."""
    at, key = dates.text_of(now), (new.account_id, new.name, new.shop_name)
    with store.transaction():
        if store.one("SELECT 1 FROM webhooks WHERE account_id = ? AND name = ? AND shop_name = ?", *key):
            return None
        number = store.insert(
            "INSERT INTO webhooks (account_id, name, shop_name, url, source, enabled, secret,"
            " created_at, updated_at, last_enabled_change) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(*key, new.url, new.source, new.enabled, random_id(), at, at, at),
        )
        probe(store, number, now=now)
    return number


def get(store: Store, number: int, accounts: Sequence[int]) -> sqlite3.Row | None:
    """Give one webhook of these accounts."""
    marks = ", ".join("?" * len(accounts))
    return store.one(f"SELECT * FROM webhooks WHERE id = ? AND account_id IN ({marks})", number, *accounts)


def of_account(store: Store, account_id: int) -> list[sqlite3.Row]:
    """Give an account's webhooks, the first registered first."""
    return store.all("SELECT * FROM webhooks WHERE account_id = ? ORDER BY id", account_id)


def switch(store: Store, number: int, *, enabled: bool, at: str) -> None:
    """Switch a webhook on, healthy again, or off, which gives up what waits for it; nothing where it is so already."""
    changed = store.execute(
        "UPDATE webhooks SET enabled = ?, last_enabled_change = ?, updated_at = ?, health = iif(?, 'HEALTHY', health),"
        " lost_in_a_row = iif(?, 0, lost_in_a_row) WHERE id = ? AND enabled <> ?",
        *(enabled, at, at, enabled, enabled, number, enabled),
    )
    if changed and not enabled:
        deliveries.drop_lane(store, str(number))


def move(store: Store, number: int, *, url: str, now: datetime) -> None:
    """Send a webhook's messages to another address from now on."""
    store.execute("UPDATE webhooks SET url = ?, updated_at = ? WHERE id = ?", url, dates.text_of(now), number)
    probe(store, number, now=now)


def delete(store: Store, *, account_id: int, name: str, shop_name: str | None) -> int:
    """Remove an account's webhooks of a name, of one shop unless that is None; tell how many there were."""
    rows = store.all(
        "SELECT id FROM webhooks WHERE account_id = ? AND name = ? AND shop_name = coalesce(?, shop_name)",
        *(account_id, name, shop_name),
    )
    for row in rows:
        deliveries.drop_lane(store, str(row["id"]))
        store.execute("DELETE FROM webhooks WHERE id = ?", row["id"])
    return len(rows)


def probe(store: Store, number: int, *, now: datetime) -> None:
    """Test an address with one HEAD request, whose outcome changes nothing."""
    deliveries.post(store, lane=f"{PROBE}-{number}", event=PROBE, message_id=str(uuid4()), body="", at=now)


def calls(store: Store, number: int, *, since: datetime, until: datetime, start: int, size: int) -> LogPage:
    """Give a webhook's calls between two moments, from a position on."""
    rows = store.all(
        "SELECT * FROM outgoing_attempt WHERE lane = ? AND at BETWEEN ? AND ? AND event <> ?"
        " ORDER BY at DESC, id DESC LIMIT ? OFFSET ?",
        *(str(number), moment(since), moment(until), PROBE, size + 1, start),
    )
    return LogPage(rows=rows[:size], more=len(rows) > size)


def notices(store: Store, number: int) -> list[sqlite3.Row]:
    """Give the e-mails about a webhook, the newest first."""
    return store.all("SELECT at, text FROM webhook_notices WHERE webhook_id = ? ORDER BY id DESC", number)


def types_off(store: Store, account_id: int) -> frozenset[str]:
    """Give the types that support has not switched on for an account."""
    rows = store.all("SELECT name FROM webhook_types_off WHERE account_id = ?", account_id)
    return frozenset(row["name"] for row in rows)


def allow(store: Store, *, account_id: int, name: str, allowed: bool) -> bool:
    """Switch one of the types that only support can switch on; False for any other."""
    if name not in rules.BY_SUPPORT:
        return False
    if allowed:
        store.execute("DELETE FROM webhook_types_off WHERE account_id = ? AND name = ?", account_id, name)
    else:
        store.execute("INSERT OR IGNORE INTO webhook_types_off (account_id, name) VALUES (?, ?)", account_id, name)
    return True
