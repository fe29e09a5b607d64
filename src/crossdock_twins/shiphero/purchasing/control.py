"""Receiving, for which the API has no operation: what the control API adds to `/_twin`."""

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.base.inputs import ControlError, Members, read_members
from crossdock_twins.shiphero import floor, ids
from crossdock_twins.shiphero.errors import invalid, not_found
from crossdock_twins.shiphero.purchasing import events, receiving, store
from crossdock_twins.shiphero.purchasing.receiving import Arrival
from crossdock_twins.shiphero.skus import sku_key

if TYPE_CHECKING:
    import sqlite3

    from crossdock_twins.shiphero.state import State


def control(state: "State") -> list[BaseRoute]:
    """Give the routes, relative to `/_twin`."""

    async def receive(request: Request) -> Response:
        """Receive `{"line_items": [{"sku", "quantity", "rejected", "lot", ...}], "close": true}`; all, if none."""
        members, number = await read_members(request), floor.number(request.path_params["order"], "PurchaseOrder")
        with floor.shift(state):
            return JSONResponse(_receive(state, number, members))

    return [Route("/purchase_orders/{order}/receive", receive, methods=["POST"])]


def _receive(state: "State", number: int, members: Members) -> dict[str, Any]:
    row, at = store.read(state.store, number, accounts=_everybody(state)), state.today()
    if row["fulfillment_status"] != store.PENDING:
        raise invalid(f"The purchase order is {row['fulfillment_status']}")
    arrivals = read_arrivals(state, store.lines(state.store, number), members.raw("line_items"))
    receiving.receive(state, row, arrivals, by=floor.worker(state, row["account_id"]), at=at)
    if members.has("close") and members.flag("close"):
        store.set_status(state.store, row, store.CLOSED, at=at)
    events.updated(state, number, at=at)
    return summary(state, number)


def read_arrivals(state: "State", lines: list["sqlite3.Row"], items: Any) -> list[Arrival]:
    """Read what came: of each line named what is said, or what is missing; of all lines, where none is named."""
    if items is None:
        return [Arrival(line=line, received=missing(line)) for line in lines if missing(line)]
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ControlError(422, "line_items is wrong.", remedy="Send line_items as a list of objects with a sku.")
    return [_arrival(state, lines, Members(item)) for item in items]


def _arrival(state: "State", lines: list["sqlite3.Row"], item: Members) -> Arrival:
    sku = item.text("sku")
    line = next((each for each in lines if each["sku_key"] == sku_key(sku)), None)
    if line is None:
        raise not_found("Purchase order line item")
    rejected = item.whole("rejected", 0) or 0
    received = item.whole("quantity", max(0, missing(line) - rejected)) or 0
    if received < 0 or rejected < 0:
        raise invalid("quantity and rejected must not be negative")
    return Arrival(
        line=line,
        received=received,
        rejected=rejected,
        location_id=floor.number(item.text("location"), "Bin", "Location") if item.has("location") else None,
        lot_id=_lot(state, line, item) if item.has("lot") else None,
        lpn_id=_plate(state, item.text("lpn")) if item.has("lpn") else None,
    )


def missing(line: "sqlite3.Row") -> int:
    """Give how many pieces of a line have not come yet."""
    return max(0, int(line["quantity"] - line["quantity_received"] - line["quantity_rejected"]))


def _lot(state: "State", line: "sqlite3.Row", item: Members) -> int:
    """Give the lot of a product with this name, made where there is none; `expires_at` is a text of the API."""
    name, at = item.text("lot"), state.today()
    found = state.store.one(
        "SELECT id FROM lots WHERE product_id = ? AND name = ? AND deleted_at IS NULL", line["product_id"], name
    )
    if found is not None:
        return int(found["id"])
    return state.store.insert(
        "INSERT INTO lots (account_id, product_id, name, expires_at, created_at, updated_at)"
        " SELECT account_id, id, ?, ?, ?, ? FROM products WHERE id = ?",
        *(name, item.text("expires_at", "") or None, at, at, line["product_id"]),
    )


def _plate(state: "State", number: str) -> int:
    row = state.store.one("SELECT id FROM lpns WHERE number = ?", number)
    if row is None:
        raise not_found("License plate number")
    return int(row["id"])


def _everybody(state: "State") -> list[int]:
    return [account.id for account in state.accounts.all()]


def summary(state: "State", number: int) -> dict[str, Any]:
    """Say how far a purchase order has come."""
    row = store.read(state.store, number, accounts=_everybody(state))
    return {
        "id": ids.encode("PurchaseOrder", number),
        "po_number": row["po_number"],
        "fulfillment_status": row["fulfillment_status"],
        "line_items": [
            {name: line[name] for name in ("sku", "quantity", "quantity_received", "quantity_rejected")}
            for line in store.lines(state.store, number)
        ],
    }
