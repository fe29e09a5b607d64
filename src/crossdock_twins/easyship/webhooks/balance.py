"""The note on a low balance: each active webhook that wants it is asked for at midnight (UTC), once a day."""

import json
import sqlite3
from datetime import UTC, datetime, time, timedelta

from crossdock_twins.base import agenda
from crossdock_twins.base.agenda import Due
from crossdock_twins.base.store import Store
from crossdock_twins.easyship.credit import ledger
from crossdock_twins.easyship.webhooks import rules
from crossdock_twins.easyship.webhooks.publish import publish_to

LOOK = "webhook.credit_balance_low"
DEFAULT_LIMIT = 0.0
"""In the company's money, where the webhook's configuration names none: our choice."""


def look_at_midnight(store: Store, webhook_id: str, *, after: datetime) -> None:
    """Look at the balance when the next day begins, inside the caller's transaction."""
    tomorrow = (after.astimezone(UTC) + timedelta(days=1)).date()
    agenda.add(store, LOOK, due=datetime.combine(tomorrow, time(), UTC), key=webhook_id, detail={})


def forget(store: Store, webhook_id: str) -> None:
    """Look no more on a webhook's behalf."""
    agenda.drop(store, LOOK, webhook_id)


def look(store: Store, due: Due) -> None:
    """Send the note where the available balance is at the webhook's limit or below, and look again tomorrow."""
    row = store.one(
        "SELECT w.*, c.currency FROM webhook w JOIN company c ON c.id = w.company_id"
        " WHERE w.id = ? AND w.state = 'active'",
        due.key,
    )
    if row is None:
        return
    look_at_midnight(store, due.key, after=due.at)
    wallet = ledger.wallet(store, company_id=row["company_id"], environment=row["environment"])
    if rules.CREDIT_BALANCE_LOW not in json.loads(row["event_types"]) or wallet.available > limit_of(row) * 100:
        return
    publish_to(
        store,
        row,
        event_type=rules.CREDIT_BALANCE_LOW,
        resource_type="company",
        resource_id=row["company_id"],
        data={
            "available_balance": wallet.available / 100,
            "balance": wallet.balance / 100,
            "currency": row["currency"],
        },
        at=due.at,
    )


def limit_of(webhook: sqlite3.Row) -> float:
    """Give a webhook's limit in the company's money."""
    configured = (json.loads(webhook["configuration"]) or {}).get(rules.CREDIT_BALANCE_LOW) or {}
    limit = configured.get("credit_balance_limit")
    return DEFAULT_LIMIT if limit is None else float(limit)


AGENDA = {LOOK: look}
