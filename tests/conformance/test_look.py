"""A write whose outcome is unknown: the way to find out is told, and a repeat looks before it sends again."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import count

import pytest
import pytest_asyncio

from agent import asked
from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.model import Action
from desk import Desk, number, open_desk
from house import Live
from twins import EasyshipTwin, ShipheroTwin

SETTLED = timedelta(minutes=3)
NOTHING_SHOWS_IT = {
    "easyship_create_insurance_quote",
    "easyship_create_app_access",
    "shiphero_create_license_plates",
    "shiphero_print_wholesale_labels",
    "shiphero_print_wholesale_packing_list",
    "shiphero_print_wholesale_packing_slip",
    "shiphero_print_wholesale_picking_sheet",
}
WRITES = [
    action
    for connector in Catalogue.load().connectors()
    for action in connector.actions.values()
    if action.effect != "read" and not action.idempotent
]
TAG = 'mutation { order_add_tags(data: {order_id: "T3JkZXI6MQ==", tags: ["t"]}) { request_id } }'

_keys = count(1)


@pytest_asyncio.fixture(scope="module")
async def opened(shared_live: Live, easyship_twin_process: EasyshipTwin, shiphero_twin_process: ShipheroTwin) -> Desk:
    """Link once."""
    return await open_desk(shared_live, easyship_twin_process, shiphero_twin_process, name="look")


@pytest.fixture
def desk(opened: Desk) -> Desk:
    """Give the desk with its twins in order and their journals empty."""
    for twin in (opened.easyship_twin, opened.shiphero_twin):
        twin.clear_faults()
        twin.clear_journal()
    opened.later(timedelta(minutes=2))
    return opened


@pytest.fixture
def key() -> str:
    """Make a key that no other test uses."""
    return f"look-{next(_keys)}"


@pytest.mark.parametrize("action", WRITES, ids=lambda action: action.name)
def test_each_write_that_counts_twice_can_be_looked_up(action: Action) -> None:
    """It names an action that reads, with inputs that this one takes, from inputs of its own."""
    if action.name in NOTHING_SHOWS_IT:
        assert action.look is None
        return
    assert action.look is not None
    _, looking = Catalogue.load().action(action.look.action)
    taken = {
        f"{place}.{name}" for place, part in looking.inputs["properties"].items() for name in part.get("properties", {})
    }
    given = {
        f"{place}.{name}" for place, part in action.inputs["properties"].items() for name in part.get("properties", {})
    }

    assert {*action.look.by, *action.look.always} <= taken
    sources = [*action.look.by.values(), *action.look.match.values()]
    assert {".".join(source.split(".")[:2]) for source in sources} <= given
    assert looking.paging is not None or not action.look.match
    needed = {f"{place}.{name}" for place, part in looking.inputs["properties"].items() for name in part["required"]}
    assert needed <= {*action.look.by, *action.look.always}


async def test_a_lost_answer_is_found_again(desk: Desk, key: str) -> None:
    """The order was made and its answer lost: the same key brings the order, and no second one is made."""
    name = number()
    desk.shiphero_twin.fault("cut_off", paths="/graphql", times=1)
    lost = await desk.rpc("shiphero_create_order", members=desk.order(name), idempotency_key=key)
    found = await desk.rpc("shiphero_create_order", members=desk.order(name), idempotency_key=key)
    again = await desk.rpc("shiphero_create_order", members=desk.order(name), idempotency_key=key)

    told = lost.json()
    assert (lost.status, told["code"]) == (502, "outcome_unknown")
    query = {"partner_order_id": f"p-{name}", "order_number": name}
    assert told["look_with"] == {"action": "shiphero_list_orders", "inputs": {"query": query}}
    assert "shiphero_list_orders" in told["remedy"]
    assert (found.status, found.headers["x-crossdock-outcome"]) == (200, "found"), found.text()
    assert (found.json()["data"]["order_number"], found.json()["warnings"] != []) == (name, True)
    assert (again.body, again.headers["x-crossdock-outcome"]) == (found.body, "found")
    assert await desk.orders(name) == 1


async def test_a_look_that_came_in_part_decides_nothing(desk: Desk, key: str) -> None:
    """The row that the provider could not give may be the order: it is not made again, and found by the next look."""
    name = number()
    desk.shiphero_twin.fault("cut_off", paths="/graphql", times=1)
    await desk.rpc("shiphero_create_order", members=desk.order(name), idempotency_key=key)
    desk.later(SETTLED)
    desk.shiphero_twin.fault("partial", paths="/graphql/orders", times=1)
    unsure = await desk.rpc("shiphero_create_order", members=desk.order(name), idempotency_key=key)
    found = await desk.rpc("shiphero_create_order", members=desk.order(name), idempotency_key=key)

    assert (unsure.json()["code"], "came in part" in unsure.json()["message"]) == ("outcome_unknown", True)
    assert found.headers["x-crossdock-outcome"] == "found"
    assert await desk.orders(name) == 1


async def test_what_never_happened_is_sent_once_it_cannot_come_any_more(desk: Desk, key: str) -> None:
    """A server that failed may still be at work: the repeat is told to wait, and afterwards makes the shipment."""
    name = number()
    desk.easyship_twin.fault("server_error", paths="/2024-09/shipments", methods=["POST"], times=1)
    failed = await desk.rpc("easyship_create_shipment", members=desk.shipment(name), idempotency_key=key)
    soon = await desk.rpc("easyship_create_shipment", members=desk.shipment(name), idempotency_key=key)
    desk.later(SETTLED)
    made = await desk.rpc("easyship_create_shipment", members=desk.shipment(name), idempotency_key=key)

    assert failed.json()["code"] == "outcome_unknown"
    assert (soon.status, soon.json()["code"]) == (409, "outcome_settling")
    assert 60 < int(soon.headers["retry-after"]) <= 120
    assert soon.json()["look_with"]["action"] == "easyship_list_shipments"
    assert made.status == 200, made.text()
    assert "x-crossdock-outcome" not in made.headers
    assert await desk.shipments(name) == 1


async def test_an_older_shipment_of_the_same_order_is_not_taken_for_the_new_one(desk: Desk, key: str) -> None:
    """An order may go out in two parcels: what was there before the write began does not count."""
    name = number()
    await desk.rpc("easyship_create_shipment", members=desk.shipment(name))
    desk.later(timedelta(minutes=10))
    desk.easyship_twin.fault("server_error", paths="/2024-09/shipments", methods=["POST"], times=1)
    await desk.rpc("easyship_create_shipment", members=desk.shipment(name), idempotency_key=key)
    desk.later(SETTLED)
    made = await desk.rpc("easyship_create_shipment", members=desk.shipment(name), idempotency_key=key)

    assert (made.status, "x-crossdock-outcome" in made.headers) == (200, False), made.text()
    assert await desk.shipments(name) == 2


async def test_what_can_be_done_twice_is_sent_again(desk: Desk, key: str) -> None:
    """Setting a note twice is as good as once: its key is not kept in doubt."""
    name = number()
    made = await desk.rpc("shiphero_create_order", members=desk.order(name))
    note = {"body": {"order_id": made.json()["data"]["id"], "packing_note": "Twice"}}
    desk.shiphero_twin.fault("server_error", paths="/graphql", times=1)
    failed = await desk.rpc("shiphero_update_order", members=note, idempotency_key=key)
    done = await desk.rpc("shiphero_update_order", members=note, idempotency_key=key)

    assert (failed.json()["code"], failed.json()["remedy"]) == (
        "outcome_unknown",
        "It does no harm to send this one again.",
    )
    assert done.status == 200, done.text()


async def test_a_look_before_makes_it_once(desk: Desk) -> None:
    """Eight at once, without a key: one order, and whoever comes later gets the one that is there."""
    name = number()

    async def ask() -> int:
        answer = await desk.rpc("shiphero_create_order", members=desk.order(name), x_crossdock_look="before")
        return answer.status

    told = await asyncio.gather(*(ask() for _ in range(8)))
    late = await desk.rpc("shiphero_create_order", members=desk.order(name), x_crossdock_look="before")

    assert set(told) <= {200, 409}
    assert 200 in told
    assert (late.status, late.headers["x-crossdock-outcome"]) == (200, "found")
    assert desk.mutations("order_create") == 1


async def test_several_that_fit_are_not_guessed_among(desk: Desk) -> None:
    """Two orders of one number: the caller is asked to look."""
    name = number()
    for _ in range(2):
        await desk.rpc("shiphero_create_order", members=desk.order(name))
    unsure = await desk.rpc("shiphero_create_order", members=desk.order(name), x_crossdock_look="before")

    assert (unsure.status, unsure.json()["code"], unsure.json()["found"]) == (502, "outcome_unknown", 2)
    assert await desk.orders(name) == 2


@pytest.mark.parametrize(
    ("members", "header", "expected"),
    [
        ({"action": "shiphero_create_tote", "body": {}}, "before", (422, "unprocessable")),
        ({"action": "easyship_create_address_batch", "body": {}}, "sideways", (400, "invalid_request")),
    ],
)
async def test_a_look_that_cannot_be_is_refused(
    desk: Desk, members: dict[str, object], header: str, expected: tuple[int, str]
) -> None:
    """Inputs are checked first, and a way to look that is not known is an error."""
    refused = await desk.rpc(str(members["action"]), members=members, x_crossdock_look=header)

    assert (refused.status, refused.json()["code"]) == expected


async def test_a_thing_without_a_name_cannot_be_looked_for(desk: Desk) -> None:
    """Without the order's number nothing tells one shipment from another; nothing is sent."""
    body = {name: value for name, value in desk.shipment("x")["body"].items() if name != "order_data"}
    refused = await desk.rpc("easyship_create_shipment", members={"body": body}, x_crossdock_look="before")

    assert (refused.status, refused.json()["code"]) == (422, "look_impossible")
    assert refused.json()["names"] == ["body.order_data.platform_order_number"]
    assert desk.easyship_twin.journal("/2024-09/shipments") == []


