"""Linking through the API alone, as the embedded hub component does it."""

from __future__ import annotations

from typing import Any

from house import Live
from twins import EasyshipTwin, ShipheroTwin


async def open_session(live: Live, **members: Any) -> dict[str, Any]:
    body = {"origin_owner_id": "shop-1", "origin_owner_name": "Shop One", **members}
    answer = await live.call("POST", "/connect_sessions", data=body)
    assert answer.status == 201, answer.text()
    opened: dict[str, Any] = answer.json()
    return opened


async def link(live: Live, session: dict[str, Any], provider: str, credentials: dict[str, str]) -> dict[str, Any]:
    offers = (await live.hub("GET", f"/hub/connectors?provider={provider}", token=session["token"])).json()
    integration = offers["integrations"][0]["integration_id"]
    body = {"integration_id": integration, "credentials": credentials}
    answer = await live.hub("POST", "/hub/accounts", token=session["token"], data=body)
    assert answer.status == 200, answer.text()
    linked: dict[str, Any] = answer.json()
    return linked


async def test_an_easyship_token_becomes_an_account(live: Live, easyship_twin: EasyshipTwin) -> None:
    """A pasted token is tested, linked, listed, and used by an action."""
    token = easyship_twin.integration()["production_token"]
    session = await open_session(live)

    linked = await link(live, session, "easyship", {"api_token": token})
    listed = (await live.call("GET", "/accounts")).json()
    shipments = await live.call(
        "POST", "/actions/rpc", data={"action": "easyship_list_shipments"}, headers={"x-account-id": linked["id"]}
    )

    assert [account["id"] for account in listed] == [linked["id"]]
    assert listed[0]["status"] == "active"
    assert listed[0]["identity"]["name"]
    assert token not in str(listed)
    assert shipments.status == 200, shipments.text()
    assert isinstance(shipments.json()["data"], list)


async def test_a_shiphero_refresh_token_becomes_an_account(live: Live, shiphero_twin: ShipheroTwin) -> None:
    """A pasted refresh token gives an access token, which is tested, linked and used."""
    made = shiphero_twin.developer()
    session = await open_session(live, provider="shiphero")

    linked = await link(live, session, "shiphero", {"refresh_token": made["refresh_token"]})
    orders = await live.call(
        "POST", "/actions/rpc", data={"action": "shiphero_list_orders"}, headers={"x-account-id": linked["id"]}
    )

    assert orders.status == 200, orders.text()
    assert isinstance(orders.json()["data"], list)


async def test_a_secret_that_nobody_touched_is_kept_and_tested(live: Live, easyship_twin: EasyshipTwin) -> None:
    """Linked again without a new secret, the account is tested with the one it has: it stays, or the cause is told."""
    made = easyship_twin.integration()
    session = await open_session(live, provider="easyship")
    linked = await link(live, session, "easyship", {"api_token": made["production_token"]})
    offers = (await live.hub("GET", "/hub/connectors", token=session["token"])).json()["integrations"]
    body = {"integration_id": offers[0]["integration_id"], "credentials": {}}
    easyship_twin.clear_journal()

    kept = await live.hub("PATCH", f"/hub/accounts/{linked['id']}", token=session["token"], data=body)
    asked = easyship_twin.journal()
    easyship_twin.delete_integration(made["id"])
    dead = await live.hub("PATCH", f"/hub/accounts/{linked['id']}", token=session["token"], data=body)

    assert (kept.status, kept.json()) == (200, linked)
    assert asked
    assert (dead.status, dead.json()["code"]) == (400, "token_refused")
    assert "invalid_token" in dead.json()["provider_response"]


async def test_a_session_tells_which_account_it_has_linked(live: Live, easyship_twin: EasyshipTwin) -> None:
    """Before linking there is none, then the account, and none once that is deleted."""
    session = await open_session(live, provider="easyship")
    before = (await live.hub("GET", "/hub/outcome", token=session["token"])).json()
    linked = await link(live, session, "easyship", {"api_token": easyship_twin.integration()["production_token"]})

    after = (await live.hub("GET", "/hub/outcome", token=session["token"])).json()
    await live.call("DELETE", f"/accounts/{linked['id']}")
    gone = (await live.hub("GET", "/hub/outcome", token=session["token"])).json()

    assert (before, after, gone) == ({"account": None}, {"account": linked}, {"account": None})


async def test_a_refused_token_is_told_with_the_provider_s_answer(live: Live) -> None:
    """A token that the provider refuses links nothing, and the error has cause, remedy and the raw answer."""
    session = await open_session(live, provider="easyship")
    offers = (await live.hub("GET", "/hub/connectors", token=session["token"])).json()
    wrong = "prod_" + "A" * 43 + "="

    answer = await live.hub(
        "POST",
        "/hub/accounts",
        token=session["token"],
        data={"integration_id": offers["integrations"][0]["integration_id"], "credentials": {"api_token": wrong}},
    )

    told = answer.json()
    assert answer.status == 400
    assert {"statusCode", "message", "timestamp", "code", "remedy"} <= set(told)
    assert told["provider_errors"][0]["status"] == 401
    assert wrong not in answer.text()
    assert (await live.call("GET", "/accounts")).json() == []


async def test_query_names_of_the_clients_own_are_left_out_and_told(live: Live, easyship_twin: EasyshipTwin) -> None:
    """An unknown query name does not break a call: it is left out, and the answer says so."""
    session = await open_session(live)
    token = easyship_twin.integration()["production_token"]
    linked = await link(live, session, "easyship", {"api_token": token})

    answer = await live.call(
        "POST",
        "/actions/rpc",
        data={"action": "easyship_list_shipments", "query": {"limit": 1, "debug": False, "page_size": 1}},
        headers={"x-account-id": linked["id"]},
    )

    assert answer.status == 200, answer.text()
    assert answer.json()["warnings"] == ["query.limit is not an input of easyship_list_shipments and was left out"]
