"""What an order is for: its lines, SKUs and warehouse, and orders that travel together."""

from typing import Any

import pytest

from shiphero_client import Client, new_client
from shiphero_floor import change, create, line, lines_of, move, pick, read, refusal, stock, stocked, told, tote
from twins import ShipheroTwin

_ADDED = [line("A-2", 1)]


def test_lines_are_added_with_their_stock(shiphero_twin: ShipheroTwin) -> None:
    """A new line gets stock at once, moves updated_at and stands in the history."""
    client = new_client(shiphero_twin)
    stocked(client, "A-2", w11790=5)
    order = create(client, line("A-1", 2))
    shiphero_twin.clock_advance("1h")

    after = change(client, "order_add_line_items", "AddLineItemsInput", {"order_id": order["id"], "line_items": _ADDED})

    assert [(each["sku"], each["quantity_allocated"]) for each in lines_of(after)] == [("A-1", 0), ("A-2", 1)]
    assert after["updated_at"] > order["updated_at"]
    assert told(after)[-1] == "Added line item A-2 x 1"
    assert stock(client, "A-2") == {"on_hand": 5, "allocated": 1, "available": 4, "backorder": 0}


def test_removed_lines_give_their_stock_back(shiphero_twin: ShipheroTwin) -> None:
    """What a removed line had set aside goes to the order that waits for it."""
    client = new_client(shiphero_twin)
    stocked(client, "A-1", w11790=3)
    first, second = create(client, line("A-1", 3)), create(client, line("A-1", 2))
    number = lines_of(first)[0]["id"]

    after = change(
        client, "order_remove_line_items", "RemoveLineItemsInput", {"order_id": first["id"], "line_item_ids": [number]}
    )

    assert lines_of(after) == []
    assert after["allocations"] == []
    assert lines_of(read(client, second))[0]["quantity_allocated"] == 2
    assert stock(client, "A-1") == {"on_hand": 3, "allocated": 2, "available": 1, "backorder": 0}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"quantity": 5}, (5, 5, 4, 1)),
        ({"quantity": 1}, (1, 1, 1, 0)),
        ({"quantity": 5, "quantity_pending_fulfillment": 2}, (5, 2, 2, 0)),
        ({"quantity_pending_fulfillment": 0}, (3, 0, 0, 0)),
    ],
)
def test_a_lines_numbers_can_be_changed(
    shiphero_twin: ShipheroTwin, given: dict[str, int], expected: tuple[int, ...]
) -> None:
    """Pending follows the quantity unless it is given; stock and backorder follow what is pending."""
    client = new_client(shiphero_twin)
    stocked(client, "A-1", w11790=4)
    order = create(client, line("A-1", 3))
    item = {"id": lines_of(order)[0]["id"], **given}

    after = change(
        client, "order_update_line_items", "UpdateLineItemsInput", {"order_id": order["id"], "line_items": [item]}
    )

    (changed,) = lines_of(after)
    names = ("quantity", "quantity_pending_fulfillment", "quantity_allocated", "backorder_quantity")
    assert tuple(changed[name] for name in names) == expected
    assert stock(client, "A-1")["allocated"] == expected[2]
    assert stock(client, "A-1")["backorder"] == expected[3]


def test_what_a_line_only_keeps_can_be_changed(shiphero_twin: ShipheroTwin) -> None:
    """Price and partner_line_item_id change without touching the stock; what is left out stays."""
    client = new_client(shiphero_twin)
    order = create(client, line("A-1", 3))
    item = {"id": str(order["legacy_id"]), "price": "9.99", "partner_line_item_id": "new"}
    item["id"] = lines_of(order)[0]["id"]

    after = change(
        client, "order_update_line_items", "UpdateLineItemsInput", {"order_id": order["id"], "line_items": item}
    )

    (changed,) = lines_of(after)
    assert (changed["price"], changed["partner_line_item_id"], changed["quantity"]) == ("9.99", "new", 3)


def test_a_sku_is_exchanged(shiphero_twin: ShipheroTwin) -> None:
    """The old product's stock is free again, the new one's is set aside; SKUs are compared without case."""
    client = new_client(shiphero_twin)
    stocked(client, "A-1", w11790=3)
    stocked(client, "B-1", w11790=3)
    order = create(client, line("A-1", 2))

    after = change(
        client,
        "order_set_line_item_sku",
        "SetLineItemSkuInput",
        {"order_id": order["id"], "old_sku": " a-1", "new_sku": "B-1"},
    )

    assert lines_of(after)[0]["sku"] == "B-1"
    assert (stock(client, "A-1")["allocated"], stock(client, "B-1")["allocated"]) == (0, 2)


