"""The dashboard's integration pages: from *New Integration* to a token, its scopes, its replacement and its end."""

from collections.abc import Awaitable, Callable, Mapping
from typing import cast

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.base.control_page import field
from crossdock_twins.easyship import scopes
from crossdock_twins.easyship.door import Door, Page
from crossdock_twins.easyship.integrations import Integration, ticked
from crossdock_twins.easyship.parts import Parts
from crossdock_twins.easyship.scopes import ApiVersion
from crossdock_twins.easyship.state import PREFIXES, Company, Person

CUSTOM = "custom"
TYPES = {
    CUSTOM: "I'm developing a custom integration",
    "agency": "An agency is building an integration for me",
    "app": "I'm using an app from another company",
}
VERSIONS: dict[ApiVersion, str] = {"2024-09": "2024-09 and newer", "2023-01": "2023-01 and older"}
CATALOGUE = {
    "Online stores": ("Shopify", "WooCommerce", "BigCommerce", "Magento", "Squarespace", "PrestaShop"),
    "Marketplaces": ("Amazon", "eBay", "Etsy", "Lazada"),
    "Crowdfunding": ("Kickstarter", "Indiegogo", "BackerKit"),
    "Files": ("Spreadsheet upload", "Scheduled import"),
}
_LONGEST_NAME = 80

OwnPage = Callable[[Request, Person, Company, Integration], Awaitable[Response]]


def routes(parts: Parts) -> list[BaseRoute]:
    """Give the routes of these pages; all are for admins."""
    pages, door = IntegrationPages(parts), Door(parts)

    def one(page: OwnPage) -> Callable[[Request], Awaitable[Response]]:
        return door.for_admins(pages.of_company(page))

    return [
        Route("/integrations", door.for_admins(pages.overview)),
        Route("/integrations", door.for_admins(pages.create), methods=["POST"]),
        Route("/integrations/new", door.for_admins(pages.catalogue)),
        Route("/integrations/new/api", door.for_admins(pages.dialog)),
        Route("/integrations/{integration_id}", one(pages.show)),
        Route("/integrations/{integration_id}/edit", one(pages.edit)),
        Route("/integrations/{integration_id}/edit", one(pages.save), methods=["POST"]),
        Route("/integrations/{integration_id}/regenerate", one(pages.regenerate), methods=["POST"]),
        Route("/integrations/{integration_id}/delete", one(pages.delete), methods=["POST"]),
    ]


