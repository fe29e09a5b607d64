"""`GET /idempotency_keys/{key}`: whoever lost the answer of a write asks what has become of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
import pytest_asyncio

from agent import agent_key
from crossdock.actions import idempotency_store
from crossdock.actions.idempotency import LIFE, RUNNING
from crossdock.actions.idempotency_store import Write
from crossdock.kernel.secret import Secret
from desk import Desk, number, open_desk
from house import Answer, Live
from twins import EasyshipTwin, ShipheroTwin

TAG = "/2024-09/tags"


@dataclass(frozen=True, slots=True)
class Asking:
    """Accounts that may write, and the question about a key."""

    desk: Desk

    @property
    def live(self) -> Live:
        return self.desk.live

    async def about(self, key: str, *, by: Secret | None = None, account: str | None = None) -> Answer:
        """Ask what has become of a key."""
        headers = {"x-account-id": account or self.desk.easyship}
        return await self.live.call("GET", f"/idempotency_keys/{quote(key, safe='')}", headers=headers, key=by)

    async def tag(self, key: str, *, by: Secret | None = None, name: str = "t") -> Answer:
        """Write a tag through the proxy."""
        headers = {"x-account-id": self.desk.easyship, "idempotency-key": key}
        return await self.live.call("POST", f"/proxy{TAG}", data={"name": name}, headers=headers, key=by)

    async def key(self, *scopes: str) -> Secret:
        """Make another API key of the project."""
        _, text = await self.live.house.projects.create_key(
            project_id=self.live.tenant.project.id, name="other", scopes=list(scopes), actor="system:cli"
        )
        return text


@pytest_asyncio.fixture(scope="module")
async def opened_desk(
    shared_live: Live, easyship_twin_process: EasyshipTwin, shiphero_twin_process: ShipheroTwin
) -> Asking:
    """Link the accounts once."""
    easyship_twin_process.reset()
    shiphero_twin_process.reset()
    return Asking(await open_desk(shared_live, easyship_twin_process, shiphero_twin_process, name="asking"))


@pytest.fixture
def asking(opened_desk: Asking) -> Asking:
    """Give the accounts with twins that do what they should."""
    for twin in (opened_desk.desk.easyship_twin, opened_desk.desk.shiphero_twin):
        twin.clear_faults()
        twin.clear_journal()
    return opened_desk


async def test_an_answered_write_tells_its_answer(asking: Asking) -> None:
    """State, action, times, the answer's status and the way to the log; not what the answer holds."""
    name = number()
    made = await asking.desk.rpc("shiphero_create_order", members=asking.desk.order(name), idempotency_key=name)

    told = await asking.about(name, account=asking.desk.shiphero)

    found: dict[str, Any] = told.json()
    line = await asking.live.call("GET", f"/requests/logs/{found['request_id']}")
    assert (told.status, made.status) == (200, 200)
    assert (found["state"], found["action"], found["key"]) == ("answered", "shiphero_create_order", name)
    assert found["answer"] == {"status": 200, "outcome": "ok", "answered_at": found["answer"]["answered_at"]}
    assert found["sent_at"] <= found["answer"]["answered_at"] < found["expires_at"]
    assert found["account_id"] == asking.desk.shiphero
    assert line.json()["data"]["action"] == "shiphero_create_order"
    assert "lovelace" not in told.text().lower()


async def test_half_an_answer_and_a_refusal_are_told_as_such(asking: Asking) -> None:
    """The kept answer's outcome is `partial`, or `error` with its code."""
    half, refused = number(), number()
    asking.desk.shiphero_twin.fault("partial", paths="/graphql/order_create", times=1)
    await asking.desk.rpc("shiphero_create_order", members=asking.desk.order(half), idempotency_key=half)
    unknown = {"body": {"order_id": "T3JkZXI6OTk5OTk5", "reason": "none"}}
    failed = await asking.desk.rpc("shiphero_cancel_order", members=unknown, idempotency_key=refused)

    told = [(await asking.about(key, account=asking.desk.shiphero)).json()["answer"] for key in (half, refused)]

    assert failed.status == 404, failed.text()
    assert [one["outcome"] for one in told] == ["partial", "error"]
    assert (told[1]["status"], told[1]["code"]) == (failed.status, failed.json()["code"])


@pytest.mark.parametrize("way", ["proxy", "unified"])
@pytest.mark.parametrize("provider", ["shiphero", "easyship"])
async def test_a_refusal_that_passed_through_is_an_error(asking: Asking, way: str, provider: str) -> None:
    """Whether the provider says so in its status, or in a 200: the key does not tell it as a success."""
    name = number()
    cancel = 'mutation { order_cancel(data: {order_id: "T3JkZXI6OTk5OTk5"}) { request_id } }'
    path, body = ("/graphql", {"query": cancel}) if provider == "shiphero" else (TAG, {"colour": "none"})
    account = asking.desk.shiphero if provider == "shiphero" else asking.desk.easyship
    envelope = {"method": "post", "path": path, "body": body}
    place, sent = (f"/proxy{path}", body) if way == "proxy" else ("/unified/proxy", envelope)
    headers = {"x-account-id": account, "idempotency-key": name}
    await asking.live.call("POST", place, data=sent, headers=headers)

    told = (await asking.about(name, account=account)).json()["answer"]

    assert told["outcome"] == "error"
    assert (told["status"] == 200) == (provider == "shiphero")


