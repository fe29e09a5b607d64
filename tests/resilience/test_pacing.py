"""A thousand mixed calls on one account near its credit limit, through two replicas: the twin never refuses one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest_asyncio

from crossdock.accounts.model import AccountChange
from crossdock.db.embedded import Embedded
from house import Answer, Live
from shared_house import fresh_database, link_pasted, opened
from twins import EasyshipTwin, ShipheroTwin, limited

CALLS, AT_ONCE = 1000, 50
LIST = {"query": "{ products { data(first: 8) { edges { node { sku } } } } }"}
ORDERS = {"query": "{ orders { data(first: 20) { edges { node { id } } } } }"}
SPENT = {"query": "{ orders { data(first: 100) { edges { node { id } } } } }"}
TAG = "mutation ($id: String!, $tag: String!) { order_add_tags(data: {order_id: $id, tags: [$tag]}) { request_id } }"

Lane = Literal["live", "bulk"]


@dataclass(frozen=True, slots=True)
class Shop:
    """Two replicas with one account between them."""

    replicas: Sequence[Live]
    account: str
    twin: ShipheroTwin
    easyship: str
    easyship_twin: EasyshipTwin

    async def ask(self, number: int, path: str, data: Any, lane: Lane, *, account: str | None = None) -> Answer:
        """Call through one of the replicas."""
        headers = {
            "x-account-id": account or self.account,
            **({"x-crossdock-priority": "bulk"} if lane == "bulk" else {}),
        }
        return await self.replicas[number % 2].call("POST", path, data=data, headers=headers)


@dataclass(slots=True)
class Tally:
    """What came of a lane's calls."""

    answers: list[Answer] = field(default_factory=list)
    ended: list[float] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)


@pytest_asyncio.fixture
async def shop(
    postgres: Embedded,
    postgres_dsn: str,
    easyship_twin_process: EasyshipTwin,
    shiphero_twin_process: ShipheroTwin,
    tmp_path: Path,
) -> AsyncIterator[Shop]:
    """Serve two replicas that pace, on one database, with an account that may write."""
    shiphero_twin_process.reset()
    easyship_twin_process.reset(seed="empty")
    origins = {
        "https://public-api.easyship.com": easyship_twin_process.production,
        "https://public-api.shiphero.com": shiphero_twin_process.api,
    }
    async with AsyncExitStack() as stack:
        dsn = await stack.enter_async_context(fresh_database(postgres, postgres_dsn))
        one = await stack.enter_async_context(opened(dsn, data_dir=tmp_path, origin_rewrites=origins, pace="on"))
        two = await stack.enter_async_context(
            opened(dsn, data_dir=tmp_path, origin_rewrites=origins, pace="on", tenant=one.tenant)
        )
        token = shiphero_twin_process.developer("pace@shop.example")["refresh_token"]
        account = await link_pasted(one, token, owner="pace", provider="shiphero", field="refresh_token")
        change = AccountChange(effects=frozenset({"read", "write"}))
        project_id = one.tenant.project.id
        await one.house.accounts.change(project_id=project_id, account_id=account, change=change, actor="key:k")
        pasted = easyship_twin_process.integration("pace", scopes="all")["production_token"]
        easyship = await link_pasted(one, pasted, owner="pace")
        # From here on the twins count: what linking asked of them is not of this minute.
        stack.enter_context(limited(easyship_twin_process, shiphero_twin_process))
        yield Shop((one, two), account, shiphero_twin_process, easyship, easyship_twin_process)


