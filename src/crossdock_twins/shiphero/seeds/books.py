"""A shop's sales as rows: orders with their lines, what was set aside for them, what was shipped, what came back."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import NamedTuple

from crossdock_twins.base import tokens
from crossdock_twins.shiphero import dates
from crossdock_twins.shiphero.seeds.rows import Rows
from crossdock_twins.shiphero.seeds.sale import Sale, Shop
from crossdock_twins.shiphero.seeds.stockroom import Flow, Key, Stockroom, cents
from crossdock_twins.shiphero.skus import sku_key

FULFILLED, CANCELED = "fulfilled", "canceled"
HOLDS = ("fraud_hold", "address_hold", "payment_hold", "operator_hold")

_PICKED_BEFORE = timedelta(minutes=50)
_DELIVERED_AFTER = timedelta(days=4)
_PICKS_KEPT = timedelta(days=45)
_SIZES = '{"weight":"1.40","height":"6.00","width":"8.00","length":"10.00"}'
_LABEL_BODY = f'{{"box_name":"Box 10x8x6","dimensions":{_SIZES}}}'


class Numbers(NamedTuple):
    """Where the numbers of new rows go on; shops of one twin share them."""

    lines: "count[int]"
    shipments: "count[int]"
    labels: "count[int]"
    returns: "count[int]"


class Books:
    """Writes the sales of one shop; stock is played when all that was shipped is known."""

    def __init__(self, room: Stockroom, rows: Rows, numbers: Numbers, *, now: datetime) -> None:
        self._room = room
        self._shop: Shop = room.shop
        self._rows = rows
        self._numbers = numbers
        self._now = now
        self._turns = count()
        self._waiting: list[Sale] = []
        self._wares = [
            (ware.sku, sku_key(ware.sku), cents(ware.price), _line_body(ware.price, ware.name))
            for ware in self._shop.wares
        ]

    def write(self, sales: Iterable[Sale], *, batches: Mapping[Key, int]) -> None:
        """Write all that is closed, in order of time, and what it makes of the stock; the rest waits for `allocate`."""
        for sale in sales:
            self._room.play(sale.placed, batches=batches)
            if sale.status in {FULFILLED, CANCELED}:
                self._close(sale)
            else:
                self._waiting.append(sale)
        self._room.play(self._now, batches=batches)
        self._rows.flush()

    def allocate(self) -> None:
        """Write the open sales, oldest first, each with what its warehouse can set aside for it."""
        for sale in self._waiting:
            self._open(sale)
        self._rows.flush()

    def _close(self, sale: Sale) -> None:
        placed = dates.text_of(sale.placed)
        shipped = dates.text_of(sale.shipped) if sale.shipped else None
        self._order(sale, placed, shipped or placed)
        lines = list(self._closed_lines(sale, placed, shipped))
        self._note(sale, self._shop.owner, f"Order created with {len(lines)} line items", placed)
        if sale.shipped is not None and shipped is not None:
            self._ship(sale, lines, sale.shipped, shipped)
        else:
            self._note(sale, self._shop.owner, "Order canceled by the customer", placed)

    def _order(
        self, sale: Sale, placed: str, updated: str, *, allocated: str | None = None, short: bool = False
    ) -> None:
        total = sum(self._wares[place][2] * quantity for place, quantity in sale.lines)
        carrier, method, freight = sale.carrier
        body = (
            f'{{"subtotal":"{_money(total)}","total_tax":"0.00","total_discounts":"0.00",'
            f'"total_price":"{_money(total + cents(freight))}","currency":"USD","source":"seed",'
            f'"shipping_lines":{{"title":"{carrier} {method}","carrier":"{carrier}","method":"{method}",'
            f'"price":"{freight}"}},"shipping_address":{sale.buyer.address},"billing_address":{sale.buyer.address}}}'
        )
        self._rows.add(
            "orders",
            (
                *(sale.id, self._shop.account_id, sale.order_number, sale.partner_order_id, sale.shop_name),
                *(sale.status, sale.buyer.email, placed, placed, updated, allocated, short),
                *(sale.hold == hold for hold in HOLDS),
                *(allocated is not None, body),
            ),
        )
        if sale.tag:
            self._rows.add("order_tags", (sale.id, sale.tag, 0))

    def _closed_lines(self, sale: Sale, placed: str, shipped: str | None) -> Iterator[tuple[int, int, int]]:
        """Write the lines of a closed order; gives their numbers, the places of their wares and their quantities."""
        house = self._shop.houses[sale.house].id if shipped else None
        for number, (place, quantity) in enumerate(sale.lines, start=1):
            line, (sku, key, _, body) = next(self._numbers.lines), self._wares[place]
            sent = quantity if shipped else 0
            self._rows.add(
                "line_items",
                (
                    *(line, sale.id, sku, key, f"{sale.partner_order_id}-{number}", sale.status, quantity, sent),
                    *(0, 0, 0, house, placed, shipped or placed, body),
                ),
            )
            yield line, place, quantity

    def _ship(self, sale: Sale, lines: list[tuple[int, int, int]], at: datetime, shipped: str) -> None:
        shipment, label = next(self._numbers.shipments), next(self._numbers.labels)
        account, house = self._shop.account_id, self._shop.houses[sale.house]
        picker = self._shop.pickers[sale.id % len(self._shop.pickers)]
        there = at + _DELIVERED_AFTER < self._now
        carrier, method, freight = sale.carrier
        tracking = _tracking(carrier, label)
        self._rows.add(
            "shipments",
            (shipment, account, sale.id, picker[0], house.id, "default", 0, 1, 1, there, shipped, sale.buyer.delivery),
        )
        self._rows.add(
            "shipping_labels",
            (
                *(label, account, shipment, sale.id, house.id, 1, "valid", tracking),
                *("delivered" if there else "in_transit", carrier, method, f"{carrier} {method}", freight, shipped),
                _LABEL_BODY,
            ),
        )
        pieces = sum(quantity for _, _, quantity in lines)
        for line, _, quantity in lines:
            self._rows.add("shipment_line_items", (shipment, line, label, quantity))
        self._rows.add(
            "packages", (account, house.id, picker[0], sale.id, shipment, pieces, len(lines), pieces, shipped)
        )
        if at > self._now - _PICKS_KEPT:
            self._pick(sale, lines, picker[0], at)
        self._note(sale, picker, f"Order shipped with {carrier} {method}, tracking number {tracking}", shipped)
        reason = f"Order {sale.order_number} shipped"
        self._room.plan(Flow(at, next(self._turns), -1, sale.house, sale.lines, reason, picker[0]))
        if sale.returned is not None:
            self._take_back(sale, lines, sale.returned)

    def _pick(self, sale: Sale, lines: list[tuple[int, int, int]], user: int, at: datetime) -> None:
        picked = dates.text_of(at - _PICKED_BEFORE)
        for line, place, quantity in lines:
            location, name = self._room.bin_of((place, sale.house))
            sku = self._wares[place][0]
            self._rows.add(
                "picks",
                (
                    *(
                        self._shop.account_id,
                        self._shop.houses[sale.house].id,
                        user,
                        sale.id,
                        line,
                        location,
                        name,
                        sku,
                    ),
                    *(quantity, "single" if len(lines) == 1 else "multi", sku, picked),
                ),
            )

    def _take_back(self, sale: Sale, lines: list[tuple[int, int, int]], at: datetime) -> None:
        number, (line, place, quantity) = next(self._numbers.returns), lines[-1]
        house, account = self._shop.houses[sale.house].id, self._shop.account_id
        text, done = dates.text_of(at), at + timedelta(days=5) < self._now
        reason = ("Does not fit", "Changed mind", "Damaged in transit", "Not as described")[sale.id % 4]
        restock = quantity if done and not reason.startswith("Damaged") else 0
        body = {
            "reason": f'"{reason}"',
            "label_type": '"FREE"',
            "label_cost": '"7.90"',
            "cost_to_customer": '"0.00"',
            "shipping_carrier": '"UPS"',
            "shipping_method": '"Ground"',
            "dimensions": _SIZES,
            "address": sale.buyer.delivery,
        }
        self._rows.add(
            "returns",
            (
                *(number, account, sale.id, house, "complete" if done else "pending", text, text),
                "{" + ",".join(f'"{name}":{value}' for name, value in body.items()) + "}",
            ),
        )
        self._rows.add(
            "return_items",
            (
                *(number, line, self._shop.first_product + place, house, self._wares[place][0], quantity),
                *(quantity if done else 0, restock, "Good" if restock else "", "return", reason, text, text),
            ),
        )
        label = '{"carrier":"UPS","shipping_method":"Ground","cost":"7.90"}'
        self._rows.add("return_labels", (number, f"1ZR{number:015d}", "valid", text, label))
        self._rows.add("return_history", (number, self._shop.owner[0], "Return created", text))
        if restock:
            moment, reason = at + timedelta(days=4), f"Return {number} restocked"
            flow = Flow(moment, next(self._turns), 1, sale.house, ((place, restock),), reason, self._shop.owner[0])
            self._room.plan(flow)

    def _open(self, sale: Sale) -> None:
        placed, house = dates.text_of(sale.placed), self._shop.houses[sale.house]
        served = []
        for place, quantity in sale.lines:
            taken = min(quantity, max(0, self._room.free((place, sale.house))))
            self._room.promise((place, sale.house), taken=taken, missing=quantity - taken)
            served.append((place, quantity, taken))
        short = any(taken < quantity for _, quantity, taken in served)
        allocated = placed if any(taken for _, _, taken in served) else None
        self._order(sale, placed, placed, allocated=allocated, short=short)
        for number, (place, quantity, taken) in enumerate(served, start=1):
            line, (sku, key, _, body) = next(self._numbers.lines), self._wares[place]
            partner = f"{sale.partner_order_id}-{number}"
            self._rows.add(
                "line_items",
                (
                    *(line, sale.id, sku, key, partner, "pending", quantity, 0, quantity, taken, quantity - taken),
                    *(house.id, placed, placed, body),
                ),
            )
            stock = self._room.stock_id((place, sale.house))
            self._rows.add("line_allocations", (line, stock, sale.id, house.id, taken, quantity - taken))
        if allocated:
            reference = tokens.digest(f"{sale.id}:1")[:24]
            self._rows.add("order_allocations", (sale.id, house.id, reference, placed, not short and not sale.hold))
        self._note(sale, self._shop.owner, f"Order created with {len(served)} line items", placed)

    def _note(self, sale: Sale, user: tuple[int, str], information: str, at: str) -> None:
        self._rows.add("order_history", (sale.id, self._shop.account_id, *user, information, at))


def _line_body(price: str, name: str) -> str:
    return f'{{"price":"{price}","product_name":"{name}","eligible_for_return":true}}'


def _money(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02d}"


def _tracking(carrier: str, number: int) -> str:
    if carrier == "UPS":
        return f"1Z999AA1{number:010d}"
    return f"94001{number:017d}" if carrier == "USPS" else f"{7700_0000_0000 + number}"
