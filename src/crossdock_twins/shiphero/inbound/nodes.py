"""Rows of inbound shipments as the API's types."""

import json
import sqlite3
from typing import Any

from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.call import Call, Info, Resolver
from crossdock_twins.shiphero.inbound import store
from crossdock_twins.shiphero.paging import Conditions, Listing
from crossdock_twins.shiphero.products import nodes as products
from crossdock_twins.shiphero.purchasing import nodes as purchases

Node = dict[str, Any]

SORTS = {
    name: name
    for name in (
        *("id", "status", "created_at", "scheduled_at", "estimated_truck_arrival", "status_updated_at"),
        *("warehouse_id", "vendor_id"),
    )
} | {"legacy_id": "id"}
_DEFAULTS: Node = {
    **dict.fromkeys(store.TEXTS, ""),
    "bol_url": None,
    **dict.fromkeys(store.CHOICES),
    **dict.fromkeys(store.COUNTS, 0),
    **dict.fromkeys(store.MOMENTS),
}


def listing(call: Call, where: Conditions) -> Listing:
    """Give the inbound shipments that fit, to be read page by page."""
    return Listing(store=call.state.store, table="inbound_shipments", where=where, sorts=SORTS, nodes=shipments)


def shipment(call: Call, number: int) -> Node:
    """Give the node of one inbound shipment that exists."""
    return shipments(call, call.state.store.all("SELECT * FROM inbound_shipments WHERE id = ?", number))[0]


def shipments(_call: Call, rows: list[sqlite3.Row]) -> list[Node]:
    """Give the nodes of one page of inbound shipments."""
    return [
        {
            **_DEFAULTS,
            **json.loads(row["body"]),
            "id": ids.encode("InboundShipment", row["id"]),
            "legacy_id": row["id"],
            "account_id": ids.encode("Account", row["account_id"]),
            "warehouse_id": ids.encode("Warehouse", row["warehouse_id"]),
            "vendor_id": ids.encode_or_none("Vendor", row["vendor_id"]),
            "status": row["status"],
            "created_at": row["created_at"],
            "scheduled_at": row["scheduled_at"],
            "estimated_truck_arrival": row["estimated_truck_arrival"],
            "status_updated_at": row["status_updated_at"],
            "_warehouse": row["warehouse_id"],
        }
        for row in rows
    ]


def warehouse(node: Node, info: Info) -> Node | None:
    """Resolve `InboundShipment.warehouse`."""
    return products.warehouse_of(info.context, node["_warehouse"])


def purchase_orders(node: Node, info: Info, **page: Any) -> Node:
    """Resolve `InboundShipment.purchase_orders`."""
    where = Conditions()
    where.add("id IN (SELECT purchase_order_id FROM inbound_purchase_orders WHERE inbound_id = ?)", node["legacy_id"])
    return purchases.listing(info.context, where).connection(info.context, **page)


FIELDS: dict[tuple[str, str], Resolver] = {
    ("InboundShipment", "warehouse"): warehouse,
    ("InboundShipment", "purchase_orders"): purchase_orders,
}
