"""What subscribers are told about products. The provider shows no sample of "Product Update": this body is a choice."""

from typing import TYPE_CHECKING

from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.webhooks.publish import publish

if TYPE_CHECKING:
    from crossdock_twins.shiphero.state import State


def updated(state: "State", product_id: int, *, at: str) -> None:
    """Publish "Product Update" for a product that changed, inside the caller's transaction."""
    row = state.store.one("SELECT * FROM products WHERE id = ?", product_id)
    if row is None:
        return
    payload = {
        "account_id": row["account_id"],
        "account_uuid": ids.encode("Account", row["account_id"]),
        "product": {
            "product_id": row["id"],
            "product_uuid": ids.encode("Product", row["id"]),
            "sku": row["sku"],
            "name": row["name"],
            "barcode": row["barcode"],
            "kit": bool(row["kit"]),
            "kit_build": bool(row["kit_build"]),
            "created_at": row["created_at"],
            "updated_at": row["updated_at"],
        },
    }
    publish(state.store, account_id=row["account_id"], name="Product Update", payload=payload, at=at)
