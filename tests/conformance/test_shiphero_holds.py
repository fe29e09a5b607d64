"""The head of an order: its fields, holds, notes, attachments and tags, and how it ends."""

from typing import Any

import pytest

from shiphero_client import Client, new_client
from shiphero_floor import (
    change,
    create,
    fulfil,
    hear,
    line,
    lines_of,
    pick,
    read,
    refusal,
    sent,
    stock,
    stocked,
    told,
    tote,
)
from twins import ShipheroTwin

_HOLDS = ("fraud_hold", "payment_hold", "operator_hold", "address_hold", "client_hold")


def _ready(order: dict[str, Any]) -> bool:
    return bool(order["allocations"][0]["ready_to_ship"])


def _status(client: Client, order: dict[str, Any], status: str, **members: Any) -> dict[str, Any]:
    data = {"order_id": order["id"], "fulfillment_status": status, **members}
    after: dict[str, Any] = change(client, "order_update_fulfillment_status", "UpdateOrderFulfillmentStatusInput", data)
    return after


@pytest.mark.parametrize("hold", _HOLDS)
def test_each_hold_stops_an_order_and_lets_it_go(shiphero_twin: ShipheroTwin, hold: str) -> None:
    """A held order keeps its stock, is not ready, and is again when the hold is lifted; both stand in the history."""
    client = new_client(shiphero_twin)
    stocked(client, "A-1", w11790=5)
    order = create(client, line("A-1", 1))

    held = change(client, "order_update_holds", "UpdateOrderHoldsInput", {"order_id": order["id"], hold: True})
    free = change(client, "order_update_holds", "UpdateOrderHoldsInput", {"order_id": order["id"], hold: False})

    name = hold.replace("_", " ").capitalize()
    assert [name for name, value in held["holds"].items() if value] == [hold]
    assert (_ready(order), _ready(held), _ready(free)) == (True, False, True)
    assert held["allocations"][0]["allocation_reference"] == free["allocations"][0]["allocation_reference"]
    assert told(free)[-2:] == [f"{name} added", f"{name} removed"]


def test_the_hold_of_the_shipping_method_cannot_be_set(shiphero_twin: ShipheroTwin) -> None:
    """The input does not know it, so the document is refused before it runs."""
    client = new_client(shiphero_twin)

    reply = client.post(
        "mutation($d: UpdateOrderHoldsInput!) { order_update_holds(data: $d) { request_id } }",
        {"d": {"order_id": "1", "shipping_method_hold": True}},
    )

    assert reply.status == 400
    assert "shipping_method_hold" in reply.text()


def test_a_hold_until_a_date_ends_with_the_clock(shiphero_twin: ShipheroTwin) -> None:
    """Until the date the order is not ready; then it is, is told so, and its history says it."""
    client = new_client(shiphero_twin)
    stocked(client, "A-1", w11790=5)
    hear(client, "Order Allocated")
    until = shiphero_twin.now().strftime("%Y-%m-%dT23:59:59")

    order = create(client, line("A-1", 1), hold_until_date=until)
    shiphero_twin.clock_advance("1d")
    after = read(client, order)

    told_outside = [body["ready_to_ship"] for body in sent(shiphero_twin, "Order Allocated")]
    assert order["hold_until_date"] == until
    assert (_ready(order), _ready(after)) == (False, True)
    assert [entry["created_at"] for entry in after["order_history"]][-1] == until
    assert told(after)[-1] == "Hold until date has come"
    assert told_outside == [0, 1]


def test_order_update_changes_the_head_only(shiphero_twin: ShipheroTwin) -> None:
    """What is sent changes, what is left out or null stays, and the lines are not touched."""
    client = new_client(shiphero_twin)
    order = create(client, line("A-1", 2), tags=["vip"], gift_note="Hello")
    shiphero_twin.clock_advance("1h")

    data = {"gift_note": None, "packing_note": "Careful", "priority_flag": True, "tags": ["b", "a"], "profile": "b2b"}
    history = {"source": "picker@shop.example", "message": "asked on the phone"}
    after = change(
        client,
        "order_update",
        "UpdateOrderInput",
        {"order_id": order["id"], **data, "order_number": "N-2", "history_entry": history},
    )

    assert (after["gift_note"], after["packing_note"], after["priority_flag"]) == ("Hello", "Careful", True)
    assert (after["order_number"], after["tags"], after["profile"]) == ("N-2", ["b", "a"], "b2b")
    assert lines_of(after) == lines_of(order)
    assert after["updated_at"] > order["updated_at"]
    assert {'Updated order_number to "N-2"', "Tags set to: b, a", "asked on the phone"} <= set(told(after))
    assert after["order_history"][-1]["username"] == "picker@shop.example"


def test_ready_to_ship_is_frozen(shiphero_twin: ShipheroTwin) -> None:
    """The deprecated field keeps what the order was made with; the allocations know better."""
    client = new_client(shiphero_twin)
    stocked(client, "A-1", w11790=5)

    order = create(client, line("A-1", 1), ready_to_ship=False)
    after = change(client, "order_update", "UpdateOrderInput", {"order_id": order["id"], "ready_to_ship": True})

    assert (after["ready_to_ship"], _ready(after)) == (False, True)


