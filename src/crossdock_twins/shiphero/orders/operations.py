"""Operations on orders: find them, read one and its history, make one."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from crossdock_twins.shiphero.call import Call, Operation, number_of
from crossdock_twins.shiphero.orders import contents, nodes, tagging
from crossdock_twins.shiphero.orders.status import HOLDS
from crossdock_twins.shiphero.orders.store import NewLine, NewOrder, is_sound_address
from crossdock_twins.shiphero.paging import Conditions, Listing
from crossdock_twins.shiphero.skus import sku_key

_SORTS = {
    name: name
    for name in (
        *("id", "order_number", "partner_order_id", "shop_name", "fulfillment_status", "email", "profile"),
        *("order_date", "created_at", "updated_at", "required_ship_date"),
    )
} | {"legacy_id": "id"}
_EQUAL = ("shop_name", "partner_order_id", "order_number", "fulfillment_status", "email", "profile")
_RANGES = {"updated": "updated_at", "order_date": "order_date", "created": "created_at"} | {
    name: name for name in ("required_ship_date",)
}
_ON_HOLD = f"({' OR '.join(HOLDS)})"
_READY = "id IN (SELECT a.order_id FROM order_allocations a WHERE a.ready_to_ship)"
_ALLOCATED_IN = "id IN (SELECT a.order_id FROM order_allocations a WHERE a.warehouse_id = ?)"
_IN_WAREHOUSE = "EXISTS (SELECT 1 FROM line_items l WHERE l.order_id = orders.id AND l.warehouse_id = ?)"
_WHOLESALE = "id IN (SELECT w.order_id FROM wholesale_orders w)"
_PAUSED = "account_id IN (SELECT r.customer_id FROM relationships r WHERE r.pause_shipping)"

_KEPT = frozenset(
    {
        *("total_tax", "subtotal", "total_discounts", "total_price", "box_name", "currency", "ready_to_ship"),
        *("insurance_amount", "shipping_lines", "shipping_address", "billing_address", "third_party_shipper"),
        *("gift_note", "gift_invoice", "require_signature", "adult_signature_required", "alcohol", "insurance"),
        *("allow_partial", "allow_split", "custom_invoice_url", "packing_note", "auto_print_return_label"),
        *("hold_until_date", "incoterms", "tax_id", "tax_type", "flagged", "saturday_delivery", "priority_flag"),
        *("ignore_address_validation_errors", "skip_address_validation", "allocation_priority"),
        *("dry_ice_weight_in_lbs", "ftr_exemption", "address_is_business", "tote_qa", "do_not_print_invoice"),
        *("ignore_payment_capture_errors", "service_point_id", "partner_source_name", "from_name", "note_attributes"),
    }
)
_HISTORY_SORTS = {name: name for name in ("id", "username", "created_at")} | {"legacy_id": "id"}


def orders(call: Call, **asked: Any) -> Listing:
    """Answer `orders`: those of the caller's accounts that fit all that was asked."""
    where = Conditions()
    where.among("account_id", call.accounts_of(asked.get("customer_account_id")))
    if asked.get("ids") is not None:
        where.among("id", [number_of(text, "Order") for text in asked["ids"] if text])
    for name in _EQUAL:
        where.compare(name, "=", asked.get(name))
    for name, column in _RANGES.items():
        where.compare(column, ">=", asked.get(f"{name}_from"))
        where.compare(column, "<=", asked.get(f"{name}_to"))
    where.compare("allocated_at", ">=", asked.get("allocated_from"))
    where.compare("allocated_at", "<=", asked.get("allocated_to"))
    if asked.get("fulfillment_status_not_in") is not None:
        where.among("fulfillment_status", asked["fulfillment_status_not_in"], negated=True)
    _add_contents(where, asked)
    _add_flags(where, asked)
    return Listing(store=call.state.store, table="orders", where=where, sorts=_SORTS, nodes=nodes.orders)


def _add_contents(where: Conditions, asked: Mapping[str, Any]) -> None:
    for name, condition in (("warehouse_id", _IN_WAREHOUSE), ("allocated_warehouse_id", _ALLOCATED_IN)):
        if asked.get(name):
            where.add(condition, number_of(asked[name], "Warehouse"))
    if asked.get("sku"):
        where.add("id IN (SELECT order_id FROM line_items WHERE sku_key = ?)", sku_key(asked["sku"]))
    if asked.get("tag"):
        where.add("id IN (SELECT order_id FROM order_tags WHERE tag = ?)", asked["tag"])


