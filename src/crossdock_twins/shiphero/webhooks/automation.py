"""Automation Rules: a rule of the account whose action is to send a webhook has run on an order.

Rules are made in the web app only, so the twin's control says which one ran. No sample is published: the members are
our choice, in the manner of the other payloads.
"""

import json
import sqlite3

from crossdock_twins.base.store import Store
from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.webhooks.publish import publish

NAME = "Automation Rules"


def ran(store: Store, order: sqlite3.Row, *, rule: str, at: str) -> None:
    """Publish that a rule has run on an order, inside the caller's transaction."""
    body = json.loads(order["body"])
    tags = store.all("SELECT tag FROM order_tags WHERE order_id = ? ORDER BY place", order["id"])
    lines = store.all("SELECT * FROM line_items WHERE order_id = ? ORDER BY id", order["id"])
    payload = {
        "account_id": order["account_id"],
        "account_uuid": ids.encode("Account", order["account_id"]),
        "automation_rule": rule,
        "order_id": order["id"],
        "order_uuid": ids.encode("Order", order["id"]),
        "order_number": order["order_number"],
        "partner_order_id": order["partner_order_id"],
        "shop_name": order["shop_name"],
        "fulfillment_status": order["fulfillment_status"],
        "profile": order["profile"],
        "email": order["email"],
        "total_price": body.get("total_price"),
        "tags": [row["tag"] for row in tags],
        "shipping_address": body.get("shipping_address"),
        "line_items": [
            {
                "id": row["partner_line_item_id"],
                "shiphero_id": row["id"],
                "item_uuid": ids.encode("LineItem", row["id"]),
                "sku": row["sku"],
                "quantity": row["quantity"],
            }
            for row in lines
        ],
        "created_at": at,
    }
    publish(store, account_id=order["account_id"], name=NAME, payload=payload, at=at)
