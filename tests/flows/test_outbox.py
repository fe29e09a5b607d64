"""Events on their way to a real receiver: signed, retried on a turned clock, ended when dead, sent again on demand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import pytest_asyncio
from standardwebhooks import Webhook as Judge

from crossdock.audit import events as audit_events
from crossdock.audit.trail import Trail
from crossdock.db.jobs import Jobs
from crossdock.db.pool import Database
from crossdock.egress.client import Egress
from crossdock.kernel.clock import OffsetClock
from crossdock.kernel.errors import ConflictError, NotFoundError, UnprocessableError
from crossdock.kernel.ids import Ids
from crossdock.kernel.secret import Secret
from crossdock.outbox import event, retry, sign, store
from crossdock.outbox.deliver import Deliverer
from crossdock.outbox.model import Delivery, Webhook
from crossdock.outbox.publish import Outbox
from crossdock.outbox.webhooks import Webhooks
from crossdock.vault import rotation
from crossdock.vault.keys import KeyRing
from crossdock.vault.store import Vault
from receiver import Receiver, answer, receiving

PROJECT = "prj_1"
ACTOR = "person:1"


@dataclass(slots=True)
class Office:
    """The outbox with all its parts, a receiver, and one webhook that hears everything."""

    db: Database
    clock: OffsetClock
    trail: Trail
    outbox: Outbox
    deliverer: Deliverer
    webhooks: Webhooks
    receiver: Receiver
    webhook: Webhook
    secret: Secret

    async def publish(self, count: int = 1, *, kind: str = event.ACCOUNT_CREATED, account: str = "acc_1") -> None:
        """Publish events whose record ids count up."""
        for number in range(count):
            async with self.db.transaction() as conn:
                payload = {"event": kind, "record_id": f"{account}-{number}"}
                await self.outbox.publish(conn, project_id=PROJECT, type=kind, account_id=account, payload=payload)

    async def deliveries(self) -> list[Delivery]:
        """Return the webhook's deliveries, newest first."""
        return [*await self.webhooks.deliveries(project_id=PROJECT, webhook_id=self.webhook.id, limit=500)]

    async def attempt_until_quiet(self, step: timedelta, *, steps: int) -> None:
        """Turn the clock step by step, delivering what has become due."""
        for _ in range(steps):
            while await self.deliverer.deliver_due(limit=100):
                pass
            self.clock.offset += step

    async def reload(self) -> Webhook:
        """Return the webhook as it stands now."""
        return await self.webhooks.get(project_id=PROJECT, webhook_id=self.webhook.id)


@pytest_asyncio.fixture
async def office(
    database: Database, database_url: str, clock: OffsetClock, ids: Ids, tmp_path: Path
) -> AsyncIterator[Office]:
    ring, trail = KeyRing.create(tmp_path / "ring.json", ids=ids), Trail(clock)
    async with database.transaction() as conn:
        await conn.execute("insert into projects (id, name, created_at) values ($1, 'One', now())", PROJECT)
        await rotation.admit(conn, ring=ring, clock=clock)
    async with receiving() as receiver:
        egress = await Egress.open(private_origins=[receiver.origin])
        vault, outbox = Vault(ring, clock), Outbox(clock=clock, ids=ids, jobs=Jobs(dsn=database_url))
        deliverer = Deliverer(db=database, vault=vault, egress=egress, clock=clock, trail=trail, chance=lambda: 0.0)
        webhooks = Webhooks(
            db=database,
            vault=vault,
            egress=egress,
            clock=clock,
            ids=ids,
            trail=trail,
            outbox=outbox,
            deliverer=deliverer,
        )
        webhook, secret = await webhooks.create(
            project_id=PROJECT, actor=ACTOR, url=f"{receiver.origin}/hook", events=list(event.SUBSCRIBABLE)
        )
        yield Office(database, clock, trail, outbox, deliverer, webhooks, receiver, webhook, secret)
        await egress.close()


