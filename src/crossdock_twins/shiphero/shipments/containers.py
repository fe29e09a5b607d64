"""What waits at the dock: a warehouse keeps one open container for each carrier, which leaves with the collection.

The public API has no operation that fills or closes one, so the twin does what people do at the packing station.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from crossdock_twins.shiphero.accounts import User
from crossdock_twins.shiphero.shipments import transit

if TYPE_CHECKING:
    from crossdock_twins.shiphero.state import State

MANIFESTED: Mapping[str, str] = {"usps": "SCAN form", "dhl ecommerce": "close-out", "passport": "close-out"}
"""Carriers that want a list of what they are given, in lower case."""


def put_in(state: "State", label_id: int, *, by: User, at: str) -> None:
    """Put a package into its carrier's open container at its warehouse, which is opened on first need."""
    label = state.store.all("SELECT warehouse_id, carrier FROM shipping_labels WHERE id = ?", label_id)[0]
    row = state.store.one(
        "SELECT id FROM shipping_containers WHERE warehouse_id = ? AND carrier = ? AND shipped_at IS NULL",
        *(label["warehouse_id"], label["carrier"]),
    )
    container_id = _open(state, label["warehouse_id"], label["carrier"], at=at) if row is None else int(row["id"])
    state.store.execute(
        "INSERT INTO shipping_container_labels (container_id, shipping_label_id, user_id, created_at)"
        " VALUES (?, ?, ?, ?)",
        *(container_id, label_id, by.id, at),
    )
    state.store.execute("UPDATE shipping_containers SET updated_at = ? WHERE id = ?", at, container_id)


def _open(state: "State", warehouse_id: int, carrier: str, *, at: str) -> int:
    number = state.store.insert(
        "INSERT INTO shipping_containers (account_id, warehouse_id, carrier, created_at, updated_at)"
        " SELECT account_id, id, ?, ?, ? FROM warehouses WHERE id = ?",
        *(carrier, at, at, warehouse_id),
    )
    transit.close_later(state.store, number, at=at)
    return number
