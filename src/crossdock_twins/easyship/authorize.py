"""Partner OAuth's page: who asks, for what, and the person's answer."""

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.base.control_page import field
from crossdock_twins.easyship import scopes
from crossdock_twins.easyship.door import Door, Endpoint
from crossdock_twins.easyship.grants import App
from crossdock_twins.easyship.parts import Parts
from crossdock_twins.easyship.state import Company, Person

_CHALLENGE_LENGTH = 43


class AskedWronglyError(Exception):
    """A request that is answered to the app, on its redirect address (RFC 6749, 4.1.2.1)."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request for consent that is in order."""

    app: App
    scopes: tuple[str, ...]
    challenge: str | None


def routes(parts: Parts) -> list[BaseRoute]:
    """Give the page's routes."""
    page, door = AuthorizePage(parts), Door(parts)
    return [
        Route("/oauth2/authorize", page.known_apps(door.for_admins(page.ask))),
        Route("/oauth2/authorize", page.known_apps(door.for_admins(page.answer)), methods=["POST"]),
    ]


class AuthorizePage:
    """`/oauth2/authorize`: the request stays in the query, also when the form is posted."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def known_apps(self, endpoint: Endpoint) -> Endpoint:
        """Before anybody signs in, check the app and its redirect address: without them nobody can be answered."""

        async def checked(request: Request) -> Response:
            query = request.query_params
            app = self._parts.grants.app(query.get("client_id", ""))
            if app is None:
                return self._refuse(request, "No app is registered under this client_id.")
            if query.get("redirect_uri") not in app.redirect_uris:
                return self._refuse(request, f"The redirect address is not one that {app.name} has registered.")
            try:
                _read(query, app)
            except AskedWronglyError as error:
                return self._send_back(request, {"error": error.error, "error_description": error.description})
            return await endpoint(request)

        return checked

    async def ask(self, request: Request, person: Person, company: Company) -> Response:
        """Show what the app asks for."""
        asked = self._asked(request)
        target = urlsplit(request.query_params["redirect_uri"])
        return self._parts.pages.render(
            request,
            "authorize.html",
            form_targets=(f"{target.scheme}://{target.netloc}",),
            person=person,
            company=company,
            app=asked.app,
            host=target.netloc,
            groups=scopes.by_resource(asked.scopes),
            title=scopes.title,
        )

    async def answer(self, request: Request, person: Person, company: Company) -> Response:
        """Send the person back to the app: with a code, or with `access_denied`."""
        form = await self._parts.pages.form(request)
        if field(form, "answer") != "allow":
            denied = {"error": "access_denied", "error_description": "The owner of the account has said no."}
            return self._send_back(request, denied)
        asked = self._asked(request)
        code = self._parts.grants.consent(
            client_id=asked.app.client_id,
            company_id=company.id,
            person_id=person.id,
            scopes=asked.scopes,
            redirect_uri=request.query_params["redirect_uri"],
            challenge=asked.challenge,
        )
        return self._send_back(request, {"code": code})

    def _asked(self, request: Request) -> Asked:
        app = self._parts.grants.app(request.query_params["client_id"])
        if app is None:
            raise AskedWronglyError("unauthorized_client", "The app is gone.")
        return _read(request.query_params, app)

    def _refuse(self, request: Request, reason: str) -> Response:
        return self._parts.pages.render(request, "not_authorized.html", status=400, reason=reason)

    def _send_back(self, request: Request, answer: dict[str, str]) -> Response:
        """Redirect to the app with its `state` and with the issuer (RFC 9207)."""
        query = request.query_params
        answer["iss"] = self._parts.urls.production
        if "state" in query:
            answer["state"] = query["state"]
        uri = query["redirect_uri"]
        return self._parts.pages.redirect(request, f"{uri}{'&' if urlsplit(uri).query else '?'}{urlencode(answer)}")


def _read(query: QueryParams, app: App) -> Asked:
    if query.get("response_type") != "code":
        raise AskedWronglyError("unsupported_response_type", "Only response_type=code is known.")
    challenge = query.get("code_challenge")
    if challenge is None and "code_challenge_method" in query:
        raise AskedWronglyError("invalid_request", "code_challenge_method came without a code_challenge.")
    by_s256 = query.get("code_challenge_method") == "S256" and len(challenge or "") == _CHALLENGE_LENGTH
    if challenge is not None and not by_s256:
        raise AskedWronglyError("invalid_request", "A code_challenge must be made with S256.")
    return Asked(app=app, scopes=_scopes(query.get("scope", ""), app), challenge=challenge)


def _scopes(text: str, app: App) -> tuple[str, ...]:
    """Read the scopes asked for; none asked means all that the app may have, or the standard ones."""
    if not text.strip():
        return app.scopes or scopes.STANDARD
    try:
        wanted = scopes.parse(text.split(), version="2024-09")
    except scopes.UnknownScopeError as error:
        raise AskedWronglyError("invalid_scope", str(error)) from error
    if app.scopes and not set(wanted) <= set(app.scopes):
        raise AskedWronglyError("invalid_scope", "The app is not registered for all of these scopes.")
    return wanted
