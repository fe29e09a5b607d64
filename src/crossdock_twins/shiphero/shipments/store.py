"""Shipments and labels as they are kept."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crossdock_twins.base.store import Store
from crossdock_twins.shiphero.accounts import User
from crossdock_twins.shiphero.shipments import transit

if TYPE_CHECKING:
    from crossdock_twins.shiphero.state import State

API_CARRIER = "api"
"""The carrier whose labels a webhook makes, in lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewShipment:
    """A shipment to be noted: `lines` are units by line item, `address` is the API's type Address."""

    account_id: int
    order_id: int
    warehouse_id: int
    address: Mapping[str, Any]
    lines: Mapping[int, int]
    profile: str = "default"
    shipped_off_shiphero: bool = False
    completed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLabel:
    """A label of a shipment, brought from outside; `files` and `dimensions` are the API's types."""

    carrier: str
    shipping_method: str
    shipping_name: str
    cost: str
    address: Mapping[str, Any]
    dimensions: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, Any] = field(default_factory=dict)
    tracking_number: str | None = None
    tracking_url: str | None = None
    line_items: Sequence[int] = ()


def add(state: "State", new: NewShipment, *, by: User, at: str) -> int:
    """Note a shipment with its lines, and give its number."""
    shipment_id = state.store.insert(
        "INSERT INTO shipments (account_id, order_id, user_id, warehouse_id, profile, shipped_off_shiphero, completed,"
        " created_at, address) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        *(new.account_id, new.order_id, by.id, new.warehouse_id, new.profile),
        *(new.shipped_off_shiphero, new.completed, at, json.dumps(dict(new.address))),
    )
    for line_item_id, quantity in new.lines.items():
        add_line(state.store, shipment_id, line_item_id=line_item_id, quantity=quantity)
    return shipment_id


def add_line(store: Store, shipment_id: int, *, line_item_id: int, quantity: int, label_id: int | None = None) -> int:
    """Note units of a line in a shipment, under a label where they have one."""
    return store.insert(
        "INSERT INTO shipment_line_items (shipment_id, line_item_id, shipping_label_id, quantity) VALUES (?, ?, ?, ?)",
        *(shipment_id, line_item_id, label_id, quantity),
    )


def add_label(state: "State", shipment_id: int, new: NewLabel, *, at: str) -> int:
    """Note a label as the shipment's next package, put lines under it, and start its way; gives its number."""
    store = state.store
    is_made_later = new.carrier.strip().lower() == API_CARRIER and not any(new.files.values())
    body = {
        "address": dict(new.address),
        "dimensions": dict(new.dimensions),
        "label": dict(new.files),
        "tracking_url": new.tracking_url,
    }
    label_id = store.insert(
        "INSERT INTO shipping_labels (account_id, shipment_id, order_id, warehouse_id, package_number, status,"
        " tracking_number, tracking_status, carrier, shipping_method, shipping_name, cost, created_at, body)"
        " SELECT s.account_id, s.id, s.order_id, s.warehouse_id,"
        " 1 + (SELECT count(*) FROM shipping_labels l WHERE l.shipment_id = s.id), ?, ?, ?, ?, ?, ?, ?, ?, ?"
        " FROM shipments s WHERE s.id = ?",
        *("generating" if is_made_later else "valid", new.tracking_number or None, transit.WAITING),
        *(new.carrier, new.shipping_method, new.shipping_name, new.cost, at, json.dumps(body), shipment_id),
    )
    for line_item_id in new.line_items:
        store.execute(
            "UPDATE shipment_line_items SET shipping_label_id = ?"
            " WHERE shipment_id = ? AND line_item_id = ? AND shipping_label_id IS NULL",
            *(label_id, shipment_id, line_item_id),
        )
    store.execute("UPDATE shipments SET completed = 1 WHERE id = ?", shipment_id)
    transit.start(store, shipment_id, at=at)
    return label_id


def void(store: Store, order_id: int) -> None:
    """Void all labels and shipments of an order; the labels wait for their refund."""
    store.execute(
        "UPDATE shipping_labels SET status = 'voided', needs_refund = 1 WHERE order_id = ? AND status <> 'voided'",
        order_id,
    )
    for row in store.all("UPDATE shipments SET voided = 1 WHERE order_id = ? RETURNING id", order_id):
        transit.stop(store, row["id"])


def shipped_units(store: Store, order_id: int) -> dict[int, int]:
    """Give the units of each line that stand in the order's shipments already."""
    rows = store.all(
        "SELECT i.line_item_id, sum(i.quantity) AS units FROM shipment_line_items i"
        " JOIN shipments s ON s.id = i.shipment_id WHERE s.order_id = ? AND NOT s.voided GROUP BY i.line_item_id",
        order_id,
    )
    return {row["line_item_id"]: row["units"] for row in rows}
