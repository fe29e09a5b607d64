"""`/connectors/meta`: which providers can be linked."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from crossdock.api.auth import SECURITY, AccountsReader
from crossdock.api.context import ApiContext, Context
from crossdock.connectors.model import Connector

router = APIRouter(prefix="/connectors", tags=["Connectors"], dependencies=SECURITY)
Include = Annotated[
    str | None,
    Query(description="Comma list; `resources` adds the logo. Other words of the official clients change nothing."),
]


class ConnectorMeta(BaseModel):
    """A provider that can be linked."""

    provider: str
    provider_name: str
    category: str
    active: bool
    models: dict[str, Any]
    resources: dict[str, Any] | None = None


@router.get("/meta", response_model=list[ConnectorMeta])
async def list_connectors(context: Context, principal: AccountsReader, include: Include = None) -> list[ConnectorMeta]:
    """List the providers that can be linked."""
    active = await _active(context, principal.project_id)
    return [_told(context, connector, active, include) for connector in context.catalogue.connectors()]


@router.get("/meta/{provider}", response_model=ConnectorMeta)
async def get_connector(
    context: Context, principal: AccountsReader, provider: str, include: Include = None
) -> ConnectorMeta:
    """Read one provider."""
    active = await _active(context, principal.project_id)
    return _told(context, context.catalogue.get(provider), active, include)


async def _active(context: ApiContext, project_id: str) -> set[str]:
    return {
        integration.connector_key
        for integration in await context.integrations.list(project_id=project_id)
        if integration.active
    }


def _told(context: ApiContext, connector: Connector, active: set[str], include: str | None) -> ConnectorMeta:
    words = {word.strip() for word in (include or "resources").split(",")}
    images = {"images": {"logo_url": f"{context.hub_url}/static/{connector.icon}"}}
    return ConnectorMeta(
        provider=connector.key,
        provider_name=connector.name,
        category=connector.category,
        active=connector.key in active,
        models={},
        resources=images if "resources" in words else None,
    )
