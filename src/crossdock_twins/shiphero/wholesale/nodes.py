"""Wholesale orders as the API's types."""

import json
import sqlite3
from typing import Any

from crossdock_twins.shiphero import ids, paging
from crossdock_twins.shiphero.call import Call, Info, Resolver, Siblings
from crossdock_twins.shiphero.orders import lines as line_nodes
from crossdock_twins.shiphero.orders import loading
from crossdock_twins.shiphero.orders import nodes as order_nodes
from crossdock_twins.shiphero.wholesale import rules

SORTS = {name: name for name in ("id", "status", "created_at", "updated_at")} | {"legacy_id": "id"}
KEPT = (
    *("order_type", "trading_partner_id", "trading_partner_name", "store_location_number", "store_address1"),
    *("store_city", "store_country", "store_state", "store_zip", "distribution_center", "distribution_center_number"),
    *("purchase_order_type", "vendor", "vendor_id", "requested_delivery_date", "ship_not_before_date"),
    *("ship_no_later_than_date", "depositor_order_number", "department", "department_number", "division"),
    *("service_level", "internal_supplier_number", "terms_of_sale", "retailer_notes", "quote_number"),
    *("sales_requirement_code", "reference_fields", "pickup_date", "preparation_date", "gs1_labels_required"),
)
_DETAILS = (
    *("account_number", "scac", "carrier", "shipping_method", "bill_of_lading", "cost", "trailer_number"),
    *("pro_number", "gs1_company_prefix", "courier"),
)
_STAGED = (
    "SELECT p.*, l.sku, n.name AS location_name, t.name AS lot_name, t.expires_at FROM wholesale_picks p"
    " JOIN line_items l ON l.id = p.line_item_id JOIN wholesale_orders w ON w.id = p.wholesale_id"
    " JOIN locations n ON n.id = w.staging_location_id LEFT JOIN lots t ON t.id = p.lot_id"
    " WHERE p.staged_at IS NOT NULL AND w.status <> 'fulfilled' AND p.line_item_id IN ({marks}) ORDER BY p.id"
)


def orders(call: Call, rows: list[sqlite3.Row]) -> list[dict[str, Any]]:
    """Give the nodes of one page of wholesale orders."""
    siblings = Siblings([row["id"] for row in rows])
    found = order_nodes.by_number(call, [row["order_id"] for row in rows])
    return [_order(row, found[row["order_id"]], siblings) for row in rows]


def _order(row: sqlite3.Row, order: dict[str, Any], siblings: Siblings) -> dict[str, Any]:
    body = json.loads(row["body"])
    status = rules.CANCELED if order["fulfillment_status"] == rules.CANCELED else row["status"]
    is_told = status in rules.AFTER_PACKING and row["packing_layout"]
    return {
        **{name: body.get(name) for name in KEPT},
        "id": ids.encode("WholesaleOrder", row["id"]),
        "legacy_id": row["id"],
        "version": "DEFAULT",
        "fulfillment_flow": "B2B_FULFILLMENT",
        "shipping_option": row["shipping_option"],
        "staging_location_id": row["staging_location_id"],
        "picking_flow": row["picking_flow"],
        "outbound_progress": row["outbound_progress"],
        "status": status,
        "status_message": row["status_message"],
        "is_packed_externally": bool(row["packed_externally"]),
        "packing_layout": json.loads(row["packing_layout"]) if is_told else None,
        "gs1_labels_required": bool(body.get("gs1_labels_required")),
        "order_id": order["id"],
        "order": order,
        "_number": row["id"],
        "_siblings": siblings,
    }


def shipping_details(order: dict[str, Any], info: Info) -> list[dict[str, Any]]:
    """Resolve `WholesaleOrder.wholesale_shipping_details`."""
    rows = loading.below(order, info.context, "wholesale_shipping_details", "wholesale_id")
    return [_detail(row) for row in rows]


def _detail(row: sqlite3.Row) -> dict[str, Any]:
    body = json.loads(row["body"])
    return {
        **{name: body.get(name) for name in _DETAILS},
        "cost": None if body.get("cost") is None else str(body["cost"]),
        "courier": body.get("courier") or body.get("carrier"),
        "carrier": body.get("carrier") or body.get("freighter"),
        "id": ids.encode("WholesaleShippingDetails", row["id"]),
        "legacy_id": row["id"],
    }


def line_items(order: dict[str, Any], info: Info, **page: Any) -> dict[str, Any]:
    """Resolve `WholesaleOrder.wholesale_line_items`."""
    call = info.context
    rows = loading.below(order, call, "wholesale_line_items", "wholesale_id")
    siblings = Siblings([row["line_item_id"] for row in rows])
    found = line_nodes.by_number(call, siblings.ids)
    nodes = [
        {
            "id": ids.encode("WholesaleLineItem", row["id"]),
            "legacy_id": row["id"],
            "unit_of_measure": row["unit_of_measure"],
            "line_item": found[row["line_item_id"]],
            "_number": row["line_item_id"],
            "_siblings": siblings,
        }
        for row in rows
    ]
    return paging.connection_of(call, nodes, **page)


def staged_inventory(line: dict[str, Any], info: Info) -> list[dict[str, Any]]:
    """Resolve `WholesaleLineItem.staged_inventory`: what was brought to the staging location."""

    def load(numbers: list[int]) -> dict[int, list[sqlite3.Row]]:
        return loading.grouped(info.context.state.store, _STAGED, numbers, key="line_item_id")

    rows: list[sqlite3.Row] = line["_siblings"].below("staged", line["_number"], load) or []
    return [
        {
            "line_item_id": ids.encode("LineItem", row["line_item_id"]),
            "sku": row["sku"],
            "quantity": row["quantity"],
            "case_type": "EACH",
            "lot_id": ids.encode_or_none("Lot", row["lot_id"]),
            "lot_name": row["lot_name"],
            "lot_expiration_date": row["expires_at"],
            "location_id": ids.encode("Bin", row["location_id"]),
            "location_name": row["location_name"],
        }
        for row in rows
    ]


def wholesale_of_order(order: dict[str, Any], info: Info) -> dict[str, Any] | None:
    """Resolve `Order.wholesale_order`; null for every other order."""
    call = info.context

    def load(numbers: list[int]) -> dict[int, dict[str, Any]]:
        marks = ", ".join("?" * len(numbers))
        rows = call.state.store.all(f"SELECT * FROM wholesale_orders WHERE order_id IN ({marks})", *numbers)
        return {row["order_id"]: node for row, node in zip(rows, orders(call, rows), strict=True)}

    found: dict[str, Any] | None = order["_siblings"].below("wholesale_order", order["_number"], load)
    return found


FIELDS: dict[tuple[str, str], Resolver] = {
    ("WholesaleOrder", "wholesale_shipping_details"): shipping_details,
    ("WholesaleOrder", "wholesale_line_items"): line_items,
    ("WholesaleLineItem", "staged_inventory"): staged_inventory,
    ("Order", "wholesale_order"): wholesale_of_order,
    ("MergeableOrder", "wholesale_order"): wholesale_of_order,
}