async def test_an_event_arrives_signed(office: Office) -> None:
    """The receiver gets the payload with both signatures, and the delivery is noted."""
    await office.publish()

    await office.deliverer.deliver_due(limit=10)

    [heard], [delivery] = office.receiver.heard, await office.deliveries()
    assert Judge(office.secret.reveal()).verify(heard.body, heard.headers)["record_id"] == "acc_1-0"
    assert heard.headers["x-stackone-signature"] == sign.stackone(secret=office.secret, body=heard.body)
    assert heard.headers["webhook-id"] == delivery.event_id
    assert (heard.method, heard.target, heard.headers["content-type"]) == ("POST", "/hook", "application/json")
    assert (delivery.status, delivery.attempts, delivery.last_status) == ("delivered", 1, 200)


async def test_the_job_written_beside_the_event_delivers_it(office: Office, database_url: str) -> None:
    """A worker that runs the queue delivers without any sweep."""
    await office.publish(5)
    stop = asyncio.Event()

    async def deliver(payload: dict[str, str]) -> None:
        await office.deliverer.deliver(**payload)
        if len(office.receiver.heard) == 5:
            stop.set()

    await asyncio.wait_for(Jobs(dsn=database_url).work(tasks={"deliver_event": deliver}, stop=stop), timeout=30)

    assert {delivery.status for delivery in await office.deliveries()} == {"delivered"}
    assert len(office.receiver.heard) == 5


async def test_an_event_of_a_rolled_back_change_is_never_told(office: Office) -> None:
    """Event, delivery and job share the fate of the transaction."""
    async with office.db.connection() as conn:
        transaction = conn.transaction()
        await transaction.__aenter__()
        await office.outbox.publish(
            conn, project_id=PROJECT, type=event.ACCOUNT_CREATED, account_id="acc_1", payload={}
        )
        await transaction.__aexit__(LookupError, LookupError(), None)

        left = await conn.fetchval("select (select count(*) from events) + (select count(*) from pgqueuer)")

    assert left == 0
    assert await office.deliverer.deliver_due() == 0


async def test_only_subscribers_hear_of_an_event(office: Office) -> None:
    """A webhook gets the types that it chose; one that is switched off gets nothing."""
    await office.webhooks.update(
        project_id=PROJECT, webhook_id=office.webhook.id, actor=ACTOR, events=[event.ACCOUNT_DELETED]
    )
    await office.publish(kind=event.ACCOUNT_CREATED)
    await office.publish(kind=event.ACCOUNT_DELETED)
    await office.webhooks.update(project_id=PROJECT, webhook_id=office.webhook.id, actor=ACTOR, enabled=False)
    await office.publish(kind=event.ACCOUNT_DELETED)

    assert len(await office.deliveries()) == 1


async def test_a_failed_delivery_is_tried_with_growing_gaps_and_dies(office: Office) -> None:
    """Ten attempts over three days, each under the same id, and then the delivery is dead."""
    office.receiver.script = lambda _: answer(500)
    await office.publish()
    at: list[timedelta] = []

    for gap in (timedelta(), *retry.GAPS, timedelta(days=2)):
        office.clock.offset += gap + timedelta(seconds=1)
        before = len(office.receiver.heard)
        await office.deliverer.deliver_due()
        if len(office.receiver.heard) > before:
            at.append(office.clock.offset)

    [delivery] = await office.deliveries()
    gaps = [later - earlier for earlier, later in pairwise(at)]
    assert (delivery.status, delivery.attempts, delivery.next_attempt_at) == ("dead", 10, None)
    assert delivery.last_error == "The receiver answered 500."
    assert [round(gap.total_seconds()) - 1 for gap in gaps] == [round(gap.total_seconds()) for gap in retry.GAPS]
    assert len({heard.headers["webhook-id"] for heard in office.receiver.heard}) == 1


