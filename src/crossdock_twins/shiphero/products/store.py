"""Products as they are kept: the row, its tags, images, cases and vendors."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crossdock_twins.base.store import Store
from crossdock_twins.shiphero.errors import not_found
from crossdock_twins.shiphero.skus import sku_key

COLUMNS = ("name", "barcode", "kit", "kit_build")
"""What stands in columns of its own; the rest of a product is its `body`."""


def find(store: Store, *, account_id: int, sku: str, entity: str = "Product") -> sqlite3.Row:
    """Give an account's product; error 5 names the entity where there is none of that SKU."""
    row = store.one("SELECT * FROM products WHERE account_id = ? AND sku_key = ?", account_id, sku_key(sku))
    if row is None:
        raise not_found(entity)
    return row


def insert(
    store: Store, *, account_id: int, sku: str, columns: Mapping[str, Any], body: Mapping[str, Any], at: str
) -> int:
    """Add a product and give its number."""
    values = {
        "account_id": account_id,
        "sku": sku,
        "sku_key": sku_key(sku),
        **columns,
        "created_at": at,
        "updated_at": at,
        "body": json.dumps(body),
    }
    marks = ", ".join("?" * len(values))
    return store.insert(f"INSERT INTO products ({', '.join(values)}) VALUES ({marks})", *values.values())


def change(store: Store, row: sqlite3.Row, *, columns: Mapping[str, Any], body: Mapping[str, Any], at: str) -> None:
    """Change a product: columns, and members of the body; what is not named stays."""
    values = {**columns, "body": json.dumps({**json.loads(row["body"]), **body}), "updated_at": at}
    store.execute(
        f"UPDATE products SET {', '.join(f'{name} = ?' for name in values)} WHERE id = ?", *values.values(), row["id"]
    )


def touch(store: Store, product_id: int, at: str) -> None:
    """Note that something below a product changed."""
    store.execute("UPDATE products SET updated_at = ? WHERE id = ?", at, product_id)


def set_tags(store: Store, product_id: int, tags: Iterable[str]) -> None:
    """Give a product these tags and no others."""
    store.execute("DELETE FROM product_tags WHERE product_id = ?", product_id)
    for tag in tags:
        store.execute("INSERT OR IGNORE INTO product_tags (product_id, tag) VALUES (?, ?)", product_id, tag)


def put_image(store: Store, product_id: int, *, src: str, position: int | None) -> None:
    """Add an image, or move it to another position; without one it goes to the end."""
    store.execute(
        "INSERT INTO product_images (product_id, src, position) VALUES (?1, ?2, coalesce(?3,"
        " (SELECT max(position) + 1 FROM product_images WHERE product_id = ?1), 1))"
        " ON CONFLICT (product_id, src) DO UPDATE SET position = coalesce(?3, position)",
        *(product_id, src, position),
    )


def drop_image(store: Store, product_id: int, src: str) -> bool:
    """Take an image away; False where the product does not have it."""
    return store.execute("DELETE FROM product_images WHERE product_id = ? AND src = ?", product_id, src) > 0


def set_cases(store: Store, product_id: int, cases: Sequence[tuple[str, int]]) -> None:
    """Give a product these cases (barcode, pieces) and no others; one that stays keeps its number."""
    kept = [barcode for barcode, _ in cases]
    store.execute(
        f"DELETE FROM product_cases WHERE product_id = ? AND case_barcode NOT IN ({', '.join('?' * len(kept))})",
        product_id,
        *kept,
    )
    for barcode, quantity in cases:
        store.execute(
            "INSERT INTO product_cases (product_id, case_barcode, quantity) VALUES (?, ?, ?)"
            " ON CONFLICT (product_id, case_barcode) DO UPDATE SET quantity = excluded.quantity",
            *(product_id, barcode, quantity),
        )


def put_vendor(store: Store, product_id: int, *, vendor_id: int, vendor_sku: str | None, price: str | None) -> None:
    """Say that a vendor sells a product, or change under which SKU and price; None keeps what is known."""
    store.execute(
        "INSERT INTO product_vendors (product_id, vendor_id, vendor_sku, price)"
        " VALUES (?1, ?2, coalesce(?3, (SELECT sku FROM products WHERE id = ?1)), ?4)"
        " ON CONFLICT (product_id, vendor_id) DO UPDATE SET vendor_sku = coalesce(?3, vendor_sku),"
        " price = coalesce(?4, price)",
        *(product_id, vendor_id, vendor_sku, price),
    )


def drop_vendor(store: Store, product_id: int, vendor_id: int) -> bool:
    """Say that a vendor no longer sells a product; False where it did not."""
    return (
        store.execute("DELETE FROM product_vendors WHERE product_id = ? AND vendor_id = ?", product_id, vendor_id) > 0
    )
