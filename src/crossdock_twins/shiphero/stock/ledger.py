"""The only way to change stock: pieces come and go, and each change of stock leaves its row in inventory_changes.

Held at every moment: on hand = the sum of its changes = the pieces in locations + the pieces picked into totes.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crossdock_twins.base.store import Store
from crossdock_twins.shiphero.accounts import User
from crossdock_twins.shiphero.errors import not_found
from crossdock_twins.shiphero.skus import sku_key
from crossdock_twins.shiphero.stock import news, places, plates, shelves
from crossdock_twins.shiphero.stock.shelves import Part, Wanted

if TYPE_CHECKING:
    from crossdock_twins.shiphero.state import State

_NON_SELLABLE = (
    "non_sellable_quantity = (SELECT coalesce(sum(i.quantity), 0) FROM item_locations i"
    " JOIN locations l ON l.id = i.location_id WHERE i.stock_id = warehouse_products.id AND NOT l.sellable)"
)

default_location = places.default_location
"""Where pieces lie that name no location, by the number of a stock record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a row of history says about a change, whatever it changes; `at` is a text of the API."""

    reason: str
    by: User
    at: str
    source: str = "api"
    cycle_counted: bool = False


def stock_of(state: "State", *, account_id: int, sku: str, warehouse_id: int) -> int:
    """Give the number of a product's stock record in a warehouse; error 5 where product or record do not exist."""
    product = state.store.one("SELECT id FROM products WHERE account_id = ? AND sku_key = ?", account_id, sku_key(sku))
    if product is None:
        raise not_found("Product")
    stock = state.store.one(
        "SELECT id FROM warehouse_products WHERE product_id = ? AND warehouse_id = ?", product["id"], warehouse_id
    )
    if stock is None:
        raise not_found("Warehouse product")
    return int(stock["id"])


def move(
    state: "State",
    *,
    stock_id: int,
    change: int,
    reason: str,
    by: User,
    at: str,
    location_id: int | None = None,
    lot_id: int | None = None,
    lpn_id: int | None = None,
    source: str = "api",
    cycle_counted: bool = False,
    only_sellable: bool = False,
) -> None:
    """Add pieces (`change` > 0) or take them away, inside the caller's transaction; `at` is a text of the API.

    Without a location, pieces come to the default location, and go from wherever they lie in the order of picking:
    then each location has its own row of history. ApiError (invalid) where fewer lie there, error 5 where the
    location is not in the stock's warehouse. Settle the allocation of the stock afterwards.
    """
    stock = _stock(state, stock_id)
    entry = Entry(reason=reason, by=by, at=at, source=source, cycle_counted=cycle_counted)
    if location_id is not None:
        places.check(state.store, location_id, warehouse_id=stock["warehouse_id"])
    if change > 0:
        target = default_location(state, stock_id) if location_id is None else location_id
        _book(state, stock, Part(location_id=target, lot_id=lot_id, quantity=change), entry, lpn_id=lpn_id)
    elif change < 0:
        wanted = Wanted(
            stock_id=stock_id, quantity=-change, location_id=location_id, lot_id=lot_id, only_sellable=only_sellable
        )
        for part in shelves.choose(state.store, wanted, lpn_id=lpn_id):
            _book(state, stock, part.taken(), entry, lpn_id=lpn_id)


def transfer(
    state: "State",
    wanted: Wanted,
    entry: Entry,
    *,
    location_id: int | None = None,
    lpn_from_id: int | None = None,
    lpn_to_id: int | None = None,
) -> None:
    """Carry pieces to another location, lots included; on hand stays, history gets a row for each end."""
    stock = _stock(state, wanted.stock_id)
    target = default_location(state, wanted.stock_id) if location_id is None else location_id
    for each in (target, wanted.location_id):
        if each is not None:
            places.check(state.store, each, warehouse_id=stock["warehouse_id"])
    for part in shelves.choose(state.store, wanted, lpn_id=lpn_from_id):
        _book(state, stock, part.taken(), entry, lpn_id=lpn_from_id)
        arrived = Part(location_id=target, lot_id=part.lot_id, quantity=part.quantity)
        _book(state, stock, arrived, entry, lpn_id=lpn_to_id)


def write_off(state: "State", part: Part, entry: Entry, *, stock_id: int) -> None:
    """Take pieces off the books that have left their location before, such as those picked into a tote.

    `part` says where they came from, with the quantity as a negative number.
    """
    _record(state, _stock(state, stock_id), part, entry)


def lift(store: Store, part: Part, *, stock_id: int, at: str) -> None:
    """Take pieces from a location into somebody's hands: they stay on hand, so nothing of it stands in history."""
    shelf = shelves.put(store, stock_id, part.taken(), at=at)
    plates.follow(store, shelf, part.taken(), lpn_id=None, at=at)
    recount(store, [stock_id])


def lay_down(store: Store, part: Part, *, stock_id: int, at: str) -> None:
    """Put pieces that are on hand into a location."""
    shelves.put(store, stock_id, part, at=at)
    recount(store, [stock_id])


def recount(store: Store, stock_ids: Iterable[int]) -> None:
    """Count anew the pieces that may not be sold, after a location was opened or closed for selling."""
    for stock_id in stock_ids:
        store.execute(f"UPDATE warehouse_products SET {_NON_SELLABLE} WHERE id = ?", stock_id)


def _stock(state: "State", stock_id: int) -> sqlite3.Row:
    row = state.store.one(
        "SELECT s.id, s.account_id, s.warehouse_id, s.product_id, p.sku FROM warehouse_products s"
        " JOIN products p ON p.id = s.product_id WHERE s.id = ?",
        stock_id,
    )
    if row is None:
        raise not_found("Warehouse product")
    return row


def _book(state: "State", stock: sqlite3.Row, part: Part, entry: Entry, *, lpn_id: int | None) -> None:
    shelf = shelves.put(state.store, stock["id"], part, at=entry.at)
    plates.follow(state.store, shelf, part, lpn_id=lpn_id, at=entry.at)
    _record(state, stock, part, entry)


def _record(state: "State", stock: sqlite3.Row, part: Part, entry: Entry) -> None:
    before = state.store.all("SELECT on_hand FROM warehouse_products WHERE id = ?", stock["id"])[0]["on_hand"]
    state.store.execute(
        f"UPDATE warehouse_products SET on_hand = on_hand + ?, updated_at = ?, {_NON_SELLABLE} WHERE id = ?",
        *(part.quantity, entry.at, stock["id"]),
    )
    values = {
        "account_id": stock["account_id"],
        "warehouse_id": stock["warehouse_id"],
        "stock_id": stock["id"],
        "product_id": stock["product_id"],
        "sku": stock["sku"],
        "sku_key": sku_key(stock["sku"]),
        "user_id": entry.by.id,
        "location_id": part.location_id,
        "lot_id": part.lot_id,
        "previous_on_hand": before,
        "change_in_on_hand": part.quantity,
        "reason": entry.reason,
        "source": entry.source,
        "cycle_counted": entry.cycle_counted,
        "created_at": entry.at,
    }
    number = state.store.insert(
        f"INSERT INTO inventory_changes ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})",
        *values.values(),
    )
    news.tell_change(state.store, number, at=entry.at)
