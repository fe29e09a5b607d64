"""Orders, stock and totes of the ShipHero twin as tests arrange them, through the API and the control API."""

import json
from typing import Any

from shiphero_client import ORDER, Client
from twins import ShipheroTwin

LINES = """line_items { total_count edges { node { id legacy_id sku quantity quantity_allocated backorder_quantity
  quantity_pending_fulfillment quantity_shipped fulfillment_status partner_line_item_id price locked_to_warehouse_id
  warehouse_id created_at updated_at } } }"""
ORDER_NODE = f"""id legacy_id order_number partner_order_id shop_name fulfillment_status tags updated_at hold_until_date
  gift_note packing_note priority_flag profile required_ship_date ready_to_ship total_price
  holds {{ fraud_hold payment_hold operator_hold address_hold client_hold shipping_method_hold }}
  shipping_address {{ address1 zip }} merged_orders {{ order_id is_master }}
  allocations {{ warehouse_id ready_to_ship is_locked allocation_reference allocated_at
    line_items {{ line_item_id sku quantity_allocated is_kit_component }} }}
  order_history {{ username information created_at }} {LINES}"""
SHIPMENT_NODE = """id legacy_id order_id warehouse_id profile picked_up delivered completed shipped_off_shiphero
  total_packages needs_refund created_date address { name city }
  line_items { edges { node { line_item_id quantity shipping_label_id line_item { sku quantity_shipped } } } }
  shipping_labels { id status tracking_number tracking_status tracking_url package_number carrier cost shipping_method
    in_shipping_container shipping_container_id dimensions { weight } label { pdf_location image_location }
    shipment_line_items { edges { node { quantity } } } }"""
_ADDRESS = {"name": "Ada Lovelace", "address1": "1 Main St", "city": "New York", "state": "NY", "zip": "10001"}
PARCEL_ADDRESS = {**_ADDRESS, "country": "US"}


def line(sku: str, quantity: int, **members: Any) -> dict[str, Any]:
    """Give the input of a line."""
    return {"sku": sku, "partner_line_item_id": f"p-{sku}", "quantity": quantity, "price": "4.50", **members}


def change(client: Client, operation: str, kind: str, data: Any, *, entity: str = "order", node: str = "") -> Any:
    """Run a mutation that takes `data`, and give what it changed."""
    return client.data(document(operation, kind, entity=entity, node=node), {"data": data})[operation][entity]


def refusal(client: Client, operation: str, kind: str, data: Any, *, entity: str = "order") -> dict[str, Any]:
    """Run a mutation that fails, and give its error."""
    return client.error(document(operation, kind, entity=entity, node="id"), {"data": data})


def document(operation: str, kind: str, *, entity: str = "order", node: str = "") -> str:
    """Give the document of a mutation that takes `data`."""
    selected = f"{{ {node or ORDER_NODE} }}"
    return f"mutation($data: {kind}!) {{ {operation}(data: $data) {{ request_id {entity} {selected} }} }}"


def create(client: Client, *lines: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Make an order of these lines."""
    made: dict[str, Any] = change(
        client, "order_create", "CreateOrderInput", {**ORDER, "line_items": list(lines), **members}
    )
    return made


def read(client: Client, order: dict[str, Any], node: str = ORDER_NODE) -> dict[str, Any]:
    """Read an order again."""
    found: dict[str, Any] = client.data(f"query($id: String!) {{ order(id: $id) {{ data {{ {node} }} }} }}", order)[
        "order"
    ]["data"]
    return found


def lines_of(order: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the lines of an order that was read."""
    return [edge["node"] for edge in order["line_items"]["edges"]]


def told(order: dict[str, Any]) -> list[str]:
    """Give the texts of an order's history."""
    return [entry["information"] for entry in order["order_history"]]


def stocked(client: Client, sku: str, **by_warehouse: int) -> None:
    """Make a product with pieces in warehouses, named `w11790=5`."""
    records = [
        {"warehouse_id": name.removeprefix("w"), "on_hand": pieces, "inventory_bin": "", "price": "4.50"}
        for name, pieces in by_warehouse.items()
    ]
    client.data(
        "mutation($data: CreateProductInput!) { product_create(data: $data) { product { id } } }",
        {"data": {"sku": sku, "name": f"Test {sku}", "warehouse_products": records}},
    )


def stock(client: Client, sku: str, warehouse_id: str = "11790") -> dict[str, int]:
    """Give on_hand, allocated, available and backorder of a product in a warehouse."""
    query = (
        "query($sku: String, $house: String) { warehouse_products(sku: $sku, warehouse_id: $house) { data(first: 1)"
        " { edges { node { on_hand allocated available backorder } } } } }"
    )
    edges = client.data(query, {"sku": sku, "house": warehouse_id})["warehouse_products"]["data"]["edges"]
    found: dict[str, int] = edges[0]["node"]
    return found


def move(client: Client, operation: str, sku: str, quantity: int, warehouse_id: str = "11790") -> None:
    """Run one of the mutations of stock."""
    client.data(
        f"mutation($data: UpdateInventoryInput!) {{ {operation}(data: $data) {{ request_id }} }}",
        {"data": {"sku": sku, "warehouse_id": warehouse_id, "quantity": quantity}},
    )


def tote(client: Client, warehouse_id: str = "11790") -> str:
    """Make a tote and give its id."""
    made = change(client, "tote_create", "CreateToteInput", {"warehouse_id": warehouse_id}, entity="tote", node="id")
    return str(made["id"])


def pick(twin: ShipheroTwin, order: dict[str, Any], tote_id: str) -> int:
    """Pick an order into a tote, and give the number of pieces."""
    return int(twin.control("POST", f"/orders/{order['legacy_id']}/pick", {"tote": tote_id})["pieces"])


def package(**members: Any) -> dict[str, Any]:
    """Give the input of a package for order_fulfill."""
    address = {"first_name": "Ada", "last_name": "Lovelace", "address1": "1 Main St", "city": "New York"}
    parcel = {"address": {**address, "state": "NY", "zip": "10001", "country": "US"}, "carrier": "UPS"}
    return {**parcel, "method": "Ground", "tracking_number": "1Z999", "cost": "7.20", **members}


def fulfil(client: Client, order: dict[str, Any], tote_id: str, *packages: dict[str, Any]) -> dict[str, Any]:
    """Pack an order out of a tote, and give the shipment."""
    data = {"order_id": order["id"], "tote_id": tote_id, "packages": list(packages) or [package()]}
    shipment: dict[str, Any] = change(
        client, "order_fulfill", "FulfillOrderInput", data, entity="shipment", node=SHIPMENT_NODE
    )
    return shipment


def hear(client: Client, *names: str) -> None:
    """Register webhooks at an address where nobody answers: what they are sent can be read from the twin."""
    for name in names:
        client.data(
            "mutation($data: CreateWebhookInput!) { webhook_create(data: $data) { webhook { id } } }",
            {"data": {"name": name, "url": "http://127.0.0.1:9/hook"}},
        )


def sent(twin: ShipheroTwin, name: str) -> list[dict[str, Any]]:
    """Give the bodies of the webhook messages of one type, oldest first."""
    return [json.loads(each["body"]) for each in twin.deliveries() if each["event"] == name]
