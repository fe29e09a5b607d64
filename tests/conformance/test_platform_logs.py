"""The log over HTTP: each call with the exchanges that it took, filtered, ordered, paged, and streamed whole."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from crossdock.kernel import paging
from house import Live
from shared_house import link_pasted
from twins import EasyshipTwin

LIST = "easyship_list_shipments"


@dataclass(frozen=True, slots=True)
class Logged:
    """A house in which one account made eight calls of several kinds."""

    live: Live
    account: str
    token: str

    async def get(self, path: str) -> Any:
        await self.live.house.calls.log.flush()
        answer = await self.live.call("GET", f"/requests{path}")
        assert answer.status == 200, answer.text()
        return answer.json()

    async def run(self, action: str, **inputs: Any) -> int:
        sent = {"x-account-id": self.account}
        body = {"action": action, **inputs}
        return (await self.live.call("POST", "/actions/rpc", data=body, headers=sent)).status


@pytest_asyncio.fixture(scope="module")
async def logged(shared_live: Live, easyship_twin_process: EasyshipTwin) -> AsyncIterator[Logged]:
    token = easyship_twin_process.integration("Logs")["production_token"]
    account = await link_pasted(shared_live, token, owner="logs")
    made = Logged(shared_live, account, token)
    for _ in range(4):
        assert await made.run(LIST, query={"page_size": 1}) == 200
    assert await made.run("easyship_get_account") == 200
    assert await made.run("easyship_get_shipment", path={"easyship_shipment_id": "nothing"}) == 422
    assert await made.run("easyship_get_shipment", path={"easyship_shipment_id": "ESUS99999999"}) == 404
    through = {"method": "get", "path": f"/2024-09/shipments?token={token}", "headers": {"x-note": f"note {token}"}}
    await shared_live.call("POST", "/unified/proxy", data=through, headers={"x-account-id": account})
    yield made


async def test_each_call_is_a_row(logged: Logged) -> None:
    """A call's row names what was asked, of whom and by whom, what came of it, and how long it took."""
    page = await logged.get(f"/logs?account_ids={logged.account}&actions=easyship_get_account")

    (row,) = page["data"]
    assert page["next"] is None
    assert (row["status"], row["success"], row["provider"], row["service"]) == (200, True, "easyship", "actions")
    assert (row["http_method"], row["path"], row["resource"]) == ("GET", "/2024-09/account", "account")
    assert row["source_type"] == "API"
    assert row["source_value"] == logged.live.tenant.principal.actor
    assert row["start_time"] <= row["end_time"]
    assert row["event_datetime"].endswith("Z")
    assert "request" not in row


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("", 8),
        ("&success=true", 6),
        ("&success=false", 2),
        ("&status_codes=404,422", 2),
        ("&status_codes=200&services=proxy", 1),
        (f"&actions={LIST},easyship_get_account", 5),
        ("&http_methods=get", 7),
        ("&http_methods=post,delete", 0),
        ("&providers=shiphero", 0),
        ("&providers=easyship,shiphero&resources=shipments", 5),
        ("&source_types=API,MCP", 8),
        ("&source_types=DASHBOARD", 0),
        ("&source_types=SCHEDULER", 0),
        ("&source_ids=nobody", 0),
        ("&source_ids=%25", 0),
        ("&source_ids=%5C", 0),
        ("&source_values=key:%25", 0),
        ("&start_date=2199-01-01T00:00:00Z", 0),
        ("&start_date=2020-01-01T00:00:00&end_date=2199-01-01T00:00:00Z", 8),
        ("&request_ids=call_none", 0),
    ],
)
async def test_filters_narrow_the_log(logged: Logged, query: str, number: int) -> None:
    """Comma lists, moments and success leave only what fits."""
    page = await logged.get(f"/logs?account_ids={logged.account}{query}")

    assert len(page["data"]) == number


@pytest.mark.parametrize("order", ["eventDatetime", "provider", "service", "status", "duration"])
@pytest.mark.parametrize("direction", ["asc", "desc"])
async def test_pages_give_each_row_once_in_order(logged: Logged, order: str, direction: str) -> None:
    """Whatever the order, pages of three lead to the end, and no row is missed or repeated."""
    path = f"/logs?account_ids={logged.account}&order_by={order}&order_direction={direction}&page_size=3"
    rows: list[dict[str, Any]] = []
    page = await logged.get(path)
    for _ in range(5):
        rows += page["data"]
        if page["next"] is None:
            break
        page = await logged.get(f"{path}&next={page['next']}")

    key = {"eventDatetime": "event_datetime"}.get(order, order)
    values = [row[key] for row in rows]
    assert len({row["request_id"] for row in rows}) == len(rows) == 8
    assert values == sorted(values, reverse=direction == "desc")


async def test_a_call_is_told_whole(logged: Logged) -> None:
    """One call shows its steps and what was said in them, with no credential in it, on request only."""
    (row,) = (await logged.get(f"/logs?account_ids={logged.account}&actions=easyship_get_account"))["data"]
    path = f"/logs/{row['request_id']}"

    bare = (await logged.get(path))["data"]
    steps = (await logged.get(f"{path}?include=step_logs"))["data"]["step_requests"]
    whole = (await logged.get(f"{path}?include=advanced_logs"))["data"]

    assert bare == row
    assert [(step["request_id"], step["status"]) for step in steps] == [(row["request_id"], 200)]
    assert whole["request"]["method"] == "GET"
    assert whole["response"]["status_code"] == 200
    assert "account" in whole["response"]["body"]
    assert "authorization" not in {name.lower() for name in whole["request"]["headers"]}


