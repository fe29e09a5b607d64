from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

from crossdock.outbox import event, store
from crossdock.outbox.model import Webhook
from security.isolation import Case, World, writes


async def seed(world: World) -> None:
    now = world.clock.now()
    webhook = Webhook(
        id="whk_mine",
        project_id=world.mine,
        url="https://mine.example.com/",
        description=None,
        events=(event.ACCOUNT_CREATED,),
        enabled=True,
        disabled_reason=None,
        failing_since=None,
        previous_secret_until=None,
        created_at=now,
        updated_at=now,
    )
    world.keep(webhook=webhook)
    await store.insert_webhook(world.conn, project_id=world.mine, webhook=webhook)
    await _insert_event(world, world.mine, "evt_mine")
    await _insert_event(world, world.mine, "evt_other")
    await store.insert_deliveries(
        world.conn, project_id=world.mine, event_id="evt_mine", deliveries={"dlv_mine": "whk_mine"}, at=now
    )


async def _insert_event(world: World, project_id: str, event_id: str) -> None:
    await store.insert_event(
        world.conn,
        project_id=project_id,
        event_id=event_id,
        kind=event.ACCOUNT_CREATED,
        account_id="acc_mine",
        payload={},
        at=world.clock.now(),
    )


async def insert_event(world: World) -> None:
    await _insert_event(world, world.foreign, "evt_foreign")


async def subscribers(world: World) -> object:
    return await store.subscribers(world.conn, project_id=world.foreign, kind=event.ACCOUNT_CREATED)


async def insert_deliveries(world: World) -> object:
    await store.insert_deliveries(
        world.conn,
        project_id=world.foreign,
        event_id="evt_other",
        deliveries={"dlv_foreign": "whk_mine"},
        at=world.clock.now(),
    )
    return await world.conn.fetch("select from deliveries where id = 'dlv_foreign'")


async def claim_one(world: World) -> object:
    return await store.claim_one(world.conn, **_delivery(world), now=world.clock.now())


async def note_delivered(world: World) -> object:
    return await store.note_delivered(world.conn, **_delivery(world), attempts=0, status=200, at=world.clock.now())


async def note_failed(world: World) -> object:
    return await store.note_failed(
        world.conn,
        **_delivery(world),
        attempts=0,
        status=500,
        error="foreign",
        next_attempt_at=None,
        at=world.clock.now(),
    )


async def disable(world: World) -> object:
    return await store.disable(world.conn, **_webhook(world), reason="foreign", at=world.clock.now())


async def end_pending(world: World) -> None:
    await store.end_pending(world.conn, **_webhook(world), reason="foreign")


async def insert_webhook(world: World) -> None:
    await store.insert_webhook(
        world.conn, project_id=world.foreign, webhook=replace(world["webhook"], id="whk_foreign")
    )


async def list_webhooks(world: World) -> object:
    return await store.list_webhooks(world.conn, project_id=world.foreign)


async def read_webhook(world: World) -> object:
    return await store.read_webhook(world.conn, **_webhook(world))


async def update_webhook(world: World) -> object:
    changed = replace(world["webhook"], url="https://foreign.example.com/")
    return await store.update_webhook(world.conn, project_id=world.foreign, webhook=changed)


async def delete_webhook(world: World) -> object:
    return await store.delete_webhook(world.conn, **_webhook(world))


async def list_deliveries(world: World) -> object:
    return await store.list_deliveries(world.conn, **_webhook(world), limit=10, before=None)


async def read_delivery(world: World) -> object:
    return await store.read_delivery(world.conn, **_delivery(world))


async def reset_delivery(world: World) -> object:
    return await store.reset_delivery(world.conn, **_delivery(world), at=world.clock.now())


def _webhook(world: World) -> dict[str, Any]:
    return {"project_id": world.foreign, "webhook_id": "whk_mine"}


def _delivery(world: World) -> dict[str, Any]:
    return {"project_id": world.foreign, "delivery_id": "dlv_mine"}


CASES = MappingProxyType(
    {
        "outbox.store.insert_event": writes(insert_event),
        "outbox.store.subscribers": Case(subscribers),
        "outbox.store.insert_deliveries": Case(insert_deliveries),
        "outbox.store.claim_one": Case(claim_one),
        "outbox.store.note_delivered": Case(note_delivered),
        "outbox.store.note_failed": Case(note_failed),
        "outbox.store.disable": Case(disable),
        "outbox.store.end_pending": Case(end_pending),
        "outbox.store.insert_webhook": writes(insert_webhook),
        "outbox.store.list_webhooks": Case(list_webhooks),
        "outbox.store.read_webhook": Case(read_webhook),
        "outbox.store.update_webhook": Case(update_webhook),
        "outbox.store.delete_webhook": Case(delete_webhook),
        "outbox.store.list_deliveries": Case(list_deliveries),
        "outbox.store.read_delivery": Case(read_delivery),
        "outbox.store.reset_delivery": Case(reset_delivery),
    }
)
