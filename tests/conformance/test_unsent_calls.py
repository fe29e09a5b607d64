"""A call for which nothing was sent stands in the log by its id: answered from what was kept, found, or refused."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
import pytest_asyncio

from desk import Desk, number, open_desk
from house import Answer, Live
from twins import EasyshipTwin, ShipheroTwin

WAYS = ("rpc", "unified", "proxy")
TAGS = "/2024-09/tags"
ADDRESS = {
    "line_1": "1 Main Street",
    "city": "New York",
    "state": "NY",
    "postal_code": "10001",
    "country_alpha2": "US",
    "contact_name": "Ann Lee",
    "contact_phone": "+1 212 555 0100",
    "contact_email": "ann@acme-pets.example",
}

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Caller:
    """Makes writes the three ways, and finds each in the log by the id that its answer told."""

    desk: Desk

    async def write(self, way: str, name: str, **headers: str) -> Answer:
        """Make an address or a tag; ``headers`` with `_` for `-`."""
        if way == "rpc":
            return await self.desk.rpc(
                "easyship_create_address", members={"body": {**ADDRESS, "company_name": name}}, **headers
            )
        return await self.send(way, "post", TAGS, {"name": name}, **headers)

    async def send(self, way: str, method: str, path: str, data: Any, **headers: str) -> Answer:
        """Send a request of one's own: in the envelope, or as it is."""
        sent = {"x-account-id": self.desk.easyship, **{key.replace("_", "-"): value for key, value in headers.items()}}
        if way == "unified":
            body = {"method": method, "path": path, "body": data}
            return await self.desk.live.call("POST", "/unified/proxy", data=body, headers=sent)
        return await self.desk.live.call(method.upper(), f"/proxy{path}", data=data, headers=sent)

    async def line(self, answer: Answer) -> dict[str, Any]:
        """Return the line of the call that was answered."""
        found = await self.desk.live.call("GET", f"/requests/logs/{named(answer)}?include=step_logs")
        assert found.status == 200, found.text()
        line: dict[str, Any] = found.json()["data"]
        return line


def named(answer: Answer) -> str:
    """Return the id of the call that was answered."""
    return answer.headers.get("x-crossdock-request-id") or answer.headers["x-request-id"]


@pytest_asyncio.fixture(scope="module")
async def opened(shared_live: Live, easyship_twin_process: EasyshipTwin, shiphero_twin_process: ShipheroTwin) -> Caller:
    """Link once."""
    return Caller(await open_desk(shared_live, easyship_twin_process, shiphero_twin_process, name="unsent"))


@pytest.fixture
def caller(opened: Caller) -> Caller:
    """Give the caller, the twins being in order."""
    opened.desk.easyship_twin.clear_faults()
    opened.desk.shiphero_twin.clear_faults()
    return opened


@pytest.fixture
def key() -> str:
    """Make a key that no other test uses."""
    return f"unsent-{next(_numbers)}"


@pytest.mark.parametrize("way", WAYS)
async def test_a_kept_answer_is_told_as_one(caller: Caller, key: str, way: str) -> None:
    """The repeat has a line of its own that names the call which was sent, and no step."""
    first = await caller.write(way, f"Kept {way}", idempotency_key=key)
    again = await caller.write(way, f"Kept {way}", idempotency_key=key)

    sent, line = await caller.line(first), await caller.line(again)
    assert (len(sent["step_requests"]), "answered_from" in sent, "repeat_of" in sent) == (1, False, False)
    assert (line["status"], line["success"], line["step_requests"]) == (200 if way == "rpc" else 201, True, [])
    assert (line["answered_from"], line["repeat_of"]) == ("kept", named(first))
    assert (line["action"], line["effect"]) == (sent["action"], "write")


