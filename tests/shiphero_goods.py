"""Goods in a ShipHero twin as an integration sees them: mutations by name, products, and what lies where."""

import json
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from shiphero_client import ORDER, Client, new_client
from twins import ShipheroTwin

_INPUTS = {
    "product_create": "CreateProductInput",
    "product_update": "UpdateProductInput",
    "product_delete": "DeleteProductInput",
    "product_delete_image": "DeleteProductImageInput",
    "product_add_to_warehouse": "AddProductToWarehouseInput",
    "kit_build": "BuildKitInput",
    "kit_clear": "ClearKitInput",
    "kit_remove_components": "RemoveKitComponentsInput",
    "assembly_add_components": "AddAssemblyComponentsInput",
    "assembly_update_components": "UpdateAssemblyComponentsInput",
    "assembly_remove_components": "RemoveAssemblyComponentsInput",
    "assembly_clear_components": "ClearAssemblyComponentsInput",
    "vendor_create": "CreateVendorInput",
    "vendor_delete": "DeleteVendorInput",
    "vendor_add_product": "AddProductToVendorInput",
    "vendor_remove_product": "RemoveProductFromVendorInput",
    "purchase_order_create": "CreatePurchaseOrderInput",
    "purchase_order_update": "UpdatePurchaseOrderInput",
    "purchase_order_close": "ClosePurchaseOrderInput",
    "purchase_order_cancel": "CancelPurchaseOrderInput",
    "purchase_order_set_fulfillment_status": "SetPurchaseOrderFulfillmentStatusInput",
    "purchase_order_add_attachment": "AddPurchaseOrderAttachmentInput",
    "inbound_shipment_create": "CreateInboundShipmentInput",
    "inbound_shipment_update": "UpdateInboundShipmentInput",
    "shipping_plan_create": "CreateShippingPlanInput",
    "return_create": "CreateReturnInput",
    "return_update_status": "UpdateReturnStatusInput",
    "return_receive_line_item": "ReceiveReturnLineItemInput",
    "return_create_exchange": "CreateReturnExchangeInput",
    "return_add_attachment": "AddReturnAttachmentInput",
    "work_order_create": "CreateWorkOrderInput",
    "work_order_add_fees": "AddWorkOrderFeeInput",
    "work_order_update_fees": "UpdateWorkOrderFeeInput",
    "work_order_remove_fees": "RemoveWorkOrderFeeInput",
    "work_order_auto_assign_pick_locations": "AutoAssignPickLocationsInput",
    "license_plate_numbers_create": "CreateLicensePlateNumbersInput",
    "location_create": "CreateLocationInput",
    "location_update": "UpdateLocationInput",
    "location_delete": "DeleteLocationInput",
    "item_location_delete": "DeleteItemLocationInput",
    "lot_create": "CreateLotInput",
    "lot_update": "UpdateLotInput",
    "lots_update": "UpdateLotsInput",
    "lot_delete": "DeleteLotInput",
    "lot_assign_to_location": "AssignLotToLocationInput",
    "inventory_add": "UpdateInventoryInput",
    "inventory_remove": "UpdateInventoryInput",
    "inventory_subtract": "UpdateInventoryInput",
    "inventory_replace": "ReplaceInventoryInput",
    "inventory_transfer": "TransferInventoryInput",
    "inventory_generate_snapshot": "InventoryGenerateSnapshotInput",
    "inventory_abort_snapshot": "InventoryAbortSnapshotInput",
    "inventory_sync": "InventorySyncInput",
    "inventory_sync_abort": "AbortInventorySyncInput",
    "warehouse_product_update": "UpdateWarehouseProductInput",
    "warehouse_product_delete": "DeleteWarehouseProductInput",
    "tote_create": "CreateToteInput",
    "tote_update": "UpdateToteInput",
    "tote_delete": "DeleteToteInput",
    "tote_clear": "ClearToteInput",
    "clear_tote": "ClearToteInput",
    "tote_transfer_to_location": "TransferToteToLocationInput",
    "cycle_count_items_create": "CreateItemsCycleCountInput",
    "cycle_count_locations_create": "CreateLocationsCycleCountInput",
    "cycle_count_recount_create": "CreateRecountCycleCountInput",
    "webhook_create": "CreateWebhookInput",
}
_STOCK = "warehouse_products { warehouse_id on_hand allocated available backorder sell_ahead }"
_CHANGES = """query($sku: String, $from: ISODateTime, $to: ISODateTime) {
  inventory_changes(sku: $sku, date_from: $from, date_to: $to) { data(first: 50, sort: "id") { edges { node {
    sku previous_on_hand change_in_on_hand reason location_id lot_name user_id } } } } }"""


