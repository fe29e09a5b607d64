"""Orders as they are kept: made, tagged, and told apart from nobody's but the caller's."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crossdock_twins.base.store import Store
from crossdock_twins.shiphero.accounts import User
from crossdock_twins.shiphero.orders import allocation, holding, tagging
from crossdock_twins.shiphero.orders.status import CLOSED, HOLDS
from crossdock_twins.shiphero.skus import sku_key

if TYPE_CHECKING:
    from crossdock_twins.shiphero.state import State

PLATFORM = 0
"""The user number under which history tells what nobody did: a date that came, a line that was served."""

_US = frozenset({"us", "usa", "united states"})
_US_ZIP = re.compile(r"\d{5}(-?\d{4})?")


def is_sound_address(address: Mapping[str, Any]) -> bool:
    """Tell whether an address could be delivered to; only addresses in the United States are looked at."""
    country = str(address.get("country_code") or address.get("country") or "").strip().lower()
    if country not in _US:
        return True
    has_state = bool(address.get("state") or address.get("state_code"))
    has_street = bool(address.get("address1") and address.get("city"))
    return has_state and has_street and _US_ZIP.fullmatch(str(address.get("zip") or "").strip()) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """A line of a new order; `pending` is what is still to be sent, `body` all that is only kept."""

    sku: str
    partner_line_item_id: str
    quantity: int
    pending: int
    shipped: int = 0
    fulfillment_status: str = "pending"
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """An order to be made; dates are texts of the API, `body` is all that is only kept."""

    account_id: int
    order_number: str
    partner_order_id: str
    shop_name: str
    fulfillment_status: str = "pending"
    email: str = ""
    profile: str = "default"
    order_date: str = ""
    required_ship_date: str | None = None
    created_at: str = ""
    holds: Mapping[str, bool] = field(default_factory=dict)
    tags: Sequence[str] = ()
    lines: Sequence[NewLine] = ()
    body: Mapping[str, Any] = field(default_factory=dict)
    id: int | None = None


class Orders:
    """Makes orders and writes their history."""

    def __init__(self, state: "State") -> None:
        self._state = state
        self._store = state.store

    def create(self, new: NewOrder, *, by: User) -> int:
        """Make an order and allocate it; nothing keeps a second one with the same numbers from being made."""
        created = new.created_at or self._state.today()
        with self._store.transaction():
            order_id = self._insert(new, created)
            for line in new.lines:
                insert_line(self._store, order_id, line, created)
            tagging.add(self._store, order_id, new.tags)
            holding.remember(self._state, order_id, new.body.get("hold_until_date"))
            if new.fulfillment_status not in CLOSED:
                allocation.allocate(self._state, order_id=order_id, at=created)
            self.note(order_id, f"Order created with {len(new.lines)} line items", by=by, at=created)
        return order_id

    def account_of(self, order_id: int) -> int | None:
        """Give the account that an order belongs to."""
        row = self._store.one("SELECT account_id FROM orders WHERE id = ?", order_id)
        return None if row is None else int(row["account_id"])

    def note(self, order_id: int, information: str, *, by: User | None, at: str, name: str = "") -> None:
        """Write a line into an order's history, by a user or by the platform itself; `name` stands for the user's."""
        self._store.execute(
            "INSERT INTO order_history (order_id, account_id, user_id, username, information, created_at)"
            " SELECT id, account_id, ?, ?, ?, ? FROM orders WHERE id = ?",
            *(by.id if by else PLATFORM, name or (by.email if by else "system"), information, at, order_id),
        )

    def update(
        self,
        order_id: int,
        *,
        at: str,
        columns: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> None:
        """Set columns of an order and members of what it only keeps, and note when it changed."""
        values = {**(columns or {}), "updated_at": at}
        if body:
            row = self._store.all("SELECT body FROM orders WHERE id = ?", order_id)[0]
            values["body"] = json.dumps({**json.loads(row["body"]), **body})
        names = ", ".join(f"{name} = ?" for name in values)
        self._store.execute(f"UPDATE orders SET {names} WHERE id = ?", *values.values(), order_id)

    def _insert(self, new: NewOrder, created: str) -> int:
        values = {
            "id": new.id,
            "account_id": new.account_id,
            "order_number": new.order_number,
            "partner_order_id": new.partner_order_id,
            "shop_name": new.shop_name,
            "fulfillment_status": new.fulfillment_status,
            "email": new.email,
            "profile": new.profile,
            "order_date": new.order_date or created,
            "created_at": created,
            "updated_at": created,
            "required_ship_date": new.required_ship_date,
            "hold_until": new.body.get("hold_until_date"),
            **{hold: new.holds.get(hold, False) for hold in HOLDS},
            "body": json.dumps(new.body),
        }
        return _insert_row(self._store, "orders", values)


def insert_line(store: Store, order_id: int, line: NewLine, created: str) -> int:
    """Add a line to an order; allocate the order afterwards."""
    values = {
        "order_id": order_id,
        "sku": line.sku.strip(),
        "sku_key": sku_key(line.sku),
        "partner_line_item_id": line.partner_line_item_id,
        "fulfillment_status": line.fulfillment_status,
        "quantity": line.quantity,
        "quantity_shipped": line.shipped,
        "quantity_pending": line.pending,
        "created_at": created,
        "updated_at": created,
        "body": json.dumps(line.body),
    }
    return _insert_row(store, "line_items", values)


def _insert_row(store: Store, table: str, values: Mapping[str, Any]) -> int:
    marks = ", ".join("?" * len(values))
    return store.insert(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", *values.values())
