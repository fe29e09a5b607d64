"""The trackings in a twin's store."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from crossdock_twins.base.store import Store, Value
from crossdock_twins.easyship.state import Environment, Owner
from crossdock_twins.easyship.times import timestamp

_FIRST_NUMBERS: Mapping[Environment, int] = {"production": 900_000_000, "sandbox": 19_000_000}
"""Beyond those of the shipments, whose ids look alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """A kept tracking; `service` is the courier as the API shows it, `parties` the two addresses that were sent.

    `shipment_id` names the company's own shipment where the source is easyship; else it is made for the tracking.
    """

    id: str
    owner: Owner
    tracking_number: str
    source: Literal["easyship", "external"]
    shipment_id: str
    order_number: str | None
    service: Mapping[str, str]
    parties: Mapping[str, Any]
    origin: str
    destination: str
    state: str
    status: str
    responded_at: str | None
    eta: str | None

    @property
    def is_over(self) -> bool:
        """Whether the parcel has come to its end."""
        return self.state == "completed"


def next_shipment_id(store: Store, *, country_alpha2: str, environment: Environment) -> str:
    """Give the id of the shipment that the next tracking stands for."""
    row = store.one("SELECT coalesce(max(number), 0) + 1 AS number FROM tracking")
    return f"ES{country_alpha2}{_FIRST_NUMBERS[environment] + (1 if row is None else row['number'])}"


def add(store: Store, tracking: Tracking, *, at: datetime) -> None:
    """Keep a new tracking."""
    row = _columns(tracking) | {"created_at": timestamp(at)}
    store.execute(f"INSERT INTO tracking ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", *row.values())


def save(store: Store, tracking: Tracking) -> None:
    """Keep a tracking's new state."""
    store.execute(
        "UPDATE tracking SET state = ?, status = ?, responded_at = ?, eta = ? WHERE id = ?",
        *(tracking.state, tracking.status, tracking.responded_at, tracking.eta, tracking.id),
    )


def find(store: Store, *, owner: Owner, tracking_id: str) -> Tracking | None:
    """Give a tracking unless it is another's."""
    return _one(store, owner, "id", tracking_id.lower())


def by_number(store: Store, *, owner: Owner, tracking_number: str) -> Tracking | None:
    """Give the company's tracking of a number."""
    return _one(store, owner, "tracking_number", tracking_number)


def by_id(store: Store, tracking_id: str) -> Tracking | None:
    """Give a tracking, whoever's it is."""
    row = store.one("SELECT * FROM tracking WHERE id = ? AND deleted_at IS NULL", tracking_id)
    return None if row is None else _read(row)


def matching(store: Store, *, owner: Owner, columns: Mapping[str, Value]) -> list[Tracking]:
    """Give a company's trackings, newest first, limited to values of columns."""
    clauses = ["company_id = ?", "environment = ?", "deleted_at IS NULL", *(f"{name} = ?" for name in columns)]
    rows = store.all(
        f"SELECT * FROM tracking WHERE {' AND '.join(clauses)} ORDER BY number DESC",
        *(owner.company_id, owner.environment, *columns.values()),
    )
    return [_read(row) for row in rows]


def delete(store: Store, tracking_id: str, *, at: datetime) -> None:
    """Forget a tracking."""
    store.execute("UPDATE tracking SET deleted_at = ? WHERE id = ?", timestamp(at), tracking_id)


def labelled_here(store: Store, *, owner: Owner, tracking_number: str) -> str | None:
    """Give the id of the company's own shipment whose label has this number."""
    row = store.one(
        "SELECT id FROM shipment WHERE company_id = ? AND environment = ? AND tracking_number = ?"
        " AND shipment_state <> 'deleted'",
        *(owner.company_id, owner.environment, tracking_number),
    )
    return None if row is None else str(row["id"])


def _one(store: Store, owner: Owner, column: str, value: str) -> Tracking | None:
    row = store.one(
        f"SELECT * FROM tracking WHERE {column} = ? AND company_id = ? AND environment = ? AND deleted_at IS NULL",
        *(value, owner.company_id, owner.environment),
    )
    return None if row is None else _read(row)


def _columns(tracking: Tracking) -> dict[str, Value]:
    return {
        "id": tracking.id,
        "company_id": tracking.owner.company_id,
        "environment": tracking.owner.environment,
        "tracking_number": tracking.tracking_number,
        "source": tracking.source,
        "shipment_id": tracking.shipment_id,
        "order_number": tracking.order_number,
        "service": json.dumps(tracking.service),
        "parties": json.dumps(tracking.parties),
        "origin": tracking.origin,
        "destination": tracking.destination,
        "state": tracking.state,
        "status": tracking.status,
        "responded_at": tracking.responded_at,
        "eta": tracking.eta,
    }


def _read(row: sqlite3.Row) -> Tracking:
    return Tracking(
        id=row["id"],
        owner=Owner(company_id=row["company_id"], environment=row["environment"]),
        tracking_number=row["tracking_number"],
        source=row["source"],
        shipment_id=row["shipment_id"],
        order_number=row["order_number"],
        service=json.loads(row["service"]),
        parties=json.loads(row["parties"]),
        origin=row["origin"],
        destination=row["destination"],
        state=row["state"],
        status=row["status"],
        responded_at=row["responded_at"],
        eta=row["eta"],
    )
