"""A call that is refused before it is sent leaves in the log which inputs were wrong, and none of their values."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from agent import asked
from desk import Desk, open_desk
from house import Live
from twins import EasyshipTwin, ShipheroTwin

SECRET = "hunter2-value-of-somebody"


@dataclass(frozen=True, slots=True)
class Logged:
    """Accounts of both providers, and the log."""

    desk: Desk

    async def last(self) -> dict[str, Any]:
        """Return the newest line, with its step if it took one."""
        found = await self.desk.live.call("GET", "/requests/logs?page_size=1&include=step_logs")
        line: dict[str, Any] = found.json()["data"][0]
        return line


@pytest_asyncio.fixture(scope="module")
async def logged(shared_live: Live, easyship_twin_process: EasyshipTwin, shiphero_twin_process: ShipheroTwin) -> Logged:
    """Link the accounts once."""
    easyship_twin_process.reset()
    shiphero_twin_process.reset()
    return Logged(await open_desk(shared_live, easyship_twin_process, shiphero_twin_process, name="refused"))


@pytest.mark.parametrize(
    ("action", "inputs", "fields"),
    [
        ("easyship_get_shipment", {"path": {"easyship_shipment_id": f"{SECRET}!"}}, ["path.easyship_shipment_id"]),
        ("easyship_list_shipments", {"query": {"page_size": SECRET}}, ["query.page_size"]),
        ("shiphero_create_order", {"body": {"order_number": [SECRET]}}, ["body.order_number"]),
        ("shiphero_list_orders", {"query": {"fields": f"no_such_field {SECRET}"}}, ["query.fields"]),
    ],
)
async def test_the_line_names_the_inputs(logged: Logged, action: str, inputs: Any, fields: list[str]) -> None:
    """The log has the fields that the answer named, the refusal's status and code, and no step."""
    refused = await logged.desk.rpc(action, members=inputs)

    line = await logged.last()
    assert (refused.status, line["status"], line["cause"], line["success"]) == (422, 422, "unprocessable", False)
    assert line["wrong_fields"] == list(dict.fromkeys(one["field"] for one in refused.json()["invalid_fields"]))
    assert set(fields) <= set(line["wrong_fields"])
    assert line["step_requests"] == []
    assert SECRET not in json.dumps(line)


async def test_a_name_that_is_a_secret_is_masked(logged: Logged) -> None:
    """Who gives a credential where a name belongs does not find it in the log."""
    token = "prod_" + "aB3d" * 11
    await logged.desk.rpc("easyship_create_address", members={"body": {token: 1}})

    line = await logged.last()
    assert line["cause"] == "unprocessable"
    assert token not in json.dumps(line)


async def test_a_tool_call_leaves_the_same(logged: Logged) -> None:
    """What an agent gave wrongly is named as well."""
    params = {"name": "easyship_list_shipments", "arguments": {"query": {"page_size": SECRET}}}
    await asked(logged.desk.live, "tools/call", params, x_account_id=logged.desk.easyship)

    line = await logged.last()
    assert line["wrong_fields"] == ["query.page_size"]


async def test_what_was_sent_has_no_wrong_fields(logged: Logged) -> None:
    """The member is there only where a call was refused for its inputs."""
    await logged.desk.rpc("easyship_get_account")

    line = await logged.last()
    assert line["success"] is True
    assert "wrong_fields" not in line


@pytest.mark.parametrize("way", ["rpc", "unified", "proxy"])
async def test_a_call_that_got_no_credential_is_a_line(logged: Logged, way: str) -> None:
    """An account that is paused is called in vain: the log says so, without a step, by the id of the answer."""
    desk, path = logged.desk, "/2024-09/account"
    where = {"project_id": desk.live.tenant.project.id, "account_id": desk.easyship, "actor": "key:k"}
    headers = {"x-account-id": desk.easyship}
    await desk.live.house.accounts.pause(**where)
    if way == "rpc":
        refused = await desk.rpc("easyship_get_account")
    elif way == "unified":
        data = {"method": "get", "path": path}
        refused = await desk.live.call("POST", "/unified/proxy", data=data, headers=headers)
    else:
        refused = await desk.live.call("GET", f"/proxy{path}", headers=headers)
    line = await logged.last()
    await desk.live.house.accounts.resume(**where)

    named = refused.headers.get("x-crossdock-request-id") or refused.headers["x-request-id"]
    assert (refused.status, line["status"], line["cause"]) == (412, 412, refused.json()["code"])
    assert (line["request_id"], line["step_requests"], line["success"]) == (named, [], False)


async def test_the_export_has_them(logged: Logged) -> None:
    """A line of NDJSON tells the fields as the list does."""
    await logged.desk.rpc("easyship_list_shipments", members={"query": {"page_size": SECRET}})
    headers = {"accept": "application/x-ndjson"}

    streamed = await logged.desk.live.call("GET", "/requests/logs?status_codes=422", headers=headers)

    assert json.loads(streamed.body.splitlines()[0])["wrong_fields"] == ["query.page_size"]
