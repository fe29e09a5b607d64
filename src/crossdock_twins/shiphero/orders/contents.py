"""Operations that change what an order is for: its lines, their SKUs, and the warehouse that serves them."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from crossdock_twins.shiphero.call import Call, Operation, required
from crossdock_twins.shiphero.errors import invalid, not_found
from crossdock_twins.shiphero.orders import access, allocation, bookings, nodes
from crossdock_twins.shiphero.orders.store import NewLine, insert_line
from crossdock_twins.shiphero.skus import sku_key

_KEPT = (
    *("price", "product_name", "option_title", "custom_options", "custom_barcode", "eligible_for_return"),
    *("customs_value", "barcode"),
)
_MOST_PIECES = 1_000_000


def new_lines(
    call: Call, items: Iterable[Mapping[str, Any] | None], *, account_id: int, taken: Collection[str]
) -> list[NewLine]:
    """Read the lines of an input; each partner_line_item_id must be new, also against those that are `taken`."""
    lines = [_new_line(call, item, account_id) for item in items if item]
    names = [line.partner_line_item_id for line in lines]
    if len({*names, *taken}) < len(names) + len(taken):
        raise invalid("partner_line_item_id must be unique within the order")
    return lines


def closed(lines: list[NewLine], status: str) -> list[NewLine]:
    """Give the lines of an order that comes closed already: nothing is left to be sent."""
    if status == "fulfilled":
        return [replace(line, pending=0, shipped=line.quantity, fulfillment_status=status) for line in lines]
    return [replace(line, pending=0, fulfillment_status=status) for line in lines] if status == "canceled" else lines


def _new_line(call: Call, item: Mapping[str, Any], account_id: int) -> NewLine:
    quantity = item["quantity"]
    pending = item.get("quantity_pending_fulfillment")
    pending = quantity if pending is None else pending
    _check_numbers(quantity, pending, shipped=0)
    body = {name: value for name, value in item.items() if name in _KEPT}
    if item.get("warehouse_id"):
        body["locked_to"] = access.warehouse_for(call.state.store, item["warehouse_id"], account_id=account_id)
    return NewLine(
        sku=required(item["sku"], "sku"),
        partner_line_item_id=required(item["partner_line_item_id"], "partner_line_item_id"),
        quantity=quantity,
        pending=pending,
        fulfillment_status=item.get("fulfillment_status") or "pending",
        body=body,
    )


def _check_numbers(quantity: int, pending: int, *, shipped: int) -> None:
    if not max(1, shipped) <= quantity <= _MOST_PIECES:
        raise invalid(f"quantity must be a number from {max(1, shipped)} to {_MOST_PIECES}")
    if not 0 <= pending <= quantity - shipped:
        raise invalid("quantity_pending_fulfillment must be between 0 and quantity, less what was shipped")


def order_add_line_items(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `order_add_line_items`."""
    order, at = access.owned(call, data), call.state.today()
    access.require_open(order, "adding line items")
    taken = [row["partner_line_item_id"] for row in access.lines_of(call.state.store, order["id"])]
    for line in new_lines(call, data["line_items"] or (), account_id=order["account_id"], taken=taken):
        insert_line(call.state.store, order["id"], line, at)
        call.state.orders.note(order["id"], f"Added line item {line.sku} x {line.quantity}", by=call.user, at=at)
    return _done(call, order, at)


