"""A provider that gives data and errors together: the data arrives, the errors are told, and the log says so."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from agent import asked
from desk import Desk, number, open_desk
from house import Answer, Live
from shared_house import link_pasted
from twins import EasyshipTwin, ShipheroTwin, limited

NARROW = ("view:account", "view:products")
TWO = {
    "query": "{ ours: products(sku: null) { data(first: 1) { edges { node { sku } } } } theirs: orders { request_id } }"
}
CREATE = """mutation($data: CreateOrderInput!) {
  order_create(data: $data) { order { id line_items(first: 3950) { edges { node { id } } } } }
}"""
TRIES = 40
PART = "answered_in_part"


@dataclass(frozen=True, slots=True)
class Shop:
    """Accounts of both providers, one of them of a developer who may read products and nothing else."""

    desk: Desk
    narrow: str

    @property
    def live(self) -> Live:
        return self.desk.live

    async def line(self, answer: Answer) -> dict[str, Any]:
        """Return the line that a call has in the log, with what was said."""
        call_id = answer.headers.get("x-crossdock-request-id") or answer.headers["x-request-id"]
        found = await self.live.call("GET", f"/requests/logs/{call_id}?include=step_logs,advanced_logs")
        line: dict[str, Any] = found.json()["data"]
        return line

    async def last(self) -> dict[str, Any]:
        """Return the newest line of the log."""
        found = await self.live.call("GET", "/requests/logs?page_size=1&include=step_logs")
        line: dict[str, Any] = found.json()["data"][0]
        return line

    async def create(self, document: str, *, name: str = "") -> Answer:
        """Send a document through, with the inputs of an order and its number as the key where one is named."""
        inputs = {"data": self.desk.order(name)["body"]} if name else {}
        headers = {"x-account-id": self.desk.shiphero, **({"idempotency-key": name} if name else {})}
        data = {"query": document, "variables": inputs}
        return await self.live.call("POST", "/proxy/graphql", data=data, headers=headers)

    def lose(self, operation: str) -> None:
        """Let the next answer to an operation lose a part."""
        self.desk.shiphero_twin.fault("partial", paths=f"/graphql/{operation}", times=1)


@pytest_asyncio.fixture(scope="module")
async def stocked(
    shared_live: Live, easyship_twin_process: EasyshipTwin, shiphero_twin_process: ShipheroTwin
) -> AsyncIterator[Shop]:
    """Link the accounts once."""
    easyship_twin_process.reset()
    shiphero_twin_process.reset()
    desk = await open_desk(shared_live, easyship_twin_process, shiphero_twin_process, name="partial")
    token = shiphero_twin_process.developer("narrow@shop.example", scopes=list(NARROW))["refresh_token"]
    narrow = await link_pasted(shared_live, token, owner="narrow", provider="shiphero", field="refresh_token")
    yield Shop(desk, narrow)


@pytest.fixture
def shop(stocked: Shop) -> Shop:
    """Give the accounts with twins that do what they should."""
    for twin in (stocked.desk.easyship_twin, stocked.desk.shiphero_twin):
        twin.clear_faults()
        twin.clear_journal()
    return stocked


async def test_rows_arrive_beside_what_could_not_be_read(shop: Shop) -> None:
    """A page whose last row is missing gives the others, the provider's error, and the word `partial`."""
    shop.lose("products")

    answer = await shop.desk.rpc("shiphero_list_products", members={"query": {"page_size": 3}})

    told = answer.json()
    assert (answer.status, len(told["data"])) == (200, 2)
    assert answer.headers["x-crossdock-outcome"] == "partial"
    assert told["warnings"] == ["A part of this answer could not be read"]
    assert {name: told["provider_errors"][0][name] for name in ("status", "code", "operation", "field")} == {
        "status": 200,
        "code": 999,
        "operation": "products",
        "field": "node",
    }


