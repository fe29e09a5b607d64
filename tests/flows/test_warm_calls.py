"""What a call costs once its key, account and budget are known: the database is asked nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from agent import agent_key, asked
from crossdock.db.embedded import Embedded
from crossdock.kernel.clock import OffsetClock
from house import Answer, Live
from shared_house import fresh_database, link_pasted, opened
from statements import counted
from twins import EasyshipTwin, ShipheroTwin, limited

ROUNDS = 3
"""A grant ends and a balance is counted anew every so often, on the clocks of others: one round of these meets none."""
ME = {"query": "{ me { request_id } }"}
WAYS: dict[str, tuple[str, str, Any]] = {
    "a document through the proxy": ("shiphero", "/proxy/graphql", ME),
    "an action with a document": ("shiphero", "/actions/rpc", {"action": "shiphero_get_me"}),
    "a document in the envelope": ("shiphero", "/unified/proxy", {"method": "post", "path": "/graphql", "body": ME}),
    "an action": ("easyship", "/actions/rpc", {"action": "easyship_list_item_categories"}),
    "a path in the envelope": ("easyship", "/unified/proxy", {"method": "get", "path": "/2024-09/item_categories"}),
}


@pytest_asyncio.fixture(scope="module")
async def linked(
    postgres: Embedded,
    postgres_dsn: str,
    easyship_twin_process: EasyshipTwin,
    shiphero_twin_process: ShipheroTwin,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[tuple[Live, dict[str, str]]]:
    """Serve a house that paces and counts, as it is set up by default, with an account of each provider."""
    easyship_twin_process.reset()
    shiphero_twin_process.reset()
    origins = {
        "https://public-api.easyship.com": easyship_twin_process.production,
        "https://public-api.shiphero.com": shiphero_twin_process.api,
    }
    folder = tmp_path_factory.mktemp("warm")
    async with (
        fresh_database(postgres, postgres_dsn) as dsn,
        opened(dsn, data_dir=folder, origin_rewrites=origins, pace="on", calls_per_minute=1000) as live,
    ):
        token = shiphero_twin_process.developer("warm@shop.example")["refresh_token"]
        pasted = easyship_twin_process.integration("warm", scopes="all")["production_token"]
        alone = easyship_twin_process.integration("alone", scopes="all")["production_token"]
        accounts = {
            "shiphero": await link_pasted(live, token, owner="warm", provider="shiphero", field="refresh_token"),
            "easyship": await link_pasted(live, pasted, owner="warm"),
            "alone": await link_pasted(live, alone, owner="alone"),
        }
        with limited(easyship_twin_process, shiphero_twin_process):
            yield live, accounts


async def begin(live: Live, easyship: EasyshipTwin) -> None:
    """Begin a minute, a budget and a grant, so that none ends between two calls."""
    clock = live.house.clock
    assert isinstance(clock, OffsetClock)
    clock.offset += timedelta(seconds=61 - clock.now().timestamp() % 60)
    async with live.house.db.connection() as conn:
        await conn.execute("delete from pace_ledgers")
    await asyncio.to_thread(easyship.clock_advance, "2m")
    for purse in live.house.calls.actions.pacer.purses.values():
        purse.until = 0.0


@pytest.mark.parametrize("way", WAYS)
async def test_a_warm_call_asks_the_database_nothing(
    linked: tuple[Live, dict[str, str]], easyship_twin_process: EasyshipTwin, way: str
) -> None:
    """After a first call, three more run without a single statement."""
    live, accounts = linked
    provider, path, data = WAYS[way]

    async def ask() -> Answer:
        return await live.call("POST", path, data=data, headers={"x-account-id": accounts[provider]})

    statements = []
    for _ in range(ROUNDS):
        await begin(live, easyship_twin_process)
        first = await ask()
        async with counted(live) as counting:
            answers = [await ask() for _ in range(3)]
        assert [answer.status for answer in (first, *answers)] == [200] * 4, first.text()
        statements.append(counting.run)

    assert [] in statements


async def test_a_warm_get_through_the_proxy_asks_the_database_nothing(
    linked: tuple[Live, dict[str, str]], easyship_twin_process: EasyshipTwin
) -> None:
    """The same for a plain GET, four at once."""
    live, accounts = linked

    async def ask() -> Answer:
        headers = {"x-account-id": accounts["easyship"]}
        return await live.call("GET", "/proxy/2024-09/item_categories", headers=headers)

    statements = []
    for _ in range(ROUNDS):
        await begin(live, easyship_twin_process)
        await ask()
        async with counted(live) as counting:
            answers = await asyncio.gather(*(ask() for _ in range(4)))
        assert [answer.status for answer in answers] == [200] * 4
        statements.append(counting.run)

    assert [] in statements


@pytest.mark.parametrize("named", ["by the header", "by the key", "as the owner's only one"])
async def test_a_warm_tool_call_only_leaves_its_trace(
    linked: tuple[Live, dict[str, str]], easyship_twin_process: EasyshipTwin, named: str
) -> None:
    """However its account is known, an agent's call asks the database nothing; it writes the entry that each has."""
    live, accounts = linked
    bounds: dict[str, dict[str, Any]] = {
        "by the header": {"owner_id": "warm"},
        "by the key": {"owner_id": "warm", "accounts": frozenset({accounts["easyship"]})},
        "as the owner's only one": {"owner_id": "alone"},
    }
    headers = {"authorization": f"Bearer {await agent_key(live, **bounds[named])}"}
    headers |= {"x_account_id": accounts["easyship"]} if named == "by the header" else {}
    params = {"name": "easyship_list_item_categories", "arguments": {}}

    async def call() -> Answer:
        return await asked(live, "tools/call", params, **headers)

    statements = []
    for _ in range(ROUNDS):
        await begin(live, easyship_twin_process)
        await call()
        async with counted(live) as counting:
            answers = [await call() for _ in range(3)]
        assert [answer.json()["result"]["isError"] for answer in answers] == [False] * 3, answers[0].text()
        traces = [query for query in counting.run if "audit_entries" in query or "audit_heads" in query]
        assert traces
        statements.append(set(counting.run) - {"BEGIN;", "COMMIT;", *traces})

    assert set() in statements


async def test_a_warm_list_of_tools_asks_the_database_nothing(
    linked: tuple[Live, dict[str, str]], easyship_twin_process: EasyshipTwin
) -> None:
    """An agent that looks at its tools again, of all its accounts, costs no statement and leaves no trace."""
    live, _ = linked
    key = await agent_key(live, owner_id="warm")

    async def look() -> Answer:
        return await asked(live, "tools/list", authorization=f"Bearer {key}")

    statements = []
    for _ in range(ROUNDS):
        await begin(live, easyship_twin_process)
        first = await look()
        async with counted(live) as counting:
            answers = [await look() for _ in range(3)]
        assert [answer.body for answer in (first, *answers)] == [first.body] * 4
        assert b"easyship_" in first.body
        statements.append(counting.run)

    assert [] in statements


async def test_the_count_sees_statements(linked: tuple[Live, dict[str, str]]) -> None:
    """A call that is not warm is counted: the instrument works."""
    live, accounts = linked
    live.house.leases.drop()
    async with counted(live) as counting:
        await live.call("POST", "/proxy/graphql", data=ME, headers={"x-account-id": accounts["shiphero"]})

    assert any("accounts" in query for query in counting.run)
