"""Operations on locations and on what lies in them."""

import json
from collections.abc import Mapping
from typing import Any

from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.call import Call, Operation, number_of, required
from crossdock_twins.shiphero.errors import ApiError, Code, invalid, not_found
from crossdock_twins.shiphero.locations import nodes
from crossdock_twins.shiphero.orders import allocation
from crossdock_twins.shiphero.paging import Conditions, Listing
from crossdock_twins.shiphero.skus import sku_key
from crossdock_twins.shiphero.stock import houses, ledger
from crossdock_twins.shiphero.stock.places import name_key

Input = Mapping[str, Any]

_HOLDS = (
    "id IN (SELECT i.location_id FROM item_locations i JOIN warehouse_products s ON s.id = i.stock_id"
    " JOIN products p ON p.id = s.product_id WHERE p.sku_key = ? AND i.quantity > 0 AND p.account_id IN ({}))"
)
_OF_ACCOUNTS = "stock_id IN (SELECT id FROM warehouse_products WHERE account_id IN ({}))"
_OF_SKUS = (
    "stock_id IN (SELECT s.id FROM warehouse_products s JOIN products p ON p.id = s.product_id WHERE p.sku_key IN ({}))"
)
_FLAGS = ("pickable", "sellable", "staging", "is_cart")


def locations(call: Call, **asked: Any) -> Listing:
    """Answer `locations`: those of the caller's warehouses that fit all that was asked."""
    where = Conditions()
    where.among("account_id", houses.owners(call))
    where.add("deleted_at IS NULL")
    if asked.get("ids") is not None:
        where.among("id", [number_of(text, "Bin", "Location") for text in asked["ids"] if text])
    if asked.get("warehouse_id"):
        where.add("warehouse_id = ?", houses.warehouse_of(call, asked["warehouse_id"]))
    if asked.get("sku"):
        where.add(_HOLDS.format(_marks(call.visible)), sku_key(asked["sku"]), *call.visible)
    where.compare("name_key", "=", name_key(asked["name"]) if asked.get("name") else None)
    for name in ("pickable", "sellable"):
        where.compare(name, "=", asked.get(name))
    if asked.get("location_type_id"):
        where.add("location_type_id = ?", number_of(asked["location_type_id"], "LocationType"))
    return Listing(
        store=call.state.store,
        table="locations",
        where=where,
        sorts=nodes.LOCATION_SORTS,
        nodes=nodes.locations,
    )


def location(
    call: Call,
    *,
    id: str | None = None,  # noqa: A002 - the API's own argument
    name: str | None = None,
) -> nodes.Node:
    """Answer `location`, named by id or by name; error 5 where the caller has no such location."""
    if id:
        found = nodes.location_of(call, houses.location_of(call, id))
        return found or {}
    where = Conditions()
    where.among("account_id", houses.owners(call))
    where.add("deleted_at IS NULL")
    where.add("name_key = ?", name_key(required(name, "id or name")))
    row = call.state.store.one(f"SELECT * FROM locations {where.sql} ORDER BY id LIMIT 1", *where.values)
    if row is None:
        raise not_found("Location")
    return nodes.locations(call, [row])[0]


def item_locations(call: Call, **asked: Any) -> Listing:
    """Answer `item_locations`: which products lie where, those places included that have run empty."""
    where, accounts = Conditions(), call.accounts_of(asked.get("customer_account_id"))
    where.add(_OF_ACCOUNTS.format(_marks(accounts)), *accounts)
    skus = [sku_key(sku) for sku in asked.get("sku") or () if sku]
    if skus:
        where.add(_OF_SKUS.format(_marks(skus)), *skus)
    if asked.get("has_inventory") is not None:
        where.add("quantity > 0" if asked["has_inventory"] else "quantity = 0")
    for name, column in (("created", "created_at"), ("updated", "updated_at")):
        where.compare(column, ">=", asked.get(f"{name}_from"))
        where.compare(column, "<=", asked.get(f"{name}_to"))
    places = _places(call, asked)
    if places.sql:
        where.add(f"location_id IN (SELECT id FROM locations {places.sql})", *places.values)
    return nodes.item_listing(call, where)


def _places(call: Call, asked: Input) -> Conditions:
    where = Conditions()
    if asked.get("warehouse_id"):
        where.add("warehouse_id = ?", houses.warehouse_of(call, asked["warehouse_id"]))
    names = [name_key(name) for name in asked.get("location_name") or () if name]
    if names:
        where.among("name_key", names)
    if asked.get("location_name_prefix"):
        prefix = name_key(asked["location_name_prefix"])
        where.add("substr(name_key, 1, ?) = ?", len(prefix), prefix)
    types = [number_of(text, "LocationType") for text in asked.get("location_type_id") or () if text]
    if types:
        where.among("location_type_id", types)
    for name in ("pickable", "sellable"):
        where.compare(name, "=", asked.get(name))
    return where


def _marks(values: Any) -> str:
    return ", ".join("?" * len(values))


