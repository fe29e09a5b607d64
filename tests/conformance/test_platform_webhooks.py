"""Webhooks managed over HTTP, with a receiver that hears what is sent."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from crossdock.db.embedded import Embedded
from crossdock.kernel.secret import Secret
from crossdock.outbox import sign
from house import Answer, Live, rewrites
from receiver import Receiver, receiving
from shared_house import fresh_database, link_pasted, opened
from twins import EasyshipTwin, ShipheroTwin


@dataclass(frozen=True, slots=True)
class Hooked:
    """A house that may send to a receiver, and an account."""

    live: Live
    receiver: Receiver
    account: str

    async def call(self, method: str, path: str, data: Any = None, **headers: str) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.live.call(method, f"/webhooks{path}", data=data, headers=sent)

    async def make(self, *events: str) -> dict[str, Any]:
        body = {"url": f"{self.receiver.origin}/hook", "events": list(events or ("account.updated",))}
        answer = await self.call("POST", "", body)
        assert answer.status == 200, answer.text()
        made: dict[str, Any] = answer.json()
        return made


@pytest_asyncio.fixture(scope="module")
async def hooked(
    postgres: Embedded,
    postgres_dsn: str,
    easyship_twin_process: EasyshipTwin,
    shiphero_twin_process: ShipheroTwin,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Hooked]:
    easyship_twin_process.reset(seed="empty")
    origins = rewrites(easyship_twin_process, shiphero_twin_process)
    folder: Path = tmp_path_factory.mktemp("hooks")
    async with (
        receiving() as receiver,
        fresh_database(postgres, postgres_dsn) as dsn,
        opened(dsn, data_dir=folder, origin_rewrites=origins, allow_private_origins=[receiver.origin]) as live,
    ):
        token = easyship_twin_process.integration("Hooks")["production_token"]
        yield Hooked(live, receiver, await link_pasted(live, token, owner="hooks"))


async def test_a_webhook_is_made_read_changed_and_deleted(hooked: Hooked) -> None:
    """The secret is shown once; changes hold; what is deleted is gone."""
    made = await hooked.make("account.created", "account.deleted")
    path = f"/{made['id']}"

    read = (await hooked.call("GET", path)).json()
    changed = (await hooked.call("PATCH", path, {"events": ["account.updated"], "description": "Mine"})).json()
    listed = (await hooked.call("GET", "")).json()["data"]
    deleted = (await hooked.call("DELETE", path)).json()
    after = await hooked.call("GET", path)

    assert made["signing_secret"].startswith("whsec_")
    assert "signing_secret" not in read
    assert (changed["events"], changed["description"]) == (["account.updated"], "Mine")
    assert made["id"] in {one["id"] for one in listed}
    assert deleted["id"] == made["id"]
    assert after.status == 404


async def test_a_test_event_is_sent_and_signed(hooked: Hooked) -> None:
    """The test reaches the receiver with a signature of the secret that was shown, and is a delivery of the list."""
    made = await hooked.make()
    hooked.receiver.heard.clear()

    delivery = (await hooked.call("POST", f"/{made['id']}/test")).json()

    (heard,) = hooked.receiver.heard
    listed = (await hooked.call("GET", f"/{made['id']}/deliveries")).json()
    signature = sign.stackone(secret=Secret(made["signing_secret"]), body=heard.body)
    assert (delivery["status"], delivery["last_status"], delivery["event"]) == ("delivered", 200, "webhook.test")
    assert heard.headers["x-stackone-signature"] == signature
    assert [one["id"] for one in listed["data"]] == [delivery["id"]]


async def test_a_new_secret_takes_the_place_of_the_old(hooked: Hooked) -> None:
    """After a rotation the next delivery bears the new secret's signature, and the old one's beside it."""
    made = await hooked.make()

    fresh = (await hooked.call("POST", f"/{made['id']}/rotate")).json()
    hooked.receiver.heard.clear()
    await hooked.call("POST", f"/{made['id']}/test")

    (heard,) = hooked.receiver.heard
    assert fresh["signing_secret"] != made["signing_secret"]
    assert heard.headers["x-stackone-signature"] == sign.stackone(
        secret=Secret(fresh["signing_secret"]), body=heard.body
    )
    assert len(heard.headers["webhook-signature"].split()) == 2


async def test_events_are_sent_to_one_webhook_on_demand(hooked: Hooked) -> None:
    """Each event has its own result: what is known goes out with the account as it is, the rest says why not."""
    made = await hooked.make()
    asked = [
        {"event": "account.created", "record_id": hooked.account},
        {"event": "account.exploded", "record_id": hooked.account},
        {"event": "account.updated", "record_id": "acc_none"},
    ]

    answer = await hooked.call("POST", f"/{made['id']}/events", asked, x_account_id=hooked.account)
    hooked.receiver.heard.clear()
    await hooked.live.house.deliverer.deliver_due()

    assert answer.status == 207
    assert [(one["status"], one["event"]) for one in answer.json()] == [
        (200, "account.created"),
        (422, "account.exploded"),
        (404, "account.updated"),
    ]
    bodies = [json.loads(heard.body) for heard in hooked.receiver.heard]
    sent = [body["event"] for body in bodies if body["record_id"] == hooked.account]
    assert sent == ["account.created"]


async def test_a_delivery_is_sent_again(hooked: Hooked) -> None:
    """A replay starts the delivery over; through another webhook's address it is not found."""
    made, other = await hooked.make(), await hooked.make()
    delivery = (await hooked.call("POST", f"/{made['id']}/test")).json()

    again = await hooked.call("POST", f"/{made['id']}/deliveries/{delivery['id']}/replay")
    astray = await hooked.call("POST", f"/{other['id']}/deliveries/{delivery['id']}/replay")

    assert (again.json()["status"], again.json()["event_id"]) == ("pending", delivery["event_id"])
    assert astray.status == 404


