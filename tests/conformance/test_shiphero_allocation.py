"""Which order gets which stock, and how that is kept right when stock or orders change."""

from typing import Any

import pytest

from shiphero_client import Client, new_client
from shiphero_floor import change, create, hear, line, lines_of, move, read, sent, stock, stocked
from twins import ShipheroTwin


def _numbers(order: dict[str, Any]) -> tuple[int, int]:
    (only,) = lines_of(order)
    return only["quantity_allocated"], only["backorder_quantity"]


def _seen(client: Client, order: dict[str, Any]) -> tuple[int, int]:
    return _numbers(read(client, order))


def test_what_comes_in_goes_to_the_order_that_waited_longest(shiphero_twin: ShipheroTwin) -> None:
    """Waiting orders are served one after another, each as far as the stock reaches."""
    client = new_client(shiphero_twin)
    stocked(client, "A-1", w11790=0)
    orders = [create(client, line("A-1", 2), order_date=f"2026-02-0{day}") for day in (3, 1, 2)]

    move(client, "inventory_add", "A-1", 3)

    assert [_seen(client, order) for order in orders] == [(0, 2), (2, 0), (1, 1)]
    assert stock(client, "A-1") == {"on_hand": 3, "allocated": 3, "available": 0, "backorder": 3}


@pytest.mark.parametrize(
    "urgent",
    [{"priority_flag": True}, {"allocation_priority": 5}, {"required_ship_date": "2026-02-02"}],
)
def test_urgent_orders_come_first(shiphero_twin: ShipheroTwin, urgent: dict[str, Any]) -> None:
    """A flag, a priority or a date by which it must leave goes before the date of the order."""
    client = new_client(shiphero_twin)
    stocked(client, "A-1", w11790=0)
    early = create(client, line("A-1", 2), order_date="2026-01-01")
    pressing = create(client, line("A-1", 2), order_date="2026-02-01", **urgent)

    move(client, "inventory_add", "A-1", 2)

    assert (_seen(client, early), _seen(client, pressing)) == ((0, 2), (2, 0))


def test_what_is_gone_is_taken_from_the_least_urgent(shiphero_twin: ShipheroTwin) -> None:
    """Stock that is removed leaves no more set aside than lies there; the last order loses first."""
    client = new_client(shiphero_twin)
    stocked(client, "A-1", w11790=5)
    hear(client, "Order Deallocated")
    early = create(client, line("A-1", 2), order_date="2026-01-01")
    late = create(client, line("A-1", 3), order_date="2026-02-01")

    move(client, "inventory_remove", "A-1", 2)

    assert (_seen(client, early), _seen(client, late)) == ((2, 0), (1, 2))
    assert stock(client, "A-1") == {"on_hand": 3, "allocated": 3, "available": 0, "backorder": 2}
    (lost,) = sent(shiphero_twin, "Order Deallocated")
    assert (lost["order_uuid"], lost["line_items"][0]["quantity"]) == (late["id"], 2)


def test_an_order_moves_when_its_warehouse_runs_dry(shiphero_twin: ShipheroTwin) -> None:
    """An order that is not locked is served from where the goods are."""
    client = new_client(shiphero_twin)
    stocked(client, "A-1", w11790=3, w11791=3)
    order = create(client, line("A-1", 3))

    move(client, "inventory_remove", "A-1", 3)

    (allocation,) = read(client, order)["allocations"]
    assert allocation["warehouse_id"] != order["allocations"][0]["warehouse_id"]
    assert stock(client, "A-1", "11791")["allocated"] == 3


def test_locked_lines_make_allocations_of_their_own(shiphero_twin: ShipheroTwin) -> None:
    """An order whose lines are locked to two warehouses has an allocation in each."""
    client = new_client(shiphero_twin)
    stocked(client, "A-1", w11790=3, w11791=3)
    stocked(client, "B-1", w11790=3, w11791=3)

    order = create(client, line("A-1", 1, warehouse_id="11790"), line("B-1", 1, warehouse_id="11791"))

    houses = [each["warehouse_id"] for each in order["allocations"]]
    assert houses == [each["locked_to_warehouse_id"] for each in lines_of(order)]
    assert [each["ready_to_ship"] for each in order["allocations"]] == [True, True]


def test_two_lines_share_the_stock_of_their_product(shiphero_twin: ShipheroTwin) -> None:
    """What the first line of an order takes is not there for the second."""
    client = new_client(shiphero_twin)
    stocked(client, "A-1", w11790=3)

    order = create(client, line("A-1", 2), line("A-1", 2, partner_line_item_id="second"))

    assert [(each["quantity_allocated"], each["backorder_quantity"]) for each in lines_of(order)] == [(2, 0), (1, 1)]
    assert stock(client, "A-1")["allocated"] == 3


