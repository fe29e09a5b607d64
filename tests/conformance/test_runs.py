"""Runs of actions and their steps at the platform's newer addresses, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from agent import agent_key, asked
from crossdock.kernel.secret import Secret
from house import Live
from shared_house import link_pasted
from twins import EasyshipTwin, ShipheroTwin

LIST = "easyship_list_shipments"


@dataclass(frozen=True, slots=True)
class Ran:
    """A house in which one account made five runs with a step each, one that was refused, and a request of its own."""

    live: Live
    account: str

    async def run(self, action: str, **inputs: Any) -> str:
        answer = await self.live.call(
            "POST", "/actions/rpc", data={"action": action, **inputs}, headers={"x-account-id": self.account}
        )
        return answer.headers["x-request-id"]

    async def get(self, run: str) -> Any:
        answer = await self.live.call("GET", f"/logs/actions/{run}")
        assert answer.status == 200, answer.text()
        return answer.json()

    async def steps(self, **asked: Any) -> Any:
        answer = await self.live.call("POST", "/logs/steps", data={"account_ids": [self.account], **asked})
        assert answer.status == 200, answer.text()
        return answer.json()


@pytest_asyncio.fixture(scope="module")
async def ran(shared_live: Live, easyship_twin_process: EasyshipTwin) -> AsyncIterator[Ran]:
    token = easyship_twin_process.integration("Runs", scopes="all")["production_token"]
    made = Ran(shared_live, await link_pasted(shared_live, token, owner="runs"))
    for size in range(1, 5):
        await made.run(LIST, query={"page_size": size})
    await made.run("easyship_get_shipment", path={"easyship_shipment_id": "ESUS99999999"})
    await made.run("easyship_get_shipment", path={"easyship_shipment_id": "nothing"})
    await shared_live.call("GET", "/proxy/2024-09/account", headers={"x-account-id": made.account})
    yield made


async def test_a_run_is_told_at_once(ran: Ran) -> None:
    """Under the id that its answer named stands who ran what for whom, when, how long, and what came of it."""
    run = await ran.run("easyship_get_account")

    told = await ran.get(run)

    actor = ran.live.tenant.principal.actor
    assert (told["log_id"], told["action_run_id"], told["log_type"]) == (run, run, "action")
    assert (told["action_id"], told["connector_key"], told["category"]) == (
        "easyship_get_account",
        "easyship",
        "shipping",
    )
    assert (told["success"], told["status_code"], told["http_method"]) == (True, 200, "GET")
    assert told["url"].endswith("/2024-09/account")
    assert (told["account_id"], told["origin_owner_id"], told["origin_owner_name"]) == (ran.account, "runs", "runs")
    assert (told["source_type"], told["source_value"], told["ip_address"]) == ("API", actor, "127.0.0.1")
    assert (told["auth_type"], told["auth_id"]) == ("API_KEY", actor.removeprefix("key:"))
    assert (told["mode"], told["is_background"], told["effect"]) == ("production", False, "read")
    assert told["connector_profile_id"].startswith("int_")
    assert told["start_time"] <= told["end_time"]
    assert told["event_time"].endswith("Z")
    assert "agent_id" not in told


async def test_a_refused_run_has_its_cause(ran: Ran) -> None:
    """What was not sent has no address, and no step."""
    run = await ran.run("easyship_get_shipment", path={"easyship_shipment_id": "nothing"})

    told, steps = await ran.get(run), await ran.steps(action_run_ids=[run])

    assert (told["success"], told["status_code"], told["cause"]) == (False, 422, "unprocessable")
    assert "url" not in told
    assert (steps["data"], steps["total"]) == ([], 0)


async def test_an_agents_run_names_the_agent(ran: Ran) -> None:
    """A tool's call is a run as well, and tells whose it was."""
    key = await agent_key(ran.live, owner_id="runs", accounts=frozenset({ran.account}))
    headers = {"x_account_id": ran.account, "authorization": f"Bearer {key}"}
    await asked(ran.live, "tools/call", {"name": "easyship_list_boxes", "arguments": {}}, **headers)
    (step,) = (await ran.steps(action_ids="easyship_list_boxes"))["data"]

    told = await ran.get(step["action_run_id"])

    assert told["source_type"] == "MCP"
    assert told["agent_id"] == told["source_id"] == told["source_value"].removeprefix("agent:")
    assert "auth_id" not in told


async def test_a_run_outlives_its_account(shared_live: Live, easyship_twin_process: EasyshipTwin) -> None:
    """Once the account is deleted the run stands without what only the account knew."""
    token = easyship_twin_process.integration("Gone", scopes="all")["production_token"]
    gone = Ran(shared_live, await link_pasted(shared_live, token, owner="gone"))
    run = await gone.run(LIST)
    await shared_live.call("DELETE", f"/accounts/{gone.account}")

    told = await gone.get(run)

    assert told["account_id"] == gone.account
    assert not {"origin_owner_id", "mode", "connector_profile_id"} & told.keys()


