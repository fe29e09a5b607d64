"""Read-only is structural: no writing action of any provider gets through, by whatever way it is tried."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest_asyncio

from agent import agent_key, asked
from crossdock.accounts.model import AccountChange
from crossdock.connectors.model import Action, Effect
from house import Live
from security.read_only_ways import Attempt, of_rpc, of_tools, through
from shared_house import link_pasted
from twins import EasyshipTwin, ShipheroTwin

AT_ONCE = 8
REFUSED = {"effect_not_granted", "agent_effect", "effect_unclear", "missing_scope"}
"""Refusals on account of the effect; whatever else a call may lack is not what stops it."""
ELSEWHERE = {
    "proxy, doubled slash": {"invalid_request"},
    "rpc, synced": {"invalid_request"},
    "rpc, collected": {"collect_impossible"},
    "rows of a run": {"invalid_request"},
}
"""What never holds a write is refused as such, whoever asks."""


@dataclass(frozen=True, slots=True)
class Fort:
    """A house with an account of each provider that only reads, and one of each that may do everything."""

    live: Live
    reading: Mapping[str, str]
    open: Mapping[str, str]
    agent: str
    easyship: EasyshipTwin
    shiphero: ShipheroTwin

    def actions(self, *effects: Effect) -> list[Action]:
        """Return every provider's actions with one of these effects."""
        catalogue = self.live.house.catalogue
        return [
            action
            for connector in catalogue.connectors()
            for action in connector.actions.values()
            if action.effect in effects
        ]

    async def reached(self) -> list[Any]:
        """Return what the providers saw."""
        return [*self.easyship.journal(), *self.shiphero.journal()]

    async def tried(
        self, attempts: Iterable[Attempt], *, account: str, key: str | None = None
    ) -> set[tuple[str, str, str]]:
        """Try each attempt; return way, address and answer of those that are not refused for their effect."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(attempt: Attempt) -> tuple[Attempt, str]:
            async with gate:
                return attempt, await self._code(attempt, account, key)

        answers = await asyncio.gather(*(one(attempt) for attempt in attempts))
        return {
            (attempt.way, f"{attempt.method} {attempt.path}", code)
            for attempt, code in answers
            if code not in REFUSED | ELSEWHERE.get(attempt.way, set())
        }

    async def _code(self, attempt: Attempt, account: str, key: str | None) -> str:
        headers = {"x-account-id": account, **attempt.headers}
        if key is not None:
            headers["authorization"] = f"Bearer {key}"
        if not attempt.is_tool:
            answer = await self.live.call(attempt.method, attempt.path, data=attempt.body, headers=headers)
            return str(answer.json().get("code", answer.status)) if answer.body else str(answer.status)
        said = await asked(
            self.live,
            "tools/call",
            attempt.body,
            query=attempt.path.removeprefix("/mcp"),
            **{name.replace("-", "_"): value for name, value in headers.items()},
        )
        found = said.json()["result"]["structuredContent"]
        return str(found.get("error", {}).get("code", "ran"))


@pytest_asyncio.fixture(scope="module")
async def built(shared_live: Live, easyship_twin_process: EasyshipTwin, shiphero_twin_process: ShipheroTwin) -> Fort:
    """Link once: two accounts of each provider, of one owner."""
    reading: dict[str, str] = {}
    everything: dict[str, str] = {}
    for number, kept in enumerate((reading, everything)):
        token = easyship_twin_process.integration(f"fort {number}", scopes="all")["production_token"]
        pasted = shiphero_twin_process.developer(f"fort{number}@shop.example")["refresh_token"]
        owner = f"fort-{number}"
        kept["easyship"] = await link_pasted(shared_live, token, owner=owner)
        kept["shiphero"] = await link_pasted(
            shared_live, pasted, owner=owner, provider="shiphero", field="refresh_token"
        )
    await _allow(shared_live, everything.values(), {"read", "write", "destructive"})
    agent = await agent_key(shared_live, owner_id="fort-1")
    return Fort(shared_live, reading, everything, agent, easyship_twin_process, shiphero_twin_process)


@pytest_asyncio.fixture
async def fort(built: Fort) -> Fort:
    """Give the accounts with empty journals at the providers."""
    built.easyship.clear_journal()
    built.shiphero.clear_journal()
    return built


async def _allow(live: Live, accounts: Iterable[str], effects: set[Effect]) -> None:
    for account in accounts:
        await live.house.accounts.change(
            project_id=live.tenant.project.id,
            account_id=account,
            change=AccountChange(effects=frozenset(effects)),
            actor="key:k",
        )


def _ways(action: Action) -> list[Attempt]:
    return [*of_tools(action), *of_rpc(action), *through(action)(action)]


async def test_nothing_is_written_at_an_account_that_only_reads(fort: Fort) -> None:
    """Every writing and destructive action, by every way, with a key that may do everything: none is sent."""
    passed: set[tuple[str, str, str]] = set()
    for action in fort.actions("write", "destructive"):
        account = fort.reading[action.name.partition("_")[0]]
        passed |= await fort.tried(_ways(action), account=account)

    assert passed == set()
    assert await fort.reached() == []


async def test_nothing_is_written_by_an_agent_that_only_reads(fort: Fort) -> None:
    """At an account that may do everything, a reading agent's key gets no writing action through."""
    passed: set[tuple[str, str, str]] = set()
    for action in fort.actions("write", "destructive"):
        account = fort.open[action.name.partition("_")[0]]
        passed |= await fort.tried(_ways(action), account=account, key=fort.agent)

    assert passed == set()
    assert await fort.reached() == []


