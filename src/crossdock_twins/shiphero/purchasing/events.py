"""What subscribers are told about purchase orders: "PO Update", when one is made and whenever it changes."""

import json
import sqlite3
from typing import TYPE_CHECKING, Any

from crossdock_twins.base.store import Store
from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.webhooks.publish import publish

if TYPE_CHECKING:
    from crossdock_twins.shiphero.state import State

_LINES = (
    "SELECT l.*, v.id AS seller, v.body ->> 'account_number' AS account_number FROM purchase_order_lines l"
    " JOIN purchase_orders o ON o.id = l.purchase_order_id"
    " LEFT JOIN vendors v ON v.id = coalesce(l.vendor_id, o.vendor_id)"
    " WHERE l.purchase_order_id = ? ORDER BY l.id"
)


def updated(state: "State", number: int, *, at: str) -> None:
    """Publish the message, inside the caller's transaction; the members after `line_items` are a choice."""
    row = state.store.all("SELECT * FROM purchase_orders WHERE id = ?", number)[0]
    order = {
        "id": row["id"],
        "po_number": row["po_number"],
        "po_id": _place(state.store, row),
        "po_uuid": ids.encode("PurchaseOrder", row["id"]),
        "line_items": [_line(line) for line in state.store.all(_LINES, number)],
        "status": row["fulfillment_status"],
        "warehouse_id": row["warehouse_id"],
        "warehouse_uuid": ids.encode("Warehouse", row["warehouse_id"]),
        "vendor_id": row["vendor_id"],
        "vendor_uuid": ids.encode_or_none("Vendor", row["vendor_id"]),
        "created_at": row["created_at"].replace("T", " "),
    }
    payload = {"test": "0", "purchase_order": order}
    publish(state.store, account_id=row["account_id"], name="PO Update", payload=payload, at=at)


def _place(store: Store, row: sqlite3.Row) -> int:
    """Count a purchase order among those of its account, from 1."""
    counted = store.all(
        "SELECT count(*) AS n FROM purchase_orders WHERE account_id = ? AND id <= ?", row["account_id"], row["id"]
    )
    return int(counted[0]["n"])


def _line(line: sqlite3.Row) -> dict[str, Any]:
    body = json.loads(line["body"])
    return {
        "id": body.get("partner_line_item_id") or str(line["id"]),
        "quantity": line["quantity"],
        "quantity_received": line["quantity_received"],
        "sku": line["sku"],
        "vendor_id": line["seller"],
        "vendor_uuid": ids.encode_or_none("Vendor", line["seller"]),
        "vendor_account_number": line["account_number"],
        "vendor_sku": body.get("vendor_sku") or "",
    }
