"""What the outside is told of stock: each change as it happens, and the new numbers once per request."""

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from crossdock_twins.base.store import Store
from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.webhooks import publish

if TYPE_CHECKING:
    from crossdock_twins.shiphero.state import State

CHANGE, UPDATE = "Inventory Change", "Inventory Update"


def tell_change(store: Store, number: int, *, at: str) -> None:
    """Publish "Inventory Change" for a row of inventory_changes."""
    row = store.all(
        "SELECT c.*, l.name AS location_name, t.expires_at, coalesce((SELECT sum(i.quantity) FROM item_locations i"
        "  WHERE i.stock_id = c.stock_id AND i.location_id = c.location_id), 0) AS there"
        " FROM inventory_changes c LEFT JOIN locations l ON l.id = c.location_id LEFT JOIN lots t ON t.id = c.lot_id"
        " WHERE c.id = ?",
        number,
    )[0]
    payload = {
        "account_id": row["account_id"],
        "account_uuid": ids.encode("Account", row["account_id"]),
        "warehouse_id": row["warehouse_id"],
        "warehouse_uuid": ids.encode("Warehouse", row["warehouse_id"]),
        "user_id": row["user_id"],
        "user_uuid": ids.encode("User", row["user_id"]),
        "sku": row["sku"],
        "quantity": row["change_in_on_hand"],
        "old_quantity": row["there"] - row["change_in_on_hand"],
        "previous_on_hand": row["previous_on_hand"],
        "location_name": row["location_name"],
        "timestamp": row["created_at"].replace("T", " "),
        "reason": row["reason"],
        "source": row["source"],
        "lot_id": row["lot_id"],
        "lot_uuid": ids.encode_or_none("Lot", row["lot_id"]),
        "lot_expiration": row["expires_at"],
    }
    publish.publish(store, account_id=row["account_id"], name=CHANGE, payload=payload, at=at)


def tell_updates(state: "State") -> None:
    """Publish "Inventory Update" for all products whose numbers changed, at the end of the transaction that did it."""
    changed = state.store.all(
        "SELECT s.id, s.product_id FROM stock_news n JOIN warehouse_products s ON s.id = n.stock_id ORDER BY s.id"
    )
    if not changed:
        return
    state.store.execute("DELETE FROM stock_news")
    for row in changed:
        _tell_update(state.store, row["product_id"], row["id"], at=state.today())


def _tell_update(store: Store, product_id: int, stock_id: int, *, at: str) -> None:
    rows = store.all(
        "SELECT s.*, p.sku, p.body ->> 'virtual' AS virtual, w.identifier FROM warehouse_products s"
        " JOIN products p ON p.id = s.product_id JOIN warehouses w ON w.id = s.warehouse_id"
        " WHERE s.product_id = ? ORDER BY s.id",
        product_id,
    )
    account_id = rows[0]["account_id"]
    payload = {
        "account_id": account_id,
        "account_uuid": ids.encode("Account", account_id),
        "inventory": [_inventory(rows, next(row for row in rows if row["id"] == stock_id))],
    }
    publish.publish(store, account_id=account_id, name=UPDATE, payload=payload, at=at)


def _inventory(rows: Sequence[sqlite3.Row], changed: sqlite3.Row) -> dict[str, Any]:
    """Sum a product's stock over the warehouses; what is reserved is not offered to the shops."""
    return {
        "sku": changed["sku"],
        "inventory": str(sum(_offered(row) for row in rows)),
        "backorder_quantity": str(sum(row["backorder"] for row in rows)),
        "on_hand": str(sum(row["on_hand"] for row in rows)),
        "virtual": bool(changed["virtual"]),
        "sell_ahead": "0",
        "reserve": str(sum(row["reserve_inventory"] for row in rows)),
        "non_sellable": str(sum(row["non_sellable_quantity"] for row in rows)),
        "updated_warehouse": {
            "warehouse_id": changed["warehouse_id"],
            "warehouse_uuid": ids.encode("Warehouse", changed["warehouse_id"]),
            "identifier": changed["identifier"],
            "inventory": str(_offered(changed)),
            "backorder_quantity": str(changed["backorder"]),
            "on_hand": str(changed["on_hand"]),
            "reserve": str(changed["reserve_inventory"]),
            "non_sellable": str(changed["non_sellable_quantity"]),
        },
    }


def _offered(row: sqlite3.Row) -> int:
    return max(0, int(row["on_hand"] - row["allocated"] - row["reserve_inventory"] - row["non_sellable_quantity"]))
