"""Unloading trucks, for which the API has no operation: what the control API adds to `/_twin`."""

import base64
import binascii
import sqlite3
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.base.inputs import ControlError, Members, read_members
from crossdock_twins.shiphero import floor, ids, papers
from crossdock_twins.shiphero.accounts import User
from crossdock_twins.shiphero.errors import invalid
from crossdock_twins.shiphero.inbound import store
from crossdock_twins.shiphero.orders import allocation
from crossdock_twins.shiphero.products import stocking
from crossdock_twins.shiphero.products import store as products
from crossdock_twins.shiphero.purchasing import arrivals, events, receiving
from crossdock_twins.shiphero.purchasing import store as purchases
from crossdock_twins.shiphero.purchasing.receiving import Arrival
from crossdock_twins.shiphero.skus import sku_key
from crossdock_twins.shiphero.stock import ledger

if TYPE_CHECKING:
    from crossdock_twins.shiphero.state import State


def control(state: "State") -> list[BaseRoute]:
    """Give the routes, relative to `/_twin`: receive goods, set the status, add a picture."""

    async def receive(request: Request) -> Response:
        """Receive `{"line_items": [{"sku", "quantity", "rejected", "lpn", ...}], "complete": true}`; all, if none."""
        members = await read_members(request)
        with floor.shift(state):
            return JSONResponse(_receive(state, _named(state, request), members))

    async def status(request: Request) -> Response:
        wanted = (await read_members(request)).text("status")
        with floor.shift(state):
            row = _named(state, request)
            if wanted not in store.STATUSES:
                raise invalid(f"status must be one of {', '.join(store.STATUSES)}")
            store.set_status(state.store, row["id"], wanted, at=state.today())
            return JSONResponse(_summary(state, row["id"]))

    async def image(request: Request) -> Response:
        """Keep `{"filename", "description", "mimetype", "contents": base64}`."""
        members = await read_members(request)
        with floor.shift(state):
            return JSONResponse(_keep_image(state, _named(state, request), members), status_code=201)

    return [
        Route("/inbound_shipments/{shipment}/receive", receive, methods=["POST"]),
        Route("/inbound_shipments/{shipment}/status", status, methods=["POST"]),
        Route("/inbound_shipments/{shipment}/images", image, methods=["POST"]),
    ]


def _named(state: "State", request: Request) -> sqlite3.Row:
    number = floor.number(request.path_params["shipment"], "InboundShipment")
    return store.read(state.store, number, accounts=[account.id for account in state.accounts.all()])


def _receive(state: "State", row: sqlite3.Row, members: Members) -> dict[str, Any]:
    if row["status"] in {store.COMPLETED, store.DELETED}:
        raise invalid(f"The inbound shipment is {row['status']}")
    by, at = floor.worker(state, row["account_id"]), state.today()
    items = arrivals.items_of(members)
    for order in store.orders(state.store, row["id"]):
        lines = purchases.lines(state.store, order["id"])
        keys = {line["sku_key"] for line in lines}
        mine = None if items is None else [item for item in items if sku_key(item.text("sku")) in keys]
        came = arrivals.read(state, lines, mine)
        if items is not None and mine:
            items = [item for item in items if item not in mine]
        if came:
            _receive_expected(state, row, order, came, by=by, at=at)
    for item in items or ():
        _receive_unexpected(state, row, item, by=by, at=at)
    done = members.has("complete") and members.flag("complete")
    store.set_status(state.store, row["id"], store.COMPLETED if done else store.RECEIVING, at=at)
    return _summary(state, row["id"])


def _receive_expected(
    state: "State", row: sqlite3.Row, order: sqlite3.Row, came: list[Arrival], *, by: User, at: str
) -> None:
    receiving.receive(state, order, came, by=by, at=at)
    events.updated(state, order["id"], at=at)
    for arrival in came:
        _note(state, row["id"], arrival.line["product_id"], arrival, line_id=arrival.line["id"], by=by, at=at)


def _receive_unexpected(state: "State", row: sqlite3.Row, item: Members, *, by: User, at: str) -> None:
    """Take in what stands on none of the purchase orders: it goes to stock, and the summary says so."""
    product = products.find(state.store, account_id=row["account_id"], sku=item.text("sku"))
    arrival = arrivals.loose(state, product, item)
    stock_id = stocking.stock_in(state, product_id=product["id"], warehouse_id=row["warehouse_id"], at=at)
    ledger.move(
        state,
        stock_id=stock_id,
        change=arrival.received,
        reason=f"Inbound shipment {row['id']}: not announced",
        by=by,
        at=at,
        location_id=arrival.location_id,
        lot_id=arrival.lot_id,
        lpn_id=arrival.lpn_id,
    )
    allocation.settle(state, stock_ids=[stock_id], at=at)
    _note(state, row["id"], product["id"], arrival, line_id=None, by=by, at=at)


def _note(
    state: "State", number: int, product_id: int, arrival: Arrival, *, line_id: int | None, by: User, at: str
) -> None:
    stock = state.store.one(
        "SELECT s.id FROM warehouse_products s JOIN inbound_shipments i ON i.warehouse_id = s.warehouse_id"
        " WHERE i.id = ? AND s.product_id = ?",
        *(number, product_id),
    )
    location_id = arrival.location_id
    if location_id is None and stock is not None:
        location_id = ledger.default_location(state, stock["id"])
    state.store.execute(
        "INSERT INTO inbound_receipts"
        " (inbound_id, line_id, product_id, location_id, lot_id, lpn_id, quantity, rejected, user_id, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        *(number, line_id, product_id, location_id, arrival.lot_id, arrival.lpn_id),
        *(arrival.received, arrival.rejected, by.id, at),
    )


def _keep_image(state: "State", row: sqlite3.Row, members: Members) -> dict[str, Any]:
    at, filename = state.today(), members.text("filename")
    media_type = members.text("mimetype", "image/png")
    try:
        contents = base64.b64decode(members.raw("contents") or "", validate=True)
    except (TypeError, binascii.Error) as error:
        raise ControlError(422, "contents is wrong.", remedy="Send the picture as base64 text.") from error
    if not contents or not media_type.startswith("image/"):
        raise ControlError(422, "There is no picture.", remedy="Send contents in base64 and an image/ mimetype.")
    ending = media_type.removeprefix("image/")
    name = papers.keep(state, account_id=row["account_id"], media_type=media_type, ending=ending, contents=contents)
    values = {
        "inbound_id": row["id"],
        "url": papers.link(state, name),
        "filename": filename,
        "mimetype": media_type,
        "file_size_bytes": len(contents),
        "description": members.text("description", "") or None,
        "created_at": at,
        "updated_at": at,
    }
    marks = ", ".join("?" * len(values))
    state.store.execute(f"INSERT INTO inbound_images ({', '.join(values)}) VALUES ({marks})", *values.values())
    return values


def _summary(state: "State", number: int) -> dict[str, Any]:
    row = state.store.all("SELECT status, status_updated_at FROM inbound_shipments WHERE id = ?", number)[0]
    orders = [arrivals.summary(state, order["id"]) for order in store.orders(state.store, number)]
    return {"id": ids.encode("InboundShipment", number), **dict(row), "purchase_orders": orders}
