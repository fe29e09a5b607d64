"""Operations on the fees of work orders."""

import sqlite3
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from crossdock_twins.shiphero.call import Call, Operation, number_of
from crossdock_twins.shiphero.errors import invalid, not_found
from crossdock_twins.shiphero.work_orders import nodes, store


def work_order_add_fees(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `work_order_add_fees`."""
    row, at = _named(call, data), call.state.today()
    for fee in _given(data["fees"]):
        values = {
            "work_order_id": row["id"],
            **{name: _amount(fee[name], name) for name in ("unit_rate", "quantity")},
            "labor_unit": fee["labor_unit"],
            "description": fee.get("description"),
            "created_at": at,
            "updated_at": at,
        }
        store.insert(call.state.store, "work_order_fees", values)
    return _changed(call, row, at)


def work_order_update_fees(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `work_order_update_fees`; error 5 where the work order has no such fee."""
    row, at = _named(call, data), call.state.today()
    for fee in _given(data["fees"]):
        number = _fee(call, row, fee["id"])
        values: dict[str, Any] = {"updated_at": at}
        values |= {name: _amount(fee[name], name) for name in ("unit_rate", "quantity") if fee.get(name) is not None}
        values |= {name: fee[name] for name in ("labor_unit", "description") if fee.get(name) is not None}
        assignments = ", ".join(f"{name} = ?" for name in values)
        call.state.store.execute(f"UPDATE work_order_fees SET {assignments} WHERE id = ?", *values.values(), number)
    return _changed(call, row, at)


def work_order_remove_fees(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `work_order_remove_fees`; error 5 where the work order has no such fee."""
    row, at = _named(call, data), call.state.today()
    for text in _given(data["fees"]):
        call.state.store.execute("DELETE FROM work_order_fees WHERE id = ?", _fee(call, row, text))
    return _changed(call, row, at)


def _named(call: Call, data: Mapping[str, Any]) -> sqlite3.Row:
    number = number_of(data["work_order_id"], "WorkOrder")
    return store.read(call.state.store, number, accounts=call.accounts_of(data.get("customer_account_id")))


def _given(fees: list[Any]) -> list[Any]:
    given = [fee for fee in fees if fee]
    if not given:
        raise invalid("Name at least one fee")
    return given


def _fee(call: Call, row: sqlite3.Row, text: str) -> int:
    number = number_of(text, "WorkOrderFee")
    found = call.state.store.one("SELECT 1 FROM work_order_fees WHERE id = ? AND work_order_id = ?", number, row["id"])
    if found is None:
        raise not_found("Work order fee")
    return number


def _amount(text: str, name: str) -> str:
    value = Decimal(text)
    if not value.is_finite() or value < 0:
        raise invalid(f"{name} must not be negative")
    return text


def _changed(call: Call, row: sqlite3.Row, at: str) -> dict[str, Any]:
    store.touch(call.state.store, row["id"], at=at)
    return nodes.one(call, row["id"])


MUTATIONS: dict[str, Operation] = {
    "work_order_add_fees": work_order_add_fees,
    "work_order_update_fees": work_order_update_fees,
    "work_order_remove_fees": work_order_remove_fees,
}
ENTITIES = dict.fromkeys(MUTATIONS, "work_order")
