"""Work on the floor: components are taken from the shelf, put together, and what was made goes to stock."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crossdock_twins.shiphero.accounts import User
from crossdock_twins.shiphero.errors import invalid
from crossdock_twins.shiphero.orders import allocation
from crossdock_twins.shiphero.products import stocking
from crossdock_twins.shiphero.stock import ledger
from crossdock_twins.shiphero.work_orders import store

if TYPE_CHECKING:
    from crossdock_twins.shiphero.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """Pieces of a product that go to stock or, negative, leave it."""

    product_id: int
    change: int
    location_id: int | None = None
    lot_id: int | None = None


def pick(state: "State", row: sqlite3.Row, *, by: User, at: str) -> None:
    """Take all components that are still missing off the shelf; ApiError where too few lie there."""
    _demand(row, store.IN_PROGRESS, store.READY_TO_PICK, store.ASSEMBLY_IN_PROGRESS)
    parts = store.components(state.store, row["id"])
    gone = next((part["sku"] for part in parts if part["product_id"] is None), None)
    if gone:
        raise invalid(f"The product {gone} was deleted and cannot be picked")
    taken = [
        Pieces(
            product_id=part["product_id"],
            change=part["picked"] - part["to_pick"],
            location_id=part["pick_location_id"],
        )
        for part in parts
    ]
    move(state, taken, warehouse_id=row["warehouse_id"], reason=f"{row['name']}: picked", by=by, at=at)
    state.store.execute("UPDATE work_order_components SET picked = to_pick WHERE work_order_id = ?", row["id"])
    store.set_status(state.store, row["id"], store.ASSEMBLY_IN_PROGRESS, at=at)


def assemble(state: "State", row: sqlite3.Row, *, quantity: int | None, by: User, at: str) -> None:
    """Put together so many pieces, or all that are missing, and bring them to the receiving location."""
    _demand(row, store.ASSEMBLY_IN_PROGRESS)
    plan = store.assembly(state.store, row["id"])
    if plan is None or plan["product_id"] is None:
        raise invalid("The work order makes nothing")
    left = plan["to_create"] - plan["created"]
    made = left if quantity is None else quantity
    if not 0 < made <= left:
        raise invalid(f"quantity must be at least 1, and {left} are still to be made")
    state.store.execute(
        "UPDATE work_order_components SET used = used + per_piece * ? WHERE work_order_id = ?", made, row["id"]
    )
    state.store.execute(
        "UPDATE work_order_assemblies SET created = created + ?, updated_at = ? WHERE work_order_id = ?",
        *(made, at, row["id"]),
    )
    pieces = Pieces(
        product_id=plan["product_id"], change=made, location_id=plan["receiving_location_id"], lot_id=plan["lot_id"]
    )
    move(state, [pieces], warehouse_id=row["warehouse_id"], reason=f"{row['name']}: assembled", by=by, at=at)
    store.touch(state.store, row["id"], at=at)


def end(state: "State", row: sqlite3.Row, status: str, *, by: User, at: str) -> None:
    """Complete, cancel or close a work order; components that were picked and not used go back to the shelf."""
    if status == store.CLOSED:
        _demand(row, store.COMPLETED, store.CANCELED)
    else:
        _demand(row, store.PENDING_APPROVAL, store.IN_PROGRESS, store.READY_TO_PICK, store.ASSEMBLY_IN_PROGRESS)
    parts = [part for part in store.components(state.store, row["id"]) if part["product_id"] is not None]
    back = [
        Pieces(
            product_id=part["product_id"], change=part["picked"] - part["used"], location_id=part["pick_location_id"]
        )
        for part in parts
    ]
    move(state, back, warehouse_id=row["warehouse_id"], reason=f"{row['name']}: put back", by=by, at=at)
    state.store.execute("UPDATE work_order_components SET picked = used WHERE work_order_id = ?", row["id"])
    store.set_status(state.store, row["id"], status, at=at)


def approve(state: "State", row: sqlite3.Row, *, scheduled: str | None, at: str) -> None:
    """Let work begin that a customer asked for, and say for when it is planned."""
    _demand(row, store.PENDING_APPROVAL, store.IN_PROGRESS)
    state.store.execute("UPDATE work_orders SET scheduled_date = ? WHERE id = ?", scheduled, row["id"])
    store.set_status(state.store, row["id"], store.IN_PROGRESS, at=at)


def move(state: "State", pieces: Iterable[Pieces], *, warehouse_id: int, reason: str, by: User, at: str) -> None:
    """Book pieces of several products in one warehouse, and bring allocation in line with it."""
    touched = []
    for each in pieces:
        if each.change:
            stock_id = stocking.stock_in(state, product_id=each.product_id, warehouse_id=warehouse_id, at=at)
            ledger.move(
                state,
                stock_id=stock_id,
                change=each.change,
                reason=reason,
                by=by,
                at=at,
                location_id=each.location_id,
                lot_id=each.lot_id,
            )
            touched.append(stock_id)
    allocation.settle(state, stock_ids=touched, at=at)


def _demand(row: sqlite3.Row, *statuses: str) -> None:
    if row["status"] not in statuses:
        raise invalid(f"The work order is {row['status']}, and must be {' or '.join(statuses)}")