async def test_nothing_is_sent_before_its_time(office: Office) -> None:
    """Inside a gap no attempt is made, and a wish for later is kept."""
    office.receiver.script = lambda _: answer(429, retry_after="3600")
    await office.publish()
    await office.deliverer.deliver_due()

    office.clock.offset += timedelta(minutes=59)
    early = await office.deliverer.deliver_due()
    office.clock.offset += timedelta(minutes=2)

    assert (early, await office.deliverer.deliver_due()) == (0, 1)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (b"", "broke the connection off"),
        (answer(302, location="https://elsewhere.example.com/"), "answered 302"),
        (answer(404), "answered 404"),
        (b"junk\r\n\r\n", "cannot be read"),
    ],
)
async def test_whatever_is_no_success_is_tried_again(office: Office, reply: bytes, said: str) -> None:
    """Broken connections, redirects, refusals and junk all lead to another attempt, and the reason is told."""
    office.receiver.script = lambda _: reply
    await office.publish()
    await office.deliverer.deliver_due()
    [failed] = await office.deliveries()

    office.receiver.script = lambda _: answer(204)
    office.clock.offset += timedelta(seconds=6)
    await office.deliverer.deliver_due()

    [delivered] = await office.deliveries()
    assert said in (failed.last_error or "")
    assert (delivered.status, delivered.attempts, delivered.last_error) == ("delivered", 2, None)


async def test_a_dead_delivery_is_sent_again_on_demand(office: Office) -> None:
    """Replay starts over under the same event id, and stands in the trail."""
    office.receiver.script = lambda _: answer(500)
    await office.publish()
    for gap in (timedelta(), *retry.GAPS):
        office.clock.offset += gap + timedelta(seconds=1)
        await office.deliverer.deliver_due()
    [dead] = await office.deliveries()
    office.receiver.script = lambda _: answer(200)

    await office.webhooks.replay(project_id=PROJECT, delivery_id=dead.id, actor=ACTOR)
    await office.deliverer.deliver_due()

    [delivery] = await office.deliveries()
    assert (dead.status, delivery.status, delivery.attempts) == ("dead", "delivered", 1)
    assert len({heard.headers["webhook-id"] for heard in office.receiver.heard}) == 1
    async with office.db.connection() as conn:
        [entry, *_] = await office.trail.entries(conn, project_id=PROJECT)
    assert (entry.event, entry.detail) == (audit_events.DELIVERY_REPLAYED, {"delivery": dead.id})


async def test_an_endpoint_that_fails_for_five_days_is_switched_off_once(office: Office) -> None:
    """With events every day and no success, it ends on the sixth day, with one entry, and what waited is dead."""
    office.receiver.script = lambda _: answer(500)

    for _ in range(7):
        await office.publish(2)
        await office.attempt_until_quiet(timedelta(hours=6), steps=4)

    webhook = await office.reload()
    async with office.db.connection() as conn:
        entries = await office.trail.entries(conn, project_id=PROJECT, subject=webhook.id)
    ends = [entry for entry in entries if entry.event == audit_events.WEBHOOK_DISABLED]
    assert not webhook.enabled
    assert "five days" in (webhook.disabled_reason or "")
    assert [entry.actor for entry in ends] == ["system:worker"]
    assert {delivery.status for delivery in await office.deliveries()} == {"dead"}


async def test_an_endpoint_that_fails_now_and_then_is_kept(office: Office) -> None:
    """Three failures out of four, for ten days, never switch a webhook off."""
    count = 0

    def sporadic(_: object) -> bytes:
        nonlocal count
        count += 1
        return answer(200 if count % 4 == 0 else 503)

    office.receiver.script = sporadic
    for _ in range(10):
        await office.publish(3)
        await office.attempt_until_quiet(timedelta(hours=6), steps=4)

    assert (await office.reload()).enabled


