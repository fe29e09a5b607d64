"""What was taken off a truck: by license plate, and by location."""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.call import Call, Operation
from crossdock_twins.shiphero.errors import invalid, not_found
from crossdock_twins.shiphero.inbound.operations import find
from crossdock_twins.shiphero.stock import plates

Node = dict[str, Any]
Rows = list[sqlite3.Row]

_RECEIPTS = (
    "SELECT r.*, p.sku, p.name AS product_name, l.name AS location_name, l.zone, t.name AS lot_name,"
    " n.number AS plate, n.container_type, o.quantity AS line_quantity, o.quantity_received AS line_received,"
    " o.quantity_rejected AS line_rejected, u.first_name, u.last_name FROM inbound_receipts r"
    " JOIN products p ON p.id = r.product_id JOIN locations l ON l.id = r.location_id"
    " LEFT JOIN lots t ON t.id = r.lot_id LEFT JOIN lpns n ON n.id = r.lpn_id"
    " LEFT JOIN purchase_order_lines o ON o.id = r.line_id LEFT JOIN users u ON u.id = r.user_id"
    " WHERE r.inbound_id = ? ORDER BY r.id"
)
_SORTS: dict[str, Callable[[Node], Any]] = {
    "sku": lambda content: content["product_info"]["sku"].lower(),
    "name": lambda content: content["product_info"]["name"].lower(),
    "quantity_received": lambda content: content["quantity_received"],
    "quantity_loose": lambda content: content["quantity_loose"],
    "location": lambda content: content["receiving_location"]["location"].lower(),
}


def inbound_shipment_summary(
    call: Call,
    *,
    inbound_shipment_id: str,
    only_owned_by_user: bool | None = None,
    only_boxes_non_palletized: bool | None = None,
    filter_by_location_id: str | None = None,
    lpn_id: str | None = None,
    sort_by: list[str | None] | None = None,
    include_rejected: bool | None = None,
) -> Node:
    """Answer `inbound_shipment_summary`: per license plate, the loose pieces under none; refused pieces on demand."""
    rows = _receipts(call, inbound_shipment_id, only_mine=bool(only_owned_by_user))
    if not include_rejected:
        rows = [row for row in rows if row["quantity"]]
    if filter_by_location_id:
        location_id = ids.decode(filter_by_location_id, "Bin", "Location")
        rows = [row for row in rows if row["location_id"] == location_id]
    if lpn_id:
        number = _plate(call, lpn_id)
        rows = [row for row in rows if row["lpn_id"] == number]
    if only_boxes_non_palletized:
        rows = [row for row in rows if row["container_type"] == "BOX"]
    by_plate = _grouped(rows, lambda row: row["lpn_id"])
    keys = _sort_keys([each for each in sort_by or () if each])
    return {
        "stats": {
            "unpalletized_boxes_count": len({row["lpn_id"] for row in rows if row["container_type"] == "BOX"}),
            "pallets_count": len({row["lpn_id"] for row in rows if row["container_type"] == "PALLET"}),
        },
        "in_lpns": [_on_plate(group, keys) for group in by_plate],
    }


def inbound_shipment_location_summary(
    call: Call, *, inbound_shipment_id: str, owned_by_user: bool | None = None
) -> Node:
    """Answer `inbound_shipment_location_summary`: what lies where, counted in single pieces."""
    rows = [row for row in _receipts(call, inbound_shipment_id, only_mine=bool(owned_by_user)) if row["quantity"]]
    return {
        "locations": [
            {
                "location": _bin(group[0]),
                "items_at_location": [_at_location(each) for each in _grouped(group, _thing)],
            }
            for group in _grouped(rows, lambda row: row["location_id"])
        ]
    }


def _receipts(call: Call, text: str, *, only_mine: bool) -> Rows:
    rows = call.state.store.all(_RECEIPTS, find(call, text)["id"])
    return [row for row in rows if row["user_id"] == call.user.id] if only_mine else rows


def _plate(call: Call, text: str) -> int:
    number = plates.find(call.state.store, text)
    if number is None:
        raise not_found("License plate number")
    return number


def _sort_keys(names: Sequence[str]) -> list[tuple[Callable[[Node], Any], bool]]:
    unknown = next((name for name in names if name.lstrip("-") not in _SORTS), None)
    if unknown:
        raise invalid(f"This summary cannot be sorted by {unknown}. It can be sorted by {', '.join(sorted(_SORTS))}")
    return [(_SORTS[name.lstrip("-")], name.startswith("-")) for name in reversed(names)]


def _grouped(rows: Rows, key: Callable[[sqlite3.Row], Any]) -> list[Rows]:
    groups: dict[Any, Rows] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return list(groups.values())


def _thing(row: sqlite3.Row) -> tuple[Any, ...]:
    return row["product_id"], row["lot_id"], row["line_id"]


def _on_plate(rows: Rows, keys: list[tuple[Callable[[Node], Any], bool]]) -> Node:
    content = [_content(group) for group in _grouped(rows, lambda row: (*_thing(row), row["location_id"]))]
    for key, descending in keys:
        content.sort(key=key, reverse=descending)
    received = sum(row["quantity"] for row in rows)
    return {
        "lpn": _lpn(rows[0]),
        "content": content,
        "quantity_received": received,
        "quantity_loose": received if rows[0]["lpn_id"] is None else 0,
        "received_location": _bin(rows[0]),
    }


def _content(rows: Rows) -> Node:
    workers = {row["user_id"]: row for row in rows}
    by_plate = _grouped([row for row in rows if row["lpn_id"] is not None], lambda row: row["lpn_id"])
    return {
        **_described(rows[0]),
        "quantity_received": sum(row["quantity"] for row in rows),
        "quantity_loose": sum(row["quantity"] for row in rows if row["lpn_id"] is None),
        "containers": [
            {"lpn": _lpn(group[0]), "quantity_received": sum(row["quantity"] for row in group)} for group in by_plate
        ],
        "receiving_location": _bin(rows[0]),
        "receiving_workers": [
            {"id": number, "first_name": row["first_name"], "last_name": row["last_name"]}
            for number, row in workers.items()
        ],
    }


def _at_location(rows: Rows) -> Node:
    return {**_described(rows[0]), "eaches_quantity": sum(row["quantity"] for row in rows), "uom": "EACH"}


def _described(row: sqlite3.Row) -> Node:
    lot = None if row["lot_id"] is None else {"id": row["lot_id"], "name": row["lot_name"], "sku": row["sku"]}
    return {
        "product_info": {"id": row["product_id"], "sku": row["sku"], "name": row["product_name"]},
        "lot": lot,
        "is_unexpected": row["line_id"] is None,
        "inbound_shipment_line_item": None
        if row["line_id"] is None
        else {
            "id": row["line_id"],
            "quantity": row["line_quantity"],
            "quantity_received": row["line_received"],
            "quantity_rejected": row["line_rejected"],
        },
    }


def _lpn(row: sqlite3.Row) -> Node | None:
    if row["lpn_id"] is None:
        return None
    return {"id": row["lpn_id"], "barcode": row["plate"], "container_type": row["container_type"]}


def _bin(row: sqlite3.Row) -> Node:
    return {"id": row["location_id"], "location": row["location_name"], "zone": row["zone"]}


QUERIES: dict[str, Operation] = {
    "inbound_shipment_summary": inbound_shipment_summary,
    "inbound_shipment_location_summary": inbound_shipment_location_summary,
}
