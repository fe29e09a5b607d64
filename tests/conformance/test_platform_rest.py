"""Accounts in their newer words, connector profiles, permissions and feedback over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_asyncio

from house import Live
from shared_house import link_pasted
from twins import EasyshipTwin


@pytest_asyncio.fixture(scope="module")
async def account(shared_live: Live, easyship_twin_process: EasyshipTwin) -> str:
    token = easyship_twin_process.integration("Rest")["production_token"]
    return await link_pasted(shared_live, token, owner="rest")


async def test_accounts_speak_the_newer_words(shared_live: Live, account: str) -> None:
    """The same account is told as connector, owner and connector profile, alone and in the list."""
    older = (await shared_live.call("GET", f"/accounts/{account}")).json()
    one = (await shared_live.call("GET", f"/v2/accounts/{account}")).json()

    listed = (await shared_live.call("GET", "/v2/accounts?connector=easyship&owner_id=rest")).json()

    assert (one["connector"], one["owner_id"]) == (older["provider"], older["origin_owner_id"])
    assert one["connector_profile_id"] == older["integration_id"]
    assert (listed["data"], listed["total"], listed["page"]) == ([one], 1, 1)


@pytest.mark.parametrize(
    "query", ["connector=shiphero", "owner_id=nobody", "status=error", "connector_profile_id=int_x"]
)
async def test_newer_filters_leave_out_what_does_not_fit(shared_live: Live, account: str, query: str) -> None:
    """Each filter narrows the list."""
    listed = (await shared_live.call("GET", f"/v2/accounts?account_ids={account}&{query}")).json()

    assert (listed["data"], listed["total"]) == ([], 0)


async def test_connector_profiles_are_listed_by_page(shared_live: Live) -> None:
    """Every integration of the project is there once; one of each connector is the default."""
    held = await shared_live.house.integrations.list(project_id=shared_live.tenant.project.id)

    everything = (await shared_live.call("GET", "/auth_configs")).json()
    second = (await shared_live.call("GET", "/auth_configs?page=2&page_size=1")).json()
    one = (await shared_live.call("GET", "/auth_configs?connector_key=shiphero&enabled=true")).json()

    defaults = [row["connector_key"] for row in everything["data"] if row["default"]]
    assert {row["id"] for row in everything["data"]} == {integration.id for integration in held}
    assert everything["total"] == len(held)
    assert sorted(defaults) == ["easyship", "shiphero"]
    assert second["data"] == everything["data"][1:2]
    assert {row["connector_key"] for row in one["data"]} == {"shiphero"}


@pytest.mark.parametrize(
    ("asked", "answer", "action"),
    [
        ({"resource_id": "easyship_list_shipments"}, "yes", "read"),
        ({"resource_id": "easyship_cancel_shipment"}, "no", "delete"),
        ({"resource_id": "easyship_create_shipment"}, "no", "write"),
        ({"resource_id": "ESUS1", "resource_type": "shipment", "action": "export"}, "yes", "export"),
        ({"resource_id": "ESUS1", "action": "delete", "email": "ann@example.com"}, "no", "delete"),
    ],
)
async def test_permissions_are_those_of_the_grant(
    shared_live: Live, account: str, asked: dict[str, Any], answer: str, action: str
) -> None:
    """A read-only account allows what reads, by an action's name or by a kind of action, and says why not else."""
    sent = {"x-account-id": account}

    told = (await shared_live.call("POST", "/unified/check_permissions", data=asked, headers=sent)).json()["data"]

    assert (told["action"], told["resource"]["id"]) == (action, asked["resource_id"])
    assert told["user"]["permissions"] == ["read", "export"]
    assert told["allowed"] is (answer == "yes")
    assert ("reason" in told) is (answer == "no")


async def test_a_paused_account_allows_nothing(shared_live: Live, account: str) -> None:
    """While an account is paused no permission holds."""
    accounts, project_id = shared_live.house.accounts, shared_live.tenant.project.id
    await accounts.pause(project_id=project_id, account_id=account, actor="key:k")

    body = {"resource_id": "easyship_list_shipments"}
    answer = await shared_live.call("POST", "/unified/check_permissions", data=body, headers={"x-account-id": account})
    await accounts.resume(project_id=project_id, account_id=account, actor="key:k")

    assert answer.json()["data"]["user"]["permissions"] == []
    assert answer.json()["data"]["reason"] == "The account is inactive."


async def test_permissions_need_an_account(shared_live: Live) -> None:
    """Without the header it is a 400, with an unknown account a 404."""
    body = {"resource_id": "x"}

    missing = await shared_live.call("POST", "/unified/check_permissions", data=body)
    unknown = await shared_live.call(
        "POST", "/unified/check_permissions", data=body, headers={"x-account-id": "acc_no"}
    )

    assert (missing.status, unknown.status) == (400, 404)


async def test_feedback_is_kept_and_read(shared_live: Live, account: str) -> None:
    """What is said of actions is answered with its id, and listed the newest first, page by page."""
    said = [
        {"feedback": f"Remark {n}", "account_id": account, "tool_names": ["easyship_get_account"]} for n in range(3)
    ]

    keys = [(await shared_live.call("POST", "/ai/tool-feedback", data=one)).json()["key"] for one in said]
    first = (await shared_live.call("GET", "/ai/tool-feedback?page_size=2")).json()
    second = (await shared_live.call("GET", f"/ai/tool-feedback?page_size=2&next={first['next']}")).json()

    assert [one["key"] for one in (*first["data"], *second["data"])] == keys[::-1]
    assert second["next"] is None
    assert first["data"][0]["feedback"] == "Remark 2"


@pytest.mark.parametrize(
    ("body", "status"), [({}, 400), ({"feedback": ""}, 400), ({"feedback": "x", "account_id": "acc_no"}, 404)]
)
async def test_feedback_without_words_or_account_is_refused(
    shared_live: Live, body: dict[str, Any], status: int
) -> None:
    """Feedback needs words; an account that is named has to be there."""
    answer = await shared_live.call("POST", "/ai/tool-feedback", data=body)

    assert answer.status == status