def order_remove_line_items(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `order_remove_line_items`; lines of which something was shipped or is in a tote stay."""
    order, at = access.owned(call, data), call.state.today()
    access.require_open(order, "removing line items")
    lines = [access.line_of(call.state.store, order["id"], text) for text in data.get("line_item_ids") or ()]
    for line in {line["id"]: line for line in lines}.values():
        if line["quantity_shipped"]:
            raise invalid(f"Line item {line['sku']} cannot be removed: {line['quantity_shipped']} were shipped")
        access.require_unpicked(call.state.store, order["id"], "removing line items", line_id=line["id"])
        bookings.loosen(call.state.store, line["id"])
        call.state.store.execute("UPDATE line_items SET quantity_pending = 0 WHERE id = ?", line["id"])
        allocation.allocate(call.state, order_id=order["id"], at=at)
        call.state.store.execute("DELETE FROM line_items WHERE id = ?", line["id"])
        call.state.orders.note(order["id"], f"Removed line item {line['sku']}", by=call.user, at=at)
    return _done(call, order, at)


def order_update_line_items(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `order_update_line_items`; a new quantity moves what is pending by as much, unless that is given too."""
    order, at = access.owned(call, data), call.state.today()
    for item in data.get("line_items") or ():
        if item:
            given = {name: value for name, value in item.items() if value is not None}
            _update_line(call, order, access.line_of(call.state.store, order["id"], item["id"]), given, at)
    return _done(call, order, at)


def _update_line(call: Call, order: sqlite3.Row, line: sqlite3.Row, given: Mapping[str, Any], at: str) -> None:
    quantity = given.get("quantity", line["quantity"])
    moved = max(0, min(line["quantity_pending"] + quantity - line["quantity"], quantity - line["quantity_shipped"]))
    pending = given.get("quantity_pending_fulfillment", moved)
    _check_numbers(quantity, pending, shipped=line["quantity_shipped"])
    if pending != line["quantity_pending"] or "warehouse_id" in given:
        access.require_open(order, "changing what is to be sent")
        access.require_unpicked(call.state.store, order["id"], "changing what is to be sent", line_id=line["id"])
        bookings.loosen(call.state.store, line["id"])
    body = access.body_of(line) | {name: given[name] for name in _KEPT if name in given}
    if "warehouse_id" in given:
        body["locked_to"] = access.warehouse_for(
            call.state.store, given["warehouse_id"], account_id=order["account_id"]
        )
    partner_id = required(given.get("partner_line_item_id", line["partner_line_item_id"]), "partner_line_item_id")
    others = access.lines_of(call.state.store, order["id"])
    if any(row["partner_line_item_id"] == partner_id and row["id"] != line["id"] for row in others):
        raise invalid("partner_line_item_id must be unique within the order")
    status = given.get("fulfillment_status", line["fulfillment_status"])
    call.state.store.execute(
        "UPDATE line_items SET quantity = ?, quantity_pending = ?, partner_line_item_id = ?, fulfillment_status = ?,"
        " body = ?, updated_at = ? WHERE id = ?",
        *(quantity, pending, partner_id, status, json.dumps(body), at, line["id"]),
    )
    words = ", ".join(f"{name} to {value}" for name, value in given.items() if name != "id")
    call.state.orders.note(order["id"], f"Updated line item {line['sku']}: {words}", by=call.user, at=at)


def order_set_line_item_sku(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `order_set_line_item_sku`: every line with the old SKU that nobody has touched yet gets the new one."""
    order, at = access.owned(call, data), call.state.today()
    access.require_open(order, "changing a SKU")
    old, new = required(data["old_sku"], "old_sku"), required(data["new_sku"], "new_sku")
    lines = [row for row in access.lines_of(call.state.store, order["id"]) if row["sku_key"] == sku_key(old)]
    if not lines:
        raise not_found("Line item")
    for line in lines:
        if line["quantity_shipped"]:
            raise invalid(f"Line item {line['sku']} was shipped: its SKU cannot be changed")
        access.require_unpicked(call.state.store, order["id"], "changing a SKU", line_id=line["id"])
        bookings.loosen(call.state.store, line["id"])
        call.state.store.execute(
            "UPDATE line_items SET sku = ?, sku_key = ?, warehouse_id = NULL, updated_at = ? WHERE id = ?",
            *(new, sku_key(new), at, line["id"]),
        )
    call.state.orders.note(order["id"], f"Changed SKU from {lines[0]['sku']} to {new}", by=call.user, at=at)
    return _done(call, order, at)


def order_change_warehouse(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `order_change_warehouse`: all that is still to be sent is locked to the warehouse, whatever lies there."""
    order, at = access.owned(call, data), call.state.today()
    access.require_open(order, "changing the warehouse")
    access.require_unpicked(call.state.store, order["id"], "changing the warehouse")
    store = call.state.store
    warehouse_id = access.warehouse_for(store, data["warehouse_id"], account_id=order["account_id"])
    for line in access.lines_of(store, order["id"]):
        if line["quantity_pending"]:
            store.execute(
                "UPDATE line_items SET body = json_set(body, '$.locked_to', ?), updated_at = ? WHERE id = ?",
                *(warehouse_id, at, line["id"]),
            )
    name = store.all("SELECT identifier FROM warehouses WHERE id = ?", warehouse_id)[0]["identifier"]
    call.state.orders.note(order["id"], f"Changed warehouse to {name}", by=call.user, at=at)
    return _done(call, order, at)


def _done(call: Call, order: sqlite3.Row, at: str) -> dict[str, Any]:
    call.state.orders.update(order["id"], at=at)
    allocation.allocate(call.state, order_id=order["id"], at=at)
    return nodes.read(call, order["id"])


MUTATIONS: dict[str, Operation] = {
    "order_add_line_items": order_add_line_items,
    "order_remove_line_items": order_remove_line_items,
    "order_update_line_items": order_update_line_items,
    "order_set_line_item_sku": order_set_line_item_sku,
    "order_change_warehouse": order_change_warehouse,
}
ENTITIES = dict.fromkeys(MUTATIONS, "order")
