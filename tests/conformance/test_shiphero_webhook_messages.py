"""What stands in the messages of the ShipHero twin's webhooks: one shift of a warehouse brings nearly all types."""

import json
from typing import Any

import pytest

from endpoint import listening, posts
from receiver import Heard, answer
from shiphero_client import ORDER, Client, new_client
from twins import ShipheroTwin

_LABEL = b'{"code":"200","label":"https://labels.example/1.pdf","tracking_number":"1Z1","cost":"7.10"}'
_TYPES = (
    *("Inventory Update", "Inventory Change", "Shipment Update", "Automation Rules", "Order Canceled"),
    *("Capture Payment", "PO Update", "Return Update", "Tote Complete", "Tote Cleared", "Order Packed Out"),
    *("Package Added", "Print Barcode", "Order Allocated", "Order Deallocated", "Generate Label", "Product Update"),
)
_ADDRESS = {"name": "Ada", "address1": "1 Main St", "city": "New York", "state": "NY", "country": "US", "zip": "10001"}
_BOX = {"weight": "1", "height": "2", "width": "3", "length": "4"}
_PACKAGE = {
    "address": ORDER["shipping_address"],
    "dimensions": _BOX,
    "method": "Ground",
    "cost": "7.90",
}

Messages = dict[str, list[dict[str, Any]]]


def _do(client: Client, mutation: str, kind: str, data: dict[str, Any], fields: str) -> dict[str, Any]:
    document = f"mutation($data: {kind}!) {{ {mutation}(data: $data) {{ request_id {fields} }} }}"
    done: dict[str, Any] = client.data(document, {"data": data})[mutation]
    return done


def _stock(client: Client) -> tuple[str, str]:
    """Give the SKU with most pieces, and the warehouse where they are."""
    document = (
        "{ products { data(first: 50) { edges { node { sku kit warehouse_products { available warehouse_id } } } } } }"
    )
    nodes = [edge["node"] for edge in client.data(document)["products"]["data"]["edges"]]
    pieces = [
        (stock["available"], node["sku"], stock["warehouse_id"])
        for node in nodes
        if not node["kit"]
        for stock in node["warehouse_products"]
    ]
    _, sku, warehouse = max(pieces)
    return sku, warehouse


def _order(client: Client, sku: str) -> dict[str, Any]:
    line = {"sku": sku, "partner_line_item_id": "p-1", "quantity": 2, "price": "4.50"}
    fields = "order { id legacy_id line_items { edges { node { id } } } }"
    order: dict[str, Any] = _do(client, "order_create", "CreateOrderInput", {**ORDER, "line_items": [line]}, fields)[
        "order"
    ]
    return order


def _tote(client: Client, warehouse: str) -> dict[str, Any]:
    data = {"warehouse_id": warehouse, "print_barcodes": True}
    tote: dict[str, Any] = _do(client, "tote_create", "CreateToteInput", data, "tote { id legacy_id barcode }")["tote"]
    return tote


def _pack(twin: ShipheroTwin, client: Client, sku: str, warehouse: str, *, carrier: str) -> dict[str, Any]:
    """Pick an order into a tote and ship it in one package."""
    order, tote = _order(client, sku), _tote(client, warehouse)
    twin.control("POST", f"/orders/{order['legacy_id']}/pick", {"tote": tote["barcode"]})
    package = {**_PACKAGE, "carrier": carrier, "tracking_number": None if carrier == "API" else "1Z9"}
    data = {"order_id": order["id"], "tote_id": tote["id"], "packages": [package]}
    _do(client, "order_fulfill", "FulfillOrderInput", data, "")
    return order


