"""Rows of returns, and what hangs below them, as the API's types."""

import json
import sqlite3
from typing import Any

from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.call import Call, Info, Resolver, Siblings
from crossdock_twins.shiphero.orders import lines, loading
from crossdock_twins.shiphero.orders import nodes as orders
from crossdock_twins.shiphero.paging import Conditions, Listing
from crossdock_twins.shiphero.products import nodes as products
from crossdock_twins.shiphero.returns import labels

Node = dict[str, Any]

SORTS = {name: name for name in ("id", "status", "order_id", "warehouse_id", "created_at", "updated_at")} | {
    "legacy_id": "id"
}


def listing(call: Call, where: Conditions) -> Listing:
    """Give the returns that fit, to be read page by page."""
    return Listing(store=call.state.store, table="returns", where=where, sorts=SORTS, nodes=returns)


def one(call: Call, number: int) -> Node:
    """Give the node of one return that exists."""
    return returns(call, call.state.store.all("SELECT * FROM returns WHERE id = ?", number))[0]


def returns(_call: Call, rows: list[sqlite3.Row]) -> list[Node]:
    """Give the nodes of one page of returns."""
    siblings = Siblings([row["id"] for row in rows])
    return [_return(row, siblings) for row in rows]


def _return(row: sqlite3.Row, siblings: Siblings) -> Node:
    body = json.loads(row["body"])
    return {
        "display_issue_refund": False,
        **body,
        "address": labels.address(body["address"]),
        "id": ids.encode("Return", row["id"]),
        "legacy_id": row["id"],
        "account_id": ids.encode("Account", row["account_id"]),
        "order_id": ids.encode("Order", row["order_id"]),
        "partner_id": row["partner_id"],
        "status": row["status"],
        "created_at": row["created_at"],
        "_number": row["id"],
        "_siblings": siblings,
    }


def order(node: Node, info: Info) -> Node | None:
    """Resolve `Return.order`."""
    return orders.parents(info.context, node, "returns")


def line_items(node: Node, info: Info) -> list[Node]:
    """Resolve `Return.line_items`."""
    rows = _items(node, info.context)
    siblings = Siblings([row["id"] for row in rows])
    return [_item(row, node, siblings) for row in rows]


def _items(node: Node, call: Call) -> list[sqlite3.Row]:
    return loading.below(node, call, "return_items", "return_id")


def _item(row: sqlite3.Row, parent: Node, siblings: Siblings) -> Node:
    plain = ("quantity", "quantity_received", "restock", "condition", "type", "reason", "created_at", "updated_at")
    return {
        **{name: row[name] for name in plain},
        "id": ids.encode("ReturnItem", row["id"]),
        "legacy_id": row["id"],
        "account_id": parent["account_id"],
        "line_item_id": ids.encode_or_none("LineItem", row["line_item_id"]),
        "warehouse_id": ids.encode("Warehouse", row["warehouse_id"]),
        "product_id": ids.encode_or_none("Product", row["product_id"]),
        "return_id": parent["id"],
        "is_component": bool(row["is_component"]),
        "_number": row["id"],
        "_line": row["line_item_id"],
        "_product": row["product_id"],
        "_warehouse": row["warehouse_id"],
        "_siblings": siblings,
    }


def line_of_item(item: Node, info: Info) -> Node | None:
    """Resolve `ReturnLineItem.line_item`: the line of the order; null where it was taken off."""
    return lines.by_number(info.context, [item["_line"]]).get(item["_line"])


def product_of_item(item: Node, info: Info) -> Node | None:
    """Resolve `ReturnLineItem.product`."""
    return products.products_by_number(info.context, [item["_product"]]).get(item["_product"])


def warehouse_of_item(item: Node, info: Info) -> Node | None:
    """Resolve `ReturnLineItem.warehouse`."""
    return products.warehouse_of(info.context, item["_warehouse"])


def expected(node: Node, info: Info) -> int:
    """Resolve `Return.total_items_expected`."""
    return sum(row["quantity"] for row in _items(node, info.context))


def received(node: Node, info: Info) -> int:
    """Resolve `Return.total_items_received`."""
    return sum(row["quantity_received"] for row in _items(node, info.context))


