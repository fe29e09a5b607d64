"""The dashboard's door: who is signed in, and who may see a page."""

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from crossdock_twins.easyship.parts import Parts
from crossdock_twins.easyship.state import Company, Person

Endpoint = Callable[[Request], Awaitable[Response]]
Page = Callable[[Request, Person, Company], Awaitable[Response]]


class Door:
    """Turns pages that need a person into endpoints."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def for_people(self, page: Page) -> Endpoint:
        """Let in whoever is signed in; send others to the sign-in page, which leads back."""

        async def endpoint(request: Request) -> Response:
            person = self.person(request)
            company = None if person is None else self._parts.state.company(person.company_id)
            if person is None or company is None:
                return self._to_sign_in(request)
            return await page(request, person, company)

        return endpoint

    def for_admins(self, page: Page) -> Endpoint:
        """Let admins in; tell members who the admins are."""

        async def admins_only(request: Request, person: Person, company: Company) -> Response:
            if person.role == "admin":
                return await page(request, person, company)
            people = self._parts.state.people(company.id)
            return self._parts.pages.render(
                request,
                "admins_only.html",
                status=403,
                person=person,
                company=company,
                admins=[one for one in people if one.role == "admin"],
            )

        return self.for_people(admins_only)

    def person(self, request: Request) -> Person | None:
        """Give the person who is signed in."""
        user_id = self._parts.pages.session(request).user_id
        return None if user_id is None else self._parts.state.person(user_id)

    def _to_sign_in(self, request: Request) -> Response:
        url = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        back = url if request.method == "GET" else "/"
        return self._parts.pages.redirect(request, f"/sign-in?next={quote(back, safe='')}")


def local_path(text: str) -> str:
    """Give a path of this host to go on to; anything else becomes the home page."""
    return text if text.startswith("/") and not text.startswith(("//", "/\\")) and "\n" not in text else "/"
