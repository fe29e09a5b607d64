"""Operations on shipments: find them, note one that left elsewhere, and put a label on it."""

from collections.abc import Mapping
from typing import Any

from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.call import Call, Operation, number_of, required
from crossdock_twins.shiphero.errors import invalid, not_found
from crossdock_twins.shiphero.orders import access
from crossdock_twins.shiphero.paging import Conditions, Listing
from crossdock_twins.shiphero.shipments import events, generating, label_nodes, nodes, store
from crossdock_twins.shiphero.shipments.store import NewLabel, NewShipment

_SORTS = {name: name for name in ("id", "profile", "created_at", "warehouse_id", "order_id")} | {
    "legacy_id": "id",
    "created_date": "created_at",
}
_CONTAINER_SORTS = {name: name for name in ("id", "carrier", "created_at", "updated_at", "shipped_at")} | {
    "legacy_id": "id"
}
_LABELLED = "id IN (SELECT shipment_id FROM shipping_labels WHERE account_id IN ({marks}) AND {condition})"


def shipments(call: Call, **asked: Any) -> Listing:
    """Answer `shipments`: those of the caller's accounts that fit all that was asked."""
    accounts = call.accounts_of(asked.get("customer_account_id"))
    where, marks = Conditions(), ", ".join("?" * len(accounts))
    if not asked.get("tracking_number") and not asked.get("alternate_tracking_id"):
        where.among("account_id", accounts)
    if asked.get("ids") is not None:
        where.among("id", [number_of(text, "Shipment") for text in asked["ids"] if text])
    if asked.get("order_id"):
        where.add("order_id = ?", number_of(asked["order_id"], "Order"))
    where.compare("created_at", ">=", asked.get("date_from"))
    where.compare("created_at", "<=", asked.get("date_to"))
    for name, operator in (("order_date_from", ">="), ("order_date_to", "<=")):
        if asked.get(name) is not None:
            orders = f"SELECT o.id FROM orders o WHERE o.account_id IN ({marks}) AND o.order_date {operator} ?"
            where.add(f"order_id IN ({orders})", *accounts, asked[name])
    for name, condition in (
        ("tracking_number", "tracking_number = ?"),
        ("alternate_tracking_id", "body ->> 'alternate_tracking_id' = ?"),
    ):
        if asked.get(name):
            where.add(_LABELLED.format(marks=marks, condition=condition), *accounts, asked[name].strip())
    if asked.get("voided") is not None:
        where.add("voided" if asked["voided"] else "NOT voided")
    return Listing(
        store=call.state.store,
        table="shipments",
        where=where,
        sorts=_SORTS,
        nodes=nodes.shipments,
        default="id" if asked.get("voided") else "created_at, id",
    )


def shipment(call: Call, *, id: str | None = None) -> dict[str, Any]:  # noqa: A002 - the API's own argument
    """Answer `shipment`; error 5 where the caller sees no such shipment."""
    number = number_of(id, "Shipment")
    row = call.state.store.one("SELECT * FROM shipments WHERE id = ?", number)
    if row is None or row["account_id"] not in call.visible:
        raise not_found("Shipment")
    return nodes.shipments(call, [row])[0]


def shipping_containers(call: Call, **asked: Any) -> Listing:
    """Answer `shipping_containers`: those of the warehouses of the caller's accounts."""
    where = Conditions()
    where.among("account_id", call.visible)
    if asked.get("warehouse_id"):
        where.add("warehouse_id = ?", number_of(asked["warehouse_id"], "Warehouse"))
    where.compare("carrier", "=", asked.get("carrier"))
    if asked.get("shipping_method"):
        where.add(
            "id IN (SELECT c.container_id FROM shipping_container_labels c"
            " JOIN shipping_labels l ON l.id = c.shipping_label_id WHERE l.shipping_method = ?)",
            asked["shipping_method"],
        )
    for name, column in (("created", "created_at"), ("updated", "updated_at"), ("shipped_date", "shipped_at")):
        where.compare(column, ">=", asked.get(f"{name}_from"))
        where.compare(column, "<=", asked.get(f"{name}_to"))
    return Listing(
        store=call.state.store,
        table="shipping_containers",
        where=where,
        sorts=_CONTAINER_SORTS,
        nodes=label_nodes.shipping_containers,
    )


def shipping_container(call: Call, *, id: str | None = None) -> dict[str, Any]:  # noqa: A002 - the API's own argument
    """Answer `shipping_container`; error 5 where the caller sees no such container."""
    number = number_of(id, "ShippingContainer")
    row = call.state.store.one("SELECT * FROM shipping_containers WHERE id = ?", number)
    if row is None or row["account_id"] not in call.visible:
        raise not_found("Shipping container")
    return label_nodes.shipping_containers(call, [row])[0]


