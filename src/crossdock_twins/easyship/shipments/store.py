"""The shipments in a twin's store. A deleted one keeps its row, so that no number is given twice."""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crossdock_twins.base.store import Store, Value
from crossdock_twins.easyship.state import Environment, Owner

_FIRST_NUMBERS: Mapping[Environment, int] = {"production": 320_000_000, "sandbox": 10_300_000}
_STATES = ("shipment_state", "label_state", "pickup_state", "delivery_state", "warehouse_state")
_TIMES = ("created_at", "updated_at", "label_paid_at", "label_generated_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a list is limited to; `columns` hold allowed values, `since` and `until` a column's bounds."""

    columns: Mapping[str, Sequence[Value]]
    since: Mapping[str, str]
    until: Mapping[str, str]


def insert_shipment(
    store: Store,
    *,
    owner: Owner,
    country_alpha2: str,
    compose: Callable[[str, int], dict[str, Any]],
    due_at: str | None,
    paid: int,
) -> dict[str, Any]:
    """Give the next id to `compose` (with its number) and keep the shipment that it makes."""
    with store.transaction():
        row = store.one("SELECT coalesce(max(number), 0) + 1 AS number FROM shipment")
        number: int = 1 if row is None else row["number"]
        shipment_id = f"ES{country_alpha2}{_FIRST_NUMBERS[owner.environment] + number}"
        answer = compose(shipment_id, number)
        names = ("number", "id", "company_id", "environment", "due_at", "paid", *_indexed(answer))
        store.execute(
            f"INSERT INTO shipment ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
            *(number, shipment_id, owner.company_id, owner.environment, due_at, paid, *_indexed(answer).values()),
        )
    return answer


def get_shipment(store: Store, *, owner: Owner, shipment_id: str) -> sqlite3.Row | None:
    """Give a shipment's row unless it is another's or deleted."""
    return store.one(
        "SELECT * FROM shipment WHERE id = ? AND company_id = ? AND environment = ? AND shipment_state <> 'deleted'",
        *(shipment_id, owner.company_id, owner.environment),
    )


def list_shipments(store: Store, *, owner: Owner, filters: Filters, limit: int, offset: int) -> list[str]:
    """Give the answers of a company's shipments, newest first."""
    clauses = ["company_id = ?", "environment = ?"]
    values: list[Value] = [owner.company_id, owner.environment]
    for column, allowed in filters.columns.items():
        clauses.append(f"{column} IN ({', '.join('?' * len(allowed))})")
        values += allowed
    for column, bound in filters.since.items():
        clauses.append(f"{column} >= ?")
        values.append(bound)
    for column, bound in filters.until.items():
        clauses.append(f"{column} <= ?")
        values.append(bound)
    rows = store.all(
        f"SELECT answer FROM shipment WHERE {' AND '.join(clauses)} ORDER BY number DESC LIMIT ? OFFSET ?",
        *(*values, limit, offset),
    )
    return [row["answer"] for row in rows]


def due_shipments(store: Store, *, now: str) -> list[sqlite3.Row]:
    """Give the shipments whose label should have been made by now."""
    return store.all("SELECT * FROM shipment WHERE due_at IS NOT NULL AND due_at <= ? ORDER BY due_at", now)


def replace_shipment(store: Store, *, number: int, answer: dict[str, Any]) -> None:
    """Keep a shipment's new state; nothing is due any more."""
    indexed = _indexed(answer)
    store.execute(
        f"UPDATE shipment SET due_at = NULL, {', '.join(f'{name} = ?' for name in indexed)} WHERE number = ?",
        *(*indexed.values(), number),
    )


def _indexed(answer: Mapping[str, Any]) -> dict[str, Value]:
    return {
        **{name: answer[name] for name in (*_STATES, *_TIMES)},
        "origin_country_alpha2": answer["origin_address"]["country_alpha2"],
        "destination_country_alpha2": answer["destination_address"]["country_alpha2"],
        "platform_order_number": answer["order_data"]["platform_order_number"],
        "is_return": int(answer["return"]),
        "answer": json.dumps(answer, ensure_ascii=False, separators=(",", ":")),
    }
