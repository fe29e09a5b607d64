"""What the outside is told of totes."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from crossdock_twins.base.store import Store
from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.webhooks import publish


def complete(store: Store, tote: sqlite3.Row, items: Sequence[sqlite3.Row], *, at: str) -> None:
    """Publish "Tote Complete": everything that the tote's orders can have lies in it."""
    orders = sorted({row["order_id"] for row in items})
    payload = {
        "account_id": tote["account_id"],
        "totes": [
            {
                "tote_id": tote["id"],
                "tote_name": tote["name"],
                "tote_uuid": ids.encode("Tote", tote["id"]),
                "tote_barcode": tote["barcode"],
                "orders": [_order(store, number, items) for number in orders],
            }
        ],
    }
    for account_id in _accounts(store, tote, items):
        publish.publish(store, account_id=account_id, name="Tote Complete", payload=payload, at=at)


def cleared(store: Store, tote: sqlite3.Row, items: Sequence[sqlite3.Row], *, reason: str, at: str) -> None:
    """Publish "Tote Cleared": what was picked into the tote lies in it no longer, though nobody shipped it."""
    payload = {
        "account_id": tote["account_id"],
        "tote_id": tote["id"],
        "tote_uuid": ids.encode("Tote", tote["id"]),
        "tote_name": tote["name"],
        "reason": reason,
        "items": [
            {
                "order_id": row["order_id"],
                "order_uuid": ids.encode("Order", row["order_id"]),
                "line_item_id": row["line_item_id"],
                "pick_id": row["id"],
                "sku": row["sku"],
                "quantity": row["quantity"],
            }
            for row in items
        ],
    }
    for account_id in _accounts(store, tote, items):
        publish.publish(store, account_id=account_id, name="Tote Cleared", payload=payload, at=at)


def print_barcode(store: Store, tote: sqlite3.Row, *, url: str, at: str) -> None:
    """Publish "Print Barcode": somebody wants the tote's barcode on paper."""
    payload = {
        "account_id": tote["account_id"],
        "account_uuid": ids.encode("Account", tote["account_id"]),
        "warehouse_id": tote["warehouse_id"],
        "warehouse_uuid": ids.encode("Warehouse", tote["warehouse_id"]),
        "tote_id": tote["id"],
        "tote_uuid": ids.encode("Tote", tote["id"]),
        "tote_name": tote["name"],
        "barcode": tote["barcode"],
        "quantity": 1,
        "pdf_location": url,
    }
    publish.publish(store, account_id=tote["account_id"], name="Print Barcode", payload=payload, at=at)


def _accounts(store: Store, tote: sqlite3.Row, items: Sequence[sqlite3.Row]) -> list[int]:
    """Give the accounts to tell: the warehouse's own, and those whose orders lie in the tote."""
    numbers = sorted({row["order_id"] for row in items})
    marks = ", ".join("?" * len(numbers))
    rows = store.all(f"SELECT DISTINCT account_id FROM orders WHERE id IN ({marks})", *numbers)
    return sorted({tote["account_id"], *(row["account_id"] for row in rows)})


def _order(store: Store, order_id: int, items: Sequence[sqlite3.Row]) -> dict[str, Any]:
    order = store.all("SELECT order_number, body ->> 'gift_note' AS gift_note FROM orders WHERE id = ?", order_id)[0]
    return {
        "order_number": order["order_number"],
        "gift_note": order["gift_note"],
        "items": [_item(store, row) for row in items if row["order_id"] == order_id],
    }


def _item(store: Store, row: sqlite3.Row) -> dict[str, Any]:
    size = store.all(
        "SELECT p.body ->> '$.dimensions.weight' AS weight, p.body ->> '$.dimensions.height' AS height,"
        " p.body ->> '$.dimensions.width' AS width, p.body ->> '$.dimensions.length' AS length"
        " FROM warehouse_products s JOIN products p ON p.id = s.product_id WHERE s.id = ?",
        row["stock_id"],
    )[0]
    return {
        "quantity": row["quantity"],
        "sku": row["sku"],
        "weight": f"{size['weight'] or '0.00'} lb",
        "height": size["height"],
        "width": size["width"],
        "length": size["length"],
    }