@pytest.mark.parametrize("path", ["/unified/proxy", "/proxy/graphql"])
async def test_the_proxy_cannot_look(desk: Desk, path: str) -> None:
    """A write of the caller's own is refused rather than sent without the look that was asked for."""
    document = {"query": TAG}
    data = {"method": "post", "path": "/graphql", "body": document} if path.startswith("/unified") else document
    headers = {"x-account-id": desk.shiphero, "x-crossdock-look": "before"}
    refused = await desk.live.call("POST", path, data=data, headers=headers)

    assert (refused.status, refused.json()["code"]) == (422, "look_impossible")
    assert desk.mutations("order_add_tags") == 0


async def test_an_agent_is_told_what_to_look_with(desk: Desk) -> None:
    """A tool's result says the same as an error of the API."""
    name = number()
    desk.shiphero_twin.fault("cut_off", paths="/graphql", times=1)
    params = {"name": "shiphero_create_order", "arguments": desk.order(name)}
    answer = await asked(desk.live, "tools/call", params, x_account_id=desk.shiphero)

    error = answer.json()["result"]["structuredContent"]["error"]
    assert (error["code"], error["look_with"]["action"]) == ("outcome_unknown", "shiphero_list_orders")


async def test_a_document_in_doubt_is_named(desk: Desk) -> None:
    """For a request of the caller's own, the error names the mutations that may have happened."""
    desk.shiphero_twin.fault("cut_off", paths="/graphql", times=1)
    data = {"method": "post", "path": "/graphql", "body": {"query": TAG}}
    lost = await desk.live.call("POST", "/unified/proxy", data=data, headers={"x-account-id": desk.shiphero})

    assert (lost.json()["code"], lost.json()["fields"]) == ("outcome_unknown", ["order_add_tags"])
    assert "POST /graphql (order_add_tags)" in lost.json()["message"]
