from typing import Any

import pytest

from shiphero_client import ORDER, Client, new_client
from twins import ShipheroTwin

_CREATE = """mutation($data: CreateOrderInput!) { order_create(data: $data) { request_id complexity order {
  id legacy_id order_number partner_order_id shop_name fulfillment_status order_date email total_price tags account_id
  ready_to_ship source created_at updated_at holds { address_hold operator_hold shipping_method_hold }
  shipping_address { first_name zip } shipping_lines { title price }
  allocations { warehouse_id ready_to_ship allocation_reference line_items { sku quantity_allocated } }
  order_history { username information }
  line_items { total_count edges { node { id sku quantity price subtotal quantity_allocated backorder_quantity
    quantity_pending_fulfillment quantity_shipped partner_line_item_id product { sku name } warehouse
    locked_to_warehouse_id } } }
} } }"""
_NUMBERS = """query($partner: String) { orders(partner_order_id: $partner) {
  data(first: 10) { edges { node { id order_number } } } } }"""


def _create(client: Client, **changes: Any) -> dict[str, Any]:
    order: dict[str, Any] = client.data(_CREATE, {"data": {**ORDER, **changes}})["order_create"]["order"]
    return order


def _skus(client: Client) -> list[dict[str, Any]]:
    """Give stock by SKU, richest first."""
    stock = "warehouse_products { available on_hand warehouse_id }"
    query = f"{{ products {{ data(first: 50) {{ edges {{ node {{ sku {stock} }} }} }} }} }}"
    nodes = [edge["node"] for edge in client.data(query)["products"]["data"]["edges"]]
    return sorted(nodes, key=lambda node: -max(stock["available"] for stock in node["warehouse_products"]))


def _find(client: Client, arguments: str) -> list[str]:
    query = f"{{ orders{arguments} {{ data(first: 200) {{ edges {{ node {{ order_number }} }} }} }} }}"
    return [edge["node"]["order_number"] for edge in client.data(query)["orders"]["data"]["edges"]]


def _line(sku: str, quantity: int, **members: Any) -> dict[str, Any]:
    return {"sku": sku, "partner_line_item_id": f"p-{sku}", "quantity": quantity, "price": "4.50", **members}


def test_a_new_order_is_what_was_sent(shiphero_twin: ShipheroTwin) -> None:
    """The answer names the order, keeps the texts, and gives dates without a zone."""
    client = new_client(shiphero_twin)

    order = _create(client, tags=["vip", "gift"], shipping_lines={"title": "UPS", "price": "0.00"})

    assert (order["order_number"], order["partner_order_id"]) == ("11223344", "ext-11223344")
    assert (order["fulfillment_status"], order["total_price"], order["tags"]) == ("pending", "20.00", ["vip", "gift"])
    assert order["order_date"] == "2026-02-03T00:00:00"
    assert order["created_at"] == order["updated_at"]
    assert order["shipping_lines"] == {"title": "UPS", "price": "0.00"}
    assert order["ready_to_ship"] is False
    assert order["order_history"][0]["username"] == "crossdock@shop.example"


def test_a_retry_makes_a_second_order(shiphero_twin: ShipheroTwin) -> None:
    """Nothing keeps two orders from having the same numbers."""
    client = new_client(shiphero_twin)

    first, second = _create(client), _create(client)
    found = client.data(_NUMBERS, {"partner": "ext-11223344"})["orders"]["data"]["edges"]

    assert first["id"] != second["id"]
    assert {edge["node"]["id"] for edge in found} == {first["id"], second["id"]}


