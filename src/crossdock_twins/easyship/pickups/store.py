"""The pickups in a twin's store, and which shipments each takes along."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from crossdock_twins.base.store import Store, Value
from crossdock_twins.easyship.state import Owner

_FIRST = 10_000_000
_OVER = ("cancelled", "completed", "partially-completed", "request-failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pickup:
    """A kept pickup: `answer` as the API shows it, `fee` in cents of the company's money."""

    owner: Owner
    fee: int
    answer: dict[str, Any]

    @property
    def id(self) -> str:
        """Such as `PHK10000001`: P, the country of the address, a number."""
        return str(self.answer["easyship_pickup_id"])

    @property
    def state(self) -> str:
        """Where it stands, in the pickup's own hyphenated words."""
        return str(self.answer["pickup_state"])

    @property
    def is_over(self) -> bool:
        """Whether nobody will come any more."""
        return self.state in _OVER

    def but(self, **members: Any) -> "Pickup":
        """Give the pickup with members of its answer changed."""
        return replace(self, answer={**self.answer, **members})


def next_id(store: Store, country_alpha2: str) -> str:
    """Give the id of the pickup that is made next."""
    row = store.one("SELECT coalesce(max(number), 0) + 1 AS number FROM pickup")
    return f"P{country_alpha2}{_FIRST + (1 if row is None else row['number'])}"


def add(store: Store, pickup: Pickup, *, shipment_ids: Sequence[str]) -> None:
    """Keep a new pickup with its shipments, inside the caller's transaction."""
    answer = pickup.answer
    store.execute(
        "INSERT INTO pickup (id, company_id, environment, state, umbrella_name, pickup_date, fee, answer)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        *(pickup.id, pickup.owner.company_id, pickup.owner.environment, pickup.state),
        *(answer["courier_service"]["umbrella_name"], answer["selected_from_time"][:10], pickup.fee, _text(answer)),
    )
    for shipment_id in shipment_ids:
        store.execute("INSERT INTO pickup_shipment (shipment_id, pickup_id) VALUES (?, ?)", shipment_id, pickup.id)


def save(store: Store, pickup: Pickup) -> None:
    """Keep a pickup's new state."""
    store.execute("UPDATE pickup SET state = ?, answer = ? WHERE id = ?", pickup.state, _text(pickup.answer), pickup.id)


def find(store: Store, *, owner: Owner, pickup_id: str) -> Pickup | None:
    """Give a pickup unless it is another's."""
    row = store.one(
        "SELECT * FROM pickup WHERE id = ? AND company_id = ? AND environment = ?",
        *(pickup_id, owner.company_id, owner.environment),
    )
    return None if row is None else _read(row)


def by_id(store: Store, pickup_id: str) -> Pickup | None:
    """Give a pickup, whoever's it is."""
    row = store.one("SELECT * FROM pickup WHERE id = ?", pickup_id)
    return None if row is None else _read(row)


def matching(store: Store, *, owner: Owner, columns: Mapping[str, Value], shipment_id: str | None) -> list[Pickup]:
    """Give a company's pickups, newest first, limited to values of columns and to a shipment."""
    clauses = ["company_id = ?", "environment = ?", *(f"{name} = ?" for name in columns)]
    values: list[Value] = [owner.company_id, owner.environment, *columns.values()]
    if shipment_id is not None:
        clauses.append("id IN (SELECT pickup_id FROM pickup_shipment WHERE shipment_id = ?)")
        values.append(shipment_id)
    rows = store.all(f"SELECT * FROM pickup WHERE {' AND '.join(clauses)} ORDER BY number DESC", *values)
    return [_read(row) for row in rows]


def shipment_ids(store: Store, pickup_id: str) -> list[str]:
    """Give the ids of a pickup's shipments."""
    rows = store.all("SELECT shipment_id FROM pickup_shipment WHERE pickup_id = ? ORDER BY shipment_id", pickup_id)
    return [row["shipment_id"] for row in rows]


def waiting(store: Store, *, ids: Sequence[str]) -> list[str]:
    """Give those of the shipments that wait for a pickup already."""
    rows = store.all(
        "SELECT DISTINCT s.shipment_id FROM pickup_shipment s JOIN pickup p ON p.id = s.pickup_id"
        f" WHERE s.shipment_id IN ({', '.join('?' * len(ids))}) AND p.state NOT IN ({', '.join('?' * len(_OVER))})",
        *(*ids, *_OVER),
    )
    taken = {row["shipment_id"] for row in rows}
    return [each for each in ids if each in taken]


def _read(row: sqlite3.Row) -> Pickup:
    owner = Owner(company_id=row["company_id"], environment=row["environment"])
    return Pickup(owner=owner, fee=row["fee"], answer=json.loads(row["answer"]))


def _text(answer: Mapping[str, Any]) -> str:
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
