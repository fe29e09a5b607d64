"""The addresses of the dashboard."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from crossdock.hub import errors, forms
from crossdock.hub.accounts import account
from crossdock.hub.accounts import listing as accounts_listing
from crossdock.hub.agents import apps, consent, consent_link
from crossdock.hub.agents import keys as agent_keys
from crossdock.hub.agents import requests as link_requests
from crossdock.hub.calls import logs, tester
from crossdock.hub.connectors import listing as connectors_listing
from crossdock.hub.connectors import profiles
from crossdock.hub.context import HubContext
from crossdock.hub.desk import Handler, page
from crossdock.hub.project import audit, password, settings, sign_in, webhooks
from crossdock.hub.project import keys as api_keys

# Each page: method, address, handler, and the scope that the person's role must hold.
_PAGES: tuple[tuple[str, str, Handler, str], ...] = (
    ("GET", "/accounts", accounts_listing.index, "accounts:read"),
    ("GET", "/accounts/link", accounts_listing.link_form, "connect_sessions:write"),
    ("POST", "/accounts/link", accounts_listing.link, "connect_sessions:write"),
    ("GET", "/accounts/{id}", account.show, "accounts:read"),
    ("POST", "/accounts/{id}/test", account.test, "accounts:write"),
    ("POST", "/accounts/{id}/relink", account.relink, "connect_sessions:write"),
    ("POST", "/accounts/{id}/pause", account.pause, "accounts:write"),
    ("POST", "/accounts/{id}/resume", account.resume, "accounts:write"),
    ("GET", "/accounts/{id}/edit", account.edit_form, "accounts:write"),
    ("POST", "/accounts/{id}/edit", account.edit, "accounts:write"),
    ("GET", "/accounts/{id}/delete", account.delete_form, "accounts:write"),
    ("POST", "/accounts/{id}/delete", account.delete, "accounts:write"),
    ("GET", "/connectors", connectors_listing.index, "accounts:read"),
    ("GET", "/profiles/new/{connector}/{method}", profiles.new, "admin"),
    ("POST", "/profiles/new/{connector}/{method}", profiles.create, "admin"),
    ("GET", "/profiles/{id}", profiles.show, "admin"),
    ("POST", "/profiles/{id}", profiles.save, "admin"),
    ("POST", "/profiles/{id}/switch-on", profiles.switch_on, "admin"),
    ("POST", "/profiles/{id}/switch-off", profiles.switch_off, "admin"),
    ("POST", "/profiles/{id}/default", profiles.make_default, "admin"),
    ("GET", "/profiles/{id}/delete", profiles.delete_form, "admin"),
    ("POST", "/profiles/{id}/delete", profiles.delete, "admin"),
    ("GET", "/keys", api_keys.index, "admin"),
    ("POST", "/keys", api_keys.create, "admin"),
    ("GET", "/keys/{id}/revoke", api_keys.revoke_form, "admin"),
    ("POST", "/keys/{id}/revoke", api_keys.revoke, "admin"),
    ("GET", "/apps", apps.index, "admin"),
    ("GET", "/apps/allow", consent.show, "admin"),
    ("POST", "/apps/allow", consent.decide, "admin"),
    ("GET", "/apps/allow/link", consent_link.show, "admin"),
    ("POST", "/apps/allow/link", consent_link.start, "admin"),
    ("GET", "/apps/{id}/revoke", apps.revoke_form, "admin"),
    ("POST", "/apps/{id}/revoke", apps.revoke, "admin"),
    ("GET", "/webhooks", webhooks.index, "webhooks:write"),
    ("POST", "/webhooks", webhooks.create, "webhooks:write"),
    ("GET", "/webhooks/{id}", webhooks.show, "webhooks:write"),
    ("POST", "/webhooks/{id}/test", webhooks.test, "webhooks:write"),
    ("POST", "/webhooks/{id}/rotate", webhooks.rotate, "webhooks:write"),
    ("POST", "/webhooks/{id}/switch-on", webhooks.switch_on, "webhooks:write"),
    ("POST", "/webhooks/{id}/switch-off", webhooks.switch_off, "webhooks:write"),
    ("GET", "/webhooks/{id}/delete", webhooks.delete_form, "webhooks:write"),
    ("POST", "/webhooks/{id}/delete", webhooks.delete, "webhooks:write"),
    ("POST", "/webhooks/{id}/deliveries/{delivery}/replay", webhooks.replay, "webhooks:write"),
    ("GET", "/audit", audit.index, "logs:read"),
    ("POST", "/audit/verify", audit.verify, "logs:read"),
    *agent_keys.PAGES,
    *link_requests.PAGES,
    *logs.PAGES,
    *tester.PAGES,
    ("GET", "/settings", settings.show, "admin"),
    ("POST", "/settings", settings.keep_origins, "admin"),
    ("POST", "/settings/screening", settings.keep_screening, "admin"),
    ("GET", "/password", password.show, "accounts:read"),
    ("POST", "/password", password.change, "accounts:read"),
)

# Forms with a field for each action of a connector, or with a request's body.
_ROOMY = frozenset({"/tester", "/profiles/{id}", "/profiles/new/{connector}/{method}"})


def routes(ctx: HubContext) -> list[BaseRoute]:
    """Give every route below ``/dashboard``, and the hub's bare address, which leads there."""

    async def home(_request: Request) -> Response:
        return RedirectResponse("/dashboard/accounts", status_code=303)

    endpoint: Callable[[Request], Awaitable[Response]] = home
    return [
        Route("/", endpoint, methods=["GET"]),
        Route("/dashboard", endpoint, methods=["GET"]),
        Route("/dashboard/sign-in", sign_in.show(ctx), methods=["GET"]),
        Route("/dashboard/sign-in", sign_in.sign_in(ctx), methods=["POST"]),
        Route("/dashboard/sign-out", sign_in.sign_out(ctx), methods=["POST"]),
        *(
            Route(
                f"/dashboard{path}",
                page(ctx, handler, scope=scope, bounds=forms.ROOMY if path in _ROOMY else forms.USUAL),
                methods=[method],
            )
            for method, path, handler, scope in _PAGES
        ),
        Route("/dashboard/{rest:path}", errors.missing(ctx)),
    ]
