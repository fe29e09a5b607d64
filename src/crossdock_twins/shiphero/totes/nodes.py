"""Totes, what lies in them, and their history, as the API's types."""

import sqlite3
from collections import defaultdict
from typing import Any

from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.call import Call, Info, Resolver, Siblings
from crossdock_twins.shiphero.locations import nodes as location_nodes
from crossdock_twins.shiphero.orders import lines
from crossdock_twins.shiphero.orders import nodes as order_nodes
from crossdock_twins.shiphero.products import nodes as product_nodes
from crossdock_twins.shiphero.totes import barcodes
from crossdock_twins.shiphero.totes.store import STATUS_SQL

Node = dict[str, Any]

TABLE = f"(SELECT totes.*, {STATUS_SQL} AS status FROM totes WHERE deleted_at IS NULL)"
"""The totes that are there, each with its state."""

SORTS = {name: name for name in ("id", "name", "barcode", "last_activity", "created_at", "status")} | {
    "legacy_id": "id"
}
HISTORY_SORTS = {name: name for name in ("id", "tote_name", "tote_id", "action", "created_at")}
_PICKS = (
    "SELECT t.*, p.sku, l.name AS location_name, coalesce(a.quantity, t.quantity) AS wanted,"
    " sum(t.quantity) OVER (PARTITION BY t.line_item_id, t.stock_id) AS picked"
    " FROM tote_items t JOIN warehouse_products s ON s.id = t.stock_id JOIN products p ON p.id = s.product_id"
    " JOIN locations l ON l.id = t.location_id"
    " LEFT JOIN line_allocations a ON a.line_item_id = t.line_item_id AND a.stock_id = t.stock_id"
    " WHERE t.{column} IN ({marks}) ORDER BY t.id"
)


def totes(call: Call, rows: list[sqlite3.Row]) -> list[Node]:
    """Give the nodes of one page of totes, read with their state."""
    siblings = Siblings([row["id"] for row in rows])
    return [_tote(call, row, siblings) for row in rows]


def tote(call: Call, number: int) -> Node:
    """Give the node of one tote that exists."""
    return totes(call, call.state.store.all(f"SELECT * FROM {TABLE} WHERE id = ?", number))[0]


def _tote(call: Call, row: sqlite3.Row, siblings: Siblings) -> Node:
    return {
        "id": ids.encode("Tote", row["id"]),
        "legacy_id": row["id"],
        "name": row["name"],
        "barcode": row["barcode"],
        "barcode_pdf": barcodes.link(call.state, row, ending="pdf"),
        "barcode_image": barcodes.link(call.state, row, ending="png"),
        "color": row["color"],
        "color_name": row["color_name"],
        "last_activity": row["last_activity"],
        "warehouse": product_nodes.warehouse_of(call, row["warehouse_id"]),
        "status": row["status"],
        "_number": row["id"],
        "_siblings": siblings,
    }


def picks_of_tote(node: Node, info: Info) -> list[Node]:
    """Resolve `Tote.picks`."""
    return _picks(node, info.context, "tote_id")


def picks_of_line(node: Node, info: Info) -> list[Node]:
    """Resolve `LineItem.tote_picks`: what is picked of the line and not shipped yet."""
    return _picks(node, info.context, "line_item_id")


def _picks(node: Node, call: Call, column: str) -> list[Node]:
    def load(numbers: list[int]) -> dict[int, list[Node]]:
        rows = call.state.store.all(_PICKS.format(column=column, marks=", ".join("?" * len(numbers))), *numbers)
        siblings = Siblings([row["id"] for row in rows])
        found: dict[int, list[Node]] = defaultdict(list)
        for row in rows:
            found[row[column]].append(_pick(row, siblings))
        return found

    below: list[Node] = node["_siblings"].below(f"picks.{column}", node["_number"], load) or []
    return below


def _pick(row: sqlite3.Row, siblings: Siblings) -> Node:
    return {
        "id": ids.encode("TotePick", row["id"]),
        "legacy_id": row["id"],
        "sku": row["sku"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "tote_id": ids.encode("Tote", row["tote_id"]),
        "current": row["quantity"],
        "picked_quantity": row["picked"],
        "quantity": row["wanted"],
        "inventory_bin": row["location_name"],
        "deducted": False,
        "location_id": ids.encode("Bin", row["location_id"]),
        "_number": row["id"],
        "_line": row["line_item_id"],
        "_location": row["location_id"],
        "_siblings": siblings,
    }


def picked_quantity(node: Node, info: Info) -> int:
    """Resolve `Tote.picked_quantity`: how many pieces lie in it."""
    return sum(pick["current"] for pick in picks_of_tote(node, info))


def orders_of_tote(node: Node, info: Info) -> list[Node]:
    """Resolve `Tote.orders`: those of which pieces lie in it."""
    call = info.context
    rows = call.state.store.all(
        "SELECT DISTINCT order_id FROM tote_items WHERE tote_id = ? ORDER BY order_id", node["_number"]
    )
    found = order_nodes.by_number(call, [row["order_id"] for row in rows])
    return list(found.values())


def line_of_pick(node: Node, info: Info) -> Node | None:
    """Resolve `TotePick.line_item`."""
    return lines.by_number(info.context, [node["_line"]]).get(node["_line"])


def location_of_pick(node: Node, info: Info) -> Node | None:
    """Resolve `TotePick.location`: where the pieces came from."""
    return location_nodes.location_of(info.context, node["_location"])


def history(_call: Call, rows: list[sqlite3.Row]) -> list[Node]:
    """Give the nodes of one page of what happened to totes."""
    return [
        {
            "tote_name": row["tote_name"],
            "tote_id": ids.encode("Tote", row["tote_id"]),
            "action": row["action"],
            "created_at": row["created_at"],
        }
        for row in rows
    ]


FIELDS: dict[tuple[str, str], Resolver] = {
    ("Tote", "picks"): picks_of_tote,
    ("Tote", "picked_quantity"): picked_quantity,
    ("Tote", "orders"): orders_of_tote,
    ("TotePick", "line_item"): line_of_pick,
    ("TotePick", "location"): location_of_pick,
    ("LineItem", "tote_picks"): picks_of_line,
}