async def test_what_is_no_run_is_not_there(ran: Ran) -> None:
    """An unknown id, and a request of one's own through the proxy, are a 404 that says where to look."""
    through = (await ran.live.call("GET", "/proxy/2024-09/account", headers={"x-account-id": ran.account})).headers

    answers = [
        await ran.live.call("GET", f"/logs/actions/{one}") for one in ("call_none", through["x-crossdock-request-id"])
    ]

    assert [one.status for one in answers] == [404, 404]
    assert all("/requests/logs" in one.json()["remedy"] for one in answers)


async def test_steps_come_by_pages_that_tell_the_total(ran: Ran) -> None:
    """Each page says which it is and how many steps fit; the pages give each step once, the newest first."""
    pages = [await ran.steps(action_ids=[LIST], page=number, page_size=3) for number in (1, 2, 3)]

    steps = [step for page in pages for step in page["data"]]
    assert [page["query"] for page in pages] == [{"page": number, "page_size": 3} for number in (1, 2, 3)]
    assert [page["total"] for page in pages] == [4, 4, 4]
    assert [len(page["data"]) for page in pages] == [3, 1, 0]
    assert len({step["step_id"] for step in steps}) == 4
    assert [step["event_time"] for step in steps] == sorted((step["event_time"] for step in steps), reverse=True)
    assert {step["log_type"] for step in steps} == {"step"}
    assert {step["step_index"] for step in steps} == {0}


@pytest.mark.parametrize(
    ("asked_for", "number"),
    [
        ({"success": False}, 1),
        ({"status_codes": 404}, 1),
        ({"status_codes": "200,404", "connector_keys": "easyship"}, 5),
        ({"http_methods": ["post"]}, 0),
        ({"action_ids": f"{LIST}, easyship_get_shipment"}, 5),
        ({"start_date": "2199-01-01T00:00:00"}, 0),
        ({"end_date": "2199-01-01T00:00:00Z", "action_ids": [LIST]}, 4),
        ({"action_run_ids": "call_none"}, 0),
        ({"page_size": None, "action_ids": [LIST], "unknown": 1}, None),
    ],
)
async def test_steps_can_be_narrowed(ran: Ran, asked_for: dict[str, Any], number: int | None) -> None:
    """Lists, single words and comma lists are taken; a size that is none is refused."""
    narrowed = {"action_ids": [LIST, "easyship_get_shipment"], **asked_for}

    answer = await ran.live.call("POST", "/logs/steps", data={"account_ids": ran.account, **narrowed})

    if number is None:
        assert (answer.status, answer.json()["errorCode"]) == (400, "ValidationError")
    else:
        assert (len(answer.json()["data"]), answer.json()["total"]) == (number, number)


async def test_steps_can_be_asked_for_without_a_body(ran: Ran) -> None:
    """Nothing said leaves nothing out: the first page of all there is."""
    answer = await ran.live.call("POST", "/logs/steps")

    assert answer.json()["query"] == {"page": 1, "page_size": 25}
    assert answer.json()["total"] >= 5


async def test_a_failed_step_says_why(ran: Ran) -> None:
    """The message is the cause in words."""
    (step,) = (await ran.steps(success=False))["data"]

    assert (step["status_code"], step["success"]) == (404, False)
    assert step["message"].endswith(".")
    assert step["step_function_name"] == "request"


async def test_steps_of_one_run_are_counted(shared_live: Live, shiphero_twin_process: ShipheroTwin) -> None:
    """A call that was refused, renewed and sent again has steps 0 and 1, on whichever page each comes."""
    made = shiphero_twin_process.developer("runs@shop.example")
    account = await link_pasted(
        shared_live, made["refresh_token"], owner="counted", provider="shiphero", field="refresh_token"
    )
    shiphero_twin_process.fault("401", paths="/graphql", times=1)
    counted = Ran(shared_live, account)
    run = await counted.run("shiphero_get_account")

    pages = [await counted.steps(action_run_ids=[run], page=number, page_size=1) for number in (1, 2)]

    assert [page["data"][0]["step_index"] for page in pages] == [1, 0]
    assert [page["data"][0]["status_code"] for page in pages] == [200, 401]


async def test_the_key_must_be_one_for_logs(ran: Ran) -> None:
    """Without the scope for logs neither address answers."""
    project_id = ran.live.tenant.project.id
    _, key = await ran.live.house.projects.create_key(
        project_id=project_id, name="few", scopes=["accounts:read"], actor="system:cli"
    )
    few = Secret(key.reveal())

    run = await ran.live.call("GET", "/logs/actions/call_none", key=few)
    steps = await ran.live.call("POST", "/logs/steps", data={}, key=few)

    assert [run.status, steps.status] == [403, 403]
