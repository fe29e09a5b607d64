"""Shipments, their lines and labels as the API's types."""

import json
import sqlite3
from typing import Any

from crossdock_twins.shiphero import ids, paging
from crossdock_twins.shiphero.call import Call, Info, Resolver, Siblings
from crossdock_twins.shiphero.lots import nodes as lot_nodes
from crossdock_twins.shiphero.orders import lines as order_lines
from crossdock_twins.shiphero.orders import loading
from crossdock_twins.shiphero.orders import nodes as order_nodes
from crossdock_twins.shiphero.products import nodes as product_nodes
from crossdock_twins.shiphero.shipments import label_nodes

Node = dict[str, Any]


def shipments(_call: Call, rows: list[sqlite3.Row]) -> list[Node]:
    """Give the nodes of one page of shipments."""
    siblings = Siblings([row["id"] for row in rows])
    return [_shipment(row, siblings) for row in rows]


def by_number(call: Call, numbers: list[int]) -> dict[int, Node]:
    """Give the nodes of several shipments by their numbers."""
    rows = call.state.store.all(f"SELECT * FROM shipments WHERE id IN ({', '.join('?' * len(numbers))})", *numbers)
    return {node["_number"]: node for node in shipments(call, rows)}


def _shipment(row: sqlite3.Row, siblings: Siblings) -> Node:
    return {
        "id": ids.encode("Shipment", row["id"]),
        "legacy_id": row["id"],
        "order_id": ids.encode("Order", row["order_id"]),
        "user_id": ids.encode_or_none("User", row["user_id"] or None),
        "warehouse_id": ids.encode("Warehouse", row["warehouse_id"]),
        "pending_shipment_id": None,
        "address": json.loads(row["address"]),
        "profile": row["profile"],
        "picked_up": bool(row["picked_up"]),
        "delivered": bool(row["delivered"]),
        "shipped_off_shiphero": bool(row["shipped_off_shiphero"]),
        "dropshipment": False,
        "completed": bool(row["completed"]),
        "created_date": row["created_at"],
        "ready_to_ship": "1" if row["completed"] else "0",
        "_number": row["id"],
        "_warehouse": row["warehouse_id"],
        "_siblings": siblings,
    }


def order(shipment: Node, info: Info) -> Node | None:
    """Resolve `Shipment.order`."""
    return order_nodes.parents(info.context, shipment, "shipments")


def warehouse(shipment: Node, info: Info) -> Node | None:
    """Resolve `Shipment.warehouse`."""
    return product_nodes.warehouse_of(info.context, shipment["_warehouse"])


def labels(shipment: Node, info: Info) -> list[Node]:
    """Resolve `Shipment.shipping_labels`."""
    return label_nodes.below(info.context, shipment, "shipment_id")


def total_packages(shipment: Node, info: Info) -> int:
    """Resolve `Shipment.total_packages`: one for each label that was not voided."""
    return sum(row["status"] != "voided" for row in _label_rows(shipment, info.context))


def needs_refund(shipment: Node, info: Info) -> bool:
    """Resolve `Shipment.needs_refund`: a voided label is still to be paid back."""
    return any(row["needs_refund"] for row in _label_rows(shipment, info.context))


def refunded(shipment: Node, info: Info) -> bool:
    """Resolve `Shipment.refunded`: all labels are paid back."""
    rows = _label_rows(shipment, info.context)
    return bool(rows) and all(row["refunded"] for row in rows)


def _label_rows(shipment: Node, call: Call) -> list[sqlite3.Row]:
    return loading.below(shipment, call, "shipping_labels", "shipment_id")


def line_items(shipment: Node, info: Info, **page: Any) -> Node:
    """Resolve `Shipment.line_items`."""
    call = info.context
    return paging.connection_of(call, lines_below(call, shipment, "shipment_id"), **page)


def lines_of_label(label: Node, info: Info, **page: Any) -> Node:
    """Resolve `ShippingLabel.shipment_line_items`."""
    call = info.context
    return paging.connection_of(call, lines_below(call, label, "shipping_label_id"), **page)


