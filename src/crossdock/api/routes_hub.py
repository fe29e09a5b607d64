"""`/hub/*`: the endpoints that the embedded hub component calls with a connect session's token."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from crossdock.accounts.model import Account
from crossdock.api.auth import HubSession
from crossdock.api.context import ApiContext, Context
from crossdock.api.wire import Body
from crossdock.connectors import guide
from crossdock.kernel.errors import (
    CrossdockError,
    InvalidRequestError,
    NotFoundError,
    ProviderRefusedError,
)
from crossdock.linking.session import Attempt, ConnectSession, Offer, OnConflict

router = APIRouter(prefix="/hub", tags=["Hub"])
_MASK = "__secretvalue:"
_ATTEMPT_STATUS = {"testing": "pending", "confirm": "pending"}


class HubCredentials(Body):
    """What the person typed, by field key."""

    integration_id: str
    credentials: dict[str, Any] = Field(default_factory=dict)


class HubToken(Body):
    """The connect session's token once more."""

    token: str | None = None


class HubAccount(BaseModel):
    """The account that was linked."""

    id: str
    provider: str


@router.get("/settings")
async def hub_settings(session: HubSession) -> dict[str, Any]:
    """Read what the hub shows, and which account it opens for linking again."""
    settings: dict[str, Any] = {"enabled_features": []}
    if session.account_id is not None:
        settings["existing_account_id"] = session.account_id
    return settings


@router.get("/connectors")
async def hub_connectors(
    context: Context, session: HubSession, provider: Annotated[str | None, Query()] = None
) -> dict[str, Any]:
    """List the integrations that this session may link."""
    offers = await context.sessions.offers(session=session)
    several = {offer.connector.key for offer in offers if _ways(offers, offer) > 1}
    return {
        "integrations": [
            _integration(context, offer, named=offer.connector.key in several)
            for offer in offers
            if provider in {None, offer.connector.key}
        ]
    }


@router.get("/connectors/{integration_id}")
async def hub_connector(context: Context, session: HubSession, integration_id: str) -> dict[str, Any]:
    """Read an integration's form."""
    _, connector, method = await context.sessions.integration(session=session, integration_id=integration_id)
    config = guide.hub_config(connector=connector, method=method, existing=None)
    config["assets"] = {"icon": f"{context.hub_url}/static/{connector.icon}"}
    return {"config": config, "hub_settings": {"configured_webhook_events": [], "project_settings": {}}}


@router.post("/accounts", response_model=HubAccount)
async def hub_link(context: Context, session: HubSession, body: HubCredentials) -> HubAccount:
    """Test a credential and link the account; a credential that fails is not kept."""
    return await _link(context, session, body)


@router.get("/accounts/{account_id}")
async def hub_account(context: Context, session: HubSession, account_id: str) -> dict[str, Any]:
    """Read the account that this session links again; secrets come masked."""
    account = await _own(context, session, account_id)
    method = context.catalogue.get(account.connector_key).auth_method(account.auth_method)
    hints = method.by_field(account.secret_hints)
    return {
        "secureId": account.id,
        "provider": account.connector_key,
        "setupInformation": method.by_field(account.setup_text()),
        "secrets": {key: f"{_MASK}**redacted**{hint}" for key, hint in hints.items()},
        "version": context.catalogue.get(account.connector_key).version,
        "authConfigKey": account.auth_method,
        "environment": account.environment,
        "integrationId": account.integration_id,
    }


@router.patch("/accounts/{account_id}", response_model=HubAccount)
async def hub_relink(context: Context, session: HubSession, account_id: str, body: HubCredentials) -> HubAccount:
    """Test a new credential and put it under the same account id; secrets left as they are stay."""
    account = await _own(context, session, account_id)
    return await _link(context, replace(session, account_id=account.id, provider=account.connector_key), body)


