"""Locations, their types, and what lies in them, as the API's types."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.call import Call, Info, Resolver, Siblings
from crossdock_twins.shiphero.locations import picking
from crossdock_twins.shiphero.paging import Conditions, Listing, connection_of
from crossdock_twins.shiphero.products import nodes as product_nodes
from crossdock_twins.shiphero.stock import nodes as stock_nodes

Node = dict[str, Any]

LOCATION_SORTS = {
    name: name for name in ("id", "name", "zone", "pickable", "sellable", "pick_priority", "created_at")
} | {"legacy_id": "id"}
ITEM_SORTS = {name: name for name in ("id", "quantity", "created_at", "updated_at", "location_id")} | {
    "legacy_id": "id",
    "sku": "(SELECT p.sku FROM warehouse_products s JOIN products p ON p.id = s.product_id"
    " WHERE s.id = item_locations.stock_id)",
}
_SIDES = ("length", "width", "height")


def locations(_call: Call, rows: Sequence[sqlite3.Row]) -> list[Node]:
    """Give the nodes of one page of locations."""
    siblings = Siblings([row["id"] for row in rows])
    return [_location(row, siblings) for row in rows]


def _location(row: sqlite3.Row, siblings: Siblings) -> Node:
    size = json.loads(row["dimensions"])
    return {
        "id": ids.encode("Bin", row["id"]),
        "legacy_id": row["id"],
        "account_id": ids.encode("Account", row["account_id"]),
        "warehouse_id": ids.encode("Warehouse", row["warehouse_id"]),
        "name": row["name"],
        "zone": row["zone"],
        **{name: bool(row[name]) for name in ("pickable", "sellable", "staging", "is_cart")},
        "pick_priority": row["pick_priority"],
        "dimensions": {"weight": size.get("weight"), **{side: size.get(side) for side in _SIDES}},
        **{side: size.get(side) for side in _SIDES},
        "max_weight": size.get("weight"),
        "temperature": row["temperature"],
        "last_counted": None,
        "created_at": row["created_at"],
        "_number": row["id"],
        "_type": row["location_type_id"],
        "_siblings": siblings,
    }


def location_of(call: Call, number: int | None) -> Node | None:
    """Give the node of one location, a deleted one too; None for no location."""
    row = None if number is None else call.state.store.one("SELECT * FROM locations WHERE id = ?", number)
    return None if row is None else locations(call, [row])[0]


def location_type(row: sqlite3.Row) -> Node:
    """Give the node of a type of location."""
    return {
        "id": ids.encode("LocationType", row["id"]),
        "legacy_id": row["id"],
        "account_id": ids.encode("Account", row["account_id"]),
        "name": row["name"],
        "daily_storage_cost": row["daily_storage_cost"],
        "category": row["category"],
        "is_lpn_allowed": bool(row["is_lpn_allowed"]),
    }


def type_of_location(node: Node, info: Info) -> Node | None:
    """Resolve `Location.type`."""

    def load(numbers: list[int]) -> dict[int, Node]:
        rows = info.context.state.store.all(
            "SELECT l.id AS location_id, t.* FROM locations l JOIN location_types t ON t.id = l.location_type_id"
            f" WHERE l.id IN ({', '.join('?' * len(numbers))})",
            *numbers,
        )
        return {row["location_id"]: location_type(row) for row in rows}

    found: Node | None = node["_siblings"].below("type", node["_number"], load)
    return found


def products_in_location(node: Node, info: Info, **page: Any) -> Node:
    """Resolve `Location.products`: those of the caller's accounts of which pieces lie there."""
    call, where = info.context, Conditions()
    where.among("account_id", call.visible)
    where.add(
        "id IN (SELECT s.product_id FROM item_locations i JOIN warehouse_products s ON s.id = i.stock_id"
        " WHERE i.location_id = ? AND i.quantity > 0)",
        node["_number"],
    )
    return product_nodes.product_listing(call, where).connection(call, **page)


