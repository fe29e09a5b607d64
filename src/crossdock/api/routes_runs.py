"""`/logs`: runs of actions and their steps, as the platform's newer addresses tell them."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from crossdock.accounts.model import Account
from crossdock.actions.log_store import LogQuery
from crossdock.api.auth import SECURITY
from crossdock.api.context import ApiContext, Context
from crossdock.api.routes_logs import Log, LogsReader, aware
from crossdock.api.wire_runs import PageAsked, Run, RunSteps, StepsAsked, run, run_step
from crossdock.kernel.errors import NotFoundError
from crossdock.projects.model import Principal

router = APIRouter(prefix="/logs", tags=["Request logs"], dependencies=SECURITY)
_COUNTED: Final = 100_000


@router.get("/actions/{action_run_id}", response_model=Run, response_model_exclude_none=True)
async def get_action_log(context: Context, history: Log, principal: LogsReader, action_run_id: str) -> JSONResponse:
    """Read one run of an action, by the id of its call."""
    row = await history.call(project_id=principal.project_id, call_id=action_run_id)
    if row["service"] != "actions":
        raise NotFoundError(
            "This call was no action: it passed through the proxy.", remedy="Read it with GET /requests/logs/{id}."
        )
    account = await _account(context, principal, row["account_id"])
    return JSONResponse(run(row, catalogue=context.catalogue, account=account).model_dump(exclude_none=True))


@router.post("/steps", response_model=RunSteps)
async def list_action_steps(
    context: Context, history: Log, principal: LogsReader, body: StepsAsked | None = None
) -> JSONResponse:
    """List the steps of actions, the newest first, by page; `total` is how many fit, null where they are too many."""
    body = body or StepsAsked()
    query, project_id = _query(body), principal.project_id
    rows = await history.numbered(project_id=project_id, query=query, skip=(body.page - 1) * body.page_size)
    total = await history.count(project_id=project_id, table="call_steps", query=query, most=_COUNTED)
    told = [run_step(row, index=index, catalogue=context.catalogue) for row, index in rows]
    return JSONResponse(
        {
            "data": [one.model_dump(exclude_none=True) for one in told],
            "query": PageAsked(page=body.page, page_size=body.page_size).model_dump(),
            "total": total,
        }
    )


def _query(body: StepsAsked) -> LogQuery:
    columns = {
        "call_id": body.action_run_ids,
        "account_id": body.account_ids,
        "connector_key": body.connector_keys,
        "action": body.action_ids,
        "method": [word.upper() for word in body.http_methods or ()],
        "status": body.status_codes,
    }
    return LogQuery(
        any_of={"service": ["actions"], **{name: values for name, values in columns.items() if values}},
        since=aware(body.start_date),
        until=aware(body.end_date),
        succeeded="either" if body.success is None else "yes" if body.success else "no",
        limit=body.page_size,
    )


async def _account(context: ApiContext, principal: Principal, account_id: str) -> Account | None:
    try:
        return await context.accounts.get(project_id=principal.project_id, account_id=account_id)
    except NotFoundError:
        return None
