"""What an agent's key is not bound to cannot be told from what is not there: by answer, by text, by what it costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
import pytest_asyncio

from agent import agent_key, asked
from house import Answer, Live, new_tenant
from shared_house import link_pasted
from statements import counted
from twins import EasyshipTwin

LIST = "easyship_list_item_categories"
NOT_THERE = "acc_aaaaaaaaaaaaaaaaaaaaaaaaaa"
READ = {"action": LIST}
WAYS: dict[str, tuple[str, str, Any]] = {
    "rpc": ("POST", "/actions/rpc", READ),
    "rpc with a profile": ("POST", "/actions/rpc", READ),
    "rpc, synced": ("POST", "/actions/rpc?sync=true", {"action": "easyship_list_shipments"}),
    "rows of a run": ("POST", "/actions/rpc/synced", {"action": "easyship_list_shipments"}),
    "rpc, collected": ("POST", "/actions/rpc", {"action": "easyship_list_shipments", "collect": True}),
    "proxy": ("GET", "/proxy/2024-09/item_categories", None),
    "proxy that writes": ("POST", "/proxy/2024-09/tags", {"name": "t"}),
    "envelope": ("POST", "/unified/proxy", {"method": "get", "path": "/2024-09/item_categories"}),
    "a write's key": ("GET", "/idempotency_keys/once", None),
    "permissions": ("POST", "/unified/check_permissions", {"resource_id": LIST, "action": "read"}),
    "tools": ("MCP", "tools/list", None),
    "tool": ("MCP", "tools/call", {"name": LIST, "arguments": {}}),
    "tool that is not there": ("MCP", "tools/call", {"name": "easyship_no_such_thing", "arguments": {}}),
}


@dataclass(frozen=True, slots=True)
class Bound:
    """A key bound to one account, one bound to its owner, and the accounts that neither may see."""

    live: Live
    keys: dict[str, str]
    out_of_reach: dict[str, dict[str, str]]
    """By key: who an account belongs to, and its id."""
    mine: str

    async def ask(self, way: str, *, key: str, account: str) -> Answer:
        """Ask by one way for an account."""
        method, path, data = WAYS[way]
        named = {"authorization": f"Bearer {self.keys[key]}", "x-account-id": account}
        if way == "rpc with a profile":
            named["x-connector-profile-id"] = "int_none"
        if method == "MCP":
            return await asked(self.live, path, data, **{name.replace("-", "_"): said for name, said in named.items()})
        return await self.live.call(method, path, data=data, headers=named)


@pytest_asyncio.fixture(scope="module")
async def bound(shared_live: Live, easyship_twin_process: EasyshipTwin) -> Bound:
    """Link for two owners of one project, and for another project."""
    live = shared_live
    tokens = [easyship_twin_process.integration(f"bound {n}", scopes="all")["production_token"] for n in range(4)]
    mine, sibling = [await link_pasted(live, token, owner="bound") for token in tokens[:2]]
    neighbour = await link_pasted(live, tokens[2], owner="neighbour")
    foreign_tenant = await new_tenant(live.house, "Out Of Reach")
    foreign = await link_pasted(replace(live, tenant=foreign_tenant), tokens[3], owner="bound")
    keys = {
        "of an account": await agent_key(live, owner_id="bound", accounts=frozenset({mine})),
        "of an owner": await agent_key(live, owner_id="bound"),
    }
    others = {"another owner": neighbour, "another project": foreign}
    return Bound(live, keys, {"of an account": {"the same owner": sibling, **others}, "of an owner": others}, mine)


def _said(answer: Answer) -> tuple[int, Any]:
    """Return what an answer says, without the moment and the request's own number."""
    body = answer.json()
    return answer.status, {name: value for name, value in body.items() if name not in {"timestamp", "request_id"}}


@pytest.mark.parametrize("key", ["of an account", "of an owner"])
@pytest.mark.parametrize("way", WAYS)
async def test_out_of_reach_is_as_if_it_were_not_there(
    bound: Bound, easyship_twin_process: EasyshipTwin, way: str, key: str
) -> None:
    """Every account out of reach is refused in the words of one that is not there, and nobody is called."""
    easyship_twin_process.clear_journal()

    missing = _said(await bound.ask(way, key=key, account=NOT_THERE))
    others = {
        whose: _said(await bound.ask(way, key=key, account=account))
        for whose, account in bound.out_of_reach[key].items()
    }

    assert missing[0] == 404
    assert others == dict.fromkeys(others, missing)
    assert easyship_twin_process.journal() == []


@pytest.mark.parametrize("way", ["rpc", "proxy", "envelope", "permissions", "tool"])
async def test_refusing_costs_the_same(bound: Bound, way: str) -> None:
    """Known here or not, an account out of reach takes the statements of one that is not there: no class by time."""
    key = "of an account"
    for account in bound.out_of_reach[key].values():
        await bound.live.call("POST", "/actions/rpc", data=READ, headers={"x-account-id": account})
    await bound.ask(way, key=key, account=bound.mine)

    costs: dict[str, list[str]] = {}
    async with counted(bound.live) as counting:
        for whose, account in {"nobody": NOT_THERE, **bound.out_of_reach[key]}.items():
            counting.run.clear()
            await bound.ask(way, key=key, account=account)
            costs[whose] = list(counting.run)

    assert costs["nobody"]
    assert costs == dict.fromkeys(costs, costs["nobody"])


async def test_lists_hold_what_is_in_reach(bound: Bound) -> None:
    """Without an account named, the tools are those of the key's own accounts, and the API's lists stay shut."""
    keyed = {"authorization": f"Bearer {bound.keys['of an account']}"}

    listed = await asked(bound.live, "tools/list", **keyed)
    shut = [
        (await bound.live.call("GET", path, headers=keyed)).status
        for path in (
            "/accounts",
            f"/accounts/{bound.mine}",
            "/v2/accounts",
            "/requests/logs",
            "/webhooks",
            "/auth_configs",
        )
    ]

    assert listed.json()["result"]["tools"]
    assert set(shut) == {403}
