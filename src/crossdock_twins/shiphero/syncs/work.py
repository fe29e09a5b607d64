"""The lines of a sync, done a hundred a second on the twin's clock; one that fails leaves the others alone."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta

from crossdock_twins.base import agenda
from crossdock_twins.base.agenda import Due
from crossdock_twins.shiphero import dates
from crossdock_twins.shiphero.accounts import User
from crossdock_twins.shiphero.errors import ApiError, invalid, not_found
from crossdock_twins.shiphero.orders import allocation
from crossdock_twins.shiphero.state import State
from crossdock_twins.shiphero.stock import counting, ledger, news
from crossdock_twins.shiphero.stock.places import name_key
from crossdock_twins.shiphero.syncs import delivery, sheet, store

_AT_ONCE = 100
_EVERY = timedelta(seconds=1)
_REASON = "Inventory sync"


def work(state: State, due: Due) -> None:
    """Do the next lines of a batch; the rest follows a second later."""
    number, at = int(due.key), dates.text_of(due.at)
    batch = store.row(state.store, number)
    if batch is None or batch["status"] in store.FINAL:
        return
    by = state.accounts.user(batch["user_id"])
    if by is None:
        store.call_off(state.store, number, reason="The user who asked for the sync is gone", at=at)
        return
    for line in store.waiting(state.store, number, most=_AT_ONCE):
        store.finish_line(state.store, line["id"], error=_error_of(state, batch, line, by, at), at=at)
    news.tell_updates(state)
    if store.waiting(state.store, number, most=1):
        store.set_status(state.store, number, store.PROCESSING, at=at)
        agenda.add(state.store, delivery.WORK, due=due.at + _EVERY, key=due.key, detail={})
    else:
        store.set_status(state.store, number, store.SUCCESS, at=at)


def _error_of(state: State, batch: sqlite3.Row, line: sqlite3.Row, by: User, at: str) -> str | None:
    """Do one line, all of it or nothing, and give what is wrong with it."""
    try:
        with state.store.savepoint():
            _do(state, batch, line, by, at)
    except ApiError as error:
        return error.message
    return None


def _do(state: State, batch: sqlite3.Row, line: sqlite3.Row, by: User, at: str) -> None:
    action = line["action"].lower() or "replace"
    if action not in _CHANGES:
        raise invalid(f"action must be one of {', '.join(_CHANGES)}")
    asked = sheet.whole(line["quantity"])
    if asked is None:
        raise invalid("quantity must be a whole number")
    stock_id = ledger.stock_of(
        state,
        account_id=batch["customer_id"] or batch["account_id"],
        sku=line["sku"],
        warehouse_id=batch["warehouse_id"],
    )
    location_id = _location(state, batch, line["location"])
    quantity = counting.pieces(asked, least=0 if action == "replace" else 1)
    there = (
        counting.on_hand(state.store, stock_id)
        if location_id is None
        else counting.lying_in(state.store, stock_id, location_id)
    )
    ledger.move(
        state,
        stock_id=stock_id,
        change=_CHANGES[action](quantity, there),
        reason=line["reason"] or _REASON,
        by=by,
        at=at,
        location_id=location_id,
        source="sync",
    )
    allocation.settle(state, stock_ids=[stock_id], at=at)


def _location(state: State, batch: sqlite3.Row, name: str) -> int | None:
    if not name:
        return None
    row = state.store.one(
        "SELECT id FROM locations WHERE warehouse_id = ? AND name_key = ? AND deleted_at IS NULL",
        *(batch["warehouse_id"], name_key(name)),
    )
    if row is None:
        raise not_found("Location")
    return int(row["id"])


_CHANGES: dict[str, Callable[[int, int], int]] = {
    "replace": lambda quantity, there: quantity - there,
    "add": lambda quantity, _there: quantity,
    "remove": lambda quantity, _there: -quantity,
    "subtract": lambda quantity, _there: -quantity,
}
"""How much an action changes, from the quantity of the line and what is there now."""

AGENDA = {delivery.WORK: work}
