"""The manifests in a twin's store, and which shipments stand on one."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crossdock_twins.base.store import Store, Value
from crossdock_twins.easyship.shipments.patterns import answer_of
from crossdock_twins.easyship.state import Environment, Owner

_TO_HAND_OVER = (
    "shipment_state = 'created' AND label_state IN ('generated', 'printed', 'reported')"
    " AND delivery_state IN ('not_created', 'pending', 'info_received')"
)
"""In the words of the index that is for it."""

_MOST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A kept manifest; `shipments` are the lines on its paper."""

    id: str
    owner: Owner
    courier_id: str
    umbrella_name: str
    ref_number: str
    shipments: Sequence[Mapping[str, Any]]
    created_at: str


def open_shipments(store: Store, *, owner: Owner, courier_id: str, only: Sequence[str] | None) -> list[dict[str, Any]]:
    """Give the answers of the shipments that a courier can be handed, the oldest first: labelled, not yet moving.

    `only` limits them to ids; those of others, and those that stand on a manifest already, are left out.
    """
    among = "" if only is None else f"AND id IN ({', '.join('?' * len(only))})"
    rows = store.all(
        f"SELECT * FROM shipment WHERE {_TO_HAND_OVER} AND company_id = ? AND environment = ? AND courier_id = ?"
        f" {among} AND id NOT IN (SELECT shipment_id FROM manifest_shipment) ORDER BY number LIMIT ?",
        *(owner.company_id, owner.environment, courier_id),
        *(only or ()),
        _MOST,
    )
    return [json.loads(answer_of(store, row)) for row in rows]


def next_number(store: Store) -> int:
    """Give the number of the manifest that is made next."""
    row = store.one("SELECT coalesce(max(number), 0) + 1 AS number FROM manifest")
    return 1 if row is None else int(row["number"])


def add(store: Store, manifest: Manifest) -> None:
    """Keep a new manifest, inside the caller's transaction."""
    store.execute(
        "INSERT INTO manifest (id, company_id, environment, courier_id, umbrella_name, ref_number, shipments,"
        " created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        *(manifest.id, manifest.owner.company_id, manifest.owner.environment, manifest.courier_id),
        *(manifest.umbrella_name, manifest.ref_number, json.dumps(manifest.shipments), manifest.created_at),
    )
    for line in manifest.shipments:
        store.execute(
            "INSERT INTO manifest_shipment (shipment_id, manifest_id) VALUES (?, ?)", line["shipment_id"], manifest.id
        )


def find(store: Store, *, owner: Owner, manifest_id: str) -> Manifest | None:
    """Give a manifest unless it is another's."""
    row = store.one(
        "SELECT * FROM manifest WHERE id = ? AND company_id = ? AND environment = ?",
        *(manifest_id.lower(), owner.company_id, owner.environment),
    )
    return None if row is None else _read(row)


def by_id(store: Store, *, manifest_id: str, environment: Environment) -> Manifest | None:
    """Give the manifest whose paper lies under an id, whoever's it is."""
    row = store.one("SELECT * FROM manifest WHERE id = ? AND environment = ?", manifest_id.lower(), environment)
    return None if row is None else _read(row)


def matching(
    store: Store, *, owner: Owner, columns: Mapping[str, Sequence[Value]], since: str | None, until: str | None
) -> list[Manifest]:
    """Give a company's manifests, newest first, limited to values of columns and to times of making."""
    clauses, values = ["company_id = ?", "environment = ?"], [owner.company_id, owner.environment, *list[Value]()]
    for column, allowed in columns.items():
        clauses.append(f"{column} IN ({', '.join('?' * len(allowed))})")
        values += allowed
    for clause, bound in (("created_at >= ?", since), ("created_at <= ?", until)):
        if bound is not None:
            clauses.append(clause)
            values.append(bound)
    rows = store.all(f"SELECT * FROM manifest WHERE {' AND '.join(clauses)} ORDER BY number DESC", *values)
    return [_read(row) for row in rows]


def _read(row: sqlite3.Row) -> Manifest:
    return Manifest(
        id=row["id"],
        owner=Owner(company_id=row["company_id"], environment=row["environment"]),
        courier_id=row["courier_id"],
        umbrella_name=row["umbrella_name"],
        ref_number=row["ref_number"],
        shipments=json.loads(row["shipments"]),
        created_at=row["created_at"],
    )