async def test_an_endpoint_that_is_gone_is_switched_off_at_once(office: Office) -> None:
    """An answer of 410 says that nobody listens any more."""
    office.receiver.script = lambda _: answer(410)
    await office.publish(3)

    await office.deliverer.deliver_due()

    assert not (await office.reload()).enabled
    assert {delivery.status for delivery in await office.deliveries()} == {"dead"}


async def test_a_webhook_switched_on_again_starts_afresh(office: Office) -> None:
    """Reason and bad spell are forgotten, and new events arrive."""
    office.receiver.script = lambda _: answer(410)
    await office.publish()
    await office.deliverer.deliver_due()
    office.receiver.script = lambda _: answer(200)

    webhook = await office.webhooks.update(project_id=PROJECT, webhook_id=office.webhook.id, actor=ACTOR, enabled=True)
    await office.publish()
    await office.deliverer.deliver_due()

    assert (webhook.enabled, webhook.disabled_reason, webhook.failing_since) == (True, None, None)
    assert [delivery.status for delivery in await office.deliveries()] == ["delivered", "dead"]


async def test_replicas_share_the_work_and_send_nothing_twice(office: Office) -> None:
    """Two hundred deliveries, four deliverers at once: each arrives exactly once."""
    await office.publish(200)

    async def work() -> None:
        while await office.deliverer.deliver_due(limit=20):
            pass

    await asyncio.gather(*(work() for _ in range(4)))

    arrived = [heard.headers["webhook-id"] for heard in office.receiver.heard]
    assert (len(arrived), len(set(arrived))) == (200, 200)
    assert {delivery.status for delivery in await office.deliveries()} == {"delivered"}


async def test_events_of_one_account_arrive_in_their_order(office: Office) -> None:
    """What is due together for one account is sent one after the other."""
    await office.publish(20)

    await office.deliverer.deliver_due(limit=100)

    records = [json.loads(heard.body)["record_id"] for heard in office.receiver.heard]
    assert records == [f"acc_1-{number}" for number in range(20)]


async def test_a_deliverer_that_died_is_followed_by_another(office: Office) -> None:
    """A delivery claimed by a process that is gone is sent by the next one, once its minute is over."""
    await office.publish()
    async with office.db.transaction() as conn:
        assert await store.claim_due(conn, now=office.clock.now(), limit=10)
    held = await office.deliverer.deliver_due()
    async with office.db.connection() as conn:
        await conn.execute("update deliveries set lease_until = now() - interval '1 second'")

    assert (held, await office.deliverer.deliver_due()) == (0, 1)
    assert [delivery.status for delivery in await office.deliveries()] == ["delivered"]


async def test_a_late_result_changes_nothing(office: Office) -> None:
    """A deliverer that comes back after another one has finished its delivery does not overwrite the result."""
    await office.publish()
    async with office.db.transaction() as conn:
        [parcel] = await store.claim_due(conn, now=office.clock.now(), limit=10)
        await conn.execute("update deliveries set lease_until = null")
    await office.deliverer.deliver_due()

    async with office.db.transaction() as conn:
        since = await store.note_failed(
            conn,
            project_id=PROJECT,
            delivery_id=parcel.id,
            attempts=parcel.attempts,
            status=500,
            error="late",
            next_attempt_at=None,
            at=office.clock.now(),
        )

    assert since is None
    assert [delivery.status for delivery in await office.deliveries()] == ["delivered"]


async def test_a_replaced_secret_signs_along_for_a_day(office: Office) -> None:
    """Receivers have 24 hours to change over; then the old secret no longer signs."""
    fresh = await office.webhooks.rotate_secret(project_id=PROJECT, webhook_id=office.webhook.id, actor=ACTOR)
    await office.publish()
    await office.deliverer.deliver_due()
    office.clock.offset += timedelta(hours=25)
    await office.publish()
    await office.deliverer.deliver_due()

    during, after = (heard.headers["webhook-signature"].split(" ") for heard in office.receiver.heard)
    assert (len(during), len(after)) == (2, 1)
    assert fresh != office.secret
    assert Judge(fresh.reveal()).verify(office.receiver.heard[0].body, office.receiver.heard[0].headers)
    assert Judge(office.secret.reveal()).verify(office.receiver.heard[0].body, office.receiver.heard[0].headers)


