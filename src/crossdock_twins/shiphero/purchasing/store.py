"""Purchase orders as they are kept: made, found, changed; a shipping plan is one of another kind."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crossdock_twins.base.store import Store
from crossdock_twins.shiphero.errors import not_found

ORDER, PLAN = "order", "shipping_plan"
PENDING, CLOSED, CANCELED = "pending", "closed", "canceled"
STATUSES = (PENDING, CLOSED, CANCELED)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """A line of a new purchase order; `body` is all that is only kept."""

    product_id: int
    sku: str
    sku_key: str
    quantity: int
    vendor_id: int | None = None
    sell_ahead: int = 0
    fulfillment_status: str = PENDING
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """A purchase order or a shipping plan to be made."""

    account_id: int
    warehouse_id: int
    po_number: str
    kind: str = ORDER
    vendor_id: int | None = None
    fulfillment_status: str = PENDING
    po_date: str | None = None
    lines: Sequence[NewLine] = ()
    body: Mapping[str, Any] = field(default_factory=dict)
    id: int | None = None


def insert(store: Store, new: NewOrder, *, at: str) -> int:
    """Add a purchase order with its lines and give its number."""
    values = {
        "id": new.id,
        "account_id": new.account_id,
        "warehouse_id": new.warehouse_id,
        "vendor_id": new.vendor_id,
        "po_number": new.po_number,
        "kind": new.kind,
        "fulfillment_status": new.fulfillment_status,
        "po_date": new.po_date,
        "created_at": at,
        "updated_at": at,
        "body": json.dumps(new.body),
    }
    number = _insert(store, "purchase_orders", values)
    for line in new.lines:
        _insert_line(store, number, line, at)
    return number


def _insert_line(store: Store, order_id: int, line: NewLine, at: str) -> None:
    values = {
        "purchase_order_id": order_id,
        "product_id": line.product_id,
        "vendor_id": line.vendor_id,
        "sku": line.sku,
        "sku_key": line.sku_key,
        "quantity": line.quantity,
        "sell_ahead": line.sell_ahead,
        "fulfillment_status": line.fulfillment_status,
        "created_at": at,
        "updated_at": at,
        "body": json.dumps(line.body),
    }
    _insert(store, "purchase_order_lines", values)


def _insert(store: Store, table: str, values: Mapping[str, Any]) -> int:
    marks = ", ".join("?" * len(values))
    return store.insert(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", *values.values())


def read(store: Store, number: int, *, accounts: Sequence[int]) -> sqlite3.Row:
    """Give the row of a purchase order of one of these accounts; error 5 for any other."""
    row = store.one("SELECT * FROM purchase_orders WHERE id = ?", number)
    if row is None or row["account_id"] not in accounts:
        raise not_found("Purchase order")
    return row


def lines(store: Store, number: int) -> list[sqlite3.Row]:
    """Give the lines of a purchase order."""
    return store.all("SELECT * FROM purchase_order_lines WHERE purchase_order_id = ? ORDER BY id", number)


def change(store: Store, row: sqlite3.Row, columns: Mapping[str, Any], body: Mapping[str, Any], *, at: str) -> None:
    """Change a purchase order: columns, and members of the body; what is not named stays."""
    _change(store, "purchase_orders", row, {**columns, "updated_at": at}, body)


def change_line(
    store: Store, row: sqlite3.Row, columns: Mapping[str, Any], body: Mapping[str, Any], *, at: str
) -> None:
    """Change a line of a purchase order."""
    _change(store, "purchase_order_lines", row, {**columns, "updated_at": at}, body)


def _change(store: Store, table: str, row: sqlite3.Row, columns: Mapping[str, Any], body: Mapping[str, Any]) -> None:
    values = {**columns, "body": json.dumps({**json.loads(row["body"]), **body})}
    store.execute(
        f"UPDATE {table} SET {', '.join(f'{name} = ?' for name in values)} WHERE id = ?", *values.values(), row["id"]
    )


def track(store: Store, number: int, *, tracking_number: str, carrier: str | None) -> None:
    """Note under which number a carrier brings the goods."""
    store.execute(
        "INSERT INTO purchase_order_trackings (purchase_order_id, carrier, tracking_number) VALUES (?, ?, ?)"
        " ON CONFLICT (purchase_order_id, tracking_number) DO UPDATE SET carrier = coalesce(excluded.carrier, carrier)",
        *(number, carrier, tracking_number),
    )


def attach(store: Store, number: int, *, user_id: int, attachment: Mapping[str, Any], at: str) -> int:
    """Attach a document by its address, and give the attachment's number."""
    named = {name: attachment.get(name) for name in ("url", "description", "filename", "file_type")}
    values = {"purchase_order_id": number, "user_id": user_id, **named, "created_at": at}
    return _insert(store, "purchase_order_attachments", values)


def set_status(store: Store, row: sqlite3.Row, status: str, *, at: str) -> None:
    """Set the status of a purchase order and of its lines; one that is opened again waits for what is missing."""
    closed = at if status == CLOSED else None
    change(store, row, {"fulfillment_status": status, "date_closed": closed}, {}, at=at)
    line_status = "CASE WHEN quantity_received + quantity_rejected >= quantity THEN 'closed' ELSE 'pending' END"
    store.execute(
        f"UPDATE purchase_order_lines SET fulfillment_status = {line_status if status == PENDING else '?1'},"
        " updated_at = ?2 WHERE purchase_order_id = ?3 AND (?1 <> 'canceled' OR fulfillment_status = 'pending')",
        *(status, at, row["id"]),
    )
