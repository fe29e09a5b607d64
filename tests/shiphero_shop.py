"""A shop of the ShipHero twin that does whatever comes to mind, over the API and on the floor of its warehouses."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from crossdock_twins.shiphero.api import served_schema
from shiphero_client import ORDER, Client, new_client
from twins import ShipheroTwin, fetch

REFUSALS = {5, 901, 902}
"""Codes with which the twin may refuse what makes no sense now; anything else is a fault of the twin."""

_MOST_ORDERS = 8
_KIT = {"A": 2, "B": 1}
_PARCEL = {"address": ORDER["shipping_address"], "carrier": "UPS", "method": "Ground", "tracking_number": "1Z1"}
_RETURN = {
    "return_reason": "Too big",
    "label_type": "FREE",
    "label_cost": "0.00",
    "address": {"name": "Ada", "city": "New York", "zip": "10001", "country": "US"},
    "dimensions": {"weight": "1", "height": "1", "width": "1", "length": "1"},
    "shipping_carrier": "UPS",
    "shipping_method": "Ground",
}
_TO_STAGE = (
    "wholesale_order_auto_allocate_for_picking",
    "wholesale_set_as_ready_to_pick",
    "wholesale_order_transfer_picks_to_staging",
)
_LINES = """query($ids: [String]) { orders(ids: $ids) { data(first: 1) { edges { node {
  line_items(first: 8) { edges { node { id sku quantity_shipped } } } } } } } }"""


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do: which deed, with which product, how many of it, where, and one way or the other."""

    deed: str
    letter: str
    quantity: int
    place: int
    flag: bool


def nodes_of(page: Any) -> list[dict[str, Any]]:
    """Give the nodes of a connection."""
    return [edge["node"] for edge in page["edges"]]