def _add_flags(where: Conditions, asked: Mapping[str, Any]) -> None:
    flags = {
        "has_hold": _ON_HOLD,
        "ready_to_ship": _READY,
        "has_backorder": "has_backorder",
        "is_wholesale_order": _WHOLESALE,
        "pause_shipping": _PAUSED,
        **{hold: hold for hold in ("operator_hold", "address_hold", "payment_hold", "fraud_hold")},
    }
    for name, condition in flags.items():
        if asked.get(name) is not None:
            where.add(condition if asked[name] else f"NOT {condition}")


def order(call: Call, *, id: str) -> dict[str, Any]:  # noqa: A002 - the API's own argument
    """Answer `order`; error 5 where the caller sees no such order."""
    return nodes.read(call, number_of(id, "Order"))


def order_history(call: Call, **asked: Any) -> Listing:
    """Answer `order_history`: lines of the history of the caller's orders, oldest first; dates are whole days."""
    where, marks = Conditions(), ", ".join("?" * len(call.visible))
    if asked.get("order_id"):
        number = number_of(asked["order_id"], "Order")
        where.add(
            f"order_id IN (SELECT id FROM orders WHERE id = ? AND account_id IN ({marks}))", number, *call.visible
        )
    elif asked.get("order_number"):
        where.add(
            f"order_id IN (SELECT id FROM orders WHERE account_id IN ({marks}) AND order_number = ?)",
            *(*call.visible, asked["order_number"]),
        )
    else:
        where.among("account_id", call.visible)
    if asked.get("user_id"):
        where.add("user_id = ?", number_of(asked["user_id"], "User"))
    where.compare("username", "=", asked.get("username"))
    where.compare("created_at", ">=", asked.get("date_from"))
    until = asked.get("date_to")
    where.compare("created_at", "<=", None if until is None else until.replace("T00:00:00", "T23:59:59"))
    return Listing(
        store=call.state.store,
        table="order_history",
        where=where,
        sorts=_HISTORY_SORTS,
        nodes=_history_entries,
        default="created_at, id",
    )


def _history_entries(call: Call, rows: list[sqlite3.Row]) -> list[dict[str, Any]]:
    found = nodes.by_number(call, {row["order_id"] for row in rows})
    return [
        {**nodes.history_entry(row, order_number=order["order_number"]), "order": order}
        for row, order in ((row, found[row["order_id"]]) for row in rows)
    ]


def order_create(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `order_create`: always a new order, even with numbers that an earlier one has."""
    account_id = call.account_for(data.get("customer_account_id"))
    lines = contents.new_lines(call, data.get("line_items") or (), account_id=account_id, taken=())
    new = _order(call, data, lines, account_id=account_id)
    return nodes.read(call, call.state.orders.create(new, by=call.user))


def _order(call: Call, data: Mapping[str, Any], lines: list[NewLine], *, account_id: int) -> NewOrder:
    today = call.state.today()
    address = data["shipping_address"]
    unchecked = data.get("skip_address_validation") or data.get("ignore_address_validation_errors")
    holds = {name: bool(value) for name, value in (data.get("holds") or {}).items()}
    if not unchecked and not is_sound_address(address):
        holds["address_hold"] = True
    number = data.get("order_number") or f"API-{today.replace('-', '').replace(':', '')}"
    body = {name: value for name, value in data.items() if name in _KEPT}
    return NewOrder(
        account_id=account_id,
        order_number=number,
        partner_order_id=data.get("partner_order_id") or number,
        shop_name=data.get("shop_name") or "Manual Order",
        fulfillment_status=data.get("fulfillment_status") or "pending",
        email=data.get("email") or address.get("email") or "",
        profile=data.get("profile") or "default",
        order_date=data.get("order_date") or today,
        required_ship_date=data.get("required_ship_date"),
        holds=holds,
        tags=tagging.tidy(data.get("tags") or ()),
        lines=contents.closed(lines, data.get("fulfillment_status") or ""),
        body={**body, "source": "api", "ftr_exemption_value": data.get("ftr_exemption")},
    )


QUERIES: dict[str, Operation] = {"orders": orders, "order": order, "order_history": order_history}
MUTATIONS: dict[str, Operation] = {"order_create": order_create}
ENTITIES = {"order_create": "order"}
PAGES = frozenset({"OrdersQueryResult", "OrderHistoryQueryResult"})
