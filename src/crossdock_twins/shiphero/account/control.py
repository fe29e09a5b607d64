"""What an account has switched on, for which the API has no operation: the control API sets it in support's place."""

import json

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.base.inputs import ControlError, read_members
from crossdock_twins.shiphero import floor
from crossdock_twins.shiphero.state import State

SWITCHES = ("dynamic_slotting", "cycle_count_enabled", "ship_backorders")
FORMATS = ("csv", "json")
"""What the files of data exports can be; the provider's Parquet is not among them."""


def control(state: State) -> list[BaseRoute]:
    """Give the route `PATCH /accounts/{account}/settings`, which takes switches and answers with all of them."""

    async def change(request: Request) -> Response:
        members, number = await read_members(request), floor.number(request.path_params["account"], "Account")
        wanted: dict[str, bool | str] = {name: members.flag(name) for name in SWITCHES if members.has(name)}
        if members.has("data_export_format"):
            wanted["data_export_format"] = _format(members.text("data_export_format"))
        if not wanted:
            raise ControlError(422, "Nothing to do.", remedy=f"Send true or false for some of: {', '.join(SWITCHES)}.")
        changed = state.store.execute(
            "UPDATE accounts SET settings = json_patch(settings, ?) WHERE id = ?", json.dumps(wanted), number
        )
        account = state.accounts.get(number)
        if not changed or account is None:
            raise ControlError(404, "There is no such account.", remedy="List the accounts with GET /_twin/accounts.")
        return JSONResponse({name: bool(account.settings.get(name)) for name in SWITCHES})

    return [Route("/accounts/{account}/settings", change, methods=["PATCH"])]


def _format(name: str) -> str:
    if name not in FORMATS:
        raise ControlError(422, "There is no such format.", remedy=f"Use one of: {', '.join(FORMATS)}.")
    return name
