"""What lies in a shop's warehouses, from the first day to the last: every piece that came or went has its row."""

import heapq
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import NamedTuple

from crossdock_twins.shiphero import dates
from crossdock_twins.shiphero.seeds.rows import Rows
from crossdock_twins.shiphero.seeds.sale import Shop
from crossdock_twins.shiphero.skus import sku_key

_ORDERED_BEFORE = timedelta(days=9)
_BINS_PER_RACK = 8
_LOSSES = ("Cycle count", "Damaged", "Lost in warehouse")

Key = tuple[int, int]
"""A stock record: the place of the ware and the place of the warehouse in the shop's lists."""


class Flow(NamedTuple):
    """Pieces that left with an order, or came back with a return, which has a positive `sign`.

    `turn` tells flows of one moment apart, so that they can be put in order.
    """

    at: datetime
    turn: int
    sign: int
    house: int
    lines: Sequence[tuple[int, int]]
    reason: str
    user_id: int


class Numbers(NamedTuple):
    """Where the numbers of new rows go on; shops of one twin share them."""

    locations: "count[int]"
    purchase_orders: "count[int]"
    vendors: "count[int]"


class Stockroom:
    """Keeps a shop's stock while its seed is played."""

    def __init__(self, shop: Shop, rows: Rows, numbers: Numbers, *, opened: datetime) -> None:
        self.shop = shop
        self._rows = rows
        self._numbers = numbers
        self._opened = opened
        self.on_hand: dict[Key, int] = {}
        self.promised: dict[Key, int] = {}
        self.missing: dict[Key, int] = {}
        self._flows: list[Flow] = []
        self._bins: dict[Key, int] = {}
        self._vendors: dict[str, int] = {}

    def stock_id(self, key: Key) -> int:
        """Give the number of a stock record."""
        return self.shop.first_stock + key[0] * len(self.shop.houses) + key[1]

    def bin_of(self, key: Key) -> tuple[int, str]:
        """Give the location of a stock record, by number and name."""
        return self._bins[key], bin_name(self.shop, key)

    def open(self, levels: Mapping[Key, int]) -> None:
        """Write the wares and their bins, and count what lies there on the first day."""
        at = dates.text_of(self._opened)
        for place in range(len(self.shop.wares)):
            self._write_ware(place, at)
            for house in range(len(self.shop.houses)):
                key = (place, house)
                self._write_stock(key, at)
                self.on_hand[key] = 0
                if levels.get(key):
                    self._change(key, levels[key], "Initial inventory", self.shop.owner[0], at)
        self._rows.flush()

    def plan(self, flow: Flow) -> None:
        """Note pieces that will come or go."""
        heapq.heappush(self._flows, flow)

    def play(self, until: datetime, *, batches: Mapping[Key, int]) -> None:
        """Let the planned pieces come and go in order of time; where too few are left, a purchase order comes first."""
        while self._flows and self._flows[0].at <= until:
            flow = heapq.heappop(self._flows)
            at = dates.text_of(flow.at)
            for place, quantity in flow.lines:
                key = (place, flow.house)
                if flow.sign < 0 and self.on_hand[key] < quantity:
                    self._receive(key, max(batches[key], quantity), flow.at)
                self._change(key, flow.sign * quantity, flow.reason, flow.user_id, at)

    def run_out(self, keys: Iterable[Key], *, at: datetime) -> None:
        """Count some bins empty at last, as broken or lost; it makes the orders that wait."""
        for key in keys:
            if self.on_hand[key]:
                reason = _LOSSES[key[0] % len(_LOSSES)]
                self._change(key, -self.on_hand[key], reason, self.shop.owner[0], dates.text_of(at))

    def free(self, key: Key) -> int:
        """Give the pieces that nobody has been promised."""
        return self.on_hand[key] - self.promised.get(key, 0)

    def promise(self, key: Key, *, taken: int, missing: int) -> None:
        """Set pieces aside for an order, and note those that it waits for."""
        self.promised[key] = self.promised.get(key, 0) + taken
        self.missing[key] = self.missing.get(key, 0) + missing

    def close(self) -> Iterable[tuple[int, int, int, int]]:
        """Give the last figures of each stock record: on hand, allocated, backorder, number."""
        self._rows.flush()
        for key, pieces in self.on_hand.items():
            yield pieces, self.promised.get(key, 0), self.missing.get(key, 0), self.stock_id(key)

    def shelves(self, at: str) -> None:
        """Write how many pieces lie in which bin."""
        for key, pieces in self.on_hand.items():
            self._rows.add("item_locations", (self.stock_id(key), self._bins[key], pieces, at, at))

    def _change(self, key: Key, change: int, reason: str, user_id: int, at: str) -> None:
        ware, before = self.shop.wares[key[0]], self.on_hand[key]
        self.on_hand[key] = before + change
        self._rows.add(
            "inventory_changes",
            (
                *(self.shop.account_id, self.shop.houses[key[1]].id, self.stock_id(key)),
                *(self.shop.first_product + key[0], ware.sku, sku_key(ware.sku), user_id, self._bins[key]),
                *(before, change, reason, "seed", at),
            ),
        )

    def _receive(self, key: Key, pieces: int, at: datetime) -> None:
        """Close a purchase order of the ware's vendor that was sent nine days before."""
        number, now = next(self._numbers.purchase_orders), dates.text_of(at)
        ordered = dates.text_of(max(self._opened, at - _ORDERED_BEFORE))
        ware, house = self.shop.wares[key[0]], self.shop.houses[key[1]]
        vendor = self._vendors[ware.tag]
        name = f"PO-{number}"
        amount = f"{pieces * cents(ware.price) // 2 / 100:.2f}"
        body = {"subtotal": amount, "total_price": amount, "shipping_price": "0.00"}
        self._rows.add(
            "purchase_orders",
            (
                *(number, self.shop.account_id, house.id, vendor, name, "closed", ordered, now, now, ordered, now),
                json.dumps(body),
            ),
        )
        line = {"price": f"{cents(ware.price) // 2 / 100:.2f}", "product_name": ware.name}
        self._rows.add(
            "purchase_order_lines",
            (
                *(number, self.shop.first_product + key[0], vendor, ware.sku, sku_key(ware.sku), pieces, pieces),
                *("closed", ordered, now, json.dumps(line)),
            ),
        )
        self._change(key, pieces, f"Received from {name}", self.shop.owner[0], now)

    def _write_ware(self, place: int, at: str) -> None:
        ware, number = self.shop.wares[place], self.shop.first_product + place
        body = {
            "price": ware.price,
            "value": ware.price,
            "value_currency": "USD",
            "active": True,
            "country_of_manufacture": "US",
            "customs_value": ware.price,
            "customs_description": ware.name,
            "tariff_code": "",
            "product_note": "",
            "dimensions": {"weight": ware.weight, "height": "4.00", "width": "6.00", "length": "9.00"},
        }
        account, barcode = self.shop.account_id, f"08{account_digits(self.shop.account_id)}{number % 10**7:07d}"
        self._rows.add(
            "products",
            (number, account, ware.sku, sku_key(ware.sku), ware.name, barcode, at, at, json.dumps(body)),
        )
        self._rows.add("product_tags", (number, ware.tag))
        if ware.tag not in self._vendors:
            vendor = self._vendors[ware.tag] = next(self._numbers.vendors)
            name = f"{ware.tag.title()} Supply Co."
            self._rows.add("vendors", (vendor, account, name, f"orders@vendor-{vendor}.example", at, "{}"))
        self._rows.add(
            "product_vendors",
            (number, self._vendors[ware.tag], f"V-{ware.sku}", f"{cents(ware.price) // 2 / 100:.2f}"),
        )

    def _write_stock(self, key: Key, at: str) -> None:
        ware, house = self.shop.wares[key[0]], self.shop.houses[key[1]]
        name = bin_name(self.shop, key)
        location = self._bins[key] = next(self._numbers.locations)
        body = {
            "price": ware.price,
            "value": ware.price,
            "value_currency": "USD",
            "active": True,
            "custom": False,
            "inventory_bin": name,
            "reorder_level": 10,
            "reorder_amount": 40,
        }
        self._rows.add(
            "locations",
            (
                *(location, self.shop.landlord, house.id, self.shop.bin_type, name, name.lower(), name.split("-")[0]),
                *(1, 1, 0, 0, at, at),
            ),
        )
        self._rows.add(
            "warehouse_products",
            (
                *(
                    self.stock_id(key),
                    self.shop.account_id,
                    self.shop.first_product + key[0],
                    house.id,
                    0,
                    0,
                    0,
                    at,
                    at,
                ),
                json.dumps(body),
            ),
        )


def bin_name(shop: Shop, key: Key) -> str:
    """Give the name of the bin of a stock record: aisle, rack and shelf."""
    aisle = shop.aisle or "ABCDEFGH"[key[1]]
    return f"{aisle}-{key[0] // _BINS_PER_RACK + 1:02d}-{key[0] % _BINS_PER_RACK + 1}"


def cents(price: str) -> int:
    """Give a price in cents."""
    dollars, _, rest = price.partition(".")
    return int(dollars) * 100 + int(rest or 0)


def account_digits(account_id: int) -> str:
    """Give the part of a barcode that tells accounts apart."""
    return f"{account_id % 1000:03d}"
