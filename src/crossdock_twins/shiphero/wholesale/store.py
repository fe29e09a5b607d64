"""Wholesale orders as they are kept: found for the caller, moved from state to state."""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from crossdock_twins.base.store import Value
from crossdock_twins.shiphero.call import Call, number_of
from crossdock_twins.shiphero.errors import not_found
from crossdock_twins.shiphero.wholesale import rules

COLUMNS = (
    "*, CASE WHEN (SELECT o.fulfillment_status FROM orders o WHERE o.id = order_id) = 'canceled' THEN 'canceled'"
    " ELSE status END AS state"
)


def of_order(call: Call, named: str | None) -> sqlite3.Row:
    """Give the wholesale order that belongs to an order; error 5 where the caller sees none."""
    return _seen(call, "order_id", number_of(named, "Order"))


def of_number(call: Call, named: str | None) -> sqlite3.Row:
    """Give a wholesale order by its own id; error 5 where the caller sees none."""
    return _seen(call, "id", number_of(named, "WholesaleOrder"))


def require(row: sqlite3.Row, states: frozenset[str] | set[str], action: str) -> None:
    """See that a wholesale order is in one of the states that allow an action."""
    if row["state"] not in states:
        raise rules.wrong_state(action, row["state"], wanted=" or ".join(sorted(states)))


def change(call: Call, number: int, **values: Value) -> None:
    """Change columns of a wholesale order."""
    kept = {**values, "updated_at": call.state.today()}
    call.state.store.execute(
        f"UPDATE wholesale_orders SET {', '.join(f'{name} = ?' for name in kept)} WHERE id = ?", *kept.values(), number
    )


def note(call: Call, row: sqlite3.Row, information: str) -> None:
    """Write into the history of the order."""
    call.state.orders.note(row["order_id"], information, by=call.user, at=call.state.today())


def lines(call: Call, row: sqlite3.Row) -> list[sqlite3.Row]:
    """Give the lines of the order, with the unit in which each is counted."""
    return call.state.store.all(
        "SELECT l.*, w.id AS wholesale_line_id, w.unit_of_measure FROM wholesale_line_items w"
        " JOIN line_items l ON l.id = w.line_item_id WHERE w.wholesale_id = ? ORDER BY w.id",
        row["id"],
    )


def picks(call: Call, row: sqlite3.Row) -> list[sqlite3.Row]:
    """Give where the order's pieces are to be picked, or were."""
    return call.state.store.all("SELECT * FROM wholesale_picks WHERE wholesale_id = ? ORDER BY id", row["id"])


def details(call: Call, row: sqlite3.Row) -> dict[str, Any]:
    """Give the shipping details, empty where none were sent."""
    found = call.state.store.one(
        "SELECT body FROM wholesale_shipping_details WHERE wholesale_id = ? ORDER BY id LIMIT 1", row["id"]
    )
    return {} if found is None else dict(json.loads(found["body"]))


def set_details(call: Call, number: int, sent: Mapping[str, Any]) -> None:
    """Keep shipping details; what is left out stays."""
    before = call.state.store.one("SELECT * FROM wholesale_shipping_details WHERE wholesale_id = ?", number)
    body = json.dumps({**(json.loads(before["body"]) if before else {}), **sent})
    if before is None:
        call.state.store.execute(
            "INSERT INTO wholesale_shipping_details (wholesale_id, body) VALUES (?, ?)", number, body
        )
    else:
        call.state.store.execute("UPDATE wholesale_shipping_details SET body = ? WHERE id = ?", body, before["id"])


def _seen(call: Call, column: str, number: int) -> sqlite3.Row:
    row = call.state.store.one(f"SELECT {COLUMNS} FROM wholesale_orders WHERE {column} = ?", number)
    if row is None or row["account_id"] not in call.visible:
        raise not_found("Wholesale order")
    return row
