"""What subscribers are told about purchase orders; no sample of "PO Update" is published, so its body is a choice."""

import json
from typing import TYPE_CHECKING

from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.purchasing import store
from crossdock_twins.shiphero.webhooks.publish import publish

if TYPE_CHECKING:
    from crossdock_twins.shiphero.state import State


def updated(state: "State", number: int, *, at: str) -> None:
    """Publish "PO Update" for a purchase order that changed, inside the caller's transaction."""
    row = state.store.all("SELECT * FROM purchase_orders WHERE id = ?", number)[0]
    lines = [
        {
            "id": line["id"],
            "item_uuid": ids.encode("PurchaseOrderLineItem", line["id"]),
            "sku": line["sku"],
            "partner_line_item_id": json.loads(line["body"]).get("partner_line_item_id"),
            "quantity": line["quantity"],
            "quantity_received": line["quantity_received"],
            "quantity_rejected": line["quantity_rejected"],
            "status": line["fulfillment_status"],
        }
        for line in store.lines(state.store, number)
    ]
    payload = {
        "account_id": row["account_id"],
        "account_uuid": ids.encode("Account", row["account_id"]),
        "purchase_order": {
            "po_id": row["id"],
            "po_uuid": ids.encode("PurchaseOrder", row["id"]),
            "po_number": row["po_number"],
            "status": row["fulfillment_status"],
            "warehouse_id": row["warehouse_id"],
            "warehouse_uuid": ids.encode("Warehouse", row["warehouse_id"]),
            "vendor_id": row["vendor_id"],
            "vendor_uuid": ids.encode_or_none("Vendor", row["vendor_id"]),
            "created_at": row["created_at"],
            "date_closed": row["date_closed"],
            "line_items": lines,
        },
    }
    publish(state.store, account_id=row["account_id"], name="PO Update", payload=payload, at=at)
