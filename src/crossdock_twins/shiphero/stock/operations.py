"""Operations on stock: find records, add and take pieces, carry them, and change what a record says."""

import json
from collections.abc import Mapping
from typing import Any

from crossdock_twins.shiphero.call import Call, Operation, number_of
from crossdock_twins.shiphero.errors import invalid
from crossdock_twins.shiphero.orders import allocation
from crossdock_twins.shiphero.paging import Conditions, Listing
from crossdock_twins.shiphero.skus import sku_key
from crossdock_twins.shiphero.stock import counting, ledger, nodes
from crossdock_twins.shiphero.stock.ledger import Entry
from crossdock_twins.shiphero.stock.shelves import Wanted

Input = Mapping[str, Any]

_ADDED, _REMOVED = "Added through the public API", "Removed through the public API"
_REPLACED, _CARRIED = "Set by the public API", "Transferred through the public API"
_UPDATED, _DELETED = "On hand updated by the public API", "Product removed from the warehouse"
_OF_SKU = "product_id IN (SELECT id FROM products WHERE sku_key = ?)"
_COUNTS = (
    *("replenishment_level", "replenishment_max_level", "replenishment_increment"),
    *("reorder_amount", "reorder_level"),
)
_IN_BODY = (
    *("price", "value", "value_currency", "inventory_bin", "inventory_overstock_bin", "customs_value", "active"),
    *_COUNTS,
)


def warehouse_products(call: Call, **asked: Any) -> Listing:
    """Answer `warehouse_products`: the stock records of the caller's accounts that fit all that was asked."""
    where = Conditions()
    where.among("account_id", call.accounts_of(asked.get("customer_account_id")))
    if asked.get("ids") is not None:
        where.among("id", [number_of(text, "WarehouseProduct") for text in asked["ids"] if text])
    if asked.get("warehouse_id"):
        where.add("warehouse_id = ?", number_of(asked["warehouse_id"], "Warehouse"))
    if asked.get("sku"):
        where.add(_OF_SKU, sku_key(asked["sku"]))
    if asked.get("active") is not None:
        where.add("coalesce(body ->> 'active', 1) = ?", int(asked["active"]))
    for name, column in (("created", "created_at"), ("updated", "updated_at")):
        where.compare(column, ">=", asked.get(f"{name}_from"))
        where.compare(column, "<=", asked.get(f"{name}_to"))
    return nodes.listing(call, where)


def inventory_add(call: Call, *, data: Input) -> nodes.Node:
    """Answer `inventory_add`: pieces come in; where one lot lies in the location already, they join it."""
    stock_id = counting.countable(call, data)
    _add(call, stock_id, counting.pieces(data["quantity"]), data, reason=_ADDED)
    return _settled(call, stock_id)


def inventory_remove(call: Call, *, data: Input) -> nodes.Node:
    """Answer `inventory_remove` and the older `inventory_subtract`: pieces go."""
    stock_id = counting.countable(call, data)
    _remove(call, stock_id, counting.pieces(data["quantity"]), data, reason=_REMOVED)
    return _settled(call, stock_id)


def inventory_replace(call: Call, *, data: Input) -> nodes.Node:
    """Answer `inventory_replace`: set how many pieces there are, in one location or altogether."""
    stock_id = counting.countable(call, data)
    if not data.get("location_id") and counting.is_slotted(call, stock_id):
        raise invalid("location_id is required: this account uses dynamic slotting")
    location_id = counting.location(call, data.get("location_id"))
    includes_all = data.get("includes_non_sellable") is not False
    there = (
        counting.on_hand(call.state.store, stock_id, non_sellable=includes_all)
        if location_id is None
        else counting.lying_in(call.state.store, stock_id, location_id)
    )
    change = counting.pieces(data["quantity"], least=0) - there
    if change > 0:
        _add(call, stock_id, change, data, reason=_REPLACED)
    elif change < 0:
        _remove(call, stock_id, -change, data, reason=_REPLACED, only_sellable=location_id is None and not includes_all)
    return _settled(call, stock_id)


def inventory_transfer(call: Call, *, data: Input) -> dict[str, Any]:
    """Answer `inventory_transfer`: carry pieces within a warehouse; an open end stands for the default location."""
    stock_id = counting.countable(call, data)
    home = ledger.default_location(call.state, stock_id)
    source = counting.location(call, data.get("location_from_id")) or home
    target = counting.location(call, data.get("location_to_id")) or home
    if source == target and data.get("lpn_from_id") == data.get("lpn_to_id"):
        raise invalid("The inventory is in this location already: name two different ones")
    ledger.transfer(
        call.state,
        Wanted(stock_id=stock_id, quantity=counting.pieces(data["quantity"]), location_id=source),
        Entry(reason=data.get("reason") or _CARRIED, by=call.user, at=call.state.today()),
        location_id=target,
        lpn_from_id=counting.plate(call, stock_id, data.get("lpn_from_id")),
        lpn_to_id=counting.plate(call, stock_id, data.get("lpn_to_id")),
    )
    allocation.settle(call.state, stock_ids=[stock_id], at=call.state.today())
    return {"ok": True}


