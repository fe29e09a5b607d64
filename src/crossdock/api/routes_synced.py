"""`/actions/rpc/synced`: rows that actions brought before, read again without the provider."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from crossdock.actions.synced import Wanted
from crossdock.api.auth import SECURITY, AccountId, ActionsRunner
from crossdock.api.calling import ProfileId
from crossdock.api.context import Context
from crossdock.api.routes_actions import check_profile
from crossdock.api.screens import screen
from crossdock.api.wire_synced import SyncedAnswer, SyncedAsked, datasync
from crossdock.connectors.replies import ActionResult

router = APIRouter(dependencies=SECURITY)
_PAGE: Final = 25
_LARGEST_PAGE: Final = 1000


@router.post("/actions/rpc/synced", response_model=SyncedAnswer, tags=["Actions"])
async def list_synced(
    context: Context,
    principal: ActionsRunner,
    body: SyncedAsked,
    page_size: Annotated[int, Query(ge=1, le=_LARGEST_PAGE)] = _PAGE,
    skip: Annotated[int, Query(ge=0, le=100_000)] = 0,
    account_id: AccountId = None,
    profile_id: ProfileId = None,
) -> JSONResponse:
    """Read what `POST /actions/rpc?sync=true` brought; without `x-account-id` the `run_id` tells the account."""
    _, action = context.catalogue.action(body.action)
    path, synced = body.path or {}, context.calls.synced
    chosen = account_id or await synced.account_of(
        project_id=principal.project_id, action=action, path=path, run_id=body.run_id
    )
    await check_profile(context=context, principal=principal, account_id=chosen, profile_id=profile_id)
    part = await synced.read(
        principal=principal,
        dataset=synced.dataset(account_id=chosen, action=action, path=path),
        wanted=Wanted(run_id=body.run_id, filter=body.filter or {}, skip=skip, limit=page_size),
    )
    screening = await screen(context=context, principal=principal)
    shown, seen = await screening.result(ActionResult(part.rows, None))
    warnings = {"warnings": [*shown.warnings]} if shown.warnings else {}
    return JSONResponse(
        {"data": shown.data or [], "datasync": datasync(part.run), "total": part.total, **warnings, **seen}
    )
