"""What the Easyship twin adds to the control API: companies, integrations and OAuth apps without the pages."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast
from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.base.control_page import field
from crossdock_twins.base.inputs import ControlError, Members, read_members
from crossdock_twins.base.twin import AccountLine
from crossdock_twins.easyship import openapi, scopes, seeds
from crossdock_twins.easyship.integrations import Integration
from crossdock_twins.easyship.oauth import pair_json
from crossdock_twins.easyship.parts import Parts
from crossdock_twins.easyship.scopes import ApiVersion
from crossdock_twins.easyship.state import PREFIXES, STATES, Person

_VERSIONS = ("2024-09", "2023-01")


class EasyshipTwin:
    """The twin as its control sees it."""

    states = STATES

    def __init__(self, parts: Parts, *, seeds_by_name: Mapping[str, Callable[[], None]]) -> None:
        self._parts = parts
        self.seeds = seeds_by_name

    def accounts(self) -> Sequence[AccountLine]:
        """Give the companies."""
        return self._parts.state.accounts()

    def set_state(self, account_id: str, state: str) -> bool:
        """Set a company's state."""
        return self._parts.state.set_state(account_id, state)

    def panel(self) -> Mapping[str, Any]:
        """Give what `control_panel.html` shows."""
        return {"urls": self._parts.urls, "everybody": seeds.EVERYBODY, "apps": self._parts.grants.apps()}


def deeds(parts: Parts) -> dict[str, Callable[[FormData], str]]:
    """Give what the forms of `control_panel.html` do."""

    def register(form: FormData) -> str:
        members = Members({"name": field(form, "name"), "redirect_uris": field(form, "redirect_uris").split()})
        app = _register(parts, members)
        return (
            f"{members.text('name')} is registered. Client ID: {app['client_id']} Client secret: {app['client_secret']}"
        )

    return {"oauth_apps": register}


def routes(parts: Parts) -> list[BaseRoute]:
    """Give the routes, relative to `/_twin`."""
    api = _Api(parts)
    return [
        Route("/integrations", api.create, methods=["POST"]),
        Route("/integrations/{integration_id}", api.change, methods=["PATCH"]),
        Route("/integrations/{integration_id}", api.delete, methods=["DELETE"]),
        Route("/integrations/{integration_id}/regenerate", api.regenerate, methods=["POST"]),
        Route("/oauth_apps", api.apps, methods=["GET"]),
        Route("/oauth_apps", api.register, methods=["POST"]),
        Route("/oauth_grants", api.consent, methods=["POST"]),
        Route("/newcomers", api.newcomers, methods=["POST"]),
        Route("/openapi.json", _openapi),
    ]


async def _openapi(request: Request) -> Response:
    """Describe the API of the host that was asked."""
    return JSONResponse(openapi.document(server=str(request.base_url.replace(path="/")).rstrip("/")))


