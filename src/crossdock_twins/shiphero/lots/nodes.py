"""Lots as the API's type, with where they lie and the purchase orders that brought them."""

import sqlite3
from typing import Any

from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.call import Call, Info, Resolver, Siblings
from crossdock_twins.shiphero.locations import nodes as location_nodes
from crossdock_twins.shiphero.paging import Conditions, Listing, connection_of

Node = dict[str, Any]

SORTS = {name: name for name in ("id", "name", "expires_at", "received_at", "created_at", "updated_at")} | {
    "legacy_id": "id",
    "sku": "(SELECT p.sku FROM products p WHERE p.id = lots.product_id)",
}
_HERE = (
    "SELECT DISTINCT t.* FROM item_locations i JOIN lots t ON t.id = i.lot_id"
    " WHERE i.location_id = ? AND t.deleted_at IS NULL AND t.account_id IN ({}) ORDER BY t.id"
)


def listing(call: Call, where: Conditions) -> Listing:
    """Give the lots that fit, to be read page by page."""
    return Listing(store=call.state.store, table="lots", where=where, sorts=SORTS, nodes=lots)


def lots(call: Call, rows: list[sqlite3.Row]) -> list[Node]:
    """Give the nodes of one page of lots."""
    siblings = Siblings([row["id"] for row in rows])
    products = sorted({row["product_id"] for row in rows})
    skus = {
        row["id"]: row["sku"]
        for row in call.state.store.all(
            f"SELECT id, sku FROM products WHERE id IN ({', '.join('?' * len(products))})", *products
        )
    }
    return [_lot(row, skus[row["product_id"]], siblings) for row in rows]


def _lot(row: sqlite3.Row, sku: str, siblings: Siblings) -> Node:
    return {
        "id": ids.encode("Lot", row["id"]),
        "legacy_id": row["id"],
        "account_id": ids.encode("Account", row["account_id"]),
        "name": row["name"],
        "sku": sku,
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "expires_at": row["expires_at"],
        "received_at": row["received_at"],
        "is_active": bool(row["is_active"]),
        "_number": row["id"],
        "_siblings": siblings,
    }


def lot(call: Call, number: int | None) -> Node | None:
    """Give the node of one lot, a deleted one too; None for no lot."""
    row = None if number is None else call.state.store.one("SELECT * FROM lots WHERE id = ?", number)
    return None if row is None else lots(call, [row])[0]


def lot_of_item_location(node: Node, info: Info) -> Node | None:
    """Resolve `ItemLocation.expiration_lot`."""
    return lot(info.context, node["_lot"])


def locations_of_lot(node: Node, info: Info, **page: Any) -> Node:
    """Resolve `Lot.locations`: where pieces of it lie, or where it was assigned to."""
    call, where = info.context, Conditions()
    where.add("id IN (SELECT location_id FROM item_locations WHERE lot_id = ?) AND deleted_at IS NULL", node["_number"])
    listing_of = Listing(
        store=call.state.store,
        table="locations",
        where=where,
        sorts=location_nodes.LOCATION_SORTS,
        nodes=location_nodes.locations,
    )
    return listing_of.connection(call, **page)


def lots_in_location(location: Node, info: Info, *, customer_account_id: str | None = None, **page: Any) -> Node:
    """Resolve `Location.expiration_lots`: the lots of the caller's accounts that lie there."""
    call = info.context
    accounts = call.accounts_of(customer_account_id)
    rows = call.state.store.all(_HERE.format(", ".join("?" * len(accounts))), location["_number"], *accounts)
    return connection_of(call, lots(call, rows), **page)


def first_purchase_order(node: Node, info: Info) -> str | None:
    """Resolve `Lot.po_id`, from the days when a lot belonged to one purchase order: the first of them."""
    row = info.context.state.store.one(
        "SELECT min(purchase_order_id) AS first FROM lot_purchase_orders WHERE lot_id = ?", node["_number"]
    )
    return None if row is None else ids.encode_or_none("PurchaseOrder", row["first"])


FIELDS: dict[tuple[str, str], Resolver] = {
    ("ItemLocation", "expiration_lot"): lot_of_item_location,
    ("Location", "expiration_lots"): lots_in_location,
    ("Lot", "locations"): locations_of_lot,
    ("Lot", "po_id"): first_purchase_order,
}
