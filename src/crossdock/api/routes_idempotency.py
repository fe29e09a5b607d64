"""`/idempotency_keys/{key}`: what has become of a write whose answer was lost."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from crossdock.actions.standing import Standing, Standings
from crossdock.api.auth import SECURITY, AccountId, needs, one_account
from crossdock.api.context import Context
from crossdock.kernel.clock import iso
from crossdock.projects.model import Principal

router = APIRouter(dependencies=SECURITY)
Caller = Annotated[Principal, Depends(needs("actions:read", "actions:write", "proxy"))]
Key = Annotated[str, Path(max_length=600, description="The Idempotency-Key that was sent.")]


class KeptAnswer(BaseModel):
    """The answer that a repeat gets: its status, and where it is an error the code."""

    status: int
    outcome: Literal["ok", "partial", "found", "error"]
    code: str | None = None
    answered_at: str | None = None


class IdempotencyKeyAnswer(BaseModel):
    """Where a write stands that was sent with an Idempotency-Key."""

    key: str
    state: Literal["running", "answered", "outcome_unknown"]
    account_id: str
    action: str = Field(description="The action, or method and path of a request of one's own.")
    request_id: str | None = Field(default=None, description="The call's id in the log: `GET /requests/logs/{id}`.")
    sent_by: str
    sent_at: str
    settles_at: str | None = Field(default=None, description="Until when it may be running, or can still happen.")
    expires_at: str = Field(description="When the key is forgotten.")
    answer: KeptAnswer | None = None
    look_with: dict[str, Any] | None = Field(
        default=None, description="Where nobody knows what came of it: the action that shows it, with its inputs."
    )
    remedy: str


@router.get("/idempotency_keys/{key:path}", response_model=IdempotencyKeyAnswer, tags=["Actions"])
async def get_idempotency_key(
    context: Context, principal: Caller, key: Key, account_id: AccountId = None
) -> JSONResponse:
    """Tell what has become of a write that was sent with this key for the account that `x-account-id` names."""
    account = await context.actions.leases.reached(principal=principal, account_id=one_account(account_id))
    standings = Standings(db=context.db, clock=context.clock)
    found = await standings.of(principal=principal, account_id=account.id, key=key)
    return JSONResponse(_told(found).model_dump(exclude_none=True))


def _told(found: Standing) -> IdempotencyKeyAnswer:
    answer = found.answer
    return IdempotencyKeyAnswer(
        key=found.key,
        state=found.state,
        account_id=found.account_id,
        action=found.action,
        request_id=found.call_id,
        sent_by=found.holder,
        sent_at=iso(found.sent_at),
        settles_at=iso(found.settles_at) if found.settles_at else None,
        expires_at=iso(found.expires_at),
        answer=None
        if answer is None
        else KeptAnswer(
            status=answer.status,
            outcome=answer.outcome,
            code=answer.code,
            answered_at=iso(answer.at) if answer.at else None,
        ),
        look_with=dict(found.look_with) if found.look_with else None,
        remedy=found.remedy,
    )
