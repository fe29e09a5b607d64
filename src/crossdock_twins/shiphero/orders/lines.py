"""Line items, and what is set aside for them, as the API's types."""

import json
import sqlite3
from decimal import Decimal, InvalidOperation
from typing import Any

from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.call import Call, Info, Resolver, Siblings
from crossdock_twins.shiphero.orders import loading


def nodes_of(call: Call, order: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the nodes of an order's lines; what hangs below them is fetched for the lines of the whole page at once."""

    def load(numbers: list[int]) -> dict[int, list[dict[str, Any]]]:
        marks = ", ".join("?" * len(numbers))
        rows = call.state.store.all(f"SELECT * FROM line_items WHERE order_id IN ({marks}) ORDER BY id", *numbers)
        found: dict[int, list[dict[str, Any]]] = {}
        for node in nodes(rows):
            found.setdefault(node["_order"], []).append(node)
        return found

    found: list[dict[str, Any]] = order["_siblings"].below("line_nodes", order["_number"], load) or []
    return found


def nodes(rows: list[sqlite3.Row]) -> list[dict[str, Any]]:
    """Give the nodes of lines."""
    siblings = Siblings([row["id"] for row in rows])
    return [_line(row, siblings) for row in rows]


def by_number(call: Call, numbers: list[int]) -> dict[int, dict[str, Any]]:
    """Give the nodes of several lines by their numbers."""
    rows = call.state.store.all(f"SELECT * FROM line_items WHERE id IN ({', '.join('?' * len(numbers))})", *numbers)
    return {node["_number"]: node for node in nodes(rows)}


def _line(row: sqlite3.Row, siblings: Siblings) -> dict[str, Any]:
    node: dict[str, Any] = json.loads(row["body"])
    return {
        **node,
        "id": ids.encode("LineItem", row["id"]),
        "legacy_id": row["id"],
        "order_id": ids.encode("Order", row["order_id"]),
        "sku": row["sku"],
        "partner_line_item_id": row["partner_line_item_id"],
        "fulfillment_status": row["fulfillment_status"],
        "quantity": row["quantity"],
        "quantity_pending_fulfillment": row["quantity_pending"],
        "quantity_shipped": row["quantity_shipped"],
        "quantity_allocated": row["quantity_allocated"],
        "backorder_quantity": row["backorder_quantity"],
        "warehouse_id": ids.encode_or_none("Warehouse", row["warehouse_id"]),
        "locked_to_warehouse_id": ids.encode_or_none("Warehouse", node.get("locked_to")),
        "eligible_for_return": node.get("eligible_for_return", True),
        "promotion_discount": node.get("promotion_discount", "0.00"),
        "subtotal": subtotal(node.get("price"), row["quantity"]),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "_number": row["id"],
        "_order": row["order_id"],
        "_sku_key": row["sku_key"],
        "_warehouse": row["warehouse_id"],
        "_siblings": siblings,
    }


def subtotal(price: Any, quantity: int) -> str | None:
    """Multiply a price in text by a quantity; None where the price is no number."""
    try:
        return str(Decimal(str(price)) * quantity)
    except InvalidOperation:
        return None


def _product(line: dict[str, Any], call: Call) -> sqlite3.Row | None:
    def load(numbers: list[int]) -> dict[int, sqlite3.Row]:
        marks = ", ".join("?" * len(numbers))
        rows = call.state.store.all(
            "SELECT l.id, p.id AS product_id, p.barcode FROM line_items l JOIN orders o ON o.id = l.order_id"
            f" JOIN products p ON p.account_id = o.account_id AND p.sku_key = l.sku_key WHERE l.id IN ({marks})",
            *numbers,
        )
        return {row["id"]: row for row in rows}

    row: sqlite3.Row | None = line["_siblings"].below("product_row", line["_number"], load)
    return row


def product_id(line: dict[str, Any], info: Info) -> str | None:
    """Resolve `LineItem.product_id`, which is deprecated, by the line's SKU."""
    row = _product(line, info.context)
    return None if row is None else ids.encode("Product", row["product_id"])


def barcode(line: dict[str, Any], info: Info) -> str | None:
    """Resolve `LineItem.barcode`: the line's own, else the product's."""
    row = _product(line, info.context) if not line.get("barcode") else None
    own: str | None = line.get("barcode")
    return own if row is None else str(row["barcode"])


def serial_numbers(line: dict[str, Any], info: Info) -> list[dict[str, Any]]:
    """Resolve `LineItem.serial_numbers`: those of the pieces that were shipped."""
    return [serial_number(row) for row in loading.below(line, info.context, "serial_numbers", "line_item_id")]


def serial_number(row: sqlite3.Row) -> dict[str, Any]:
    """Give the node of a serial number; every one of them was scanned when its piece was packed."""
    return {
        "id": ids.encode("LineItemSerialNumber", row["id"]),
        "legacy_id": row["id"],
        "sku": row["sku"],
        "line_item_id": ids.encode("LineItem", row["line_item_id"]),
        "serial_number": row["serial_number"],
        "scanned": True,
        "created_at": row["created_at"],
        "updated_at": row["created_at"],
    }


def shipped_lots(line: dict[str, Any], info: Info) -> list[dict[str, Any]]:
    """Resolve `LineItem.shipped_line_item_lots`: the lots that the shipped pieces came from."""
    call = info.context

    def load(numbers: list[int]) -> dict[int, list[sqlite3.Row]]:
        return loading.grouped(
            call.state.store,
            "SELECT s.*, t.name, t.expires_at FROM shipped_lots s JOIN lots t ON t.id = s.lot_id"
            " WHERE s.line_item_id IN ({marks}) ORDER BY s.id",
            numbers,
            key="line_item_id",
        )

    return [shipped_lot(row) for row in line["_siblings"].below("shipped_lots", line["_number"], load) or ()]


def shipped_lot(row: sqlite3.Row) -> dict[str, Any]:
    """Give the node of a lot that was shipped; the row has the lot's name and expiry beside its own columns."""
    return {
        "id": ids.encode("ShippedLineItemLot", row["id"]),
        "legacy_id": row["id"],
        "line_item_id": ids.encode("LineItem", row["line_item_id"]),
        "lot_id": ids.encode("Lot", row["lot_id"]),
        "lot_name": row["name"],
        "lot_expiration_date": row["expires_at"],
        "quantity": row["quantity"],
    }


def allocations(call: Call, order: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the nodes of what each warehouse has set aside for an order."""

    def load(numbers: list[int]) -> dict[int, list[sqlite3.Row]]:
        return loading.grouped(
            call.state.store,
            "SELECT a.*, p.sku FROM line_allocations a JOIN warehouse_products w ON w.id = a.stock_id"
            " JOIN products p ON p.id = w.product_id WHERE a.order_id IN ({marks}) AND a.quantity > 0"
            " ORDER BY a.line_item_id, a.stock_id",
            numbers,
            key="order_id",
        )

    kept = loading.below(order, call, "order_allocations", "order_id", by="warehouse_id")
    pieces = (order["_siblings"].below("pieces", order["_number"], load) or ()) if kept else ()
    return [_allocation(call, order, row, [each for each in pieces if _same_house(each, row)]) for row in kept]


def _same_house(pieces: sqlite3.Row, row: sqlite3.Row) -> bool:
    return bool(pieces["warehouse_id"] == row["warehouse_id"])


def _allocation(call: Call, order: dict[str, Any], row: sqlite3.Row, pieces: list[sqlite3.Row]) -> dict[str, Any]:
    common = {
        "order_id": order["id"],
        "warehouse_id": ids.encode("Warehouse", row["warehouse_id"]),
        "allocated_at": row["allocated_at"],
        "allocation_reference": row["reference"],
    }
    return {
        **common,
        "ready_to_ship": bool(row["ready_to_ship"]),
        "is_locked": bool(loading.below(order, call, "tote_items", "order_id")),
        "line_items": [
            {
                **common,
                "line_item_id": ids.encode("LineItem", each["line_item_id"]),
                "sku": each["sku"],
                "quantity_allocated": each["quantity"],
                "is_kit_component": bool(each["is_kit_component"]),
            }
            for each in pieces
        ],
    }


FIELDS: dict[tuple[str, str], Resolver] = {
    ("LineItem", "product_id"): product_id,
    ("LineItem", "barcode"): barcode,
    ("LineItem", "serial_numbers"): serial_numbers,
    ("LineItem", "shipped_line_item_lots"): shipped_lots,
}
