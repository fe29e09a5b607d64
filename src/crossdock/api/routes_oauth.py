"""`/connect/oauth2/*`: the window in which a person signs in at the provider, and the provider's way back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from crossdock.api.context import Context
from crossdock.linking.oauth import cookie_of

router = APIRouter(prefix="/connect/oauth2", tags=["OAuth"])
_NO_REFERRER = {"referrer-policy": "no-referrer", "cache-control": "no-store"}


@router.get("/{integration_id}", include_in_schema=False)
async def start_in_window(
    context: Context,
    integration_id: str,
    token: Annotated[str, Query()],
    redirect_uri: Annotated[str | None, Query()] = None,
    connection_attempt_id: Annotated[str | None, Query()] = None,
) -> Response:
    """Send the window that the hub component opened on to the provider."""
    session = await context.sessions.authenticate(token=token)
    started = await context.oauth.start(
        session=session,
        integration_id=integration_id,
        effects=session.effects,
        attempt_id=connection_attempt_id,
        redirect_uri=redirect_uri,
    )
    answer = RedirectResponse(started.authorize_url, status_code=303, headers=_NO_REFERRER)
    answer.set_cookie(
        started.cookie,
        started.binding.reveal(),
        max_age=600,
        path="/connect/oauth2",
        secure=context.secure,
        httponly=True,
        samesite="lax",
    )
    return answer


@router.get("/{provider}/callback", include_in_schema=False)
async def come_back(request: Request, context: Context, provider: str) -> Response:
    """Take the provider's answer and lead on to the page that shows the attempt."""
    params = request.query_params.multi_items()
    finished = await context.oauth.finish(provider=provider, params=params, cookies=request.cookies)
    answer = RedirectResponse(finished.location, status_code=303, headers=_NO_REFERRER)
    answer.delete_cookie(
        cookie_of(dict(params).get("state", "")),
        path="/connect/oauth2",
        secure=context.secure,
        httponly=True,
        samesite="lax",
    )
    return answer
