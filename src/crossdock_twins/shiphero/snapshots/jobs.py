"""Snapshots being made: each step comes when the twin's clock gets there."""

import sqlite3

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.base import agenda
from crossdock_twins.base.agenda import Due
from crossdock_twins.shiphero import dates
from crossdock_twins.shiphero.snapshots import delivery, files, store
from crossdock_twins.shiphero.state import State

START, FINISH = delivery.START, "snapshot.finish"


def start(state: State, due: Due) -> None:
    """Begin to work on a snapshot that nobody has called off."""
    number = int(due.key)
    store.set_status(state.store, number, store.PROCESSING, at=due.at)
    agenda.add(state.store, FINISH, due=due.at + store.TAKES, key=due.key, detail={})


def finish(state: State, due: Due) -> None:
    """Write the file and send it where it was wanted."""
    snapshot = store.row(state.store, int(due.key))
    if snapshot is None:
        return
    contents = files.write(
        state.store, snapshot, _accounts(state, snapshot), started=due.at - store.TAKES, finished=due.at
    )
    store.finish(state.store, snapshot, contents, at=due.at)
    delivery.send(state.store, snapshot, contents, at=due.at)


def _accounts(state: State, snapshot: sqlite3.Row) -> tuple[int, ...]:
    if snapshot["customer_id"] is not None:
        return (snapshot["customer_id"],)
    return (snapshot["account_id"], *state.accounts.customers_of(snapshot["account_id"]))


def routes(state: State) -> list[BaseRoute]:
    """Give the route of the files: no token is asked for, and a link lives a day."""

    async def serve(request: Request) -> Response:
        row = state.store.one(
            "SELECT contents, updated_at FROM inventory_snapshots WHERE file_name = ?", request.path_params["name"]
        )
        oldest = dates.text_of(state.now() - store.LINK_LIVES)
        if row is None or row["updated_at"] < oldest:
            text = "There is no such snapshot, or its link has expired. Generate a new snapshot."
            return JSONResponse({"message": text}, status_code=404)
        return Response(row["contents"], media_type="application/json")

    return [Route("/inventory_snapshots/{name:path}", serve)]


AGENDA = {START: start, FINISH: finish}