class _Api:
    """The endpoints."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def create(self, request: Request) -> Response:
        members = await read_members(request)
        version = cast("ApiVersion", members.text("api_version", "2024-09"))
        if version not in _VERSIONS:
            raise ControlError(422, "There is no such version.", remedy=f"Use one of: {', '.join(_VERSIONS)}.")
        granted = _scopes(members, version, default=scopes.standard(version))
        integration = self._parts.integrations.create(
            company_id=self._company_id(members),
            name=members.text("name"),
            api_version=version,
            granted=granted,
            created_by="the control API",
        )
        return JSONResponse(_integration_json(integration), status_code=201)

    async def change(self, request: Request) -> Response:
        integration = self._integration(request)
        granted = _scopes(await read_members(request), integration.api_version, default=integration.scopes)
        self._parts.integrations.set_scopes(integration.id, granted)
        return JSONResponse(_integration_json(self._integration(request)))

    async def delete(self, request: Request) -> Response:
        self._parts.integrations.delete(self._integration(request).id)
        return JSONResponse({"deleted": True})

    async def regenerate(self, request: Request) -> Response:
        integration = self._integration(request)
        environment = (await read_members(request)).text("environment")
        if environment not in PREFIXES:
            raise ControlError(422, "There is no such environment.", remedy="Use production or sandbox.")
        self._parts.integrations.regenerate(integration.id, environment)
        return JSONResponse(_integration_json(self._integration(request)))

    async def newcomers(self, request: Request) -> Response:
        """Sign whoever comes with a new browser in as one of the twin's people; without `email` as nobody."""
        members = await read_members(request)
        email = members.text("email") if members.has("email") else None
        user_id = None if email is None else self._person(email).id
        self._parts.pages.let_newcomers_in(user_id)
        return JSONResponse({"email": email})

    def _person(self, email: str) -> Person:
        known = {one.email: one.password for one in seeds.EVERYBODY}
        person = self._parts.state.sign_in(email=email, password=known.get(email, ""))
        if person is None:
            raise ControlError(422, "Nobody has this e-mail.", remedy=f"Use one of: {', '.join(sorted(known))}.")
        return person

    async def apps(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "apps": [
                    {"client_id": app.client_id, "name": app.name, "redirect_uris": list(app.redirect_uris)}
                    for app in self._parts.grants.apps()
                ]
            }
        )

    async def register(self, request: Request) -> Response:
        return JSONResponse(_register(self._parts, await read_members(request)), status_code=201)

    async def consent(self, request: Request) -> Response:
        members = await read_members(request)
        app = self._parts.grants.app(members.text("client_id"))
        if app is None:
            raise ControlError(404, "There is no such app.", remedy="Register one with POST /_twin/oauth_apps.")
        uri = app.redirect_uris[0]
        code = self._parts.grants.consent(
            client_id=app.client_id,
            company_id=self._company_id(members),
            person_id="",
            scopes=_scopes(members, "2024-09", default=app.scopes or scopes.STANDARD),
            redirect_uri=uri,
            challenge=None,
        )
        pair = self._parts.grants.exchange_code(app=app, code=code, redirect_uri=uri, verifier=None)
        return JSONResponse(pair_json(pair), status_code=201)

    def _integration(self, request: Request) -> Integration:
        integration = self._parts.integrations.get(request.path_params["integration_id"])
        if integration is None:
            raise ControlError(404, "There is no such integration.", remedy="Make one with POST /_twin/integrations.")
        return integration

    def _company_id(self, members: Members) -> str:
        companies = self._parts.state.companies()
        if not companies:
            raise ControlError(409, "The twin holds no company.", remedy="Fill it with POST /_twin/seed.")
        company_id = members.text("account_id", companies[0].id)
        if all(company.id != company_id for company in companies):
            raise ControlError(404, "There is no such account.", remedy="List the accounts with GET /_twin/accounts.")
        return company_id


def _register(parts: Parts, members: Members) -> dict[str, str]:
    uris = members.texts("redirect_uris")
    if not uris or not all(urlsplit(uri).scheme in {"http", "https"} and urlsplit(uri).netloc for uri in uris):
        raise ControlError(
            422, "A redirect address is missing or wrong.", remedy="Give one or more whole http(s) URLs."
        )
    granted = _scopes(members, "2024-09", default=())
    app, secret = parts.grants.register(name=members.text("name"), redirect_uris=uris, scopes=granted)
    return {"client_id": app.client_id, "client_secret": secret}


def _scopes(members: Members, version: ApiVersion, *, default: Sequence[str]) -> tuple[str, ...]:
    if members.raw("scopes") == "all":
        return scopes.everything(version)
    if not members.has("scopes"):
        return tuple(default)
    try:
        return scopes.parse(members.texts("scopes"), version=version)
    except scopes.UnknownScopeError as error:
        raise ControlError(422, str(error), remedy='Leave scopes out for the standard ones, or send "all".') from error


def _integration_json(integration: Integration) -> dict[str, Any]:
    return {
        "id": integration.id,
        "account_id": integration.company_id,
        "name": integration.name,
        "api_version": integration.api_version,
        "scopes": list(integration.scopes),
        "production_token": integration.tokens["production"],
        "sandbox_token": integration.tokens["sandbox"],
    }