async def test_secrets_are_taken_out_by_value(logged: Logged) -> None:
    """A token that the caller put into query and headers is not in the log, whatever the name it stood under."""
    rows = (await logged.get(f"/logs?account_ids={logged.account}&services=proxy&include=step_logs"))["data"]

    whole = json.dumps(await logged.get(f"/logs/{rows[0]['request_id']}?include=step_logs,advanced_logs"))

    assert "***" in whole
    assert logged.token not in whole
    assert logged.token[5:25] not in whole


async def test_a_refused_call_has_a_row_without_steps(logged: Logged) -> None:
    """What was refused before anything was sent is there with its cause."""
    path = f"/logs?account_ids={logged.account}&status_codes=422&include=step_logs"

    (row,) = (await logged.get(path))["data"]

    assert (row["success"], row["cause"], row["step_requests"]) == (False, "unprocessable", [])


async def test_a_failure_tells_its_cause(logged: Logged) -> None:
    """A provider's refusal is told with the cause's name and the answer's beginning."""
    (row,) = (await logged.get(f"/logs?account_ids={logged.account}&status_codes=404"))["data"]

    whole = (await logged.get(f"/logs/{row['request_id']}?include=advanced_logs"))["data"]

    assert whole["response"]["provider_errors"][0]["status"] == 404
    assert whole["cause"] == whole["response"]["provider_errors"][0]["cause"]


async def test_steps_are_a_log_of_their_own(logged: Logged) -> None:
    """Each exchange is a row: seven, as a refused call took none."""
    page = await logged.get(f"/logs/steps?account_ids={logged.account}&order_by=duration")

    assert len(page["data"]) == 7
    assert all(step["id"].startswith("step_") for step in page["data"])


async def test_requests_to_the_platform_are_a_log_of_their_own(logged: Logged) -> None:
    """Who asked the platform for what is told, refusals included; calls of providers are not in it."""
    await logged.live.call("GET", f"/accounts/{logged.account}")
    await logged.live.call("GET", "/accounts/acc_none")

    mine = (await logged.get(f"/platform-logs?account_ids={logged.account}&categories=accounts"))["data"]
    refused = (await logged.get("/platform-logs?status_codes=404&actions=get_account"))["data"]
    calls = (await logged.get("/platform-logs?actions=run_action,proxy_request"))["data"]

    assert mine[0]["path"] == f"/accounts/{logged.account}"
    assert (mine[0]["action"], mine[0]["category"], mine[0]["source_ip"]) == ("get_account", "accounts", "127.0.0.1")
    assert refused[0]["account_id"] == "acc_none"
    assert calls == []


@pytest.mark.parametrize(("path", "number"), [("logs", 8), ("logs/steps", 7), ("platform-logs", 1)])
async def test_the_log_comes_as_lines(logged: Logged, path: str, number: int) -> None:
    """Asked for NDJSON, a log comes whole and filtered, one row a line."""
    await logged.live.call("GET", f"/accounts/{logged.account}/meta")
    await logged.live.house.calls.log.flush()
    which = "&actions=get_account_meta" if path == "platform-logs" else ""

    answer = await logged.live.call(
        "GET",
        f"/requests/{path}?account_ids={logged.account}{which}&page_size=2",
        headers={"accept": "application/x-ndjson"},
    )

    rows = [json.loads(line) for line in answer.text().splitlines()]
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert len(rows) >= number
    assert {row["account_id"] for row in rows} == {logged.account}


@pytest.mark.parametrize(
    "query",
    [
        *("order_by=moon", "order_direction=up", "page_size=101", "status_codes=abc", "next=x", "start_date=monday"),
        "start_date=0001-01-01T00:00:00%2B14:00",
        f"next={paging.encode('0001-01-01T00:00:00+14:00', 'call_1')}",
        f"order_by=status&next={paging.encode(2**70, 'call_1')}",
    ],
)
async def test_what_cannot_be_asked_is_refused(logged: Logged, query: str) -> None:
    """A wrong order, size, status, cursor or moment is a 400 that says what to do."""
    answer = await logged.live.call("GET", f"/requests/logs?{query}")

    assert answer.status == 400
    assert answer.json()["remedy"].endswith(".")


async def test_an_unknown_call_is_not_there(logged: Logged) -> None:
    """An id that is no call's is a 404."""
    answer = await logged.live.call("GET", "/requests/logs/call_none")

    assert answer.status == 404


async def test_old_days_are_forgotten_whole(logged: Logged) -> None:
    """After the days that logs are kept, a day goes with all of its rows; younger ones stay."""
    live = logged.live
    old = datetime.now(UTC) - timedelta(days=45)
    async with live.house.db.connection() as conn:
        await conn.execute("select log_day($1)", old.date())
        before = await conn.fetchval("select count(*) from calls")

    gone = await live.house.calls.log.forget()

    async with live.house.db.connection() as conn:
        assert await conn.fetchval("select count(*) from calls") == before
        assert await conn.fetchval("select to_regclass($1) is null", f"calls_{old:%Y%m%d}")
    assert gone == 3