def test_an_order_moves_to_another_warehouse(shiphero_twin: ShipheroTwin) -> None:
    """The lines are locked to the warehouse that was named, even if less lies there."""
    client = new_client(shiphero_twin)
    stocked(client, "A-1", w11790=5, w11791=1)
    order = create(client, line("A-1", 2))

    after = change(
        client,
        "order_change_warehouse",
        "ChangeOrderWarehouseInput",
        {"order_id": order["id"], "warehouse_id": "11791"},
    )

    (moved,) = lines_of(after)
    assert moved["locked_to_warehouse_id"] == moved["warehouse_id"] == after["allocations"][0]["warehouse_id"]
    assert (moved["quantity_allocated"], moved["backorder_quantity"]) == (1, 1)
    assert stock(client, "A-1", "11790")["allocated"] == 0
    assert stock(client, "A-1", "11791") == {"on_hand": 1, "allocated": 1, "available": 0, "backorder": 1}


def _with_line(order: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"order_id": order["id"], "line_items": [{"id": lines_of(order)[0]["id"], **members}]}


@pytest.mark.parametrize(
    ("operation", "kind", "make", "code", "message"),
    [
        ("order_update_line_items", "UpdateLineItemsInput", {"quantity": 0}, 901, "quantity must be"),
        ("order_update_line_items", "UpdateLineItemsInput", {"quantity_pending_fulfillment": 9}, 901, "quantity_pend"),
        ("order_update_line_items", "UpdateLineItemsInput", {"partner_line_item_id": "p-B-1"}, 901, "must be unique"),
        ("order_update_line_items", "UpdateLineItemsInput", {"id": "TGluZUl0ZW06MQ=="}, 5, "Line item not found"),
        ("order_update_line_items", "UpdateLineItemsInput", {"warehouse_id": "1"}, 5, "Warehouse not found"),
    ],
)
def test_changes_that_make_no_sense_are_refused(
    shiphero_twin: ShipheroTwin, operation: str, kind: str, make: dict[str, Any], code: int, message: str
) -> None:
    """A refused change leaves the order as it was."""
    client = new_client(shiphero_twin)
    order = create(client, line("A-1", 2), line("B-1", 1))

    error = refusal(client, operation, kind, _with_line(order, **make))

    assert (error["code"], error["operation"]) == (code, operation)
    assert message in error["message"]
    assert read(client, order) == order


@pytest.mark.parametrize(
    ("operation", "kind", "data"),
    [
        ("order_add_line_items", "AddLineItemsInput", {"line_items": _ADDED}),
        ("order_set_line_item_sku", "SetLineItemSkuInput", {"old_sku": "A-1", "new_sku": "B"}),
        ("order_change_warehouse", "ChangeOrderWarehouseInput", {"warehouse_id": "11790"}),
    ],
)
def test_a_closed_order_keeps_its_lines(
    shiphero_twin: ShipheroTwin, operation: str, kind: str, data: dict[str, Any]
) -> None:
    """A cancelled order takes no change of what is to be sent."""
    client = new_client(shiphero_twin)
    order = create(client, line("A-1", 2))
    change(client, "order_cancel", "CancelOrderInput", {"order_id": order["id"]})

    error = refusal(client, operation, kind, {"order_id": order["id"], **data})

    assert error["message"].startswith("Order is canceled:")


def test_picked_lines_stay_until_the_tote_is_cleared(shiphero_twin: ShipheroTwin) -> None:
    """Pieces in a tote keep their line; clearing the tote sets it free."""
    client = new_client(shiphero_twin)
    stocked(client, "A-1", w11790=5)
    order, box = create(client, line("A-1", 2)), tote(client)
    assert pick(shiphero_twin, order, box) == 2
    removal = {"order_id": order["id"], "line_item_ids": [lines_of(order)[0]["id"]]}

    error = refusal(client, "order_remove_line_items", "RemoveLineItemsInput", removal)
    client.data(
        "mutation($data: ClearToteInput!) { tote_clear(data: $data) { ok } }",
        {"data": {"tote_id": box, "return_inventory": True}},
    )
    after = change(client, "order_remove_line_items", "RemoveLineItemsInput", removal)

    assert "needs the tote to be cleared" in error["message"]
    assert lines_of(after) == []
    assert stock(client, "A-1") == {"on_hand": 5, "allocated": 0, "available": 5, "backorder": 0}