def test_stock_is_set_aside(shiphero_twin: ShipheroTwin) -> None:
    """An order that can be served is allocated in one warehouse, and the stock there goes down."""
    client = new_client(shiphero_twin)
    product = _skus(client)[0]

    order = _create(client, line_items=[_line(f" {product['sku'].lower()} ", 3)])

    (allocation,) = order["allocations"]
    line = order["line_items"]["edges"][0]["node"]
    after = next(each for each in _skus(client) if each["sku"] == product["sku"])
    stock = {each["warehouse_id"]: each["available"] for each in product["warehouse_products"]}
    left = {each["warehouse_id"]: each["available"] for each in after["warehouse_products"]}
    assert allocation["ready_to_ship"] is True
    assert (line["quantity_allocated"], line["backorder_quantity"], line["subtotal"]) == (3, 0, "13.50")
    assert line["product"]["sku"] == product["sku"]
    assert stock[allocation["warehouse_id"]] - left[allocation["warehouse_id"]] == 3


def test_what_is_missing_becomes_backorder(shiphero_twin: ShipheroTwin) -> None:
    """Allocated and backordered pieces are the pending ones, and such an order is not ready to ship."""
    client = new_client(shiphero_twin)
    product = _skus(client)[0]
    most = max(stock["available"] for stock in product["warehouse_products"])

    order = _create(client, line_items=[_line(product["sku"], most + 5)])

    line = order["line_items"]["edges"][0]["node"]
    assert (line["quantity_allocated"], line["backorder_quantity"]) == (most, 5)
    assert line["quantity_pending_fulfillment"] == most + 5
    assert order["allocations"][0]["ready_to_ship"] is False
    assert order["order_number"] in _find(client, "(has_backorder: true)")


def test_an_unknown_product_is_backordered_whole(shiphero_twin: ShipheroTwin) -> None:
    """A line may name a SKU that the account does not have."""
    line = _create(new_client(shiphero_twin))["line_items"]["edges"][0]["node"]

    assert line["product"] is None
    assert (line["quantity_allocated"], line["backorder_quantity"]) == (0, 2)


def test_a_line_can_be_locked_to_a_warehouse(shiphero_twin: ShipheroTwin) -> None:
    """A locked line is served from its warehouse and says so."""
    client = new_client(shiphero_twin)
    product = _skus(client)[0]
    stocked = [stock for stock in product["warehouse_products"] if stock["available"] > 0]
    warehouse = min(stocked, key=lambda stock: stock["available"])["warehouse_id"]

    order = _create(client, line_items=[_line(product["sku"], 1, warehouse_id=warehouse)])

    assert order["line_items"]["edges"][0]["node"]["locked_to_warehouse_id"] == warehouse
    assert order["allocations"][0]["warehouse_id"] == warehouse


@pytest.mark.parametrize(
    ("change", "held"),
    [
        ({}, False),
        ({"shipping_address": {"country": "US", "zip": "1"}}, True),
        ({"shipping_address": {"country": "US"}, "skip_address_validation": True}, False),
        ({"shipping_address": {"country": "US"}, "ignore_address_validation_errors": True}, False),
        ({"shipping_address": {"country": "DE"}}, False),
    ],
)
def test_bad_addresses_are_held(shiphero_twin: ShipheroTwin, change: dict[str, Any], held: bool) -> None:  # noqa: FBT001 - the expectation
    """An address in the United States that cannot be delivered to holds the order, unless told otherwise."""
    order = _create(new_client(shiphero_twin), **change)

    assert order["holds"]["address_hold"] is held


