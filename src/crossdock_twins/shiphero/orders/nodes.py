"""Rows of orders and what hangs below them, as the API's types."""

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from crossdock_twins.shiphero import ids, paging
from crossdock_twins.shiphero.call import Call, Info, Resolver, Siblings
from crossdock_twins.shiphero.errors import not_found
from crossdock_twins.shiphero.orders import lines, loading
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


def read(call: Call, number: int) -> dict[str, Any]:
    """Give the node of one order; error 5 where the caller sees no such order."""
    row = call.state.store.one("SELECT * FROM orders WHERE id = ?", number)
    if row is None or row["account_id"] not in call.visible:
        raise not_found("Order")
    return orders(call, [row])[0]


def by_number(call: Call, numbers: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Give the nodes of several orders by their numbers."""
    wanted = sorted(set(numbers))
    rows = call.state.store.all(f"SELECT * FROM orders WHERE id IN ({', '.join('?' * len(wanted))})", *wanted)
    return {node["_number"]: node for node in orders(call, rows)}


def parents(call: Call, node: dict[str, Any], table: str) -> dict[str, Any] | None:
    """Give the order that a node's row of a table names in `order_id`, read once for the whole page."""

    def load(numbers: list[int]) -> dict[int, dict[str, Any]]:
        marks = ", ".join("?" * len(numbers))
        named = call.state.store.all(f"SELECT id, order_id FROM {table} WHERE id IN ({marks})", *numbers)
        found = by_number(call, [row["order_id"] for row in named])
        return {row["id"]: found[row["order_id"]] for row in named}

    order: dict[str, Any] | None = node["_siblings"].below(f"{table}.order", node["_number"], load)
    return order


def _order(row: sqlite3.Row, siblings: Siblings) -> dict[str, Any]:
    node: dict[str, Any] = {**_FLAGS, **json.loads(row["body"])}
    for name in _PLAIN:
        node[name] = row[name]
    node["id"] = ids.encode("Order", row["id"])
    node["legacy_id"] = row["id"]
    node["account_id"] = ids.encode("Account", row["account_id"])
    node["holds"] = {**{hold: bool(row[hold]) for hold in HOLDS}, "shipping_method_hold": False}
    node["hold_until_date"] = row["hold_until"]
    node["has_dry_ice"] = bool(node.get("dry_ice_weight_in_lbs"))
    node["allocation_priority"] = node.get("allocation_priority") or 0
    node["insurance_amount"] = node.get("insurance_amount") or "0.00"
    node["_number"] = row["id"]
    node["_account"] = row["account_id"]
    node["_siblings"] = siblings
    return node


def tags(order: dict[str, Any], info: Info) -> list[str]:
    """Resolve `Order.tags`, in the order in which they were put on."""
    return [row["tag"] for row in loading.below(order, info.context, "order_tags", "order_id", by="place")]


def line_items(order: dict[str, Any], info: Info, **page: Any) -> dict[str, Any]:
    """Resolve `Order.line_items`."""
    call = info.context
    return paging.connection_of(call, lines.nodes_of(call, order), **page)


def allocations(order: dict[str, Any], info: Info) -> list[dict[str, Any]]:
    """Resolve `Order.allocations`: which warehouse has set what aside."""
    return lines.allocations(info.context, order)


def history(order: dict[str, Any], info: Info) -> list[dict[str, Any]]:
    """Resolve `Order.order_history`, oldest first."""
    rows = loading.below(order, info.context, "order_history", "order_id")
    return [{**history_entry(row, order_number=order["order_number"]), "order": order} for row in rows]


def history_entry(row: sqlite3.Row, *, order_number: str) -> dict[str, Any]:
    """Give the node of a line of history, without its order; nobody's user is null."""
    return {
        "id": ids.encode("OrderHistory", row["id"]),
        "legacy_id": row["id"],
        "order_id": ids.encode("Order", row["order_id"]),
        "user_id": ids.encode_or_none("User", row["user_id"] or None),
        "account_id": ids.encode("Account", row["account_id"]),
        "username": row["username"],
        "order_number": order_number,
        "information": row["information"],
        "created_at": row["created_at"],
    }


def attachments(order: dict[str, Any], info: Info, **page: Any) -> dict[str, Any]:
    """Resolve `Order.attachments`."""
    call = info.context
    rows = loading.below(order, call, "order_attachments", "order_id")
    return paging.connection_of(call, [attachment(row) for row in rows], **page)


def attachment(row: sqlite3.Row) -> dict[str, Any]:
    """Give the node of an attachment."""
    return {
        **{name: row[name] for name in ("description", "url", "filename", "file_type", "file_size", "created_at")},
        "id": ids.encode("OrderAttachment", row["id"]),
        "legacy_id": row["id"],
        "order_id": ids.encode("Order", row["order_id"]),
        "account_id": ids.encode("Account", row["account_id"]),
    }


def merged_orders(order: dict[str, Any], info: Info) -> list[dict[str, Any]]:
    """Resolve `Order.merged_orders`: the whole group that travels together, its master first; empty for all others."""
    call = info.context
    own = loading.below(order, call, "order_merges", "order_id", by="order_id")
    subs = loading.below(order, call, "order_merges", "master_id", by="order_id")
    if own:
        subs = call.state.store.all(
            "SELECT * FROM order_merges WHERE master_id = ? ORDER BY order_id", own[0]["master_id"]
        )
    if not subs:
        return []
    members = [(subs[0]["master_id"], True), *((row["order_id"], False) for row in subs)]
    return [{"order_id": ids.encode("Order", number), "is_master": is_master} for number, is_master in members]


def expected_weight(order: dict[str, Any], info: Info) -> str | None:
    """Resolve `Order.expected_weight_in_oz`: the pieces ordered times what the products weigh, in ounces.

    Products give pounds. None where no product of the order has a weight.
    """
    call = info.context

    def load(numbers: list[int]) -> dict[int, list[sqlite3.Row]]:
        return loading.grouped(
            call.state.store,
            "SELECT l.order_id, sum(l.quantity * 16.0"
            " * CAST(p.body ->> '$.dimensions.weight' AS REAL)) AS ounces FROM line_items l"
            " JOIN orders o ON o.id = l.order_id"
            " JOIN products p ON p.account_id = o.account_id AND p.sku_key = l.sku_key"
            " WHERE l.order_id IN ({marks}) GROUP BY l.order_id",
            numbers,
            key="order_id",
        )

    rows = order["_siblings"].below("weight", order["_number"], load)
    return f"{rows[0]['ounces']:.2f}" if rows and rows[0]["ounces"] else None


def authorizations(order: dict[str, Any], _info: Info) -> list[dict[str, Any]]:
    """Resolve `Order.authorizations`: payments that a shop's integration has noted."""
    noted: list[dict[str, Any]] = order.get("authorizations") or []
    return noted


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
    (kind, name): resolve
    for kind in ("Order", "MergeableOrder")
    for name, resolve in (
        ("tags", tags),
        ("line_items", line_items),
        ("allocations", allocations),
        ("order_history", history),
        ("attachments", attachments),
        ("merged_orders", merged_orders),
        ("expected_weight_in_oz", expected_weight),
        ("authorizations", authorizations),
    )
}