_MERGEABLE = """query($number: String) { mergeable_orders { data(first: 10, order_number: $number) { edges { node {
  id order_number potential_merges { id } } } } } }"""


def _mergeable(client: Client, number: str | None = None) -> dict[str, list[str]]:
    edges = client.data(_MERGEABLE, {"number": number})["mergeable_orders"]["data"]["edges"]
    return {edge["node"]["id"]: [each["id"] for each in edge["node"]["potential_merges"]] for edge in edges}


def test_orders_to_one_address_can_be_merged_and_parted(shiphero_twin: ShipheroTwin) -> None:
    """The master has all lines while they are merged, the other one waits; parting gives each its own back."""
    client = new_client(shiphero_twin)
    stocked(client, "A-1", w11790=2)
    master = create(client, line("A-1", 1), order_number="M-1")
    sub = create(client, line("A-1", 1, partner_line_item_id="other"), order_number="M-2")

    found = _mergeable(client, "M-1")
    merged = change(
        client, "order_merge", "MergeOrdersInput", {"master_order_id": master["id"], "sub_order_ids": [sub["id"]]}
    )
    waiting = read(client, sub)
    parted = change(client, "order_unmerge", "UnmergeOrdersInput", {"order_ids": [sub["id"]]})

    assert found == {master["id"]: [sub["id"]]}
    assert len(lines_of(merged)) == 2
    assert merged["merged_orders"] == waiting["merged_orders"]
    assert [each["is_master"] for each in merged["merged_orders"]] == [True, False]
    assert (waiting["fulfillment_status"], lines_of(waiting), waiting["allocations"]) == ("merged", [], [])
    assert parted["merged_orders"] == []
    assert [each["quantity_allocated"] for each in lines_of(parted)] == [1]
    assert read(client, sub)["fulfillment_status"] == "pending"
    assert stock(client, "A-1")["allocated"] == 2


def test_merged_orders_share_their_masters_end(shiphero_twin: ShipheroTwin) -> None:
    """With the master, those merged into it are fulfilled."""
    client = new_client(shiphero_twin)
    master, sub = create(client, line("A-1", 1)), create(client, line("A-1", 1))
    change(client, "order_merge", "MergeOrdersInput", {"master_order_id": master["id"], "sub_order_ids": sub["id"]})

    change(
        client,
        "order_update_fulfillment_status",
        "UpdateOrderFulfillmentStatusInput",
        {"order_id": master["id"], "fulfillment_status": "fulfilled"},
    )

    assert read(client, sub)["fulfillment_status"] == "fulfilled"


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"shipping_address": {"first_name": "Bob", "country": "DE"}}, "does not go to the same address"),
        ({"fulfillment_status": "canceled"}, "Order is canceled"),
    ],
)
def test_orders_that_do_not_fit_are_not_merged(
    shiphero_twin: ShipheroTwin, other: dict[str, Any], message: str
) -> None:
    """Another address or a closed order is refused."""
    client = new_client(shiphero_twin)
    master, sub = create(client, line("A-1", 1)), create(client, line("A-1", 1), **other)

    error = refusal(
        client, "order_merge", "MergeOrdersInput", {"master_order_id": master["id"], "sub_order_ids": [sub["id"]]}
    )

    assert message in error["message"]
    assert _mergeable(client) == {} or sub["id"] not in _mergeable(client)


def test_stock_that_comes_in_reaches_a_merged_order(shiphero_twin: ShipheroTwin) -> None:
    """The lines that a master was given wait for stock like its own."""
    client = new_client(shiphero_twin)
    stocked(client, "A-1", w11790=0)
    master, sub = create(client, line("A-1", 1)), create(client, line("A-1", 2))
    change(client, "order_merge", "MergeOrdersInput", {"master_order_id": master["id"], "sub_order_ids": [sub["id"]]})

    move(client, "inventory_add", "A-1", 3)

    assert read(client, master)["allocations"][0]["ready_to_ship"] is True
