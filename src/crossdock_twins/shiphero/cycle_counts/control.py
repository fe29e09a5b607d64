"""Counting, for which the API has no operation: the control API does it in the place of people with scanners."""

import sqlite3

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.base.inputs import Members, read_members
from crossdock_twins.shiphero import floor
from crossdock_twins.shiphero.accounts import User
from crossdock_twins.shiphero.cycle_counts import store
from crossdock_twins.shiphero.errors import invalid, not_found
from crossdock_twins.shiphero.orders import allocation
from crossdock_twins.shiphero.skus import sku_key
from crossdock_twins.shiphero.state import State
from crossdock_twins.shiphero.stock import counting, ledger
from crossdock_twins.shiphero.stock.places import name_key


def control(state: State) -> list[BaseRoute]:
    """Give the route `POST /cycle_counts/{count}/count`: `quantity` was found of `sku` in `location`.

    Without `sku` and `location` everything that is not counted yet is found to be as the books say.
    """

    async def count(request: Request) -> Response:
        members = await read_members(request)
        number = floor.number(request.path_params["count"], "CycleCountBatch")
        with floor.shift(state):
            batch = _batch(state, number)
            by, at = floor.worker(state, batch["account_id"]), state.today()
            found = _items(state, batch, members)
            for item in found:
                quantity = members.whole("quantity", None) if members.has("sku") else None
                _count(state, batch, item, quantity=quantity, by=by, at=at)
            after = _batch(state, number)
        return JSONResponse({"cycle_count": number, "counted": len(found), "status": after["status"]})

    return [Route("/cycle_counts/{count}/count", count, methods=["POST"])]


def _batch(state: State, number: int) -> sqlite3.Row:
    batch = store.row(state.store, number)
    if batch is None:
        raise not_found("Cycle count")
    if batch["queue_status"] != store.READY:
        raise invalid(f"The cycle count is not ready to count: it is {batch['queue_status']}")
    return batch


def _items(state: State, batch: sqlite3.Row, members: Members) -> list[sqlite3.Row]:
    rows = state.store.all(
        "SELECT i.*, p.sku_key, l.name_key FROM cycle_count_items i JOIN warehouse_products s ON s.id = i.stock_id"
        " JOIN products p ON p.id = s.product_id JOIN locations l ON l.id = i.location_id WHERE i.count_id = ?",
        batch["id"],
    )
    if not members.has("sku"):
        return [row for row in rows if row["counted"] is None]
    sku, place = sku_key(members.text("sku")), name_key(members.text("location"))
    found = [row for row in rows if row["sku_key"] == sku and row["name_key"] == place]
    if not found:
        raise not_found("Item of the cycle count")
    return found


def _count(state: State, batch: sqlite3.Row, item: sqlite3.Row, *, quantity: int | None, by: User, at: str) -> None:
    there = counting.lying_in(state.store, item["stock_id"], item["location_id"])
    counted = there if quantity is None else counting.pieces(quantity, least=0)
    ledger.move(
        state,
        stock_id=item["stock_id"],
        change=counted - there,
        reason=f"Cycle count {batch['name']}",
        by=by,
        at=at,
        location_id=item["location_id"],
        source="cycle_count",
        cycle_counted=True,
    )
    store.note(state.store, item["id"], counted, at=at)
    allocation.settle(state, stock_ids=[item["stock_id"]], at=at)
