"""`/ai/tool-feedback`: what agents say of the actions that they used."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from crossdock.actions import feedback_store
from crossdock.actions.feedback_store import Feedback
from crossdock.api.auth import SECURITY, ActionsRunner, needs
from crossdock.api.context import Context
from crossdock.api.wire import Body
from crossdock.kernel import paging
from crossdock.kernel.clock import iso
from crossdock.kernel.errors import InvalidRequestError
from crossdock.projects.model import Principal

router = APIRouter(prefix="/ai/tool-feedback", tags=["Feedback"], dependencies=SECURITY)
LogsReader = Annotated[Principal, Depends(needs("logs:read"))]
ToolName = Annotated[str, Field(min_length=1, max_length=120)]


class FeedbackGiven(Body):
    """What `POST /ai/tool-feedback` takes."""

    feedback: str = Field(min_length=1, max_length=4000)
    account_id: str | None = Field(default=None, max_length=64)
    tool_names: list[ToolName] = Field(default=[], max_length=100)


class FeedbackTaken(BaseModel):
    """That it was kept, and under which id."""

    message: str
    key: str
    submitted_at: str
    trace_id: str


class FeedbackTold(BaseModel):
    """What somebody said."""

    key: str
    feedback: str
    account_id: str | None
    tool_names: list[str]
    actor: str
    submitted_at: str


class FeedbackPage(BaseModel):
    """Some of what was said, the newest first; `next` leads to the next page, null at the end."""

    next: str | None
    data: list[FeedbackTold]


@router.post("", response_model=FeedbackTaken)
async def give_feedback(context: Context, principal: ActionsRunner, body: FeedbackGiven) -> FeedbackTaken:
    """Keep what an agent or a person says of actions; the account, where one is named, is the project's."""
    if body.account_id is not None:
        await context.accounts.get(project_id=principal.project_id, account_id=body.account_id)
    given = Feedback(
        id=context.ids.new("fdb"),
        project_id=principal.project_id,
        account_id=body.account_id,
        tool_names=body.tool_names,
        feedback=body.feedback,
        actor=principal.actor,
        created_at=context.clock.now(),
    )
    async with context.db.transaction() as conn:
        await feedback_store.insert_feedback(conn, project_id=principal.project_id, given=given)
    return FeedbackTaken(
        message="Feedback successfully stored",
        key=given.id,
        submitted_at=iso(given.created_at),
        trace_id=given.id,
    )


@router.get("", response_model=FeedbackPage)
async def list_feedback(
    context: Context,
    principal: LogsReader,
    page_size: Annotated[int, Query(ge=1, le=100)] = 25,
    next: Annotated[str | None, Query(max_length=2048)] = None,  # noqa: A002 - the word of the wire
) -> FeedbackPage:
    """List what was said, the newest first."""
    before = _place(next) if next else None
    async with context.db.connection() as conn:
        rows = await feedback_store.list_feedback(
            conn, project_id=principal.project_id, before=before, limit=page_size + 1
        )
    shown = rows[:page_size]
    return FeedbackPage(
        next=paging.encode(shown[-1].created_at.isoformat(), shown[-1].id) if len(rows) > page_size else None,
        data=[
            FeedbackTold(
                key=one.id,
                feedback=one.feedback,
                account_id=one.account_id,
                tool_names=list(one.tool_names),
                actor=one.actor,
                submitted_at=iso(one.created_at),
            )
            for one in shown
        ],
    )


def _place(cursor: str) -> tuple[datetime, str]:
    moment, row_id = paging.decode(cursor, size=2)
    try:
        return datetime.fromisoformat(str(moment)), str(row_id)
    except ValueError:
        raise InvalidRequestError(
            "The page cursor is not valid.", remedy="Leave `next` out to start from the first page."
        ) from None
