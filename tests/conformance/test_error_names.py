"""Errors over HTTP by the names of the official clients' documents, beside the codes of our own."""

from __future__ import annotations

from typing import Any

import pytest

from agent import asked
from house import Answer, Live
from shared_house import link_pasted
from twins import EasyshipTwin, ShipheroTwin

LIST = {"action": "easyship_list_shipments"}


async def _rpc(live: Live, account: str, data: Any) -> Answer:
    return await live.call("POST", "/actions/rpc", data=data, headers={"x-account-id": account})


@pytest.mark.parametrize(
    ("path", "data", "status", "said"),
    [
        ("/connect_sessions", {"origin_owner_id": "x"}, 400, "origin_owner_name: "),
        ("/actions/rpc", LIST, 400, "No account is named."),
        ("/actions/rpc", {"action": 5}, 400, "action: "),
        ("/actions/rpc/synced", {**LIST, "run_id": "", "filter": 3}, 400, "filter: "),
    ],
)
async def test_a_request_that_is_not_valid_tells_why_in_texts(
    shared_live: Live, path: str, data: Any, status: int, said: str
) -> None:
    """Whoever refuses it, the framework or a route, `errors` is a list of texts."""
    answer = await shared_live.call("POST", path, data=data)

    body = answer.json()
    assert (answer.status, body["errorCode"]) == (status, "ValidationError")
    assert all(isinstance(one, str) for one in body["errors"])
    assert any(one.startswith(said) for one in body["errors"])


async def test_wrong_inputs_stand_in_texts_and_by_input(shared_live: Live, easyship_twin_process: EasyshipTwin) -> None:
    """An action's wrong inputs are told one by one, for people and for programs, in an answer and in a line."""
    token = easyship_twin_process.integration("Inputs", scopes="all")["production_token"]
    account = await link_pasted(shared_live, token, owner="inputs")
    wrong = {**LIST, "query": {"page_size": 0, "shipment_state": "moon"}}

    body = (await _rpc(shared_live, account, wrong)).json()
    tool = (
        await asked(
            shared_live,
            "tools/call",
            {"name": LIST["action"], "arguments": {"query": wrong["query"]}},
            x_account_id=account,
        )
    ).json()["result"]["structuredContent"]["error"]

    assert len(body["errors"]) == len(body["invalid_fields"]) == 2
    assert body["errors"] == [f"{one['field']}: {one['message']}" for one in body["invalid_fields"]]
    assert {one["field"] for one in body["invalid_fields"]} == {"query.page_size", "query.shipment_state"}
    assert tool["invalid_fields"] == body["invalid_fields"]


async def test_a_credential_that_is_refused_is_named(shared_live: Live, easyship_twin_process: EasyshipTwin) -> None:
    """What the provider rejects is an account's invalid credential, by the call's reply and by the verdict after it."""
    made = easyship_twin_process.integration("Refused", scopes="all")
    account = await link_pasted(shared_live, made["production_token"], owner="refused")
    easyship_twin_process.delete_integration(made["id"])

    body = (await _rpc(shared_live, account, LIST)).json()

    assert (body["statusCode"], body["errorCode"]) == (401, "AccountInvalidCredentialsError")
    assert body["code"] == "token_refused"
    assert "errors" not in body


async def test_a_credential_that_has_ended_is_named(shared_live: Live, easyship_twin_process: EasyshipTwin) -> None:
    """A token past its end is an expired one."""
    live = shared_live
    token = easyship_twin_process.integration("Ended", scopes="all")["production_token"]
    account = await link_pasted(live, token, owner="ended")
    async with live.house.db.transaction() as conn:
        await conn.execute("update accounts set expires_at = now() - interval '1 hour' where id = $1", account)
    live.house.leases.drop()

    body = (await _rpc(live, account, LIST)).json()

    assert (body["statusCode"], body["errorCode"]) == (401, "AccountExpiredCredentialsError")


async def test_an_account_that_is_suspended_is_named(shared_live: Live, shiphero_twin_process: ShipheroTwin) -> None:
    """Where the provider takes no credential of the account at all, authentication failed."""
    live, twin = shared_live, shiphero_twin_process
    made = twin.developer("suspended@shop.example")
    account = await link_pasted(
        live, made["refresh_token"], owner="suspended", provider="shiphero", field="refresh_token"
    )
    twin.set_state(made["account_id"], "suspended")

    bodies = [(await _rpc(live, account, {"action": "shiphero_get_account"})).json() for _ in range(2)]

    twin.set_state(made["account_id"], "active")
    assert [(one["statusCode"], one["errorCode"]) for one in bodies] == [(401, "AccountAuthenticationFailedError")] * 2


async def test_a_connector_that_is_off_is_named(shared_live: Live, easyship_twin_process: EasyshipTwin) -> None:
    """A call of an account whose connector is switched off is a 412 with the name for it."""
    live = shared_live
    project_id = live.tenant.project.id
    token = easyship_twin_process.integration("Off", scopes="all")["production_token"]
    account = await link_pasted(live, token, owner="off")
    held = (await live.house.accounts.get(project_id=project_id, account_id=account)).integration_id
    await live.house.integrations.switch_off(project_id=project_id, integration_id=held, actor="person:p")
    live.house.leases.drop()

    answers = [
        await _rpc(live, account, LIST),
        await live.call("GET", "/proxy/2024-09/account", headers={"x-account-id": account}),
    ]

    await live.house.integrations.switch_on(project_id=project_id, integration_id=held, actor="person:p")
    live.house.leases.drop()
    told = [(one.status, one.json()["errorCode"]) for one in answers]
    assert told == [(412, "AccountIntegrationInactiveError")] * 2


@pytest.mark.parametrize("path", ["/accounts", "/mcp"])
async def test_an_unknown_key_is_no_account(shared_live: Live, path: str) -> None:
    """A key that is not known is nobody's account, so it has no name of these; the body is the usual one."""
    headers = {"authorization": "Bearer nobody"}

    answer = await shared_live.call("POST" if path == "/mcp" else "GET", path, headers=headers)

    body = answer.json()
    assert (answer.status, body["statusCode"], body["code"]) == (401, 401, "unauthenticated")
    assert body["timestamp"].endswith("Z")
    assert "errorCode" not in body
