"""The dashboard's plain pages: signing in and out, home, people, connected apps."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.base.control_page import field
from crossdock_twins.easyship import seeds
from crossdock_twins.easyship.door import Door, local_path
from crossdock_twins.easyship.parts import Parts
from crossdock_twins.easyship.state import Company, Person

_WHERE_TO = {"/integrations": "API & Webhooks", "/oauth2/authorize": "the app that asks for your consent"}


def routes(parts: Parts) -> list[BaseRoute]:
    """Give the routes of these pages."""
    dashboard, door = Dashboard(parts), Door(parts)
    return [
        Route("/", door.for_people(dashboard.home)),
        Route("/sign-in", dashboard.sign_in, methods=["GET", "POST"]),
        Route("/sign-out", dashboard.sign_out, methods=["POST"]),
        Route("/people", door.for_people(dashboard.people)),
        Route("/apps", door.for_admins(dashboard.apps)),
        Route("/apps/{consent_id}/revoke", door.for_admins(dashboard.revoke), methods=["POST"]),
        Route("/connect", _to_integrations),
    ]


class Dashboard:
    """The pages."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def home(self, request: Request, person: Person, company: Company) -> Response:
        """Show the company and the way to a token."""
        count = len(self._parts.integrations.of_company(company.id))
        return self._parts.pages.render(request, "home.html", person=person, company=company, count=count)

    async def people(self, request: Request, person: Person, company: Company) -> Response:
        """Show who can sign in, and as what."""
        people = self._parts.state.people(company.id)
        return self._parts.pages.render(request, "people.html", person=person, company=company, people=people)

    async def apps(self, request: Request, person: Person, company: Company) -> Response:
        """Show the apps that the company has allowed in."""
        consents = self._parts.grants.consents(company.id)
        return self._parts.pages.render(request, "apps.html", person=person, company=company, consents=consents)

    async def revoke(self, request: Request, _person: Person, company: Company) -> Response:
        """Shut an app out."""
        await self._parts.pages.form(request)
        consent_id = request.path_params["consent_id"]
        if all(consent.id != consent_id for consent in self._parts.grants.consents(company.id)):
            return self._parts.pages.redirect(request, "/apps", flash="That app was disconnected before.", tone="bad")
        self._parts.grants.revoke(consent_id)
        return self._parts.pages.redirect(request, "/apps", flash="Disconnected. Its tokens no longer work.")

    async def sign_in(self, request: Request) -> Response:
        """Ask for e-mail and password, and let in whoever they belong to."""
        if request.method == "GET":
            return self._ask(request, back=local_path(request.query_params.get("next", "/")))
        form = await self._parts.pages.form(request)
        back = local_path(field(form, "next"))
        person = self._parts.state.sign_in(email=field(form, "email"), password=field(form, "password"))
        if person is None:
            return self._ask(request, back=back, email=field(form, "email"), failed=True)
        self._parts.pages.sign_in(request, person.id)
        return self._parts.pages.redirect(request, back)

    async def sign_out(self, request: Request) -> Response:
        """End the session."""
        form = await self._parts.pages.form(request)
        self._parts.pages.sign_out(request)
        return self._parts.pages.redirect(request, local_path(field(form, "next") or "/sign-in"))

    def _ask(self, request: Request, *, back: str, email: str = "", failed: bool = False) -> Response:
        path = back.partition("?")[0]
        place = next((name for prefix, name in _WHERE_TO.items() if path.startswith(prefix)), "")
        return self._parts.pages.render(
            request,
            "sign_in.html",
            status=422 if failed else 200,
            back=back,
            place=place,
            email=email,
            failed=failed,
            everybody=seeds.EVERYBODY,
        )


async def _to_integrations(_request: Request) -> Response:
    return RedirectResponse("/integrations", status_code=308)
