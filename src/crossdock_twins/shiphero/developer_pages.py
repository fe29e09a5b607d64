"""*My Account* -> *Developer Users*: the pages on which a merchant makes the tokens for an integration."""

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.base.control_page import field
from crossdock_twins.base.pages import Pages
from crossdock_twins.shiphero.accounts import EmailTakenError, NewUser, User
from crossdock_twins.shiphero.door import Door, Visitor
from crossdock_twins.shiphero.state import State
from crossdock_twins.shiphero.tokens import LIFE

PLACE = "/my-account/developer-users"

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,180}\.[^@\s.]{2,}")
_LONGEST_NAME = 80


def routes(*, state: State, pages: Pages, door: Door) -> list[BaseRoute]:
    """Give the routes of these pages; all are for administrators."""
    shelf = DeveloperPages(state=state, pages=pages)
    each = f"{PLACE}/{{developer:int}}"
    return [
        Route(PLACE, door.for_admins(shelf.all)),
        Route(f"{PLACE}/new", door.for_admins(shelf.ask), methods=["GET"]),
        Route(f"{PLACE}/new", door.for_admins(shelf.add), methods=["POST"]),
        Route(each, door.for_admins(shelf.show)),
        Route(f"{each}/renew", door.for_admins(shelf.renew), methods=["POST"]),
        Route(f"{each}/remove", door.for_admins(shelf.remove), methods=["POST"]),
    ]


class DeveloperPages:
    """The pages."""

    def __init__(self, *, state: State, pages: Pages) -> None:
        self._state = state
        self._pages = pages

    async def all(self, request: Request, visitor: Visitor) -> Response:
        """List the account's developers."""
        developers = self._state.accounts.users(visitor.account.id, developers=True)
        return self._pages.render(request, "developers.html", visitor=visitor, developers=developers)

    async def ask(self, request: Request, visitor: Visitor) -> Response:
        """Show the empty form for a new developer."""
        return self._ask(request, visitor, values={}, problems={})

    async def add(self, request: Request, visitor: Visitor) -> Response:
        """Make the developer and show the tokens, the access token once."""
        form = await self._pages.form(request)
        values = {name: field(form, name) for name in ("first_name", "last_name", "email")}
        problems = _problems(values)
        if problems:
            return self._ask(request, visitor, values=values, problems=problems)
        try:
            developer = self._state.accounts.create_user(
                NewUser(
                    account_id=visitor.account.id,
                    email=values["email"],
                    first_name=values["first_name"],
                    last_name=values["last_name"],
                    is_developer=True,
                )
            )
        except EmailTakenError:
            taken = "This e-mail address is in use on the platform, in this account or another. Use one of its own."
            return self._ask(request, visitor, values=values, problems={"email": taken})
        return self._reveal(request, developer, "Developer added. Copy both tokens now.")

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """Show one developer; an access token is there only right after it was made."""
        developer = self._developer(request, visitor)
        if developer is None:
            return self._pages.render(request, "not_found.html", status=404, visitor=visitor)
        access_token = self._state.accounts.take_look(session_id=self._pages.session(request).id, user_id=developer.id)
        return self._pages.render(
            request,
            "developer.html",
            visitor=visitor,
            developer=developer,
            access_token=access_token,
            expires=self._state.now() + LIFE,
        )

    async def renew(self, request: Request, visitor: Visitor) -> Response:
        """Make another access token with the refresh token; the earlier ones live on."""
        await self._pages.form(request)
        developer = self._developer(request, visitor)
        if developer is None:
            return self._pages.render(request, "not_found.html", status=404, visitor=visitor)
        return self._reveal(request, developer, "Here is a new access token. Copy it now.")

    async def remove(self, request: Request, visitor: Visitor) -> Response:
        """Delete a developer."""
        await self._pages.form(request)
        developer = self._developer(request, visitor)
        if developer is None:
            return self._pages.redirect(request, PLACE, flash="That developer was removed before.", tone="bad")
        self._state.accounts.remove(developer.id)
        return self._pages.redirect(request, PLACE, flash=f"{developer.name} is removed. The tokens no longer work.")

    def _reveal(self, request: Request, developer: User, sentence: str) -> Response:
        self._state.accounts.keep_for_one_look(
            session_id=self._pages.session(request).id,
            user_id=developer.id,
            access_token=self._state.issue(developer.subject),
        )
        return self._pages.redirect(request, f"{PLACE}/{developer.id}", flash=sentence)

    def _ask(self, request: Request, visitor: Visitor, *, values: dict[str, str], problems: dict[str, str]) -> Response:
        return self._pages.render(
            request,
            "developer_new.html",
            status=422 if problems else 200,
            visitor=visitor,
            values=values,
            problems=problems,
        )

    def _developer(self, request: Request, visitor: Visitor) -> User | None:
        developer = self._state.accounts.user(request.path_params["developer"])
        is_own = developer is not None and developer.is_developer and developer.account_id == visitor.account.id
        return developer if is_own else None


def _problems(values: dict[str, str]) -> dict[str, str]:
    problems = {}
    for name, label in (("first_name", "a first name"), ("last_name", "a last name")):
        if not 0 < len(values[name]) <= _LONGEST_NAME:
            problems[name] = f"Enter {label} of at most {_LONGEST_NAME} characters."
    if not _EMAIL.fullmatch(values["email"]):
        problems["email"] = "Enter an e-mail address such as integration@your-company.com."
    return problems
