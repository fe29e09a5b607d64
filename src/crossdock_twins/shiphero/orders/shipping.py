"""Pieces that leave: what a line had set aside goes, the stock with it; with its last line an order is fulfilled."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crossdock_twins.shiphero.accounts import User
from crossdock_twins.shiphero.errors import invalid
from crossdock_twins.shiphero.orders import allocation, bookings, merges
from crossdock_twins.shiphero.stock import ledger, shelves
from crossdock_twins.shiphero.stock.ledger import Entry
from crossdock_twins.shiphero.stock.shelves import Part, Wanted

if TYPE_CHECKING:
    from crossdock_twins.shiphero.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """Pieces of one stock that leave a location; picked ones have left it before, and lie in a tote or are staged."""

    stock_id: int
    location_id: int
    quantity: int
    lot_id: int | None = None
    is_picked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippedLine:
    """Units of a line that leave, a kit counting as one; without `takes` the pieces go from where the stock lies."""

    line_item_id: int
    quantity: int
    takes: tuple[Take, ...] = ()


def ship_lines(
    state: "State", *, order_id: int, lines: Sequence[ShippedLine], by: User, at: str, shipment_id: int | None = None
) -> None:
    """Send units of an order's lines off, inside the caller's transaction: stock, lines and the order's status.

    ApiError (invalid) where a line has fewer pending, or the stock fewer pieces. Nothing is published but the changes
    of stock: the caller says what was shipped.
    """
    order = state.store.all("SELECT * FROM orders WHERE id = ?", order_id)[0]
    reason = f"Order {order['order_number']} shipped"
    touched: set[int] = set()
    for shipped in lines:
        line = state.store.one("SELECT * FROM line_items WHERE id = ? AND order_id = ?", shipped.line_item_id, order_id)
        if line is None or not 0 < shipped.quantity <= line["quantity_pending"]:
            raise invalid(f"Line item {shipped.line_item_id} has fewer than {shipped.quantity} left to ship")
        pieces = consume(state, order_id, line, units=shipped.quantity, at=at)
        takes = shipped.takes or from_shelves(state, pieces)
        leave(state, takes, Entry(reason=reason, by=by, at=at, source="shipment"))
        touched |= {take.stock_id for take in takes}
        _note_lots(state, line["id"], takes, shipment_id)
    allocation.settle(state, stock_ids=touched, at=at)
    finish_if_done(state, order_id=order_id, at=at)


def finish_if_done(state: "State", *, order_id: int, at: str) -> bool:
    """Set an order fulfilled when nothing of it is pending, and those merged into it; tell whether it is."""
    left = state.store.one("SELECT 1 FROM line_items WHERE order_id = ? AND quantity_pending > 0 LIMIT 1", order_id)
    state.orders.update(order_id, at=at, columns={} if left else {"fulfillment_status": "fulfilled"})
    if left is None:
        merges.follow(state.store, order_id, status="fulfilled", at=at)
    allocation.allocate(state, order_id=order_id, at=at)
    return left is None


def consume(state: "State", order_id: int, line: sqlite3.Row, *, units: int, at: str) -> dict[int, int]:
    """Take units off a line and off what it had set aside; gives the pieces by stock that these units are."""
    own = {key: each for key, each in bookings.held(state.store, order_id).items() if key[0] == line["id"]}
    booked = line["quantity_allocated"] + line["backorder_quantity"]
    taken = min(units, line["quantity_allocated"])
    missed = min(units - taken, line["backorder_quantity"])
    per_unit = {key: (each.quantity + each.backorder) // booked for key, each in own.items()} if booked else {}
    is_done = units == line["quantity_pending"]
    state.store.execute(
        "UPDATE line_items SET quantity_pending = quantity_pending - ?, quantity_shipped = quantity_shipped + ?,"
        " quantity_allocated = quantity_allocated - ?, backorder_quantity = backorder_quantity - ?,"
        " fulfillment_status = ?, updated_at = ? WHERE id = ?",
        *(units, units, taken, missed, "fulfilled" if is_done else line["fulfillment_status"], at, line["id"]),
    )
    left = {
        key: replace(
            each, quantity=each.quantity - taken * per_unit[key], backorder=each.backorder - missed * per_unit[key]
        )
        for key, each in own.items()
    }
    bookings.replace(state.store, order_id, old=own, new={} if is_done else left, at=at)
    return {key[1]: units * per_unit[key] for key in own if per_unit}


def from_shelves(state: "State", pieces: Mapping[int, int]) -> tuple[Take, ...]:
    """Say which locations and lots pieces leave from when nobody picked them; ApiError where too few lie there."""
    return tuple(
        Take(stock_id=stock_id, location_id=part.location_id, quantity=part.quantity, lot_id=part.lot_id)
        for stock_id, quantity in pieces.items()
        for part in shelves.choose(state.store, Wanted(stock_id=stock_id, quantity=quantity, only_sellable=True))
    )


def leave(state: "State", takes: Iterable[Take], entry: Entry) -> None:
    """Take pieces out of stock; settle the stocks afterwards."""
    for take in takes:
        if take.is_picked:
            part = Part(location_id=take.location_id, lot_id=take.lot_id, quantity=-take.quantity)
            ledger.write_off(state, part, entry, stock_id=take.stock_id)
        else:
            ledger.move(
                state,
                stock_id=take.stock_id,
                change=-take.quantity,
                reason=entry.reason,
                by=entry.by,
                at=entry.at,
                location_id=take.location_id,
                lot_id=take.lot_id,
                source=entry.source,
            )


def _note_lots(state: "State", line_id: int, takes: Iterable[Take], shipment_id: int | None) -> None:
    for take in takes:
        if take.lot_id is not None:
            state.store.execute(
                "INSERT INTO shipped_lots (line_item_id, shipment_id, lot_id, quantity) VALUES (?, ?, ?, ?)",
                *(line_id, shipment_id, take.lot_id, take.quantity),
            )