def lines_below(call: Call, node: Node, column: str) -> list[Node]:
    """Give the shipped lines below a shipment or a label, read for the whole page at once."""

    def load(numbers: list[int]) -> dict[int, list[Node]]:
        sql = f"SELECT * FROM shipment_line_items WHERE {column} IN ({{marks}}) ORDER BY id"
        found = loading.grouped(call.state.store, sql, numbers, key=column)
        rows = [row for each in found.values() for row in each]
        made = {row["id"]: line for row, line in zip(rows, _lines(rows), strict=True)}
        return {number: [made[row["id"]] for row in each] for number, each in found.items()}

    lines: list[Node] = node["_siblings"].below(f"shipped.{column}", node["_number"], load) or []
    return lines


def _lines(rows: list[sqlite3.Row]) -> list[Node]:
    siblings = Siblings([row["id"] for row in rows])
    return [
        {
            "id": ids.encode("ShippedLineItem", row["id"]),
            "legacy_id": row["id"],
            "line_item_id": ids.encode("LineItem", row["line_item_id"]),
            "shipment_id": ids.encode("Shipment", row["shipment_id"]),
            "shipping_label_id": ids.encode_or_none("ShippingLabel", row["shipping_label_id"]),
            "quantity": row["quantity"],
            "_number": row["id"],
            "_siblings": siblings,
        }
        for row in rows
    ]


def line_item(shipped: Node, info: Info) -> Node | None:
    """Resolve `ShipmentLineItem.line_item`."""
    call = info.context

    def load(numbers: list[int]) -> dict[int, Node]:
        marks = ", ".join("?" * len(numbers))
        named = call.state.store.all(
            f"SELECT id, line_item_id FROM shipment_line_items WHERE id IN ({marks})", *numbers
        )
        found = order_lines.by_number(call, sorted({row["line_item_id"] for row in named}))
        return {row["id"]: found[row["line_item_id"]] for row in named}

    line: Node | None = shipped["_siblings"].below("line_item", shipped["_number"], load)
    return line


def _lots(shipped: Node, call: Call) -> list[sqlite3.Row]:
    def load(numbers: list[int]) -> dict[int, list[sqlite3.Row]]:
        return loading.grouped(
            call.state.store,
            "SELECT i.id AS shipped_id, s.*, t.name, t.expires_at FROM shipment_line_items i"
            " JOIN shipped_lots s ON s.shipment_id = i.shipment_id AND s.line_item_id = i.line_item_id"
            " JOIN lots t ON t.id = s.lot_id WHERE i.id IN ({marks}) ORDER BY s.id",
            numbers,
            key="shipped_id",
        )

    rows: list[sqlite3.Row] = shipped["_siblings"].below("lots", shipped["_number"], load) or []
    return rows


def lots(shipped: Node, info: Info) -> list[Node]:
    """Resolve `ShipmentLineItem.lots`: the lots that the pieces came from."""
    return [order_lines.shipped_lot(row) for row in _lots(shipped, info.context)]


def shipments_of_order(order: Node, info: Info) -> list[Node]:
    """Resolve `Order.shipments`."""
    call = info.context

    def load(numbers: list[int]) -> dict[int, list[Node]]:
        sql = "SELECT * FROM shipments WHERE order_id IN ({marks}) ORDER BY id"
        found = loading.grouped(call.state.store, sql, numbers, key="order_id")
        rows = [row for each in found.values() for row in each]
        made = {node["_number"]: node for node in shipments(call, rows)}
        return {number: [made[row["id"]] for row in each] for number, each in found.items()}

    found: list[Node] = order["_siblings"].below("shipments", order["_number"], load) or []
    return found


def lot(shipped: Node, info: Info) -> Node | None:
    """Resolve `ShipmentLineItem.lot`, which is deprecated: the first of the lots."""
    rows = _lots(shipped, info.context)
    return lot_nodes.lot(info.context, rows[0]["lot_id"]) if rows else None


FIELDS: dict[tuple[str, str], Resolver] = {
    ("Order", "shipments"): shipments_of_order,
    ("MergeableOrder", "shipments"): shipments_of_order,
    ("Shipment", "order"): order,
    ("Shipment", "warehouse"): warehouse,
    ("Shipment", "shipping_labels"): labels,
    ("Shipment", "total_packages"): total_packages,
    ("Shipment", "needs_refund"): needs_refund,
    ("Shipment", "refunded"): refunded,
    ("Shipment", "line_items"): line_items,
    ("ShipmentLineItem", "line_item"): line_item,
    ("ShipmentLineItem", "lots"): lots,
    ("ShipmentLineItem", "lot"): lot,
    ("ShippingLabel", "shipment_line_items"): lines_of_label,
}