@router.post("/connection_attempts")
async def hub_open_attempt(context: Context, session: HubSession, body: HubToken) -> dict[str, str]:
    """Open an attempt that an OAuth window takes up."""
    if body.token is not None and (await context.sessions.authenticate(token=body.token)).id != session.id:
        raise InvalidRequestError(
            "The header and the body name two different sessions.", remedy="Send the same token in both."
        )
    attempt = await context.oauth.open_attempt(session=session)
    return {"id": attempt.id}


@router.get("/connection_attempts/{attempt_id}")
async def hub_attempt(context: Context, session: HubSession, attempt_id: str) -> dict[str, Any]:
    """Read how an attempt stands."""
    attempt = await context.linking.get_attempt(session=session, attempt_id=attempt_id)
    return {
        "status": _ATTEMPT_STATUS.get(attempt.status, attempt.status),
        "account": {"id": attempt.account_id} if attempt.account_id else None,
        "error": await _attempt_error(context, session, attempt),
    }


@router.delete("/connection_attempts/{attempt_id}")
async def hub_cancel_attempt(context: Context, session: HubSession, attempt_id: str) -> Response:
    """End an attempt."""
    await context.linking.cancel(session=session, attempt_id=attempt_id)
    return JSONResponse({})


async def _refusal(context: ApiContext, session: ConnectSession, attempt: Attempt) -> CrossdockError:
    """Return the error of a failed test, with the provider's own answer where there was one."""
    cause = await context.linking.cause(session=session, attempt=attempt)
    answers = []
    if attempt.provider_status is not None:
        answers = [{"status": attempt.provider_status, "raw": attempt.provider_body}]
    return ProviderRefusedError(
        f"The credential did not pass the test. {cause.title}. {cause.explanation} {cause.remedy}".replace("..", "."),
        remedy=cause.remedy,
        code=cause.key,
        detail={"provider_errors": answers, "title": cause.title},
    )


async def _link(context: ApiContext, session: ConnectSession, body: HubCredentials) -> HubAccount:
    fields = {
        key: str(value)
        for key, value in body.credentials.items()
        if value is not None and not str(value).startswith(_MASK)
    }
    attempt = await context.linking.submit(
        session=session,
        integration_id=body.integration_id,
        fields=fields,
        effects=session.effects,
        test="wait",
    )
    if attempt.status != "confirm":
        raise await _refusal(context, session, attempt)
    chosen: OnConflict = "accept" if session.multiple else "replace"
    account = await context.linking.confirm(session=session, attempt_id=attempt.id, on_conflict=chosen)
    return HubAccount(id=account.id, provider=account.connector_key)


async def _own(context: ApiContext, session: ConnectSession, account_id: str) -> Account:
    """Return the account where it is the session's own or its owner's; any other is not found."""
    account = await context.accounts.get(project_id=session.project_id, account_id=account_id)
    if account_id != session.account_id and account.origin_owner_id != session.origin_owner_id:
        raise NotFoundError("There is no such account for this link.", remedy="Open a connect session for it.")
    return account


def _ways(offers: list[Offer], offer: Offer) -> int:
    return sum(other.connector.key == offer.connector.key for other in offers)


def _integration(context: ApiContext, offer: Offer, *, named: bool) -> dict[str, Any]:
    connector = offer.connector
    return {
        "active": True,
        "name": f"{connector.name} ({offer.method.label})" if named else connector.name,
        "provider": connector.key,
        "type": connector.category,
        "version": connector.version,
        "authentication_config_key": offer.method.key,
        "environment": "production",
        "integration_id": offer.integration_id,
        "logo_url": f"{context.hub_url}/static/{connector.icon}",
    }


async def _attempt_error(context: ApiContext, session: ConnectSession, attempt: Attempt) -> dict[str, str] | None:
    if attempt.status != "error":
        return None
    cause = await context.linking.cause(session=session, attempt=attempt)
    return {"code": cause.key, "description": f"{cause.title} {cause.remedy}"}
