"""Operations that change a purchase order: its head, its lines, its status."""

import json
import sqlite3
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from crossdock_twins.shiphero.call import Call, Operation, number_of
from crossdock_twins.shiphero.errors import invalid, not_found
from crossdock_twins.shiphero.purchasing import events, money, nodes, receiving, store
from crossdock_twins.shiphero.skus import sku_key

_KEPT = (
    *("packing_note", "po_note", "description", "partner_order_number", "shipping_method", "shipping_carrier"),
    *("shipping_name", "tracking_number", "pdf", "payment_method", "payment_due_by", "payment_note"),
)
_AMOUNTS = ("discount", "tax", "shipping_price")
_COUNTS = ("quantity", "sell_ahead")
_MOST_PIECES = 10_000_000


def purchase_order_update(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `purchase_order_update`: counts of received pieces move no stock, for which there is `inventory_add`."""
    row, at = _named(call, data), call.state.today()
    body = {name: data[name] for name in _KEPT if data.get(name) is not None}
    body |= {name: money.amount(data[name]) for name in _AMOUNTS if data.get(name) is not None}
    columns: dict[str, Any] = {"po_date": data["po_date"]} if data.get("po_date") else {}
    if data.get("clear_po_date"):
        columns["po_date"] = None
    store.change(call.state.store, row, columns, body, at=at)
    items = [item for item in data.get("line_items") or () if item]
    _change_lines(call, row, items, at)
    if items or any(name in body for name in _AMOUNTS):
        _add_up(call, row["id"], with_lines=bool(items), at=at)
    if data.get("tracking_number"):
        carrier = data.get("shipping_carrier")
        store.track(call.state.store, row["id"], tracking_number=data["tracking_number"].strip(), carrier=carrier)
    return _changed(call, row["id"], at)


def _change_lines(call: Call, row: sqlite3.Row, items: list[Mapping[str, Any]], at: str) -> None:
    known = {line["sku_key"]: line for line in reversed(store.lines(call.state.store, row["id"]))}
    arrivals = []
    for item in items:
        line = known.get(sku_key(item["sku"]))
        if line is None:
            raise not_found("Purchase order line item")
        counts = {name: item[name] for name in _COUNTS if item.get(name) is not None}
        wrong = next((name for name, value in counts.items() if not 0 <= value <= _MOST_PIECES), None)
        if wrong:
            raise invalid(f"{wrong} must not be negative, and at most {_MOST_PIECES}")
        body = {"note": item["note"]} if item.get("note") is not None else {}
        if item.get("price") is not None:
            body["price"] = money.amount(item["price"])
        store.change_line(call.state.store, line, counts, body, at=at)
        received, rejected = (_rise(line, item, name) for name in ("quantity_received", "quantity_rejected"))
        if received or rejected:
            arrivals.append(receiving.Arrival(line=line, received=received, rejected=rejected))
    if arrivals:
        receiving.count(call.state, row, arrivals, at=at)


def _rise(line: sqlite3.Row, item: Mapping[str, Any], name: str) -> int:
    return 0 if item.get(name) is None else int(item[name] - line[name])


def _add_up(call: Call, number: int, *, with_lines: bool, at: str) -> None:
    """Work out the total anew, and from the lines the subtotal, where they were changed."""
    row = store.read(call.state.store, number, accounts=call.visible)
    body = json.loads(row["body"])
    if with_lines:
        lines = store.lines(call.state.store, number)
        prices = [(money.value(json.loads(line["body"]).get("price")), line["quantity"]) for line in lines]
        subtotal = sum((price * quantity for price, quantity in prices), Decimal())
    else:
        subtotal = money.value(body.get("subtotal"))
    plus = sum((money.value(body.get(name)) for name in ("shipping_price", "tax")), Decimal())
    total = subtotal + plus - money.value(body.get("discount"))
    amounts = {"subtotal": money.written(subtotal), "total_price": money.written(total)}
    store.change(call.state.store, row, {}, amounts, at=at)


def purchase_order_set_fulfillment_status(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `purchase_order_set_fulfillment_status`: pending opens it again, closed and canceled end it."""
    status = data["status"].strip().lower()
    if status not in store.STATUSES:
        raise invalid(f"status must be one of {', '.join(store.STATUSES)}")
    return _set(call, data, status)


def purchase_order_close(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `purchase_order_close`: nothing more is expected; a canceled one stays canceled."""
    if _named(call, data)["fulfillment_status"] == store.CANCELED:
        raise invalid("A canceled purchase order cannot be closed")
    return _set(call, data, store.CLOSED)


def purchase_order_cancel(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `purchase_order_cancel`: what has come stays; a closed one cannot be canceled."""
    if _named(call, data)["fulfillment_status"] == store.CLOSED:
        raise invalid("A closed purchase order cannot be canceled")
    return _set(call, data, store.CANCELED)


def _set(call: Call, data: Mapping[str, Any], status: str) -> dict[str, Any]:
    row, at = _named(call, data), call.state.today()
    if row["fulfillment_status"] == status:
        return nodes.order(call, row["id"])
    store.set_status(call.state.store, row, status, at=at)
    return _changed(call, row["id"], at)


def _named(call: Call, data: Mapping[str, Any]) -> sqlite3.Row:
    number = number_of(data["po_id"], "PurchaseOrder", "ShippingPlan")
    return store.read(call.state.store, number, accounts=call.accounts_of(data.get("customer_account_id")))


def _changed(call: Call, number: int, at: str) -> dict[str, Any]:
    events.updated(call.state, number, at=at)
    return nodes.order(call, number)


MUTATIONS: dict[str, Operation] = {
    "purchase_order_update": purchase_order_update,
    "purchase_order_set_fulfillment_status": purchase_order_set_fulfillment_status,
    "purchase_order_close": purchase_order_close,
    "purchase_order_cancel": purchase_order_cancel,
}
ENTITIES = dict.fromkeys(MUTATIONS, "purchase_order")
