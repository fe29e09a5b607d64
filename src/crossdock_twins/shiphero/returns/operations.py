"""Operations on returns: find them, read one, make one, attach to one."""

import json
from collections.abc import Mapping
from typing import Any

from crossdock_twins.shiphero.call import Call, Operation, number_of, required
from crossdock_twins.shiphero.errors import invalid, not_found
from crossdock_twins.shiphero.orders import access
from crossdock_twins.shiphero.paging import Conditions, Listing
from crossdock_twins.shiphero.products import kits
from crossdock_twins.shiphero.purchasing import money
from crossdock_twins.shiphero.returns import events, exchanges, labels, nodes, store
from crossdock_twins.shiphero.returns.exchanges import Swap
from crossdock_twins.shiphero.skus import sku_key

_CHARGED = frozenset({"PAID", "FLAT_RATE"})
_LABELLED = "id IN (SELECT return_id FROM return_labels WHERE tracking_number = ?)"


def returns(call: Call, **asked: Any) -> Listing:
    """Answer `returns`: those of the caller's accounts that fit all that was asked."""
    where = Conditions()
    where.among("account_id", call.accounts_of(asked.get("customer_account_id")))
    if asked.get("order_id"):
        where.add("order_id = ?", number_of(asked["order_id"], "Order"))
    if asked.get("warehouse_id"):
        where.add("warehouse_id = ?", number_of(asked["warehouse_id"], "Warehouse"))
    for name, column in (("date", "created_at"), ("updated", "updated_at")):
        where.compare(column, ">=", asked.get(f"{name}_from"))
        where.compare(column, "<=", asked.get(f"{name}_to"))
    if asked.get("tracking_number"):
        where.add(_LABELLED, asked["tracking_number"].strip())
    return nodes.listing(call, where)


def return_(call: Call, *, id: str) -> dict[str, Any]:  # noqa: A002 - the API's own argument
    """Answer `return`; error 5 where the caller sees no such return."""
    return nodes.one(call, store.read(call.state.store, number_of(id, "Return"), accounts=call.visible)["id"])