def test_holds_keep_an_order_from_being_ready(shiphero_twin: ShipheroTwin) -> None:
    """An order on hold has its stock and is not ready to ship."""
    client = new_client(shiphero_twin)

    order = _create(client, line_items=[_line(_skus(client)[0]["sku"], 1)], holds={"operator_hold": True})

    assert order["holds"] == {"address_hold": False, "operator_hold": True, "shipping_method_hold": False}
    assert order["allocations"][0]["ready_to_ship"] is False
    assert order["order_number"] in _find(client, "(operator_hold: true, has_hold: true)")
    assert order["order_number"] not in _find(client, "(has_hold: false)")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([_line("A", 1), _line("A", 1)], "must be unique"),
        ([_line("A", 0)], "quantity must be"),
        ([_line("A", -1)], "quantity must be"),
        ([_line(" ", 1)], "sku is required"),
        ([_line("A", 1, quantity_pending_fulfillment=2)], "quantity_pending_fulfillment"),
        ([_line("A", 1, warehouse_id="T3JkZXI6Nw==")], "Warehouse not found"),
    ],
)
def test_lines_that_make_no_sense_are_refused(
    shiphero_twin: ShipheroTwin, lines: list[dict[str, Any]], message: str
) -> None:
    """A refused order leaves nothing behind."""
    client = new_client(shiphero_twin)

    item = client.error(_CREATE, {"data": {**ORDER, "line_items": lines}})

    assert message in item["message"]
    assert item["field"] == "order_create"
    assert _find(client, '(order_number: "11223344")') == []


def test_tags_are_added_once(shiphero_twin: ShipheroTwin) -> None:
    """order_add_tags adds to what is there, keeps the order of tags and moves updated_at."""
    client = new_client(shiphero_twin)
    order = _create(client, tags=["vip"])
    shiphero_twin.clock_advance("1h")
    query = "mutation($d: UpdateTagsInput!) { order_add_tags(data: $d) { request_id order { id tags updated_at } } }"

    first = client.data(query, {"d": {"order_id": order["id"], "tags": ["gift", "vip", " gift "]}})
    by_number = client.data(query, {"d": {"order_id": str(order["legacy_id"]), "tags": ["late"]}})

    assert first["order_add_tags"]["order"]["tags"] == ["vip", "gift"]
    assert by_number["order_add_tags"]["order"]["tags"] == ["vip", "gift", "late"]
    assert first["order_add_tags"]["order"]["updated_at"] > order["updated_at"]
    assert _find(client, '(tag: "late")') == ["11223344"]


@pytest.mark.parametrize(
    "arguments",
    [
        '(order_number: "11223344")',
        '(partner_order_id: "ext-11223344")',
        '(shop_name: "ExampleShop")',
        '(email: "ada@mail.example")',
        '(sku: "a-1 ")',
        '(order_date_from: "2026-02-03", order_date_to: "2026-02-03 00:00:00")',
        '(created_from: "2026-01-01 00:00:00+00:00", shop_name: "ExampleShop")',
        '(fulfillment_status: "pending", shop_name: "ExampleShop")',
        '(fulfillment_status_not_in: ["fulfilled", "canceled"], shop_name: "ExampleShop")',
    ],
)
def test_orders_are_found(shiphero_twin: ShipheroTwin, arguments: str) -> None:
    """Each filter finds the new order."""
    client = new_client(shiphero_twin)
    _create(client)

    assert _find(client, arguments) == ["11223344"]


def test_orders_are_found_by_id_and_warehouse(shiphero_twin: ShipheroTwin) -> None:
    """Ids in both forms and the warehouse that serves an order find it."""
    client = new_client(shiphero_twin)
    order = _create(client, line_items=[_line(_skus(client)[0]["sku"], 1)])
    warehouse = order["allocations"][0]["warehouse_id"]

    by_ids = _find(client, f'(ids: ["{order["id"]}", "143416467"])')
    by_warehouse = _find(client, f'(allocated_warehouse_id: "{warehouse}", ready_to_ship: true)')

    assert len(by_ids) == 2
    assert "11223344" in by_warehouse


def test_an_order_is_read_by_id(shiphero_twin: ShipheroTwin) -> None:
    """order(id) gives the same order for the id and for the bare number."""
    client = new_client(shiphero_twin)
    order = _create(client)
    query = "query($id: String!) { order(id: $id) { request_id complexity data { order_number account_id } } }"

    by_id = client.data(query, {"id": order["id"]})["order"]["data"]
    by_number = client.data(query, {"id": order["legacy_id"]})["order"]["data"]

    assert by_id == by_number == {"order_number": "11223344", "account_id": order["account_id"]}
