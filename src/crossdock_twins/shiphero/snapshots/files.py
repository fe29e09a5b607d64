"""The file of a snapshot: products by SKU, their stock by warehouse, and the places where it lies."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from crossdock_twins.base.store import Store
from crossdock_twins.shiphero import dates, ids
from crossdock_twins.shiphero.paging import Conditions

_STOCK = (
    "SELECT s.*, p.sku FROM warehouse_products s JOIN products p ON p.id = s.product_id {where} ORDER BY p.sku, s.id"
)
_BINS = (
    "SELECT i.*, l.name AS location_name, l.sellable, t.name AS lot_name, t.expires_at FROM item_locations i"
    " JOIN warehouse_products s ON s.id = i.stock_id JOIN locations l ON l.id = i.location_id"
    " LEFT JOIN lots t ON t.id = i.lot_id {where} AND i.quantity > 0 ORDER BY i.id"
)
_VENDORS = (
    "SELECT v.* FROM product_vendors v WHERE v.product_id IN (SELECT s.product_id FROM warehouse_products s {where})"
    " ORDER BY v.vendor_id"
)


def write(
    store: Store, snapshot: sqlite3.Row, accounts: Sequence[int], *, started: datetime, finished: datetime
) -> bytes:
    """Write the stock of these accounts as it is now, filtered as the snapshot was asked for."""
    asked = json.loads(snapshot["body"])
    where = _where(snapshot, asked, accounts)
    products = _products(store, where)
    by_account: dict[str, dict[str, Any]] = defaultdict(dict)
    flat: dict[str, Any] = {}
    for (account_id, sku), product in products.items():
        by_account[ids.encode("Account", account_id)][sku] = product
        flat[sku] = product
    head = {
        "snapshot_id": snapshot["snapshot_id"],
        "warehouse_id": ids.encode_or_none("Warehouse", snapshot["warehouse_id"]),
        "snapshot_started_at": dates.text_of(started),
        "snapshot_finished_at": dates.text_of(finished),
    }
    return json.dumps({**head, "products": by_account if asked.get("new_format") else flat}).encode()


def _where(snapshot: sqlite3.Row, asked: dict[str, Any], accounts: Sequence[int]) -> Conditions:
    where = Conditions()
    where.among("s.account_id", accounts)
    where.compare("s.warehouse_id", "=", snapshot["warehouse_id"])
    where.compare("s.updated_at", ">=", asked.get("updated_from"))
    if asked.get("has_inventory") is not None:
        where.add("s.on_hand > 0" if asked["has_inventory"] else "s.on_hand = 0")
    return where


def _products(store: Store, where: Conditions) -> dict[tuple[int, str], dict[str, Any]]:
    bins = defaultdict(list)
    for row in store.all(_BINS.format(where=where.sql), *where.values):
        bins[row["stock_id"]].append(row)
    vendors: dict[int, dict[str, Any]] = defaultdict(dict)
    for row in store.all(_VENDORS.format(where=where.sql), *where.values):
        vendor = {"vendor_id": ids.encode("Vendor", row["vendor_id"]), "vendor_sku": row["vendor_sku"]}
        vendors[row["product_id"]][vendor["vendor_id"]] = vendor
    found: dict[tuple[int, str], dict[str, Any]] = {}
    for row in store.all(_STOCK.format(where=where.sql), *where.values):
        empty = {
            "account_id": ids.encode("Account", row["account_id"]),
            "vendors": vendors[row["product_id"]],
            "warehouse_products": {},
        }
        product = found.setdefault((row["account_id"], row["sku"]), empty)
        product["warehouse_products"][ids.encode("Warehouse", row["warehouse_id"])] = _stock(row, bins[row["id"]])
    return found


def _stock(row: sqlite3.Row, bins: Sequence[sqlite3.Row]) -> dict[str, Any]:
    return {
        "on_hand": row["on_hand"],
        "allocated": row["allocated"],
        "backorder": row["backorder"],
        "available": row["on_hand"] - row["allocated"],
        "reserve": row["reserve_inventory"],
        "non_sellable": row["non_sellable_quantity"],
        "item_bins": {ids.encode("ItemLocation", each["id"]): _bin(each) for each in bins},
    }


def _bin(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "location_id": ids.encode("Bin", row["location_id"]),
        "location_name": row["location_name"],
        "lot_id": ids.encode_or_none("Lot", row["lot_id"]),
        "lot_name": row["lot_name"],
        "expiration_date": row["expires_at"],
        "sellable": bool(row["sellable"]),
        "quantity": row["quantity"],
    }
