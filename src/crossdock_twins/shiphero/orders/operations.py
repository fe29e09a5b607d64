"""Operations on orders: find them, read one, make one, tag one."""

from collections.abc import Mapping
from typing import Any

from crossdock_twins.shiphero.call import Call, Operation, number_of, required
from crossdock_twins.shiphero.errors import invalid, not_found
from crossdock_twins.shiphero.orders import nodes
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
_READY = "EXISTS (SELECT 1 FROM order_allocations a WHERE a.order_id = orders.id AND a.ready_to_ship)"
_IN_WAREHOUSE = "EXISTS (SELECT 1 FROM order_allocations a WHERE a.order_id = orders.id AND a.warehouse_id = ?)"

_KEPT = frozenset(
    {
        *("total_tax", "subtotal", "total_discounts", "total_price", "box_name", "currency", "ready_to_ship"),
        *("insurance_amount", "shipping_lines", "shipping_address", "billing_address", "third_party_shipper"),
        *("gift_note", "gift_invoice", "require_signature", "adult_signature_required", "alcohol", "insurance"),
        *("allow_partial", "allow_split", "custom_invoice_url", "packing_note", "auto_print_return_label"),
        *("hold_until_date", "incoterms", "tax_id", "tax_type", "flagged", "saturday_delivery", "priority_flag"),
        *("ignore_address_validation_errors", "skip_address_validation", "allocation_priority"),
        *("dry_ice_weight_in_lbs", "ftr_exemption", "address_is_business", "tote_qa", "do_not_print_invoice"),
        *("ignore_payment_capture_errors", "service_point_id", "partner_source_name"),
    }
)
_KEPT_OF_LINE = frozenset(
    {
        *("price", "product_name", "option_title", "custom_options", "custom_barcode", "eligible_for_return"),
        *("customs_value", "barcode"),
    }
)
_MOST_PIECES = 1_000_000


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
    for name in ("warehouse_id", "allocated_warehouse_id"):
        if asked.get(name):
            where.add(_IN_WAREHOUSE, number_of(asked[name], "Warehouse"))
    if asked.get("sku"):
        where.add("id IN (SELECT order_id FROM line_items WHERE sku_key = ?)", sku_key(asked["sku"]))
    if asked.get("tag"):
        where.add("id IN (SELECT order_id FROM order_tags WHERE tag = ?)", asked["tag"])


def _add_flags(where: Conditions, asked: Mapping[str, Any]) -> None:
    flags = {
        "has_hold": _ON_HOLD,
        "ready_to_ship": _READY,
        "has_backorder": "has_backorder",
        "is_wholesale_order": "0",
        "pause_shipping": "0",
        **{hold: hold for hold in ("operator_hold", "address_hold", "payment_hold", "fraud_hold")},
    }
    for name, condition in flags.items():
        if asked.get(name) is not None:
            where.add(condition if asked[name] else f"NOT {condition}")


def order(call: Call, *, id: str) -> dict[str, Any]:  # noqa: A002 - the API's own argument
    """Answer `order`; error 5 where the caller sees no such order."""
    return read_order(call, number_of(id, "Order"))


def read_order(call: Call, number: int) -> dict[str, Any]:
    """Give the node of one order; error 5 where the caller sees no such order."""
    row = call.state.store.one("SELECT * FROM orders WHERE id = ?", number)
    if row is None or row["account_id"] not in call.visible:
        raise not_found("Order")
    return nodes.orders(call, [row])[0]


def order_create(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `order_create`: always a new order, even with numbers that an earlier one has."""
    lines = [_line(item) for item in data.get("line_items") or () if item]
    names = [line.partner_line_item_id for line in lines]
    if len(set(names)) < len(names):
        raise invalid("partner_line_item_id must be unique within the order")
    new = _order(call, data, lines)
    return read_order(call, call.state.orders.create(new, by=call.user))


def _order(call: Call, data: Mapping[str, Any], lines: list[NewLine]) -> NewOrder:
    today = call.state.today()
    address = data["shipping_address"]
    unchecked = data.get("skip_address_validation") or data.get("ignore_address_validation_errors")
    holds = {name: bool(value) for name, value in (data.get("holds") or {}).items()}
    if not unchecked and not is_sound_address(address):
        holds["address_hold"] = True
    number = data.get("order_number") or f"API-{today.replace('-', '').replace(':', '')}"
    body = {name: value for name, value in data.items() if name in _KEPT}
    return NewOrder(
        account_id=call.account_for(data.get("customer_account_id")),
        order_number=number,
        partner_order_id=data.get("partner_order_id") or number,
        shop_name=data.get("shop_name") or "Manual Order",
        fulfillment_status=data.get("fulfillment_status") or "pending",
        email=data.get("email") or address.get("email") or "",
        profile=data.get("profile") or "default",
        order_date=data.get("order_date") or today,
        required_ship_date=data.get("required_ship_date"),
        holds=holds,
        tags=[tag.strip() for tag in data.get("tags") or () if tag and tag.strip()],
        lines=lines,
        body={**body, "source": "api", "ftr_exemption_value": data.get("ftr_exemption")},
    )


def _line(item: Mapping[str, Any]) -> NewLine:
    quantity = item["quantity"]
    pending = item.get("quantity_pending_fulfillment")
    pending = quantity if pending is None else pending
    if not 0 < quantity <= _MOST_PIECES:
        raise invalid("quantity must be a number from 1 to 1000000")
    if not 0 <= pending <= quantity:
        raise invalid("quantity_pending_fulfillment must be between 0 and quantity")
    body = {name: value for name, value in item.items() if name in _KEPT_OF_LINE}
    if item.get("warehouse_id"):
        body["locked_to"] = number_of(item["warehouse_id"], "Warehouse")
    return NewLine(
        sku=required(item["sku"], "sku"),
        partner_line_item_id=required(item["partner_line_item_id"], "partner_line_item_id"),
        quantity=quantity,
        pending=pending,
        fulfillment_status=item.get("fulfillment_status") or "pending",
        body=body,
    )


def order_add_tags(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `order_add_tags`."""
    number = number_of(data["order_id"], "Order")
    if call.state.orders.account_of(number) not in call.accounts_of(data.get("customer_account_id")):
        raise not_found("Order")
    call.state.orders.add_tags(number, [tag for tag in data.get("tags") or () if tag], by=call.user)
    return read_order(call, number)


QUERIES: dict[str, Operation] = {"orders": orders, "order": order}
MUTATIONS: dict[str, Operation] = {"order_create": order_create, "order_add_tags": order_add_tags}
ENTITIES = {"order_create": "order", "order_add_tags": "order"}
PAGES = frozenset({"OrdersQueryResult"})
