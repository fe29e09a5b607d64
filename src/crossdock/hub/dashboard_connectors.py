"""The Connectors page: what may be linked, and the OAuth applications of the project."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from crossdock.accounts.model import Integration
from crossdock.connectors.model import AuthMethod, Connector
from crossdock.hub import logos, notices
from crossdock.hub.desk import Desk
from crossdock.hub.views_dashboard import (
    BadgeView,
    ConnectorsView,
    ConnectorView,
    IntegrationRowView,
    MenuItemView,
    SetupFieldView,
    SetupView,
)
from crossdock.hub.views_link import ProblemView
from crossdock.kernel.errors import CrossdockError


async def index(desk: Desk) -> Response:
    """Show every connector with its ways of linking."""
    held = {(one.connector_key, one.auth_method): one for one in await _integrations(desk)}
    connectors = [
        ConnectorView(
            name=one.name,
            logo=logos.of(one, assets=desk.ctx.renderer.assets),
            description=desk.texts.text(one.description),
            version=one.version,
            integrations=[_way(desk, one, method, held.get((one.key, method.key))) for method in one.auth_methods],
            actions=_counts(one),
        )
        for one in desk.ctx.catalogue.connectors()
    ]
    return desk.page("dashboard/connectors.html", ConnectorsView(nav=desk.nav("connectors"), connectors=connectors))


async def switch_on(desk: Desk) -> Response:
    """Allow linking and calls again."""
    await desk.ctx.integrations.switch_on(
        project_id=desk.project_id, integration_id=desk.request.path_params["id"], actor=desk.actor
    )
    return desk.go("/connectors", notice="switched_on")


async def switch_off(desk: Desk) -> Response:
    """Stop linking and calls."""
    await desk.ctx.integrations.switch_off(
        project_id=desk.project_id, integration_id=desk.request.path_params["id"], actor=desk.actor
    )
    return desk.go("/connectors", notice="switched_off")


async def setup_form(desk: Desk) -> Response:
    """Show the form for an OAuth application, with our redirect address for copying."""
    connector, method, held = await _place(desk)
    return _setup_form(desk, connector, method, held, typed={}, problem=None)


async def setup(desk: Desk) -> Response:
    """Keep the OAuth application; its secret is sealed."""
    connector, method, held = await _place(desk)
    form = desk.sent()
    typed = {one.key: form.clean(one.key) for one in method.setup_fields if form.clean(one.key)}
    try:
        if held is None:
            await desk.ctx.integrations.create(
                project_id=desk.project_id,
                connector_key=connector.key,
                auth_method=method.key,
                setup=typed,
                actor=desk.actor,
            )
        else:
            await desk.ctx.integrations.update(
                project_id=desk.project_id, integration_id=held.id, actor=desk.actor, setup=typed
            )
    except CrossdockError as error:
        return _setup_form(desk, connector, method, held, typed=typed, problem=notices.problem(error))
    return desk.go("/connectors", notice="saved")


async def _integrations(desk: Desk) -> Sequence[Integration]:
    return await desk.ctx.integrations.list(project_id=desk.project_id)


async def _place(desk: Desk) -> tuple[Connector, AuthMethod, Integration | None]:
    connector = desk.ctx.catalogue.get(desk.request.path_params["connector"])
    method = connector.auth_method(desk.request.path_params["method"])
    if not method.setup_fields:
        raise notices.not_found()
    for one in await _integrations(desk):
        if (one.connector_key, one.auth_method) == (connector.key, method.key):
            return connector, method, one
    return connector, method, None


def _way(desk: Desk, connector: Connector, method: AuthMethod, held: Integration | None) -> IntegrationRowView:
    texts, admin = desk.texts, desk.may("admin")
    setup = f"/dashboard/connectors/{connector.key}/{method.key}" if method.setup_fields and admin else None
    if held is None:
        status, toggle = BadgeView(text=texts.text("Not set up"), tone="warn"), None
        note = texts.text("Set up your own OAuth application first.")
    else:
        word = ("Switch off", "off") if held.active else ("Switch on", "on")
        status = BadgeView(text=texts.text("On"), tone="good") if held.active else BadgeView(text=texts.text("Off"))
        toggle = MenuItemView(
            label=texts.text(word[0]), url=f"/dashboard/connectors/{held.id}/switch-{word[1]}", posts=True
        )
        note = texts.text(method.description)
    return IntegrationRowView(
        name=connector.name,
        method=texts.text(method.label),
        status=status,
        note=note,
        toggle=toggle if admin else None,
        setup=setup,
    )


def _counts(connector: Connector) -> tuple[int, int]:
    reads = sum(action.effect == "read" for action in connector.actions.values())
    return reads, len(connector.actions) - reads


def _setup_form(
    desk: Desk,
    connector: Connector,
    method: AuthMethod,
    held: Integration | None,
    *,
    typed: dict[str, str],
    problem: ProblemView | None,
) -> Response:
    fields = [
        SetupFieldView(
            key=one.key,
            label=desk.texts.text(one.label),
            secret=one.secret,
            help=desk.texts.text(one.description) if one.description else "",
            value="" if one.secret else typed.get(one.key, str(held.setup.get(one.stores_as, "")) if held else ""),
            kept=one.secret and held is not None and one.stores_as in held.setup_secrets,
        )
        for one in method.setup_fields
    ]
    view = SetupView(
        nav=desk.nav("connectors"),
        name=connector.name,
        logo=logos.of(connector, assets=desk.ctx.renderer.assets),
        method=desk.texts.text(method.label),
        action=f"/dashboard/connectors/{connector.key}/{method.key}",
        redirect_uri=desk.ctx.oauth.callback_url(connector.key),
        fields=fields,
        problem=problem,
    )
    return desk.page("dashboard/setup.html", view, status=422 if problem else 200)
