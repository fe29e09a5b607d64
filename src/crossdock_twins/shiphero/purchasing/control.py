"""Receiving, for which the API has no operation: what the control API adds to `/_twin`."""

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.base.inputs import Members, read_members
from crossdock_twins.shiphero import floor
from crossdock_twins.shiphero.errors import invalid
from crossdock_twins.shiphero.purchasing import arrivals, events, receiving, store

if TYPE_CHECKING:
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
    row = store.read(state.store, number, accounts=[account.id for account in state.accounts.all()])
    at = state.today()
    if row["fulfillment_status"] != store.PENDING:
        raise invalid(f"The purchase order is {row['fulfillment_status']}")
    came = arrivals.read(state, store.lines(state.store, number), arrivals.items_of(members))
    receiving.receive(state, row, came, by=floor.worker(state, row["account_id"]), at=at)
    if members.has("close") and members.flag("close"):
        store.set_status(state.store, row, store.CLOSED, at=at)
    events.updated(state, number, at=at)
    return arrivals.summary(state, number)