async def test_the_log_tells_half_an_answer_from_a_whole_one(shop: Shop) -> None:
    """The line has the provider's 200 and the cause, is no success, and its step shows what was said."""
    shop.lose("products")
    half = await shop.desk.rpc("shiphero_list_products", members={"query": {"page_size": 2}})
    whole = await shop.desk.rpc("shiphero_list_products", members={"query": {"page_size": 2}})

    line, other = await shop.line(half), await shop.line(whole)

    assert (line["status"], line["cause"], line["success"]) == (200, PART, False)
    assert line["step_requests"][0]["cause"] == PART
    assert line["response"]["body"]["errors"][0]["field"] == "node"
    assert line["response"]["provider_errors"][0]["cause"] == PART
    assert (other["status"], other.get("cause"), other["success"]) == (200, None, True)
    assert "x-crossdock-outcome" not in whole.headers
    assert "provider_errors" not in whole.json()


async def test_a_write_in_part_is_no_clean_success(shop: Shop) -> None:
    """The order is made and cannot be shown: the answer says so, and so does each repeat under its key."""
    name = number()
    shop.lose("order_create")

    made = await shop.desk.rpc("shiphero_create_order", members=shop.desk.order(name), idempotency_key=name)
    again = await shop.desk.rpc("shiphero_create_order", members=shop.desk.order(name), idempotency_key=name)

    assert (made.status, made.json()["data"]) == (200, None)
    assert made.headers["x-crossdock-outcome"] == again.headers["x-crossdock-outcome"] == "partial"
    assert made.json()["provider_errors"][0]["operation"] == "order_create"
    assert again.json() == made.json()
    assert shop.desk.mutations("order_create") == 1
    assert await shop.desk.orders(name) == 1
    line = await shop.line(made)
    assert (line["effect"], line["cause"], line["success"]) == ("write", PART, False)


async def test_a_label_that_failed_is_told_in_the_same_way(shop: Shop) -> None:
    """Easyship answers 202: the shipment is there, the label is not."""
    inputs = shop.desk.shipment(number())
    inputs["body"]["destination_address"] = {**inputs["body"]["destination_address"], "postal_code": "00001"}
    inputs["body"]["shipping_settings"] = {"buy_label": True, "buy_label_synchronous": True}

    made = await shop.desk.rpc("easyship_create_shipment", members=inputs)

    line = await shop.line(made)
    assert made.json()["data"]["easyship_shipment_id"]
    assert made.headers["x-crossdock-outcome"] == "partial"
    assert [one["message"] for one in made.json()["provider_errors"]] == made.json()["warnings"]
    assert (line["status"], line["cause"], line["success"]) == (202, PART, False)


async def test_a_collected_list_says_that_rows_are_missing(shop: Shop) -> None:
    """The rows before and after come; the last line says on how many pages something is missing, and what."""
    shop.lose("products")

    answer = await shop.desk.rpc("shiphero_list_products", members={"query": {"page_size": 3}, "collect": True})
    lines = [json.loads(line) for line in answer.body.splitlines()]

    end = lines[-1]["end"]
    assert (end["rows"], end["partial_pages"]) == (len(lines) - 1, 1)
    assert end["provider_errors"][0]["field"] == "node"


@pytest.mark.parametrize("way", ["/proxy/graphql", "/unified/proxy"])
async def test_two_questions_of_which_one_is_refused(shop: Shop, way: str) -> None:
    """One field lacks a scope and the other answers: its data passes, and the log has a cause beside the 200."""
    data: Any = TWO if way.startswith("/proxy") else {"method": "post", "path": "/graphql", "body": TWO}

    passed = await shop.live.call("POST", way, data=data, headers={"x-account-id": shop.narrow})

    body = passed.json() if way.startswith("/proxy") else passed.json()["data"]
    line = await shop.last()
    assert passed.status == 200
    assert body["data"]["ours"]["data"]["edges"][0]["node"]["sku"]
    assert (body["data"]["theirs"], body["errors"][0]["code"]) == (None, 7)
    assert (line["status"], line["cause"], line["success"]) == (200, PART, False)
    assert passed.headers.get("x-crossdock-outcome") == ("partial" if way.startswith("/proxy") else None)
    if way == "/unified/proxy":
        told = passed.json()["provider_errors"]
        assert [(one["code"], one["operation"]) for one in told] == [(7, "orders")]


