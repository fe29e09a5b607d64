"""What the ShipHero twin adds to the control API: developers without the pages, and their scopes."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.base.hosts import TwinUrls
from crossdock_twins.base.inputs import ControlError, Members, read_members
from crossdock_twins.base.twin import AccountLine
from crossdock_twins.shiphero import ids, schema, seeds
from crossdock_twins.shiphero.accounts import STATES, EmailTakenError, NewUser, User
from crossdock_twins.shiphero.state import State
from crossdock_twins.shiphero.webhooks import control as webhook_control


class ShipHeroTwin:
    """The twin as its control sees it."""

    states = STATES

    def __init__(self, state: State, urls: TwinUrls) -> None:
        self._state = state
        self._urls = urls
        self.seeds: Mapping[str, Callable[[], None]] = {
            name: partial(self._fill, fill) for name, fill in seeds.SEEDS.items()
        }

    def accounts(self) -> Sequence[AccountLine]:
        """Give the accounts; their ids are the plain numbers."""
        return [
            AccountLine(id=str(each.id), name=each.username, state=each.state) for each in self._state.accounts.all()
        ]

    def set_state(self, account_id: str, state: str) -> bool:
        """Set an account's state; the number and the API's id both name it."""
        number = ids.decode(account_id, "Account")
        return number is not None and self._state.accounts.set_state(number, state)

    def panel(self) -> Mapping[str, Any]:
        """Give what `control_panel.html` shows."""
        developers = [
            (account, developer)
            for account in self._state.accounts.all()
            for developer in self._state.accounts.users(account.id, developers=True)
        ]
        webhooks = webhook_control.panel(self._state)
        return {"webhooks": webhooks, "urls": self._urls, "everybody": seeds.EVERYBODY, "developers": developers}

    def _fill(self, fill: Callable[[State], None]) -> None:
        self._state.throttle.clear()
        fill(self._state)


def routes(state: State) -> list[BaseRoute]:
    """Give the routes, relative to `/_twin`."""
    api = _Api(state)
    return [
        Route("/developers", api.all, methods=["GET"]),
        Route("/developers", api.create, methods=["POST"]),
        Route("/developers/{developer:int}", api.change, methods=["PATCH"]),
        Route("/developers/{developer:int}", api.delete, methods=["DELETE"]),
    ]


class _Api:
    """The endpoints."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def all(self, _request: Request) -> Response:
        found = [
            _facts(developer)
            for account in self._state.accounts.all()
            for developer in self._state.accounts.users(account.id, developers=True)
        ]
        return JSONResponse({"developers": found})

    async def create(self, request: Request) -> Response:
        members = await read_members(request)
        new = NewUser(
            account_id=self._account(members),
            email=members.text("email"),
            first_name=members.text("first_name"),
            last_name=members.text("last_name"),
            password=members.text("password", "") or None,
            is_developer=True,
            scopes=_scopes(members),
        )
        try:
            developer = self._state.accounts.create_user(new)
        except EmailTakenError as error:
            raise ControlError(
                409, "This e-mail address is in use on the platform.", remedy="Send an e-mail that nobody has yet."
            ) from error
        tokens = {
            "access_token": self._state.issue(developer.subject),
            "refresh_token": self._state.accounts.refresh_token_of(developer),
        }
        return JSONResponse({**_facts(developer), **tokens}, status_code=201)

    async def change(self, request: Request) -> Response:
        developer = self._developer(request)
        self._state.accounts.set_scopes(developer.id, _scopes(await read_members(request)))
        return JSONResponse(_facts(self._developer(request)))

    async def delete(self, request: Request) -> Response:
        self._state.accounts.remove(self._developer(request).id)
        return JSONResponse({"deleted": True})

    def _account(self, members: Members) -> int:
        named = members.raw("account_id")
        number = ids.decode(str(named), "Account") if named is not None else seeds.MERCHANT
        if number is None or self._state.accounts.get(number) is None:
            raise ControlError(404, "There is no such account.", remedy="List the accounts with GET /_twin/accounts.")
        return number

    def _developer(self, request: Request) -> User:
        developer = self._state.accounts.user(request.path_params["developer"])
        if developer is None or not developer.is_developer:
            raise ControlError(404, "There is no such developer.", remedy="List them with GET /_twin/developers.")
        return developer


def _scopes(members: Members) -> tuple[str, ...] | None:
    if not members.has("scopes") or members.raw("scopes") == "all":
        return None
    wanted = members.texts("scopes")
    unknown = sorted(set(wanted) - set(schema.all_scopes()))
    if unknown:
        raise ControlError(
            422,
            f"There is no scope {unknown[0]}.",
            remedy=f"Leave scopes out for all of them, or list some of: {', '.join(schema.all_scopes())}.",
        )
    return wanted


def _facts(developer: User) -> dict[str, Any]:
    return {
        "id": developer.id,
        "account_id": str(developer.account_id),
        "email": developer.email,
        "first_name": developer.first_name,
        "last_name": developer.last_name,
        "scopes": "all" if developer.scopes is None else list(developer.scopes),
    }
