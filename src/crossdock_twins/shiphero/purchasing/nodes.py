"""Rows of purchase orders, and what hangs below them, as the API's types."""

import json
import sqlite3
from collections import defaultdict
from typing import Any

from crossdock_twins.shiphero import ids, paging
from crossdock_twins.shiphero.call import Call, Info, Resolver, Siblings
from crossdock_twins.shiphero.lots import nodes as lots
from crossdock_twins.shiphero.paging import Conditions, Listing
from crossdock_twins.shiphero.products import nodes as products
from crossdock_twins.shiphero.purchasing import vendors
from crossdock_twins.shiphero.stock import nodes as stock

Node = dict[str, Any]

SORTS = {
    name: name
    for name in (
        *("id", "po_number", "fulfillment_status", "po_date", "date_closed", "arrived_at", "created_at"),
        *("updated_at", "warehouse_id", "vendor_id"),
    )
} | {"legacy_id": "id"}
_TEXTS = dict.fromkeys(
    (
        *("packing_note", "po_note", "description", "partner_order_number", "shipping_method", "shipping_carrier"),
        *("shipping_name", "tracking_number", "payment_method", "payment_note", "origin_of_shipment"),
    ),
    "",
) | dict.fromkeys(("subtotal", "discount", "total_price", "tax", "shipping_price"), "0.00")
_PLAIN = ("po_number", "fulfillment_status", "created_at", "po_date", "date_closed", "arrived_at")


def listing(call: Call, where: Conditions) -> Listing:
    """Give the purchase orders that fit, to be read page by page."""
    return Listing(store=call.state.store, table="purchase_orders", where=where, sorts=SORTS, nodes=orders)


def order(call: Call, number: int) -> Node:
    """Give the node of one purchase order that exists."""
    return orders(call, call.state.store.all("SELECT * FROM purchase_orders WHERE id = ?", number))[0]


def orders(_call: Call, rows: list[sqlite3.Row]) -> list[Node]:
    """Give the nodes of one page of purchase orders."""
    siblings = Siblings([row["id"] for row in rows])
    return [_order(row, siblings) for row in rows]


def _order(row: sqlite3.Row, siblings: Siblings) -> Node:
    return {
        **_TEXTS,
        **json.loads(row["body"]),
        **{name: row[name] for name in _PLAIN},
        "id": ids.encode("PurchaseOrder", row["id"]),
        "legacy_id": row["id"],
        "account_id": ids.encode("Account", row["account_id"]),
        "warehouse_id": ids.encode("Warehouse", row["warehouse_id"]),
        "vendor_id": ids.encode_or_none("Vendor", row["vendor_id"]),
        "_number": row["id"],
        "_warehouse": row["warehouse_id"],
        "_vendor": row["vendor_id"],
        "_siblings": siblings,
    }


def below(node: Node, call: Call, table: str) -> list[sqlite3.Row]:
    """Give the rows of a table that hang below a purchase order, for all of the page at once."""

    def load(numbers: list[int]) -> dict[int, list[sqlite3.Row]]:
        marks = ", ".join("?" * len(numbers))
        found: dict[int, list[sqlite3.Row]] = defaultdict(list)
        rows = call.state.store.all(f"SELECT * FROM {table} WHERE purchase_order_id IN ({marks}) ORDER BY id", *numbers)
        for row in rows:
            found[row["purchase_order_id"]].append(row)
        return found

    rows: list[sqlite3.Row] = node["_siblings"].below(table, node["_number"], load) or []
    return rows


def warehouse(node: Node, info: Info) -> Node | None:
    """Resolve the warehouse that the goods come to."""
    return products.warehouse_of(info.context, node["_warehouse"])


def vendor(node: Node, info: Info) -> Node | None:
    """Resolve the vendor of a purchase order or of one of its lines."""
    return None if node["_vendor"] is None else vendors.vendor(info.context, node["_vendor"])


def line_items(node: Node, info: Info, **page: Any) -> Node:
    """Resolve `PurchaseOrder.line_items`."""
    call = info.context
    return paging.connection_of(call, lines(call, node), **page)


def lines(call: Call, node: Node) -> list[Node]:
    """Give the nodes of the lines of a purchase order or a shipping plan."""
    rows = below(node, call, "purchase_order_lines")
    known = products.products_by_number(call, sorted({row["product_id"] for row in rows if row["product_id"]}))
    siblings = Siblings([row["id"] for row in rows])
    return [_line(row, node, known.get(row["product_id"]), siblings) for row in rows]


