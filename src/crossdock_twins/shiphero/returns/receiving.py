"""Operations on returns in the warehouse: receive an item, set the status."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from crossdock_twins.shiphero.call import Call, Operation, number_of, required
from crossdock_twins.shiphero.errors import invalid, not_found
from crossdock_twins.shiphero.orders import access, allocation
from crossdock_twins.shiphero.products import kits, stocking
from crossdock_twins.shiphero.returns import events, nodes, store
from crossdock_twins.shiphero.stock import houses, ledger


def return_receive_line_item(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `return_receive_line_item`: so many pieces more have come; those to be restocked go to stock.

    When the last piece is in, a return that was pending is `warehouse_complete`.
    """
    at, database = call.state.today(), call.state.store
    row = store.read(database, number_of(data["return_id"], "Return"), accounts=call.visible)
    item = store.item(database, number_of(data["return_line_item_id"], "ReturnItem"), return_id=row["id"])
    received, restock = data["quantity_received"], data.get("restock_quantity") or 0
    left = item["quantity"] - item["quantity_received"]
    if not 0 < received <= left:
        raise invalid(f"quantity_received must be at least 1, and {left} are still expected")
    if not 0 <= restock <= received:
        raise invalid("restock_quantity must be a number from 0 to quantity_received")
    warehouse_id = access.warehouse_for(call.state.store, data["warehouse_id"], account_id=row["account_id"])
    database.execute(
        "UPDATE return_items SET quantity_received = quantity_received + ?, restock = restock + ?, warehouse_id = ?,"
        " updated_at = ? WHERE id = ?",
        *(received, restock, warehouse_id, at, item["id"]),
    )
    if restock:
        _restock(call, row, item, data, quantity=restock, warehouse_id=warehouse_id, at=at)
    text = f"Received {received} of {item['sku']}, restocked {restock}"
    store.note(database, row["id"], text, user_id=call.user.id, at=at)
    if row["status"] == store.PENDING and all(
        each["quantity_received"] == each["quantity"] for each in store.items(database, row["id"])
    ):
        store.set_status(database, row["id"], store.WAREHOUSE_COMPLETE)
    events.updated(call.state, row["id"], at=at)
    return nodes.one(call, row["id"])


def _restock(
    call: Call,
    row: sqlite3.Row,
    item: sqlite3.Row,
    data: Mapping[str, Any],
    *,
    quantity: int,
    warehouse_id: int,
    at: str,
) -> None:
    """Bring pieces back to stock; those of a virtual kit come back as its components."""
    if item["product_id"] is None:
        raise invalid(f"The product {item['sku']} was deleted and cannot be restocked")
    location_id = houses.location_of(call, data["bin_id"]) if data.get("bin_id") else None
    parts = _parts(call, item["product_id"], quantity)
    touched = []
    for product_id, pieces in parts:
        stock_id = stocking.stock_in(call.state, product_id=product_id, warehouse_id=warehouse_id, at=at)
        ledger.move(
            call.state,
            stock_id=stock_id,
            change=pieces,
            reason=f"Return {row['id']} restocked",
            by=call.user,
            at=at,
            location_id=location_id,
            lot_id=_lot(call, data["lot_id"], product_id) if data.get("lot_id") else None,
        )
        touched.append(stock_id)
    allocation.settle(call.state, stock_ids=touched, at=at)


def _parts(call: Call, product_id: int, quantity: int) -> list[tuple[int, int]]:
    row = call.state.store.all("SELECT account_id, sku_key FROM products WHERE id = ?", product_id)[0]
    parts = kits.broken_down(call.state.store, account_id=row["account_id"], sku_key=row["sku_key"])
    return [(part.product_id, part.quantity * quantity) for part in parts] or [(product_id, quantity)]


def _lot(call: Call, text: str, product_id: int) -> int:
    number = number_of(text, "Lot")
    found = call.state.store.one(
        "SELECT 1 FROM lots WHERE id = ? AND product_id = ? AND deleted_at IS NULL", number, product_id
    )
    if found is None:
        raise not_found("Lot")
    return number


def return_update_status(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `return_update_status`: any text, since accounts name statuses of their own."""
    at, status = call.state.today(), required(data["status"], "status")
    row = store.read(call.state.store, number_of(data["return_id"], "Return"), accounts=call.visible)
    store.set_status(call.state.store, row["id"], status)
    text = f"Status changed from {row['status']} to {status}"
    store.note(call.state.store, row["id"], text, user_id=call.user.id, at=at)
    events.updated(call.state, row["id"], at=at)
    return nodes.one(call, row["id"])


MUTATIONS: dict[str, Operation] = {
    "return_receive_line_item": return_receive_line_item,
    "return_update_status": return_update_status,
}
ENTITIES = dict.fromkeys(MUTATIONS, "return")
