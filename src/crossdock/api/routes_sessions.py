"""`/connect_sessions`: the token that lets a person link an account."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header

from crossdock.api.auth import SECURITY, SessionsWriter
from crossdock.api.context import ApiContext, Context
from crossdock.api.wire import (
    ConnectSessionAnswer,
    ConnectSessionCreate,
    ConnectSessionCreated,
    LatestAttempt,
    TokenBody,
    session_fields,
)
from crossdock.kernel.clock import iso
from crossdock.kernel.errors import NotFoundError
from crossdock.linking.session import ConnectSession

router = APIRouter(prefix="/connect_sessions", tags=["Connect sessions"], dependencies=SECURITY)
UserAgent = Annotated[str, Header(alias="user-agent", include_in_schema=False)]


@router.post("", status_code=201, response_model=ConnectSessionCreated)
async def create_connect_session(
    context: Context, principal: SessionsWriter, body: ConnectSessionCreate, user_agent: UserAgent = ""
) -> ConnectSessionCreated:
    """Open a connect session: hand its token to the hub in your page, or send its hosted link to the person."""
    created = await context.sessions.create(principal=principal, request=body.request())
    return ConnectSessionCreated(
        **session_fields(session=created.session, user_agent=user_agent),
        token=created.token.reveal(),
        auth_link_url=created.url,
    )


@router.post("/authenticate", status_code=201, response_model=ConnectSessionAnswer)
async def authenticate_connect_session(
    context: Context, principal: SessionsWriter, body: TokenBody, user_agent: UserAgent = ""
) -> ConnectSessionAnswer:
    """Return the connect session of a token, and what has become of linking so far."""
    session = await context.sessions.authenticate(token=body.token)
    if session.project_id != principal.project_id:
        raise NotFoundError("There is no such connect session.", remedy="Create one: POST /connect_sessions.")
    return ConnectSessionAnswer(
        **session_fields(session=session, user_agent=user_agent),
        latest_connection_attempt=await _latest(context, session),
    )


async def _latest(context: ApiContext, session: ConnectSession) -> LatestAttempt | None:
    attempt = await context.linking.latest_attempt(session=session)
    if attempt is None:
        return None
    cause = await context.linking.cause(session=session, attempt=attempt) if attempt.status == "error" else None
    return LatestAttempt(
        id=attempt.id,
        created_at=iso(attempt.created_at),
        updated_at=iso(attempt.updated_at),
        status="pending" if attempt.status in {"testing", "confirm"} else attempt.status,
        account_secure_id=attempt.account_id,
        oauth_error_code=cause.key if cause else None,
        oauth_error_description=f"{cause.title}. {cause.explanation}" if cause else None,
    )
