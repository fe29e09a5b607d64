"""`/hub/*`: the endpoints that the embedded hub component calls with a connect session's token."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response

from crossdock.accounts.model import Account
from crossdock.api.auth import HubSession
from crossdock.api.context import ApiContext, Context
from crossdock.api.wire_hub import (
    HubAccount,
    HubAccountDetails,
    HubAttempt,
    HubAttemptAccount,
    HubAttemptError,
    HubAttemptOpened,
    HubConnector,
    HubCredentials,
    HubIntegration,
    HubIntegrations,
    HubOutcome,
    HubSettings,
    HubToken,
)
from crossdock.connectors import guide, replies
from crossdock.kernel.errors import (
    CrossdockError,
    InvalidRequestError,
    NotFoundError,
    ProviderRefusedError,
)
from crossdock.linking import decisions
from crossdock.linking.session import Attempt, ConnectSession, Offer

router = APIRouter(prefix="/hub", tags=["Hub"])
_MASK: Final = "__secretvalue:"
_ATTEMPT_STATUS: Final[dict[str, Literal["pending", "authenticated", "error", "cancelled", "expired"]]] = {
    "pending": "pending",
    "testing": "pending",
    "confirm": "pending",
    "authenticated": "authenticated",
    "error": "error",
    "cancelled": "cancelled",
    "expired": "expired",
}


@router.get("/settings", response_model=HubSettings, response_model_exclude_none=True)
async def hub_settings(session: HubSession) -> HubSettings:
    """Read what the hub shows, and which account it opens for linking again."""
    return HubSettings(enabled_features=[], existing_account_id=session.account_id)


@router.get("/outcome", response_model=HubOutcome)
async def hub_outcome(context: Context, session: HubSession) -> HubOutcome:
    """Read which account this session has linked, whichever page or window it was linked in."""
    attempt = await context.sessions.linked(session=session)
    if attempt is None or attempt.account_id is None:
        return HubOutcome(account=None)
    try:
        account = await context.accounts.get(project_id=session.project_id, account_id=attempt.account_id)
    except NotFoundError:
        return HubOutcome(account=None)
    return HubOutcome(account=HubAccount(id=account.id, provider=account.connector_key))


@router.get("/connectors", response_model=HubIntegrations)
async def hub_connectors(
    context: Context, session: HubSession, provider: Annotated[str | None, Query()] = None
) -> HubIntegrations:
    """List the integrations that this session may link."""
    offers = await context.sessions.offers(session=session)
    rows = [
        _integration(context, offer, name=_name(offer, offers))
        for offer in offers
        if provider in {None, offer.connector.key}
    ]
    return HubIntegrations(integrations=rows)


@router.get("/connectors/{integration_id}", response_model=HubConnector, response_model_exclude_none=True)
async def hub_connector(context: Context, session: HubSession, integration_id: str) -> HubConnector:
    """Read an integration's form."""
    profile, connector, method = await context.sessions.integration(session=session, integration_id=integration_id)
    config = guide.hub_config(connector=connector, method=method, existing=None, scopes=profile.scopes)
    config["assets"] = {"icon": f"{context.hub_url}/static/{connector.icon}"}
    return HubConnector.model_validate({"config": config})


@router.post("/accounts", response_model=HubAccount)
async def hub_link(context: Context, session: HubSession, body: HubCredentials) -> HubAccount:
    """Test a credential and link the account; a credential that fails is not kept."""
    return await _link(context, session, body)


@router.get("/accounts/{account_id}", response_model=HubAccountDetails)
async def hub_account(context: Context, session: HubSession, account_id: str) -> HubAccountDetails:
    """Read the account that this session links again; secrets come masked."""
    account = await _own(context, session, account_id)
    method = context.catalogue.get(account.connector_key).auth_method(account.auth_method)
    hints = method.by_field(account.secret_hints)
    return HubAccountDetails(
        secure_id=account.id,
        provider=account.connector_key,
        setup_information=method.by_field(account.setup_text()),
        secrets={key: f"{guide.MASK}{hint}" for key, hint in hints.items()},
        version=context.catalogue.get(account.connector_key).version,
        auth_config_key=account.auth_method,
        environment=account.environment,
        integration_id=account.integration_id,
    )


