"""What hangs below a product: tags, images, vendors, cases, and what it is made of."""

import sqlite3
from collections import defaultdict
from typing import Any

from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.call import Call, Info, Resolver
from crossdock_twins.shiphero.products import kits, nodes
from crossdock_twins.shiphero.products.kits import ASSEMBLY, KIT, Component

Node = dict[str, Any]

_TYPES = {KIT: "KitComponent", ASSEMBLY: "AssemblyComponent"}


def tags(product: Node, info: Info) -> list[str]:
    """Resolve `Product.tags`."""
    return [row["tag"] for row in _below(product, info.context, "product_tags", "tag")]


def images(product: Node, info: Info) -> list[Node]:
    """Resolve `Product.images`, by position."""
    rows = _below(product, info.context, "product_images", "position, src")
    return [{"src": row["src"], "position": row["position"]} for row in rows]


def first_image(product: Node, info: Info) -> str | None:
    """Resolve `Product.thumbnail` and `large_thumbnail`: the first image, which the twin does not make smaller."""
    found = images(product, info)
    return found[0]["src"] if found else None


def vendors(product: Node, info: Info) -> list[Node]:
    """Resolve `Product.vendors`: who sells it, under which SKU, at which price."""
    return [
        {
            "vendor_id": ids.encode("Vendor", row["vendor_id"]),
            "vendor_sku": row["vendor_sku"],
            "price": row["price"],
        }
        for row in _below(product, info.context, "product_vendors", "vendor_id")
    ]


def cases(product: Node, info: Info) -> list[Node]:
    """Resolve `Product.cases`: cartons with a barcode of their own."""
    return [
        {
            "id": ids.encode("Case", row["id"]),
            "legacy_id": row["id"],
            "case_barcode": row["case_barcode"],
            "case_quantity": row["quantity"],
        }
        for row in _below(product, info.context, "product_cases", "id")
    ]


def components(product: Node, info: Info) -> list[Node]:
    """Resolve `Product.components`: the products of a kit, without their quantities."""
    found = nodes.products_by_number(info.context, [each.product_id for each in _parts(product, info.context, KIT)])
    return [found[number] for number in sorted(found)]


def kit_components(product: Node, info: Info) -> list[Node]:
    """Resolve `Product.kit_components`."""
    return [_component(each, KIT) for each in _parts(product, info.context, KIT)]


def assembly_components(product: Node, info: Info) -> list[Node]:
    """Resolve `Product.assembly_components`."""
    return [_component(each, ASSEMBLY) for each in _parts(product, info.context, ASSEMBLY)]


def _component(component: Component, kind: str) -> Node:
    return {
        "id": ids.encode(_TYPES[kind], component.id),
        "legacy_id": component.id,
        "account_id": ids.encode("Account", component.account_id),
        "sku": component.sku,
        "quantity": component.quantity,
    }


def _parts(product: Node, call: Call, kind: str) -> list[Component]:
    def load(numbers: list[int]) -> dict[int, list[Component]]:
        return kits.components_by_product(call.state.store, numbers, kind=kind)

    found: list[Component] = product["_siblings"].below(f"{kind} components", product["_number"], load) or []
    return found


def _below(product: Node, call: Call, table: str, by: str) -> list[sqlite3.Row]:
    def load(numbers: list[int]) -> dict[int, list[sqlite3.Row]]:
        marks = ", ".join("?" * len(numbers))
        found: dict[int, list[sqlite3.Row]] = defaultdict(list)
        for row in call.state.store.all(f"SELECT * FROM {table} WHERE product_id IN ({marks}) ORDER BY {by}", *numbers):
            found[row["product_id"]].append(row)
        return found

    rows: list[sqlite3.Row] = product["_siblings"].below(table, product["_number"], load) or []
    return rows


FIELDS: dict[tuple[str, str], Resolver] = {
    ("Product", "tags"): tags,
    ("Product", "images"): images,
    ("Product", "thumbnail"): first_image,
    ("Product", "large_thumbnail"): first_image,
    ("Product", "vendors"): vendors,
    ("Product", "cases"): cases,
    ("Product", "components"): components,
    ("Product", "kit_components"): kit_components,
    ("Product", "assembly_components"): assembly_components,
}
