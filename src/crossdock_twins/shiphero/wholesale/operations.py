"""Operations on wholesale orders: find them, make one, change what it says."""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from crossdock_twins.shiphero.call import Call, Operation, number_of
from crossdock_twins.shiphero.errors import invalid, not_found
from crossdock_twins.shiphero.locations import nodes as location_nodes
from crossdock_twins.shiphero.orders import access
from crossdock_twins.shiphero.orders import operations as orders
from crossdock_twins.shiphero.paging import Conditions, Listing
from crossdock_twins.shiphero.skus import sku_key
from crossdock_twins.shiphero.wholesale import nodes, rules, store

_TAKEN = (
    "(SELECT w.staging_location_id FROM wholesale_orders w JOIN orders o ON o.id = w.order_id"
    " WHERE w.staging_location_id IS NOT NULL AND w.status NOT IN ('fulfilled', 'canceled')"
    " AND o.fulfillment_status NOT IN ('fulfilled', 'canceled'))"
)


def wholesale_orders(call: Call, **asked: Any) -> Listing:
    """Answer `wholesale_orders`: those of the caller's accounts; dates are those of the order."""
    where, order = Conditions(), Conditions()
    accounts = call.accounts_of(asked.get("customer_account_id"))
    where.among("account_id", accounts)
    where.compare("updated_at", ">=", asked.get("updated_from"))
    where.compare("updated_at", "<=", asked.get("updated_to"))
    order.among("account_id", accounts)
    order.compare("partner_order_id", "=", asked.get("partner_order_id"))
    order.compare("order_date", ">=", asked.get("order_date_from"))
    order.compare("order_date", "<=", asked.get("order_date_to"))
    if len(order.values) > len(accounts):
        where.add(f"order_id IN (SELECT id FROM orders {order.sql})", *order.values)
    return Listing(store=call.state.store, table="wholesale_orders", where=where, sorts=nodes.SORTS, nodes=nodes.orders)


def wholesale_order(
    call: Call,
    *,
    id: str | None = None,  # noqa: A002 - the API's own argument
    order_id: str | None = None,
) -> dict[str, Any]:
    """Answer `wholesale_order`, by its own id or by that of its order."""
    if not id and not order_id:
        raise invalid("Name the wholesale order by id or order_id")
    return _node(call, store.of_number(call, id) if id else store.of_order(call, order_id))


def staging_candidates(call: Call, *, warehouse_id: str, search: str | None = None) -> Listing:
    """Answer `wholesale_staging_location_candidates`: empty staging locations that no open order has."""
    house = access.warehouse_seen(call, warehouse_id)
    where = Conditions()
    where.add("warehouse_id = ?", house["id"])
    where.add("staging AND sellable AND deleted_at IS NULL")
    where.add(f"id NOT IN {_TAKEN}")
    where.add("NOT EXISTS (SELECT 1 FROM item_locations i WHERE i.location_id = locations.id AND i.quantity > 0)")
    if search:
        where.add("instr(name_key, ?)", search.strip().lower())
    sorts = location_nodes.LOCATION_SORTS
    return Listing(store=call.state.store, table="locations", where=where, sorts=sorts, nodes=location_nodes.locations)


