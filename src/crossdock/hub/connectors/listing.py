"""The Connectors page: what may be linked, and by which profiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.responses import Response

from crossdock.accounts.model import Integration
from crossdock.connectors.model import AuthMethod, Connector
from crossdock.hub import logos
from crossdock.hub.connectors import shown as connector_shown
from crossdock.hub.connectors.views import ConnectorsView, ConnectorView, WayView
from crossdock.hub.desk import Desk


async def index(desk: Desk) -> Response:
    """Show every connector with its ways of linking, and the profiles of each."""
    held = await desk.ctx.integrations.list(project_id=desk.project_id)
    uses = await desk.ctx.integrations.uses(project_id=desk.project_id)
    connectors = [
        ConnectorView(
            name=one.name,
            logo=logos.of(one, assets=desk.ctx.renderer.assets),
            description=desk.texts.text(one.description),
            version=one.version,
            ways=[_way(desk, one, method, held, uses) for method in one.auth_methods],
            actions=_counts(one),
        )
        for one in desk.ctx.catalogue.connectors()
    ]
    return desk.page("dashboard/connectors.html", ConnectorsView(nav=desk.nav("connectors"), connectors=connectors))


def _way(
    desk: Desk, connector: Connector, method: AuthMethod, held: Sequence[Integration], uses: Mapping[str, int]
) -> WayView:
    mine = [one for one in held if (one.connector_key, one.auth_method) == (connector.key, method.key)]
    return WayView(
        method=desk.texts.text(method.label),
        note=desk.texts.text(method.description),
        profiles=[connector_shown.row(desk, connector, one, uses.get(one.id, 0)) for one in mine],
        add=f"/dashboard/profiles/new/{connector.key}/{method.key}" if desk.may("admin") else None,
        needs_setup=not mine and bool(method.setup_fields),
    )


def _counts(connector: Connector) -> tuple[int, int]:
    reads = sum(action.effect == "read" for action in connector.actions.values())
    return reads, len(connector.actions) - reads
