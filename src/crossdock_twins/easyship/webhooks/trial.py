"""The test of a webhook: one made-up message, sent at once, whose answer decides."""

import sqlite3
from datetime import datetime
from uuid import uuid4

from crossdock_twins.base import postman
from crossdock_twins.base.deliveries import Deliveries, Letter, Outcome
from crossdock_twins.base.store import Store
from crossdock_twins.easyship.webhooks import addresses, rules, samples
from crossdock_twins.easyship.webhooks.rules import Version

SUCCEEDED = "Webhook test succeeded"

_NO_ANSWER, _TOO_LATE = 502, 504
"""What the provider's own edge makes of an endpoint that cannot be reached, or not in time: our choice."""


async def run(store: Store, webhook: sqlite3.Row, *, event_type: str, version: Version, now: datetime) -> str | None:
    """Send a sample of an event to a webhook, active or not; None where it was received, else what to tell.

    `event_type` is the version's name.
    """
    name = rules.plain_name(version, event_type)
    body = samples.body(store, webhook, event_type=name, version=version, now=now)
    letter = Letter(
        url=webhook["endpoint"],
        headers=addresses.headers(webhook["secret_token"], company_id=webhook["company_id"]),
        seconds=rules.SECONDS,
    )
    async with postman.session() as session:
        outcome = await postman.send(session, letter, body)
    received = outcome.status in rules.OK_STATUSES
    with store.transaction():
        Deliveries(store).record(
            lane=webhook["id"],
            event=name,
            message_id=str(uuid4()),
            body=body,
            at=now,
            url=letter.url,
            outcome=outcome,
            state="delivered" if received else "failed",
        )
    return None if received else _sentence(outcome)


def _sentence(outcome: Outcome) -> str:
    status = outcome.status or (_TOO_LATE if outcome.is_late else _NO_ANSWER)
    return f"Webhook test failed. A 2xx status code is expected. (Response Code: {status})"
