"""Things that the examples of ShipHero's actions name: each is made, by actions, for one example alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from shiphero_client import ORDER

if TYPE_CHECKING:
    from shiphero_desk import Desk

MERCHANT, LOGISTICIAN, CUSTOMER = "7556", "7601", "7602"
_PARCEL = {"address": ORDER["shipping_address"], "carrier": "UPS", "method": "Ground", "tracking_number": "1Z1"}
_ADDRESS = {"name": "Ada Lovelace", "address1": "1 Main St", "city": "New York", "state": "NY", "zip": "10001"}
_SIZE = {"weight": "1", "height": "1", "width": "1", "length": "1"}
_numbers = count(1)


@dataclass
class Things:
    """What one example needs; each name stands for the same thing throughout the example."""

    desk: Desk
    account: str
    found: dict[str, Any] = field(default_factory=dict)

    async def into(self, inputs: Any) -> Any:
        """Put real things in place of the names in angle brackets."""
        if isinstance(inputs, dict):
            return {key: await self.into(value) for key, value in inputs.items()}
        if isinstance(inputs, list):
            return [await self.into(value) for value in inputs]
        if isinstance(inputs, str) and inputs.startswith("<"):
            return await self.get(inputs.strip("<>"))
        return inputs

    async def get(self, name: str) -> Any:
        """Give a thing by its name."""
        if name not in self.found:
            make: Callable[[], Awaitable[Any]] = getattr(self, name)
            made = await make()
            self.found.setdefault(name, made)
        return self.found[name]

    async def run(self, action: str, **body: Any) -> Any:
        """Run an action that takes a body."""
        return await self.desk.run(action, of=self.account, body=body)

    async def look(self, action: str, **query: Any) -> Any:
        """Run an action that takes a query."""
        return await self.desk.run(action, of=self.account, query=query)

    async def _warehouses(self) -> list[str]:
        rows = await self.look("list_warehouses")
        return [row["id"] for row in rows]

    async def warehouse(self) -> Any:
        """Give the first warehouse."""
        return (await self._warehouses())[0]

    async def warehouse2(self) -> Any:
        """Give another warehouse."""
        return (await self._warehouses())[1]

    async def new_name(self) -> Any:
        """Give a name that nobody has."""
        return f"cd-{next(_numbers)}"

    async def new_sku(self) -> Any:
        """Give a SKU that nobody has."""
        return f"CD-{next(_numbers)}"

    async def shop(self) -> Any:
        """Give a shop's name."""
        return f"shop-{next(_numbers)}"

    async def hook_url(self) -> Any:
        """Give an address where nobody listens."""
        return f"http://127.0.0.1:9/{next(_numbers)}"

    async def own_sku(self) -> Any:
        """Make a product with a picture, fifty pieces of it."""
        name = f"CD-{next(_numbers)}"
        stock = [{"warehouse_id": await self.get("warehouse"), "on_hand": 50}]
        images = [{"src": "https://files.example/towel.png", "position": 1}]
        await self.run("create_product", name=name, sku=name, warehouse_products=stock, images=images)
        return name

    sku = sku2 = stocked_sku = own_sku

    async def kit_sku(self) -> Any:
        """Make a kit."""
        parts = [{"sku": await self.get(name), "quantity": 1} for name in ("sku", "sku2")]
        name = await self.own_sku()
        await self.run("build_kit", sku=name, components=parts)
        return name

    async def assembly_sku(self) -> Any:
        """Make an assembly."""
        name = await self.own_sku()
        parts = [{"sku": await self.get("sku"), "quantity": 1}]
        await self.run("add_assembly_components", assembly_sku=name, components=parts)
        return name

    async def _order(self, **more: Any) -> Any:
        line = {"sku": await self.get("sku"), "partner_line_item_id": "1", "quantity": 2, "price": "1"}
        number = f"CD-{next(_numbers)}"
        return await self.run(
            "create_order",
            **{**ORDER, "order_number": number, "partner_order_id": number, "line_items": [line], **more},
        )

    async def order(self) -> Any:
        """Make an order of two pieces."""
        made = await self._order()
        self.found["line_item"] = made["line_items"]["edges"][0]["node"]["id"]
        self.found["order_number_id"] = made["legacy_id"]
        self.found["order_sku"] = self.found["sku"]
        return made["id"]

    async def _of_order(self) -> None:
        await self.get("order")

    line_item = order_number_id = order_sku = _of_order

    async def twin_order(self) -> Any:
        """Make two orders to the same address."""
        address: dict[str, Any] = {
            "country": "US",
            "zip": "10001",
            "city": "New York",
            "state": "NY",
            "address1": f"{next(_numbers)} Elm St",
        }
        first = await self._order(shipping_address=address)
        second = await self._order(shipping_address=address)
        self.found["twin_order2"] = second["id"]
        return first["id"]

    async def merged_order(self) -> Any:
        """Merge two orders."""
        first = await self.get("twin_order")
        await self.run("merge_orders", master_order_id=first, sub_order_ids=[self.found["twin_order2"]])
        return first

    async def tote(self) -> Any:
        """Make a tote."""
        made = await self.run("create_tote", warehouse_id=await self.get("warehouse"))
        return made["tote"]["id"]

    async def picked_order(self) -> Any:
        """Pick an order into a tote."""
        order = await self.get("order")
        self.found["picked_tote"] = tote = await self.get("tote")
        self.desk.twin.control("POST", f"/orders/{self.found['order_number_id']}/pick", {"tote": tote})
        return order

    async def picked_tote(self) -> Any:
        """Give the tote of a picked order."""
        await self.get("picked_order")
        return self.found["tote"]

    async def shipped_order(self) -> Any:
        """Ship an order out of a tote."""
        order, tote = await self.get("picked_order"), await self.get("picked_tote")
        made = await self.run("fulfill_order", order_id=order, tote_id=tote, packages=[_PARCEL])
        self.found["shipment"] = made["id"]
        self.found["shipped_line_item"] = self.found["line_item"]
        self.found["shipped_sku"] = self.found["sku"]
        return order

    async def _of_shipped(self) -> None:
        await self.get("shipped_order")

    shipment = shipped_line_item = shipped_sku = _of_shipped

    async def shipping_container(self) -> Any:
        """Give a container of the seed."""
        return (await self.look("list_shipping_containers", page_size=1))[0]["id"]

    async def snapshot(self) -> Any:
        """Start a snapshot."""
        made = await self.run("create_inventory_snapshot", warehouse_id=await self.get("warehouse"))
        return made["snapshot_id"]

    async def sync(self) -> Any:
        """Start setting stock from a file."""
        made = await self.run("create_inventory_sync", url=self.desk.sheet, warehouse_id=await self.get("warehouse"))
        return made["sync_id"]

    async def _location(self, **more: Any) -> Any:
        house = await self.get("warehouse")
        return await self.run("create_location", warehouse_id=house, name=f"Z-{next(_numbers)}", zone="Z", **more)

    async def location(self) -> Any:
        """Make an empty location."""
        return (await self._location(pickable=True, sellable=True))["id"]

    async def located_sku(self) -> Any:
        """Make a product with pieces in a location."""
        made = await self._location(pickable=True, sellable=True)
        name = await self.own_sku()
        self.found |= {"stocked_location": made["id"], "location_prefix": made["name"]}
        await self.run(
            "add_inventory", sku=name, warehouse_id=await self.get("warehouse"), quantity=5, location_id=made["id"]
        )
        return name

    async def _of_located(self) -> None:
        await self.get("located_sku")

    stocked_location = location_prefix = _of_located

    async def empty_item_location(self) -> Any:
        """Empty a location that a product was in."""
        sku, place = await self.get("located_sku"), await self.get("stocked_location")
        house = await self.get("warehouse")
        await self.run("remove_inventory", sku=sku, warehouse_id=house, quantity=5, location_id=place)
        rows = await self.look("list_item_locations", sku=[sku])
        return next(row["id"] for row in rows if row["location_id"] == place)

    async def lot(self) -> Any:
        """Make a lot of what lies in a location."""
        self.found["lot_sku"] = sku = await self.get("located_sku")
        return (await self.run("create_lot", name=f"lot-{next(_numbers)}", sku=sku, expires_at="2030-01-01"))["id"]

    async def lot_sku(self) -> Any:
        """Give the product of a lot."""
        await self.get("lot")
        return self.found["located_sku"]

    async def purchase_order(self) -> Any:
        """Order ten pieces."""
        line = {"sku": await self.get("sku"), "quantity": 10, "expected_weight_in_lbs": "1", "price": "4"}
        house, number = await self.get("warehouse"), f"PO-{next(_numbers)}"
        made = await self.run(
            "create_purchase_order",
            po_number=number,
            subtotal="40",
            shipping_price="0",
            total_price="40",
            warehouse_id=house,
            line_items=[line],
        )
        return made["id"]

    async def vendor(self) -> Any:
        """Make a vendor."""
        name = f"vendor-{next(_numbers)}"
        return (await self.run("create_vendor", name=name, email=f"{name}@mail.example"))["id"]

    async def supplying_vendor(self) -> Any:
        """Let a vendor supply a product."""
        made = await self.get("vendor")
        await self.run("add_vendor_product", vendor_id=made, sku=await self.get("sku"))
        return made

    async def inbound_shipment(self) -> Any:
        """Announce a truck."""
        made = await self.run(
            "create_inbound_shipment",
            warehouse_id=await self.get("warehouse"),
            purchase_order_ids=[await self.get("purchase_order")],
        )
        return made["id"]

    async def received_inbound_shipment(self) -> Any:
        """Unload a truck."""
        made = await self.get("inbound_shipment")
        self.desk.twin.control("POST", f"/inbound_shipments/{made}/receive", {})
        return made

    async def shipping_plan(self) -> Any:
        """Announce goods to the 3PL."""
        line = {"product_name": "Tea", "sku": await self.get("sku"), "quantity": 6}
        made = await self.run("create_shipping_plan", warehouse_id=await self.get("warehouse"), line_items=[line])
        return made["id"]

    async def customer_return(self) -> Any:
        """Announce that what was shipped comes back."""
        order, sku = await self.get("shipped_order"), await self.get("shipped_sku")
        made = await self.run(
            "create_return",
            order_id=order,
            warehouse_id=await self.get("warehouse"),
            return_reason="Too big",
            label_type="FREE",
            label_cost="0",
            address=_ADDRESS,
            dimensions=_SIZE,
            shipping_carrier="UPS",
            shipping_method="Ground",
            line_items=[{"sku": sku, "quantity": 1, "return_reason": "Too big"}],
        )
        self.found["return_item"] = made["line_items"][0]["id"]
        return made["id"]

    async def return_item(self) -> None:
        """Give an item of a return."""
        await self.get("customer_return")

    async def exchange(self) -> Any:
        """Exchange what comes back."""
        back = await self.get("customer_return")
        wanted = {"exchange_product_sku": await self.get("sku2"), "quantity": 1}
        made = await self.run(
            "create_return_exchange",
            return_id=back,
            exchange_items=[{**wanted, "return_item_id": await self.get("return_item")}],
        )
        return made["id"]

    async def webhook(self) -> Any:
        """Make a webhook."""
        self.found["webhook_name"], self.found["webhook_shop"] = "Shipment Update", f"shop-{next(_numbers)}"
        made = await self.run(
            "create_webhook", name="Shipment Update", url=await self.hook_url(), shop_name=self.found["webhook_shop"]
        )
        return made["id"]

    async def _of_webhook(self) -> None:
        await self.get("webhook")

    webhook_name = webhook_shop = _of_webhook

    async def user(self) -> Any:
        """Give a person of the account."""
        return (await self.look("list_users", is_developer=False))[-1]["id"]

    async def box_code(self) -> Any:
        """Give a box that carriers provide."""
        made = (await self.look("list_carrier_boxes", page_size=1))[0]
        self.found["box_warehouse"] = made["warehouse_id"]
        return made["box_code"]

    async def box_warehouse(self) -> None:
        """Give the warehouse of that box."""
        await self.get("box_code")

    async def custom_box(self) -> Any:
        """Make a box."""
        made = await self.run(
            "create_custom_box",
            name=f"box-{next(_numbers)}",
            warehouse_id=await self.get("warehouse"),
            dimensions=_SIZE,
        )
        return made["id"]

    async def cycle_count(self) -> Any:
        """Start a count."""
        sku, house = await self.get("located_sku"), await self.get("warehouse")
        return (await self.run("create_item_count", name=f"n-{next(_numbers)}", warehouse_id=house, skus=[sku]))["id"]

    async def customer(self) -> Any:
        """Give the 3PL's customer."""
        return CUSTOMER

    async def month_start(self) -> Any:
        """Give the first day of a span that can be billed."""
        return "2020-01-01"

    async def month_end(self) -> Any:
        """Give the last day of it."""
        return f"{self.desk.twin.now():%Y-%m-%d}"

    async def yesterday(self) -> Any:
        """Give the day before."""
        return f"{self.desk.twin.now() - timedelta(days=1):%Y-%m-%d}"

    async def bill(self) -> Any:
        """Bill the customer, and wait until the bill is reckoned."""
        made = await self.run(
            "create_bill",
            customer_account_id=CUSTOMER,
            start_date=await self.month_start(),
            end_date=await self.month_end(),
        )
        self.desk.twin.clock_advance("10s")
        return made["id"]

    async def submitted_bill(self) -> Any:
        """Send a bill out."""
        made = await self.get("bill")
        await self.run("submit_bill", id=made)
        return made

    async def labor_unit(self) -> Any:
        """Give a unit of labour."""
        return (await self.look("list_labor_units", page_size=1))[0]["id"]

    async def charge(self) -> Any:
        """Charge the customer for something."""
        made = await self.run(
            "add_bill_charge",
            customer_account_id=CUSTOMER,
            name="Relabel",
            description="Forty boxes",
            rate="30.00",
            occurred_at="2026-01-10",
            labor_unit_id=await self.get("labor_unit"),
            unit_amount="2.5",
        )
        return made["id"]

    async def invoice(self) -> Any:
        """Give an invoice of the network."""
        return (await self.look("list_fulfillment_invoices", page_size=1))[0]["id"]