def _line(row: sqlite3.Row, parent: Node, product: Node | None, siblings: Siblings) -> Node:
    body = json.loads(row["body"])
    vendor_id = row["vendor_id"] or parent["_vendor"]
    return {
        "price": "0.00",
        "option_title": "",
        "expected_weight_in_lbs": "0.00",
        "note": "",
        "partner_line_item_id": None,
        "variant_id": None,
        **body,
        "id": ids.encode("PurchaseOrderLineItem", row["id"]),
        "legacy_id": row["id"],
        "po_id": parent["id"],
        "account_id": parent["account_id"],
        "warehouse_id": parent["warehouse_id"],
        "vendor_id": ids.encode_or_none("Vendor", vendor_id),
        "po_number": parent["po_number"],
        "sku": row["sku"],
        "vendor_sku": body.get("vendor_sku") or "",
        "product_id": ids.encode_or_none("Product", row["product_id"]),
        "product_name": body.get("product_name") or (product["name"] if product else ""),
        "barcode": product["barcode"] if product else "",
        "quantity": row["quantity"],
        "quantity_received": row["quantity_received"],
        "quantity_rejected": row["quantity_rejected"],
        "sell_ahead": row["sell_ahead"],
        "fulfillment_status": row["fulfillment_status"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "_product": row["product_id"],
        "_order": parent["_number"],
        "_warehouse": parent["_warehouse"],
        "_vendor": vendor_id,
        "_siblings": siblings,
    }


def stock_of_line(line: Node, info: Info) -> Node | None:
    """Resolve `PurchaseOrderLineItem.product`: the stock record in the warehouse that the goods come to."""
    row = info.context.state.store.one(
        "SELECT id FROM warehouse_products WHERE product_id = ? AND warehouse_id = ?",
        *(line["_product"], line["_warehouse"]),
    )
    return None if row is None else stock.stock(info.context, row["id"])


def lots_of_line(line: Node, info: Info, **page: Any) -> Node:
    """Resolve `PurchaseOrderLineItem.expiration_lots`: the lots of its product that came with its purchase order."""
    call = info.context
    where = Conditions()
    where.add("deleted_at IS NULL AND product_id = ?", line["_product"])
    where.add("id IN (SELECT lot_id FROM lot_purchase_orders WHERE purchase_order_id = ?)", line["_order"])
    return lots.listing(call, where).connection(call, **page)


def orders_of_lot(lot: Node, info: Info, **page: Any) -> Node:
    """Resolve `Lot.purchase_orders`: those that it came with."""
    call = info.context
    where = Conditions()
    where.add("id IN (SELECT purchase_order_id FROM lot_purchase_orders WHERE lot_id = ?)", lot["legacy_id"])
    return listing(call, where).connection(call, **page)


def attachments(node: Node, info: Info, **page: Any) -> Node:
    """Resolve `PurchaseOrder.attachments`."""
    call = info.context
    rows = below(node, call, "purchase_order_attachments")
    return paging.connection_of(call, [attachment(row, node["account_id"]) for row in rows], **page)


def attachment(row: sqlite3.Row, account_id: str) -> Node:
    """Give the node of an attachment; the twin never fetches it, so its size is not known."""
    return {
        **{name: row[name] for name in ("url", "description", "filename", "file_type", "created_at")},
        "id": ids.encode("PurchaseOrderAttachment", row["id"]),
        "legacy_id": row["id"],
        "user_id": ids.encode("User", row["user_id"]),
        "account_id": account_id,
        "po_li_sku": None,
        "file_size": None,
    }


def tracking_numbers(node: Node, info: Info, **page: Any) -> Node:
    """Resolve the numbers under which carriers bring the goods."""
    call = info.context
    rows = [
        {
            "id": ids.encode("PurchaseOrderTrackingNumber", row["id"]),
            "legacy_id": row["id"],
            "po_id": ids.encode("PurchaseOrder", node["_number"]),
            "carrier_id": (row["carrier"] or "").lower() or None,
            "carrier_value": row["carrier"],
            "tracking_number": row["tracking_number"],
        }
        for row in below(node, call, "purchase_order_trackings")
    ]
    return paging.connection_of(call, rows, **page)


FIELDS: dict[tuple[str, str], Resolver] = {
    ("PurchaseOrder", "warehouse"): warehouse,
    ("PurchaseOrder", "vendor"): vendor,
    ("PurchaseOrder", "line_items"): line_items,
    ("PurchaseOrder", "attachments"): attachments,
    ("PurchaseOrder", "tracking_numbers"): tracking_numbers,
    ("Lot", "purchase_orders"): orders_of_lot,
    ("PurchaseOrderLineItem", "vendor"): vendor,
    ("PurchaseOrderLineItem", "product"): stock_of_line,
    ("PurchaseOrderLineItem", "expiration_lots"): lots_of_line,
}
