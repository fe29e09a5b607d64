"""Labels, and the containers that they wait in, as the API's types."""

import json
import sqlite3
from typing import Any

from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.call import Call, Info, Resolver, Siblings
from crossdock_twins.shiphero.orders import lines as order_lines
from crossdock_twins.shiphero.orders import loading
from crossdock_twins.shiphero.orders import nodes as order_nodes
from crossdock_twins.shiphero.paging import Conditions, Listing
from crossdock_twins.shiphero.products import nodes as product_nodes
from crossdock_twins.shiphero.shipments import carriers, containers, slips

Node = dict[str, Any]

_SORTS = {name: name for name in ("id", "carrier", "shipping_method", "tracking_number", "created_at")} | {
    "legacy_id": "id",
    "created_date": "created_at",
}
_FILES = ("pdf_location", "paper_pdf_location", "thermal_pdf_location", "image_location")
_SIZES = ("weight", "height", "width", "length")


def labels(_call: Call, rows: list[sqlite3.Row]) -> list[Node]:
    """Give the nodes of one page of labels."""
    siblings = Siblings([row["id"] for row in rows])
    return [_label(row, siblings) for row in rows]


def label(call: Call, number: int) -> Node:
    """Give the node of a label that exists."""
    return labels(call, call.state.store.all("SELECT * FROM shipping_labels WHERE id = ?", number))[0]


def below(call: Call, node: Node, column: str) -> list[Node]:
    """Give the labels that name a node's row in a column, read for the whole page at once."""

    def load(numbers: list[int]) -> dict[int, list[Node]]:
        sql = f"SELECT * FROM shipping_labels WHERE {column} IN ({{marks}}) ORDER BY id"
        found = loading.grouped(call.state.store, sql, numbers, key=column)
        rows = [row for each in found.values() for row in each]
        made = {each["_number"]: each for each in labels(call, rows)}
        return {number: [made[row["id"]] for row in each] for number, each in found.items()}

    found: list[Node] = node["_siblings"].below(f"labels.{column}", node["_number"], load) or []
    return found


def _label(row: sqlite3.Row, siblings: Siblings) -> Node:
    body = json.loads(row["body"])
    files, sizes = body.get("label") or {}, body.get("dimensions") or {}
    is_voided = row["status"] == "voided"
    return {
        **{name: row[name] for name in ("status", "tracking_number", "carrier", "shipping_name", "shipping_method")},
        "id": ids.encode("ShippingLabel", row["id"]),
        "legacy_id": row["id"],
        "account_id": ids.encode("Account", row["account_id"]),
        "order_account_id": ids.encode("Account", row["account_id"]),
        "shipment_id": ids.encode("Shipment", row["shipment_id"]),
        "order_id": ids.encode("Order", row["order_id"]),
        "box_id": body.get("box_id"),
        "box_name": body.get("box_name") or "Custom",
        "box_code": body.get("box_code") or "custom",
        "alternate_tracking_id": body.get("alternate_tracking_id"),
        "cost": row["cost"],
        "device_id": None,
        "delivered": row["tracking_status"] == "delivered",
        "picked_up": row["tracking_status"] in {"in_transit", "delivered"},
        "refunded": bool(row["refunded"]),
        "needs_refund": bool(row["needs_refund"]),
        "partner_fulfillment_id": body.get("partner_fulfillment_id"),
        "full_size_to_print": files.get("paper_pdf_location") or files.get("pdf_location"),
        "warehouse_id": ids.encode("Warehouse", row["warehouse_id"]),
        "insurance_amount": body.get("insurance_amount") or "0.00",
        "carrier_account_id": None,
        "source": body.get("source") or "api",
        "created_date": row["created_at"],
        "tracking_url": body.get("tracking_url") or carriers.tracking_page(row["carrier"], row["tracking_number"]),
        "dimensions": {name: None if sizes.get(name) is None else str(sizes[name]) for name in _SIZES},
        "label": {name: files.get(name) for name in _FILES},
        "address": body.get("address"),
        "package_number": row["package_number"],
        "parcelview_url": None,
        "tracking_status": "voided" if is_voided else row["tracking_status"],
        "last_mile_labels": None,
        "_number": row["id"],
        "_warehouse": row["warehouse_id"],
        "_siblings": siblings,
    }


def order(node: Node, info: Info) -> Node | None:
    """Resolve `ShippingLabel.order`."""
    return order_nodes.parents(info.context, node, "shipping_labels")


def order_number(node: Node, info: Info) -> str | None:
    """Resolve `ShippingLabel.order_number`."""
    found = order(node, info)
    return None if found is None else str(found["order_number"])


def profile(node: Node, info: Info) -> str | None:
    """Resolve `ShippingLabel.profile`: the order's."""
    found = order(node, info)
    return None if found is None else str(found["profile"])


def warehouse(node: Node, info: Info) -> str | None:
    """Resolve `ShippingLabel.warehouse`: its identifier."""
    house = product_nodes.warehouse_of(info.context, node["_warehouse"])
    return None if house is None else str(house["identifier"])


