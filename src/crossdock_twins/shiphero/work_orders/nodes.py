"""Rows of work orders, and what hangs below them, as the API's types."""

import sqlite3
from typing import Any

from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.call import Call, Info, Resolver, Siblings
from crossdock_twins.shiphero.locations import nodes as locations
from crossdock_twins.shiphero.orders import loading
from crossdock_twins.shiphero.paging import Conditions, Listing

Node = dict[str, Any]

_DATES = (
    *("scheduled_date", "requested_date", "started_at", "ended_at", "ready_to_pick_at", "assembly_in_progress_at"),
    *("completed_at", "created_at", "updated_at"),
)
SORTS = {name: name for name in ("id", "name", "type", "status", "priority", *_DATES)} | {"legacy_id": "id"}


def listing(call: Call, where: Conditions) -> Listing:
    """Give the work orders that fit, to be read page by page."""
    return Listing(store=call.state.store, table="work_orders", where=where, sorts=SORTS, nodes=work_orders)


def one(call: Call, number: int) -> Node:
    """Give the node of one work order that exists."""
    return work_orders(call, call.state.store.all("SELECT * FROM work_orders WHERE id = ?", number))[0]


def work_orders(_call: Call, rows: list[sqlite3.Row]) -> list[Node]:
    """Give the nodes of one page of work orders."""
    siblings = Siblings([row["id"] for row in rows])
    return [
        {
            **{name: row[name] for name in ("name", "type", "status", "priority", *_DATES)},
            "id": ids.encode("WorkOrder", row["id"]),
            "legacy_id": row["id"],
            "account_id": ids.encode("Account", row["account_id"]),
            "warehouse_id": ids.encode("Warehouse", row["warehouse_id"]),
            "configuration": None,
            "has_special_project": bool(row["has_special_project"]),
            "_number": row["id"],
            "_siblings": siblings,
        }
        for row in rows
    ]


def notes(node: Node, info: Info) -> list[Node]:
    """Resolve `WorkOrder.notes`: the texts that it was made with."""
    return [
        {
            **{name: row[name] for name in ("note", "type", "created_at", "updated_at")},
            "account_id": node["account_id"],
        }
        for row in loading.below(node, info.context, "work_order_notes", "work_order_id")
    ]


def fees(node: Node, info: Info) -> list[Node]:
    """Resolve `WorkOrder.fees`."""
    plain = ("unit_rate", "labor_unit", "quantity", "description", "created_at", "updated_at")
    return [
        {
            **{name: row[name] for name in plain},
            "id": ids.encode("WorkOrderFee", row["id"]),
            "legacy_id": row["id"],
        }
        for row in loading.below(node, info.context, "work_order_fees", "work_order_id")
    ]


def assembly_sku(node: Node, info: Info) -> Node | None:
    """Resolve `WorkOrder.assembly_sku`: what is to be made, and of what; null for other work."""
    call = info.context
    rows = loading.below(node, call, "work_order_assemblies", "work_order_id", by="work_order_id")
    if not rows:
        return None
    row = rows[0]
    parts = loading.below(node, call, "work_order_components", "work_order_id")
    lot = call.state.store.one("SELECT name, expires_at FROM lots WHERE id = ?", row["lot_id"])
    return {
        "to_create_quantity": row["to_create"],
        "created_quantity": row["created"],
        "account_id": node["account_id"],
        "sku": row["sku"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "components": [_component(part, node["account_id"]) for part in parts],
        "items_to_pick": sum(part["to_pick"] - part["picked"] for part in parts),
        "items_per_kit": sum(part["per_piece"] for part in parts),
        "lot_name": None if lot is None else lot["name"],
        "lot_expiration_date": None if lot is None or lot["expires_at"] is None else lot["expires_at"][:10],
        "_receiving": row["receiving_location_id"],
        "_staging": row["staging_location_id"],
    }


def _component(row: sqlite3.Row, account_id: str) -> Node:
    return {
        "sku": row["sku"],
        "account_id": account_id,
        "to_pick_quantity": row["to_pick"],
        "picked_quantity": row["picked"],
        "pick_location_id": ids.encode_or_none("Bin", row["pick_location_id"]),
    }


def receiving_location(assembly: Node, info: Info) -> Node | None:
    """Resolve `WorkOrderAssemblySku.receiving_location`: where what was made is put."""
    return locations.location_of(info.context, assembly["_receiving"])


def staging_location(assembly: Node, info: Info) -> Node | None:
    """Resolve `WorkOrderAssemblySku.staging_location`: where the work is done."""
    return locations.location_of(info.context, assembly["_staging"])


FIELDS: dict[tuple[str, str], Resolver] = {
    ("WorkOrderIdentifiableType", "notes"): notes,
    ("WorkOrderIdentifiableType", "fees"): fees,
    ("WorkOrderIdentifiableType", "assembly_sku"): assembly_sku,
    ("WorkOrderAssemblySkuType", "receiving_location"): receiving_location,
    ("WorkOrderAssemblySkuType", "staging_location"): staging_location,
}
