"""Connector profiles: what one is narrowed to holds for its accounts by every way, at once, and for nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
import pytest_asyncio

from crossdock.server import open_house
from house import Answer, Live
from shared_house import link_pasted
from twins import EasyshipTwin

LIST, CATEGORIES, CREATE = "easyship_list_shipments", "easyship_list_item_categories", "easyship_create_box"
PATH = "/2024-09/item_categories"


@dataclass(frozen=True, slots=True)
class Bound:
    """An account that is linked through a profile of its own."""

    live: Live
    profile: str
    account: str

    async def call(self, method: str, path: str, data: Any = None, **headers: str) -> Answer:
        sent = {"x-account-id": self.account, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return await self.live.call(method, path, data=data, headers=sent)

    async def narrow(self, **members: Any) -> Mapping[str, Any]:
        answer = await self.live.call("PATCH", f"/auth_configs/{self.profile}", data=members)
        assert answer.status == 200, answer.text()
        told: Mapping[str, Any] = answer.json()
        return told

    async def tools(self) -> set[str]:
        asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
        answer = await self.call("POST", "/mcp", asked, accept="application/json, text/event-stream")
        return {tool["name"] for tool in answer.json()["result"]["tools"]}

    async def tool(self, name: str) -> Mapping[str, Any]:
        asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": {}}}
        answer = await self.call("POST", "/mcp", asked, accept="application/json, text/event-stream")
        told: Mapping[str, Any] = answer.json()["result"]
        return told


async def made(live: Live, **members: Any) -> Mapping[str, Any]:
    wanted = {"connector_key": "easyship", "authentication_config_key": "token", "name": "Narrow", **members}
    answer = await live.call("POST", "/auth_configs", data=wanted)
    assert answer.status == 200, answer.text()
    told: Mapping[str, Any] = answer.json()
    return told


async def linked(live: Live, profile: str, token: str) -> str:
    body = {
        "origin_owner_id": profile,
        "origin_owner_name": profile,
        "connector_profile_id": profile,
        "effects": ["read", "write", "destructive"],
    }
    opened = (await live.call("POST", "/connect_sessions", data=body)).json()
    wanted = {"integration_id": profile, "credentials": {"api_token": token}}
    answer = await live.hub("POST", "/hub/accounts", token=opened["token"], data=wanted)
    assert answer.status == 200, answer.text()
    account: str = answer.json()["id"]
    return account


@pytest_asyncio.fixture
async def bound(shared_live: Live, easyship_twin_process: EasyshipTwin) -> AsyncIterator[Bound]:
    profile = (await made(shared_live))["id"]
    token = easyship_twin_process.integration("Bound", scopes="all")["production_token"]
    account = await linked(shared_live, profile, token)
    yield Bound(shared_live, profile, account)
    await shared_live.call("DELETE", f"/accounts/{account}")
    await shared_live.call("DELETE", f"/auth_configs/{profile}")


async def test_chosen_actions_are_all_there_is(bound: Bound) -> None:
    """Lists, search, calls, tools, permissions and the proxy know the chosen actions only."""
    await bound.narrow(actions=[LIST, "easyship_get_*"])

    listed = (await bound.live.call("GET", f"/actions?filter[account_ids]={bound.account}")).json()["data"]
    found = (await bound.call("POST", "/actions/search", {"query": "boxes", "min_similarity": 0})).json()
    tools = await bound.tools()
    ran = await bound.call("POST", "/actions/rpc", {"action": LIST})
    refused = await bound.call("POST", "/actions/rpc", {"action": CATEGORIES})
    tool = await bound.tool(CATEGORIES)
    passed = await bound.call("GET", f"/proxy{PATH}")
    enveloped = await bound.call("POST", "/unified/proxy", {"method": "get", "path": PATH})
    asked = await bound.call("POST", "/unified/check_permissions", {"resource_id": CATEGORIES})

    names = {action["id"] for row in listed for action in row["actions"]}
    assert names == tools
    assert LIST in names
    assert all(name == LIST or name.startswith("easyship_get_") for name in names)
    assert {hit["action_name"] for hit in found["results"]} <= names
    assert ran.status == 200
    assert (refused.status, refused.json()["code"]) == (403, "profile_action")
    assert tool["structuredContent"]["error"]["code"] == "profile_action"
    assert [(answer.status, answer.json()["code"]) for answer in (passed, enveloped)] == [(403, "profile_proxy")] * 2
    assert asked.json()["data"]["allowed"] is False


async def test_the_ceiling_of_effects_holds_over_the_grant(bound: Bound, easyship_twin_process: EasyshipTwin) -> None:
    """A profile that only reads lets no write through, whatever the person allowed; the provider sees none."""
    await bound.narrow(effects=["read"])
    before = len(easyship_twin_process.journal())

    calls = [
        await bound.call("POST", "/actions/rpc", {"action": CREATE, "body": {}}),
        await bound.call("POST", "/unified/proxy", {"method": "post", "path": "/2024-09/boxes", "body": {"a": 1}}),
        await bound.call("DELETE", "/proxy/2024-09/boxes/1"),
    ]
    tools = await bound.tools()
    reading = await bound.call("GET", f"/proxy{PATH}")

    assert {(answer.status, answer.json()["code"]) for answer in calls} == {(403, "profile_effect")}
    assert CREATE not in tools
    assert LIST in tools
    assert reading.status == 200
    assert [one["method"] for one in easyship_twin_process.journal()[before:]] == ["GET"]


async def test_another_process_hears_of_a_change_at_once(bound: Bound) -> None:
    """A replica that has the account in memory refuses what a profile no longer holds, without a restart."""
    house = bound.live.house
    async with open_house(house.settings, dsn=house.db.dsn, clock=house.clock) as other:
        await other.leases.lease(project_id=bound.live.tenant.project.id, account_id=bound.account)
        assert (bound.live.tenant.project.id, bound.account) in other.leases.cached

        await bound.narrow(effects=["read"])
        for _ in range(1200):
            kept = await other.leases.account(project_id=bound.live.tenant.project.id, account_id=bound.account)
            if kept.choice.effects == {"read"}:
                break
            await asyncio.sleep(0.05)

    assert kept.choice.effects == {"read"}


async def test_a_named_profile_must_be_the_accounts(bound: Bound) -> None:
    """The header of the profile is checked, by calls of actions, by searches and by requests of one's own."""
    ours = await bound.call("POST", "/actions/rpc", {"action": LIST}, x_connector_profile_id=bound.profile)
    other = await bound.call("POST", "/actions/rpc", {"action": LIST}, x_connector_profile_id="int_other")
    searched = await bound.call("POST", "/actions/search", {"query": "boxes"}, x_connector_profile_id="int_other")
    passed = await bound.call("GET", "/proxy/2024-09/account", None, x_connector_profile_id="int_other")
    wrapped = {"method": "get", "path": "/2024-09/account"}
    enveloped = await bound.call("POST", "/unified/proxy", wrapped, x_connector_profile_id="int_other")
    refused = (other, searched, passed, enveloped)

    assert ours.status == 200
    assert [(answer.status, answer.json()["code"]) for answer in refused] == [(400, "profile_mismatch")] * 4


