"""`/connect_sessions`: the token that lets a person link an account."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header

from crossdock.api.auth import SECURITY, SessionsWriter
from crossdock.api.context import Context
from crossdock.api.wire import (
    ConnectSessionAnswer,
    ConnectSessionCreate,
    ConnectSessionCreated,
    TokenBody,
    session_fields,
)
from crossdock.kernel.errors import NotFoundError

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
    """Return the connect session of a token."""
    session = await context.sessions.authenticate(token=body.token)
    if session.project_id != principal.project_id:
        raise NotFoundError("There is no such connect session.", remedy="Create one: POST /connect_sessions.")
    return ConnectSessionAnswer(**session_fields(session=session, user_agent=user_agent))