async def test_nothing_is_written_at_an_address_that_only_reads(fort: Fort) -> None:
    """With `effects=read` in the address the key that may do everything runs no writing tool."""
    passed: set[tuple[str, str, str]] = set()
    for action in fort.actions("write", "destructive"):
        account = fort.open[action.name.partition("_")[0]]
        passed |= await fort.tried(of_tools(action, query="?effects=read"), account=account)

    assert passed == set()
    assert await fort.reached() == []


async def test_nothing_is_deleted_where_only_writing_is_allowed(fort: Fort) -> None:
    """An account linked for reading and writing lets no destructive action through, by whatever way."""
    await _allow(fort.live, fort.reading.values(), {"read", "write"})
    passed: set[tuple[str, str, str]] = set()
    for action in fort.actions("destructive"):
        account = fort.reading[action.name.partition("_")[0]]
        passed |= await fort.tried(_ways(action), account=account)
    await _allow(fort.live, fort.reading.values(), {"read"})

    assert passed == set()
    assert await fort.reached() == []


async def test_no_writing_tool_is_listed(fort: Fort) -> None:
    """What only reads is shown tools that read: by account, by agent's key and by address."""
    lists = []
    for kept, key, query in (
        (fort.reading, None, ""),
        (fort.open, fort.agent, ""),
        (fort.open, None, "?effects=read"),
    ):
        for account in kept.values():
            headers = {"x_account_id": account, **({"authorization": f"Bearer {key}"} if key else {})}
            lists.append((await asked(fort.live, "tools/list", query=query, **headers)).json()["result"]["tools"])

    writing = {action.name for action in fort.actions("write", "destructive")}
    assert all(lists)
    assert not writing.intersection(tool["name"] for tools in lists for tool in tools)


async def test_what_reads_goes_through(fort: Fort) -> None:
    """The same accounts and ways let a reading action and a query pass, so that the refusals mean something."""
    action = fort.live.house.catalogue.get("shiphero").actions["shiphero_get_me"]
    query = Attempt(way="query", path="/proxy/graphql", body={"query": "query { me { request_id } }"})
    attempts = [*of_tools(action), *(one for one in of_rpc(action) if one.way == "rpc"), query]

    passed = await fort.tried(attempts, account=fort.reading["shiphero"])

    assert {code for _, _, code in passed} == {"ran", "200"}
    assert len(fort.shiphero.journal()) == len(attempts)