def item_listing(call: Call, where: Conditions) -> Listing:
    """Give the item locations that fit, to be read page by page."""
    return Listing(store=call.state.store, table="item_locations", where=where, sorts=ITEM_SORTS, nodes=item_locations)


def item_locations(call: Call, rows: list[sqlite3.Row]) -> list[Node]:
    """Give the nodes of one page of item locations, with their stock, product and location."""
    siblings = Siblings([row["id"] for row in rows])
    stocks = _by_number(call, "warehouse_products", {row["stock_id"] for row in rows})
    places = _by_number(call, "locations", {row["location_id"] for row in rows})
    stock_of = {node["_number"]: node for node in stock_nodes.stocks(call, stocks)}
    location_by = {node["_number"]: node for node in locations(call, places)}
    allocated = picking.allocated(call.state.store, list(stock_of))
    return [
        _item_location(row, stock_of[row["stock_id"]], location_by[row["location_id"]], siblings)
        | {"allocated_quantity": allocated.get(row["id"], 0)}
        for row in rows
    ]


def _item_location(row: sqlite3.Row, stock: Node, location: Node, siblings: Siblings) -> Node:
    return {
        "id": ids.encode("ItemLocation", row["id"]),
        "legacy_id": row["id"],
        "account_id": stock["account_id"],
        "warehouse_id": stock["warehouse_id"],
        "location_id": location["id"],
        "sku": stock["sku"],
        "quantity": row["quantity"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "location": location,
        "product": stock["product"],
        "warehouse_product": stock,
        "_number": row["id"],
        "_lot": row["lot_id"],
        "_siblings": siblings,
    }


def type_of_item_location(node: Node, info: Info) -> Node | None:
    """Resolve `ItemLocation.location_type`."""
    return type_of_location(node["location"], info)


def loose_quantity(node: Node, info: Info) -> int:
    """Resolve `ItemLocation.loose_quantity`: the pieces that stand on no license plate."""

    def load(numbers: list[int]) -> dict[int, int]:
        rows = info.context.state.store.all(
            "SELECT item_location_id, sum(units) AS n FROM lpn_items"
            f" WHERE item_location_id IN ({', '.join('?' * len(numbers))}) GROUP BY 1",
            *numbers,
        )
        return {row["item_location_id"]: row["n"] for row in rows}

    plated: int = node["_siblings"].below("plated", node["_number"], load) or 0
    return int(node["quantity"]) - plated


def locations_of_stock(stock: Node, info: Info, *, customer_account_id: str | None = None, **page: Any) -> Node:
    """Resolve `WarehouseProduct.locations`: where its pieces lie."""
    call = info.context
    if customer_account_id and stock["account_id"] != ids.encode("Account", call.account_for(customer_account_id)):
        return connection_of(call, [], **page)

    def load(numbers: list[int]) -> dict[int, list[Node]]:
        rows = call.state.store.all(
            f"SELECT * FROM item_locations WHERE stock_id IN ({', '.join('?' * len(numbers))}) ORDER BY id", *numbers
        )
        found: dict[int, list[Node]] = defaultdict(list)
        for row, node in zip(rows, item_locations(call, rows), strict=True):
            found[row["stock_id"]].append(node)
        return found

    return connection_of(call, stock["_siblings"].below("locations", stock["_number"], load) or [], **page)


def _by_number(call: Call, table: str, numbers: set[int]) -> list[sqlite3.Row]:
    return call.state.store.all(
        f"SELECT * FROM {table} WHERE id IN ({', '.join('?' * len(numbers))}) ORDER BY id", *numbers
    )


FIELDS: dict[tuple[str, str], Resolver] = {
    ("Location", "type"): type_of_location,
    ("Location", "products"): products_in_location,
    ("ItemLocation", "location_type"): type_of_item_location,
    ("ItemLocation", "loose_quantity"): loose_quantity,
    ("WarehouseProduct", "locations"): locations_of_stock,
}
