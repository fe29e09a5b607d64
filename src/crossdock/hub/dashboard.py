"""The addresses of the dashboard."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from crossdock.hub import (
    consent_link,
    dashboard_account,
    dashboard_accounts,
    dashboard_agents,
    dashboard_apps,
    dashboard_audit,
    dashboard_connectors,
    dashboard_consent,
    dashboard_keys,
    dashboard_logs,
    dashboard_profiles,
    dashboard_requests,
    dashboard_settings,
    dashboard_sign_in,
    dashboard_tester,
    dashboard_webhooks,
    errors,
    forms,
)
from crossdock.hub.context import HubContext
from crossdock.hub.desk import Handler, page

# Each page: method, address, handler, and the scope that the person's role must hold.
_PAGES: tuple[tuple[str, str, Handler, str], ...] = (
    ("GET", "/accounts", dashboard_accounts.index, "accounts:read"),
    ("GET", "/accounts/link", dashboard_accounts.link_form, "connect_sessions:write"),
    ("POST", "/accounts/link", dashboard_accounts.link, "connect_sessions:write"),
    ("GET", "/accounts/{id}", dashboard_account.show, "accounts:read"),
    ("POST", "/accounts/{id}/test", dashboard_account.test, "accounts:write"),
    ("POST", "/accounts/{id}/relink", dashboard_account.relink, "connect_sessions:write"),
    ("POST", "/accounts/{id}/pause", dashboard_account.pause, "accounts:write"),
    ("POST", "/accounts/{id}/resume", dashboard_account.resume, "accounts:write"),
    ("GET", "/accounts/{id}/edit", dashboard_account.edit_form, "accounts:write"),
    ("POST", "/accounts/{id}/edit", dashboard_account.edit, "accounts:write"),
    ("GET", "/accounts/{id}/delete", dashboard_account.delete_form, "accounts:write"),
    ("POST", "/accounts/{id}/delete", dashboard_account.delete, "accounts:write"),
    ("GET", "/connectors", dashboard_connectors.index, "accounts:read"),
    ("GET", "/profiles/new/{connector}/{method}", dashboard_profiles.new, "admin"),
    ("POST", "/profiles/new/{connector}/{method}", dashboard_profiles.create, "admin"),
    ("GET", "/profiles/{id}", dashboard_profiles.show, "admin"),
    ("POST", "/profiles/{id}", dashboard_profiles.save, "admin"),
    ("POST", "/profiles/{id}/switch-on", dashboard_profiles.switch_on, "admin"),
    ("POST", "/profiles/{id}/switch-off", dashboard_profiles.switch_off, "admin"),
    ("POST", "/profiles/{id}/default", dashboard_profiles.make_default, "admin"),
    ("GET", "/profiles/{id}/delete", dashboard_profiles.delete_form, "admin"),
    ("POST", "/profiles/{id}/delete", dashboard_profiles.delete, "admin"),
    ("GET", "/keys", dashboard_keys.index, "admin"),
    ("POST", "/keys", dashboard_keys.create, "admin"),
    ("GET", "/keys/{id}/revoke", dashboard_keys.revoke_form, "admin"),
    ("POST", "/keys/{id}/revoke", dashboard_keys.revoke, "admin"),
    ("GET", "/apps", dashboard_apps.index, "admin"),
    ("GET", "/apps/allow", dashboard_consent.show, "admin"),
    ("POST", "/apps/allow", dashboard_consent.decide, "admin"),
    ("GET", "/apps/allow/link", consent_link.show, "admin"),
    ("POST", "/apps/allow/link", consent_link.start, "admin"),
    ("GET", "/apps/{id}/revoke", dashboard_apps.revoke_form, "admin"),
    ("POST", "/apps/{id}/revoke", dashboard_apps.revoke, "admin"),
    ("GET", "/webhooks", dashboard_webhooks.index, "webhooks:write"),
    ("POST", "/webhooks", dashboard_webhooks.create, "webhooks:write"),
    ("GET", "/webhooks/{id}", dashboard_webhooks.show, "webhooks:write"),
    ("POST", "/webhooks/{id}/test", dashboard_webhooks.test, "webhooks:write"),
    ("POST", "/webhooks/{id}/rotate", dashboard_webhooks.rotate, "webhooks:write"),
    ("POST", "/webhooks/{id}/switch-on", dashboard_webhooks.switch_on, "webhooks:write"),
    ("POST", "/webhooks/{id}/switch-off", dashboard_webhooks.switch_off, "webhooks:write"),
    ("GET", "/webhooks/{id}/delete", dashboard_webhooks.delete_form, "webhooks:write"),
    ("POST", "/webhooks/{id}/delete", dashboard_webhooks.delete, "webhooks:write"),
    ("POST", "/webhooks/{id}/deliveries/{delivery}/replay", dashboard_webhooks.replay, "webhooks:write"),
    ("GET", "/audit", dashboard_audit.index, "logs:read"),
    ("POST", "/audit/verify", dashboard_audit.verify, "logs:read"),
    *dashboard_agents.PAGES,
    *dashboard_requests.PAGES,
    *dashboard_logs.PAGES,
    *dashboard_tester.PAGES,
    ("GET", "/settings", dashboard_settings.show, "admin"),
    ("POST", "/settings", dashboard_settings.keep_origins, "admin"),
    ("POST", "/settings/screening", dashboard_settings.keep_screening, "admin"),
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
        Route("/dashboard/sign-in", dashboard_sign_in.show(ctx), methods=["GET"]),
        Route("/dashboard/sign-in", dashboard_sign_in.sign_in(ctx), methods=["POST"]),
        Route("/dashboard/sign-out", dashboard_sign_in.sign_out(ctx), methods=["POST"]),
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
