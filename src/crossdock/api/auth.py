"""Who is asking: an API key by HTTP Basic or Bearer, or a connect session's token."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.security import APIKeyHeader, HTTPBasic, HTTPBearer

from crossdock.api.context import Context
from crossdock.kernel.errors import InvalidRequestError, UnauthenticatedError
from crossdock.linking.session import ConnectSession
from crossdock.projects import keys, policy
from crossdock.projects.model import Principal


class _Basic(HTTPBasic):
    """HTTP Basic as the document tells it; keys are read here, as the framework refuses one without a colon."""

    async def __call__(self, request: Request) -> None:  # type: ignore[override]  # nothing is read in this place
        """Leave the header to :func:`keys.of_header`."""


_basic = _Basic(scheme_name="HTTPBasic", auto_error=False, description="The API key as user name, the password empty.")
_bearer = HTTPBearer(auto_error=False, description="The API key as a bearer token.")


_hub_token = APIKeyHeader(
    name="x-hub-session-token", scheme_name="HubSession", auto_error=False, description="The connect session's token."
)


async def _principal(request: Request, context: Context) -> Principal:
    key = keys.of_header(", ".join(request.headers.getlist("authorization")))
    if key is None:
        raise UnauthenticatedError(
            "No API key came with the request.",
            remedy="Send it as HTTP Basic: the key as user name, the password empty.",
        )
    if len(request.headers.getlist("x-account-id")) > 1:
        raise _two_accounts()
    principal = request.state.principal = await context.projects.authenticate_key(text=key)
    await context.ratelimit.spend(principal=principal)
    return principal


def needs(scope: str, *others: str) -> Callable[[Principal], Awaitable[Principal]]:
    """Return a dependency that lets only principals with this scope through, or with one of the others."""

    async def allowed(principal: Annotated[Principal, Depends(_principal)]) -> Principal:
        if not any(policy.may(principal, other) for other in others):
            policy.require(principal, scope)
        return principal

    return allowed


async def _session(context: Context, token: Annotated[str | None, Depends(_hub_token)]) -> ConnectSession:
    if not token:
        raise UnauthenticatedError(
            "No connect session came with the request.", remedy="Send its token as `x-hub-session-token`."
        )
    return await context.sessions.authenticate(token=token)


def one_account(outer: str | None, inner: str | None = None) -> str:
    """Return the account that a call is for: the HTTP header, then the body's; two different ones are refused."""
    if outer and ("," in outer or (inner and outer != inner)):
        raise _two_accounts()
    chosen = outer or inner
    if not chosen:
        raise InvalidRequestError(
            "No account is named.", remedy="Send the account's id in the `x-account-id` header.", code="account_missing"
        )
    return chosen


def _two_accounts() -> InvalidRequestError:
    return InvalidRequestError(
        "Two accounts are named, by two headers or by header and body.",
        remedy="Name the account once, in the `x-account-id` header.",
        code="account_mismatch",
    )


SECURITY = [Depends(_basic), Depends(_bearer)]
HubSession = Annotated[ConnectSession, Depends(_session)]
AccountsReader = Annotated[Principal, Depends(needs("accounts:read"))]
AccountsWriter = Annotated[Principal, Depends(needs("accounts:write"))]
SessionsWriter = Annotated[Principal, Depends(needs("connect_sessions:write"))]
ProfilesWriter = Annotated[Principal, Depends(needs("connectors:write"))]
ActionsRunner = Annotated[Principal, Depends(needs("actions:read", "actions:write"))]
AccountId = Annotated[str | None, Header(alias="x-account-id", description="The linked account that the call is for.")]
ProxyUser = Annotated[Principal, Depends(needs("proxy"))]
