"""Operations that make, change and delete products."""

from collections.abc import Mapping
from typing import Any

from crossdock_twins.shiphero.call import Call, Operation, number_of, required
from crossdock_twins.shiphero.errors import ApiError, Code, invalid, not_found
from crossdock_twins.shiphero.orders import allocation
from crossdock_twins.shiphero.products import events, nodes, stocking, store
from crossdock_twins.shiphero.skus import sku_key
from crossdock_twins.shiphero.stock import ledger
from crossdock_twins.shiphero.stock import nodes as stock_nodes

_KEPT = frozenset(
    {
        *("price", "value", "country_of_manufacture", "dimensions", "tariff_code", "product_note", "no_air"),
        *("final_sale", "customs_value", "customs_description", "not_owned", "ignore_on_customs", "dropship"),
        *("ignore_on_invoice", "needs_serial_number", "virtual", "needs_lot_tracking", "packer_note", "is_assembly"),
        *("size", "style", "vendor_part_number", "consumer_package_code", "buyer_part_number", "buyer_style_number"),
        "auto_pack",
    }
)
_ON_ITS_WAY = (
    "SELECT 1 FROM warehouse_products s WHERE s.product_id = ? AND (EXISTS"
    " (SELECT 1 FROM tote_items t WHERE t.stock_id = s.id) OR EXISTS"
    " (SELECT 1 FROM wholesale_picks w WHERE w.stock_id = s.id))"
)
_PART_OF = (
    "SELECT p.sku FROM product_components c JOIN products p ON p.id = c.product_id WHERE c.component_id = ? LIMIT 1"
)