async def test_a_test_event_tells_how_it_went(office: Office) -> None:
    """The test goes to this webhook at once, subscribed or not, and comes back with the outcome."""
    fine = await office.webhooks.test(project_id=PROJECT, webhook_id=office.webhook.id)
    office.receiver.script = lambda _: answer(401)
    refused = await office.webhooks.test(project_id=PROJECT, webhook_id=office.webhook.id)

    assert (fine.type, fine.status, fine.last_status) == ("webhook.test", "delivered", 200)
    assert (refused.status, refused.last_status) == ("pending", 401)


@pytest.mark.parametrize(
    "url", ["http://example.com/", "https://10.0.0.1/", "https://localhost/", "https://user@example.com/", "no url", ""]
)
async def test_a_webhook_needs_a_public_address(office: Office, url: str) -> None:
    """Inner, plain and broken addresses are refused when they are entered, with the field named."""
    with pytest.raises(UnprocessableError) as caught:
        await office.webhooks.create(project_id=PROJECT, actor=ACTOR, url=url, events=[event.ACCOUNT_CREATED])

    assert caught.value.detail == {"field": "url"}


@pytest.mark.parametrize("events", [[], ["account.exploded"], [event.ACCOUNT_CREATED, event.WEBHOOK_TEST]])
async def test_a_webhook_needs_events_that_exist(office: Office, events: list[str]) -> None:
    """No event, or one that nobody knows, is refused with the list of those that there are."""
    with pytest.raises(UnprocessableError, match="not events") as caught:
        await office.webhooks.create(project_id=PROJECT, actor=ACTOR, url="https://example.com/", events=events)

    assert event.ACCOUNT_NEEDS_RELINK in caught.value.remedy


async def test_a_deleted_webhook_leaves_nothing_behind(office: Office) -> None:
    """Deliveries and secret go with it; the events stay."""
    await office.publish()

    await office.webhooks.delete(project_id=PROJECT, webhook_id=office.webhook.id, actor=ACTOR)

    async with office.db.connection() as conn:
        left = [
            await conn.fetchval(f"select count(*) from {table}")
            for table in ("webhooks", "deliveries", "vault_sealed", "events")
        ]
    assert left == [0, 0, 0, 1]
    assert await office.deliverer.deliver_due() == 0


async def test_a_webhook_that_is_off_is_neither_tested_nor_replayed(office: Office) -> None:
    """Both say that it has to be switched on first."""
    await office.publish()
    await office.deliverer.deliver_due()
    [delivery] = await office.deliveries()
    await office.webhooks.update(project_id=PROJECT, webhook_id=office.webhook.id, actor=ACTOR, enabled=False)

    for attempt in (
        office.webhooks.test(project_id=PROJECT, webhook_id=office.webhook.id),
        office.webhooks.replay(project_id=PROJECT, delivery_id=delivery.id, actor=ACTOR),
    ):
        with pytest.raises(ConflictError, match="switched off"):
            await attempt
    with pytest.raises(NotFoundError):
        await office.webhooks.replay(project_id=PROJECT, delivery_id="dlv_other", actor=ACTOR)


async def test_old_events_are_forgotten(office: Office) -> None:
    """After thirty days delivered events go; one that still waits for its receiver stays."""
    await office.publish()
    await office.deliverer.deliver_due()
    office.receiver.script = lambda _: answer(503, retry_after="86400")
    await office.publish()
    await office.deliverer.deliver_due()
    office.clock.offset += timedelta(days=31)

    await office.deliverer.prune()

    assert [delivery.status for delivery in await office.deliveries()] == ["pending"]
