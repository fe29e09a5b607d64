"""Rows of orders and what hangs below them, as the API's types."""

import json
import sqlite3
from collections import defaultdict
from decimal import Decimal, InvalidOperation
from typing import Any

from crossdock_twins.shiphero import ids, paging
from crossdock_twins.shiphero.call import Call, Info, Resolver, Siblings
from crossdock_twins.shiphero.orders.status import HOLDS

_FLAGS = dict.fromkeys(
    (
        "ready_to_ship",
        "auto_print_return_label",
        "flagged",
        "saturday_delivery",
        "ignore_address_validation_errors",
        "skip_address_validation",
        "priority_flag",
        "gift_invoice",
        "allow_partial",
        "require_signature",
        "adult_signature_required",
        "alcohol",
        "insurance",
        "has_dry_ice",
        "allow_split",
        "address_is_business",
        "tote_qa",
        "do_not_print_invoice",
        "ignore_payment_capture_errors",
    ),
    False,
)
_PLAIN = (
    "order_number",
    "partner_order_id",
    "shop_name",
    "fulfillment_status",
    "email",
    "profile",
    "order_date",
    "created_at",
    "updated_at",
    "required_ship_date",
)


def orders(_call: Call, rows: list[sqlite3.Row]) -> list[dict[str, Any]]:
    """Give the nodes of one page of orders."""
    siblings = Siblings([row["id"] for row in rows])
    return [_order(row, siblings) for row in rows]


def _order(row: sqlite3.Row, siblings: Siblings) -> dict[str, Any]:
    node: dict[str, Any] = {**_FLAGS, **json.loads(row["body"])}
    for name in _PLAIN:
        node[name] = row[name]
    node["id"] = ids.encode("Order", row["id"])
    node["legacy_id"] = row["id"]
    node["account_id"] = ids.encode("Account", row["account_id"])
    node["holds"] = {**{hold: bool(row[hold]) for hold in HOLDS}, "shipping_method_hold": False}
    node["_number"] = row["id"]
    node["_siblings"] = siblings
    return node


def tags(order: dict[str, Any], info: Info) -> list[str]:
    """Resolve `Order.tags`, in the order in which they were put on."""
    rows = _below(order, info.context, "order_tags", "place")
    return [row["tag"] for row in rows]


def line_items(order: dict[str, Any], info: Info, **page: Any) -> dict[str, Any]:
    """Resolve `Order.line_items`."""
    call = info.context
    rows = _below(order, call, "line_items", "id")
    return paging.connection_of(call, [_line_item(row) for row in rows], **page)


def allocations(order: dict[str, Any], info: Info) -> list[dict[str, Any]]:
    """Resolve `Order.allocations`: which warehouse has set what aside."""
    call = info.context
    lines = _below(order, call, "line_items", "id")
    return [_allocation(order, row, lines) for row in _below(order, call, "order_allocations", "warehouse_id")]


def history(order: dict[str, Any], info: Info) -> list[dict[str, Any]]:
    """Resolve `Order.order_history`, oldest first."""
    return [_history(order, row) for row in _below(order, info.context, "order_history", "id")]


def _below(order: dict[str, Any], call: Call, table: str, by: str) -> list[sqlite3.Row]:
    def load(numbers: list[int]) -> dict[int, list[sqlite3.Row]]:
        marks = ", ".join("?" * len(numbers))
        found: dict[int, list[sqlite3.Row]] = defaultdict(list)
        for row in call.state.store.all(f"SELECT * FROM {table} WHERE order_id IN ({marks}) ORDER BY {by}", *numbers):
            found[row["order_id"]].append(row)
        return found

    rows: list[sqlite3.Row] = order["_siblings"].below(table, order["_number"], load) or []
    return rows


def _line_item(row: sqlite3.Row) -> dict[str, Any]:
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
        "subtotal": subtotal(node.get("price"), row["quantity"]),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "_sku_key": row["sku_key"],
        "_warehouse": row["warehouse_id"],
    }


def subtotal(price: Any, quantity: int) -> str | None:
    """Multiply a price in text by a quantity; None where the price is no number."""
    try:
        return str(Decimal(str(price)) * quantity)
    except InvalidOperation:
        return None


def _allocation(order: dict[str, Any], row: sqlite3.Row, lines: list[sqlite3.Row]) -> dict[str, Any]:
    common = {
        "order_id": order["id"],
        "warehouse_id": ids.encode("Warehouse", row["warehouse_id"]),
        "allocated_at": row["allocated_at"],
        "allocation_reference": row["reference"],
    }
    taken = [line for line in lines if line["warehouse_id"] == row["warehouse_id"] and line["quantity_allocated"]]
    return {
        **common,
        "ready_to_ship": bool(row["ready_to_ship"]),
        "is_locked": False,
        "line_items": [
            {
                **common,
                "line_item_id": ids.encode("LineItem", line["id"]),
                "sku": line["sku"],
                "quantity_allocated": line["quantity_allocated"],
                "is_kit_component": False,
            }
            for line in taken
        ],
    }


def _history(order: dict[str, Any], row: sqlite3.Row) -> dict[str, Any]:
    return {
        "id": ids.encode("OrderHistory", row["id"]),
        "legacy_id": row["id"],
        "order_id": order["id"],
        "user_id": ids.encode("User", row["user_id"]),
        "account_id": order["account_id"],
        "username": row["username"],
        "order_number": order["order_number"],
        "information": row["information"],
        "created_at": row["created_at"],
        "order": order,
    }


def summary(row: sqlite3.Row) -> dict[str, Any]:
    """Give what one line of the dashboard's table of orders shows."""
    body = json.loads(row["body"])
    address = body.get("shipping_address") or {}
    return {
        "number": row["order_number"],
        "status": row["fulfillment_status"],
        "held": any(row[hold] for hold in HOLDS),
        "backorder": bool(row["has_backorder"]),
        "date": row["order_date"],
        "name": f"{address.get('first_name') or ''} {address.get('last_name') or ''}".strip(),
        "place": ", ".join(part for part in (address.get("city"), address.get("state")) if part),
        "pieces": row["pieces"] or 0,
        "total": body.get("total_price") or "",
        "currency": body.get("currency") or "",
    }


FIELDS: dict[tuple[str, str], Resolver] = {
    ("Order", "tags"): tags,
    ("Order", "line_items"): line_items,
    ("Order", "allocations"): allocations,
    ("Order", "order_history"): history,
}
