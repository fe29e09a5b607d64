"""Packing: what was picked for an order leaves its tote in packages, under labels that were bought elsewhere."""

import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crossdock_twins.base import tokens
from crossdock_twins.shiphero.call import Call, Operation, number_of, required
from crossdock_twins.shiphero.errors import invalid
from crossdock_twins.shiphero.orders import access, bookings, shipping
from crossdock_twins.shiphero.orders.shipping import ShippedLine, Take
from crossdock_twins.shiphero.orders.status import HOLDS
from crossdock_twins.shiphero.shipments import containers, events, generating, nodes, store
from crossdock_twins.shiphero.shipments.store import NewLabel, NewShipment
from crossdock_twins.shiphero.skus import sku_key
from crossdock_twins.shiphero.totes import store as totes


@dataclass(slots=True, kw_only=True)
class _Picked:
    """A line of the order as it lies in the tote: the units that are left to be packed."""

    line: sqlite3.Row
    per_unit: Mapping[int, int]
    left: int


def order_fulfill(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `order_fulfill`: packs what lies in the tote, ships it, and takes it out of stock; gives the shipment."""
    order, at = access.owned(call, data), call.state.today()
    _require_free(call, order)
    tote = totes.read(call.state.store, number_of(data["tote_id"], "Tote"), accounts=call.visible)
    picks = [row for row in totes.items(call.state.store, tote["id"]) if row["order_id"] == order["id"]]
    if not picks:
        raise invalid(f"Tote {tote['name']} has nothing of order {order['order_number']}: pick it into the tote first")
    sent = [package for package in data["packages"] or () if package]
    if not sent:
        raise invalid("packages must hold at least one package")
    contents = _pack(_lines_in(call, picks), sent)
    units: dict[int, int] = defaultdict(int)
    for package in contents:
        for line_id, quantity in package.items():
            units[line_id] += quantity
    shipment_id = _ship(call, order, tote, units, data, at=at)
    for package, packed in zip(sent, contents, strict=True):
        _add_package(call, order, shipment_id, package, packed, at=at)
    _finish(call, order, tote, shipment_id, picks, data, at=at)
    return nodes.by_number(call, [shipment_id])[shipment_id]


def _require_free(call: Call, order: sqlite3.Row) -> None:
    access.require_open(order, "fulfilling")
    held = [hold for hold in HOLDS if order[hold]]
    if held:
        raise invalid(f"Order is on hold ({', '.join(held)}): lift the hold before it is fulfilled")
    if (order["hold_until"] or "") > call.state.today():
        raise invalid(f"Order is on hold until {order['hold_until']}")
    paused = call.state.store.one(
        "SELECT 1 FROM relationships WHERE customer_id = ? AND pause_shipping", order["account_id"]
    )
    if paused is not None:
        raise invalid("Shipping is paused for this account")


def _lines_in(call: Call, picks: list[sqlite3.Row]) -> list[_Picked]:
    pieces: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for row in picks:
        pieces[row["line_item_id"]][row["stock_id"]] += row["quantity"]
    base, found = call.state.store, []
    for line_id, by_stock in pieces.items():
        wanted = bookings.pieces_per_unit(base, line_id)
        per_unit = {stock_id: wanted.get(_product_of(call, stock_id), 1) for stock_id in by_stock}
        whole = len(per_unit) == len(wanted)
        left = min(by_stock[stock_id] // each for stock_id, each in per_unit.items()) if whole else 0
        line = base.all("SELECT * FROM line_items WHERE id = ?", line_id)[0]
        found.append(_Picked(line=line, per_unit=per_unit, left=left))
    return found


def _product_of(call: Call, stock_id: int) -> int:
    row = call.state.store.all("SELECT product_id FROM warehouse_products WHERE id = ?", stock_id)[0]
    return int(row["product_id"])


def _pack(picked: list[_Picked], packages: list[Mapping[str, Any]]) -> list[dict[int, int]]:
    """Say which units of which lines go into each package; one that names no items takes all that is left."""
    contents: list[dict[int, int]] = []
    for package in packages:
        inside: dict[int, int] = defaultdict(int)
        items = package.get("line_items")
        wanted = [item for item in items if item] if items else _all_left(picked)
        for item in wanted:
            _put_in(picked, inside, item)
        if not inside:
            raise invalid("A package must hold at least one item")
        contents.append(dict(inside))
    return contents


def _all_left(picked: list[_Picked]) -> list[Mapping[str, Any]]:
    return [{"sku": each.line["sku"], "quantity": each.left} for each in picked if each.left]


def _put_in(picked: list[_Picked], inside: dict[int, int], item: Mapping[str, Any]) -> None:
    left = item["quantity"]
    if left < 1:
        raise invalid("quantity of a packed item must be at least 1")
    for each in picked:
        if each.line["sku_key"] == sku_key(item["sku"]) and each.left:
            taken = min(left, each.left)
            inside[each.line["id"]] += taken
            each.left -= taken
            left -= taken
            if not left:
                return
    raise invalid(f"The tote has {item['quantity'] - left} of {item['quantity']} pieces of {item['sku']} to be packed")


def _ship(
    call: Call, order: sqlite3.Row, tote: sqlite3.Row, units: Mapping[int, int], data: Mapping[str, Any], *, at: str
) -> int:
    shipment = NewShipment(
        account_id=order["account_id"],
        order_id=order["id"],
        warehouse_id=tote["warehouse_id"],
        address=_address(data["packages"][0]["address"]),
        lines={},
        profile=order["profile"],
        shipped_off_shiphero=bool(data.get("shipped_off_shiphero")),
        completed=True,
    )
    shipment_id = store.add(call.state, shipment, by=call.user, at=at)
    lines = [_shipped(call, tote, line_id, quantity, at=at) for line_id, quantity in units.items()]
    shipping.ship_lines(call.state, order_id=order["id"], lines=lines, by=call.user, at=at, shipment_id=shipment_id)
    return shipment_id


def _shipped(call: Call, tote: sqlite3.Row, line_id: int, units: int, *, at: str) -> ShippedLine:
    rows = call.state.store.all(
        "SELECT DISTINCT stock_id FROM tote_items WHERE tote_id = ? AND line_item_id = ?", tote["id"], line_id
    )
    wanted = bookings.pieces_per_unit(call.state.store, line_id)
    takes = [
        Take(
            stock_id=picked.stock_id,
            location_id=picked.location_id,
            lot_id=picked.lot_id,
            quantity=picked.quantity,
            is_picked=True,
        )
        for row in rows
        for picked in totes.take_out(
            call.state.store,
            tote_id=tote["id"],
            line_item_id=line_id,
            stock_id=row["stock_id"],
            quantity=units * wanted.get(_product_of(call, row["stock_id"]), 1),
            at=at,
        )
    ]
    return ShippedLine(line_item_id=line_id, quantity=units, takes=tuple(takes))


def _add_package(
    call: Call, order: sqlite3.Row, shipment_id: int, package: Mapping[str, Any], packed: Mapping[int, int], *, at: str
) -> None:
    base = call.state.store
    file = package.get("label_url")
    label = NewLabel(
        carrier=required(package["carrier"], "carrier"),
        shipping_method=required(package["method"], "method"),
        shipping_name=f"{package['carrier']} {package['method']}",
        cost=package.get("cost") or "0.00",
        address=_address(package["address"]),
        dimensions=package.get("dimensions") or {},
        files={"pdf_location": file} if file else {},
        tracking_number=package.get("tracking_number"),
        tracking_url=package.get("tracking_url"),
    )
    label_id = store.add_label(call.state, shipment_id, label, at=at)
    for line_id, quantity in packed.items():
        store.add_line(base, shipment_id, line_item_id=line_id, quantity=quantity, label_id=label_id)
        _scan_serials(call, line_id, quantity, label_id, at=at)
    total = sum(packed.values())
    base.execute(
        "INSERT INTO packages (account_id, warehouse_id, user_id, order_id, shipment_id, total_items, unique_items,"
        " barcodes_scanned, created_at) SELECT account_id, warehouse_id, ?, order_id, id, ?, ?, ?, ?"
        " FROM shipments WHERE id = ?",
        *(call.user.id, total, len(packed), total, at, shipment_id),
    )
    containers.put_in(call.state, label_id, by=call.user, at=at)
    events.package_added(base, order, label_id, at=at)
    generating.ask(call.state, label_id, at=at)


def _scan_serials(call: Call, line_id: int, quantity: int, label_id: int, *, at: str) -> None:
    """Note a serial number for each piece of a product that needs them; the twin's pieces have made-up ones."""
    line = call.state.store.one(
        "SELECT l.sku FROM line_items l JOIN orders o ON o.id = l.order_id"
        " JOIN products p ON p.account_id = o.account_id AND p.sku_key = l.sku_key"
        " WHERE l.id = ? AND p.body ->> 'needs_serial_number'",
        line_id,
    )
    for number in range(quantity if line is not None else 0):
        serial = f"SN{tokens.digest(f'{line_id}:{label_id}:{number}')[:12].upper()}"
        call.state.store.execute(
            "INSERT INTO serial_numbers (line_item_id, shipping_label_id, sku, serial_number, created_at)"
            " SELECT id, ?, sku, ?, ? FROM line_items WHERE id = ?",
            *(label_id, serial, at, line_id),
        )


def _address(given: Mapping[str, Any]) -> dict[str, Any]:
    """Give an order's address as a parcel has it."""
    name = " ".join(part for part in (given.get("first_name"), given.get("last_name")) if part)
    return {
        "name": name or given.get("company"),
        "state": given.get("state") or given.get("state_code"),
        "country": given.get("country") or given.get("country_code"),
        **{part: given.get(part) for part in ("address1", "address2", "city", "zip", "phone")},
    }


def _finish(
    call: Call,
    order: sqlite3.Row,
    tote: sqlite3.Row,
    shipment_id: int,
    picks: list[sqlite3.Row],
    data: Mapping[str, Any],
    *,
    at: str,
) -> None:
    base = call.state.store
    totes.touch(base, tote, f"Packed order {order['order_number']}", at=at)
    words = f"Order shipped in shipment {shipment_id} from tote {tote['name']}"
    call.state.orders.note(order["id"], words, by=call.user, at=at)
    if data.get("note"):
        call.state.orders.note(order["id"], data["note"], by=call.user, at=at)
    for name, sender in (("notify_customer_via_shiphero", "ShipHero"), ("notify_customer_via_store", "the store")):
        if data.get(name):
            call.state.orders.note(order["id"], f"Customer notified via {sender}", by=call.user, at=at)
    if not base.one("SELECT 1 FROM tote_items WHERE order_id = ? LIMIT 1", order["id"]):
        events.packed_out(base, order, tote, picks, at=at)
    events.capture_payment(base, order, at=at)
    events.shipped(base, shipment_id, at=at)


MUTATIONS: dict[str, Operation] = {"order_fulfill": order_fulfill}
ENTITIES = {"order_fulfill": "shipment"}
