"""Picking, for which the API has no operation: the control API does it in the place of people with scanners."""

import sqlite3

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.base.inputs import Members, read_members
from crossdock_twins.shiphero import floor, ids
from crossdock_twins.shiphero.errors import invalid, not_found
from crossdock_twins.shiphero.state import State
from crossdock_twins.shiphero.totes import picking


def control(state: State) -> list[BaseRoute]:
    """Give the route `POST /orders/{order}/pick`, which takes `tote`: a number, an id or a barcode."""

    async def pick(request: Request) -> Response:
        members = await read_members(request)
        order_id = floor.number(request.path_params["order"], "Order")
        with floor.shift(state):
            order, tote = _order(state, order_id), _tote(state, members)
            worker = floor.worker(state, tote["account_id"])
            pieces = picking.pick(state, order=order, tote=tote, by=worker, at=state.today())
        return JSONResponse({"order": order_id, "tote": tote["id"], "barcode": tote["barcode"], "pieces": pieces})

    return [Route("/orders/{order}/pick", pick, methods=["POST"])]


def _order(state: State, order_id: int) -> sqlite3.Row:
    row = state.store.one("SELECT * FROM orders WHERE id = ?", order_id)
    if row is None:
        raise not_found("Order")
    return row


def _tote(state: State, members: Members) -> sqlite3.Row:
    named = str(members.raw("tote") or "")
    number = ids.decode(named, "Tote")
    row = state.store.one(
        "SELECT * FROM totes WHERE (id = ? OR barcode = ?) AND deleted_at IS NULL ORDER BY id LIMIT 1",
        *(-1 if number is None else number, named),
    )
    if not named:
        raise invalid("tote is missing: name a tote by its number, id or barcode")
    if row is None:
        raise not_found("Tote")
    return row
