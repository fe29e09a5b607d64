"""Operations on lots: find, make, change, delete them, and say which pieces belong to one."""

from collections.abc import Mapping
from typing import Any

from crossdock_twins.shiphero.call import Call, Operation, number_of, required
from crossdock_twins.shiphero.errors import ApiError, Code, invalid, not_found
from crossdock_twins.shiphero.lots import nodes
from crossdock_twins.shiphero.paging import Conditions, Listing
from crossdock_twins.shiphero.skus import sku_key
from crossdock_twins.shiphero.stock import houses, shelves
from crossdock_twins.shiphero.stock import nodes as stock_nodes
from crossdock_twins.shiphero.stock.shelves import Part

Input = Mapping[str, Any]

_OF_ORDER = "id IN (SELECT lot_id FROM lot_purchase_orders WHERE purchase_order_id = ?)"


def expiration_lots(call: Call, *, sku: str | None = None, po_id: str | None = None) -> Listing:
    """Answer `expiration_lots`: those of the caller's accounts, of one product or one purchase order."""
    where = Conditions()
    where.among("account_id", call.visible)
    where.add("deleted_at IS NULL")
    if sku:
        where.add("product_id IN (SELECT id FROM products WHERE sku_key = ?)", sku_key(sku))
    if po_id:
        where.add(_OF_ORDER, number_of(po_id, "PurchaseOrder"))
    return nodes.listing(call, where)


def lot_create(call: Call, *, data: Input) -> nodes.Node | None:
    """Answer `lot_create`; a product has each name of a lot once."""
    account_id, name = call.account_for(data.get("customer_account_id")), required(data["name"], "name")
    product_id, today = _product(call, account_id, data["sku"]), call.state.today()
    _check_name(call, product_id, name, but=0)
    number = call.state.store.insert(
        "INSERT INTO lots (account_id, product_id, name, expires_at, is_active, created_at, updated_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        *(account_id, product_id, name, data.get("expires_at"), data.get("is_active") is not False, today, today),
    )
    return nodes.lot(call, number)


def lot_update(call: Call, *, data: Input) -> nodes.Node | None:
    """Answer `lot_update`; a lot that pieces belong to stays with its product."""
    number, store = _lot(call, data["lot_id"]), call.state.store
    row = store.all("SELECT * FROM lots WHERE id = ?", number)[0]
    product_id = _product(call, row["account_id"], data["sku"]) if data.get("sku") else row["product_id"]
    name = required(data["name"], "name") if data.get("name") is not None else row["name"]
    _check_name(call, product_id, name, but=number)
    if product_id != row["product_id"] and _pieces(call, number):
        raise invalid("The lot has inventory, so it cannot be given to another product")
    values = (
        *(product_id, name, data.get("expires_at") or row["expires_at"]),
        row["is_active"] if data.get("is_active") is None else data["is_active"],
    )
    store.execute(
        "UPDATE lots SET product_id = ?, name = ?, expires_at = ?, is_active = ?, updated_at = ? WHERE id = ?",
        *(*values, call.state.today(), number),
    )
    return nodes.lot(call, number)


def lots_update(call: Call, *, data: Input) -> dict[str, Any]:
    """Answer `lots_update`: switch several lots on or off; all of them or none."""
    for text in data["lots_ids"]:
        number = _lot(call, text)
        if data.get("is_active") is not None:
            call.state.store.execute(
                "UPDATE lots SET is_active = ?, updated_at = ? WHERE id = ?",
                *(data["is_active"], call.state.today(), number),
            )
    return {"ok": True}


def lot_delete(call: Call, *, data: Input) -> nodes.Node | None:
    """Answer `lot_delete` with the lot that was; pieces must not belong to it any more."""
    number, store = _lot(call, data["lot_id"]), call.state.store
    if _pieces(call, number):
        raise invalid("The lot has inventory: move it to another lot first")
    store.execute("DELETE FROM item_locations WHERE lot_id = ?", number)
    store.execute("UPDATE lots SET deleted_at = ? WHERE id = ?", call.state.today(), number)
    return nodes.lot(call, number)


def lot_assign_to_location(call: Call, *, data: Input) -> nodes.Node:
    """Answer `lot_assign_to_location`: all pieces of the product in a location belong to this lot from now on."""
    number, location_id = _lot(call, data["lot_id"]), houses.location_of(call, data["location_id"])
    store, today = call.state.store, call.state.today()
    stock = store.one(
        "SELECT s.id FROM lots t JOIN warehouse_products s ON s.product_id = t.product_id"
        " JOIN locations l ON l.warehouse_id = s.warehouse_id WHERE t.id = ? AND l.id = ?",
        *(number, location_id),
    )
    if stock is None:
        raise not_found("Warehouse product")
    others = store.all(
        "SELECT id, quantity FROM item_locations WHERE stock_id = ? AND location_id = ? AND coalesce(lot_id, 0) <> ?",
        *(stock["id"], location_id, number),
    )
    quantity = sum(row["quantity"] for row in others)
    joined = shelves.put(store, stock["id"], Part(location_id=location_id, lot_id=number, quantity=quantity), at=today)
    for row in others:
        shelves.merge(store, row["id"], into=joined)
    return stock_nodes.stock(call, stock["id"])


def _lot(call: Call, text: str) -> int:
    number = number_of(text, "Lot")
    row = call.state.store.one("SELECT account_id FROM lots WHERE id = ? AND deleted_at IS NULL", number)
    if row is None or row["account_id"] not in call.visible:
        raise not_found("Lot")
    return number


def _product(call: Call, account_id: int, sku: str) -> int:
    row = call.state.store.one("SELECT id FROM products WHERE account_id = ? AND sku_key = ?", account_id, sku_key(sku))
    if row is None:
        raise not_found("Product")
    return int(row["id"])


def _check_name(call: Call, product_id: int, name: str, *, but: int) -> None:
    taken = call.state.store.one(
        "SELECT 1 FROM lots WHERE product_id = ? AND name = ? AND id <> ? AND deleted_at IS NULL", product_id, name, but
    )
    if taken is not None:
        raise ApiError(Code.TAKEN, f"A lot named {name} already exists for this product")


def _pieces(call: Call, number: int) -> bool:
    lying = "SELECT 1 FROM item_locations WHERE lot_id = ? AND quantity > 0"
    picked = "SELECT 1 FROM tote_items WHERE lot_id = ?"
    return call.state.store.one(f"{lying} UNION ALL {picked}", number, number) is not None


QUERIES: dict[str, Operation] = {"expiration_lots": expiration_lots}
MUTATIONS: dict[str, Operation] = {
    "lot_create": lot_create,
    "lot_update": lot_update,
    "lots_update": lots_update,
    "lot_delete": lot_delete,
    "lot_assign_to_location": lot_assign_to_location,
}
ENTITIES = {
    **dict.fromkeys(("lot_create", "lot_update", "lot_delete"), "lot"),
    "lot_assign_to_location": "warehouse_product",
}
PAGES = frozenset({"LotsQueryResult"})
