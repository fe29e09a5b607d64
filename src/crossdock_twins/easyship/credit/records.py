"""Transaction records as the API shows them."""

import sqlite3
from typing import Any

from crossdock_twins.base.store import Store
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
