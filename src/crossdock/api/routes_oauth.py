"""`/connect/oauth2/{integration}`: the window that the hub component opens for signing in at the provider."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from crossdock.api.context import Context

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