def return_create(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `return_create`: the items of an order that come back, with a label bought, taken over, or none."""
    at = call.state.today()
    order = access.owned(call, data)
    account_id = order["account_id"]
    warehouse_id = access.warehouse_for(call.state.store, data["warehouse_id"], account_id=account_id)
    cost = money.amount(data["label_cost"])
    data = {**data, "label_cost": cost}
    values = {
        "account_id": account_id,
        "order_id": order["id"],
        "warehouse_id": warehouse_id,
        "partner_id": data.get("partner_id"),
        "status": store.PENDING,
        "created_at": at,
        "updated_at": at,
        "body": json.dumps(_body(data, cost)),
    }
    number = store.insert(call.state.store, "returns", values)
    items = [item for item in data["line_items"] if item]
    if not items:
        raise invalid("A return needs at least one line item")
    swaps = [swap for item in items for swap in _add_item(call, number, order["id"], warehouse_id, item)]
    store.note(call.state.store, number, "Return created", user_id=call.user.id, at=at)
    _label(call, number, data, at=at)
    call.state.orders.note(order["id"], f"Return {number} created", by=call.user, at=at)
    if swaps:
        exchanges.make(call, number, swaps, at=at)
    events.updated(call.state, number, at=at)
    return nodes.one(call, number)


def _body(data: Mapping[str, Any], cost: str) -> dict[str, Any]:
    return {
        "reason": required(data["return_reason"], "return_reason"),
        "label_type": data["label_type"],
        "label_cost": cost,
        "cost_to_customer": cost if data["label_type"] in _CHARGED else "0.00",
        "shipping_carrier": required(data["shipping_carrier"], "shipping_carrier"),
        "shipping_method": required(data["shipping_method"], "shipping_method"),
        "dimensions": data["dimensions"],
        "address": data["address"],
        "display_issue_refund": bool(data.get("display_issue_refund")),
        "pickup_at": data.get("return_pickup_datetime"),
    }


def _add_item(call: Call, return_id: int, order_id: int, warehouse_id: int, item: Mapping[str, Any]) -> list[Swap]:
    """Put an item on a return, and give what the customer wants for it."""
    at, quantity = call.state.today(), item["quantity"]
    line, sku = _line_of(call, order_id, item)
    ordered = line["quantity"] * line["pieces"]
    left = ordered - store.returned_of_line(call.state.store, line["id"], sku_key=sku_key(sku))
    if not 0 < quantity <= left:
        raise invalid(f"quantity of {sku} must be at least 1, and {left} can still be returned")
    wanted = [each for each in item.get("exchange_items") or () if each]
    values = {
        "return_id": return_id,
        "line_item_id": line["id"],
        "product_id": line["product_id"],
        "warehouse_id": warehouse_id,
        "sku": sku,
        "quantity": quantity,
        "condition": item.get("condition"),
        "is_component": bool(line["is_component"]),
        "type": exchanges.EXCHANGE if wanted else exchanges.RETURN,
        "reason": required(item["return_reason"], "return_reason"),
        "created_at": at,
        "updated_at": at,
    }
    number = store.insert(call.state.store, "return_items", values)
    return [Swap(item_id=number, sku=each["exchange_product_sku"], quantity=each["quantity"]) for each in wanted]


def _line_of(call: Call, order_id: int, item: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Give the line of the order that an item belongs to, and its SKU; a component belongs to its kit's line."""
    rows = call.state.store.all(
        "SELECT l.id, l.sku, l.sku_key, l.quantity, o.account_id, p.id AS product_id FROM line_items l"
        " JOIN orders o ON o.id = l.order_id LEFT JOIN products p ON p.account_id = o.account_id"
        " AND p.sku_key = l.sku_key WHERE l.order_id = ? ORDER BY l.id",
        order_id,
    )
    wanted = sku_key(required(item["sku"], "sku"))
    for row in rows:
        if row["sku_key"] == wanted and not item.get("is_component"):
            return {**dict(row), "pieces": 1, "is_component": False}, row["sku"]
    for row in rows:
        parts = kits.broken_down(call.state.store, account_id=row["account_id"], sku_key=row["sku_key"])
        part = next((each for each in parts if each.sku_key == wanted), None)
        if part is not None:
            found = {**dict(row), "product_id": part.product_id, "pieces": part.quantity, "is_component": True}
            return found, part.sku
    raise not_found("Line item")


def _label(call: Call, number: int, data: Mapping[str, Any], *, at: str) -> None:
    """Buy a label or take over the tracking number of one, and say in the history what became of it."""
    if (data.get("tracking_number") or "").strip():
        labels.take(call, number, data, at=at)
        text = f"Generic label with tracking number {data['tracking_number'].strip()} added"
    elif data.get("create_label"):
        text = f"Label {labels.buy(call, number, data, at=at)} created"
    else:
        return
    store.note(call.state.store, number, text, user_id=call.user.id, at=at)
    if data.get("email_customer_return_label"):
        store.note(call.state.store, number, "Label emailed to the customer", user_id=call.user.id, at=at)


def return_add_attachment(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `return_add_attachment`: a document is kept by its address, for the return or for one of its items."""
    at, database = call.state.today(), call.state.store
    row = store.read(database, number_of(data["return_id"], "Return"), accounts=call.visible)
    item_id = None
    if data.get("return_item_id"):
        number = number_of(data["return_item_id"], "ReturnItem")
        item_id = store.item(database, number, return_id=row["id"])["id"]
    values = {
        "return_id": row["id"],
        "return_item_id": item_id,
        "user_id": call.user.id,
        "url": required(str(data["url"]), "url"),
        **{name: data.get(name) for name in ("filename", "file_type", "description")},
        "created_at": at,
    }
    store.insert(database, "return_attachments", values)
    store.note(database, row["id"], f"Attachment {values['url']} added", user_id=call.user.id, at=at)
    return nodes.one(call, row["id"])


QUERIES: dict[str, Operation] = {"return": return_, "returns": returns}
MUTATIONS: dict[str, Operation] = {"return_create": return_create, "return_add_attachment": return_add_attachment}
ENTITIES = dict.fromkeys(MUTATIONS, "return")
PAGES = frozenset({"ReturnsQueryResult"})
