"""What the floor says has come, as the control API reads it: members of JSON become arrivals at lines."""

import sqlite3
from typing import TYPE_CHECKING, Any

from crossdock_twins.base.inputs import ControlError, Members
from crossdock_twins.shiphero import floor, ids
from crossdock_twins.shiphero.errors import invalid, not_found
from crossdock_twins.shiphero.purchasing import store
from crossdock_twins.shiphero.purchasing.receiving import Arrival
from crossdock_twins.shiphero.skus import sku_key
from crossdock_twins.shiphero.stock import plates

if TYPE_CHECKING:
    from crossdock_twins.shiphero.state import State


def items_of(members: Members) -> list[Members] | None:
    """Give the objects under `line_items`, or None where nothing is named."""
    items = members.raw("line_items")
    if items is None:
        return None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ControlError(422, "line_items is wrong.", remedy="Send line_items as a list of objects with a sku.")
    return [Members(item) for item in items]


def read(state: "State", lines: list[sqlite3.Row], items: list[Members] | None) -> list[Arrival]:
    """Read what came: of each line named what is said, or what is missing; of all lines, where none is named."""
    if items is None:
        return [Arrival(line=line, received=_missing(line)) for line in lines if _missing(line)]
    return [_arrival(state, lines, item) for item in items]


def _arrival(state: "State", lines: list[sqlite3.Row], item: Members) -> Arrival:
    line = next((each for each in lines if each["sku_key"] == sku_key(item.text("sku"))), None)
    if line is None:
        raise not_found("Purchase order line item")
    rejected = item.whole("rejected", 0) or 0
    return _checked(state, line, item, product_id=line["product_id"], left=max(0, _missing(line) - rejected))


def loose(state: "State", product: sqlite3.Row, item: Members) -> Arrival:
    """Read what came of a product that stands on no line; `line` is the product's row then."""
    return _checked(state, product, item, product_id=product["id"], left=0)


def _checked(state: "State", row: sqlite3.Row, item: Members, *, product_id: int | None, left: int) -> Arrival:
    received, rejected = item.whole("quantity", left) or 0, item.whole("rejected", 0) or 0
    if received < 0 or rejected < 0 or received + rejected == 0:
        raise invalid("quantity or rejected must be at least 1")
    return Arrival(
        line=row,
        received=received,
        rejected=rejected,
        location_id=floor.number(item.text("location"), "Bin", "Location") if item.has("location") else None,
        lot_id=_lot(state, product_id, item) if item.has("lot") else None,
        lpn_id=_plate(state, item.text("lpn")) if item.has("lpn") else None,
    )


def _missing(line: sqlite3.Row) -> int:
    """Give how many pieces of a line have not come yet."""
    return max(0, int(line["quantity"] - line["quantity_received"] - line["quantity_rejected"]))


def _lot(state: "State", product_id: int | None, item: Members) -> int:
    """Give the lot of a product with this name, made where there is none, with `expires_at`."""
    name, at = item.text("lot"), state.today()
    found = state.store.one(
        "SELECT id FROM lots WHERE product_id = ? AND name = ? AND deleted_at IS NULL", product_id, name
    )
    if found is not None:
        return int(found["id"])
    return state.store.insert(
        "INSERT INTO lots (account_id, product_id, name, expires_at, created_at, updated_at)"
        " SELECT account_id, id, ?, ?, ?, ? FROM products WHERE id = ?",
        *(name, floor.moment(item, "expires_at"), at, at, product_id),
    )


def _plate(state: "State", text: str) -> int:
    number = plates.find(state.store, text)
    if number is None:
        raise not_found("License plate number")
    return number


def summary(state: "State", number: int) -> dict[str, Any]:
    """Say how far a purchase order has come."""
    row = state.store.all("SELECT po_number, fulfillment_status FROM purchase_orders WHERE id = ?", number)[0]
    return {
        "id": ids.encode("PurchaseOrder", number),
        **dict(row),
        "line_items": [
            {name: line[name] for name in ("sku", "quantity", "quantity_received", "quantity_rejected")}
            for line in store.lines(state.store, number)
        ],
    }
