"""Inbound shipments as they are kept."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from crossdock_twins.base.store import Store
from crossdock_twins.shiphero.errors import invalid, not_found

PENDING, ARRIVED, RECEIVING, COMPLETED, DELETED = "PENDING_ARRIVAL", "ARRIVED", "RECEIVING", "COMPLETED", "DELETED"
STATUSES = (PENDING, ARRIVED, RECEIVING, COMPLETED, DELETED)
CHOICES: Mapping[str, tuple[str, ...]] = {
    "container_size": (
        *("S20CTR", "S40CTR", "S40HC", "S45HC", "S53_DRY_VAN", "BOX_TRUCK", "STRAIT_TRUCK", "S48"),
        *("REEFER53", "REEFER48", "DRY_FLATBED_PUP", "PUP"),
    ),
    "load_type": ("CTN_CARTON", "LTL", "FTL", "CTR"),
    "shipment_type": ("PARCEL", "PALLET", "CTR_PALLETIZED", "CTR_FLOOR_LOADED"),
}
COUNTS = ("number_carton", "pallets_quantity", "people_for_unload", "people_for_receiving")
TEXTS = (
    *("carrier", "pro_number", "bol_reference", "bol_url", "expected_dock", "dock_used", "container_number", "notes"),
    *("booking_contact_email", "booking_contact_name", "booking_contact_number"),
)
MOMENTS = ("truck_arrived_at", "truck_unload_started_at", "truck_unload_finished_at", "truck_departure_at")
_COLUMNS = ("scheduled_at", "estimated_truck_arrival")


def columns_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Give what of an input stands in columns of its own."""
    return {name: data[name] for name in _COLUMNS if data.get(name) is not None}


def body_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Give what of an input is only kept; ApiError where a choice or a count makes no sense."""
    for name, choices in CHOICES.items():
        if data.get(name) and data[name] not in choices:
            raise invalid(f"{name} must be one of {', '.join(choices)}")
    negative = next((name for name in COUNTS if (data.get(name) or 0) < 0), None)
    if negative:
        raise invalid(f"{negative} must not be negative")
    return {name: data[name] for name in (*TEXTS, *CHOICES, *COUNTS, *MOMENTS) if data.get(name) is not None}


def insert(store: Store, values: Mapping[str, Any], body: Mapping[str, Any], *, at: str) -> int:
    """Add an inbound shipment and give its number."""
    row = {**values, "status_updated_at": at, "created_at": at, "body": json.dumps(body)}
    marks = ", ".join("?" * len(row))
    return store.insert(f"INSERT INTO inbound_shipments ({', '.join(row)}) VALUES ({marks})", *row.values())


def read(store: Store, number: int, *, accounts: Sequence[int]) -> sqlite3.Row:
    """Give the row of an inbound shipment of one of these accounts; error 5 for any other."""
    row = store.one("SELECT * FROM inbound_shipments WHERE id = ?", number)
    if row is None or row["account_id"] not in accounts:
        raise not_found("Inbound shipment")
    return row


def change(store: Store, row: sqlite3.Row, values: Mapping[str, Any], body: Mapping[str, Any]) -> None:
    """Change an inbound shipment: columns, and members of the body; what is not named stays."""
    merged = {**values, "body": json.dumps({**json.loads(row["body"]), **body})}
    store.execute(
        f"UPDATE inbound_shipments SET {', '.join(f'{name} = ?' for name in merged)} WHERE id = ?",
        *(*merged.values(), row["id"]),
    )


def set_status(store: Store, number: int, status: str, *, at: str) -> None:
    """Set the status, and stamp the moments of the truck that it stands for and nobody has noted."""
    row = store.all("SELECT * FROM inbound_shipments WHERE id = ?", number)[0]
    body = json.loads(row["body"])
    reached = STATUSES.index(status) if status != DELETED else 0
    stamps = {name: at for name in MOMENTS[:reached] if not body.get(name)}
    changed = {} if row["status"] == status else {"status": status, "status_updated_at": at}
    change(store, row, changed, stamps)


def set_orders(store: Store, number: int, orders: Sequence[int]) -> None:
    """Load these purchase orders and no others."""
    store.execute("DELETE FROM inbound_purchase_orders WHERE inbound_id = ?", number)
    for order in orders:
        store.execute(
            "INSERT OR IGNORE INTO inbound_purchase_orders (inbound_id, purchase_order_id) VALUES (?, ?)",
            *(number, order),
        )


def orders(store: Store, number: int) -> list[sqlite3.Row]:
    """Give the purchase orders on an inbound shipment."""
    return store.all(
        "SELECT o.* FROM inbound_purchase_orders i JOIN purchase_orders o ON o.id = i.purchase_order_id"
        " WHERE i.inbound_id = ? ORDER BY o.id",
        number,
    )
