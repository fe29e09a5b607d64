"""Stock records as the API's type WarehouseProduct, with what hangs below them."""

import json
import sqlite3
from collections import defaultdict
from typing import Any

from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.call import Call, Info, Resolver, Siblings
from crossdock_twins.shiphero.paging import Conditions, Listing, connection_of
from crossdock_twins.shiphero.products import nodes as product_nodes

Node = dict[str, Any]

SORTS = {
    name: name
    for name in (
        *("id", "on_hand", "allocated", "backorder", "reserve_inventory", "non_sellable_quantity"),
        *("warehouse_id", "created_at", "updated_at"),
    )
} | {"legacy_id": "id", "available": "on_hand - allocated"}
_KEPT = {
    "price": "0.00",
    "value": "0.00",
    "value_currency": "USD",
    "inventory_bin": "",
    "inventory_overstock_bin": "",
    "replenishment_level": 0,
    "replenishment_max_level": 0,
    "replenishment_increment": 0,
    "reorder_amount": 0,
    "reorder_level": 0,
    "custom": False,
    "customs_value": "0.00",
    "active": True,
}
_OPEN = "l.fulfillment_status = 'pending' AND o.fulfillment_status = 'pending'"


def listing(call: Call, where: Conditions) -> Listing:
    """Give the stock records that fit, to be read page by page."""
    return Listing(store=call.state.store, table="warehouse_products", where=where, sorts=SORTS, nodes=stocks)


def stock(call: Call, stock_id: int) -> Node:
    """Give the node of one stock record that exists."""
    return stocks(call, call.state.store.all("SELECT * FROM warehouse_products WHERE id = ?", stock_id))[0]


def stocks(call: Call, rows: list[sqlite3.Row]) -> list[Node]:
    """Give the nodes of one page of stock records; their products are fetched along, since each names its SKU."""
    siblings = Siblings([row["id"] for row in rows])
    numbers = sorted({row["product_id"] for row in rows})
    found = call.state.store.all(f"SELECT * FROM products WHERE id IN ({', '.join('?' * len(numbers))})", *numbers)
    products = {node["_number"]: node for node in product_nodes.products(call, found)}
    return [_stock(call, row, products[row["product_id"]], siblings) for row in rows]


def _stock(call: Call, row: sqlite3.Row, product: Node, siblings: Siblings) -> Node:
    body = json.loads(row["body"])
    house = product_nodes.warehouse_of(call, row["warehouse_id"])
    return {
        **{name: body.get(name, default) for name, default in _KEPT.items()},
        "id": ids.encode("WarehouseProduct", row["id"]),
        "legacy_id": row["id"],
        "account_id": ids.encode("Account", row["account_id"]),
        "sku": product["sku"],
        "warehouse_id": ids.encode("Warehouse", row["warehouse_id"]),
        "warehouse_identifier": None if house is None else house["identifier"],
        "on_hand": row["on_hand"],
        "allocated": row["allocated"],
        "backorder": row["backorder"],
        "available": row["on_hand"] - row["allocated"],
        "reserve_inventory": row["reserve_inventory"],
        "non_sellable_quantity": row["non_sellable_quantity"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "warehouse": house,
        "product": product,
        "_number": row["id"],
        "_product": row["product_id"],
        "_siblings": siblings,
    }


def stock_of_product(product: Node, info: Info) -> list[Node]:
    """Resolve `Product.warehouse_products`: one for each warehouse that carries the product."""
    call = info.context

    def load(numbers: list[int]) -> dict[int, list[Node]]:
        marks = ", ".join("?" * len(numbers))
        rows = call.state.store.all(
            f"SELECT * FROM warehouse_products WHERE product_id IN ({marks}) ORDER BY id", *numbers
        )
        found: dict[int, list[Node]] = defaultdict(list)
        for node in stocks(call, rows):
            found[node["_product"]].append(node)
        return found

    below: list[Node] = product["_siblings"].below("stock", product["_number"], load) or []
    return below


def in_tote(node: Node, info: Info) -> int:
    """Resolve `WarehouseProduct.in_tote`: pieces that are picked and not shipped yet."""
    return _sum_below(
        node, info, "in_tote", "SELECT stock_id, sum(quantity) AS n FROM tote_items WHERE stock_id IN ({}) GROUP BY 1"
    )


def sell_ahead(node: Node, info: Info) -> int:
    """Resolve `WarehouseProduct.sell_ahead`: what open purchase orders allow to be sold before it arrives."""
    return _sum_below(
        node,
        info,
        "sell_ahead",
        "SELECT s.id AS stock_id, sum(l.sell_ahead) AS n FROM warehouse_products s"
        " JOIN purchase_order_lines l ON l.product_id = s.product_id"
        " JOIN purchase_orders o ON o.id = l.purchase_order_id AND o.warehouse_id = s.warehouse_id"
        f" WHERE s.id IN ({{}}) AND {_OPEN} GROUP BY 1",
    )


def _sum_below(node: Node, info: Info, name: str, sql: str) -> int:
    def load(numbers: list[int]) -> dict[int, int]:
        rows = info.context.state.store.all(sql.format(", ".join("?" * len(numbers))), *numbers)
        return {row["stock_id"]: row["n"] for row in rows}

    return int(node["_siblings"].below(name, node["_number"], load) or 0)


def inbounds(
    node: Node,
    info: Info,
    *,
    status: str | None = None,
    created_from: str | None = None,
    created_to: str | None = None,
    **page: Any,
) -> Node:
    """Resolve `WarehouseProduct.inbounds`: the lines of purchase orders that bring this product here."""
    call, where = info.context, Conditions()
    where.add("s.id = ?", node["_number"])
    where.compare("l.fulfillment_status", "=", status or None)
    where.compare("l.created_at", ">=", created_from)
    where.compare("l.created_at", "<=", created_to)
    rows = call.state.store.all(
        "SELECT l.*, o.po_date, o.created_at AS ordered_at, o.warehouse_id FROM warehouse_products s"
        " JOIN purchase_order_lines l ON l.product_id = s.product_id"
        " JOIN purchase_orders o ON o.id = l.purchase_order_id AND o.warehouse_id = s.warehouse_id"
        f" {where.sql} ORDER BY l.id",
        *where.values,
    )
    return connection_of(call, [_inbound(row) for row in rows], **page)


def _inbound(row: sqlite3.Row) -> Node:
    return {
        "id": ids.encode("WarehouseProductInbound", row["id"]),
        "legacy_id": row["id"],
        "sku": row["sku"],
        "warehouse_id": ids.encode("Warehouse", row["warehouse_id"]),
        "po_id": ids.encode("PurchaseOrder", row["purchase_order_id"]),
        "purchase_order_line_item_id": ids.encode("PurchaseOrderLineItem", row["id"]),
        "po_date": row["po_date"] or row["ordered_at"],
        "quantity": row["quantity"],
        "quantity_received": row["quantity_received"],
        "quantity_rejected": row["quantity_rejected"],
        "sell_ahead": row["sell_ahead"],
        "status": row["fulfillment_status"],
    }


FIELDS: dict[tuple[str, str], Resolver] = {
    ("Product", "warehouse_products"): stock_of_product,
    ("WarehouseProduct", "in_tote"): in_tote,
    ("WarehouseProduct", "sell_ahead"): sell_ahead,
    ("WarehouseProduct", "inbounds"): inbounds,
}
