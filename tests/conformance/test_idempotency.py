"""`Idempotency-Key` on the three ways to call a provider: a repeat never writes again."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

import pytest
import pytest_asyncio

from crossdock.accounts.model import AccountChange
from house import Answer, Live, new_tenant
from shared_house import link_pasted
from twins import EasyshipTwin, ShipheroTwin

_numbers = count(1)
ADDRESS = {
    "line_1": "1 Main Street",
    "city": "New York",
    "state": "NY",
    "postal_code": "10001",
    "country_alpha2": "US",
    "company_name": "Acme Pets",
    "contact_name": "Ann Lee",
    "contact_phone": "+1 212 555 0100",
    "contact_email": "ann@acme-pets.example",
}
WAYS = ("rpc", "unified", "proxy")


@dataclass(frozen=True, slots=True)
class Desk:
    """A served house and an account that may write."""

    live: Live
    account: str
    twin: EasyshipTwin

    async def write(self, way: str, name: str, key: str) -> Answer:
        """Make a tag or an address, one of three ways."""
        headers = {"x-account-id": self.account, "idempotency-key": key}
        path, tag = "/2024-09/tags", {"name": name}
        match way:
            case "rpc":
                body = {**ADDRESS, "company_name": name}
                data = {"action": "easyship_create_address", "body": body}
                return await self.live.call("POST", "/actions/rpc", data=data, headers=headers)
            case "unified":
                data = {"method": "post", "path": path, "body": tag}
                return await self.live.call("POST", "/unified/proxy", data=data, headers=headers)
            case _:
                return await self.live.call("POST", f"/proxy{path}", data=tag, headers=headers)

    def sent(self) -> int:
        """Count the writes that reached the provider."""
        return sum(entry["method"] == "POST" for entry in self.twin.journal("/2024-09/*"))


@pytest_asyncio.fixture(scope="module")
async def opened(shared_live: Live, easyship_twin_process: EasyshipTwin) -> Desk:
    """Link one account that may write."""
    token = easyship_twin_process.integration("once", scopes="all")["production_token"]
    account = await link_pasted(shared_live, token, owner="once")
    change = AccountChange(effects=frozenset({"read", "write"}))
    project_id = shared_live.tenant.project.id
    await shared_live.house.accounts.change(project_id=project_id, account_id=account, change=change, actor="key:k")
    return Desk(shared_live, account, easyship_twin_process)


@pytest.fixture
def desk(opened: Desk) -> Desk:
    """Give the desk, nothing having been sent yet."""
    opened.twin.clear_faults()
    opened.twin.clock_advance("2m")
    opened.twin.clear_journal()
    return opened


@pytest.fixture
def key() -> str:
    """Make a key that no other test uses."""
    return f'"test-{next(_numbers)}"'


@pytest.mark.parametrize("way", WAYS)
async def test_a_repeat_gets_the_same_answer_and_writes_nothing(desk: Desk, key: str, way: str) -> None:
    """The same request with the same key, quoted or bare, brings the first answer again, byte for byte."""
    first = await desk.write(way, f"One {way}", key)
    second = await desk.write(way, f"One {way}", key.strip('"'))

    assert first.status < 300, first.text()
    assert (second.status, second.body) == (first.status, first.body)
    assert desk.sent() == 1


@pytest.mark.parametrize("way", WAYS)
async def test_another_body_under_the_same_key_is_refused(desk: Desk, key: str, way: str) -> None:
    """A key stands for one request."""
    await desk.write(way, f"Two {way}", key)
    refused = await desk.write(way, f"Other {way}", key)

    assert (refused.status, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert desk.sent() == 1


@pytest.mark.parametrize("way", WAYS)
async def test_a_repeat_while_the_write_runs_is_told_to_wait(desk: Desk, key: str, way: str) -> None:
    """Twenty at once under one key make one write; the others hear that it runs, or get its answer."""
    desk.twin.fault("slow", paths="/2024-09/*", delay=3.0)
    answers = await asyncio.gather(*(desk.write(way, f"Three {way}", key) for _ in range(8)))

    told = {answer.status for answer in answers}
    assert 409 in told
    assert len({answer.body for answer in answers if answer.status < 300}) == 1
    waiting = next(answer for answer in answers if answer.status == 409)
    assert (waiting.json()["code"], waiting.headers["retry-after"]) == ("idempotency_key_in_use", "1")
    assert desk.sent() == 1


@pytest.mark.parametrize("way", ["rpc", "unified"])
async def test_an_unknown_outcome_is_remembered(desk: Desk, key: str, way: str) -> None:
    """A write whose answer was lost is not sent again under its key, however often it is asked for."""
    desk.twin.fault("cut_off", paths="/2024-09/*", times=1)
    first = await desk.write(way, f"Four {way}", key)
    desk.twin.clear_faults()
    second = await desk.write(way, f"Four {way}", key)

    assert [answer.json()["code"] for answer in (first, second)] == ["outcome_unknown", "outcome_unknown"]
    assert desk.sent() == 1


async def test_what_surely_did_nothing_gives_its_key_free(desk: Desk, key: str) -> None:
    """After a refusal for the pace the same key serves for the same request."""
    desk.twin.fault("rate_limited", paths="/2024-09/*", times=1)
    refused = await desk.write("rpc", "Five", key)
    desk.twin.clear_faults()
    done = await desk.write("rpc", "Five", key)

    assert (refused.status, done.status) == (429, 200)


async def test_a_key_ends_after_a_day(desk: Desk, key: str) -> None:
    """The worker sweeps old keys away, and the same key may then write anew."""
    await desk.write("proxy", "Six", key)
    desk.live.house.clock.offset += timedelta(hours=25)  # type: ignore[attr-defined]  # the test's clock can be turned
    await desk.live.house.calls.sweep()
    await desk.write("proxy", "Six", key)
    desk.live.house.clock.offset -= timedelta(hours=25)  # type: ignore[attr-defined]  # turned back

    assert desk.sent() == 2


async def test_a_key_is_one_api_keys_own(desk: Desk, key: str) -> None:
    """Another API key of the project does not get the answer; another project has no such account at all."""
    principal = desk.live.tenant.principal
    _, other = await desk.live.house.projects.create_key(
        project_id=principal.project_id, name="other", scopes=["admin"], actor="system:cli"
    )
    stranger = await new_tenant(desk.live.house, "Stranger")
    data = {"method": "post", "path": "/2024-09/tags", "body": {"name": "Seven"}}
    headers = {"x-account-id": desk.account, "idempotency-key": key}

    await desk.live.call("POST", "/unified/proxy", data=data, headers=headers)
    await desk.live.call("POST", "/unified/proxy", data=data, headers=headers, key=other)
    foreign = await desk.live.call("POST", "/unified/proxy", data=data, headers=headers, key=stranger.key)

    assert desk.sent() == 2
    assert foreign.status == 404


@pytest.mark.parametrize("bad", ["", '""', "x" * 256, "k\u00e9y"])
async def test_a_key_that_is_none_is_refused(desk: Desk, bad: str) -> None:
    """An empty, long or unprintable key is an error, never no key at all."""
    refused = await desk.write("rpc", "Eight", bad)

    assert (refused.status, refused.json()["code"]) == (400, "idempotency_key_invalid")
    assert desk.sent() == 0


async def test_reads_take_no_notice_of_a_key(shared_live: Live, shiphero_twin_process: ShipheroTwin) -> None:
    """Two reads under one key are two reads, also where both are posted documents."""
    made = shiphero_twin_process.developer("once@shop.example")
    account = await link_pasted(
        shared_live, made["refresh_token"], owner="once", provider="shiphero", field="refresh_token"
    )
    headers = {"x-account-id": account, "idempotency-key": "reads"}

    answers = [
        await shared_live.call("POST", "/proxy/graphql", data={"query": query}, headers=headers)
        for query in ("{ me { request_id } }", "{ user_quota { credits_remaining } }")
    ]

    assert [answer.status for answer in answers] == [200, 200]
    assert "user_quota" in answers[1].json()["data"]
