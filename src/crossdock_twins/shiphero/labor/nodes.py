"""What people picked and packed, as the API's types."""

import sqlite3
from typing import Any

from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.call import Call, Info, Resolver, Siblings
from crossdock_twins.shiphero.orders import lines as order_lines
from crossdock_twins.shiphero.orders import nodes as order_nodes
from crossdock_twins.shiphero.shipments import nodes as shipment_nodes

Node = dict[str, Any]


def picks(call: Call, rows: list[sqlite3.Row]) -> list[Node]:
    """Give the nodes of one page of picks."""
    siblings, common = Siblings([row["id"] for row in rows]), _Common(call, rows)
    return [
        {
            **common.of(row),
            "id": ids.encode("Pick", row["id"]),
            "tote_id": ids.encode_or_none("Tote", row["tote_id"]),
            "line_item_id": ids.encode("LineItem", row["line_item_id"]),
            "pending_shipment_line_item_id": None,
            "location_id": ids.encode_or_none("Bin", row["location_id"]),
            "inventory_bin": row["inventory_bin"],
            "sku": row["sku"],
            "quantity": row["quantity"],
            "picked_quantity": row["quantity"],
            "pick_type": row["pick_type"],
            "barcode_scanned": row["barcode_scanned"],
            "_number": row["id"],
            "_siblings": siblings,
        }
        for row in rows
    ]


def packages(call: Call, rows: list[sqlite3.Row]) -> list[Node]:
    """Give the nodes of one page of packages."""
    siblings, common = Siblings([row["id"] for row in rows]), _Common(call, rows)
    return [
        {
            **common.of(row),
            "id": ids.encode("Package", row["id"]),
            "shipment_id": ids.encode("Shipment", row["shipment_id"]),
            "total_items": row["total_items"],
            "unique_items": row["unique_items"],
            "barcodes_scanned": row["barcodes_scanned"],
            "_number": row["id"],
            "_siblings": siblings,
        }
        for row in rows
    ]


class _Common:
    """What picks and packages share: the order's number and the names of people, read once for a page."""

    def __init__(self, call: Call, rows: list[sqlite3.Row]) -> None:
        store = call.state.store
        orders, users = sorted({row["order_id"] for row in rows}), sorted({row["user_id"] for row in rows})
        numbers = store.all(f"SELECT id, order_number FROM orders WHERE id IN ({_marks(orders)})", *orders)
        people = store.all(f"SELECT id, first_name, last_name FROM users WHERE id IN ({_marks(users)})", *users)
        self._numbers = {row["id"]: row["order_number"] for row in numbers}
        self._people = {row["id"]: (row["first_name"], row["last_name"]) for row in people}

    def of(self, row: sqlite3.Row) -> Node:
        first_name, last_name = self._people.get(row["user_id"], (None, None))
        return {
            "legacy_id": row["id"],
            "user_id": ids.encode("User", row["user_id"]),
            "user_first_name": first_name,
            "user_last_name": last_name,
            "warehouse_id": ids.encode("Warehouse", row["warehouse_id"]),
            "order_id": ids.encode("Order", row["order_id"]),
            "order_number": self._numbers.get(row["order_id"]),
            "created_at": row["created_at"],
        }


def _marks(numbers: list[int]) -> str:
    return ", ".join("?" * len(numbers))


def order_of_pick(pick: Node, info: Info) -> Node | None:
    """Resolve `Pick.order`."""
    return order_nodes.parents(info.context, pick, "picks")


def order_of_package(package: Node, info: Info) -> Node | None:
    """Resolve `Package.order`."""
    return order_nodes.parents(info.context, package, "packages")


def line_of_pick(pick: Node, info: Info) -> Node | None:
    """Resolve `Pick.line_item`."""
    call = info.context

    def load(numbers: list[int]) -> dict[int, Node]:
        rows = call.state.store.all(f"SELECT id, line_item_id FROM picks WHERE id IN ({_marks(numbers)})", *numbers)
        found = order_lines.by_number(call, sorted({row["line_item_id"] for row in rows}))
        return {row["id"]: found[row["line_item_id"]] for row in rows}

    line: Node | None = pick["_siblings"].below("line_item", pick["_number"], load)
    return line


def shipment_of_package(package: Node, info: Info) -> Node | None:
    """Resolve `Package.shipment`."""
    call = info.context

    def load(numbers: list[int]) -> dict[int, Node]:
        rows = call.state.store.all(f"SELECT id, shipment_id FROM packages WHERE id IN ({_marks(numbers)})", *numbers)
        found = shipment_nodes.by_number(call, sorted({row["shipment_id"] for row in rows}))
        return {row["id"]: found[row["shipment_id"]] for row in rows}

    shipment: Node | None = package["_siblings"].below("shipment", package["_number"], load)
    return shipment


FIELDS: dict[tuple[str, str], Resolver] = {
    ("Pick", "order"): order_of_pick,
    ("Pick", "line_item"): line_of_pick,
    ("Package", "order"): order_of_package,
    ("Package", "shipment"): shipment_of_package,
}