class Shop:
    """Three products, a kit of two of them, two warehouses, two locations, one tote."""

    def __init__(self, twin: ShipheroTwin, name: str, done: Counter[str]) -> None:
        """Open the shop, with five pieces of each product in both warehouses; `done` counts what was not refused."""
        self.twin = twin
        self.name = name
        self.done = done
        self.client: Client = new_client(twin, f"{name}@shop.example")
        account = self.client.data("{ account { data { warehouses { id } } } }")["account"]["data"]
        self.houses: list[str] = [house["id"] for house in account["warehouses"][:2]]
        self.stock_ids: list[str] = []
        self.orders: list[str] = []
        for letter in "ABC":
            self._product(letter)
        self._product("K", kit=True)
        parts = [{"sku": self.sku(letter), "quantity": quantity} for letter, quantity in _KIT.items()]
        self._do("kit_build", "{ product { id } }", sku=self.sku("K"), components=parts)
        self.locations: list[str] = [self._location(number) for number in range(2)]
        self.stage: str = self._location(9, staging=True)
        made = self._do("tote_create", "{ tote { id barcode } }", warehouse_id=self.houses[0])
        self.tote: dict[str, str] = made["tote"]

    def take(self, step: Step) -> None:
        """Do one thing; what needs an order takes one first where there is none."""
        if step.deed in _ON_ORDERS and not self.orders:
            self.sell(step)
        DEEDS[step.deed](self, step)

    def sku(self, letter: str) -> str:
        """Give the SKU of one of the products."""
        return f"{self.name}-{letter}"

    def add(self, step: Step) -> None:
        """Add pieces."""
        self._count("inventory_add", step)

    def remove(self, step: Step) -> None:
        """Take pieces away, whoever wants them."""
        self._count("inventory_subtract" if step.flag else "inventory_remove", step)

    def replace(self, step: Step) -> None:
        """Set how many pieces there are."""
        self._count("inventory_replace", step, includes_non_sellable=step.flag)

    def transfer(self, step: Step) -> None:
        """Carry pieces from one place to another."""
        self._do(
            "inventory_transfer",
            "{ ok }",
            sku=self.sku(step.letter),
            quantity=1 + step.quantity % 3,
            warehouse_id=self.houses[0],
            location_from_id=self.locations[step.place % 2] if step.flag else None,
            location_to_id=self.locations[(step.place + 1) % 2] if step.place % 3 else None,
        )

    def close_location(self, step: Step) -> None:
        """Close a location for selling, or more often open it."""
        place = self.locations[step.place % 2]
        self._do("location_update", "{ location { id } }", location_id=place, sellable=step.quantity > 1)

    def lot(self, step: Step) -> None:
        """Let what lies in a location belong to a new lot."""
        name = f"lot-{self.done['lot_create']}"
        made = self._do("lot_create", "{ lot { id } }", name=name, sku=self.sku(step.letter), expires_at="2030-01-01")
        place = self.locations[step.place % 2]
        self._do("lot_assign_to_location", "{ request_id }", lot_id=made["lot"]["id"], location_id=place)

    def sell(self, step: Step) -> None:
        """Take an order for a product, for the kit as well where the flag says so."""
        if len(self.orders) >= _MOST_ORDERS:
            return
        wanted = {step.letter: step.quantity + 1} | ({"K": 1 + step.place % 3} if step.flag else {})
        lines = [
            {"sku": self.sku(letter), "partner_line_item_id": letter, "quantity": quantity, "price": "1"}
            for letter, quantity in wanted.items()
        ]
        made = self._do("order_create", "{ order { id } }", **{**ORDER, "line_items": lines})
        self.orders.append(made["order"]["id"])

    def change_line(self, step: Step) -> None:
        """Let a buyer want more of something, or less."""
        lines = self._lines(step)
        if lines:
            changed = [{"id": lines[step.place % len(lines)]["id"], "quantity": step.quantity - 1}]
            self._do("order_update_line_items", "{ order { id } }", order_id=self._order(step), line_items=changed)

    def drop_line(self, step: Step) -> None:
        """Take a line off an order, or put one on it."""
        if step.flag:
            line = {"sku": self.sku(step.letter), "partner_line_item_id": str(step), "price": "1"}
            added = [{**line, "quantity": step.quantity}]
            self._do("order_add_line_items", "{ order { id } }", order_id=self._order(step), line_items=added)
            return
        gone = [line["id"] for line in self._lines(step)[:1]]
        self._do("order_remove_line_items", "{ order { id } }", order_id=self._order(step), line_item_ids=gone)

    def hold(self, step: Step) -> None:
        """Hold an order, or let it go."""
        self._do("order_update_holds", "{ order { id } }", order_id=self._order(step), operator_hold=step.flag)

    def send_from(self, step: Step) -> None:
        """Have an order come from a certain warehouse."""
        house = self.houses[step.quantity % 2]
        self._do("order_change_warehouse", "{ order { id } }", order_id=self._order(step), warehouse_id=house)

    def cancel(self, step: Step) -> None:
        """Cancel an order."""
        self._do("order_cancel", "{ order { id } }", order_id=self._order(step), reason="No", force=step.flag)

    def set_status(self, step: Step) -> None:
        """Close an order that was shipped from elsewhere, or take it up again."""
        self._do(
            "order_update_fulfillment_status",
            "{ order { id } }",
            order_id=self._order(step),
            fulfillment_status=("fulfilled", "canceled", "pending")[step.quantity % 3],
            remove_inventory=step.flag,
        )

    def merge(self, step: Step) -> None:
        """Let two orders travel together, or go their own ways again."""
        if step.flag:
            self._do("order_unmerge", "{ request_id }", order_ids=[self._order(step)])
            return
        other = self.orders[(step.place + 1) % len(self.orders)]
        self._do("order_merge", "{ request_id }", master_order_id=self._order(step), sub_order_ids=[other])

    def pick(self, step: Step) -> None:
        """Walk through the warehouse and fill the tote."""
        self._act("pick", f"/orders/{self._order(step)}/pick", tote=self.tote["barcode"])

    def clear(self, step: Step) -> None:
        """Empty the tote: back where it came from, away, or onto one shelf."""
        if step.place % 2:
            self._do("tote_clear", "{ ok }", tote_id=self.tote["id"], return_inventory=step.flag)
            return
        place = self.locations[step.quantity % 2]
        self._do("tote_transfer_to_location", "{ ok }", tote_id=self.tote["id"], location_id=place)

    def pack(self, step: Step) -> None:
        """Pick an order and send it out, all of it or one piece."""
        self.pick(step)
        lines = self._lines(step)
        parcel = {**_PARCEL, "line_items": [{"sku": line["sku"], "quantity": 1} for line in lines[:1]]}
        self._do(
            "order_fulfill",
            "{ shipment { id } }",
            order_id=self._order(step),
            tote_id=self.tote["id"],
            packages=[parcel if step.flag else _PARCEL],
        )

    def buy(self, step: Step) -> None:
        """Buy from a vendor, and receive what comes."""
        line = {
            "sku": self.sku(step.letter),
            "quantity": step.quantity + 1,
            "expected_weight_in_lbs": "1",
            "price": "1",
        }
        made = self._do(
            "purchase_order_create",
            "{ purchase_order { id } }",
            po_number=self.name,
            subtotal="1",
            shipping_price="0",
            total_price="1",
            warehouse_id=self.houses[step.place % 2],
            line_items=[{**line, "expected_weight_in_lbs": "1"}],
        )
        self._act("receive", f"/purchase_orders/{made['purchase_order']['id']}/receive")

    def send_back(self, step: Step) -> None:
        """Let a buyer send back what was shipped, and put it on the shelf."""
        lines = [line for line in self._lines(step) if line["quantity_shipped"] and not line["sku"].endswith("K")]
        if not lines:
            return
        item = {"sku": lines[0]["sku"], "quantity": 1, "return_reason": "Too big"}
        made = self._do(
            "return_create",
            "{ return { id line_items { id } } }",
            **{**_RETURN, "order_id": self._order(step), "warehouse_id": self.houses[0], "line_items": [item]},
        )
        if made is not None:
            self._do(
                "return_receive_line_item",
                "{ request_id }",
                return_id=made["return"]["id"],
                return_line_item_id=made["return"]["line_items"][0]["id"],
                quantity_received=1,
                restock_quantity=int(step.flag),
                warehouse_id=self.houses[0],
            )

    def look(self, step: Step) -> None:
        """Have a location counted, and find so many pieces of something there."""
        prefix = f"{self.name}-{step.place % 2}"
        made = self._do(
            "cycle_count_locations_create",
            "{ cycle_count { legacy_id } }",
            name=prefix,
            warehouse_id=self.houses[0],
            prefixes=[prefix],
        )
        self.twin.clock_advance("5s")
        found = {"sku": self.sku(step.letter), "location": prefix, "quantity": step.quantity}
        path = f"/cycle_counts/{made['cycle_count']['legacy_id']}/count"
        reply = fetch(f"{self.twin.base}/_twin{path}", method="POST", data=found)
        assert reply.status in {200, 404, 422}, reply.text()
        self.done["count"] += reply.status == 200

    def sell_wholesale(self, step: Step) -> None:
        """Take a wholesale order, and let it go as far as it gets: staged, or all the way out."""
        if len(self.orders) >= _MOST_ORDERS:
            return
        line = {"sku": self.sku(step.letter), "partner_line_item_id": "w", "quantity": 1 + step.quantity % 3}
        more = {"price": "1", "warehouse_id": self.houses[0], "unit_of_measure": "EACH"}
        fields = "{ wholesale_order { order_id } }"
        made = self._do("wholesale_order_create", fields, **{**ORDER, "line_items": [{**line, **more}]})
        order = made["wholesale_order"]["order_id"]
        self.orders.append(order)
        steps: list[tuple[str, dict[str, Any]]] = [
            ("wholesale_order_update_staging_location", {"staging_location_id": self.stage}),
            *((name, {}) for name in _TO_STAGE),
            *([("wholesale_order_fulfill", {"is_packed_externally": True})] if step.flag else []),
        ]
        for name, members in steps:
            if self._do(name, "{ request_id }", order_id=order, **members) is None:
                return

    def _count(self, operation: str, step: Step, **members: Any) -> None:
        """Change stock in one of the shop's locations, or in none and any warehouse."""
        where: dict[str, Any] = {"warehouse_id": self.houses[0], "location_id": self.locations[step.place % 2]}
        if step.place % 3 == 0:
            where = {"warehouse_id": self.houses[step.quantity % 2]}
        sku = self.sku(step.letter)
        fields = "{ warehouse_product { on_hand } }"
        self._do(operation, fields, sku=sku, quantity=step.quantity, **where, **members)

    def _product(self, letter: str, **members: Any) -> None:
        stock = [{"warehouse_id": house, "on_hand": 0 if members else 5} for house in self.houses]
        made = self._do(
            "product_create",
            "{ product { warehouse_products { id } } }",
            **{"name": letter, "sku": self.sku(letter), "warehouse_products": stock, **members},
        )
        self.stock_ids += [each["id"] for each in made["product"]["warehouse_products"]]

    def _location(self, number: int, **members: Any) -> str:
        place = {"warehouse_id": self.houses[0], "name": f"{self.name}-{number}", "zone": "H"}
        made = self._do("location_create", "{ location { id } }", **{**place, **members})
        identity: str = made["location"]["id"]
        return identity

    def _order(self, step: Step) -> str:
        return self.orders[step.place % len(self.orders)]

    def _lines(self, step: Step) -> list[dict[str, Any]]:
        (order,) = nodes_of(self.client.data(_LINES, {"ids": [self._order(step)]})["orders"]["data"])
        return nodes_of(order["line_items"])

    def _do(self, operation: str, fields: str, **data: Any) -> Any:
        """Do an operation and give what it answers; None where the twin refused it for a reason of its own."""
        mutations = served_schema().mutation_type
        assert mutations is not None
        kind = mutations.fields[operation].args["data"].type
        answer = self.client.answer(f"mutation($data: {kind}) {{ {operation}(data: $data) {fields} }}", {"data": data})
        for error in answer.get("errors", ()):
            assert error["code"] in REFUSALS, error
        self.done[operation] += "errors" not in answer
        return None if "errors" in answer else answer["data"][operation]

    def _act(self, deed: str, path: str, **members: Any) -> None:
        """Let the people on the floor do something; they may find that it cannot be done."""
        reply = fetch(f"{self.twin.base}/_twin{path}", method="POST", data=members)
        assert reply.status in {200, 422}, reply.text()
        self.done[deed] += reply.status == 200


DEEDS: Mapping[str, Callable[[Shop, Step], None]] = {
    "add": Shop.add,
    "remove": Shop.remove,
    "replace": Shop.replace,
    "transfer": Shop.transfer,
    "close location": Shop.close_location,
    "lot": Shop.lot,
    "sell": Shop.sell,
    "change line": Shop.change_line,
    "drop line": Shop.drop_line,
    "hold": Shop.hold,
    "send from": Shop.send_from,
    "cancel": Shop.cancel,
    "set status": Shop.set_status,
    "merge": Shop.merge,
    "pick": Shop.pick,
    "clear": Shop.clear,
    "pack": Shop.pack,
    "buy": Shop.buy,
    "send back": Shop.send_back,
    "look": Shop.look,
    "sell wholesale": Shop.sell_wholesale,
}
"""All that a shop can do, by name."""

_ON_ORDERS = frozenset(
    {
        *("change line", "drop line", "hold", "send from", "cancel", "set status", "merge", "pick", "pack"),
        "send back",
    }
)
