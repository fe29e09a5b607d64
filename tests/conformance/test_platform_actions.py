"""The catalogue of actions over HTTP: listed, filtered, paged, searched, as the official clients read it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import jsonschema
import pytest
import pytest_asyncio

from crossdock.connectors.catalogue import Catalogue
from house import Live
from shared_house import link_pasted
from twins import EasyshipTwin

_COMPOSITE = re.compile(r"^[a-z][a-z0-9]*_\d+(\.\d+)+_(.+)_global$")


async def listed(live: Live, **query: Any) -> Any:
    names = {"account_ids": "filter[account_ids]", "connectors": "filter[connectors]", "keys": "filter[action_key]"}
    asked = urlencode({names.get(name, name): value for name, value in query.items()}, doseq=True)
    answer = await live.call("GET", f"/actions?{asked}")
    assert answer.status == 200, answer.text()
    return answer.json()


@pytest_asyncio.fixture(scope="module")
async def account(shared_live: Live, easyship_twin_process: EasyshipTwin) -> str:
    token = easyship_twin_process.integration("Actions")["production_token"]
    return await link_pasted(shared_live, token, owner="actions")


async def test_the_list_holds_every_action_by_connector(shared_live: Live) -> None:
    """Without filters each connector has a row with all of its actions, and there is no next page."""
    page = await listed(shared_live)

    expected = {one.key: sorted(one.actions) for one in Catalogue.load().connectors()}
    assert page["next"] is None
    assert {row["key"]: sorted(action["id"] for action in row["actions"]) for row in page["data"]} == expected


async def test_pages_follow_each_other(shared_live: Live) -> None:
    """Pages of one row lead through all connectors, each once."""
    first = await listed(shared_live, page_size=1)
    second = await listed(shared_live, page_size=1, next=first["next"])

    assert [row["key"] for row in (*first["data"], *second["data"])] == ["easyship", "shiphero"]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"connectors": "easyship", "keys": "easyship_get_account"}, {"easyship": ["easyship_get_account"]}),
        ({"keys": "get_account", "connectors": "easyship,none"}, {"easyship": ["easyship_get_account"]}),
        ({"keys": "easyship_get_account,shiphero_get_me"}, None),
        ({"keys": "nothing_like_this"}, {}),
        ({"connectors": "none"}, {}),
        (
            {"search": "cancel shipments", "keys": "easyship_cancel_shipment"},
            {"easyship": ["easyship_cancel_shipment"]},
        ),
    ],
)
async def test_filters_narrow_the_list(
    shared_live: Live, query: dict[str, str], expected: dict[str, list[str]] | None
) -> None:
    """Comma lists of connectors and names, and words of a search, leave only what fits; empty rows are left out."""
    page = await listed(shared_live, **query)

    told = {row["key"]: [action["id"] for action in row["actions"]] for row in page["data"]}
    assert told == (
        expected if expected is not None else {"easyship": ["easyship_get_account"], "shiphero": ["shiphero_get_me"]}
    )


async def test_accounts_narrow_the_list(shared_live: Live, account: str) -> None:
    """Rows are those of the accounts' connectors; a single account is named, and an unknown one gives nothing."""
    mine = await listed(shared_live, account_ids=f"{account},acc_none")
    by_account = await listed(shared_live, account_ids=account, group_by="account", exclude="actions")
    none = await listed(shared_live, account_ids="acc_none")

    assert [(row["key"], row["account_id"]) for row in mine["data"]] == [("easyship", account)]
    assert [(row["account_id"], "actions" in row) for row in by_account["data"]] == [(account, False)]
    assert none == {"next": None, "data": []}


async def test_integrations_are_rows_of_their_own(shared_live: Live) -> None:
    """Grouped by integration, each of the project's has a row."""
    page = await listed(shared_live, group_by="integration", exclude="actions")

    held = await shared_live.house.integrations.list(project_id=shared_live.tenant.project.id)
    assert {row["integration_id"] for row in page["data"]} == {one.id for one in held}


async def test_details_and_guides_come_where_they_are_wanted(shared_live: Live) -> None:
    """`include`, once or several times, adds the inputs of each action and the steps of each way to link."""
    plain = (await listed(shared_live, connectors="easyship"))["data"][0]
    full = (await listed(shared_live, connectors="easyship", include=["action_details", "authentication_guides"]))[
        "data"
    ][0]
    older = (await listed(shared_live, connectors="easyship", include="operation_details"))["data"][0]

    details = next(one for one in full["actions"] if one["id"] == "easyship_create_shipment")["action_details"]
    guide = full["authentication"][0]["support"]["guides"]["config"]["sections"][0]
    jsonschema.Draft202012Validator.check_schema(details["inputs"])
    assert details["effect"] == "write"
    assert "action_details" not in plain["actions"][0]
    assert "action_details" in older["actions"][0]
    assert "guides" not in plain["authentication"][0]["support"]
    assert all(step["title"] and step["content"] for step in guide["steps"])
    picture = await shared_live.call("GET", guide["steps"][0]["image"]["src"].removeprefix(shared_live.url))
    assert picture.headers["content-type"].startswith("image/")


@pytest.mark.parametrize("query", ["group_by=moon", "group_by=account", "next=x", "page_size=0", "page_size=x"])
async def test_what_cannot_be_listed_is_refused(shared_live: Live, query: str) -> None:
    """A wrong grouping, cursor or size is a 400 that says what to do."""
    answer = await shared_live.call("GET", f"/actions?{query}")

    assert answer.status == 400
    assert answer.json()["remedy"].endswith(".")


async def test_search_answers_all_that_clients_need(shared_live: Live) -> None:
    """Each result has all seven members, its id can be taken apart, and no filter is null."""
    body = {"query": "list shipments", "connector": "easyship", "top_k": 3, "min_similarity": 0.0}
    answer = (await shared_live.call("POST", "/actions/search", data=body)).json()
    bare = (await shared_live.call("POST", "/actions/search", data={"query": "list shipments"})).json()

    needed = {"id", "similarity_score", "action_name", "connector_key", "description", "label", "project_id"}
    assert all(set(result) == needed for result in answer["results"])
    assert answer["total_count"] == len(answer["results"]) <= 3
    assert answer["connector_filter"] == "easyship"
    taken = _COMPOSITE.match(answer["results"][0]["id"])
    assert taken is not None
    assert taken[2] == answer["results"][0]["action_name"] == "easyship_list_shipments"
    assert "connector_filter" not in bare
    assert "project_filter" not in bare
    assert all(result["similarity_score"] >= 0.4 for result in bare["results"])


async def test_build_tells_how_many_actions_can_be_searched(shared_live: Live) -> None:
    """Building counts the connector's actions, also when it is forced; of an unknown connector it says why not."""
    count = len(Catalogue.load().get("easyship").actions)

    built = [
        (
            await shared_live.call("POST", "/actions/build", data={"connector_key": "easyship", "force_refresh": force})
        ).json()
        for force in (False, True)
    ]
    unknown = await shared_live.call("POST", "/actions/build", data={"connector_key": "none"})

    assert [(one["status"], one["actions_indexed"]) for one in built] == [("success", count)] * 2
    assert "error" not in built[0]
    assert (unknown.status, unknown.json()["status"], unknown.json()["actions_indexed"]) == (200, "error", 0)
    assert "none" in unknown.json()["error"]
    assert unknown.json()["connector_filter"] == "none"