@pytest.mark.parametrize("way", ["/proxy/graphql", "/unified/proxy"])
async def test_a_question_that_is_refused_whole(shop: Shop, way: str) -> None:
    """Nothing but errors in a 200 is a refusal: the answer passes as it is, the log names the cause."""
    asked_for = {"query": "{ orders { request_id } }"}
    data: Any = asked_for if way.startswith("/proxy") else {"method": "post", "path": "/graphql", "body": asked_for}

    passed = await shop.live.call("POST", way, data=data, headers={"x-account-id": shop.narrow})

    line = await shop.last()
    assert (passed.status, line["cause"], line["success"]) == (200, "scope_missing", False)
    assert passed.headers.get("x-crossdock-error") == ("provider" if way.startswith("/proxy") else None)
    if way == "/unified/proxy":
        assert "view:orders" in passed.json()["provider_errors"][0]["raw"]["errors"][0]["message"]


@pytest.mark.parametrize("way", ["/proxy/graphql", "/unified/proxy"])
async def test_a_write_through_the_proxy_in_part(shop: Shop, way: str) -> None:
    """Its order is made; the log and the key know that the answer was half of one, and a repeat gives the same."""
    name = number()
    data: Any = {"query": CREATE, "variables": {"data": shop.desk.order(name)["body"]}}
    sent = data if way.startswith("/proxy") else {"method": "post", "path": "/graphql", "body": data}
    headers = {"x-account-id": shop.desk.shiphero, "idempotency-key": name}
    shop.lose("order_create")

    made = await shop.live.call("POST", way, data=sent, headers=headers)
    line = await shop.last()
    again = await shop.live.call("POST", way, data=sent, headers=headers)
    kept = await shop.live.call("GET", f"/idempotency_keys/{name}", headers=headers)

    assert again.body == made.body
    assert again.headers.get("x-crossdock-outcome") == made.headers.get("x-crossdock-outcome")
    assert (line["cause"], line["success"], line["effect"]) == (PART, False, "write")
    assert (kept.json()["state"], kept.json()["answer"]["outcome"]) == ("answered", "partial")
    assert await shop.desk.orders(name) == 1


async def test_a_refusal_for_credits_leaves_the_key_free(shop: Shop) -> None:
    """A write that was refused in a 200 since credits were spent is sent again under its key, and then made."""
    with limited(shop.desk.shiphero_twin):
        for _ in range(TRIES):
            name = number()
            await shop.create(
                "{ orders { data(first: 40) { edges { node { line_items { edges { node { id } } } } } } } }"
            )
            refused = await shop.create(CREATE, name=name)
            if "errors" in refused.json():
                break

    made = await shop.create(CREATE, name=name)

    assert refused.json()["errors"][0]["code"] == 30
    assert made.json()["data"]["order_create"]["order"]["id"]


async def test_a_tool_tells_a_model_what_is_missing(shop: Shop) -> None:
    """The result has data and errors, is no error itself, and the trail says `partial`."""
    shop.lose("products")
    params = {"name": "shiphero_list_products", "arguments": {"query": {"page_size": 3}}}

    answer = await asked(shop.live, "tools/call", params, x_account_id=shop.desk.shiphero)

    result = answer.json()["result"]
    value = result["structuredContent"]
    async with shop.live.house.db.connection() as conn:
        told = await conn.fetchval(
            "select detail->>'outcome' from audit_entries where event = 'agent.called' order by seq desc limit 1"
        )
    assert result.get("isError", False) is False
    assert (len(value["data"]), value["outcome"]) == (2, "partial")
    assert value["provider_errors"][0]["operation"] == "products"
    assert value["warnings"] == ["A part of this answer could not be read"]
    assert told == "partial"