def product_create(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `product_create`: the product, and its stock in the warehouses named; one product per SKU and account."""
    state, account_id = call.state, call.account_for(data.get("customer_account_id"))
    sku, at = required(data["sku"], "sku"), call.state.today()
    if state.store.one("SELECT 1 FROM products WHERE account_id = ? AND sku_key = ?", account_id, sku_key(sku)):
        raise ApiError(Code.TAKEN, f"A product with SKU {sku} exists already")
    columns = {
        "name": required(data["name"], "name"),
        "barcode": (data.get("barcode") or "").strip(),
        "kit": bool(data.get("kit") or data.get("kit_build")),
        "kit_build": bool(data.get("kit_build")),
    }
    body = {name: value for name, value in data.items() if name in _KEPT and value is not None}
    number = store.insert(state.store, account_id=account_id, sku=sku, columns=columns, body=body, at=at)
    _write_lists(call, number, account_id, data)
    for each in data["warehouse_products"]:
        if each:
            stocking.add_to_warehouse(
                call, account_id=account_id, product_id=number, data=each, reason="Product created"
            )
    return nodes.product(call, number)


def product_update(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `product_update`: tags and cases are replaced, images and vendors are added or changed."""
    account_id, at = call.account_for(data.get("customer_account_id")), call.state.today()
    row = store.find(call.state.store, account_id=account_id, sku=data["sku"])
    columns: dict[str, Any] = {}
    if data.get("name") is not None:
        columns["name"] = required(data["name"], "name")
    if data.get("barcode") is not None:
        columns["barcode"] = data["barcode"].strip()
    body = {name: value for name, value in data.items() if name in _KEPT and value is not None}
    if "dimensions" in body:
        known = nodes.products(call, [row])[0]["dimensions"]
        body["dimensions"] = {**known, **{name: value for name, value in body["dimensions"].items() if value}}
    store.change(call.state.store, row, columns=columns, body=body, at=at)
    _write_lists(call, row["id"], account_id, data)
    events.updated(call.state, row["id"], at=at)
    return nodes.product(call, row["id"])


def product_delete(call: Call, *, data: Mapping[str, Any]) -> None:
    """Answer `product_delete`: the stock is written off, open orders wait for a product that is not there."""
    state, at = call.state, call.state.today()
    row = store.find(state.store, account_id=call.account_for(data.get("customer_account_id")), sku=data["sku"])
    if state.store.one(_ON_ITS_WAY, row["id"]):
        raise invalid("The product is being picked. Clear the tote or the wholesale order first")
    whole = state.store.one(_PART_OF, row["id"])
    if whole is not None:
        raise invalid(f"The product is a component of {whole['sku']}. Remove it there first")
    stocks = state.store.all("SELECT id, on_hand FROM warehouse_products WHERE product_id = ?", row["id"])
    for stock in stocks:
        ledger.move(
            state, stock_id=stock["id"], change=-stock["on_hand"], reason="Product deleted", by=call.user, at=at
        )
    state.store.execute("DELETE FROM products WHERE id = ?", row["id"])
    reallocate(call, account_id=row["account_id"], sku=row["sku"], at=at)


def reallocate(call: Call, *, account_id: int, sku: str, at: str) -> None:
    """Let the open orders for a SKU take what there is of it now, or of what it is made of now."""
    orders = call.state.store.all(
        "SELECT DISTINCT o.id FROM orders o JOIN line_items l ON l.order_id = o.id"
        " WHERE o.account_id = ? AND l.sku_key = ? AND l.quantity_pending > 0 ORDER BY o.id",
        *(account_id, sku_key(sku)),
    )
    for order in orders:
        allocation.allocate(call.state, order_id=order["id"], at=at)


def product_delete_image(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `product_delete_image`; `removed` is false where the product has no such image."""
    at = call.state.today()
    row = store.find(call.state.store, account_id=call.account_for(data.get("customer_account_id")), sku=data["sku"])
    removed = store.drop_image(call.state.store, row["id"], data["src"].strip())
    if removed:
        store.touch(call.state.store, row["id"], at)
        events.updated(call.state, row["id"], at=at)
    return {"removed": removed}


def product_add_to_warehouse(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `product_add_to_warehouse`: one more warehouse carries the product."""
    account_id = call.account_for(data.get("customer_account_id"))
    row = store.find(call.state.store, account_id=account_id, sku=data["sku"])
    stock_id = stocking.add_to_warehouse(
        call, account_id=account_id, product_id=row["id"], data=data, reason="Product added to warehouse"
    )
    return stock_nodes.stock(call, stock_id)


def _write_lists(call: Call, product_id: int, account_id: int, data: Mapping[str, Any]) -> None:
    database = call.state.store
    if data.get("tags") is not None:
        store.set_tags(database, product_id, [tag.strip() for tag in data["tags"] if tag and tag.strip()])
    if data.get("cases") is not None:
        store.set_cases(database, product_id, [_case(each) for each in data["cases"] if each])
    for image in data.get("images") or ():
        if image:
            src = required(image["src"], "src")
            store.put_image(database, product_id, src=src, position=image.get("position"))
    for vendor in data.get("vendors") or ():
        if vendor:
            number = vendor_for(call, account_id, vendor["vendor_id"])
            store.put_vendor(
                database,
                product_id,
                vendor_id=number,
                vendor_sku=vendor.get("vendor_sku"),
                price=vendor.get("price"),
            )


def vendor_for(call: Call, account_id: int, text: str | None) -> int:
    """Read the id of one of an account's vendors; error 5 for any other."""
    number = number_of(text, "Vendor")
    found = call.state.store.one(
        "SELECT 1 FROM vendors WHERE id = ? AND account_id = ? AND deleted_at IS NULL", number, account_id
    )
    if found is None:
        raise not_found("Vendor")
    return number


def _case(each: Mapping[str, Any]) -> tuple[str, int]:
    if each["case_quantity"] < 1:
        raise invalid("case_quantity must be at least 1")
    return required(each["case_barcode"], "case_barcode"), each["case_quantity"]


MUTATIONS: dict[str, Operation] = {
    "product_create": product_create,
    "product_update": product_update,
    "product_delete": product_delete,
    "product_delete_image": product_delete_image,
    "product_add_to_warehouse": product_add_to_warehouse,
}
ENTITIES = {
    "product_create": "product",
    "product_update": "product",
    "product_add_to_warehouse": "warehouse_product",
}