def warehouse_product_update(call: Call, *, data: Input) -> nodes.Node:
    """Answer `warehouse_product_update`: `on_hand` counts anew, everything else is only kept."""
    stock_id = counting.stock(call, data)
    for name in ("reserve_inventory", *_COUNTS):
        if (data.get(name) or 0) < 0:
            raise invalid(f"{name} must not be negative")
    changed = {name: data[name] for name in _IN_BODY if data.get(name) is not None}
    call.state.store.execute(
        "UPDATE warehouse_products SET body = json_patch(body, ?), updated_at = ?,"
        " reserve_inventory = coalesce(?, reserve_inventory) WHERE id = ?",
        *(json.dumps(changed), call.state.today(), data.get("reserve_inventory"), stock_id),
    )
    if data.get("on_hand") is not None:
        replaced = {**data, "quantity": data["on_hand"]}
        change = counting.pieces(data["on_hand"], least=0) - counting.on_hand(call.state.store, stock_id)
        if change:
            counting.countable(call, data)
        if change > 0:
            _add(call, stock_id, change, replaced, reason=_UPDATED)
        elif change < 0:
            _remove(call, stock_id, -change, replaced, reason=_UPDATED)
    return _settled(call, stock_id)


def warehouse_product_delete(call: Call, *, data: Input) -> dict[str, Any]:
    """Answer `warehouse_product_delete`: the pieces go first, so that history tells of them; nobody may want them."""
    stock_id, store = counting.stock(call, data), call.state.store
    row = store.all("SELECT on_hand, allocated FROM warehouse_products WHERE id = ?", stock_id)[0]
    if row["allocated"] or counting.in_totes(store, stock_id):
        raise invalid("The product has inventory that is allocated to orders in this warehouse")
    _remove(call, stock_id, row["on_hand"], {}, reason=_DELETED)
    waiting = store.all("SELECT DISTINCT order_id FROM line_allocations WHERE stock_id = ?", stock_id)
    store.execute("DELETE FROM warehouse_products WHERE id = ?", stock_id)
    for each in waiting:
        allocation.allocate(call.state, order_id=each["order_id"], at=call.state.today())
    return {}


def _add(call: Call, stock_id: int, quantity: int, data: Input, *, reason: str) -> None:
    location_id = counting.location(call, data.get("location_id"))
    ledger.move(
        call.state,
        stock_id=stock_id,
        change=quantity,
        reason=data.get("reason") or reason,
        by=call.user,
        at=call.state.today(),
        location_id=location_id,
        lot_id=None if location_id is None else counting.lot_in(call.state.store, stock_id, location_id),
        lpn_id=counting.plate(call, stock_id, data.get("lpn_id")),
    )


def _remove(call: Call, stock_id: int, quantity: int, data: Input, *, reason: str, only_sellable: bool = False) -> None:
    ledger.move(
        call.state,
        stock_id=stock_id,
        change=-quantity,
        reason=data.get("reason") or reason,
        by=call.user,
        at=call.state.today(),
        location_id=counting.location(call, data.get("location_id")),
        lpn_id=counting.plate(call, stock_id, data.get("lpn_id")),
        only_sellable=only_sellable,
    )


def _settled(call: Call, stock_id: int) -> nodes.Node:
    allocation.settle(call.state, stock_ids=[stock_id], at=call.state.today())
    return nodes.stock(call, stock_id)


QUERIES: dict[str, Operation] = {"warehouse_products": warehouse_products}
MUTATIONS: dict[str, Operation] = {
    "inventory_add": inventory_add,
    "inventory_remove": inventory_remove,
    "inventory_subtract": inventory_remove,
    "inventory_replace": inventory_replace,
    "inventory_transfer": inventory_transfer,
    "warehouse_product_update": warehouse_product_update,
    "warehouse_product_delete": warehouse_product_delete,
}
ENTITIES = dict.fromkeys(
    ("inventory_add", "inventory_remove", "inventory_subtract", "inventory_replace", "warehouse_product_update"),
    "warehouse_product",
)
PAGES = frozenset({"WarehouseProductsQueryResult"})