def wholesale_order_create(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `wholesale_order_create`: an order whose every SKU is known, and what makes it wholesale."""
    account_id = call.account_for(data.get("customer_account_id"))
    _check_skus(call, account_id, data)
    order = orders.order_create(call, data={**data, "allow_partial": False})
    at = call.state.today()
    number = call.state.store.insert(
        "INSERT INTO wholesale_orders (order_id, account_id, status, picking_flow, shipping_option, outbound_progress,"
        " body, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        *(order["legacy_id"], account_id, rules.PENDING, data.get("picking_flow") or rules.DESKTOP),
        *(data.get("shipping_option") or rules.COURIER, data.get("outbound_progress") or rules.AWAITING),
        *(json.dumps({name: data[name] for name in nodes.KEPT if data.get(name) is not None}), at, at),
    )
    units = {each["partner_line_item_id"]: each.get("unit_of_measure") for each in data.get("line_items") or () if each}
    for line in access.lines_of(call.state.store, order["legacy_id"]):
        call.state.store.execute(
            "INSERT INTO wholesale_line_items (wholesale_id, line_item_id, unit_of_measure) VALUES (?, ?, ?)",
            *(number, line["id"], units.get(line["partner_line_item_id"])),
        )
    store.set_details(call, number, data.get("wholesale_shipping_details") or {})
    row = store.of_number(call, str(number))
    if data.get("staging_location_id") is not None:
        stage(call, row, data["staging_location_id"])
    return _node(call, store.of_number(call, str(number)))


def wholesale_order_update(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `wholesale_order_update`: what is left out stays as it is."""
    row = _open(call, data, "updated")
    body = {**json.loads(row["body"]), **{name: data[name] for name in nodes.KEPT if name in data}}
    store.change(call, row["id"], body=json.dumps(body))
    if data.get("shipping_option"):
        store.change(call, row["id"], shipping_option=data["shipping_option"])
    if data.get("staging_location_id") is not None:
        stage(call, row, data["staging_location_id"])
    if data.get("wholesale_shipping_details"):
        store.set_details(call, row["id"], data["wholesale_shipping_details"])
    for line in data.get("wholesale_line_items") or ():
        changed = call.state.store.execute(
            "UPDATE wholesale_line_items SET unit_of_measure = ? WHERE id = ? AND wholesale_id = ?",
            *(line.get("unit_of_measure"), number_of(line["wholesale_line_item_id"], "WholesaleLineItem"), row["id"]),
        )
        if not changed:
            raise not_found("Wholesale line item")
    store.note(call, row, "Wholesale order updated")
    return _node(call, store.of_order(call, data["order_id"]))


def wholesale_order_update_picking_flow(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `wholesale_order_update_picking_flow`: before the picking begins."""
    row = _open(call, data, "updated")
    store.require(row, rules.BEFORE_PICKING | {rules.READY_TO_PICK}, "changed in its picking flow")
    store.change(call, row["id"], picking_flow=data.get("picking_flow") or rules.DESKTOP)
    return _node(call, store.of_order(call, data["order_id"]))


def wholesale_order_update_staging_location(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `wholesale_order_update_staging_location`."""
    row = _open(call, data, "updated")
    stage(call, row, number_of(data["staging_location_id"], "Bin"))
    return _node(call, store.of_order(call, data["order_id"]))


def wholesale_order_edit_outbound_schedule(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `wholesale_order_edit_outbound_schedule`: when the goods are fetched."""
    row = store.of_order(call, data["order_id"])
    store.require(row, rules.AFTER_PACKING | {rules.PACKING, *rules.PICKABLE, rules.PENDING}, "scheduled")
    if data.get("pickup_date"):
        store.change(call, row["id"], body=json.dumps({**json.loads(row["body"]), "pickup_date": data["pickup_date"]}))
    if data.get("outbound_progress"):
        store.change(call, row["id"], outbound_progress=data["outbound_progress"])
    return {"ok": True}


def stage(call: Call, row: sqlite3.Row, location_id: int) -> None:
    """Give a wholesale order its staging location: a free one, in the warehouse that serves it."""
    store.require(row, rules.BEFORE_PICKING | {rules.READY_TO_PICK}, "given a staging location")
    base = call.state.store
    place = base.one("SELECT * FROM locations WHERE id = ? AND deleted_at IS NULL", location_id)
    if place is None or not place["staging"]:
        raise not_found("Staging location")
    access.warehouse_for(base, str(place["warehouse_id"]), account_id=row["account_id"])
    home = base.one("SELECT warehouse_id FROM order_allocations WHERE order_id = ? LIMIT 1", row["order_id"])
    if home is not None and home["warehouse_id"] != place["warehouse_id"]:
        raise invalid("The staging location is in another warehouse than the order's stock")
    if not place["sellable"]:
        raise invalid("The staging location is not sellable: what is brought there could not be shipped")
    taken = base.one(
        f"SELECT 1 FROM locations WHERE id = ? AND id IN {_TAKEN} AND id IS NOT ?",
        location_id,
        row["staging_location_id"],
    )
    if taken is not None:
        raise invalid("The staging location is in use by another wholesale order")
    store.change(call, row["id"], staging_location_id=location_id)


def _open(call: Call, data: Mapping[str, Any], action: str) -> sqlite3.Row:
    row = store.of_order(call, data["order_id"])
    if row["state"] in rules.CLOSED:
        raise rules.wrong_state(action, row["state"], wanted="open")
    return row


def _check_skus(call: Call, account_id: int, data: Mapping[str, Any]) -> None:
    for line in data.get("line_items") or ():
        product = call.state.store.one(
            "SELECT kit, kit_build FROM products WHERE account_id = ? AND sku_key = ?", account_id, sku_key(line["sku"])
        )
        if product is None:
            raise invalid(f"SKU {line['sku']} does not exist")
        if product["kit"] and not product["kit_build"]:
            raise invalid(f"SKU {line['sku']} is a kit: a wholesale order takes kits that are built ahead")


def _node(call: Call, row: sqlite3.Row) -> dict[str, Any]:
    return nodes.orders(call, [row])[0]


QUERIES: dict[str, Operation] = {
    "wholesale_order": wholesale_order,
    "wholesale_orders": wholesale_orders,
    "wholesale_staging_location_candidates": staging_candidates,
}
MUTATIONS: dict[str, Operation] = {
    "wholesale_order_create": wholesale_order_create,
    "wholesale_order_edit_outbound_schedule": wholesale_order_edit_outbound_schedule,
    "wholesale_order_update": wholesale_order_update,
    "wholesale_order_update_picking_flow": wholesale_order_update_picking_flow,
    "wholesale_order_update_staging_location": wholesale_order_update_staging_location,
}
ENTITIES = dict.fromkeys(
    (
        "wholesale_order_create",
        "wholesale_order_update",
        "wholesale_order_update_picking_flow",
        "wholesale_order_update_staging_location",
    ),
    "wholesale_order",
)
PAGES = frozenset({"WholesaleOrdersQueryResult", "WholesaleStagingLocationCandidatesQueryResult"})