def document(name: str, fields: str) -> str:
    """Write the document of a mutation that takes `data`."""
    return f"mutation($data: {_INPUTS[name]}!) {{ {name}(data: $data) {{ request_id complexity {fields} }} }}"


@dataclass(frozen=True)
class Goods:
    """One account's goods through one client."""

    twin: ShipheroTwin
    client: Client

    def do(self, name: str, fields: str = "", /, **data: Any) -> Any:
        """Run a mutation that works; gives the members of its answer."""
        return self.client.data(document(name, fields), {"data": data})[name]

    def refused(self, name: str, /, **data: Any) -> dict[str, Any]:
        """Run a mutation that fails, and give its one error."""
        return self.client.error(document(name, ""), {"data": data})

    @cached_property
    def houses(self) -> list[str]:
        """The ids of the account's warehouses."""
        data = self.client.data("{ account { data { warehouses { id } } } }")["account"]["data"]
        return [house["id"] for house in data["warehouses"]]

    def product(self, sku: str, on_hand: int | None = 0, **more: Any) -> dict[str, Any]:
        """Make a product with this many pieces in the first warehouse, or, with None, in no warehouse."""
        stock = [] if on_hand is None else [{"warehouse_id": self.houses[0], "on_hand": on_hand}]
        data = {"name": f"The {sku}", "sku": sku, "warehouse_products": stock, **more}
        made: dict[str, Any] = self.do("product_create", "product { id legacy_id sku }", **data)["product"]
        return made

    def stock(self, sku: str, house: int = 0) -> dict[str, Any]:
        """Give the numbers of a product in one of the warehouses; empty where it is not carried there."""
        found = self.client.data(f'{{ product(sku: "{sku}") {{ data {{ {_STOCK} }} }} }}')["product"]["data"]
        return next(
            (each for each in found["warehouse_products"] if each["warehouse_id"] == self.houses[house]),
            {},
        )

    def on_hand(self, sku: str, house: int = 0) -> int:
        """Give how many pieces of a product a warehouse has."""
        return int(self.stock(sku, house).get("on_hand", 0))

    def changes(self, sku: str) -> list[dict[str, Any]]:
        """Give the history of a product's stock, oldest first."""
        now = self.twin.now()
        days = {"from": f"{now - timedelta(days=2):%Y-%m-%d}", "to": f"{now + timedelta(days=1):%Y-%m-%d}"}
        edges = self.client.data(_CHANGES, {"sku": sku, **days})["inventory_changes"]["data"]["edges"]
        return [edge["node"] for edge in edges]

    def order(self, *lines: tuple[str, int], **more: Any) -> dict[str, Any]:
        """Make an order for SKUs with their pieces."""
        items = [
            {"sku": sku, "quantity": pieces, "price": "10.00", "partner_line_item_id": f"line-{place}"}
            for place, (sku, pieces) in enumerate(lines)
        ]
        fields = (
            "id legacy_id order_number line_items(first: 10) { edges { node { id sku quantity quantity_allocated"
            " backorder_quantity } } } allocations { line_items { sku quantity_allocated is_kit_component } }"
        )
        query = f"mutation($data: CreateOrderInput!) {{ order_create(data: $data) {{ order {{ {fields} }} }} }}"
        data = {**ORDER, "line_items": items, **more}
        made: dict[str, Any] = self.client.data(query, {"data": data})["order_create"]["order"]
        return made

    def lines(self, order_id: str) -> dict[str, tuple[int, int]]:
        """Give what each line of an order has and still waits for, by SKU."""
        fields = "line_items(first: 10) { edges { node { sku quantity_allocated backorder_quantity } } }"
        found = self.client.data(f'{{ order(id: "{order_id}") {{ data {{ {fields} }} }} }}')["order"]["data"]
        nodes = [edge["node"] for edge in found["line_items"]["edges"]]
        return {node["sku"]: (node["quantity_allocated"], node["backorder_quantity"]) for node in nodes}

    def subscribe(self, name: str) -> None:
        """Subscribe to a type of webhook; nobody listens at the address, what is sent stands in the deliveries."""
        self.do("webhook_create", name=name, url="http://127.0.0.1:9/hook", shop_name="tests")

    def told(self, name: str) -> list[dict[str, Any]]:
        """Give the bodies of the messages of one type, oldest first."""
        return [json.loads(each["body"]) for each in self.twin.deliveries() if each["event"] == name]


def goods_of(twin: ShipheroTwin, email: str = "crossdock@shop.example", **members: Any) -> Goods:
    """Make a developer and give the goods of its account."""
    return Goods(twin, new_client(twin, email, **members))
