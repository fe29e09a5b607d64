"""A wholesale order on its way out: its papers, its labels, and the door."""

import json
import sqlite3
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from crossdock_twins.base import agenda
from crossdock_twins.base.agenda import Due
from crossdock_twins.shiphero import dates
from crossdock_twins.shiphero.call import Call, Operation
from crossdock_twins.shiphero.errors import invalid
from crossdock_twins.shiphero.orders import shipping
from crossdock_twins.shiphero.orders.shipping import ShippedLine, Take
from crossdock_twins.shiphero.shipments import events
from crossdock_twins.shiphero.shipments import store as shipments
from crossdock_twins.shiphero.shipments.store import NewLabel, NewShipment
from crossdock_twins.shiphero.webhooks import asn
from crossdock_twins.shiphero.wholesale import layout, nodes, rules, sheets, store

if TYPE_CHECKING:
    from crossdock_twins.shiphero.state import State

KIND = "shiphero.wholesale.labels"
_MADE_AFTER = timedelta(seconds=5)
_COST = "11.40"
"""What a box costs with a courier, unless the shipping details say it."""


def generate_labels(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `wholesale_order_generate_labels`: one for each container on top, ready a few seconds later."""
    row = store.of_order(call, data["order_id"])
    store.require(row, {rules.PACKED}, "given labels")
    shipment_id = _shipment(call, row)
    details, order = store.details(call, row), _order(call, row)
    lines = json.loads(order["body"]).get("shipping_lines") or {}
    carrier = details.get("carrier") or details.get("freighter") or lines.get("carrier") or "UPS"
    method = details.get("shipping_method") or lines.get("method") or "Ground"
    value = json.loads(row["packing_layout"])
    for container in value["containers"]:
        number = container["details"]["container_number"]
        tracking = f"1ZW{row['id']:08d}{number:05d}"
        label = sheets.labels(call, row, [(tracking, f"{carrier} {method}, container {number}")])
        new = NewLabel(
            carrier=carrier,
            shipping_method=method,
            shipping_name=f"{carrier} {method}",
            cost=str(details.get("cost") or _COST),
            address=_address(order),
            dimensions=_dimensions(container["details"]),
            files={"pdf_location": label},
            tracking_number=tracking,
            line_items=list(layout.units(container)),
        )
        shipments.add_label(call.state, shipment_id, new, at=call.state.today())
        container["shipping_details"] = {
            "carrier": carrier,
            "shipping_method": method,
            "scac": details.get("scac"),
            "tracking_number": tracking,
        }
    if data.get("generate_carton_labels") or json.loads(row["body"]).get("gs1_labels_required"):
        _number_cartons(row, value["containers"], details)
    store.change(call, row["id"], status=rules.GENERATING, packing_layout=json.dumps(value))
    due = call.state.now() + _MADE_AFTER
    agenda.add(call.state.store, KIND, due=due, key=str(row["id"]), detail={})
    return nodes.orders(call, [store.of_order(call, data["order_id"])])[0]


def labels_made(state: "State", due: Due) -> None:
    """Set an order ready to print when its labels are there."""
    state.store.execute(
        "UPDATE wholesale_orders SET status = ?, updated_at = ? WHERE id = ? AND status = ?",
        *(rules.READY_TO_PRINT, dates.text_of(due.at), int(due.key), rules.GENERATING),
    )


def print_labels(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `wholesale_order_print_labels`: all labels in one file."""
    row = store.of_order(call, data["order_id"])
    store.require(row, {rules.READY_TO_PRINT, rules.PRINTED}, "printed")
    codes = [
        (each["details"]["sscc_barcode"] or each["shipping_details"]["tracking_number"], f"{each['type']} {number}")
        for number, each in enumerate(json.loads(row["packing_layout"])["containers"], start=1)
    ]
    store.change(call, row["id"], status=rules.PRINTED)
    return {"labels_url": sheets.labels(call, row, codes)}


def print_packing_list(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `wholesale_order_print_packing_list`; there is no printer here to skip."""
    row = store.of_order(call, data["order_id"])
    store.require(row, rules.AFTER_PACKING, "listed")
    return {"packing_list_url": sheets.packing_list(call, row)}


def print_packing_slip(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `wholesale_order_print_packing_slip`."""
    return {"pdf_url": sheets.packing_slip(call, store.of_order(call, data["order_id"]))}


def generate_bol(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `wholesale_order_generate_bol_document`: a bill of lading gets its number with the first paper."""
    row = store.of_order(call, data["order_id"])
    if row["shipping_option"] != rules.FREIGHT:
        raise invalid("Only freight orders have a bill of lading")
    store.require(row, rules.AFTER_PACKING, "given a bill of lading")
    details = store.details(call, row)
    if not details.get("bill_of_lading"):
        details["bill_of_lading"] = f"BOL{row['id']:010d}"
        store.set_details(call, row["id"], details)
    return {"pdf_url": sheets.bill_of_lading(call, row, details)}


def fulfill(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `wholesale_order_fulfill`: stock goes down, the order is done, its staging location is free again."""
    row, at = store.of_order(call, data["order_id"]), call.state.today()
    _require_leaving(call, row, is_packed_externally=data["is_packed_externally"])
    shipment_id = _shipment(call, row)
    picks = store.picks(call, row)
    lines = [
        ShippedLine(
            line_item_id=line["id"],
            quantity=line["quantity_pending"],
            takes=tuple(
                Take(
                    stock_id=pick["stock_id"],
                    location_id=row["staging_location_id"],
                    quantity=pick["quantity"],
                    lot_id=pick["lot_id"],
                )
                for pick in picks
                if pick["line_item_id"] == line["id"]
            ),
        )
        for line in store.lines(call, row)
        if line["quantity_pending"]
    ]
    shipping.ship_lines(call.state, order_id=row["order_id"], lines=lines, by=call.user, at=at, shipment_id=shipment_id)
    call.state.store.execute("UPDATE shipments SET completed = 1 WHERE id = ?", shipment_id)
    store.change(
        call,
        row["id"],
        status=rules.FULFILLED,
        packed_externally=data["is_packed_externally"],
        outbound_progress=rules.COMPLETE,
    )
    store.note(call, row, "Wholesale order fulfilled")
    events.shipped(call.state.store, shipment_id, at=at)
    asn.sent(call.state.store, wholesale_id=row["id"], shipment_id=shipment_id, at=at)
    return nodes.orders(call, [store.of_order(call, data["order_id"])])[0]


def _require_leaving(call: Call, row: sqlite3.Row, *, is_packed_externally: bool) -> None:
    if not is_packed_externally:
        store.require(row, rules.LEAVING, "fulfilled")
        return
    store.require(row, {rules.PACKING}, "fulfilled as packed outside")
    if row["packing_layout"]:
        raise invalid("The packing layout must be empty for an order that is packed outside")
    labelled = call.state.store.one(
        "SELECT 1 FROM shipping_labels WHERE order_id = ? AND status = 'valid' LIMIT 1", row["order_id"]
    )
    if labelled is not None:
        raise invalid("The order has valid shipping labels")


def _shipment(call: Call, row: sqlite3.Row) -> int:
    """Give the order's shipment, made on first need."""
    found = call.state.store.one(
        "SELECT id FROM shipments WHERE order_id = ? AND NOT voided ORDER BY id LIMIT 1", row["order_id"]
    )
    if found is not None:
        return int(found["id"])
    order = _order(call, row)
    house = call.state.store.all("SELECT warehouse_id FROM locations WHERE id = ?", row["staging_location_id"])[0]
    new = NewShipment(
        account_id=row["account_id"],
        order_id=row["order_id"],
        warehouse_id=house["warehouse_id"],
        address=_address(order),
        lines={line["id"]: line["quantity_pending"] for line in store.lines(call, row) if line["quantity_pending"]},
    )
    return shipments.add(call.state, new, by=call.user, at=call.state.today())


def _number_cartons(row: sqlite3.Row, containers: list[dict[str, Any]], details: Mapping[str, Any]) -> None:
    """Give each container its SSCC: company prefix, order and container, with a check digit (GS1)."""
    prefix = str(details.get("gs1_company_prefix") or "0000000")
    for container in layout.walk(containers):
        inside = container["details"]
        digits = f"0{prefix}{row['id'] % 10**5:05d}{inside['container_number']:04d}"[:17].ljust(17, "0")
        total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits))
        inside["sscc_barcode"] = inside["barcode"] = inside["sscc_barcode"] or f"00{digits}{-total % 10}"


def _order(call: Call, row: sqlite3.Row) -> sqlite3.Row:
    return call.state.store.all("SELECT * FROM orders WHERE id = ?", row["order_id"])[0]


def _address(order: sqlite3.Row) -> dict[str, Any]:
    address = json.loads(order["body"]).get("shipping_address") or {}
    name = " ".join(address[part] for part in ("first_name", "last_name") if address.get(part))
    same = {part: address.get(part) for part in ("address1", "address2", "city", "state", "country", "zip", "phone")}
    return {"name": name, **same}


def _dimensions(details: Mapping[str, Any]) -> dict[str, str]:
    sides = {name: f"{details[name]:.2f}" for name in ("height", "width", "length")}
    return {**sides, "weight": f"{details['weight_in_oz'] / 16:.2f}"}


MUTATIONS: dict[str, Operation] = {
    "wholesale_order_fulfill": fulfill,
    "wholesale_order_generate_bol_document": generate_bol,
    "wholesale_order_generate_labels": generate_labels,
    "wholesale_order_print_labels": print_labels,
    "wholesale_order_print_packing_list": print_packing_list,
    "wholesale_order_print_packing_slip": print_packing_slip,
}
ENTITIES = {"wholesale_order_fulfill": "wholesale_order", "wholesale_order_generate_labels": "wholesale_order"}
AGENDA = {KIND: labels_made}
