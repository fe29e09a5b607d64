"""Corners of the platform API that single clients or pages of its documents know."""

from __future__ import annotations

from typing import Any

import pytest

from house import Live
from twins import EasyshipTwin

OWNER = {"origin_owner_id": "corner", "origin_owner_name": "Corner", "provider": "easyship"}


async def _session(live: Live) -> str:
    return str((await live.call("POST", "/connect_sessions", data=OWNER)).json()["token"])


async def _latest(live: Live, token: str) -> Any:
    answer = await live.call("POST", "/connect_sessions/authenticate", data={"token": token})
    assert answer.status == 201, answer.text()
    return answer.json()["latest_connection_attempt"]


async def _link(live: Live, token: str, secret: str) -> Any:
    offers = (await live.hub("GET", "/hub/connectors", token=token)).json()["integrations"]
    typed = next(one for one in offers if one["authentication_config_key"] != "oauth")
    data = {"integration_id": typed["integration_id"], "credentials": {"api_token": secret}}
    return (await live.hub("POST", "/hub/accounts", token=token, data=data)).json()


async def test_a_session_tells_its_newest_try(shared_live: Live, easyship_twin_process: EasyshipTwin) -> None:
    """Before the first try there is none; a failed one says why, and one that linked names the account."""
    live, token = shared_live, await _session(shared_live)
    secret = easyship_twin_process.integration("Corner", scopes="all")["production_token"]

    before = await _latest(live, token)
    await _link(live, token, "prod_" + "A" * 43 + "=")
    failed = await _latest(live, token)
    linked = await _link(live, token, secret)
    done = await _latest(live, token)

    assert before is None
    assert (failed["status"], failed["oauth_error_code"], failed["account_secure_id"]) == (
        "error",
        "token_refused",
        None,
    )
    assert failed["oauth_error_description"].endswith(".")
    assert (done["status"], done["account_secure_id"], done["oauth_error_code"]) == (
        "authenticated",
        linked["id"],
        None,
    )
    assert done["id"] != failed["id"]
    assert failed["created_at"] <= failed["updated_at"] <= done["updated_at"]
    assert secret not in str(done)


async def test_a_window_that_is_open_is_a_pending_try(shared_live: Live) -> None:
    """An attempt that an OAuth window has not ended is pending, and cancelled once it is taken back."""
    live, token = shared_live, await _session(shared_live)
    attempt = (await live.hub("POST", "/hub/connection_attempts", token=token, data={})).json()["id"]

    pending = await _latest(live, token)
    await live.hub("DELETE", f"/hub/connection_attempts/{attempt}", token=token)
    cancelled = await _latest(live, token)

    assert [(one["id"], one["status"]) for one in (pending, cancelled)] == [
        (attempt, "pending"),
        (attempt, "cancelled"),
    ]


async def test_older_clients_page_through_actions_by_number(shared_live: Live) -> None:
    """Page by page every connector comes once, as `next` gives them, and after the last one comes nothing."""
    path = "/actions?exclude=actions&page_size=1"

    pages = [(await shared_live.call("GET", f"{path}&page={number}")).json() for number in (1, 2, 3)]
    led = (await shared_live.call("GET", f"{path}&page=1&next={pages[0]['next']}")).json()

    keys = [[row["key"] for row in page["data"]] for page in pages]
    assert keys == [["easyship"], ["shiphero"], []]
    assert led["data"] == pages[1]["data"]
    assert [page["next"] is None for page in pages] == [False, True, True]


async def test_a_call_includes_what_there_is(shared_live: Live) -> None:
    """A word that names nothing to include is refused, before it is said whether there is such a call."""
    answer = await shared_live.call("GET", "/requests/logs/call_none?include=step_logs,bodies")

    assert (answer.status, answer.json()["errorCode"]) == (400, "ValidationError")
    assert "`bodies`" in answer.json()["message"]
    assert answer.json()["remedy"] == "Use: advanced_logs, step_logs."


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        ('{"origin_owner_id": x}', "application/json", "body: It is not JSON from character 20 on."),
        ("{}", "text/plain", "body: It is not an object of JSON, sent as application/json."),
        ("[]", "application/json", "body: It is not an object of JSON, sent as application/json."),
    ],
)
async def test_a_body_that_is_none_is_told_in_words(shared_live: Live, body: str, kind: str, said: str) -> None:
    """What is no JSON, or no object, is said of the body, and where it stops being JSON."""
    sent = {"authorization": f"Bearer {shared_live.tenant.key.reveal()}", "content-type": kind}

    async with shared_live.client.post(f"{shared_live.url}/connect_sessions", data=body, headers=sent) as reply:
        answer = await reply.json()

    assert reply.status == 400
    assert answer["errors"] == [said]
    assert answer["invalid_fields"][0]["field"] == "body"


@pytest.mark.parametrize(
    ("given", "told"),
    [("TEST", "test"), ("test", "test"), ("PRODUCTION", "production"), ("unmapped_value", "production")],
)
async def test_a_sessions_type_is_taken_in_capitals(shared_live: Live, given: str, told: str) -> None:
    """The documents write the types in capitals, clients in small letters; a word that is new is for production."""
    answer = await shared_live.call("POST", "/connect_sessions", data={**OWNER, "type": given})

    assert (answer.status, answer.json()["type"]) == (201, told)