def restocked(node: Node, info: Info) -> int:
    """Resolve `Return.total_items_restocked`."""
    return sum(row["restock"] for row in _items(node, info.context))


def history(node: Node, info: Info) -> list[Node]:
    """Resolve `Return.return_history`, oldest first."""
    return [
        {
            "id": ids.encode("ReturnHistory", row["id"]),
            "legacy_id": row["id"],
            "return_id": node["id"],
            "account_id": node["account_id"],
            "user_id": ids.encode("User", row["user_id"]),
            "created_at": row["created_at"],
            "body": row["body"],
        }
        for row in loading.below(node, info.context, "return_history", "return_id")
    ]


def attachments(node: Node, info: Info) -> list[Node]:
    """Resolve `Return.attachments`."""
    return [
        {
            **{name: row[name] for name in ("url", "filename", "file_type", "description", "created_at")},
            "id": ids.encode("ReturnAttachment", row["id"]),
            "legacy_id": row["id"],
            "account_id": node["account_id"],
            "user_id": ids.encode("User", row["user_id"]),
            "return_id": node["id"],
            "return_item_id": ids.encode_or_none("ReturnItem", row["return_item_id"]),
        }
        for row in loading.below(node, info.context, "return_attachments", "return_id")
    ]


def exchanges(node: Node, info: Info) -> list[Node]:
    """Resolve `Return.exchanges`."""
    rows = loading.below(node, info.context, "return_exchanges", "return_id")
    return [exchange(row, account_id=node["account_id"]) for row in rows]


def exchange(row: sqlite3.Row, *, account_id: str) -> Node:
    """Give the node of an exchange."""
    return {
        "id": ids.encode("ReturnExchange", row["id"]),
        "legacy_id": row["id"],
        "exchange_order_id": ids.encode("Order", row["order_id"]),
        "return_id": ids.encode("Return", row["return_id"]),
        "account_id": account_id,
        "_number": row["id"],
        "_order": row["order_id"],
        "_return": row["return_id"],
    }


def exchange_order(node: Node, info: Info) -> Node | None:
    """Resolve `ReturnExchange.exchange_order`."""
    return orders.by_number(info.context, [node["_order"]]).get(node["_order"])


def exchange_items(node: Node, info: Info) -> list[Node]:
    """Resolve `ReturnExchange.exchange_items`."""
    rows = info.context.state.store.all(
        "SELECT * FROM return_exchange_items WHERE exchange_id = ? ORDER BY id", node["_number"]
    )
    return [
        {
            "id": ids.encode("ReturnExchangeItem", row["id"]),
            "legacy_id": row["id"],
            "return_item_id": ids.encode("ReturnItem", row["return_item_id"]),
            "sku": row["sku"],
            "quantity": row["quantity"],
        }
        for row in rows
    ]


def original_return(node: Node, info: Info) -> Node:
    """Resolve `ReturnExchange.original_return`."""
    return one(info.context, node["_return"])


def returns_of_order(node: Node, info: Info) -> list[Node]:
    """Resolve `Order.returns`."""
    return returns(info.context, loading.below(node, info.context, "returns", "order_id"))


FIELDS: dict[tuple[str, str], Resolver] = {
    ("Return", "order"): order,
    ("Return", "line_items"): line_items,
    ("Return", "total_items_expected"): expected,
    ("Return", "total_items_received"): received,
    ("Return", "total_items_restocked"): restocked,
    ("Return", "labels"): labels.of_return,
    ("Return", "return_history"): history,
    ("Return", "attachments"): attachments,
    ("Return", "exchanges"): exchanges,
    ("ReturnLineItem", "line_item"): line_of_item,
    ("ReturnLineItem", "product"): product_of_item,
    ("ReturnLineItem", "warehouse"): warehouse_of_item,
    ("ReturnExchange", "exchange_order"): exchange_order,
    ("ReturnExchange", "exchange_items"): exchange_items,
    ("ReturnExchange", "original_return"): original_return,
    ("Order", "returns"): returns_of_order,
    ("Order", "rma_labels"): labels.of_order,
    ("MergeableOrder", "returns"): returns_of_order,
    ("MergeableOrder", "rma_labels"): labels.of_order,
}
