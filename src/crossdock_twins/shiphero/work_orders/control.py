"""Work on the floor, for which the API has no operation: what the control API adds to `/_twin`."""

import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.base.inputs import ControlError, Members, read_members
from crossdock_twins.shiphero import floor, ids
from crossdock_twins.shiphero.accounts import User
from crossdock_twins.shiphero.errors import invalid, not_found
from crossdock_twins.shiphero.orders import access
from crossdock_twins.shiphero.products import kits
from crossdock_twins.shiphero.work_orders import assembling, store
from crossdock_twins.shiphero.work_orders.assembling import Pieces

if TYPE_CHECKING:
    from crossdock_twins.shiphero.state import State

_Deed = Callable[["State", sqlite3.Row, Members, User, str], None]

_DEEDS: dict[str, _Deed] = {
    "approve": lambda state, row, members, _by, at: assembling.approve(
        state, row, scheduled=floor.moment(members, "scheduled_date"), at=at
    ),
    "pick": lambda state, row, _members, by, at: assembling.pick(state, row, by=by, at=at),
    "assemble": lambda state, row, members, by, at: assembling.assemble(
        state, row, quantity=members.whole("quantity", None), by=by, at=at
    ),
    "complete": lambda state, row, _members, by, at: assembling.end(state, row, store.COMPLETED, by=by, at=at),
    "cancel": lambda state, row, _members, by, at: assembling.end(state, row, store.CANCELED, by=by, at=at),
    "close": lambda state, row, _members, by, at: assembling.end(state, row, store.CLOSED, by=by, at=at),
}


def control(state: "State") -> list[BaseRoute]:
    """Give the routes, relative to `/_twin`: work on a work order, and build kits without one."""

    async def work(request: Request) -> Response:
        members, deed = await read_members(request), _DEEDS.get(request.path_params["deed"])
        if deed is None:
            raise ControlError(404, "There is no such work.", remedy=f"Use one of: {', '.join(_DEEDS)}.")
        number = floor.number(request.path_params["order"], "WorkOrder")
        with floor.shift(state):
            row = store.read(state.store, number, accounts=[account.id for account in state.accounts.all()])
            deed(state, row, members, floor.worker(state, row["account_id"]), state.today())
            return JSONResponse(_summary(state, number))

    async def build(request: Request) -> Response:
        """Build a kit or an assembly: `{"warehouse": id, "quantity": 3}`."""
        members = await read_members(request)
        with floor.shift(state):
            return JSONResponse(_build(state, request.path_params["product"], members))

    return [
        Route("/work_orders/{order}/{deed}", work, methods=["POST"]),
        Route("/products/{product}/build", build, methods=["POST"]),
    ]


def _build(state: "State", product: str, members: Members) -> dict[str, Any]:
    row = state.store.one("SELECT * FROM products WHERE id = ?", floor.number(product, "Product"))
    if row is None:
        raise not_found("Product")
    quantity, at = members.whole("quantity", 1) or 0, state.today()
    parts = kits.recipe(state.store, row)
    if quantity < 1 or not parts:
        raise invalid("quantity must be at least 1, and the product an assembly or a kit that is built ahead")
    taken = [Pieces(product_id=part.product_id, change=-part.quantity * quantity) for part in parts]
    warehouse_id = access.warehouse_for(state.store, members.text("warehouse"), account_id=row["account_id"])
    by = floor.worker(state, row["account_id"])
    assembling.move(
        state,
        [*taken, Pieces(product_id=row["id"], change=quantity)],
        warehouse_id=warehouse_id,
        reason=f"Built {row['sku']}",
        by=by,
        at=at,
    )
    return {"id": ids.encode("Product", row["id"]), "sku": row["sku"], "built": quantity}


def _summary(state: "State", number: int) -> dict[str, Any]:
    row = state.store.all("SELECT name, status FROM work_orders WHERE id = ?", number)[0]
    plan = store.assembly(state.store, number)
    made = {} if plan is None else {"sku": plan["sku"], "to_create": plan["to_create"], "created": plan["created"]}
    return {"id": ids.encode("WorkOrder", number), **dict(row), **made}
