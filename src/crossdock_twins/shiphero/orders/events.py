"""What the outside is told of an order, in the provider's payloads: numbers often as texts, ids in both forms."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from crossdock_twins.base.store import Store
from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.accounts import User
from crossdock_twins.shiphero.webhooks import publish

Pieces = Mapping[tuple[int, int], int]
"""Pieces by line and stock."""


def allocated(store: Store, order: sqlite3.Row, allocation: sqlite3.Row, pieces: Pieces, *, at: str) -> None:
    """Publish "Order Allocated": a warehouse has set these pieces aside."""
    payload = {**_allocation(store, order, allocation, pieces), "ready_to_ship": int(allocation["ready_to_ship"])}
    publish.publish(store, account_id=order["account_id"], name="Order Allocated", payload=payload, at=at)


def deallocated(store: Store, order: sqlite3.Row, allocation: sqlite3.Row, pieces: Pieces, *, at: str) -> None:
    """Publish "Order Deallocated": these pieces are free for others again."""
    payload = {**_allocation(store, order, allocation, pieces), "deallocated_at": at, "ready_to_ship": 0}
    publish.publish(store, account_id=order["account_id"], name="Order Deallocated", payload=payload, at=at)


def canceled(store: Store, order: sqlite3.Row, lines: Sequence[sqlite3.Row], *, reason: str, by: User, at: str) -> None:
    """Publish "Order Canceled"; the provider shows no sample, so the members follow its other payloads."""
    payload = {
        **account(order),
        **names(order),
        "shop_name": order["shop_name"],
        "fulfillment_status": "canceled",
        "reason": reason,
        "canceled_at": at,
        **user(by),
        "line_items": [
            {
                "id": line["partner_line_item_id"],
                "shiphero_id": line["id"],
                "item_uuid": ids.encode("LineItem", line["id"]),
                "sku": line["sku"],
                "quantity": line["quantity"],
                "quantity_canceled": line["quantity_pending"],
            }
            for line in lines
        ],
    }
    publish.publish(store, account_id=order["account_id"], name="Order Canceled", payload=payload, at=at)


def account(row: sqlite3.Row) -> dict[str, Any]:
    """Give the members by which every payload names an account."""
    return {"account_id": row["account_id"], "account_uuid": ids.encode("Account", row["account_id"])}


def user(by: User) -> dict[str, Any]:
    """Give the members by which payloads name who did something."""
    return {"user_id": by.id, "user_uuid": ids.encode("User", by.id)}


def warehouse(warehouse_id: int) -> dict[str, Any]:
    """Give the members by which payloads name a warehouse."""
    return {"warehouse_id": warehouse_id, "warehouse_uuid": ids.encode("Warehouse", warehouse_id)}


def _allocation(store: Store, order: sqlite3.Row, allocation: sqlite3.Row, pieces: Pieces) -> dict[str, Any]:
    return {
        "allocation_reference": allocation["reference"],
        **names(order),
        **account(order),
        **warehouse(allocation["warehouse_id"]),
        "allocated_at": allocation["allocated_at"],
        "line_items": [_line(store, key, quantity) for key, quantity in pieces.items()],
    }


def names(order: sqlite3.Row) -> dict[str, Any]:
    """Give the members by which every payload names an order."""
    return {
        "order_id": order["id"],
        "order_uuid": ids.encode("Order", order["id"]),
        "order_number": order["order_number"],
        "partner_order_id": order["partner_order_id"],
    }


def _line(store: Store, key: tuple[int, int], quantity: int) -> dict[str, Any]:
    row = store.all(
        "SELECT l.partner_line_item_id, l.created_at, p.sku, p.sku_key <> l.sku_key AS is_kit_component"
        " FROM line_items l, warehouse_products w JOIN products p ON p.id = w.product_id"
        " WHERE l.id = ? AND w.id = ?",
        *key,
    )[0]
    return {
        "id": key[0],
        "item_uuid": ids.encode("LineItem", key[0]),
        "partner_line_item_id": row["partner_line_item_id"],
        "quantity": quantity,
        "sku": row["sku"],
        "is_kit_component": bool(row["is_kit_component"]),
        "created_at": row["created_at"],
    }
