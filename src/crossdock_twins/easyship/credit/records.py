"""Transaction records: lists of them, as the API shows them and as a table."""

import csv
import io
import sqlite3
from collections.abc import Iterable
from typing import Any

from crossdock_twins.base.store import Store
from crossdock_twins.easyship.records import Where
from crossdock_twins.easyship.state import Owner

_SHOWN = ("adjustment_type", "amount", "description", "easyship_shipment_id", "id", "payment_recipient", "settled_at")


def of_shipment(store: Store, owner: Owner, shipment_id: str, *, limit: int, offset: int) -> list[sqlite3.Row]:
    """Give what was charged and paid back for a shipment, newest first."""
    return store.all(
        "SELECT * FROM transaction_record WHERE shipment_id = ? AND company_id = ? AND environment = ?"
        " ORDER BY number DESC LIMIT ? OFFSET ?",
        *(shipment_id, owner.company_id, owner.environment, limit, offset),
    )


def record_json(row: sqlite3.Row) -> dict[str, Any]:
    """Show a record; its amount is in the company's money."""
    shown = {**dict(row), "amount": row["amount"] / 100, "easyship_shipment_id": row["shipment_id"]}
    return {name: shown[name] for name in _SHOWN}


def matching(store: Store, owner: Owner, where: Where, *, limit: int, offset: int) -> list[sqlite3.Row]:
    """Give the records that fit, newest first."""
    return store.all(
        f"SELECT * FROM transaction_record WHERE company_id = ? AND environment = ? AND {where.sql}"
        " ORDER BY number DESC LIMIT ? OFFSET ?",
        *(owner.company_id, owner.environment, *where.values, limit, offset),
    )


def as_csv(rows: Iterable[sqlite3.Row]) -> bytes:
    """Write records as a table with a line of names."""
    written = io.StringIO()
    table = csv.DictWriter(written, fieldnames=_SHOWN, lineterminator="\n")
    table.writeheader()
    table.writerows(record_json(row) for row in rows)
    return written.getvalue().encode()
