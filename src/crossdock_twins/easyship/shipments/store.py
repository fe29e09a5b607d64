"""The shipments in a twin's store. A deleted one keeps its row, so that no number is given twice."""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from crossdock_twins.base.store import Store, Value
from crossdock_twins.easyship.shipments import patterns
from crossdock_twins.easyship.shipments.patterns import made_id
from crossdock_twins.easyship.state import Environment, Owner
from crossdock_twins.easyship.times import timestamp

_FIRST_NUMBERS: Mapping[Environment, int] = {"production": 320_000_000, "sandbox": 10_300_000}
_STATES = ("shipment_state", "label_state", "pickup_state", "delivery_state", "warehouse_state")
_TIMES = ("created_at", "updated_at", "label_paid_at", "label_generated_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a list is limited to; `columns` hold allowed values, `since` and `until` a column's bounds."""

    columns: Mapping[str, Sequence[Value]]
    since: Mapping[str, str]
    until: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """A kept shipment: `answer` as lists show it, `body` as last sent, `paid` in cents of the company's money."""

    number: int
    id: str
    uuid: str
    owner: Owner
    paid: int
    eta: str | None
    body: dict[str, Any]
    answer: dict[str, Any]

    @property
    def key(self) -> str:
        """Its key on the agenda."""
        return str(self.number)

    def but(self, *, at: datetime, **members: Any) -> "Shipment":
        """Give the shipment with members of its answer changed at a time."""
        return replace(self, answer={**self.answer, **members, "updated_at": timestamp(at)})


def insert(
    store: Store,
    *,
    owner: Owner,
    country_alpha2: str,
    compose: Callable[[str, str], tuple[dict[str, Any], dict[str, Any]]],
) -> Shipment:
    """Give the next id (and its uuid) to `compose` and keep the body and the answer that it makes."""
    with store.transaction():
        row = store.one("SELECT coalesce(max(number), 0) + 1 AS number FROM shipment")
        number: int = 1 if row is None else row["number"]
        shipment_id = f"ES{country_alpha2}{_FIRST_NUMBERS[owner.environment] + number}"
        uuid = made_id(shipment_id)
        body, answer = compose(shipment_id, uuid)
        names = ("number", "id", "uuid", "company_id", "environment", "body", *_indexed(answer))
        store.execute(
            f"INSERT INTO shipment ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
            *(number, shipment_id, uuid, owner.company_id, owner.environment, _text(body)),
            *_indexed(answer).values(),
        )
        _index_items(store, number, answer)
    return Shipment(number=number, id=shipment_id, uuid=uuid, owner=owner, paid=0, eta=None, body=body, answer=answer)


def save(store: Store, shipment: Shipment) -> None:
    """Keep a shipment's new state."""
    indexed = _indexed(shipment.answer)
    with store.transaction():
        _unfold(store, shipment.number)
        store.execute(
            f"UPDATE shipment SET {', '.join(f'{name} = ?' for name in indexed)}, paid = ?, eta = ?, body = ?"
            " WHERE number = ?",
            *(*indexed.values(), shipment.paid, shipment.eta, _text(shipment.body), shipment.number),
        )
        _index_items(store, shipment.number, shipment.answer)


def find(store: Store, *, owner: Owner, shipment_id: str) -> Shipment | None:
    """Give a shipment unless it is another's or deleted."""
    row = store.one(
        "SELECT * FROM shipment WHERE id = ? AND company_id = ? AND environment = ? AND shipment_state <> 'deleted'",
        *(shipment_id, owner.company_id, owner.environment),
    )
    return None if row is None else read(store, row)


def by_key(store: Store, key: str) -> Shipment | None:
    """Give the shipment that has a key on the agenda."""
    row = store.one("SELECT * FROM shipment WHERE number = ?", int(key))
    return None if row is None else read(store, row)


def by_uuid(store: Store, *, uuid: str, environment: Environment) -> Shipment | None:
    """Give the shipment whose documents lie under a uuid, whoever's it is."""
    row = store.one(
        "SELECT * FROM shipment WHERE uuid = ? AND environment = ? AND shipment_state <> 'deleted'",
        *(uuid.lower(), environment),
    )
    return None if row is None else read(store, row)


def by_item(store: Store, *, owner: Owner, item_id: str) -> Shipment | None:
    """Give the company's shipment that an item is in."""
    row = store.one(
        "SELECT s.* FROM shipment_item i JOIN shipment s USING (number)"
        " WHERE i.id = ? AND s.company_id = ? AND s.environment = ? AND s.shipment_state <> 'deleted'",
        *(item_id.lower(), owner.company_id, owner.environment),
    )
    return None if row is None else read(store, row)


def matching(store: Store, *, owner: Owner, filters: Filters, limit: int, offset: int) -> list[sqlite3.Row]:
    """Give the rows of a company's shipments, newest first."""
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
    return store.all(
        f"SELECT * FROM shipment WHERE {' AND '.join(clauses)} ORDER BY number DESC LIMIT ? OFFSET ?",
        *(*values, limit, offset),
    )


def read(store: Store, row: sqlite3.Row) -> Shipment:
    """Read a shipment's row."""
    return Shipment(
        number=row["number"],
        id=row["id"],
        uuid=row["uuid"],
        owner=Owner(company_id=row["company_id"], environment=row["environment"]),
        paid=row["paid"],
        eta=row["eta"],
        body=json.loads(patterns.body_of(store, row)),
        answer=json.loads(patterns.answer_of(store, row)),
    )


def add_checkpoints(store: Store, shipment: Shipment, details: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Keep checkpoints after those that are there, and give them with their order numbers."""
    with store.transaction():
        _unfold(store, shipment.number)
        row = store.one("SELECT count(*) AS count FROM shipment_checkpoint WHERE number = ?", shipment.number)
        first = 1 if row is None else row["count"] + 1
        kept = [
            dict(sorted({"order_number": place, **detail}.items())) for place, detail in enumerate(details, start=first)
        ]
        for detail in kept:
            _insert_checkpoint(store, shipment.number, detail)
    return kept


def checkpoints(store: Store, number: int) -> list[dict[str, Any]]:
    """Give a shipment's checkpoints, the oldest first."""
    rows = store.all("SELECT detail FROM shipment_checkpoint WHERE number = ? ORDER BY at, order_number", number)
    if rows:
        return [json.loads(row["detail"]) for row in rows]
    row = store.one("SELECT * FROM shipment WHERE number = ?", number)
    return [] if row is None else patterns.checkpoints_of(store, row)


def _unfold(store: Store, number: int) -> None:
    """Keep a patterned shipment in full from now on: it is about to differ from its pattern."""
    row = store.one("SELECT * FROM shipment WHERE number = ?", number)
    if row is None or not patterns.is_patterned(row):
        return
    for detail in patterns.checkpoints_of(store, row):
        _insert_checkpoint(store, number, detail)
    store.execute(
        "UPDATE shipment SET answer = ?, body = ? WHERE number = ?",
        *(patterns.answer_of(store, row), patterns.body_of(store, row), number),
    )


def _insert_checkpoint(store: Store, number: int, detail: Mapping[str, Any]) -> None:
    store.execute(
        "INSERT INTO shipment_checkpoint (number, order_number, at, detail) VALUES (?, ?, ?, ?)",
        *(number, detail["order_number"], detail["checkpoint_time"], _text(detail)),
    )


def _indexed(answer: Mapping[str, Any]) -> dict[str, Value]:
    return {
        **{name: answer[name] for name in (*_STATES, *_TIMES)},
        "origin_country_alpha2": answer["origin_address"]["country_alpha2"],
        "destination_country_alpha2": answer["destination_address"]["country_alpha2"],
        "platform_order_number": answer["order_data"]["platform_order_number"],
        "is_return": int(answer["return"]),
        "answer": _text(answer),
    }


def _index_items(store: Store, number: int, answer: Mapping[str, Any]) -> None:
    for parcel in answer["parcels"]:
        for item in parcel["items"]:
            store.execute("INSERT OR IGNORE INTO shipment_item (id, number) VALUES (?, ?)", item["id"], number)


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
