"""Who may see a dashboard page: nobody signed out, and the developer pages only administrators."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from crossdock_twins.base.pages import Pages
from crossdock_twins.shiphero.accounts import Account, User
from crossdock_twins.shiphero.state import State

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person who has signed in, and the account that they work for."""

    user: User
    account: Account


Page = Callable[[Request, Visitor], Awaitable[Response]]


class Door:
    """Turns pages for visitors into endpoints."""

    def __init__(self, *, state: State, pages: Pages) -> None:
        self._state = state
        self._pages = pages

    def visitor(self, request: Request) -> Visitor | None:
        """Give who has signed in with this browser."""
        user_id = self._pages.session(request).user_id
        user = self._state.accounts.user(int(user_id)) if user_id and user_id.isdigit() else None
        account = self._state.accounts.get(user.account_id) if user is not None else None
        return Visitor(user, account) if user is not None and account is not None else None

    def for_people(self, page: Page) -> Endpoint:
        """Let in whoever has signed in; send everybody else to sign in, and back."""

        async def endpoint(request: Request) -> Response:
            visitor = self.visitor(request)
            if visitor is None:
                back = request.url.path if request.method == "GET" else "/"
                return self._pages.redirect(request, f"/sign-in?next={quote(back, safe='/')}")
            return await page(request, visitor)

        return endpoint

    def for_admins(self, page: Page) -> Endpoint:
        """Let in administrators; show everybody else who to ask."""

        async def admins_only(request: Request, visitor: Visitor) -> Response:
            if visitor.user.is_admin:
                return await page(request, visitor)
            people = self._state.accounts.users(visitor.account.id, developers=False)
            admins = [person for person in people if person.is_admin]
            return self._pages.render(request, "admins_only.html", status=403, visitor=visitor, admins=admins)

        return self.for_people(admins_only)


def local_path(text: str) -> str:
    """Give a path of this site to go to; anything else becomes the start page."""
    is_local = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable()
    return text if is_local else "/"
