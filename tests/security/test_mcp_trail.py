"""What stays of an agent's call that did not end well: it crashed, or nobody waited for it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from agent import agent_key, asked, newer
from crossdock.agents import auth
from crossdock.agents.calls import ToolCalls
from crossdock.agents.tools import Toolbox
from house import Live
from shared_house import link_pasted
from twins import EasyshipTwin

LIST = "easyship_list_tags"
OWNER = "trail"


async def last(live: Live) -> dict[str, Any]:
    """Return the newest call in the trail."""
    async with live.house.db.connection() as conn:
        entries = await live.house.trail.entries(conn, project_id=live.tenant.project.id, limit=20)
    entry = next(entry for entry in entries if entry.event == "agent.called")
    return {"actor": entry.actor, "subject": entry.subject, **entry.detail}


async def caller(live: Live, key: str, account: str) -> auth.Caller:
    """Return an agent as `/mcp` sees it."""

    async def spend(**_: object) -> None:
        """Count nothing."""

    headers = [(b"authorization", f"Bearer {key}".encode()), (b"x-account-id", account.encode())]
    scope = {"type": "http", "headers": headers, "query_string": b"", "client": ("127.0.0.1", 1)}
    return await auth.caller(live.house, scope=scope, spend=spend)


async def test_a_call_whose_caller_goes_away_is_in_the_trail(
    shared_live: Live, easyship_twin_process: EasyshipTwin
) -> None:
    """Cancelled before the provider has answered, it is written down as abandoned, not as done and not as nothing."""
    token = easyship_twin_process.integration("trail", scopes="all")["production_token"]
    account = await link_pasted(shared_live, token, owner=OWNER)
    agent = await caller(shared_live, await agent_key(shared_live, owner_id=OWNER), account)
    calls = ToolCalls(services=shared_live.house, toolbox=Toolbox(shared_live.house.catalogue))

    call = asyncio.create_task(calls.call(caller=agent, client="trail 1", name=LIST, given={}))
    await asyncio.sleep(0)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await asyncio.gather(*calls.running)

    told = await last(shared_live)
    assert (told["subject"], told["tool"], told["outcome"]) == (account, LIST, "abandoned")
    assert told["actor"] == agent.principal.actor


async def test_a_crash_is_in_the_trail_and_not_in_the_answer(shared_live: Live) -> None:
    """Where something inside breaks, both revisions say so in words of ours, and the trail does not call it done."""
    key = await agent_key(shared_live, owner_id=OWNER, may_request_links=True)
    params = {"name": "request_link", "arguments": {"request_id": "lrq_1"}}
    headers = {"authorization": f"Bearer {key}"}
    async with shared_live.house.db.connection() as conn:
        await conn.execute("alter table link_requests rename to link_requests_gone")
    try:
        older = await asked(shared_live, "tools/call", params, **headers)
        later = await newer(shared_live, "tools/call", params, headers=headers)
    finally:
        async with shared_live.house.db.connection() as conn:
            await conn.execute("alter table link_requests_gone rename to link_requests")

    assert [one.json()["error"]["code"] for one in (older, later)] == [-32603, -32603]
    assert not any(b"link_requests" in one.body or b"relation" in one.body for one in (older, later))
    assert (await last(shared_live))["outcome"] == "failed"


async def test_asking_for_an_account_is_told_as_what_it_is(shared_live: Live) -> None:
    """A new request is something written; to look how it stands is reading."""
    key = await agent_key(shared_live, owner_id=OWNER, may_request_links=True)
    made = {"name": "request_link", "arguments": {"connector": "easyship", "reason": "To list parcels."}}

    answer = await asked(shared_live, "tools/call", made, authorization=f"Bearer {key}")
    written = await last(shared_live)
    request_id = answer.json()["result"]["structuredContent"]["request_id"]
    look = {"name": "request_link", "arguments": {"request_id": request_id}}
    await asked(shared_live, "tools/call", look, authorization=f"Bearer {key}")

    assert (written["tool"], written["effect"], written["outcome"]) == ("request_link", "write", "ok")
    assert (await last(shared_live))["effect"] == "read"


async def test_a_state_that_nobody_gave_out_ends_in_an_error(shared_live: Live) -> None:
    """A made-up state of a question, one with a NUL in it too, is refused in words of ours."""
    key = await agent_key(shared_live, owner_id=OWNER, may_request_links=True)
    headers = {"authorization": f"Bearer {key}"}
    declined = {"link": {"action": "decline"}}

    answers = [
        await newer(
            shared_live,
            "tools/call",
            {"name": "request_link", "arguments": {}, "requestState": state, "inputResponses": declined},
            headers=headers,
        )
        for state in ("lrq_of_somebody_else", "\x00")
    ]

    assert [one.status for one in answers] == [200, 400]
    assert answers[0].json()["result"]["structuredContent"]["error"]["code"] == "not_found"
    assert "NUL" in answers[1].json()["error"]["message"]
