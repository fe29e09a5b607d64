"""What moved stock, and who did it: the operation `inventory_changes` and its type."""

import sqlite3
from datetime import datetime, timedelta
from typing import Any

from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.call import Call, Operation, number_of
from crossdock_twins.shiphero.errors import invalid
from crossdock_twins.shiphero.locations import nodes as location_nodes
from crossdock_twins.shiphero.paging import Conditions, Listing
from crossdock_twins.shiphero.products import nodes as product_nodes
from crossdock_twins.shiphero.skus import sku_key
from crossdock_twins.shiphero.stock.places import name_key

Node = dict[str, Any]

LONGEST = timedelta(days=60)
"""How far apart `date_from` and `date_to` may be where `reason` is asked for."""

_SORTS = {
    name: name
    for name in (
        *("id", "sku", "warehouse_id", "location_id", "user_id", "previous_on_hand", "change_in_on_hand"),
        *("reason", "created_at"),
    )
} | {"legacy_id": "id"}


def inventory_changes(call: Call, **asked: Any) -> Listing:
    """Answer `inventory_changes`; `reason` finds texts that contain it, within at most sixty days."""
    if asked.get("reason"):
        _check_span(call, asked.get("date_from"), asked.get("date_to"))
    where = Conditions()
    where.among("account_id", call.accounts_of(asked.get("customer_account_id")))
    where.compare("sku_key", "=", sku_key(asked["sku"]) if asked.get("sku") else None)
    if asked.get("warehouse_id"):
        where.add("warehouse_id = ?", number_of(asked["warehouse_id"], "Warehouse"))
    if asked.get("location_id"):
        where.add("location_id = ?", number_of(asked["location_id"], "Bin", "Location"))
    if asked.get("location_name"):
        where.add("location_id IN (SELECT id FROM locations WHERE name_key = ?)", name_key(asked["location_name"]))
    where.compare("created_at", ">=", asked.get("date_from"))
    where.compare("created_at", "<=", asked.get("date_to"))
    if asked.get("reason"):
        where.add("instr(lower(reason), ?) > 0", asked["reason"].strip().lower())
    return Listing(store=call.state.store, table="inventory_changes", where=where, sorts=_SORTS, nodes=_changes)


def _check_span(call: Call, date_from: str | None, date_to: str | None) -> None:
    if date_from is None:
        raise invalid("A date range of at most 60 days is required when filtering by reason: set date_from and date_to")
    if datetime.fromisoformat(date_to or call.state.today()) - datetime.fromisoformat(date_from) > LONGEST:
        raise invalid("The date range must not be longer than 60 days when filtering by reason")


def _changes(call: Call, rows: list[sqlite3.Row]) -> list[Node]:
    products = {node["_number"]: node for node in product_nodes.products(call, _rows(call, "products", rows))}
    places = {node["_number"]: node for node in location_nodes.locations(call, _rows(call, "locations", rows))}
    lots = {row["id"]: row for row in _rows(call, "lots", rows)}
    return [
        {
            "id": ids.encode("InventoryChange", row["id"]),
            "legacy_id": row["id"],
            "user_id": ids.encode("User", row["user_id"]),
            "account_id": ids.encode("Account", row["account_id"]),
            "warehouse_id": ids.encode("Warehouse", row["warehouse_id"]),
            "sku": row["sku"],
            "previous_on_hand": row["previous_on_hand"],
            "change_in_on_hand": row["change_in_on_hand"],
            "reason": row["reason"],
            "cycle_counted": bool(row["cycle_counted"]),
            "location_id": ids.encode_or_none("Bin", row["location_id"]),
            "lot_id": ids.encode_or_none("Lot", row["lot_id"]),
            "lot_name": lots[row["lot_id"]]["name"] if row["lot_id"] in lots else None,
            "lot_expiration": lots[row["lot_id"]]["expires_at"] if row["lot_id"] in lots else None,
            "created_at": row["created_at"],
            "product": products.get(row["product_id"]),
            "location": places.get(row["location_id"]),
        }
        for row in rows
    ]


def _rows(call: Call, table: str, rows: list[sqlite3.Row]) -> list[sqlite3.Row]:
    """Give the rows of another table that these rows name: gone ones are missing."""
    column = f"{table[:-1]}_id"
    numbers = sorted({row[column] for row in rows if row[column] is not None})
    return call.state.store.all(f"SELECT * FROM {table} WHERE id IN ({', '.join('?' * len(numbers))})", *numbers)


QUERIES: dict[str, Operation] = {"inventory_changes": inventory_changes}
PAGES = frozenset({"InventoryChangesQueryResult"})