class IntegrationPages:
    """The pages."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def of_company(self, page: OwnPage) -> Page:
        """Look up the integration of the path; one of another company does not exist."""

        async def found(request: Request, person: Person, company: Company) -> Response:
            integration = self._parts.integrations.get(request.path_params["integration_id"])
            if integration is None or integration.company_id != company.id:
                return self._parts.pages.render(request, "not_found.html", status=404, person=person, company=company)
            return await page(request, person, company, integration)

        return found

    async def overview(self, request: Request, person: Person, company: Company) -> Response:
        """List the company's integrations."""
        integrations = self._parts.integrations.of_company(company.id)
        return self._parts.pages.render(
            request, "integrations.html", person=person, company=company, integrations=integrations, versions=VERSIONS
        )

    async def catalogue(self, request: Request, person: Person, company: Company) -> Response:
        """Show everything that can be connected; the API comes last."""
        return self._catalogue(request, person, company, dialog=None)

    async def dialog(self, request: Request, person: Person, company: Company) -> Response:
        """Show the catalogue with the dialog of an API integration open."""
        return self._catalogue(
            request, person, company, dialog={"type": "", "name": "", "version": "2024-09", "problems": {}}
        )

    async def create(self, request: Request, person: Person, company: Company) -> Response:
        """Make the integration that the dialog describes, or show the dialog again with what is wrong."""
        form = await self._parts.pages.form(request)
        name, version = field(form, "name"), field(form, "version")
        problems = _problems(form)
        if problems:
            dialog = {"type": field(form, "type"), "name": name, "version": version, "problems": problems}
            return self._catalogue(request, person, company, dialog=dialog, status=422)
        api_version = cast("ApiVersion", version)
        integration = self._parts.integrations.create(
            company_id=company.id,
            name=name,
            api_version=api_version,
            granted=scopes.standard(api_version),
            created_by=person.name,
        )
        return self._parts.pages.redirect(
            request, f"/integrations/{integration.id}", flash="Connected. Your access tokens are ready."
        )

    async def show(self, request: Request, person: Person, company: Company, integration: Integration) -> Response:
        """Show an integration with its tokens and scopes."""
        return self._one(request, person, company, integration, editing="")

    async def edit(self, request: Request, person: Person, company: Company, integration: Integration) -> Response:
        """Show an integration with its scopes open for ticking."""
        return self._one(request, person, company, integration, editing="scopes")

    async def save(self, request: Request, _person: Person, _company: Company, integration: Integration) -> Response:
        """Change the scopes of the existing tokens."""
        form = await self._parts.pages.form(request)
        wanted = [value for value in form.getlist("scope") if isinstance(value, str)]
        granted = ticked(wanted, version=integration.api_version, kept=integration.scopes)
        self._parts.integrations.set_scopes(integration.id, granted)
        return self._parts.pages.redirect(
            request, f"/integrations/{integration.id}", flash="Saved. The tokens have the new scopes already."
        )

    async def regenerate(
        self, request: Request, _person: Person, _company: Company, integration: Integration
    ) -> Response:
        """Replace one token."""
        environment = field(await self._parts.pages.form(request), "environment")
        if environment not in PREFIXES:
            return self._parts.pages.redirect(request, f"/integrations/{integration.id}")
        self._parts.integrations.regenerate(integration.id, environment)
        return self._parts.pages.redirect(
            request,
            f"/integrations/{integration.id}",
            flash=f"There is a new {environment} token. The old one no longer works.",
        )

    async def delete(self, request: Request, _person: Person, _company: Company, integration: Integration) -> Response:
        """Delete an integration with its tokens."""
        await self._parts.pages.form(request)
        self._parts.integrations.delete(integration.id)
        return self._parts.pages.redirect(
            request, "/integrations", flash=f"{integration.name} is deleted. Its tokens no longer work."
        )

    def _catalogue(
        self,
        request: Request,
        person: Person,
        company: Company,
        *,
        dialog: Mapping[str, object] | None,
        status: int = 200,
    ) -> Response:
        return self._parts.pages.render(
            request,
            "new_integration.html",
            status=status,
            person=person,
            company=company,
            catalogue=CATALOGUE,
            dialog=dialog,
            types=TYPES,
            versions=VERSIONS,
        )

    def _one(
        self, request: Request, person: Person, company: Company, integration: Integration, *, editing: str
    ) -> Response:
        version = integration.api_version
        offered = {*scopes.standard(version), *scopes.advanced(version)}
        return self._parts.pages.render(
            request,
            "integration.html",
            person=person,
            company=company,
            integration=integration,
            editing=editing,
            version=VERSIONS[version],
            hosts={"production": self._parts.urls.production, "sandbox": self._parts.urls.sandbox},
            standard=scopes.by_resource(scopes.standard(version)),
            advanced=scopes.by_resource(scopes.advanced(version)),
            by_staff=[scope for scope in integration.scopes if scope not in offered],
            title=scopes.title,
        )


def _problems(form: FormData) -> dict[str, str]:
    problems = {}
    if field(form, "type") not in TYPES:
        problems["type"] = "Choose a type."
    elif field(form, "type") != CUSTOM:
        problems["type"] = f"Tokens are made for custom integrations. Choose “{TYPES[CUSTOM]}”."
    if not 0 < len(field(form, "name")) <= _LONGEST_NAME:
        problems["name"] = f"Give the integration a name of up to {_LONGEST_NAME} characters."
    if field(form, "version") not in VERSIONS:
        problems["version"] = "Choose a version."
    return problems