async def test_a_thousand_mixed_calls_near_the_credit_limit(shop: Shop) -> None:
    """None is refused by the twin, none is lost, and live calls end well before the bulk ones that began with them."""
    found = (await shop.ask(0, "/proxy/graphql", ORDERS, "live")).json()
    orders = [edge["node"]["id"] for edge in found["data"]["orders"]["data"]["edges"]]
    # Half the credits are gone before, so that they run short also where the machine is slow.
    await asyncio.gather(*(shop.ask(number, "/proxy/graphql", SPENT, "live") for number in range(20)))
    shop.twin.clear_journal()
    tallies: dict[Lane, Tally] = {"live": Tally(), "bulk": Tally()}
    lanes: tuple[Lane, Lane] = ("live", "bulk")
    work = iter([(number, lane) for number in range(CALLS // 2) for lane in lanes])
    loop = asyncio.get_running_loop()

    async def run(lane_of_mine: Lane) -> None:
        numbers = (number for number in mine[lane_of_mine])
        for number in numbers:
            began = loop.time()
            answer = await shop.ask(number // 3, *_call(number, lane_of_mine, orders), lane_of_mine)
            tally = tallies[lane_of_mine]
            tally.answers.append(answer)
            tally.ended.append(loop.time())
            tally.waited.append(loop.time() - began)

    shared = list(work)
    mine = {lane: iter([number for number, one in shared if one == lane]) for lane in lanes}
    await asyncio.gather(*(run(lane) for lane in lanes for _ in range(AT_ONCE // 2)))

    answers = [*tallies["live"].answers, *tallies["bulk"].answers]
    assert [answer.status for answer in answers] == [200] * CALLS
    assert not [answer.text()[:200] for answer in answers if "errors" in _inner(answer)]
    journal = shop.twin.journal("/graphql")
    assert len(journal) == CALLS
    assert {entry["status"] for entry in journal} == {200}
    tags = {entry["body"] for entry in journal if "order_add_tags" in entry["body"]}
    assert len(tags) == sum(_is_write(number) for number in range(CALLS // 2)) * 2
    live, bulk = tallies["live"], tallies["bulk"]
    assert sum(ended > max(live.ended) for ended in bulk.ended) > AT_ONCE
    assert sum(live.waited) < sum(bulk.waited)
    assert min(bulk.ended) < max(live.ended)


async def test_what_would_wait_too_long_is_told_when_to_come_again(shop: Shop) -> None:
    """A call whose credits cannot be there in time is refused at once, with a time after which it goes through."""
    rows = "{ orders { data(first: 100) { edges { node { line_items(first: %d) { edges { node { sku } } } } } } } }"
    await shop.ask(0, "/proxy/graphql", {"query": rows % 36}, "live")
    refused = await shop.ask(1, "/proxy/graphql", {"query": rows % 37}, "live")

    assert (refused.status, refused.json()["code"]) == (429, "pace_exceeded")
    assert refused.headers["x-crossdock-error"] == "hub"
    assert 20 < int(refused.headers["retry-after"]) <= 70
    assert {entry["status"] for entry in shop.twin.journal("/graphql")} == {200}


async def test_a_minute_of_calls_is_shared_over_replicas(shop: Shop) -> None:
    """At full load on both replicas Easyship sees its sixty calls in a minute, and refuses none; the rest is told when.

    Tools of agents and a list to its end draw on the same budget.
    """
    data = {"action": "easyship_list_item_categories"}
    tool = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": data["action"], "arguments": {}}}
    # Each replica knows key and account by now: ninety at once that do not would wait for the database first.
    for number in range(2):
        await shop.ask(number, "/actions/rpc", data, "live", account=shop.easyship)
    shop.easyship_twin.clear_journal()
    sent = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-11-25"}

    async def ask(number: int) -> tuple[int, int]:
        replica = shop.replicas[number % 2]
        if number % 10 == 0:
            answer = await replica.call("POST", "/mcp", data=tool, headers={**sent, "x-account-id": shop.easyship})
            told = answer.json()["result"]["structuredContent"].get("error", {})
            return told.get("status", 200), 1
        if number % 10 == 1:
            data_to_end = {**data, "action": "easyship_list_tags", "collect": True}
            answer = await shop.ask(number, "/actions/rpc", data_to_end, "live", account=shop.easyship)
        else:
            answer = await shop.ask(number, "/actions/rpc", data, "live", account=shop.easyship)
        return answer.status, int(answer.headers.get("retry-after", "0"))

    answers = await asyncio.gather(*(ask(number) for number in range(90)))

    journal = shop.easyship_twin.journal("/2024-09/*")
    assert {entry["status"] for entry in journal} == {200}
    assert {status for status, _ in answers} <= {200, 429}
    assert len(journal) == sum(status == 200 for status, _ in answers) <= 60
    assert len(journal) >= 30
    assert all(1 <= seconds <= 80 for status, seconds in answers if status == 429)


def _is_write(number: int) -> bool:
    return number % 10 == 0


def _call(number: int, lane: Lane, orders: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """Return a write for each tenth call, a list for each fifth, and a small read for the others."""
    if _is_write(number):
        variables = {"id": orders[number % len(orders)], "tag": f"{lane}-{number}"}
        return "/unified/proxy", {"method": "post", "path": "/graphql", "body": {"query": TAG, "variables": variables}}
    if number % 5 in {1, 3}:
        return "/proxy/graphql", LIST
    return "/actions/rpc", {"action": "shiphero_get_me"}


def _inner(answer: Answer) -> dict[str, Any]:
    """Return the provider's own answer."""
    told: dict[str, Any] = answer.json()
    return told["data"] if {"status", "headers", "data"} == told.keys() else told
