"""License plates of the API: make them, and see which stand in a location."""

import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.call import Call, Info, Operation, Resolver
from crossdock_twins.shiphero.errors import invalid
from crossdock_twins.shiphero.paging import connection_of
from crossdock_twins.shiphero.stock import houses
from crossdock_twins.shiphero.stock.plates import ENTITY

Node = dict[str, Any]

_CONTAINERS = ("BOX", "PALLET", "STAGING")
_MOST_AT_ONCE = 500


def license_plate_numbers_create(call: Call, *, data: Mapping[str, Any]) -> Node:
    """Answer `license_plate_numbers_create`: unused plates, numbered on from the last one of the twin."""
    warehouse_id, kind = houses.warehouse_of(call, data["warehouse_id"]), data["container_type"].strip().upper()
    if kind not in _CONTAINERS:
        raise invalid(f"container_type must be one of {', '.join(_CONTAINERS)}")
    if not 0 < data["quantity"] <= _MOST_AT_ONCE:
        raise invalid(f"quantity must be a number from 1 to {_MOST_AT_ONCE}")
    made = [_make(call, warehouse_id, kind) for _ in range(data["quantity"])]
    return {"license_plate_numbers": [_printed(row) for row in made]}


def _make(call: Call, warehouse_id: int, kind: str) -> sqlite3.Row:
    store, today = call.state.store, call.state.today()
    number = store.all("SELECT coalesce(max(id), 0) + 1 AS next FROM lpns")[0]["next"]
    owner = store.all("SELECT account_id FROM warehouses WHERE id = ?", warehouse_id)[0]["account_id"]
    store.execute(
        "INSERT INTO lpns (id, account_id, warehouse_id, number, container_type, created_at, updated_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        *(number, owner, warehouse_id, f"LPN{number:010d}", kind, today, today),
    )
    return store.all("SELECT * FROM lpns WHERE id = ?", number)[0]


def _printed(row: sqlite3.Row) -> Node:
    return {
        "id": ids.encode(ENTITY, row["id"]),
        "legacy_id": row["id"],
        "license_plate_number": row["number"],
        "container_type": row["container_type"],
        "status": row["status"],
        "warehouse_id": ids.encode("Warehouse", row["warehouse_id"]),
        "location_id": ids.encode_or_none("Bin", row["location_id"]),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }


def plates_of_item_location(node: Node, info: Info, **page: Any) -> Node:
    """Resolve `ItemLocation.lpns`: the plates on which its pieces stand."""

    def load(numbers: list[int]) -> dict[int, list[Node]]:
        rows = info.context.state.store.all(
            "SELECT c.item_location_id, c.units, p.*, r.sku FROM lpn_items c JOIN lpns p ON p.id = c.lpn_id"
            " JOIN item_locations i ON i.id = c.item_location_id JOIN warehouse_products s ON s.id = i.stock_id"
            f" JOIN products r ON r.id = s.product_id WHERE i.id IN ({', '.join('?' * len(numbers))}) ORDER BY p.id",
            *numbers,
        )
        found: dict[int, list[Node]] = defaultdict(list)
        for row in rows:
            found[row["item_location_id"]].append(_plate(row))
        return found

    return connection_of(info.context, node["_siblings"].below("plates", node["_number"], load) or [], **page)


def _plate(row: sqlite3.Row) -> Node:
    """Give the node of a plate; nothing of an order stands on one, since picked pieces lie in a tote."""
    return {
        "lpn_id": ids.encode(ENTITY, row["id"]),
        "container_type": row["container_type"],
        "status": row["status"],
        "sku": row["sku"],
        "units": row["units"],
        "order": None,
    }


MUTATIONS: dict[str, Operation] = {"license_plate_numbers_create": license_plate_numbers_create}
FIELDS: dict[tuple[str, str], Resolver] = {("ItemLocation", "lpns"): plates_of_item_location}