def test_a_mended_address_lifts_its_hold(shiphero_twin: ShipheroTwin) -> None:
    """A bad address in the United States holds the order, a good one lets it go."""
    client = new_client(shiphero_twin)
    sound = {"address1": "1 Main St", "city": "New York", "state": "NY", "zip": "10001", "country": "US"}
    order = create(client, line("A-1", 1), shipping_address={**sound, "zip": "1"})

    after = change(client, "order_update", "UpdateOrderInput", {"order_id": order["id"], "shipping_address": sound})

    assert (order["holds"]["address_hold"], after["holds"]["address_hold"]) == (True, False)
    assert "Address hold removed" in told(after)


def test_history_takes_notes_and_is_found(shiphero_twin: ShipheroTwin) -> None:
    """A note of one's own stands in the order's history and in order_history, by whom and from when."""
    client = new_client(shiphero_twin)
    order = create(client, line("A-1", 1), order_number="H-1")
    query = "query($a: String, $b: String) { order_history(order_number: $a, username: $b) { data { edges { node {"

    change(
        client,
        "order_add_history_entry",
        "AddHistoryInput",
        {"order_id": order["id"], "history_entry": {"source": "bot", "message": "called"}},
    )
    found = client.data(f"{query} information order {{ id }} }} }} }} }} }}", {"a": "H-1", "b": "bot"})

    edges = found["order_history"]["data"]["edges"]
    assert [edge["node"] for edge in edges] == [{"information": "called", "order": {"id": order["id"]}}]


def test_an_empty_note_is_refused(shiphero_twin: ShipheroTwin) -> None:
    """A note needs words."""
    client = new_client(shiphero_twin)
    order = create(client, line("A-1", 1))

    error = refusal(
        client, "order_add_history_entry", "AddHistoryInput", {"order_id": order["id"], "history_entry": {}}
    )

    assert error["message"] == "history_entry needs a message"


def test_attachments_are_noted(shiphero_twin: ShipheroTwin) -> None:
    """A file that lies elsewhere gets a name and a type from its address unless they are given."""
    client = new_client(shiphero_twin)
    order = create(client, line("A-1", 1))
    node = "id order_id filename file_type file_size url description created_at"
    data = {"order_id": order["id"], "url": "https://files.example/a%20b/invoice%201.pdf?x=1", "description": "Invoice"}

    made = change(client, "order_add_attachment", "OrderAddAttachmentInput", data, entity="attachment", node=node)
    found = read(client, order, node=f"attachments {{ total_count edges {{ node {{ {node} }} }} }}")
    error = refusal(
        client, "order_add_attachment", "OrderAddAttachmentInput", {**data, "url": "ftp://x"}, entity="attachment"
    )

    assert (made["filename"], made["file_type"], made["description"]) == ("invoice 1.pdf", "application/pdf", "Invoice")
    assert found["attachments"] == {"total_count": 1, "edges": [{"node": made}]}
    assert error["message"] == "url must be an http or https address"


def test_tags_are_replaced_and_cleared(shiphero_twin: ShipheroTwin) -> None:
    """order_update_tags leaves only what it names, order_clear_tags nothing."""
    client = new_client(shiphero_twin)
    order = create(client, line("A-1", 1), tags=["vip", "gift"])

    replaced = change(
        client, "order_update_tags", "UpdateTagsInput", {"order_id": order["id"], "tags": ["late", "gift"]}
    )
    cleared = change(client, "order_clear_tags", "UpdateOrderInputBase", {"order_id": order["id"]})

    assert (replaced["tags"], cleared["tags"]) == (["late", "gift"], [])


def test_tags_of_many_orders(shiphero_twin: ShipheroTwin) -> None:
    """The bulk operations change all orders that they find, and name those that they do not."""
    client = new_client(shiphero_twin)
    first, second = create(client, line("A-1", 1)), create(client, line("A-1", 1), tags=["x"])
    document = "mutation($d: BulkUpdateTagsInput!) {{ order_bulk_{}_tags(data: $d) {{ errors {{ code error }} }} }}"
    data = {"orders_ids": [first["id"], str(second["legacy_id"]), "T3JkZXI6MQ=="], "tags": ["x", "sale"]}

    added = client.data(document.format("add"), {"d": data})["order_bulk_add_tags"]["errors"]
    tagged = read(client, first)["tags"], read(client, second)["tags"]
    client.data(document.format("remove"), {"d": {**data, "tags": ["x"]}})

    assert added == [{"code": 5, "error": "Order not found: T3JkZXI6MQ=="}]
    assert tagged == (["x", "sale"], ["x", "sale"])
    assert read(client, second)["tags"] == ["sale"]


