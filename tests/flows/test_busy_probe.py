"""A provider that is busy or has a fault while a credential is tested."""

from __future__ import annotations

from house import Answer, Live
from twins import EasyshipTwin


async def tried(live: Live, token: str) -> Answer:
    """Link Easyship with the token and give the answer."""
    body = {"origin_owner_id": "shop-1", "origin_owner_name": "Shop", "provider": "easyship"}
    session = (await live.call("POST", "/connect_sessions", data=body)).json()["token"]
    offers = (await live.hub("GET", "/hub/connectors", token=session)).json()["integrations"]
    pasted = {"integration_id": offers[0]["integration_id"], "credentials": {"api_token": token}}
    return await live.hub("POST", "/hub/accounts", token=session, data=pasted)


async def test_a_busy_provider_leaves_no_account_without_a_name(live: Live, easyship_twin: EasyshipTwin) -> None:
    """While the identity cannot be read for lack of calls the test says so, rather than linking an unknown account."""
    easyship_twin.fault("rate_limited", paths="/2024-09/account")

    answer = await tried(live, easyship_twin.integration()["production_token"])

    assert (answer.status, answer.json()["code"]) == (400, "rate_limited")
    assert (await live.call("GET", "/accounts")).json() == []


async def test_a_provider_whose_identity_page_always_fails_can_be_linked(
    live: Live, easyship_twin: EasyshipTwin
) -> None:
    """Where the identity page has a fault, the token is proven by another read."""
    easyship_twin.fault("server_error", paths="/2024-09/account")

    answer = await tried(live, easyship_twin.integration()["production_token"])

    assert answer.status == 200, answer.text()