def _buy_and_take_back(client: Client, sku: str, warehouse: str, shipped: dict[str, Any]) -> None:
    line = {"sku": sku, "quantity": 5, "expected_weight_in_lbs": "1", "price": "2.00"}
    purchase = {
        "po_number": "PO-1",
        "subtotal": "10",
        "shipping_price": "0",
        "total_price": "10",
        "warehouse_id": warehouse,
    }
    made = _do(
        client,
        "purchase_order_create",
        "CreatePurchaseOrderInput",
        {**purchase, "line_items": [line]},
        "purchase_order { id }",
    )
    note = {"po_id": made["purchase_order"]["id"], "po_note": "hurry"}
    _do(client, "purchase_order_update", "UpdatePurchaseOrderInput", note, "")
    back = {
        "order_id": shipped["id"],
        "warehouse_id": warehouse,
        "return_reason": "too big",
        "label_type": "FREE",
        "label_cost": "0.00",
        "address": _ADDRESS,
        "dimensions": _BOX,
        "shipping_carrier": "UPS",
        "shipping_method": "Ground",
        "line_items": [{"sku": sku, "quantity": 1, "return_reason": "too big"}],
    }
    made = _do(client, "return_create", "CreateReturnInput", back, "return { id }")
    received = {"return_id": made["return"]["id"], "status": "complete"}
    _do(client, "return_update_status", "UpdateReturnStatusInput", received, "")


@pytest.fixture(scope="module")
def messages(shiphero_twin_process: ShipheroTwin) -> Messages:
    """Subscribe to everything, work a shift, and give what was told, by type."""
    twin = shiphero_twin_process
    twin.reset()
    client = new_client(twin)
    with listening(_take) as endpoint:
        for name in _TYPES:
            _do(
                client,
                "webhook_create",
                "CreateWebhookInput",
                {"name": name, "url": f"{endpoint.origin}/{name.replace(' ', '-')}"},
                "",
            )
        sku, warehouse = _stock(client)
        shipped = _pack(twin, client, sku, warehouse, carrier="UPS")
        _pack(twin, client, sku, warehouse, carrier="API")
        canceled, tote = _order(client, sku), _tote(client, warehouse)
        twin.control("POST", f"/orders/{canceled['legacy_id']}/automation", {"rule": "Gift"})
        twin.control("POST", f"/orders/{canceled['legacy_id']}/pick", {"tote": tote["barcode"]})
        _do(client, "tote_clear", "ClearToteInput", {"tote_id": tote["id"], "return_inventory": True}, "")
        _do(client, "order_cancel", "CancelOrderInput", {"order_id": canceled["id"], "reason": "changed mind"}, "")
        _buy_and_take_back(client, sku, warehouse, shipped)
        _do(client, "product_update", "UpdateProductInput", {"sku": sku, "name": "New name"}, "")
        twin.delivered()
        found: Messages = {name: [] for name in _TYPES}
        for heard in posts(endpoint):
            found[heard.target[1:].replace("-", " ")].append(json.loads(heard.body))
    return found


def _take(heard: Heard) -> bytes:
    return answer(body=_LABEL if heard.target == "/Generate-Label" else b'{"code":"200","Status":"Success"}')


_MEMBERS: dict[str, tuple[str, ...]] = {
    "Inventory Update": ("account_id", "account_uuid", "inventory"),
    "Inventory Change": (
        *("account_id", "account_uuid", "warehouse_id", "warehouse_uuid", "user_id", "user_uuid", "sku", "quantity"),
        *("old_quantity", "location_name", "previous_on_hand", "timestamp", "reason", "source", "lot_id", "lot_uuid"),
        "lot_expiration",
    ),
    "Shipment Update": ("test", "fulfillment", "total_packages", "packages"),
    "Order Allocated": (
        *("allocation_reference", "account_id", "account_uuid", "warehouse_id", "warehouse_uuid", "allocated_at"),
        *("order_number", "order_id", "order_uuid", "partner_order_id", "line_items", "ready_to_ship"),
    ),
    "Order Deallocated": ("allocation_reference", "order_id", "warehouse_id", "line_items"),
    "Order Packed Out": ("tote_id", "tote_uuid", "tote_name", "order_id", "order_uuid", "items"),
    "Tote Complete": ("totes",),
    "Tote Cleared": ("tote_id", "tote_name", "reason", "items"),
    "Automation Rules": ("account_id", "order_id", "order_uuid", "automation_rule"),
    "Order Canceled": ("account_id", "order_id", "order_uuid", "order_number", "partner_order_id", "reason"),
    "Capture Payment": ("account_id", "order_id", "order_number", "total_price"),
    "PO Update": ("purchase_order",),
    "Return Update": ("order_id",),
    "Package Added": ("account_id", "order_id", "package"),
    "Print Barcode": ("account_id", "tote_id", "barcode"),
    "Product Update": ("account_id", "product"),
}