async def test_links_offer_the_default_unless_they_name_a_profile(
    shared_live: Live, easyship_twin_process: EasyshipTwin
) -> None:
    """One profile of each way is offered; an account that is linked again keeps its own."""
    held = (await shared_live.call("GET", "/auth_configs?connector_key=easyship")).json()["data"]
    before = next(row["id"] for row in held if row["default"])
    second = (await made(shared_live))["id"]

    async def offers(**members: Any) -> list[str]:
        body = {"origin_owner_id": "o", "origin_owner_name": "O", "provider": "easyship", **members}
        opened = (await shared_live.call("POST", "/connect_sessions", data=body)).json()
        found = await shared_live.hub("GET", "/hub/connectors", token=opened["token"])
        rows = found.json()["integrations"]
        return [row["integration_id"] for row in rows if row["authentication_config_key"] != "oauth"]

    plain, named = await offers(), await offers(integration_id=second)
    moved = (await shared_live.call("PATCH", f"/auth_configs/{second}", data={"default": True})).json()
    after = await offers()
    account = await link_pasted(
        shared_live, easyship_twin_process.integration("D")["production_token"], owner="default"
    )
    await shared_live.call("PATCH", f"/auth_configs/{before}", data={"default": True})
    again = await offers(account_id=account)

    assert (plain, named, after, again) == ([before], [second], [second], [second])
    assert moved["default"] is True


