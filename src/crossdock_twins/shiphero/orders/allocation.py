"""Allocation: stock set aside for orders when they come, when stock changes, and when an order changes.

Held at every moment: allocated + backorder <= pending for a line; what lines have of a stock is its `allocated`, and
never more than lies there and may be sold. What came free goes to the orders that wait, the most urgent one first.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from crossdock_twins.base import tokens
from crossdock_twins.base.store import Store
from crossdock_twins.shiphero.orders import bookings, events, supply
from crossdock_twins.shiphero.orders.bookings import Held
from crossdock_twins.shiphero.orders.status import CLOSED, HOLDS

if TYPE_CHECKING:
    from crossdock_twins.shiphero.state import State

_URGENT_FIRST = (
    "coalesce(o.body ->> 'priority_flag', 0) DESC, coalesce(o.body ->> 'allocation_priority', 0) DESC,"
    " o.required_ship_date IS NULL, o.required_ship_date, o.order_date, o.id"
)
_PICKED = "EXISTS (SELECT 1 FROM tote_items t WHERE t.order_id = o.id)"
_LEAST_URGENT_FIRST = (
    f"{_PICKED}, coalesce(o.body ->> 'priority_flag', 0), coalesce(o.body ->> 'allocation_priority', 0),"
    " o.required_ship_date IS NOT NULL, o.required_ship_date DESC, o.order_date DESC, o.id DESC"
)


def allocate(state: "State", *, order_id: int, at: str) -> None:
    """Give an order what it can have now, and let go of what it no longer needs; inside the caller's transaction.

    Call it after every change of an order's lines, holds, warehouse or status: a closed order keeps nothing.
    """
    _hand_out(state, _rebook(state, order_id, at), at)


def release(state: "State", *, order_id: int, at: str) -> None:
    """Take everything from an order, which waits for nothing then; what came free goes to the orders that wait."""
    order = state.store.one("SELECT * FROM orders WHERE id = ?", order_id)
    if order is not None:
        _hand_out(state, _write(state, order, [], at), at)


def settle(state: "State", *, stock_ids: Iterable[int], at: str) -> None:
    """Bring allocation in line with stock that changed: lines lose what is gone, waiting ones get what came free.

    `stock_ids` are numbers of warehouse_products, `at` is a text of the API. Runs inside the caller's transaction.
    """
    changed = set(stock_ids)
    freed = set(changed)
    for stock_id in sorted(changed):
        freed |= _take_back(state, stock_id, at)
    _hand_out(state, freed, at)


def _take_back(state: "State", stock_id: int, at: str) -> set[int]:
    """Let orders look again at a stock that has less than is set aside, the least urgent first, picked ones last."""
    freed: set[int] = set()
    if _free(state.store, stock_id) >= 0:
        return freed
    rows = state.store.all(
        "SELECT o.id FROM line_allocations a JOIN orders o ON o.id = a.order_id"
        f" WHERE a.stock_id = ? AND a.quantity > 0 GROUP BY o.id ORDER BY {_LEAST_URGENT_FIRST}",
        stock_id,
    )
    for row in rows:
        freed |= _rebook(state, row["id"], at)
        if _free(state.store, stock_id) >= 0:
            break
    return freed


def _hand_out(state: "State", stock_ids: set[int], at: str) -> None:
    """Offer what is free of these stocks to the orders that wait for it."""
    for stock_id in sorted(stock_ids):
        for order_id in _waiting(state.store, stock_id) if _free(state.store, stock_id) > 0 else ():
            _rebook(state, order_id, at)
            if _free(state.store, stock_id) <= 0:
                break


def _free(store: Store, stock_id: int) -> int:
    row = store.one(
        "SELECT on_hand - non_sellable_quantity - allocated AS free FROM warehouse_products WHERE id = ?", stock_id
    )
    return 0 if row is None else int(row["free"])


def _waiting(store: Store, stock_id: int) -> list[int]:
    # CROSS JOIN keeps SQLite from starting with all orders of the account.
    rows = store.all(
        "WITH wanted AS (SELECT p.id, p.account_id, p.sku_key FROM warehouse_products w"
        " JOIN products p ON p.id = w.product_id WHERE w.id = ?),"
        " skus AS (SELECT account_id, sku_key FROM wanted UNION SELECT k.account_id, k.sku_key FROM wanted"
        " JOIN product_components c ON c.component_id = wanted.id AND c.kind = 'kit'"
        " JOIN products k ON k.id = c.product_id)"
        " SELECT o.id FROM skus CROSS JOIN line_items l ON l.sku_key = skus.sku_key AND l.backorder_quantity > 0"
        " CROSS JOIN orders o ON o.id = l.order_id AND o.account_id = skus.account_id"
        f" GROUP BY o.id ORDER BY {_URGENT_FIRST}",
        stock_id,
    )
    return [row["id"] for row in rows]


def _rebook(state: "State", order_id: int, at: str) -> set[int]:
    """Work an order's allocation out anew, and give the stocks of which pieces came free."""
    order = state.store.one("SELECT * FROM orders WHERE id = ?", order_id)
    if order is None:
        return set()
    if order["fulfillment_status"] in CLOSED:
        return _write(state, order, [], at)
    own = bookings.held(state.store, order_id)
    lines = bookings.open_lines(state.store, order_id, own)
    home = supply.choose_home(lines, current=_home(state.store, order_id))
    return _write(state, order, supply.plan(lines, home=home), at)