async def test_deliveries_are_paged_from_the_newest_to_the_oldest(hooked: Hooked) -> None:
    """Page after page, each delivery comes once, the one sent last before all others."""
    made = await hooked.make()
    sent = [(await hooked.call("POST", f"/{made['id']}/test")).json()["id"] for _ in range(5)]

    shown: list[str] = []
    query = "?page_size=2"
    for _ in sent:
        page = (await hooked.call("GET", f"/{made['id']}/deliveries{query}")).json()
        shown += [delivery["id"] for delivery in page["data"]]
        if page["next"] is None:
            break
        query = f"?page_size=2&next={page['next']}"

    assert shown == sent[::-1]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "", {"url": "http://10.0.0.1/x", "events": ["account.created"]}, 422),
        ("POST", "", {"url": "https://example.com", "events": []}, 422),
        ("POST", "", {"url": "https://example.com", "events": ["nothing"]}, 422),
        ("POST", "", {"events": ["account.created"]}, 400),
        ("PATCH", "/whk_none", {"enabled": False}, 404),
        ("DELETE", "/whk_none", None, 404),
        ("POST", "/whk_none/test", None, 404),
        ("POST", "/whk_none/events", [{"event": "account.created", "record_id": "x"}], 400),
    ],
)
async def test_what_cannot_be_is_refused(hooked: Hooked, method: str, path: str, body: Any, status: int) -> None:
    """A private address, unknown events, missing members and unknown webhooks are refused with what to do."""
    answer = await hooked.call(method, path, body)

    assert answer.status == status
    assert answer.json()["remedy"].endswith(".")


async def test_a_webhook_that_is_switched_off_gets_nothing(hooked: Hooked) -> None:
    """Switched off, a webhook is not tested; switched on, it is."""
    made = await hooked.make()

    await hooked.call("PATCH", f"/{made['id']}", {"enabled": False})
    off = await hooked.call("POST", f"/{made['id']}/test")
    await hooked.call("PATCH", f"/{made['id']}", {"enabled": True})
    on = await hooked.call("POST", f"/{made['id']}/test")

    assert (off.status, on.status) == (409, 200)