def shipment_create(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `shipment_create`: notes what left; neither stock nor the order's status changes."""
    order, at = access.owned(call, data), call.state.today()
    if order["fulfillment_status"] in {"canceled", "merged"}:
        raise invalid(f"Order is {order['fulfillment_status']}: nothing can be shipped for it")
    new = NewShipment(
        account_id=order["account_id"],
        order_id=order["id"],
        warehouse_id=access.warehouse_for(call.state.store, data["warehouse_id"], account_id=order["account_id"]),
        address=data["address"],
        lines=_units(call, order["id"], data["line_items"] or ()),
        profile=data.get("profile") or order["profile"],
        shipped_off_shiphero=bool(data.get("shipped_off_shiphero")),
    )
    shipment_id = store.add(call.state, new, by=call.user, at=at)
    for each in data.get("labels") or ():
        if each:
            _add_label(call, shipment_id, each, lines=new.lines, at=at)
    _note(call, order["id"], shipment_id, data, at)
    events.shipped(call.state.store, shipment_id, at=at)
    return nodes.by_number(call, [shipment_id])[shipment_id]


def _units(call: Call, order_id: int, items: Any) -> dict[int, int]:
    """Read the units of each line; together with earlier shipments never more than were ordered."""
    shipped, units = store.shipped_units(call.state.store, order_id), dict[int, int]()
    for item in items:
        if item:
            line = access.line_of(call.state.store, order_id, item["line_item_id"])
            units[line["id"]] = units.get(line["id"], 0) + item["quantity"]
            left = line["quantity"] - shipped.get(line["id"], 0)
            if item["quantity"] < 1 or units[line["id"]] > left:
                raise invalid(f"Line item {line['sku']} has {left} left to ship: quantity must be from 1 to {left}")
    if not units:
        raise invalid("line_items must name at least one line item")
    return units


def _add_label(call: Call, shipment_id: int, data: Mapping[str, Any], *, lines: Mapping[int, int], at: str) -> int:
    covered = [ids.decode(text or "", "LineItem") for text in data["line_item_ids"] or ()]
    if not all(number in lines for number in covered):
        raise invalid("line_item_ids of a label must be line items of its shipment")
    label = NewLabel(
        carrier=required(data["carrier"], "carrier"),
        shipping_method=required(data["shipping_method"], "shipping_method"),
        shipping_name=required(data["shipping_name"], "shipping_name"),
        cost=data["cost"],
        address=data["address"],
        dimensions=data["dimensions"],
        files=data["label"],
        tracking_number=data.get("tracking_number"),
        tracking_url=data.get("tracking_url"),
        line_items=[number for number in covered if number is not None],
    )
    label_id = store.add_label(call.state, shipment_id, label, at=at)
    generating.ask(call.state, label_id, at=at)
    return label_id


def _note(call: Call, order_id: int, shipment_id: int, data: Mapping[str, Any], at: str) -> None:
    where = " outside ShipHero" if data.get("shipped_off_shiphero") else ""
    call.state.orders.update(order_id, at=at)
    call.state.orders.note(order_id, f"Shipment {shipment_id} created{where}", by=call.user, at=at)
    for name, sender in (("notify_customer_via_shiphero", "ShipHero"), ("notify_customer_via_store", "the store")):
        if data.get(name):
            call.state.orders.note(order_id, f"Customer notified via {sender}", by=call.user, at=at)


def shipment_create_shipping_label(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `shipment_create_shipping_label`: one more package, with a label that was bought elsewhere."""
    at, number = call.state.today(), number_of(data["shipment_id"], "Shipment")
    row = call.state.store.one("SELECT * FROM shipments WHERE id = ?", number)
    if row is None or row["account_id"] not in call.accounts_of(data.get("customer_account_id")):
        raise not_found("Shipment")
    if row["voided"]:
        raise invalid("Shipment is voided: it takes no more labels")
    lines = call.state.store.all("SELECT * FROM shipment_line_items WHERE shipment_id = ?", number)
    units = {line["line_item_id"]: line["quantity"] for line in lines}
    label_id = _add_label(call, number, data, lines=units, at=at)
    call.state.orders.note(row["order_id"], f"Label added to shipment {number}", by=call.user, at=at)
    events.shipped(call.state.store, number, at=at)
    return label_nodes.label(call, label_id)


QUERIES: dict[str, Operation] = {
    "shipments": shipments,
    "shipment": shipment,
    "shipping_containers": shipping_containers,
    "shipping_container": shipping_container,
}
MUTATIONS: dict[str, Operation] = {
    "shipment_create": shipment_create,
    "shipment_create_shipping_label": shipment_create_shipping_label,
}
ENTITIES = {"shipment_create": "shipment", "shipment_create_shipping_label": "shipping_label"}
PAGES = frozenset({"ShipmentsQueryResult", "ShippingContainersQueryResult"})