@pytest.mark.parametrize("name", _MEMBERS)
def test_a_message_names_its_type_and_has_its_members(messages: Messages, name: str) -> None:
    """Each type came, says what it is, and holds at least what the provider's pages show."""
    found = messages[name]

    assert found
    for message in found:
        assert message["webhook_type"] == name
        assert set(_MEMBERS[name]) <= set(message), set(_MEMBERS[name]) - set(message)


def test_inventory_is_told_in_texts(messages: Messages) -> None:
    """Numbers of stock are texts, with the warehouse that changed inside."""
    (item, *_) = messages["Inventory Update"][-1]["inventory"]

    wanted = {"sku", "inventory", "backorder_quantity", "on_hand", "virtual", "updated_warehouse", "sell_ahead"}
    assert wanted | {"reserve", "non_sellable"} <= set(item)
    assert item["inventory"].isdigit()
    assert {"warehouse_id", "warehouse_uuid", "identifier", "inventory"} <= set(item["updated_warehouse"])


def test_a_shipment_names_its_lines_by_both_ids(messages: Messages) -> None:
    """A line has the shop's id and ShipHero's, and stands in its package."""
    message = messages["Shipment Update"][0]
    (line,) = message["fulfillment"]["line_items"]
    (package,) = message["packages"]

    assert message["test"] == "0"
    assert (line["id"], line["package"], line["quantity"]) == ("p-1", "Package #1", 2)
    assert {"shiphero_id", "sku", "serial_numbers", "customs_description", "lot_id", "lot_name"} <= set(line)
    assert package["name"] == "Package #1"
    assert package["shipping_label"]["tracking_number"] == "1Z9"
    wanted = {"shipment_id", "shipment_uuid", "warehouse", "warehouse_id", "warehouse_uuid", "partner_order_id"}
    wanted |= {"order_number", "tracking_number", "custom_tracking_url", "package_number", "total_packages"}
    assert wanted | {"shipping_method", "shipping_carrier", "shipping_address", "created_at"} <= set(
        message["fulfillment"]
    )


def test_a_tote_tells_what_lies_in_it(messages: Messages) -> None:
    """Complete totes list orders with their pieces, weights with a unit; cleared ones list picks."""
    (tote,) = messages["Tote Complete"][0]["totes"]
    (order,) = tote["orders"]
    item = order["items"][0]

    assert {"tote_name", "tote_uuid", "tote_barcode"} <= set(tote)
    assert {"quantity", "sku", "weight", "height", "width", "length"} <= set(item)
    assert item["weight"].split()[1] in {"lb", "oz"}
    assert {"order_id", "line_item_id", "pick_id", "sku"} <= set(messages["Tote Cleared"][0]["items"][0])


def test_a_label_is_asked_for_and_comes_back(messages: Messages) -> None:
    """The call-out names no type; with its answer the shipment is told, under the number that the endpoint gave."""
    (asked,) = messages["Generate Label"]
    told = [each["fulfillment"]["tracking_number"] for each in messages["Shipment Update"]]

    wanted = {"shipping_method", "order_id", "profile", "fulfillment_status", "order_number", "shop_name", "account_id"}
    wanted |= {"partner_order_id", "shipping_name", "tax_type", "tax_id", "incoterms", "currency", "from_address"}
    assert wanted <= set(asked)
    assert "webhook_type" not in asked
    assert told[-1] == "1Z1"
