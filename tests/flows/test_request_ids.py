"""The id on an answer: what to look for in the log, or to tell whoever runs the hub."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_asyncio

from house import Live
from shared_house import link_pasted
from twins import EasyshipTwin

LIST = {"action": "easyship_list_item_categories"}
WAYS: dict[str, tuple[str, str, Any, str]] = {
    "an action": ("POST", "/actions/rpc", LIST, "x-request-id"),
    "an action with a query": ("POST", "/actions/rpc?debug=true", LIST, "x-request-id"),
    "an envelope": ("POST", "/unified/proxy", {"method": "get", "path": "/2024-09/item_categories"}, "x-request-id"),
    "a passing request": ("GET", "/proxy/2024-09/item_categories", None, "x-crossdock-request-id"),
    "a refused write": ("POST", "/proxy/2024-09/tags", {"name": "t"}, "x-crossdock-request-id"),
}


@pytest_asyncio.fixture(scope="module")
async def account(shared_live: Live, easyship_twin_process: EasyshipTwin) -> str:
    """Link an account that only reads."""
    token = easyship_twin_process.integration("ids", scopes="all")["production_token"]
    return await link_pasted(shared_live, token, owner="ids")


@pytest.mark.parametrize("way", WAYS)
async def test_a_call_is_found_by_the_id_on_its_answer(shared_live: Live, account: str, way: str) -> None:
    """Whichever way a provider is called, the answer names the line of the log, refused or not."""
    method, path, data, header = WAYS[way]

    answer = await shared_live.call(method, path, data=data, headers={"x-account-id": account})
    await shared_live.house.calls.log.flush()
    found = await shared_live.call("GET", f"/requests/logs/{answer.headers[header]}")

    assert found.status == 200
    assert found.json()["data"]["account_id"] == account


async def test_a_request_of_the_api_is_found_by_its_id(shared_live: Live) -> None:
    """The platform's own requests stand in the platform log under the id on their answer."""
    answer = await shared_live.call("GET", "/accounts")
    await shared_live.house.calls.log.flush()
    logged = (await shared_live.call("GET", "/requests/platform-logs?page_size=100")).json()["data"]

    assert answer.headers["x-request-id"] in {one["request_id"] for one in logged}


async def test_each_page_of_a_collected_list_is_a_line(shared_live: Live, account: str) -> None:
    """A list to its end has no id of its own: its pages have."""
    asked = {"action": "easyship_list_couriers", "query": {"page_size": 2}, "collect": True}

    answer = await shared_live.call("POST", "/actions/rpc", data=asked, headers={"x-account-id": account})
    await shared_live.house.calls.log.flush()
    lines = (await shared_live.call("GET", f"/requests/logs?account_ids={account}&page_size=100")).json()["data"]

    pages = [line["request_id"] for line in lines if line["action"] == "easyship_list_couriers"]
    assert answer.status == 200
    assert "x-request-id" not in answer.headers
    assert len(set(pages)) == len(pages) > 1
