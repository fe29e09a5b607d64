"""Rows of products and warehouses as the API's types."""

import json
import sqlite3
from typing import Any

from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.call import Call, Info, Resolver, Siblings
from crossdock_twins.shiphero.paging import Conditions, Listing

_FLAGS = dict.fromkeys(
    (
        "no_air",
        "final_sale",
        "not_owned",
        "dropship",
        "needs_serial_number",
        "virtual",
        "ignore_on_invoice",
        "ignore_on_customs",
        "needs_lot_tracking",
        "is_assembly",
        "auto_pack",
    ),
    False,
)
_TEXTS = {
    "price": "0.00",
    "value": "0.00",
    "value_currency": "USD",
    "customs_value": "0.00",
    "customs_description": "",
    "country_of_manufacture": "",
    "tariff_code": "",
    "product_note": "",
    "packer_note": "",
}
_DIMENSIONS = dict.fromkeys(("weight", "height", "width", "length"), "0.00")
PRODUCT_SORTS = {name: name for name in ("id", "sku", "name", "barcode", "created_at", "updated_at")} | {
    "legacy_id": "id"
}


def products(_call: Call, rows: list[sqlite3.Row]) -> list[dict[str, Any]]:
    """Give the nodes of one page of products."""
    siblings = Siblings([row["id"] for row in rows])
    return [_product(row, siblings) for row in rows]


def product(call: Call, number: int) -> dict[str, Any]:
    """Give the node of one product that exists."""
    return products_by_number(call, [number])[number]


def products_by_number(call: Call, numbers: list[int]) -> dict[int, dict[str, Any]]:
    """Give the nodes of several products."""
    marks = ", ".join("?" * len(numbers))
    rows = call.state.store.all(f"SELECT * FROM products WHERE id IN ({marks})", *numbers)
    return {node["_number"]: node for node in products(call, rows)}


def _product(row: sqlite3.Row, siblings: Siblings) -> dict[str, Any]:
    body = json.loads(row["body"])
    return {
        **_FLAGS,
        **_TEXTS,
        **body,
        "id": ids.encode("Product", row["id"]),
        "legacy_id": row["id"],
        "account_id": ids.encode("Account", row["account_id"]),
        "sku": row["sku"],
        "name": row["name"],
        "barcode": row["barcode"],
        "kit": bool(row["kit"]),
        "kit_build": bool(row["kit_build"]),
        "active": body.get("active", True),
        "dimensions": {**_DIMENSIONS, **{name: text for name, text in body.get("dimensions", {}).items() if text}},
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "_number": row["id"],
        "_account": row["account_id"],
        "_siblings": siblings,
    }


def warehouse(row: sqlite3.Row) -> dict[str, Any]:
    """Give the node of a warehouse."""
    return {
        **json.loads(row["body"]),
        "id": ids.encode("Warehouse", row["id"]),
        "legacy_id": row["id"],
        "account_id": ids.encode("Account", row["account_id"]),
        "identifier": row["identifier"],
        "_number": row["id"],
    }


def warehouse_of(call: Call, number: int) -> dict[str, Any] | None:
    """Read a warehouse once per request: a page of stock names the same few on every row."""
    if number not in call.warehouses:
        row = call.state.store.one("SELECT * FROM warehouses WHERE id = ?", number)
        call.warehouses[number] = None if row is None else warehouse(row)
    return call.warehouses[number]


def products_of_warehouse(house: dict[str, Any], info: Info, **page: Any) -> dict[str, Any]:
    """Resolve `Warehouse.products`: those of the caller's accounts that the warehouse carries."""
    call = info.context
    where = Conditions()
    where.among("account_id", call.visible)
    where.add("id IN (SELECT product_id FROM warehouse_products WHERE warehouse_id = ?)", house["_number"])
    return product_listing(call, where).connection(call, **page)


def product_listing(call: Call, where: Conditions) -> Listing:
    """Give the products that fit, to be read page by page."""
    return Listing(store=call.state.store, table="products", where=where, sorts=PRODUCT_SORTS, nodes=products)


def product_of_line(line: dict[str, Any], info: Info) -> dict[str, Any] | None:
    """Resolve `LineItem.product` by SKU; a line may name one that the account does not have."""
    call = info.context

    def load(numbers: list[int]) -> dict[int, dict[str, Any]]:
        marks = ", ".join("?" * len(numbers))
        found = call.state.store.all(
            "SELECT l.id, p.id AS product_id FROM line_items l JOIN orders o ON o.id = l.order_id"
            f" JOIN products p ON p.account_id = o.account_id AND p.sku_key = l.sku_key WHERE l.id IN ({marks})",
            *numbers,
        )
        known = products_by_number(call, sorted({row["product_id"] for row in found}))
        return {row["id"]: known[row["product_id"]] for row in found}

    found: dict[str, Any] | None = line["_siblings"].below("product", line["_number"], load)
    return found


def warehouse_of_line(line: dict[str, Any], info: Info) -> str | None:
    """Resolve `LineItem.warehouse`: the identifier of the warehouse that serves it."""
    call = info.context
    if line["_warehouse"] is None:
        return None
    house = warehouse_of(call, line["_warehouse"])
    return None if house is None else str(house["identifier"])


FIELDS: dict[tuple[str, str], Resolver] = {
    ("Warehouse", "products"): products_of_warehouse,
    ("LineItem", "product"): product_of_line,
    ("LineItem", "warehouse"): warehouse_of_line,
}
