"""Inputs of stock operations: which record, place and plate they name, and how many pieces are there now."""

from collections.abc import Mapping
from typing import Any

from crossdock_twins.base.store import Store
from crossdock_twins.shiphero.call import Call
from crossdock_twins.shiphero.errors import invalid, not_found
from crossdock_twins.shiphero.stock import houses, ledger, plates

_MOST_PIECES = 100_000_000


def pieces(quantity: int, *, least: int = 1) -> int:
    """Give a number of pieces that makes sense."""
    if quantity < least:
        raise invalid("quantity must be greater than 0" if least else "quantity must not be negative")
    if quantity > _MOST_PIECES:
        raise invalid(f"quantity must not be greater than {_MOST_PIECES}")
    return quantity


def stock(call: Call, data: Mapping[str, Any]) -> int:
    """Give the stock record that `sku`, `warehouse_id` and `customer_account_id` name."""
    return ledger.stock_of(
        call.state,
        account_id=call.account_for(data.get("customer_account_id")),
        sku=data["sku"],
        warehouse_id=houses.warehouse_of(call, data["warehouse_id"]),
    )


def countable(call: Call, data: Mapping[str, Any]) -> int:
    """Give the stock record of a product that has pieces of its own: a kit that is not built ahead has none."""
    stock_id = stock(call, data)
    kit = call.state.store.one(
        "SELECT 1 FROM warehouse_products s JOIN products p ON p.id = s.product_id"
        " WHERE s.id = ? AND p.kit AND NOT p.kit_build",
        stock_id,
    )
    if kit is not None:
        raise invalid("The inventory of a kit is that of its components: change theirs")
    return stock_id


def location(call: Call, text: str | None) -> int | None:
    """Give the location that an input names, if it names one."""
    return houses.location_of(call, text) if text else None


def plate(call: Call, stock_id: int, text: str | None) -> int | None:
    """Give the license plate that an input names by id or by its printed number, if it names one."""
    if not text:
        return None
    number = plates.find(call.state.store, text)
    row = call.state.store.one(
        "SELECT 1 FROM lpns p JOIN warehouse_products s ON s.warehouse_id = p.warehouse_id WHERE p.id = ? AND s.id = ?",
        *(number, stock_id),
    )
    if number is None or row is None:
        raise not_found("License plate number")
    return number


def is_slotted(call: Call, stock_id: int) -> bool:
    """Tell whether a stock record's account or warehouse slots dynamically: then every piece has to name its place."""
    row = call.state.store.all(
        "SELECT s.account_id, w.body ->> 'dynamic_slotting' AS slotted FROM warehouse_products s"
        " JOIN warehouses w ON w.id = s.warehouse_id WHERE s.id = ?",
        stock_id,
    )[0]
    account = call.state.accounts.get(row["account_id"])
    return bool(row["slotted"]) or (account is not None and bool(account.settings.get("dynamic_slotting")))


def on_hand(store: Store, stock_id: int, *, non_sellable: bool = True) -> int:
    """Give how many pieces a stock record has, those that may not be sold included or not."""
    row = store.all("SELECT on_hand, non_sellable_quantity FROM warehouse_products WHERE id = ?", stock_id)[0]
    return int(row["on_hand"] - (0 if non_sellable else row["non_sellable_quantity"]))


def lying_in(store: Store, stock_id: int, location_id: int) -> int:
    """Give how many pieces of a stock record lie in a location."""
    row = store.all(
        "SELECT coalesce(sum(quantity), 0) AS n FROM item_locations WHERE stock_id = ? AND location_id = ?",
        *(stock_id, location_id),
    )[0]
    return int(row["n"])


def lot_in(store: Store, stock_id: int, location_id: int) -> int | None:
    """Give the lot that pieces join which come to a location: the last one that was put or assigned there."""
    row = store.one(
        "SELECT lot_id FROM item_locations WHERE stock_id = ? AND location_id = ? AND lot_id IS NOT NULL"
        " ORDER BY updated_at DESC, id DESC LIMIT 1",
        *(stock_id, location_id),
    )
    return None if row is None else int(row["lot_id"])


def in_totes(store: Store, stock_id: int) -> int:
    """Give how many pieces of a stock record are picked and not shipped yet."""
    row = store.all("SELECT coalesce(sum(quantity), 0) AS n FROM tote_items WHERE stock_id = ?", stock_id)[0]
    return int(row["n"])
