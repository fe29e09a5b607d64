"""Papers and files that the twin has made: kept in the store, served at its own address to whoever has the link."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.base import tokens
from crossdock_twins.shiphero.state import State


def keep(state: State, *, account_id: int, media_type: str, ending: str, contents: bytes) -> str:
    """Keep a file, inside the caller's transaction, and give its name; `ending` is without the dot."""
    name = f"{tokens.random_id()}.{ending}"
    state.store.execute(
        "INSERT INTO papers (name, account_id, media_type, contents, created_at) VALUES (?, ?, ?, ?, ?)",
        *(name, account_id, media_type, contents, state.today()),
    )
    return name


def link(state: State, name: str) -> str:
    """Give the address of a file."""
    return f"{state.url}/files/{name}"


def routes(state: State) -> list[BaseRoute]:
    """Give the route of the files; like the provider's links, it asks for no token."""

    async def serve(request: Request) -> Response:
        row = state.store.one("SELECT media_type, contents FROM papers WHERE name = ?", request.path_params["name"])
        if row is None:
            return JSONResponse({"message": "There is no such file. Ask the API for a new link."}, status_code=404)
        return Response(row["contents"], media_type=row["media_type"])

    return [Route("/files/{name}", serve)]