async def test_a_running_write_is_told(asking: Asking) -> None:
    """While the provider works on it, the key says so and until when it may run."""
    asking.desk.easyship_twin.fault("slow", paths=TAG, delay=6.0, times=1)
    sending = asyncio.create_task(asking.tag(name := number()))
    async with asyncio.timeout(60):
        while (told := await asking.about(name)).status == 404:  # noqa: ASYNC110 - the write tells nobody that it began
            await asyncio.sleep(0.05)
    await sending

    found = told.json()
    assert (found["state"], found["action"]) == ("running", f"POST {TAG}")
    assert found["settles_at"] > found["sent_at"]
    assert "answer" not in found


async def test_an_unknown_outcome_names_the_way_to_find_out(asking: Asking) -> None:
    """The error points here, and here stands what to look with."""
    name = number()
    asking.desk.shiphero_twin.fault("cut_off", paths="/graphql", times=1)
    lost = await asking.desk.rpc("shiphero_create_order", members=asking.desk.order(name), idempotency_key=name)

    found = (await asking.about(name, account=asking.desk.shiphero)).json()

    assert lost.json()["code"] == "outcome_unknown"
    assert "GET /idempotency_keys/{key}" in lost.json()["remedy"]
    assert found["state"] == "outcome_unknown"
    assert found["look_with"] == lost.json()["look_with"]
    assert "look" in found["remedy"]


async def test_a_write_that_died_is_of_unknown_outcome(asking: Asking) -> None:
    """A replica that never came back leaves its claim: once it cannot run any more, the key says so."""
    name, clock = number(), asking.live.house.clock
    began = clock.now() - RUNNING - timedelta(seconds=1)
    look = {"action": "easyship_list_shipments", "inputs": {}}
    async with asking.live.house.db.connection() as conn:
        await idempotency_store.insert_key(
            conn,
            project_id=asking.live.tenant.project.id,
            holder=asking.live.tenant.principal.actor,
            key=name,
            fingerprint=b"f",
            write=Write(asking.desk.easyship, "easyship_create_shipment", None, look),
            now=began,
            running_until=began + RUNNING,
            expires_at=began + LIFE,
        )

    found = (await asking.about(name)).json()

    assert (found["state"], found["look_with"]) == ("outcome_unknown", look)


@pytest.mark.parametrize("key", ["a/b c?d#e%2F", '"quoted-1"', "~!$&'()*+,;=:@", "über"])
async def test_keys_are_found_however_they_are_written(asking: Asking, key: str) -> None:
    """Every key that can be sent can be asked for; one that cannot be sent is refused."""
    if not key.isascii():
        assert (await asking.about(key)).json()["code"] == "idempotency_key_invalid"
        return
    await asking.tag(key, name=number())

    told = await asking.about(key)

    assert (told.status, told.json()["key"]) == (200, key.strip('"'))


async def test_what_did_nothing_or_is_over_is_not_there(asking: Asking) -> None:
    """A key that was given free, one whose day has ended and one that was never sent answer alike."""
    free, old = number(), number()
    asking.desk.easyship_twin.fault("rate_limited", paths=TAG, times=1)
    await asking.tag(free)
    await asking.tag(old)
    clock: Any = asking.live.house.clock
    clock.offset += timedelta(hours=25)
    ended = await asking.about(old)
    clock.offset -= timedelta(hours=25)

    told = [await asking.about(free), ended, await asking.about("never-sent")]

    assert [one.status for one in told] == [404, 404, 404]
    assert len({one.json()["message"] for one in told}) == 1


async def test_who_may_ask(asking: Asking) -> None:
    """Keys that read or pass through may ask about the project's writes; others may not, nor about another account."""
    name = number()
    await asking.tag(name)
    reader, other = await asking.key("actions:read"), await asking.key("accounts:read")

    told = await asking.about(name, by=reader)
    refused = await asking.about(name, by=other)
    elsewhere = await asking.about(name, account=asking.desk.shiphero)
    unnamed = await asking.live.call("GET", f"/idempotency_keys/{name}")

    assert told.json()["sent_by"] == asking.live.tenant.principal.actor
    assert (refused.status, refused.json()["code"]) == (403, "missing_scope")
    assert elsewhere.status == 404
    assert (unnamed.status, unnamed.json()["code"]) == (400, "account_missing")


async def test_ones_own_write_comes_first(asking: Asking) -> None:
    """Two API keys used the same word: each hears of its own write."""
    name, other = number(), await asking.key("admin")
    await asking.tag(name)
    await asking.tag(name, by=other, name="another")

    own, others = await asking.about(name), await asking.about(name, by=other)

    assert own.json()["sent_by"] == asking.live.tenant.principal.actor
    assert others.json()["sent_by"] not in {own.json()["sent_by"], ""}


async def test_an_agent_sees_its_own_alone(asking: Asking) -> None:
    """What the project's key sent is not there for an agent, and the agent's own is, for both."""
    agent = Secret(await agent_key(asking.live, owner_id="asking", effects=frozenset({"read", "write"})))
    theirs, own = number(), number()
    await asking.tag(theirs)
    headers = {"x-account-id": asking.desk.easyship, "idempotency-key": own}
    data = {"action": "easyship_create_shipment", **asking.desk.shipment(own)}
    made = await asking.live.call("POST", "/actions/rpc", data=data, headers=headers, key=agent)

    told = [await asking.about(own, by=agent), await asking.about(own), await asking.about(theirs, by=agent)]

    assert made.status == 200, made.text()
    assert [one.status for one in told] == [200, 200, 404]
    assert told[0].json()["sent_by"].startswith("agent:")