def location_create(call: Call, *, data: Input) -> nodes.Node:
    """Answer `location_create`; a name stands once in a warehouse."""
    warehouse_id, name = houses.warehouse_of(call, data["warehouse_id"]), required(data["name"], "name")
    store, today = call.state.store, call.state.today()
    taken = store.one(
        "SELECT 1 FROM locations WHERE warehouse_id = ? AND name_key = ? AND deleted_at IS NULL",
        *(warehouse_id, name_key(name)),
    )
    if taken is not None:
        raise ApiError(Code.TAKEN, f"A location named {name} already exists in this warehouse")
    values = {"warehouse_id": warehouse_id, "name": name, "name_key": name_key(name), "created_at": today}
    values |= {"updated_at": today, **_values(call, data, zone=required(data["zone"], "zone"))}
    owner = store.all("SELECT account_id FROM warehouses WHERE id = ?", warehouse_id)[0]["account_id"]
    number = store.insert(
        f"INSERT INTO locations (account_id, {', '.join(values)}) VALUES (?, {_marks(values)})",
        *(owner, *values.values()),
    )
    return nodes.location_of(call, number) or {}


def location_update(call: Call, *, data: Input) -> nodes.Node:
    """Answer `location_update`; pieces that may no longer be sold are taken from the orders that counted on them."""
    number, store, today = houses.location_of(call, data["location_id"]), call.state.store, call.state.today()
    values = {**_values(call, data, zone=data.get("zone")), "updated_at": today}
    changes = ", ".join(f"{name} = ?" for name in values)
    store.execute(f"UPDATE locations SET {changes} WHERE id = ?", *values.values(), number)
    if "sellable" in values:
        held = store.all("SELECT DISTINCT stock_id FROM item_locations WHERE location_id = ?", number)
        stock_ids = [row["stock_id"] for row in held]
        ledger.recount(store, stock_ids)
        allocation.settle(call.state, stock_ids=stock_ids, at=today)
    return nodes.location_of(call, number) or {}


def _values(call: Call, data: Input, *, zone: str | None) -> dict[str, Any]:
    values: dict[str, Any] = {name: int(data[name]) for name in _FLAGS if data.get(name) is not None}
    values |= {name: data[name] for name in ("pick_priority", "temperature") if data.get(name) is not None}
    if zone is not None:
        values["zone"] = zone.strip()
    if data.get("location_type_id"):
        values["location_type_id"] = _type_of(call, data["location_type_id"])
    if data.get("dimensions") is not None:
        values["dimensions"] = json.dumps(data["dimensions"])
    return values


def _type_of(call: Call, text: str) -> int:
    """Read the id of a type of location, which has to exist among the caller's."""
    number = number_of(text, "LocationType")
    row = call.state.store.one("SELECT account_id FROM location_types WHERE id = ?", number)
    if row is None or row["account_id"] not in houses.owners(call):
        raise not_found("LocationType")
    return number


def location_delete(call: Call, *, data: Input) -> dict[str, Any]:
    """Answer `location_delete`: only an empty location goes, and the receiving one never does."""
    number, store = houses.location_of(call, data["location_id"]), call.state.store
    full = store.one("SELECT 1 FROM item_locations WHERE location_id = ? AND quantity > 0", number)
    if full is not None:
        raise invalid("The location has inventory: move it to another location first")
    if store.one("SELECT 1 FROM locations WHERE id = ? AND is_receiving", number) is not None:
        raise invalid("The receiving location of a warehouse cannot be deleted")
    store.execute("DELETE FROM item_locations WHERE location_id = ?", number)
    store.execute("UPDATE locations SET deleted_at = ? WHERE id = ?", call.state.today(), number)
    return {}


def item_location_delete(call: Call, *, data: Input) -> dict[str, Any]:
    """Answer `item_location_delete`: forget places that have run empty; all of them or none."""
    numbers = [number_of(text, "ItemLocation") for text in data["ids"] if text]
    if not numbers:
        raise invalid("ids must name at least one item location")
    for number in numbers:
        row = call.state.store.one(
            "SELECT i.quantity, s.account_id FROM item_locations i JOIN warehouse_products s ON s.id = i.stock_id"
            " WHERE i.id = ?",
            number,
        )
        if row is None or row["account_id"] not in call.visible:
            raise not_found("ItemLocation")
        if row["quantity"]:
            raise invalid("The item location has inventory: move it or remove it first")
        call.state.store.execute("DELETE FROM item_locations WHERE id = ?", number)
    return {"ok": True, "deleted_ids": [ids.encode("ItemLocation", number) for number in numbers]}


QUERIES: dict[str, Operation] = {"locations": locations, "location": location, "item_locations": item_locations}
MUTATIONS: dict[str, Operation] = {
    "location_create": location_create,
    "location_update": location_update,
    "location_delete": location_delete,
    "item_location_delete": item_location_delete,
}
ENTITIES = {"location_create": "location", "location_update": "location"}
PAGES = frozenset({"LocationsQueryResult", "ItemLocationsQueryResult"})
