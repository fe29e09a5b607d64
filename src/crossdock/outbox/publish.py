"""Publishes events in the transaction of the change that they tell of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from crossdock.db.jobs import Jobs
from crossdock.db.pool import Connection
from crossdock.kernel.clock import Clock
from crossdock.kernel.ids import Ids
from crossdock.outbox import store

TASK: Final = "deliver_event"


@dataclass(frozen=True, slots=True)
class Outbox:
    """Writes an event, its deliveries and their jobs: all of it, or with the caller's transaction nothing."""

    clock: Clock
    ids: Ids
    jobs: Jobs

    async def publish(
        self,
        conn: Connection,
        *,
        project_id: str,
        type: str,  # noqa: A002 - the word of the wire
        account_id: str | None,
        payload: Mapping[str, Any],
    ) -> str:
        """Write the event for every enabled webhook that subscribes to its type; return the event's id."""
        webhook_ids = await store.subscribers(conn, project_id=project_id, kind=type)
        return await self.publish_to(
            conn, project_id=project_id, kind=type, account_id=account_id, payload=payload, webhook_ids=webhook_ids
        )

    async def publish_to(
        self,
        conn: Connection,
        *,
        project_id: str,
        kind: str,
        account_id: str | None,
        payload: Mapping[str, Any],
        webhook_ids: list[str],
    ) -> str:
        """Write the event for these webhooks, subscribed or not; return the event's id."""
        event_id, now = self.ids.new("evt"), self.clock.now()
        await store.insert_event(
            conn, project_id=project_id, event_id=event_id, kind=kind, account_id=account_id, payload=payload, at=now
        )
        deliveries = {self.ids.new("dlv"): webhook_id for webhook_id in webhook_ids}
        await store.insert_deliveries(conn, project_id=project_id, event_id=event_id, deliveries=deliveries, at=now)
        for delivery_id in deliveries:
            await self.send_soon(conn, project_id=project_id, delivery_id=delivery_id)
        return event_id

    async def send_soon(self, conn: Connection, *, project_id: str, delivery_id: str) -> None:
        """Write the job that delivers; were it lost, the sweep for what is due would find the delivery."""
        await self.jobs.enqueue(
            conn,
            task=TASK,
            payload={"project_id": project_id, "delivery_id": delivery_id},
            dedupe=f"deliver:{delivery_id}",
        )
