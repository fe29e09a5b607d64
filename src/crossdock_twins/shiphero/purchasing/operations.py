"""Operations on purchase orders: find them, read one, make one, attach to one."""

from collections.abc import Mapping
from typing import Any

from crossdock_twins.shiphero.call import Call, Operation, number_of, required
from crossdock_twins.shiphero.errors import invalid, not_found
from crossdock_twins.shiphero.orders import access
from crossdock_twins.shiphero.paging import Conditions, Listing
from crossdock_twins.shiphero.products import store as products
from crossdock_twins.shiphero.products.changes import vendor_for
from crossdock_twins.shiphero.purchasing import events, money, nodes, receiving, store
from crossdock_twins.shiphero.purchasing.store import NewLine, NewOrder
from crossdock_twins.shiphero.skus import sku_key

_RANGES = {"created": "created_at", "updated": "updated_at", "po_date": "po_date", "date_closed": "date_closed"}
_KEPT = ("po_note", "packing_note", "description", "partner_order_number", "tracking_number", "origin_of_shipment")
_AMOUNTS = ("subtotal", "shipping_price", "total_price", "discount", "tax")
_KEPT_OF_LINE = ("vendor_sku", "variant_id", "product_name", "option_title", "note", "partner_line_item_id")
_MOST_PIECES = 10_000_000


def purchase_orders(call: Call, **asked: Any) -> Listing:
    """Answer `purchase_orders`: those of the caller's accounts that fit all that was asked."""
    where = Conditions()
    where.among("account_id", call.accounts_of(asked.get("customer_account_id")))
    for name in ("fulfillment_status", "po_number"):
        where.compare(name, "=", asked.get(name) or None)
    for name, column in _RANGES.items():
        where.compare(column, ">=", asked.get(f"{name}_from"))
        where.compare(column, "<=", asked.get(f"{name}_to"))
    if asked.get("warehouse_id"):
        where.add("warehouse_id = ?", number_of(asked["warehouse_id"], "Warehouse"))
    if asked.get("sku"):
        where.add("id IN (SELECT purchase_order_id FROM purchase_order_lines WHERE sku_key = ?)", sku_key(asked["sku"]))
    return nodes.listing(call, where)


def purchase_order(
    call: Call,
    *,
    id: str | None = None,  # noqa: A002 - the API's own argument
    po_number: str | None = None,
) -> dict[str, Any]:
    """Answer `purchase_order`, named by id or by number; of several with one number the latest."""
    if id:
        row = store.read(call.state.store, number_of(id, "PurchaseOrder", "ShippingPlan"), accounts=call.visible)
        return nodes.order(call, row["id"])
    if not po_number:
        raise invalid("Name the purchase order by id or po_number")
    where = Conditions()
    where.among("account_id", call.visible)
    where.add("po_number = ?", po_number.strip())
    found = call.state.store.one(f"SELECT id FROM purchase_orders {where.sql} ORDER BY id DESC LIMIT 1", *where.values)
    if found is None:
        raise not_found("Purchase order")
    return nodes.order(call, found["id"])


def purchase_order_create(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `purchase_order_create`; pieces that a line says have come already are counted, and move no stock."""
    account_id, at = call.account_for(data.get("customer_account_id")), call.state.today()
    items = [item for item in data["line_items"] if item]
    if not items:
        raise invalid("A purchase order needs at least one line item")
    status = data.get("fulfillment_status") or store.PENDING
    if status not in store.STATUSES:
        raise invalid(f"fulfillment_status must be one of {', '.join(store.STATUSES)}")
    new = NewOrder(
        account_id=account_id,
        warehouse_id=access.warehouse_for(call.state.store, data["warehouse_id"], account_id=account_id),
        po_number=required(data["po_number"], "po_number"),
        vendor_id=vendor_for(call, account_id, data["vendor_id"]) if data.get("vendor_id") else None,
        po_date=data.get("po_date") or at,
        lines=[_line(call, account_id, item) for item in items],
        body={
            **{name: data[name] for name in _KEPT if data.get(name) is not None},
            **{name: money.amount(data.get(name)) for name in _AMOUNTS},
        },
    )
    number = store.insert(call.state.store, new, at=at)
    for each in data.get("attachments") or ():
        if each:
            store.attach(call.state.store, number, user_id=call.user.id, attachment=each, at=at)
    if data.get("tracking_number"):
        store.track(call.state.store, number, tracking_number=data["tracking_number"].strip(), carrier=None)
    _count(call, number, items, at)
    row = store.read(call.state.store, number, accounts=(account_id,))
    if status != store.PENDING:
        store.set_status(call.state.store, row, status, at=at)
    events.updated(call.state, number, at=at)
    return nodes.order(call, number)


def _line(call: Call, account_id: int, item: Mapping[str, Any]) -> NewLine:
    product = products.find(call.state.store, account_id=account_id, sku=required(item["sku"], "sku"))
    if not 0 < item["quantity"] <= _MOST_PIECES:
        raise invalid(f"quantity must be a number from 1 to {_MOST_PIECES}")
    if not 0 <= (item.get("sell_ahead") or 0) <= _MOST_PIECES:
        raise invalid(f"sell_ahead must not be negative, and at most {_MOST_PIECES}")
    body = {name: item[name] for name in _KEPT_OF_LINE if item.get(name) is not None}
    return NewLine(
        product_id=product["id"],
        sku=product["sku"],
        sku_key=product["sku_key"],
        quantity=item["quantity"],
        vendor_id=vendor_for(call, account_id, item["vendor_id"]) if item.get("vendor_id") else None,
        sell_ahead=item.get("sell_ahead") or 0,
        fulfillment_status=item.get("fulfillment_status") or store.PENDING,
        body={
            **body,
            "price": money.amount(item["price"]),
            "expected_weight_in_lbs": money.amount(item["expected_weight_in_lbs"]),
        },
    )


def _count(call: Call, number: int, items: list[Mapping[str, Any]], at: str) -> None:
    """Note what the lines of a new purchase order say has come."""
    arrivals = [
        receiving.Arrival(
            line=line, received=item.get("quantity_received") or 0, rejected=item.get("quantity_rejected") or 0
        )
        for line, item in zip(store.lines(call.state.store, number), items, strict=True)
        if item.get("quantity_received") or item.get("quantity_rejected")
    ]
    if arrivals:
        receiving.count(call.state, store.read(call.state.store, number, accounts=call.visible), arrivals, at=at)


def purchase_order_add_attachment(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `purchase_order_add_attachment`: a document is kept by its address."""
    at, database = call.state.today(), call.state.store
    row = store.read(database, number_of(data["po_id"], "PurchaseOrder", "ShippingPlan"), accounts=call.visible)
    attachment = {**data, "url": required(data["url"], "url")}
    number = store.attach(database, row["id"], user_id=call.user.id, attachment=attachment, at=at)
    store.change(database, row, {}, {}, at=at)
    made = database.all("SELECT * FROM purchase_order_attachments WHERE id = ?", number)[0]
    return nodes.attachment(made, nodes.order(call, row["id"])["account_id"])


QUERIES: dict[str, Operation] = {"purchase_order": purchase_order, "purchase_orders": purchase_orders}
MUTATIONS: dict[str, Operation] = {
    "purchase_order_create": purchase_order_create,
    "purchase_order_add_attachment": purchase_order_add_attachment,
}
ENTITIES = {"purchase_order_create": "purchase_order", "purchase_order_add_attachment": "attachment"}
PAGES = frozenset({"PurchaseOrdersQueryResult"})
