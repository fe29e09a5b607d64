"""What a product is made of: the components of a kit and of an assembly.

A virtual kit has no stock: an order for it takes its components. A kit that is built ahead (`kit_build`) and an
assembly have stock of their own, and building them takes the components from the shelf.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from crossdock_twins.base.store import Store

KIT, ASSEMBLY = "kit", "assembly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A product that goes into another, `quantity` pieces for each one of it."""

    id: int
    product_id: int
    account_id: int
    sku: str
    sku_key: str
    name: str
    quantity: int


def broken_down(store: Store, *, account_id: int, sku_key: str) -> list[Component]:
    """Give the components that an order for this SKU takes instead; empty for all but virtual kits."""
    row = store.one(
        "SELECT id FROM products WHERE account_id = ? AND sku_key = ? AND kit AND NOT kit_build", account_id, sku_key
    )
    return [] if row is None else components_of(store, product_id=row["id"], kind=KIT)


def recipe(store: Store, product: sqlite3.Row) -> list[Component]:
    """Give what a product is put together from, ahead of any order: an assembly, or a kit that is built ahead."""
    parts = components_of(store, product_id=product["id"], kind=ASSEMBLY)
    return parts or (components_of(store, product_id=product["id"], kind=KIT) if product["kit_build"] else [])


def components_of(store: Store, *, product_id: int, kind: str) -> list[Component]:
    """Give what one product is made of, as a kit or as an assembly, in the order in which it was put in."""
    return components_by_product(store, [product_id], kind=kind).get(product_id, [])


def components_by_product(store: Store, numbers: Sequence[int], *, kind: str) -> dict[int, list[Component]]:
    """Give what several products are made of."""
    rows = store.all(
        "SELECT c.id, c.product_id AS whole, c.quantity, p.id AS part, p.account_id, p.sku, p.sku_key, p.name"
        " FROM product_components c JOIN products p ON p.id = c.component_id"
        f" WHERE c.kind = ? AND c.product_id IN ({', '.join('?' * len(numbers))}) ORDER BY c.id",
        kind,
        *numbers,
    )
    found: dict[int, list[Component]] = {}
    for row in rows:
        found.setdefault(row["whole"], []).append(_component(row))
    return found


def put_in(store: Store, *, product_id: int, component_id: int, kind: str, quantity: int) -> None:
    """Put a component in, or set how many pieces of it go in."""
    store.execute(
        "INSERT INTO product_components (product_id, component_id, kind, quantity) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (product_id, kind, component_id) DO UPDATE SET quantity = excluded.quantity",
        *(product_id, component_id, kind, quantity),
    )


def take_out(store: Store, *, product_id: int, component_id: int, kind: str) -> bool:
    """Take a component out; False where it was not in."""
    changed = store.execute(
        "DELETE FROM product_components WHERE product_id = ? AND component_id = ? AND kind = ?",
        *(product_id, component_id, kind),
    )
    return changed > 0


def clear(store: Store, *, product_id: int, kind: str) -> None:
    """Take all components out."""
    store.execute("DELETE FROM product_components WHERE product_id = ? AND kind = ?", product_id, kind)


def _component(row: sqlite3.Row) -> Component:
    return Component(
        id=row["id"],
        product_id=row["part"],
        account_id=row["account_id"],
        sku=row["sku"],
        sku_key=row["sku_key"],
        name=row["name"],
        quantity=row["quantity"],
    )