@pytest.mark.parametrize(("members", "is_ready"), [({}, False), ({"allow_partial": True}, True)])
def test_a_short_order_is_ready_only_if_it_may_go_in_parts(
    shiphero_twin: ShipheroTwin,
    members: dict[str, Any],
    is_ready: bool,  # noqa: FBT001 - the expectation
) -> None:
    """An order that waits for a line stays unless it allows to be shipped partially."""
    client = new_client(shiphero_twin)
    stocked(client, "A-1", w11790=3)

    order = create(client, line("A-1", 1), line("unknown", 1), **members)

    assert order["allocations"][0]["ready_to_ship"] is is_ready


def _kit(client: Client, **components: int) -> None:
    for sku in components:
        stocked(client, sku, w11790=5)
    stocked(client, "KIT", w11790=0)
    parts = [{"sku": sku, "quantity": quantity} for sku, quantity in components.items()]
    client.data(
        "mutation($data: BuildKitInput!) { kit_build(data: $data) { product { kit } } }",
        {"data": {"sku": "KIT", "components": parts, "kit_build": False}},
    )


def test_a_kit_takes_its_components(shiphero_twin: ShipheroTwin) -> None:
    """A line for a virtual kit sets its components aside and reaches as far as the scarcest of them."""
    client = new_client(shiphero_twin)
    _kit(client, P=2, Q=1)

    order = create(client, line("KIT", 3))
    move(client, "inventory_add", "P", 1)

    pieces = [
        (each["sku"], each["quantity_allocated"], each["is_kit_component"])
        for each in order["allocations"][0]["line_items"]
    ]
    assert _numbers(order) == (2, 1)
    assert sorted(pieces) == [("P", 4, True), ("Q", 2, True)]
    assert _seen(client, order) == (3, 0)
    assert (stock(client, "P")["allocated"], stock(client, "Q")["allocated"]) == (6, 3)
    assert stock(client, "KIT")["allocated"] == 0


def test_the_outside_is_told_what_was_set_aside(shiphero_twin: ShipheroTwin) -> None:
    """Order Allocated names the order, the warehouse, the reference and the pieces."""
    client = new_client(shiphero_twin)
    stocked(client, "A-1", w11790=3)
    hear(client, "Order Allocated")

    order = create(client, line("A-1", 2))

    (body,) = sent(shiphero_twin, "Order Allocated")
    (allocation,), (only,) = order["allocations"], lines_of(order)
    assert {name: body[name] for name in ("order_id", "order_uuid", "order_number", "partner_order_id")} == {
        "order_id": order["legacy_id"],
        "order_uuid": order["id"],
        "order_number": order["order_number"],
        "partner_order_id": order["partner_order_id"],
    }
    assert (body["warehouse_uuid"], body["warehouse_id"]) == (allocation["warehouse_id"], 11790)
    assert body["allocation_reference"] == allocation["allocation_reference"]
    assert (body["allocated_at"], body["ready_to_ship"]) == (allocation["allocated_at"], 1)
    assert body["line_items"] == [
        {
            "id": only["legacy_id"],
            "item_uuid": only["id"],
            "partner_line_item_id": "p-A-1",
            "quantity": 2,
            "sku": "A-1",
            "is_kit_component": False,
            "created_at": only["created_at"],
        }
    ]


def test_orders_are_found_by_their_allocation(shiphero_twin: ShipheroTwin) -> None:
    """By being ready, by backorder, by warehouse, and by when stock was set aside."""
    client = new_client(shiphero_twin)
    stocked(client, "A-1", w11790=1)
    shiphero_twin.clock_advance("1h")
    now = shiphero_twin.now().strftime("%Y-%m-%d %H:%M:%S")
    ready = create(client, line("A-1", 1), order_number="R")
    short = create(client, line("A-1", 1), order_number="S")

    def found(arguments: str) -> set[str]:
        query = f'{{ orders({arguments}, shop_name: "ExampleShop") {{ data {{ edges {{ node {{ id }} }} }} }} }}'
        return {edge["node"]["id"] for edge in client.data(query)["orders"]["data"]["edges"]}

    assert found("ready_to_ship: true") == {ready["id"]}
    assert found("ready_to_ship: false") == {short["id"]}
    assert found("has_backorder: true") == {short["id"]}
    assert found(f'allocated_from: "{now}"') == {ready["id"]}
    assert found('allocated_warehouse_id: "11790"') == {ready["id"]}
    assert found('warehouse_id: "11790"') == {ready["id"], short["id"]}


def test_lifting_a_hold_keeps_what_was_set_aside(shiphero_twin: ShipheroTwin) -> None:
    """Holds change whether an order may go, never whose the stock is."""
    client = new_client(shiphero_twin)
    stocked(client, "A-1", w11790=2)
    held = create(client, line("A-1", 2), holds={"operator_hold": True})
    waiting = create(client, line("A-1", 1), priority_flag=True)

    change(client, "order_update_holds", "UpdateOrderHoldsInput", {"order_id": held["id"], "operator_hold": False})

    assert (_seen(client, held), _seen(client, waiting)) == ((2, 0), (0, 1))
