"""Operations that end an order, or open it again: cancelling it, and setting its fulfilment status."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from crossdock_twins.shiphero.call import Call, Operation, required
from crossdock_twins.shiphero.errors import invalid
from crossdock_twins.shiphero.orders import access, allocation, events, merges, nodes, shipping
from crossdock_twins.shiphero.orders.status import CLOSED, MERGED
from crossdock_twins.shiphero.shipments import store as shipments
from crossdock_twins.shiphero.stock.ledger import Entry
from crossdock_twins.shiphero.totes import picking


def order_cancel(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `order_cancel`; an order with valid labels or completed shipments needs `force`, which voids them."""
    order, at = access.owned(call, data), call.state.today()
    if order["fulfillment_status"] == "canceled":
        raise invalid("Order is canceled already")
    if not data.get("force") and _has_left(call, order["id"]):
        raise invalid("Order has valid labels or completed shipments: set force to cancel it all the same")
    _cancel(call, order, reason=data.get("reason") or "", at=at)
    if data.get("void_on_platform"):
        call.state.orders.note(order["id"], f"Voided on {order['shop_name']}", by=call.user, at=at)
    return nodes.read(call, order["id"])


def order_update_fulfillment_status(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `order_update_fulfillment_status`; `remove_inventory` takes what was set aside out of stock."""
    order, at = access.owned(call, data), call.state.today()
    status = required(data["fulfillment_status"], "fulfillment_status")
    set_status(call, order, status, at=at, reason=data.get("reason") or "", removes=bool(data.get("remove_inventory")))
    if data.get("void_on_platform") and status == "canceled":
        call.state.orders.note(order["id"], f"Voided on {order['shop_name']}", by=call.user, at=at)
    return nodes.read(call, order["id"])


def set_status(
    call: Call, order: sqlite3.Row, status: str, *, at: str, reason: str = "", removes: bool = False
) -> None:
    """Give an order a status, with all that the two special ones, fulfilled and canceled, stand for."""
    before = order["fulfillment_status"]
    if MERGED in {before, status}:
        raise invalid("An order is merged and unmerged by order_merge and order_unmerge only")
    if status == before:
        return
    if status == "canceled":
        if _has_left(call, order["id"]):
            raise invalid("Order has valid labels or completed shipments: cancel it with order_cancel and force")
        _cancel(call, order, reason=reason, at=at)
        return
    if status == "fulfilled":
        _fulfil(call, order, at=at, removes=removes)
    else:
        _open(call, order, status, at)
    words = f"Fulfillment status changed from {before} to {status}"
    call.state.orders.note(order["id"], f"{words}: {reason}" if reason else words, by=call.user, at=at)


def _has_left(call: Call, order_id: int) -> bool:
    found = call.state.store.one(
        "SELECT 1 FROM shipments s LEFT JOIN shipping_labels l ON l.shipment_id = s.id AND l.status = 'valid'"
        " WHERE s.order_id = ? AND NOT s.voided AND (s.completed OR l.id IS NOT NULL) LIMIT 1",
        order_id,
    )
    return found is not None


def _cancel(call: Call, order: sqlite3.Row, *, reason: str, at: str) -> None:
    store, order_id = call.state.store, order["id"]
    pending = access.lines_of(store, order_id)
    touched = picking.put_back_order(call.state, order_id, at=at)
    shipments.void(store, order_id)
    call.state.orders.update(order_id, at=at, columns={"fulfillment_status": "canceled"})
    allocation.release(call.state, order_id=order_id, at=at)
    store.execute(
        "UPDATE line_items SET quantity_pending = 0, fulfillment_status = 'canceled', updated_at = ?"
        " WHERE order_id = ? AND quantity_pending > 0",
        *(at, order_id),
    )
    allocation.settle(call.state, stock_ids=touched, at=at)
    merges.follow(store, order_id, status="canceled", at=at)
    words = f"Order canceled: {reason}" if reason else "Order canceled"
    call.state.orders.note(order_id, words, by=call.user, at=at)
    events.canceled(store, order, pending, reason=reason, by=call.user, at=at)


def _fulfil(call: Call, order: sqlite3.Row, *, at: str, removes: bool) -> None:
    """Count all that is pending as shipped; the stock stays where it is unless it is to be removed."""
    state, order_id = call.state, order["id"]
    entry = Entry(reason=f"Order {order['order_number']} fulfilled", by=call.user, at=at)
    freed = picking.put_back_order(state, order_id, at=at)
    for line in access.lines_of(state.store, order_id):
        if not line["quantity_pending"]:
            continue
        units, allocated = line["quantity_pending"], line["quantity_allocated"]
        pieces = shipping.consume(state, order_id, line, units=units, at=at)
        freed |= pieces.keys()
        if removes and allocated:
            held = {stock_id: quantity // units * allocated for stock_id, quantity in pieces.items()}
            shipping.leave(state, shipping.from_shelves(state, held), entry)
    call.state.orders.update(order_id, at=at, columns={"fulfillment_status": "fulfilled"})
    allocation.allocate(state, order_id=order_id, at=at)
    allocation.settle(state, stock_ids=freed, at=at)
    merges.follow(state.store, order_id, status="fulfilled", at=at)


def _open(call: Call, order: sqlite3.Row, status: str, at: str) -> None:
    """Set a status of one's own; a canceled order wants again what had been canceled of it."""
    if order["fulfillment_status"] in CLOSED:
        call.state.store.execute(
            "UPDATE line_items SET quantity_pending = quantity - quantity_shipped, fulfillment_status = 'pending',"
            " updated_at = ? WHERE order_id = ? AND fulfillment_status = 'canceled'",
            *(at, order["id"]),
        )
    call.state.orders.update(order["id"], at=at, columns={"fulfillment_status": status})
    allocation.allocate(call.state, order_id=order["id"], at=at)


MUTATIONS: dict[str, Operation] = {
    "order_cancel": order_cancel,
    "order_update_fulfillment_status": order_update_fulfillment_status,
}
ENTITIES = dict.fromkeys(MUTATIONS, "order")