def test_cancelling_frees_the_stock(shiphero_twin: ShipheroTwin) -> None:
    """Nothing is pending or set aside any more, and the outside is told why."""
    client = new_client(shiphero_twin)
    stocked(client, "A-1", w11790=5)
    hear(client, "Order Canceled", "Order Deallocated")
    order = create(client, line("A-1", 2))

    after = change(client, "order_cancel", "CancelOrderInput", {"order_id": order["id"], "reason": "bought twice"})

    (cancelled,) = lines_of(after)
    (freed,), (told_of,) = sent(shiphero_twin, "Order Deallocated"), sent(shiphero_twin, "Order Canceled")
    assert (after["fulfillment_status"], after["allocations"]) == ("canceled", [])
    assert (cancelled["quantity_pending_fulfillment"], cancelled["fulfillment_status"]) == (0, "canceled")
    assert stock(client, "A-1") == {"on_hand": 5, "allocated": 0, "available": 5, "backorder": 0}
    assert told(after)[-1] == "Order canceled: bought twice"
    assert told_of["order_uuid"] == freed["order_uuid"] == order["id"]
    assert told_of["reason"] == "bought twice"


def test_cancelling_what_was_shipped_needs_force(shiphero_twin: ShipheroTwin) -> None:
    """Valid labels and completed shipments keep an order from being cancelled; force voids them."""
    client = new_client(shiphero_twin)
    stocked(client, "A-1", w11790=5)
    order, box = create(client, line("A-1", 2)), tote(client)
    pick(shiphero_twin, order, box)
    fulfil(client, order, box)

    error = refusal(client, "order_cancel", "CancelOrderInput", {"order_id": order["id"]})
    after = change(client, "order_cancel", "CancelOrderInput", {"order_id": order["id"], "force": True})
    labels = read(client, order, node="shipments { needs_refund shipping_labels { status } }")
    voided = client.data("{ shipments(voided: true) { data { total_count } } }")

    assert "set force" in error["message"]
    assert after["fulfillment_status"] == "canceled"
    assert labels["shipments"] == [{"needs_refund": True, "shipping_labels": [{"status": "voided"}]}]
    assert voided["shipments"]["data"]["total_count"] == 1


def test_cancelling_twice_is_refused(shiphero_twin: ShipheroTwin) -> None:
    """A cancelled order cannot be cancelled again."""
    client = new_client(shiphero_twin)
    order = create(client, line("A-1", 2))
    change(client, "order_cancel", "CancelOrderInput", {"order_id": order["id"]})

    error = refusal(client, "order_cancel", "CancelOrderInput", {"order_id": order["id"]})

    assert error["message"] == "Order is canceled already"


def test_a_cancelled_order_comes_back(shiphero_twin: ShipheroTwin) -> None:
    """Another status opens it again, and it wants its stock."""
    client = new_client(shiphero_twin)
    stocked(client, "A-1", w11790=5)
    order = create(client, line("A-1", 2))
    change(client, "order_cancel", "CancelOrderInput", {"order_id": order["id"]})

    after = _status(client, order, "Ready to pick", reason="a mistake")

    assert after["fulfillment_status"] == "Ready to pick"
    assert lines_of(after)[0]["quantity_allocated"] == 2
    assert told(after)[-1] == "Fulfillment status changed from canceled to Ready to pick: a mistake"


@pytest.mark.parametrize(("members", "left"), [({}, 5), ({"remove_inventory": True}, 3)])
def test_setting_an_order_fulfilled(shiphero_twin: ShipheroTwin, members: dict[str, Any], left: int) -> None:
    """Everything counts as shipped; the stock stays unless it is to be removed."""
    client = new_client(shiphero_twin)
    stocked(client, "A-1", w11790=5)
    order = create(client, line("A-1", 2))

    after = _status(client, order, "fulfilled", **members)

    (done,) = lines_of(after)
    assert (done["quantity_shipped"], done["quantity_pending_fulfillment"], done["quantity_allocated"]) == (2, 0, 0)
    assert (after["fulfillment_status"], after["allocations"]) == ("fulfilled", [])
    assert stock(client, "A-1") == {"on_hand": left, "allocated": 0, "available": left, "backorder": 0}


def test_a_customers_order_is_found_by_its_3pl(shiphero_twin: ShipheroTwin) -> None:
    """A 3PL acts for its customers, with or without naming them; nobody else finds their orders."""
    logistician = new_client(shiphero_twin, "wms@3pl.example", account_id="7601")
    merchant = new_client(shiphero_twin)
    order = create(logistician, line("T-1", 1), customer_account_id="7602")

    after = change(logistician, "order_update", "UpdateOrderInput", {"order_id": order["id"], "gift_note": "hi"})
    wrong = refusal(
        logistician, "order_update", "UpdateOrderInput", {"order_id": order["id"], "customer_account_id": "7603"}
    )
    foreign = refusal(merchant, "order_cancel", "CancelOrderInput", {"order_id": order["id"]})

    assert after["gift_note"] == "hi"
    assert (wrong["code"], wrong["message"]) == (foreign["code"], foreign["message"]) == (5, "Order not found")
