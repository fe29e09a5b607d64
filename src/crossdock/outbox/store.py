"""The statements of events, webhooks and deliveries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crossdock.db.pool import Connection
from crossdock.outbox.model import Delivery, Parcel, Webhook

# Both work off what is due or past, whoever's it is; each row names its project.
ACROSS_PROJECTS = ("claim_due", "prune")

_WEBHOOK = (
    "id, project_id, url, description, events, enabled, disabled_reason, failing_since, previous_secret_until,"
    " created_at, updated_at"
)
_DELIVERY = (
    "deliveries.id, deliveries.project_id, event_id, webhook_id, events.type, events.account_id, status, attempts,"
    " next_attempt_at, last_status, last_error, deliveries.created_at, delivered_at"
)
# Leases run on the database's own clock, so that no replica's clock can shorten another's.
_CLAIM = """
    with due as (
        select deliveries.id from deliveries join webhooks on webhooks.id = deliveries.webhook_id
        where {which} and status = 'pending' and next_attempt_at <= $1 and webhooks.enabled
            and (lease_until is null or lease_until < now())
        order by next_attempt_at, deliveries.id limit $2 for update of deliveries skip locked
    )
    update deliveries set lease_until = now() + interval '60 seconds'
    from due, events, webhooks
    where deliveries.id = due.id and events.id = deliveries.event_id and webhooks.id = deliveries.webhook_id
    returning deliveries.id, deliveries.project_id, deliveries.event_id, deliveries.webhook_id, events.account_id,
        events.payload, webhooks.url, deliveries.attempts, deliveries.created_at, webhooks.previous_secret_until
"""


async def insert_event(
    conn: Connection,
    *,
    project_id: str,
    event_id: str,
    kind: str,
    account_id: str | None,
    payload: Mapping[str, Any],
    at: datetime,
) -> None:
    """Write an event."""
    await conn.execute(
        "insert into events (id, project_id, type, account_id, payload, created_at) values ($1, $2, $3, $4, $5, $6)",
        event_id,
        project_id,
        kind,
        account_id,
        payload,
        at,
    )


async def subscribers(conn: Connection, *, project_id: str, kind: str) -> list[str]:
    """Return the enabled webhooks that want events of this type."""
    rows = await conn.fetch(
        "select id from webhooks where project_id = $1 and enabled and $2 = any(events) order by created_at, id",
        project_id,
        kind,
    )
    return [row["id"] for row in rows]


async def insert_deliveries(
    conn: Connection, *, project_id: str, event_id: str, deliveries: Mapping[str, str], at: datetime
) -> None:
    """Write a delivery, by its id, for each webhook id of this project."""
    await conn.execute(
        """
        insert into deliveries (id, project_id, event_id, webhook_id, status, next_attempt_at, created_at)
        select planned.id, webhooks.project_id, events.id, webhooks.id, 'pending', $5, $5
        from unnest($3::text[], $4::text[]) as planned (id, webhook_id)
        join webhooks on webhooks.id = planned.webhook_id and webhooks.project_id = $1
        join events on events.id = $2 and events.project_id = $1
        """,
        project_id,
        event_id,
        list(deliveries),
        list(deliveries.values()),
        at,
    )


async def claim_due(conn: Connection, *, now: datetime, limit: int) -> list[Parcel]:
    """Take up to ``limit`` due deliveries for a minute, oldest first; nobody else gets them meanwhile."""
    parcels = [Parcel(**row) for row in await conn.fetch(_CLAIM.format(which="true"), now, limit)]
    return sorted(parcels, key=lambda parcel: parcel.created_at)


async def claim_one(conn: Connection, *, project_id: str, delivery_id: str, now: datetime) -> Parcel | None:
    """Take one delivery for a minute, if it is due and nobody else has it."""
    which = "deliveries.project_id = $3 and deliveries.id = $4"
    row = await conn.fetchrow(_CLAIM.format(which=which), now, 1, project_id, delivery_id)
    return Parcel(**row) if row else None


async def note_delivered(
    conn: Connection, *, project_id: str, delivery_id: str, attempts: int, status: int, at: datetime
) -> bool:
    """Note a success and end the webhook's bad spell, unless the delivery has moved on since ``attempts``."""
    return (
        await conn.fetchval(
            """
        with done as (
            update deliveries set status = 'delivered', attempts = attempts + 1, next_attempt_at = null,
                lease_until = null, last_status = $4, last_error = null, delivered_at = $5
            where project_id = $1 and id = $2 and status = 'pending' and attempts = $3 returning webhook_id
        ), recovered as (
            update webhooks set failing_since = null
            where id = (select webhook_id from done) and project_id = $1 and failing_since is not null
        )
        select true from done
        """,
            project_id,
            delivery_id,
            attempts,
            status,
            at,
        )
        is not None
    )


async def note_failed(
    conn: Connection,
    *,
    project_id: str,
    delivery_id: str,
    attempts: int,
    status: int | None,
    error: str,
    next_attempt_at: datetime | None,
    at: datetime,
) -> datetime | None:
    """Note a failure and when to try again (None: never, it is dead); return since when the webhook has been failing.

    None comes back where the delivery has moved on since it stood at ``attempts``.
    """
    since: datetime | None = await conn.fetchval(
        """
        with failed as (
            update deliveries set status = case when $6::timestamptz is null then 'dead' else 'pending' end,
                attempts = attempts + 1, next_attempt_at = $6, lease_until = null, last_status = $4, last_error = $5
            where project_id = $1 and id = $2 and status = 'pending' and attempts = $3 returning webhook_id
        )
        update webhooks set failing_since = coalesce(failing_since, $7)
        where id = (select webhook_id from failed) and project_id = $1 returning failing_since
        """,
        project_id,
        delivery_id,
        attempts,
        status,
        error,
        next_attempt_at,
        at,
    )
    return since