def packing_slip(node: Node, info: Info) -> str:
    """Resolve `ShippingLabel.packing_slip`: where the sheet can be had."""
    return slips.link(info.context.state, node["_number"])


def _container_of(node: Node, info: Info) -> int | None:
    rows = loading.below(node, info.context, "shipping_container_labels", "shipping_label_id")
    return rows[0]["container_id"] if rows else None


def in_container(node: Node, info: Info) -> bool:
    """Resolve `ShippingLabel.in_shipping_container`."""
    return _container_of(node, info) is not None


def container_id(node: Node, info: Info) -> str | None:
    """Resolve `ShippingLabel.shipping_container_id`."""
    return ids.encode_or_none("ShippingContainer", _container_of(node, info))


def serial_numbers(node: Node, info: Info) -> list[Node]:
    """Resolve `ShippingLabel.serial_numbers`: those of the pieces in the package."""
    rows = loading.below(node, info.context, "serial_numbers", "shipping_label_id")
    return [order_lines.serial_number(row) for row in rows]


def shipping_containers(_call: Call, rows: list[sqlite3.Row]) -> list[Node]:
    """Give the nodes of one page of shipping containers."""
    siblings = Siblings([row["id"] for row in rows])
    return [
        {
            "id": ids.encode("ShippingContainer", row["id"]),
            "legacy_id": row["id"],
            "account_id": ids.encode("Account", row["account_id"]),
            "warehouse_id": ids.encode("Warehouse", row["warehouse_id"]),
            "container_id": f"SC-{row['id']:08d}",
            "carrier": row["carrier"],
            "note": row["note"],
            "needs_manifest": row["carrier"].strip().lower() in containers.MANIFESTED,
            "created_at": row["created_at"],
            "updated_at": row["updated_at"],
            "shipped_at": row["shipped_at"],
            "_number": row["id"],
            "_siblings": siblings,
        }
        for row in rows
    ]


def _where_in(node: Node) -> Conditions:
    where = Conditions()
    where.add("id IN (SELECT shipping_label_id FROM shipping_container_labels WHERE container_id = ?)", node["_number"])
    return where


def labels_in(node: Node, info: Info, **page: Any) -> Node:
    """Resolve `ShippingContainer.shipping_labels`."""
    store = info.context.state.store
    listing = Listing(store=store, table="shipping_labels", where=_where_in(node), sorts=_SORTS, nodes=labels)
    return listing.connection(info.context, **page)


def methods_in(node: Node, info: Info) -> list[str]:
    """Resolve `ShippingContainer.shipping_methods`: those of the packages in it."""
    rows = info.context.state.store.all(
        "SELECT DISTINCT l.shipping_method FROM shipping_container_labels c"
        " JOIN shipping_labels l ON l.id = c.shipping_label_id WHERE c.container_id = ? ORDER BY l.shipping_method",
        node["_number"],
    )
    return [row["shipping_method"] for row in rows]


def entries_in(node: Node, info: Info, **page: Any) -> Node:
    """Resolve `ShippingContainer.shipping_container_labels`: who put which package in."""
    where = Conditions()
    where.add("container_id = ?", node["_number"])
    listing = Listing(
        store=info.context.state.store,
        table="shipping_container_labels",
        where=where,
        sorts={"id": "id", "legacy_id": "id", "created_at": "created_at"},
        nodes=_entries,
    )
    return listing.connection(info.context, **page)


def _entries(call: Call, rows: list[sqlite3.Row]) -> list[Node]:
    numbers = [row["shipping_label_id"] for row in rows]
    found = call.state.store.all(
        f"SELECT * FROM shipping_labels WHERE id IN ({', '.join('?' * len(numbers))})", *numbers
    )
    made = {node["_number"]: node for node in labels(call, found)}
    return [
        {
            "id": ids.encode("ShippingContainerLabel", row["id"]),
            "legacy_id": row["id"],
            "user_id": ids.encode_or_none("User", row["user_id"] or None),
            "created_at": row["created_at"],
            "shipping_label": made[row["shipping_label_id"]],
        }
        for row in rows
    ]


FIELDS: dict[tuple[str, str], Resolver] = {
    ("ShippingLabel", "order"): order,
    ("ShippingLabel", "order_number"): order_number,
    ("ShippingLabel", "profile"): profile,
    ("ShippingLabel", "warehouse"): warehouse,
    ("ShippingLabel", "packing_slip"): packing_slip,
    ("ShippingLabel", "in_shipping_container"): in_container,
    ("ShippingLabel", "shipping_container_id"): container_id,
    ("ShippingLabel", "serial_numbers"): serial_numbers,
    ("ShippingContainer", "shipping_labels"): labels_in,
    ("ShippingContainer", "shipping_methods"): methods_in,
    ("ShippingContainer", "shipping_container_labels"): entries_in,
}
