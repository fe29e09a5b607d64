"""What the outside is told when something ships: numbers often as texts, ids in both forms."""

import json
import sqlite3
from typing import Any

from crossdock_twins.base.store import Store
from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.orders import events
from crossdock_twins.shiphero.webhooks import publish


def shipped(store: Store, shipment_id: int, *, at: str) -> None:
    """Publish "Shipment Update": the shipment with its packages, as it stands now."""
    shipment = store.all("SELECT * FROM shipments WHERE id = ?", shipment_id)[0]
    order = store.all("SELECT * FROM orders WHERE id = ?", shipment["order_id"])[0]
    house = store.all("SELECT identifier FROM warehouses WHERE id = ?", shipment["warehouse_id"])[0]
    labels = store.all("SELECT * FROM shipping_labels WHERE shipment_id = ? ORDER BY package_number", shipment_id)
    lines = _lines(store, shipment_id)
    first = labels[0] if labels else None
    fulfillment = {
        "webhook_type": "Shipment Update",
        "shipment_id": shipment_id,
        "shipment_uuid": ids.encode("Shipment", shipment_id),
        "warehouse": house["identifier"],
        **events.warehouse(shipment["warehouse_id"]),
        **events.names(order),
        **events.account(order),
        "shop_name": order["shop_name"],
        "profile": shipment["profile"],
        "tracking_number": first["tracking_number"] if first else None,
        "custom_tracking_url": json.loads(first["body"]).get("tracking_url") if first else None,
        "package_number": first["package_number"] if first else None,
        "total_packages": len(labels),
        "shipping_method": first["shipping_method"] if first else None,
        "shipping_carrier": first["carrier"] if first else None,
        "shipping_address": json.loads(shipment["address"]),
        "shipped_off_shiphero": bool(shipment["shipped_off_shiphero"]),
        "order_gift_note": json.loads(order["body"]).get("gift_note"),
        "line_items": lines,
        "created_at": shipment["created_at"],
    }
    packages = [_package(label, lines) for label in labels]
    payload = {"test": "0", "fulfillment": fulfillment, "total_packages": len(labels), "packages": packages}
    publish.publish(store, account_id=order["account_id"], name="Shipment Update", payload=payload, at=at)


def _lines(store: Store, shipment_id: int) -> list[dict[str, Any]]:
    rows = store.all(
        "SELECT i.line_item_id, i.quantity, i.shipping_label_id, l.sku, l.partner_line_item_id, b.package_number,"
        " p.body ->> 'customs_description' AS customs_description FROM shipment_line_items i"
        " JOIN line_items l ON l.id = i.line_item_id JOIN orders o ON o.id = l.order_id"
        " LEFT JOIN shipping_labels b ON b.id = i.shipping_label_id"
        " LEFT JOIN products p ON p.account_id = o.account_id AND p.sku_key = l.sku_key"
        " WHERE i.shipment_id = ? ORDER BY i.id",
        shipment_id,
    )
    return [_line(store, row, shipment_id) for row in rows]


def _line(store: Store, row: sqlite3.Row, shipment_id: int) -> dict[str, Any]:
    lot = store.one(
        "SELECT t.id, t.name, t.expires_at FROM shipped_lots s JOIN lots t ON t.id = s.lot_id"
        " WHERE s.shipment_id = ? AND s.line_item_id = ? ORDER BY s.id LIMIT 1",
        *(shipment_id, row["line_item_id"]),
    )
    serials = store.all(
        "SELECT serial_number FROM serial_numbers WHERE line_item_id = ? AND shipping_label_id = ? ORDER BY id",
        *(row["line_item_id"], row["shipping_label_id"]),
    )
    return {
        "id": row["partner_line_item_id"],
        "shiphero_id": row["line_item_id"],
        "item_uuid": ids.encode("LineItem", row["line_item_id"]),
        "quantity": row["quantity"],
        "sku": row["sku"],
        "serial_numbers": [each["serial_number"] for each in serials],
        "customs_description": row["customs_description"],
        "package": f"Package #{row['package_number']}" if row["package_number"] else None,
        "lot_id": lot["id"] if lot else None,
        "lot_name": lot["name"] if lot else None,
        "lot_expiration": lot["expires_at"] if lot else None,
    }


def _package(label: sqlite3.Row, lines: list[dict[str, Any]]) -> dict[str, Any]:
    body, name = json.loads(label["body"]), f"Package #{label['package_number']}"
    return {
        "name": name,
        "line_items": [line for line in lines if line["package"] == name],
        "address": body.get("address"),
        "shipping_label": {
            "id": label["id"],
            "uuid": ids.encode("ShippingLabel", label["id"]),
            "tracking_number": label["tracking_number"],
            "tracking_url": body.get("tracking_url"),
            "carrier": label["carrier"],
            "shipping_method": label["shipping_method"],
            "shipping_name": label["shipping_name"],
            "cost": label["cost"],
            "status": label["status"],
            "label": body.get("label"),
        },
        "box": {"name": body.get("box_name"), **(body.get("dimensions") or {})},
    }


def package_added(store: Store, order: sqlite3.Row, label_id: int, *, at: str) -> None:
    """Publish "Package Added"; the provider shows no sample, so the members follow its other payloads."""
    label = store.all("SELECT * FROM shipping_labels WHERE id = ?", label_id)[0]
    lines = [line for line in _lines(store, label["shipment_id"]) if line["package"]]
    payload = {
        **events.account(order),
        **events.names(order),
        **events.warehouse(label["warehouse_id"]),
        "shipment_id": label["shipment_id"],
        "shipment_uuid": ids.encode("Shipment", label["shipment_id"]),
        "package_number": label["package_number"],
        "package": _package(label, lines),
        "created_at": label["created_at"],
    }
    publish.publish(store, account_id=order["account_id"], name="Package Added", payload=payload, at=at)


def capture_payment(store: Store, order: sqlite3.Row, *, at: str) -> None:
    """Publish "Capture Payment": the goods are packed, so the shop may take the money; no sample is published."""
    body = json.loads(order["body"])
    payload = {
        **events.account(order),
        **events.names(order),
        "shop_name": order["shop_name"],
        "total_price": body.get("total_price"),
        "currency": body.get("currency") or "USD",
        "ignore_payment_capture_errors": bool(body.get("ignore_payment_capture_errors")),
        "requested_at": at,
    }
    publish.publish(store, account_id=order["account_id"], name="Capture Payment", payload=payload, at=at)


def packed_out(store: Store, order: sqlite3.Row, tote: sqlite3.Row, picks: list[sqlite3.Row], *, at: str) -> None:
    """Publish "Order Packed Out": everything that was picked for the order is in packages; `picks` are its pieces."""
    payload = {
        "tote_id": str(tote["id"]),
        "tote_uuid": ids.encode("Tote", tote["id"]),
        "tote_name": tote["name"],
        **events.account(order),
        **events.names(order),
        "items": [
            {
                "order_id": order["id"],
                "order_uuid": ids.encode("Order", order["id"]),
                "line_item_id": row["line_item_id"],
                "pick_id": row["id"],
                "sku": row["sku"],
                "quantity": row["quantity"],
            }
            for row in picks
        ],
    }
    publish.publish(store, account_id=order["account_id"], name="Order Packed Out", payload=payload, at=at)