async def test_a_profile_in_use_is_not_deleted(bound: Bound) -> None:
    """Deleting it is refused while an account is linked through it, and works afterwards; then it is gone."""
    path = f"/auth_configs/{bound.profile}"

    refused = await bound.live.call("DELETE", path)
    await bound.live.call("DELETE", f"/accounts/{bound.account}")
    done = await bound.live.call("DELETE", path)
    gone = [await bound.live.call(method, path, data={} if method == "PATCH" else None) for method in ("GET", "PATCH")]

    assert (refused.status, refused.json()["code"]) == (409, "profile_in_use")
    assert (done.status, done.json()["id"]) == (200, bound.profile)
    assert [answer.status for answer in gone] == [404, 404]


async def test_chosen_scopes_are_what_the_person_is_asked_for(
    shared_live: Live, easyship_twin_process: EasyshipTwin
) -> None:
    """The authorization asks for the profile's scopes with its own application; the secret is never told."""
    app = easyship_twin_process.oauth_app([f"{shared_live.url}/connect/oauth2/easyship/callback"])
    chosen = ["shipment:read", "public.rate:read"]

    profile = await made(shared_live, authentication_config_key="oauth", setup=app, scopes=chosen)
    session = await shared_live.call(
        "POST",
        "/connect_sessions",
        data={"origin_owner_id": "s", "origin_owner_name": "S", "integration_id": profile["id"]},
    )
    house = shared_live.house
    opened = await house.sessions.authenticate(token=session.json()["token"])
    started = await house.oauth.start(session=opened, integration_id=profile["id"], effects=frozenset({"read"}))

    asked = parse_qs(urlsplit(started.authorize_url).query)
    assert profile["scopes"] == ["shipment:read", "rate:read"]
    assert asked["scope"] == ["public.shipment:read public.rate:read"]
    assert asked["client_id"] == [app["client_id"]] == [profile["setup"]["client_id"]]
    assert profile["secrets"] == ["client_secret"]
    assert app["client_secret"] not in str(profile)


@pytest.mark.parametrize(
    ("members", "status", "said"),
    [
        ({"actions": ["easyship_fly"]}, 422, "easyship_fly"),
        ({"actions": []}, 422, "No action"),
        ({"scopes": ["moon:read"]}, 422, "moon:read"),
        ({"environment": "moon"}, 422, "moon"),
        ({"default": False}, 422, "default"),
        ({"effects": ["everything"]}, 400, "effects"),
        ({"name": ""}, 400, "name"),
    ],
)
async def test_what_the_connector_does_not_have_is_refused(
    bound: Bound, members: Mapping[str, Any], status: int, said: str
) -> None:
    """A wrong member is named, and nothing changes."""
    before = (await bound.live.call("GET", f"/auth_configs/{bound.profile}")).json()

    answer = await bound.live.call("PATCH", f"/auth_configs/{bound.profile}", data=members)

    after = (await bound.live.call("GET", f"/auth_configs/{bound.profile}")).json()
    assert (answer.status, after) == (status, before)
    assert said in answer.json()["message"]


async def test_profiles_need_their_scope(shared_live: Live) -> None:
    """A key that reads accounts sees profiles, and neither makes, changes nor deletes one."""
    owner = shared_live.tenant
    _, key = await shared_live.house.projects.create_key(
        project_id=owner.project.id, name="Reader", scopes=frozenset({"accounts:read"}), actor="person:p"
    )
    body = {"connector_key": "easyship", "authentication_config_key": "token"}

    answers = [
        await shared_live.call(method, path, data=data, key=key)
        for method, path, data in (
            ("GET", "/auth_configs", None),
            ("POST", "/auth_configs", body),
            ("PATCH", "/auth_configs/int_x", {}),
            ("DELETE", "/auth_configs/int_x", None),
        )
    ]

    assert [answer.status for answer in answers] == [200, 403, 403, 403]
    assert answers[1].json()["scope"] == "connectors:write"


async def test_the_form_names_what_is_needed(bound: Bound) -> None:
    """The hub's form of a profile with chosen scopes says which, in its own form and on the hosted page."""
    await bound.narrow(scopes=["rate:read"], effects=["read"])
    body = {"origin_owner_id": "n", "origin_owner_name": "N", "integration_id": bound.profile}
    opened = (await bound.live.call("POST", "/connect_sessions", data=body)).json()

    form = await bound.live.hub("GET", f"/hub/connectors/{bound.profile}", token=opened["token"])
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as browser, browser.get(opened["auth_link_url"]) as reply:
        page = await reply.text()

    notices = [notice["description"] for notice in form.json()["config"]["configNotices"]]
    assert [text for text in notices if "Ask for rates (rate:read)" in text]
    assert "<code>rate:read</code>" in page
    assert "This link cannot change anything" in page
