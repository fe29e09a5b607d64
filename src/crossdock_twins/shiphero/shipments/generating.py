"""Labels of the carrier "API": a webhook makes them, and its answer comes a moment after the label was noted."""

import json
import sqlite3
from typing import TYPE_CHECKING, Any

from crossdock_twins.base.agenda import Due
from crossdock_twins.shiphero import dates, ids
from crossdock_twins.shiphero.errors import invalid
from crossdock_twins.shiphero.shipments import events, transit
from crossdock_twins.shiphero.webhooks import labels

if TYPE_CHECKING:
    from crossdock_twins.shiphero.state import State

_KEY = "shipping_label:"
_NAMED = ("tax_type", "tax_id", "incoterms")


def ask(state: "State", label_id: int, *, at: str) -> None:
    """Ask the account's label webhook for a label that waits for one; ApiError (invalid) where nobody would answer."""
    label = state.store.all("SELECT * FROM shipping_labels WHERE id = ?", label_id)[0]
    if label["status"] != "generating":
        return
    payload = _payload(state, label)
    if not labels.ask(state.store, account_id=label["account_id"], payload=payload, key=f"{_KEY}{label_id}", at=at):
        raise invalid('Carrier API needs an enabled "Generate Label" webhook: register one, or name another carrier')


def _payload(state: "State", label: sqlite3.Row) -> dict[str, Any]:
    store = state.store
    order = store.all("SELECT * FROM orders WHERE id = ?", label["order_id"])[0]
    house = store.all("SELECT identifier, body FROM warehouses WHERE id = ?", label["warehouse_id"])[0]
    kept, body = json.loads(order["body"]), json.loads(label["body"])
    return {
        "shipping_method": label["shipping_method"],
        "carrier": label["carrier"],
        "order_id": order["id"],
        "order_uuid": ids.encode("Order", order["id"]),
        "profile": order["profile"],
        "fulfillment_status": order["fulfillment_status"],
        "order_number": order["order_number"],
        "shop_name": order["shop_name"],
        "account_id": order["account_id"],
        "partner_order_id": order["partner_order_id"],
        "shipping_name": label["shipping_name"],
        **{name: kept.get(name) for name in _NAMED},
        "currency": kept.get("currency") or "USD",
        "from_address": json.loads(house["body"]).get("address"),
        "to_address": body.get("address"),
        "warehouse": house["identifier"],
        "packages": [{**(body.get("dimensions") or {}), "line_items": _contents(state, label["id"])}],
        "total_price": kept.get("total_price"),
        "label_format": "PDF",
    }


def _contents(state: "State", label_id: int) -> list[dict[str, Any]]:
    rows = state.store.all(
        "SELECT l.id, l.partner_line_item_id, l.sku, l.body, i.quantity, p.name, p.body AS product"
        " FROM shipment_line_items i JOIN line_items l ON l.id = i.line_item_id JOIN orders o ON o.id = l.order_id"
        " LEFT JOIN products p ON p.account_id = o.account_id AND p.sku_key = l.sku_key"
        " WHERE i.shipping_label_id = ? ORDER BY i.id",
        label_id,
    )
    return [_item(row) for row in rows]


def _item(row: sqlite3.Row) -> dict[str, Any]:
    product = json.loads(row["product"] or "{}")
    return {
        "id": row["id"],
        "partner_line_item_id": row["partner_line_item_id"],
        "sku": row["sku"],
        "name": row["name"],
        "quantity": row["quantity"],
        "price": json.loads(row["body"]).get("price"),
        "weight": (product.get("dimensions") or {}).get("weight"),
        "customs_value": product.get("customs_value"),
        "customs_description": product.get("customs_description"),
        "tariff_code": product.get("tariff_code"),
        "country_of_manufacture": product.get("country_of_manufacture"),
    }


def _answered(state: "State", due: Due) -> None:
    if not due.key.startswith(_KEY):
        return
    number, at = int(due.key.removeprefix(_KEY)), dates.text_of(due.at)
    label = state.store.one("SELECT * FROM shipping_labels WHERE id = ?", number)
    if label is None or label["status"] != "generating":
        return
    if due.detail["problem"] is not None:
        state.store.execute("UPDATE shipping_labels SET status = 'error' WHERE id = ?", number)
        words = f"Label could not be generated: {due.detail['problem']}"
        state.orders.note(label["order_id"], words, by=None, at=at)
        return
    _fill_in(state, label, due.detail)
    state.orders.note(label["order_id"], "Label generated", by=None, at=at)
    transit.start(state.store, label["shipment_id"], at=at)
    events.shipped(state.store, label["shipment_id"], at=at)


def _fill_in(state: "State", label: sqlite3.Row, detail: dict[str, Any]) -> None:
    url = detail["label"]
    kind = "image_location" if url.lower().split("?")[0].endswith(".png") else "pdf_location"
    body = {**json.loads(label["body"]), "label": {kind: url}, "source": "webhook"}
    if detail.get("tracking_url"):
        body["tracking_url"] = detail["tracking_url"]
    state.store.execute(
        "UPDATE shipping_labels SET status = 'valid', tracking_number = coalesce(?, tracking_number),"
        " carrier = coalesce(?, carrier), shipping_method = coalesce(?, shipping_method), cost = coalesce(?, cost),"
        " body = ? WHERE id = ?",
        *(_text(detail.get("tracking_number")), _text(detail.get("shipping_carrier"))),
        *(_text(detail.get("shipping_method")), _text(detail.get("cost")), json.dumps(body), label["id"]),
    )


def _text(value: Any) -> str | None:
    return None if value in {None, ""} or isinstance(value, dict | list) else str(value)


AGENDA = {labels.ANSWERED: _answered}
