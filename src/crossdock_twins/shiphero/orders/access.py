"""Which order, line or warehouse an input means, and whether the caller may touch it."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from crossdock_twins.base.store import Store
from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.call import Call, number_of
from crossdock_twins.shiphero.errors import invalid, not_found


def owned(call: Call, data: Mapping[str, Any], *, name: str = "order_id") -> sqlite3.Row:
    """Give the order that an input names; error 5 where the accounts that it acts for have no such order."""
    return owned_by(call, data[name], call.accounts_of(data.get("customer_account_id")))


def owned_by(call: Call, text: str | None, accounts: Sequence[int]) -> sqlite3.Row:
    """Give an order of one of these accounts by its id or bare number; error 5 where there is none."""
    row = call.state.store.one("SELECT * FROM orders WHERE id = ?", number_of(text, "Order"))
    if row is None or row["account_id"] not in accounts:
        raise not_found("Order")
    return row


def warehouse_for(store: Store, text: str | None, *, account_id: int) -> int:
    """Give a warehouse that may serve an account, its own or its 3PL's; error 5 where it is neither."""
    number = number_of(text, "Warehouse")
    found = store.one(
        "SELECT 1 FROM warehouses w JOIN accounts a ON w.account_id IN (a.id, a.parent_id) WHERE w.id = ? AND a.id = ?",
        *(number, account_id),
    )
    if found is None:
        raise not_found("Warehouse")
    return number


def warehouse_seen(call: Call, text: str | None) -> sqlite3.Row:
    """Give a warehouse that serves one of the caller's accounts; error 5 where none of them has it."""
    row = call.state.store.one(
        "SELECT w.* FROM warehouses w JOIN accounts a ON w.account_id IN (a.id, a.parent_id)"
        f" WHERE w.id = ? AND a.id IN ({', '.join('?' * len(call.visible))})",
        *(number_of(text, "Warehouse"), *call.visible),
    )
    if row is None:
        raise not_found("Warehouse")
    return row


def lines_of(store: Store, order_id: int) -> list[sqlite3.Row]:
    """Give the lines of an order."""
    return store.all("SELECT * FROM line_items WHERE order_id = ? ORDER BY id", order_id)


def line_of(store: Store, order_id: int, text: str | None) -> sqlite3.Row:
    """Give a line of an order by its id or bare number; error 5 where the order has no such line."""
    number = ids.decode(text or "", "LineItem")
    row = store.one(
        "SELECT * FROM line_items WHERE id = ? AND order_id = ?", -1 if number is None else number, order_id
    )
    if row is None:
        raise not_found("Line item")
    return row


def require_open(order: sqlite3.Row, action: str) -> None:
    """Refuse what makes sense for an order only while it is open."""
    if order["fulfillment_status"] in {"fulfilled", "canceled"}:
        raise invalid(f"Order is {order['fulfillment_status']}: {action} needs an open order")
    if order["fulfillment_status"] == "merged":
        raise invalid(f"Order is merged into another one: {action} needs the master order, or unmerge it first")


def require_unpicked(store: Store, order_id: int, action: str, *, line_id: int | None = None) -> None:
    """Refuse what would leave pieces in a tote that belong to nobody."""
    row = store.one(
        "SELECT t.name FROM tote_items i JOIN totes t ON t.id = i.tote_id"
        " WHERE i.order_id = ? AND i.line_item_id = coalesce(?, i.line_item_id) LIMIT 1",
        *(order_id, line_id),
    )
    if row is not None:
        raise invalid(f"Order has picked items in tote {row['name']}: {action} needs the tote to be cleared first")


def body_of(row: sqlite3.Row) -> dict[str, Any]:
    """Read what a row only keeps."""
    body: dict[str, Any] = json.loads(row["body"])
    return body
