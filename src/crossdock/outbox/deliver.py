"""Delivers events: signed, with growing gaps between attempts, and an end for endpoints that stay dead."""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from crossdock.audit import events
from crossdock.audit.trail import Trail
from crossdock.db.pool import Connection, Database
from crossdock.egress.client import Egress, TransportError
from crossdock.egress.exchange import Request
from crossdock.kernel.clock import Clock, iso
from crossdock.kernel.secret import Secret
from crossdock.outbox import retry, sign, store
from crossdock.outbox.model import Parcel
from crossdock.telemetry import logs, metrics
from crossdock.vault.store import Vault

FAILING_FOR: Final = timedelta(days=5)
SECONDS: Final = 15.0
KEPT: Final = timedelta(days=30)
GENERATION: Final = 1
SECRET: Final = "secret"  # noqa: S105 - the name of a field in the vault
PREVIOUS: Final = "previous_secret"
_LANE_SECONDS: Final = 40.0
_GONE: Final = 410

log = logs.get(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attempt came to; ``wish`` is the receiver's Retry-After."""

    status: int | None
    error: str | None
    wish: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Deliverer:
    """Sends what is due; any number of replicas may do so at once."""

    db: Database
    vault: Vault
    egress: Egress
    clock: Clock
    trail: Trail
    chance: Callable[[], float] = random.random

    async def deliver_due(self, *, limit: int = 100) -> int:
        """Attempt what is due, one after the other for the same account and webhook; return how many."""
        async with self.db.transaction() as conn:
            parcels = await store.claim_due(conn, now=self.clock.now(), limit=limit)
        lanes: dict[tuple[str, str | None], list[Parcel]] = {}
        for parcel in parcels:
            lanes.setdefault((parcel.webhook_id, parcel.account_id), []).append(parcel)
        ended = await asyncio.gather(*(self._deliver_all(lane) for lane in lanes.values()), return_exceptions=True)
        for error in ended:
            if isinstance(error, BaseException):
                raise error
        return len(parcels)

    async def deliver(self, *, project_id: str, delivery_id: str) -> None:
        """Attempt one delivery, if it is due and nobody else is at it."""
        async with self.db.transaction() as conn:
            parcel = await store.claim_one(conn, project_id=project_id, delivery_id=delivery_id, now=self.clock.now())
        if parcel is not None:
            await self._attempt(parcel)

    async def prune(self) -> None:
        """Delete events of more than thirty days ago, with their deliveries."""
        async with self.db.connection() as conn:
            await store.prune(conn, before=self.clock.now() - KEPT)

    async def _deliver_all(self, lane: Iterable[Parcel]) -> None:
        started = self.clock.monotonic()
        for parcel in lane:
            # What is left when the lease of a minute nears its end waits for the next round.
            if self.clock.monotonic() - started > _LANE_SECONDS:
                return
            await self._attempt(parcel)

    async def _attempt(self, parcel: Parcel) -> None:
        async with self.db.connection() as conn:
            secrets = await self._secrets(conn, parcel)
        outcome = await self._send(parcel, secrets) if secrets else Outcome(None, "The signing secret is missing.")
        async with self.db.transaction() as conn:
            if outcome.error is None:
                await self._succeeded(conn, parcel, outcome.status or 0)
            else:
                await self._failed(conn, parcel, outcome, outcome.error)

    async def _secrets(self, conn: Connection, parcel: Parcel) -> list[Secret]:
        opened = await self.vault.open(
            conn, project_id=parcel.project_id, owner_id=parcel.webhook_id, generation=GENERATION
        )
        until = parcel.previous_secret_until
        names = [SECRET, PREVIOUS] if until is not None and until > self.clock.now() else [SECRET]
        return [opened[name] for name in names if name in opened]

    async def _send(self, parcel: Parcel, secrets: list[Secret]) -> Outcome:
        now = self.clock.now()
        body = json.dumps({**parcel.payload, "sent_at": iso(now)}, separators=(",", ":")).encode()
        headers = {
            "content-type": "application/json",
            **sign.headers(secrets=secrets, event_id=parcel.event_id, at=now, body=body),
        }
        try:
            reply = await self.egress.send(Request("POST", parcel.url, headers, body, SECONDS), origins=None)
        except TransportError as error:
            return Outcome(status=None, error=error.message)
        if reply.status // 100 == 2:  # noqa: PLR2004 - any 2xx is a receipt
            return Outcome(status=reply.status, error=None)
        return Outcome(
            status=reply.status,
            error=f"The receiver answered {reply.status}.",
            wish=_wish(reply.headers.get("retry-after", "")),
        )

    async def _succeeded(self, conn: Connection, parcel: Parcel, status: int) -> None:
        await store.note_delivered(
            conn,
            project_id=parcel.project_id,
            delivery_id=parcel.id,
            attempts=parcel.attempts,
            status=status,
            at=self.clock.now(),
        )
        metrics.DELIVERIES.labels(outcome="delivered").inc()

    async def _failed(self, conn: Connection, parcel: Parcel, outcome: Outcome, error: str) -> None:
        now = self.clock.now()
        pause = retry.gap(attempts=parcel.attempts + 1, chance=self.chance(), wish=outcome.wish)
        since = await store.note_failed(
            conn,
            project_id=parcel.project_id,
            delivery_id=parcel.id,
            attempts=parcel.attempts,
            status=outcome.status,
            error=error,
            next_attempt_at=None if pause is None else now + pause,
            at=now,
        )
        metrics.DELIVERIES.labels(outcome="dead" if pause is None else "failed").inc()
        log.info(
            "outbox.delivery.failed",
            delivery=parcel.id,
            webhook=parcel.webhook_id,
            attempts=parcel.attempts + 1,
            status=outcome.status,
        )
        if outcome.status == _GONE:
            await self._disable(conn, parcel, "The receiver answered 410: it is gone for good.", now)
        elif since is not None and now - since >= FAILING_FOR:
            await self._disable(conn, parcel, "Every delivery of the last five days failed.", now)

    async def _disable(self, conn: Connection, parcel: Parcel, reason: str, now: datetime) -> None:
        if not await store.disable(
            conn, project_id=parcel.project_id, webhook_id=parcel.webhook_id, reason=reason, at=now
        ):
            return
        await store.end_pending(
            conn, project_id=parcel.project_id, webhook_id=parcel.webhook_id, reason="The webhook was switched off."
        )
        await self.trail.record(
            conn,
            project_id=parcel.project_id,
            actor="system:worker",
            event=events.WEBHOOK_DISABLED,
            subject=parcel.webhook_id,
            detail={"reason": reason},
        )
        log.warning("outbox.webhook.disabled", webhook=parcel.webhook_id)


def _wish(retry_after: str) -> timedelta | None:
    """Read Retry-After in seconds; dates and nonsense count as no wish."""
    return timedelta(seconds=int(retry_after)) if re.fullmatch(r"[0-9]{1,6}", retry_after) else None