@router.patch("/accounts/{account_id}", response_model=HubAccount)
async def hub_relink(context: Context, session: HubSession, account_id: str, body: HubCredentials) -> HubAccount:
    """Test a new credential and put it under the same account id; secrets left as they are stay."""
    account = await _own(context, session, account_id)
    return await _link(context, replace(session, account_id=account.id, provider=account.connector_key), body)


@router.post("/connection_attempts", response_model=HubAttemptOpened)
async def hub_open_attempt(context: Context, session: HubSession, body: HubToken) -> HubAttemptOpened:
    """Open an attempt that an OAuth window takes up."""
    if body.token is not None and (await context.sessions.authenticate(token=body.token)).id != session.id:
        raise InvalidRequestError(
            "The header and the body name two different sessions.", remedy="Send the same token in both."
        )
    attempt = await context.oauth.open_attempt(session=session)
    return HubAttemptOpened(id=attempt.id)


@router.get("/connection_attempts/{attempt_id}", response_model=HubAttempt)
async def hub_attempt(context: Context, session: HubSession, attempt_id: str) -> HubAttempt:
    """Read how an attempt stands."""
    attempt = await context.linking.get_attempt(session=session, attempt_id=attempt_id)
    return HubAttempt(
        status=_ATTEMPT_STATUS[attempt.status],
        account=HubAttemptAccount(id=attempt.account_id) if attempt.account_id else None,
        error=await _attempt_error(context, session, attempt),
    )


@router.delete("/connection_attempts/{attempt_id}")
async def hub_cancel_attempt(context: Context, session: HubSession, attempt_id: str) -> Response:
    """End an attempt."""
    await context.linking.cancel(session=session, attempt_id=attempt_id)
    return JSONResponse({})


async def _refusal(context: ApiContext, session: ConnectSession, attempt: Attempt) -> CrossdockError:
    """Return the error of a failed test, with the provider's own answer, which the component shows in a box.

    Without ``provider_response`` the component would write there that one should try again later.
    """
    cause = await context.linking.cause(session=session, attempt=attempt)
    answers = []
    if attempt.provider_status is not None:
        said = attempt.provider_body
        answers = [{"status": attempt.provider_status, "raw": replies.raw(said, most=len(said)) if said else None}]
    detail: dict[str, Any] = {
        "provider_errors": answers,
        "provider_response": attempt.provider_body or cause.remedy,
        "title": cause.title,
    }
    return ProviderRefusedError(
        f"The credential did not pass the test. {cause.title}. {cause.explanation} {cause.remedy}".replace("..", "."),
        remedy=cause.remedy,
        code=cause.key,
        detail=detail,
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
    account = await context.linking.confirm(
        session=session, attempt_id=attempt.id, on_conflict=decisions.unasked(session)
    )
    return HubAccount(id=account.id, provider=account.connector_key)


async def _own(context: ApiContext, session: ConnectSession, account_id: str) -> Account:
    """Return the account where it is the session's own or its owner's; any other is not found."""
    account = await context.accounts.get(project_id=session.project_id, account_id=account_id)
    if account_id != session.account_id and account.origin_owner_id != session.origin_owner_id:
        raise NotFoundError("There is no such account for this link.", remedy="Open a connect session for it.")
    return account


def _name(offer: Offer, offers: list[Offer]) -> str:
    """Return what sets an offer apart: the connector alone, with its way of linking, or with what it was named."""
    alike = [other for other in offers if other.connector.key == offer.connector.key]
    if len(alike) == 1:
        return offer.connector.name
    same_way = sum(other.method.key == offer.method.key for other in alike) > 1
    return f"{offer.connector.name} ({offer.name if same_way else offer.method.label})"


def _integration(context: ApiContext, offer: Offer, *, name: str) -> HubIntegration:
    connector = offer.connector
    return HubIntegration(
        active=True,
        name=name,
        provider=connector.key,
        type=connector.category,
        version=connector.version,
        authentication_config_key=offer.method.key,
        environment="production",
        integration_id=offer.integration_id,
        logo_url=f"{context.hub_url}/static/{connector.icon}",
    )


async def _attempt_error(context: ApiContext, session: ConnectSession, attempt: Attempt) -> HubAttemptError | None:
    if attempt.status != "error":
        return None
    cause = await context.linking.cause(session=session, attempt=attempt)
    return HubAttemptError(code=cause.key, description=f"{cause.title.rstrip('.')}. {cause.remedy}")
