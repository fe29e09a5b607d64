"""Where a call came from: kept with its line in the log, whichever way it came, and told over HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from agent import asked
from guest import new_guest
from house import Live, rewrites
from served_process import served
from shared_house import link_pasted
from twins import EasyshipTwin, ShipheroTwin

LIST = "easyship_list_item_categories"
FORWARDED = {"x-forwarded-for": "203.0.113.7"}
Way = Callable[[Live, str], Awaitable[object]]


async def _posted(live: Live, account: str, path: str, data: Any) -> object:
    return await live.call("POST", path, data=data, headers={"x-account-id": account})


async def _by_dashboard(live: Live, account: str) -> None:
    guest = new_guest(live)
    try:
        await guest.sign_in(live)
        form = await guest.get(f"/dashboard/tester?account={account}&action={LIST}")
        await guest.submit(form, "/dashboard/tester#result", {"deed": "run"})
    finally:
        await guest.client.close()


WAYS: dict[str, Way] = {
    "rpc": lambda live, account: _posted(live, account, "/actions/rpc", {"action": LIST}),
    "synced": lambda live, account: _posted(live, account, "/actions/rpc?sync=true", {"action": LIST}),
    "collected": lambda live, account: _posted(live, account, "/actions/rpc", {"action": LIST, "collect": True}),
    "refused": lambda live, account: _posted(live, account, "/actions/rpc", {"action": "easyship_get_shipment"}),
    "envelope": lambda live, account: _posted(live, account, "/unified/proxy", {"path": "/2024-09/item_categories"}),
    "proxy": lambda live, account: live.call("GET", "/proxy/2024-09/account", headers={"x-account-id": account}),
    "tool": lambda live, account: asked(
        live, "tools/call", {"name": LIST, "arguments": {}}, x_account_id=account, user_agent="agent"
    ),
    "dashboard": _by_dashboard,
}


@pytest.mark.parametrize("way", WAYS)
async def test_each_way_leaves_the_address(shared_live: Live, easyship_twin_process: EasyshipTwin, way: str) -> None:
    """Row, whole call, and the steps of both name the address that the call came from."""
    token = easyship_twin_process.integration(way, scopes="all")["production_token"]
    account = await link_pasted(shared_live, token, owner=way)

    await WAYS[way](shared_live, account)

    await shared_live.house.calls.log.flush()
    path = f"/requests/logs?account_ids={account}&include=step_logs"
    rows = (await shared_live.call("GET", path)).json()["data"]
    steps = (await shared_live.call("GET", f"/requests/logs/steps?account_ids={account}")).json()["data"]
    one = (await shared_live.call("GET", f"/requests/logs/{rows[0]['request_id']}?include=advanced_logs")).json()
    assert {row["source_ip"] for row in [*rows, one["data"]]} == {"127.0.0.1"}
    assert len(steps) == sum(len(row["step_requests"]) for row in rows)
    assert all(step["source_ip"] == "127.0.0.1" for row in rows for step in [*steps, *row["step_requests"]])
    assert bool(steps) == (way != "refused")


@pytest.mark.xdist_group("up")
@pytest.mark.parametrize(("trusted", "told"), [("127.0.0.1", "203.0.113.7"), ("192.0.2.1", "127.0.0.1")])
async def test_only_a_trusted_proxy_is_believed(
    shared_live: Live,
    easyship_twin_process: EasyshipTwin,
    shiphero_twin_process: ShipheroTwin,
    trusted: str,
    told: str,
) -> None:
    """What a proxy says of its caller counts where the web server trusts it, in both logs, and nowhere else."""
    live = shared_live
    token = easyship_twin_process.integration(trusted, scopes="all")["production_token"]
    account = await link_pasted(live, token, owner=trusted)
    sent = {"x-account-id": account, **FORWARDED}
    origins = rewrites(easyship_twin_process, shiphero_twin_process)
    dsn, folder = live.house.db.dsn, live.house.settings.data_dir

    async with served(dsn, folder, origins=origins, FORWARDED_ALLOW_IPS=trusted) as (url, _):
        there = replace(live, url=url)
        got = await there.call("POST", "/actions/rpc", data={"action": LIST}, headers=sent)
        await there.call("GET", f"/accounts/{account}", headers=sent)
        logs = await there.call("GET", f"/requests/logs?account_ids={account}")
        asks = await there.call("GET", f"/requests/platform-logs?account_ids={account}&actions=get_account")

    assert got.status == 200, got.text()
    assert [row["source_ip"] for row in [*logs.json()["data"], *asks.json()["data"]]] == [told, told]