async def disable(conn: Connection, *, project_id: str, webhook_id: str, reason: str, at: datetime) -> bool:
    """Switch a webhook off; return False where it was off already."""
    tag = await conn.execute(
        "update webhooks set enabled = false, disabled_reason = $3, updated_at = $4"
        " where project_id = $1 and id = $2 and enabled",
        project_id,
        webhook_id,
        reason,
        at,
    )
    return tag == "UPDATE 1"


async def end_pending(conn: Connection, *, project_id: str, webhook_id: str, reason: str) -> None:
    """Give up what still waits for a webhook."""
    await conn.execute(
        "update deliveries set status = 'dead', next_attempt_at = null, lease_until = null, last_error = $3"
        " where project_id = $1 and webhook_id = $2 and status = 'pending'",
        project_id,
        webhook_id,
        reason,
    )


async def insert_webhook(conn: Connection, *, project_id: str, webhook: Webhook) -> None:
    """Write a webhook."""
    await conn.execute(
        "insert into webhooks (id, project_id, url, description, events, created_at, updated_at)"
        " values ($1, $2, $3, $4, $5, $6, $6)",
        webhook.id,
        project_id,
        webhook.url,
        webhook.description,
        list(webhook.events),
        webhook.created_at,
    )


async def list_webhooks(conn: Connection, *, project_id: str) -> list[Webhook]:
    """Return the project's webhooks, oldest first."""
    rows = await conn.fetch(
        f"select {_WEBHOOK} from webhooks where project_id = $1 order by created_at, id", project_id
    )
    return [Webhook(**row) for row in rows]


async def read_webhook(conn: Connection, *, project_id: str, webhook_id: str) -> Webhook | None:
    """Return a webhook."""
    row = await conn.fetchrow(
        f"select {_WEBHOOK} from webhooks where project_id = $1 and id = $2", project_id, webhook_id
    )
    return Webhook(**row) if row else None


async def update_webhook(conn: Connection, *, project_id: str, webhook: Webhook) -> Webhook | None:
    """Write what a person may change; a webhook that is switched on starts without its bad spell."""
    row = await conn.fetchrow(
        f"""
        update webhooks set url = $3, description = $4, events = $5, enabled = $6, updated_at = $7,
            previous_secret_until = $8, disabled_reason = case when $6 then null else disabled_reason end,
            failing_since = case when $6 and not enabled then null else failing_since end
        where project_id = $1 and id = $2 returning {_WEBHOOK}
        """,
        project_id,
        webhook.id,
        webhook.url,
        webhook.description,
        list(webhook.events),
        webhook.enabled,
        webhook.updated_at,
        webhook.previous_secret_until,
    )
    return Webhook(**row) if row else None


async def delete_webhook(conn: Connection, *, project_id: str, webhook_id: str) -> bool:
    """Delete a webhook and its deliveries; return whether there was one."""
    tag = await conn.execute("delete from webhooks where project_id = $1 and id = $2", project_id, webhook_id)
    return tag == "DELETE 1"


async def list_deliveries(
    conn: Connection, *, project_id: str, webhook_id: str, limit: int, before: str | None
) -> list[Delivery]:
    """Return a webhook's deliveries, newest first, those before delivery ``before`` where it is given."""
    rows = await conn.fetch(
        f"select {_DELIVERY} from deliveries join events on events.id = deliveries.event_id"
        " where deliveries.project_id = $1 and webhook_id = $2 and ($4::text is null"
        " or (deliveries.created_at, deliveries.id) < (select created_at, id from deliveries where id = $4))"
        " order by deliveries.created_at desc, deliveries.id desc limit $3",
        project_id,
        webhook_id,
        limit,
        before,
    )
    return [Delivery(**row) for row in rows]


async def read_delivery(conn: Connection, *, project_id: str, delivery_id: str) -> Delivery | None:
    """Return a delivery."""
    row = await conn.fetchrow(
        f"select {_DELIVERY} from deliveries join events on events.id = deliveries.event_id"
        " where deliveries.project_id = $1 and deliveries.id = $2",
        project_id,
        delivery_id,
    )
    return Delivery(**row) if row else None


async def reset_delivery(conn: Connection, *, project_id: str, delivery_id: str, at: datetime) -> bool:
    """Let a delivery start over; return whether there is one."""
    tag = await conn.execute(
        "update deliveries set status = 'pending', attempts = 0, next_attempt_at = $3, lease_until = null,"
        " delivered_at = null where project_id = $1 and id = $2",
        project_id,
        delivery_id,
        at,
    )
    return tag == "UPDATE 1"


async def prune(conn: Connection, *, before: datetime) -> None:
    """Delete old events with their deliveries, but for those that still have a delivery to make."""
    await conn.execute(
        """
        delete from events where created_at < $1
            and not exists (select from deliveries where event_id = events.id and status = 'pending')
        """,
        before,
    )
