"""Webhooks as people and keys manage them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from crossdock.audit import events as audit_events
from crossdock.audit.trail import Trail
from crossdock.db.pool import Connection, Database
from crossdock.egress.client import Egress, TransportError
from crossdock.kernel.clock import Clock
from crossdock.kernel.errors import ConflictError, NotFoundError, UnprocessableError
from crossdock.kernel.ids import Ids
from crossdock.kernel.secret import Secret
from crossdock.outbox import event, sign, store
from crossdock.outbox.deliver import GENERATION, PREVIOUS, SECRET, Deliverer
from crossdock.outbox.model import Delivery, Webhook
from crossdock.outbox.publish import Outbox
from crossdock.vault.store import Vault

OVERLAP: Final = timedelta(hours=24)
MOST: Final = 50


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Adds, changes, tests and removes webhooks, and sends their deliveries again."""

    db: Database
    vault: Vault
    egress: Egress
    clock: Clock
    ids: Ids
    trail: Trail
    outbox: Outbox
    deliverer: Deliverer

    async def create(
        self, *, project_id: str, actor: str, url: str, events: Sequence[str], description: str | None = None
    ) -> tuple[Webhook, Secret]:
        """Add a webhook and return it with its signing secret, which nobody can see again."""
        self._check(url, events)
        now, secret = self.clock.now(), sign.mint(self.ids.random)
        webhook = Webhook(
            id=self.ids.new("whk"),
            project_id=project_id,
            url=url,
            description=description or None,
            events=_sorted(events),
            enabled=True,
            disabled_reason=None,
            failing_since=None,
            previous_secret_until=None,
            created_at=now,
            updated_at=now,
        )
        async with self.db.transaction() as conn:
            if len(await store.list_webhooks(conn, project_id=project_id)) >= MOST:
                raise ConflictError(f"A project has {MOST} webhooks at most.", remedy="Delete one that nobody needs.")
            await store.insert_webhook(conn, project_id=project_id, webhook=webhook)
            await self._seal(conn, webhook, {SECRET: secret})
            await self._audit(conn, webhook, actor, audit_events.WEBHOOK_CREATED, {"events": list(webhook.events)})
        return webhook, secret

    async def list(self, *, project_id: str) -> Sequence[Webhook]:
        """Return the project's webhooks, oldest first."""
        async with self.db.connection() as conn:
            return await store.list_webhooks(conn, project_id=project_id)

    async def get(self, *, project_id: str, webhook_id: str) -> Webhook:
        """Return a webhook, or raise NotFoundError."""
        async with self.db.connection() as conn:
            return await self._read(conn, project_id, webhook_id)

    async def update(
        self,
        *,
        project_id: str,
        webhook_id: str,
        actor: str,
        url: str | None = None,
        events: Sequence[str] | None = None,
        description: str | None = None,
        enabled: bool | None = None,
    ) -> Webhook:
        """Change what is given; switching off gives up what still waits, switching on forgets the bad spell."""
        async with self.db.transaction() as conn:
            known = await self._read(conn, project_id, webhook_id)
            self._check(known.url if url is None else url, known.events if events is None else events)
            wanted = replace(
                known,
                url=known.url if url is None else url,
                events=known.events if events is None else _sorted(events),
                description=known.description if description is None else description or None,
                enabled=known.enabled if enabled is None else enabled,
                updated_at=self.clock.now(),
            )
            changed = _found(await store.update_webhook(conn, project_id=project_id, webhook=wanted))
            if known.enabled and not changed.enabled:
                await store.end_pending(
                    conn, project_id=project_id, webhook_id=webhook_id, reason="The webhook was switched off."
                )
            detail = {"events": list(changed.events), "enabled": changed.enabled}
            await self._audit(conn, changed, actor, audit_events.WEBHOOK_UPDATED, detail)
        return changed

    async def delete(self, *, project_id: str, webhook_id: str, actor: str) -> None:
        """Delete a webhook with its deliveries and its secret."""
        async with self.db.transaction() as conn:
            webhook = await self._read(conn, project_id, webhook_id)
            await store.delete_webhook(conn, project_id=project_id, webhook_id=webhook_id)
            await self.vault.erase(conn, project_id=project_id, owner_id=webhook_id)
            await self._audit(conn, webhook, actor, audit_events.WEBHOOK_DELETED, {})

    async def rotate_secret(self, *, project_id: str, webhook_id: str, actor: str) -> Secret:
        """Replace the signing secret; for 24 hours the old one signs along in ``webhook-signature``."""
        fresh = sign.mint(self.ids.random)
        async with self.db.transaction() as conn:
            known = await self._read(conn, project_id, webhook_id)
            opened = await self.vault.open(conn, project_id=project_id, owner_id=webhook_id, generation=GENERATION)
            now = self.clock.now()
            wanted = replace(known, previous_secret_until=now + OVERLAP, updated_at=now)
            changed = _found(await store.update_webhook(conn, project_id=project_id, webhook=wanted))
            await self._seal(conn, changed, {SECRET: fresh, PREVIOUS: opened[SECRET]})
            await self._audit(conn, changed, actor, audit_events.WEBHOOK_SECRET_ROTATED, {})
        return fresh

    async def deliveries(
        self, *, project_id: str, webhook_id: str, limit: int = 50, before: str | None = None
    ) -> Sequence[Delivery]:
        """Return a webhook's deliveries, newest first."""
        async with self.db.connection() as conn:
            await self._read(conn, project_id, webhook_id)
            return await store.list_deliveries(
                conn, project_id=project_id, webhook_id=webhook_id, limit=limit, before=before
            )

    async def announce(self, *, project_id: str, webhook_id: str, actor: str, account: event.Told, kind: str) -> None:
        """Send one webhook an event of an account as it is now, subscribed or not; ConflictError while switched off."""
        if kind not in event.SUBSCRIBABLE:
            raise UnprocessableError(
                f"There is no event `{kind[:60]}`.", remedy=f"Choose from: {', '.join(event.SUBSCRIBABLE)}."
            )
        async with self.db.transaction() as conn:
            webhook = await self._read(conn, project_id, webhook_id)
            if not webhook.enabled:
                raise ConflictError("The webhook is switched off.", remedy="Switch it on, then send the event.")
            await self.outbox.publish_to(
                conn,
                project_id=project_id,
                kind=kind,
                account_id=account.id,
                payload=event.envelope(account, kind=kind, now=self.clock.now()),
                webhook_ids=[webhook_id],
            )
            detail = {"event": kind, "account": account.id}
            await self._audit(conn, webhook, actor, audit_events.DELIVERY_REPLAYED, detail)

    async def replay(self, *, project_id: str, delivery_id: str, actor: str, webhook_id: str | None = None) -> Delivery:
        """Send a delivery again from the start, under the same event id; ConflictError while switched off.

        With ``webhook_id`` only a delivery to that webhook is found.
        """
        async with self.db.transaction() as conn:
            delivery = await store.read_delivery(conn, project_id=project_id, delivery_id=delivery_id)
            if delivery is None or webhook_id not in {None, delivery.webhook_id}:
                raise NotFoundError("There is no such delivery.", remedy="List the webhook's deliveries.")
            webhook = await self._read(conn, project_id, delivery.webhook_id)
            if not webhook.enabled:
                raise ConflictError("The webhook is switched off.", remedy="Switch it on, then send it again.")
            await store.reset_delivery(conn, project_id=project_id, delivery_id=delivery_id, at=self.clock.now())
            await self.outbox.send_soon(conn, project_id=project_id, delivery_id=delivery_id)
            await self._audit(conn, webhook, actor, audit_events.DELIVERY_REPLAYED, {"delivery": delivery_id})
        return replace(delivery, status="pending", attempts=0, delivered_at=None)

    async def test(self, *, project_id: str, webhook_id: str) -> Delivery:
        """Send a test event to one webhook now and return how it went."""
        async with self.db.transaction() as conn:
            webhook = await self._read(conn, project_id, webhook_id)
            if not webhook.enabled:
                raise ConflictError("The webhook is switched off.", remedy="Switch it on, then test it.")
            event_id = await self.outbox.publish_to(
                conn,
                project_id=project_id,
                kind=event.WEBHOOK_TEST,
                account_id=None,
                payload=event.sample(project_id=project_id, now=self.clock.now()),
                webhook_ids=[webhook_id],
            )
        newest = await self.deliveries(project_id=project_id, webhook_id=webhook_id, limit=10)
        delivery_id = next(delivery.id for delivery in newest if delivery.event_id == event_id)
        await self.deliverer.deliver(project_id=project_id, delivery_id=delivery_id)
        async with self.db.connection() as conn:
            delivery = await store.read_delivery(conn, project_id=project_id, delivery_id=delivery_id)
        if delivery is None:
            raise NotFoundError("The webhook was deleted meanwhile.", remedy="List the webhooks.")
        return delivery

    def _check(self, url: str, events: Sequence[str]) -> None:
        try:
            self.egress.vet(url)
        except TransportError as error:
            raise UnprocessableError(
                error.message, remedy="Use a public address that begins with https://.", detail={"field": "url"}
            ) from None
        unknown = sorted(set(events) - event.SUBSCRIBABLE.keys())
        if unknown or not events:
            said = f"Unknown: {', '.join(unknown)}." if unknown else "None was chosen."
            raise UnprocessableError(
                f"These are not events of Crossdock. {said}",
                remedy=f"Choose from: {', '.join(event.SUBSCRIBABLE)}.",
                detail={"field": "events"},
            )

    async def _read(self, conn: Connection, project_id: str, webhook_id: str) -> Webhook:
        return _found(await store.read_webhook(conn, project_id=project_id, webhook_id=webhook_id))

    async def _seal(self, conn: Connection, webhook: Webhook, fields: dict[str, Secret]) -> None:
        await self.vault.seal(
            conn, project_id=webhook.project_id, owner_id=webhook.id, generation=GENERATION, fields=fields
        )

    async def _audit(self, conn: Connection, webhook: Webhook, actor: str, name: str, detail: dict[str, Any]) -> None:
        await self.trail.record(
            conn, project_id=webhook.project_id, actor=actor, event=name, subject=webhook.id, detail=detail
        )


def _sorted(events: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(set(events)))


def _found(webhook: Webhook | None) -> Webhook:
    if webhook is None:
        raise NotFoundError("There is no such webhook.", remedy="List the project's webhooks.")
    return webhook