def _home(store: Store, order_id: int) -> int | None:
    """Give the warehouse that serves, or was chosen for, the lines that are not locked to one."""
    row = store.one(
        "SELECT a.warehouse_id FROM line_allocations a JOIN line_items l ON l.id = a.line_item_id"
        " WHERE a.order_id = ? AND a.quantity > 0 AND l.body ->> 'locked_to' IS NULL ORDER BY l.id LIMIT 1",
        order_id,
    )
    return None if row is None else int(row["warehouse_id"])


def _write(state: "State", order: sqlite3.Row, served: list[supply.Served], at: str) -> set[int]:
    store, order_id = state.store, order["id"]
    old = bookings.held(store, order_id)
    new = {(each.line_id, each.stock_id): each for line in served for each in line.bookings}
    if not served:
        bookings.clear_lines(store, order_id)
    bookings.write_lines(store, served)
    freed = bookings.replace(store, order_id, old=old, new=new, at=at)
    short = any(line.missing for line in served)
    store.execute("UPDATE orders SET has_backorder = ? WHERE id = ? AND has_backorder <> ?", short, order_id, short)
    _write_allocations(state, order, old=old, new=new, short=short, at=at)
    return freed


def _write_allocations(state: "State", order: sqlite3.Row, *, old: Held, new: Held, short: bool, at: str) -> None:
    before, after = _by_warehouse(old), _by_warehouse(new)
    ready = _is_free_to_go(order, at) and (not short or _may_go_in_parts(order))
    kept = {
        row["warehouse_id"]: row
        for row in state.store.all("SELECT * FROM order_allocations WHERE order_id = ?", order["id"])
    }
    for warehouse_id in sorted(kept.keys() - after.keys()):
        state.store.execute(
            "DELETE FROM order_allocations WHERE order_id = ? AND warehouse_id = ?", order["id"], warehouse_id
        )
        if before.get(warehouse_id):
            events.deallocated(state.store, order, kept[warehouse_id], before[warehouse_id], at=at)
    for warehouse_id in sorted(after):
        row, pieces = kept.get(warehouse_id), after[warehouse_id]
        if row is not None and before.get(warehouse_id) == pieces:
            _set_ready(state.store, order, row, pieces, ready=ready, at=at)
            continue
        lost = _lost(before.get(warehouse_id, {}), pieces)
        if row is not None and lost:
            events.deallocated(state.store, order, row, lost, at=at)
        fresh = _put(state.store, order, warehouse_id, ready=ready, at=at)
        events.allocated(state.store, order, fresh, pieces, at=at)
    if before.keys() != after.keys() or before != after:
        state.store.execute("UPDATE orders SET allocated_at = ? WHERE id = ?", at if after else None, order["id"])


def _set_ready(
    store: Store, order: sqlite3.Row, row: sqlite3.Row, pieces: Mapping[tuple[int, int], int], *, ready: bool, at: str
) -> None:
    """Note that an allocation whose pieces stay may ship now, or no longer; its reference and date stay too."""
    if row["ready_to_ship"] == ready:
        return
    fresh = store.all(
        "UPDATE order_allocations SET ready_to_ship = ? WHERE order_id = ? AND warehouse_id = ? RETURNING *",
        *(ready, order["id"], row["warehouse_id"]),
    )[0]
    if ready:
        events.allocated(store, order, fresh, pieces, at=at)


def _put(store: Store, order: sqlite3.Row, warehouse_id: int, *, ready: bool, at: str) -> sqlite3.Row:
    made = store.all(
        "UPDATE orders SET allocations_made = allocations_made + 1 WHERE id = ? RETURNING allocations_made", order["id"]
    )[0]["allocations_made"]
    return store.all(
        "INSERT OR REPLACE INTO order_allocations (order_id, warehouse_id, reference, allocated_at, ready_to_ship)"
        " VALUES (?, ?, ?, ?, ?) RETURNING *",
        *(order["id"], warehouse_id, tokens.digest(f"{order['id']}:{made}")[:24], at, ready),
    )[0]


def _by_warehouse(held: Held) -> dict[int, dict[tuple[int, int], int]]:
    """Give the pieces set aside by warehouse, then by line and stock."""
    found: dict[int, dict[tuple[int, int], int]] = defaultdict(dict)
    for key, booking in held.items():
        if booking.quantity:
            found[booking.warehouse_id][key] = booking.quantity
    return dict(found)


def _lost(before: dict[tuple[int, int], int], after: dict[tuple[int, int], int]) -> dict[tuple[int, int], int]:
    return {key: pieces - after.get(key, 0) for key, pieces in before.items() if pieces > after.get(key, 0)}


def _is_free_to_go(order: sqlite3.Row, at: str) -> bool:
    return not any(order[hold] for hold in HOLDS) and (order["hold_until"] or "") <= at


def _may_go_in_parts(order: sqlite3.Row) -> bool:
    return bool(json.loads(order["body"]).get("allow_partial"))
