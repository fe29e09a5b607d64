"""What the official clients of the platform API send and insist on, operation by operation, against the running API.

The facts are kept as data: what may be asked, which members each answer has, and of what kind they are.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from house import Answer, Live
from shared_house import fresh_database, link_pasted, opened
from twins import EasyshipTwin

DOCUMENT: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[2] / "docs" / "reference" / "openapi.json").read_text()
)
OLD_CLIENT = "speakeasy-sdk/typescript 4.28.0 2.0 1.0 @stackone/stackone-client-ts"
NEW_CLIENT = "speakeasy-sdk/typescript 4.34.1 2.0 1.0 @stackone/stackone-client-ts"
LOG_FILTERS = (
    *("account_ids", "start_date", "end_date", "request_ids", "http_methods", "resources", "actions"),
    *("status_codes", "success"),
)
OF_CALLS = ("providers", "services", "child_resources", "sub_resources")
SOURCES = ("source_types", "source_values", "source_ids")
PAGED = ("order_by", "order_direction", "page_size", "next")
PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "GET /accounts": (
        *("page", "page_size", "provider", "providers", "origin_owner_id", "origin_owner_ids", "account_ids"),
        "status",
    ),
    "GET /connectors/meta": ("include",),
    "GET /auth_configs": ("connector_key", "enabled", "page", "page_size"),
    "GET /actions": (
        *("filter[account_ids]", "filter[connectors]", "filter[action_key]", "include", "exclude", "group_by"),
        *("search", "page_size", "next"),
    ),
    "POST /actions/rpc": ("x-account-id", "x-connector-profile-id", "sync", "run_id", "debug"),
    "POST /actions/rpc/synced": ("page_size", "skip"),
    "POST /unified/check_permissions": ("x-account-id",),
    "POST /unified/proxy": ("x-account-id",),
    "GET /requests/logs": (*LOG_FILTERS, *OF_CALLS, *SOURCES, *PAGED, "include"),
    "GET /requests/logs/{id}": ("include",),
    "GET /requests/logs/steps": (*LOG_FILTERS, *OF_CALLS, *PAGED),
    "GET /requests/platform-logs": (*LOG_FILTERS, *SOURCES, "categories", *PAGED),
}
"""What each operation can be asked, by its names on the wire."""
ACCOUNT = {"id", "provider", "origin_owner_id", "origin_owner_name", "status", "created_at", "updated_at"}
SESSION = {"id", "organization_id", "project_id", "origin_owner_id", "origin_owner_name", "created_at"}
PROFILE = {
    *("id", "name", "active", "default", "categories", "connector_key", "connector_label", "logo_url"),
    *("release_stage", "created_at", "updated_at", "authentication_config_key", "authentication_config_label"),
    *("connector_owner", "connector_version"),
}
FOUND = {"id", "similarity_score", "action_name", "connector_key", "description", "label", "project_id"}
LIST = {"action": "easyship_list_shipments"}
MISSING = {"origin_owner_id": "x"}


@dataclass(frozen=True, slots=True)
class Told:
    """The API with an account, asked with and without its id."""

    live: Live
    account: str

    async def ask(self, method: str, path: str, data: Any = None, **headers: str) -> Answer:
        sent = {"x-account-id": self.account, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return await self.live.call(method, path.replace("{account}", self.account), data=data, headers=sent)

    async def json(self, method: str, path: str, data: Any = None, **headers: str) -> Any:
        answer = await self.ask(method, path, data, **headers)
        assert answer.status in {200, 201}, answer.text()
        return answer.json()


@pytest_asyncio.fixture(scope="module")
async def told(shared_live: Live, easyship_twin_process: EasyshipTwin) -> Told:
    token = easyship_twin_process.integration("Contract")["production_token"]
    account = await link_pasted(shared_live, token, owner="contract")
    return Told(shared_live, account)


@pytest.mark.parametrize("operation", PARAMETERS)
def test_each_operation_can_be_asked_all_of_it(operation: str) -> None:
    """Every parameter that a client may send is one that the document names."""
    method, path = operation.split(" ")

    named = {one["name"] for one in DOCUMENT["paths"][path][method.lower()].get("parameters", [])}

    assert set(PARAMETERS[operation]) <= named


ANSWERS: Mapping[str, tuple[str, str, Any, set[str]]] = {
    "session": ("POST", "/connect_sessions", {"origin_owner_id": "c", "origin_owner_name": "C"}, SESSION),
    "account": ("GET", "/accounts/{account}", None, ACCOUNT),
    "meta": ("GET", "/accounts/{account}/meta", None, {"provider", "category", "models"}),
    "connector": ("GET", "/connectors/meta/easyship?include=resources,inactive", None, {"provider_name", "resources"}),
    "profiles": ("GET", "/auth_configs", None, {"data", "page", "page_size", "total"}),
    "actions": ("GET", "/actions?exclude=actions", None, {"next", "data"}),
    "search": ("POST", "/actions/search", {"query": "shipments"}, {"results", "total_count", "query"}),
    "build": ("POST", "/actions/build", {"force_refresh": False}, {"status", "actions_indexed"}),
    "rpc": ("POST", "/actions/rpc", LIST, {"data", "next"}),
    "synced": ("POST", "/actions/rpc?sync=true", LIST, {"data", "datasync"}),
    "permissions": ("POST", "/unified/check_permissions", {"resource_id": "x"}, {"data"}),
    "proxy": ("POST", "/unified/proxy", {"path": "/2024-09/account"}, {"status", "headers", "data"}),
    "logs": ("GET", "/requests/logs?success=true&order_by=eventDatetime&order_direction=desc", None, {"next", "data"}),
    "steps": ("GET", "/requests/logs/steps?page_size=5", None, {"next", "data"}),
    "platform": ("GET", "/requests/platform-logs?categories=accounts", None, {"next", "data"}),
    "feedback": (
        *("POST", "/ai/tool-feedback"),
        {"feedback": "Good.", "account_id": "{account}", "tool_names": ["easyship_get_account"]},
        {"message", "key", "submitted_at", "trace_id"},
    ),
    "v2": ("GET", "/v2/accounts/{account}", None, {"connector", "owner_id", "connector_profile_id"}),
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_answers_have_what_clients_read(told: Told, name: str) -> None:
    """Each answer is JSON with its members, its dates have an offset, and it is a 200 but for a new session."""
    method, path, data, members = ANSWERS[name]
    data = json.loads(json.dumps(data).replace("{account}", told.account))

    answer = await told.ask(method, path, data)

    assert answer.status == (201 if name == "session" else 200), answer.text()
    assert answer.headers["content-type"].startswith("application/json")
    assert members <= answer.json().keys()
    assert [moment for moment in moments(answer.json()) if datetime.fromisoformat(moment).tzinfo is None] == []


def moments(value: Any) -> list[str]:
    """Return every date of an answer, by the names that dates have."""
    if isinstance(value, list):
        return [found for one in value for found in moments(one)]
    if not isinstance(value, dict):
        return []
    own = [one for name, one in value.items() if name.endswith(("_at", "timestamp")) and isinstance(one, str)]
    return [*own, *(found for one in value.values() for found in moments(one))]


ERRORS: Mapping[str, tuple[str, str, Any, Mapping[str, str], int]] = {
    "no key": ("GET", "/accounts", None, {"authorization": "Basic Og=="}, 401),
    "an unknown account": ("GET", "/accounts/acc_none", None, {}, 404),
    "no account": ("POST", "/actions/rpc", LIST, {"x-account-id": ""}, 400),
    "a foreign account": ("POST", "/actions/rpc", LIST, {"x-account-id": "acc_none"}, 404),
    "a member too few": ("POST", "/connect_sessions", MISSING, {}, 400),
    "a closed word": (
        *("POST", "/connect_sessions"),
        {"origin_owner_id": "x", "origin_owner_name": "X", "categories": ["shipping"]},
        *({}, 400),
    ),
    "an unknown action": ("POST", "/actions/rpc", {"action": "easyship_fly"}, {}, 404),
    "a write without its grant": ("POST", "/actions/rpc", {"action": "easyship_create_box", "body": {}}, {}, 403),
    "a closed order": ("GET", "/requests/logs?order_by=colour", None, {}, 400),
    "an unknown address": ("GET", "/nowhere", None, {}, 404),
    "an address with a line break": ("GET", "/accounts/a%0Ab", None, {}, 404),
    "another method": ("PUT", "/accounts", None, {}, 405),
    "an unknown token": ("POST", "/connect_sessions/authenticate", {"token": "none"}, {}, 401),
}


@pytest.mark.parametrize("name", ERRORS)
async def test_errors_are_of_the_one_shape(told: Told, name: str) -> None:
    """Every error has `statusCode`, `message` and a `timestamp` with an offset, whatever refused."""
    method, path, data, headers, status = ERRORS[name]

    answer = await told.ask(method, path, data, **{one.replace("-", "_"): value for one, value in headers.items()})

    body = answer.json()
    assert (answer.status, body["statusCode"]) == (status, status), answer.text()
    assert isinstance(body["message"], str)
    assert datetime.fromisoformat(body["timestamp"]).tzinfo is not None


async def test_too_much_is_told_as_an_error(told: Told) -> None:
    """A body over the limit is a 413 in the same shape."""
    body = BytesIO(json.dumps({"origin_owner_id": "x" * 5_000_000}).encode())
    headers = {"content-type": "application/json"}

    async with told.live.client.post(f"{told.live.url}/connect_sessions", data=body, headers=headers) as reply:
        answer = await reply.json()

    assert (reply.status, answer["statusCode"]) == (413, 413)
    assert "timestamp" in answer


async def test_accounts_are_a_bare_list_by_number(told: Told) -> None:
    """The list has no envelope; pages and sizes may come as a number with a point, as some clients write them."""
    listed = await told.json("GET", "/accounts?page=1.0&page_size=25.0")
    narrowed = await told.json("GET", f"/accounts?account_ids={told.account}&account_ids=acc_none&status=active")
    profiles = await told.json("GET", "/auth_configs?page=1.0&page_size=25.0&enabled=true")

    assert isinstance(listed, list)
    assert [one["id"] for one in narrowed] == [told.account]
    assert (profiles["page"], profiles["page_size"]) == (1, 25)
    assert all(one.keys() >= PROFILE for one in profiles["data"])


@pytest.mark.parametrize(("agent", "kind"), [(OLD_CLIENT, int), (NEW_CLIENT, str), ("curl/8", str)])
async def test_the_organization_is_told_by_the_client(told: Told, agent: str, kind: type) -> None:
    """A session's id is a number; the organization's is what the client of that version takes."""
    body = {"origin_owner_id": "c", "origin_owner_name": "C", "expires_in": 1800, "multiple": False, "metadata": {}}

    session = await told.json("POST", "/connect_sessions", body, user_agent=agent)

    assert (type(session["id"]), type(session["organization_id"])) == (int, kind)
    assert session["categories"] is None


UNCHANGED: tuple[dict[str, Any], ...] = (
    {},
    {"credentials": {}, "secrets": {}, "metadata": {}, "setup_information": {}, "label": {}},
    {"provider": "easyship", "environment": "production", "authentication_config_key": "token", "shared": False},
    {"integration_id": None, "origin_username": None, "unheard_of": 1},
)


@pytest.mark.parametrize("body", UNCHANGED)
async def test_empty_members_change_nothing(told: Told, body: dict[str, Any]) -> None:
    """Empty objects, nulls, and what is so already leave the account alone."""
    before = await told.json("GET", "/accounts/{account}")

    after = await told.json("PATCH", "/accounts/{account}", body)

    assert after == before


@pytest.mark.parametrize(
    "body",
    [
        {"credentials": {"api_token": "x"}},
        {"setup_information": {"a": "b"}},
        {"provider": "shiphero"},
        {"environment": "sandbox"},
        {"authentication_config_key": "oauth"},
        {"shared": True},
    ],
)
async def test_what_only_linking_changes_is_refused(told: Told, body: dict[str, Any]) -> None:
    """A member that cannot be honoured is named, instead of being passed over in silence."""
    answer = await told.ask("PATCH", "/accounts/{account}", body)

    assert answer.status == 422
    assert next(iter(body)) in answer.text() or "Credentials" in answer.text()


async def test_an_account_moves_to_another_profile(told: Told) -> None:
    """`integration_id` takes a profile of the same way of linking, and no other."""
    own = (await told.json("GET", "/accounts/{account}"))["integration_id"]
    way = {"connector_key": "easyship", "authentication_config_key": "token", "name": "Other"}
    other = (await told.json("POST", "/auth_configs", way))["id"]
    foreign = (await told.json("GET", "/auth_configs?connector_key=shiphero"))["data"][0]["id"]

    moved = await told.json("PATCH", "/accounts/{account}", {"integration_id": other})
    refused = [await told.ask("PATCH", "/accounts/{account}", {"integration_id": one}) for one in (foreign, "int_no")]
    await told.json("PATCH", "/accounts/{account}", {"connector_profile_id": own})
    await told.json("DELETE", f"/auth_configs/{other}")

    assert moved["integration_id"] == other
    assert [answer.status for answer in refused] == [422, 404]


async def test_searches_name_all_that_any_client_reads(told: Told) -> None:
    """All seven members stand in each result; filters are left out where none was given."""
    plain = await told.json("POST", "/actions/search", {"query": "list shipments", "top_k": 3.0})
    both = await told.json(
        "POST", "/actions/search", {"query": "orders", "connector": "shiphero", "project_id": "p", "min_similarity": 0}
    )

    assert [set(one) for one in plain["results"]] == [FOUND] * 3
    assert {"connector_filter", "project_filter"}.isdisjoint(plain)
    assert both["connector_filter"] == "shiphero"
    assert both["project_filter"] == told.live.tenant.project.id


async def test_the_account_is_named_by_header_or_body(told: Told) -> None:
    """The header counts, else the body's headers; two different ones are refused."""
    within = {**LIST, "headers": {"X-Account-Id": told.account}, "body": {}, "query": {"debug": True}}

    bare = await told.ask("POST", "/actions/rpc", within, x_account_id="")
    both = await told.ask("POST", "/actions/rpc", {**LIST, "headers": {"x-account-id": "acc_other"}})

    assert (bare.status, both.status) == (200, 400)
    assert bare.json()["next"] is None or isinstance(bare.json()["next"], str)


