"""What subscribers are told about returns; no sample of "Return Update" is published, so its body is a choice."""

import json
from typing import TYPE_CHECKING

from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.returns import store
from crossdock_twins.shiphero.webhooks.publish import publish

if TYPE_CHECKING:
    from crossdock_twins.shiphero.state import State


def updated(state: "State", number: int, *, at: str) -> None:
    """Publish "Return Update" for a return that changed, inside the caller's transaction."""
    row = state.store.all(
        "SELECT r.*, o.order_number, o.partner_order_id FROM returns r JOIN orders o ON o.id = r.order_id"
        " WHERE r.id = ?",
        number,
    )[0]
    items = [
        {
            "id": item["id"],
            "item_uuid": ids.encode("ReturnItem", item["id"]),
            "line_item_id": item["line_item_id"],
            "line_item_uuid": ids.encode_or_none("LineItem", item["line_item_id"]),
            "sku": item["sku"],
            "quantity": item["quantity"],
            "quantity_received": item["quantity_received"],
            "restock": item["restock"],
            "condition": item["condition"],
            "reason": item["reason"],
        }
        for item in store.items(state.store, number)
    ]
    payload = {
        "account_id": row["account_id"],
        "account_uuid": ids.encode("Account", row["account_id"]),
        "return": {
            "return_id": row["id"],
            "return_uuid": ids.encode("Return", row["id"]),
            "order_id": row["order_id"],
            "order_uuid": ids.encode("Order", row["order_id"]),
            "order_number": row["order_number"],
            "partner_order_id": row["partner_order_id"],
            "partner_id": row["partner_id"],
            "warehouse_id": row["warehouse_id"],
            "warehouse_uuid": ids.encode("Warehouse", row["warehouse_id"]),
            "status": row["status"],
            "reason": json.loads(row["body"])["reason"],
            "created_at": row["created_at"],
            "updated_at": row["updated_at"],
            "line_items": items,
        },
    }
    publish(state.store, account_id=row["account_id"], name="Return Update", payload=payload, at=at)
