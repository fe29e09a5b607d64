"""What subscribers are told about returns: "Return Update", when one is made and whenever it changes."""

import json
import sqlite3
from typing import TYPE_CHECKING, Any

from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.webhooks.publish import publish

if TYPE_CHECKING:
    from crossdock_twins.shiphero.state import State

_RETURN = (
    "SELECT r.*, o.order_number, o.partner_order_id, o.shop_name, (SELECT l.tracking_number FROM return_labels l"
    " WHERE l.return_id = r.id ORDER BY l.id LIMIT 1) AS tracking_number"
    " FROM returns r JOIN orders o ON o.id = r.order_id WHERE r.id = ?"
)
_ITEMS = (
    "SELECT i.*, l.partner_line_item_id FROM return_items i LEFT JOIN line_items l ON l.id = i.line_item_id"
    " WHERE i.return_id = ? ORDER BY i.id"
)


def updated(state: "State", number: int, *, at: str) -> None:
    """Publish the message as the provider's page shows it, inside the caller's transaction."""
    row = state.store.all(_RETURN, number)[0]
    items = state.store.all(_ITEMS, number)
    body = json.loads(row["body"])
    payload = {
        "test": "0",
        "return_id": row["id"],
        "return_uuid": ids.encode("Return", row["id"]),
        "status": row["status"],
        "reason": body["reason"],
        "items": [_item(item) for item in items],
        "order_id": row["order_id"],
        "order_uuid": ids.encode("Order", row["order_id"]),
        "partner_order_id": row["partner_order_id"],
        "order_number": row["order_number"],
        "shop_name": row["shop_name"],
        "created_at": row["created_at"].replace("T", " "),
        "label_type": body["label_type"].replace("_", " ").title(),
        "label_cost": body["label_cost"],
        "picked_up": any(item["quantity_received"] for item in items),
        "tracking_number": row["tracking_number"],
        "date_used": None,
    }
    publish(state.store, account_id=row["account_id"], name="Return Update", payload=payload, at=at)


def _item(item: sqlite3.Row) -> dict[str, Any]:
    return {
        "id": item["id"],
        "uuid": ids.encode("ReturnItem", item["id"]),
        "quantity": item["quantity"],
        "quantity_received": item["quantity_received"],
        "sku": item["sku"],
        "item_reason": item["reason"],
        "restock": item["restock"],
        "partner_line_item_id": item["partner_line_item_id"],
        "warehouse_id": item["warehouse_id"],
    }