async def test_a_refused_proxy_call_names_the_providers_answer(told: Told) -> None:
    """The envelope stays a 200 with the provider's status, its data and its answer among the errors."""
    answer = await told.json("POST", "/unified/proxy", {"path": "/2024-09/shipments/none", "method": "get"})

    assert answer["status"] >= 400
    assert answer["provider_errors"][0]["status"] == answer["status"]
    assert answer["provider_errors"][0]["raw"] == answer["data"]


async def test_a_proxy_call_may_leave_its_members_null(told: Told) -> None:
    """Clients write null for what is not given: the method is then `get`."""
    body = {"path": "/2024-09/account", "url": None, "method": None, "headers": None, "body": None}

    answer = await told.json("POST", "/unified/proxy", body)

    assert answer["status"] == 200


async def test_old_includes_and_pages_are_taken(told: Told) -> None:
    """Clients before 4.29 ask for `operation_details` by `page`; sizes come as text."""
    old = await told.json("GET", "/actions?include=operation_details&page=1&page_size=1")
    new = await told.json("GET", "/actions?include=action_details&include=authentication_guides&page_size=1")

    assert old["data"][0]["actions"][0]["action_details"] == new["data"][0]["actions"][0]["action_details"]
    assert new["data"][0]["authentication"][0]["support"]["guides"]["config"]["sections"]


@pytest_asyncio.fixture
async def busy(
    postgres: Any, postgres_dsn: str, easyship_twin_process: EasyshipTwin, tmp_path: Path
) -> AsyncIterator[Live]:
    """Serve a house that lets a key make few calls a minute."""
    origins = {"https://public-api.easyship.com": easyship_twin_process.production}
    async with (
        fresh_database(postgres, postgres_dsn) as dsn,
        opened(dsn, data_dir=tmp_path, origin_rewrites=origins, calls_per_minute=25) as live,
    ):
        yield live


async def test_too_many_calls_say_when_to_come_back(busy: Live) -> None:
    """Over the limit it is a 429 of the usual shape, with whole seconds to wait."""
    answers = await asyncio.gather(*(busy.call("GET", "/accounts") for _ in range(60)))

    refused = next(answer for answer in answers if answer.status != 200)
    assert (refused.status, refused.json()["statusCode"]) == (429, 429)
    assert 1 <= int(refused.headers["retry-after"]) <= 60
