"""Writes of agents that may be asked for twice: an Idempotency-Key in the header, or beside the arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
import pytest_asyncio

from agent import REVISIONS, Revision, asked, connected
from crossdock.accounts.model import AccountChange
from house import Live
from shared_house import link_pasted
from twins import EasyshipTwin

if TYPE_CHECKING:
    from mcp.types import RequestParamsMeta

CREATE = "easyship_create_tag"


@pytest_asyncio.fixture
async def writer(shared_live: Live, easyship_twin_process: EasyshipTwin) -> str:
    """Link an account that may write, and empty the provider's journal."""
    token = easyship_twin_process.integration("writes", scopes="all")["production_token"]
    account = await link_pasted(shared_live, token, owner="writes")
    change = AccountChange(effects=frozenset({"read", "write"}))
    project = shared_live.tenant.project.id
    await shared_live.house.accounts.change(project_id=project, account_id=account, change=change, actor="key:k")
    easyship_twin_process.clear_journal()
    return account


async def created(live: Live, account: str, name: str, key: str) -> dict[str, Any]:
    """Make a tag by a bare call of the tool; gives its structured answer."""
    params = {"name": CREATE, "arguments": {"body": {"name": name}}}
    answer = await asked(live, "tools/call", params, x_account_id=account, idempotency_key=key)
    found: dict[str, Any] = answer.json()["result"]["structuredContent"]
    return found


async def test_a_tool_that_writes_takes_an_idempotency_key(
    shared_live: Live, writer: str, easyship_twin_process: EasyshipTwin
) -> None:
    """Under one key the provider hears of a write once; another write under it, and a key that is none, are refused."""
    first = await created(shared_live, writer, "Fragile", "tag-1")
    again = await created(shared_live, writer, "Fragile", "tag-1")
    other = await created(shared_live, writer, "Heavy", "tag-1")
    wrong = await created(shared_live, writer, "Heavy", "x" * 300)

    assert first["data"] == again["data"]
    assert first["data"]["name"] == "Fragile"
    assert other["error"]["code"] == "idempotency_key_reused"
    assert wrong["error"]["code"] == "idempotency_key_invalid"
    assert [entry["method"] for entry in easyship_twin_process.journal("/2024-09/tags*")] == ["POST"]


@pytest.mark.parametrize("revision", REVISIONS)
async def test_the_key_may_stand_beside_the_arguments(
    shared_live: Live, writer: str, easyship_twin_process: EasyshipTwin, revision: Revision
) -> None:
    """The official client sends it with each call, where its transport has no headers of a call's own."""
    meta = cast("RequestParamsMeta", {"crossdock/idempotency-key": f"tag-{revision}"})

    async with connected(shared_live, account=writer, revision=revision) as client:
        answers = [
            await client.call_tool(CREATE, {"body": {"name": f"Fragile {revision}"}}, meta=meta) for _ in range(2)
        ]

    assert answers[0].structured_content["data"] == answers[1].structured_content["data"]
    assert [entry["method"] for entry in easyship_twin_process.journal("/2024-09/tags*")] == ["POST"]
