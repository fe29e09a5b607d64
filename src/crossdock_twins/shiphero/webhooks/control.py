"""What the control adds for webhooks: types that support switches on, and rules that run on an order."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.base.control_page import field
from crossdock_twins.base.inputs import ControlError, read_members
from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.state import State
from crossdock_twins.shiphero.webhooks import automation, rules, store


def control(state: State) -> list[BaseRoute]:
    """Give the routes, relative to `/_twin`."""
    api = _Api(state)
    return [
        Route("/webhook_types", api.types, methods=["POST"]),
        Route("/orders/{order:int}/automation", api.automation, methods=["POST"]),
    ]


def deeds(state: State) -> Mapping[str, Callable[[FormData], str]]:
    """Give what the panel's form does."""

    def types(form: FormData) -> str:
        allowed = field(form, "on") == "true"
        name = field(form, "name")
        _allow(state, account_id=field(form, "account_id"), name=name, allowed=allowed)
        return f"{name} is {'on' if allowed else 'off'} for this account."

    return {"webhook_types": types}


def panel(state: State) -> dict[str, Any]:
    """Give the types that support switches, and where one of them is off."""
    off = [(account.username, store.types_off(state.store, account.id)) for account in state.accounts.all()]
    return {"types": sorted(rules.BY_SUPPORT), "off": [(name, sorted(types)) for name, types in off if types]}


class _Api:
    """The endpoints."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def types(self, request: Request) -> Response:
        members = await read_members(request)
        account_id, name, allowed = members.text("account_id"), members.text("name"), members.flag("on")
        _allow(self._state, account_id=account_id, name=name, allowed=allowed)
        return JSONResponse({"account_id": account_id, "name": name, "on": allowed})

    async def automation(self, request: Request) -> Response:
        rule = (await read_members(request)).text("rule", "Send a webhook")
        with self._state.store.transaction():
            row = self._state.store.one("SELECT * FROM orders WHERE id = ?", request.path_params["order"])
            if row is None:
                raise ControlError(404, "There is no such order.", remedy="Name it by its legacy_id.")
            automation.ran(self._state.store, row, rule=rule, at=self._state.today())
        return JSONResponse({"order": row["id"], "rule": rule})


def _allow(state: State, *, account_id: str, name: str, allowed: bool) -> None:
    number = ids.decode(account_id, "Account")
    if number is None or state.accounts.get(number) is None:
        raise ControlError(404, "There is no such account.", remedy="List the accounts with GET /_twin/accounts.")
    if not store.allow(state.store, account_id=number, name=name, allowed=allowed):
        known = ", ".join(sorted(rules.BY_SUPPORT))
        raise ControlError(422, "Support does not switch this type.", remedy=f"Use one of: {known}.")
