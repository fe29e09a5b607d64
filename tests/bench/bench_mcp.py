"""What a tool call over MCP costs with hundreds of tools, against the same call with a single tool; in one run.

Both callers run the same tool for the same account. One's key may use every action of two connectors, the other's that
single one; the list of tools is measured as well. CPU is that of the whole house, which runs in this process.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Awaitable, Callable
from functools import partial
from statistics import median

from agent import agent_key, asked
from crossdock.accounts.model import AccountChange
from crossdock.connectors.model import Effect
from house import Answer, Live
from shared_house import link_pasted
from twins import EasyshipTwin, ShipheroTwin

ROUNDS, CALLS = 9, 60
TOOL = "easyship_list_item_categories"
EVERYTHING: frozenset[Effect] = frozenset({"read", "write", "destructive"})


async def cpu_of(work: Callable[[], Awaitable[Answer]]) -> float:
    """Return the CPU milliseconds of one call."""
    began = time.process_time()
    for _ in range(CALLS):
        answer = await work()
        assert answer.status == 200, answer.text()
    return (time.process_time() - began) / CALLS * 1000


async def test_a_call_with_hundreds_of_tools_against_one_with_a_single_tool(
    live: Live, easyship_twin: EasyshipTwin, shiphero_twin: ShipheroTwin
) -> None:
    """Print the ratio of the two calls, and the CPU of listing every tool against a single one."""
    pasted = easyship_twin.integration("bench", scopes="all")["production_token"]
    account = await link_pasted(live, pasted, owner="bench")
    token = shiphero_twin.developer("bench@shop.example")["refresh_token"]
    other = await link_pasted(live, token, owner="bench", provider="shiphero", field="refresh_token")
    project = live.tenant.project.id
    for one in (account, other):
        await live.house.accounts.change(
            project_id=project, account_id=one, change=AccountChange(effects=EVERYTHING), actor="system:bench"
        )
    keys = {
        "single": await agent_key(live, owner_id="bench", actions=(TOOL,), effects=EVERYTHING),
        "all": await agent_key(live, owner_id="bench", effects=EVERYTHING),
    }
    params = {"name": TOOL, "arguments": {}}

    async def call(key: str) -> Answer:
        return await asked(live, "tools/call", params, authorization=f"Bearer {keys[key]}", x_account_id=account)

    async def listed(key: str) -> Answer:
        return await asked(live, "tools/list", authorization=f"Bearer {keys[key]}")

    tools = {key: len((await listed(key)).json()["result"]["tools"]) for key in keys}
    rounds = [
        {f"{name} {key}": await cpu_of(partial(ask, key)) for key in keys}
        for _ in range(ROUNDS)
        for name, ask in (("call", call), ("list", listed))
    ]

    for name in ("call", "list"):
        pairs = [(one[f"{name} single"], one[f"{name} all"]) for one in rounds if f"{name} single" in one]
        single, every = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
        ratio = median(pair[1] / pair[0] for pair in pairs)
        sys.stdout.write(
            f"\ntools/{name}: {tools['all']} tools {every:.2f} ms CPU, {tools['single']} tools {single:.2f} ms,"
            f" ratio {ratio:.2f}\n"
        )