@pytest.mark.parametrize("way", WAYS)
async def test_a_kept_refusal_is_no_success(caller: Caller, key: str, way: str) -> None:
    """What the provider refused the first time is told with the status of the kept refusal."""
    if way == "rpc":
        inputs = {"path": {"easyship_shipment_id": "ESUS404404"}}
        answers = [await caller.desk.rpc("easyship_cancel_shipment", members=inputs, idempotency_key=key) for _ in "12"]
    else:
        answers = [await caller.send(way, "post", TAGS, {"page": [1]}, idempotency_key=key) for _ in "12"]

    line = await caller.line(answers[1])
    assert answers[1].status == answers[0].status
    assert (line["success"], line["answered_from"], line["repeat_of"]) == (False, "kept", named(answers[0]))
    assert 400 <= line["status"] < 500


@pytest.mark.parametrize("way", ["rpc", "unified"])
async def test_an_unknown_outcome_is_repeated_as_one(caller: Caller, key: str, way: str) -> None:
    """Each time that it is asked for has a line, with the error that stands for it."""
    caller.desk.easyship_twin.fault("cut_off", paths="/2024-09/*", times=1)
    first = await caller.write(way, f"Lost {way}", idempotency_key=key)
    again = await caller.write(way, f"Lost {way}", idempotency_key=key)

    line = await caller.line(again)
    assert (again.json()["code"], line["cause"], line["step_requests"]) == ("outcome_unknown", "outcome_unknown", [])
    assert (line["status"], line["answered_from"], line["repeat_of"]) == (502, "kept", named(first))


@pytest.mark.parametrize("way", WAYS)
async def test_a_key_used_for_something_else_is_a_refusal(caller: Caller, key: str, way: str) -> None:
    """Its line has the code, and comes from no kept answer."""
    await caller.write(way, f"Other {way}", idempotency_key=key)
    refused = await caller.write(way, f"Something else {way}", idempotency_key=key)

    line = await caller.line(refused)
    assert (refused.status, line["status"], line["cause"]) == (422, 422, "idempotency_key_reused")
    assert (line["step_requests"], "answered_from" in line) == ([], False)


@pytest.mark.parametrize("way", WAYS)
async def test_what_cannot_be_looked_for_is_a_refusal(caller: Caller, way: str) -> None:
    """`look_impossible` leaves a line, with a key or without."""
    for headers in ({}, {"idempotency_key": f"look-{way}"}):
        refused = await caller.write(way, f"Look {way}", x_crossdock_look="before", **headers)

        line = await caller.line(refused)
        assert (refused.status, line["status"], line["cause"]) == (422, 422, "look_impossible")
        assert (line["step_requests"], line["success"], line["effect"]) == ([], False, "write")


async def test_what_was_there_is_told_as_found(caller: Caller) -> None:
    """The call that found the order took no step; the look itself is a call of its own."""
    name = number()
    order = caller.desk.order(name)
    await caller.desk.rpc("shiphero_create_order", members=order)
    found = await caller.desk.rpc("shiphero_create_order", members=order, x_crossdock_look="before")

    line = await caller.line(found)
    assert found.headers["x-crossdock-outcome"] == "found"
    assert (line["status"], line["success"], line["step_requests"]) == (200, True, [])
    assert (line["answered_from"], "repeat_of" in line) == ("found", False)


@pytest.mark.parametrize("way", ["unified", "proxy"])
async def test_a_request_that_cannot_be_judged_is_a_refusal(caller: Caller, way: str) -> None:
    """Where it is not clear what a request does, its line has method and path without the query."""
    path = f"{TAGS}?_method=DELETE&x=1"
    refused = await caller.send(way, "post", path, {"name": "x"})

    line = await caller.line(refused)
    assert (refused.status, line["status"], line["cause"]) == (422, 422, refused.json()["code"])
    assert (line["action"], line["effect"], line["step_requests"]) == (f"POST {TAGS}", "destructive", [])


async def test_an_action_of_another_provider_is_a_refusal(caller: Caller) -> None:
    """A call for an account of another provider has its line as well."""
    refused = await caller.desk.live.call(
        "POST", "/actions/rpc", data={"action": "shiphero_get_account"}, headers={"x-account-id": caller.desk.easyship}
    )

    line = await caller.line(refused)
    assert (refused.status, line["status"], line["cause"]) == (400, 400, "wrong_connector")
