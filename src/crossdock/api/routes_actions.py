"""`/actions/rpc` and `/unified/proxy`: calls with a linked account's live credential."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from crossdock.actions.model import ActionCall, Manner, ProxyRequest
from crossdock.api.auth import SECURITY, AccountId, ActionsRunner, ProxyUser, one_account
from crossdock.api.calling import OnceKey, Priority, manner
from crossdock.api.context import ApiContext, Context
from crossdock.api.screens import screened
from crossdock.api.wire import ProxyAnswer, ProxyCall, RpcAnswer, RpcRequest
from crossdock.kernel.errors import InvalidRequestError
from crossdock.projects.model import Principal

router = APIRouter(dependencies=SECURITY)
_NOT_FOR_THE_PROVIDER = {"x-account-id", "authorization", "cookie", "host", "content-length"}
_OURS = {"debug"}


@router.post("/actions/rpc", response_model=RpcAnswer, tags=["Actions"])
async def run_action(
    context: Context,
    principal: ActionsRunner,
    body: RpcRequest,
    account_id: AccountId = None,
    once: OnceKey = None,
    priority: Priority = None,
) -> JSONResponse:
    """Run an action for the account that `x-account-id` names."""
    made = manner(once=once, priority=priority)
    return await answered(context=context, principal=principal, asked=body, account_id=account_id, manner=made)


async def answered(
    *, context: ApiContext, principal: Principal, asked: RpcRequest, account_id: str | None, manner: Manner
) -> JSONResponse:
    """Run an action and write its answer; inputs that it does not know are left out of the query, and told."""
    inner = {name.lower(): str(value) for name, value in (asked.headers or {}).items() if value is not None}
    query = {name: value for name, value in (asked.query or {}).items() if name not in _OURS}
    unknown = _unknown_query(context, asked.action, query) if query else []
    result = await context.actions.run(
        principal=principal,
        account_id=one_account(account_id, inner.get("x-account-id")),
        call=ActionCall(
            action=asked.action,
            path=asked.path or {},
            query={name: value for name, value in query.items() if name not in unknown},
            headers={name: value for name, value in inner.items() if name not in _NOT_FOR_THE_PROVIDER},
            body=asked.body or {},
            manner=manner,
        ),
    )
    result, seen = await screened(context=context, principal=principal, asked=asked, result=result)
    left_out = [f"query.{name} is not an input of {asked.action} and was left out" for name in unknown]
    warnings = [*result.warnings, *left_out]
    answer = {"data": result.data, "next": result.next, **seen}
    return JSONResponse({**answer, "warnings": warnings} if warnings else answer)


@router.post("/unified/proxy", response_model=ProxyAnswer, tags=["Proxy"])
async def proxy_request(
    context: Context,
    principal: ProxyUser,
    body: ProxyCall,
    account_id: AccountId = None,
    once: OnceKey = None,
    priority: Priority = None,
) -> JSONResponse:
    """Send one request to the provider with the account's credential; a read-only account lets reads through."""
    headers = {name.lower(): str(value) for name, value in (body.headers or {}).items() if value is not None}
    reply = await context.actions.proxy(
        principal=principal,
        account_id=one_account(account_id),
        request=ProxyRequest(
            method=body.method.upper(),
            target=_target(body),
            headers={name: value for name, value in headers.items() if name not in _NOT_FOR_THE_PROVIDER},
            body=body.body,
            manner=manner(once=once, priority=priority),
        ),
    )
    answer: dict[str, Any] = {"status": reply.status, "headers": dict(reply.headers), "data": reply.data}
    return JSONResponse(answer)


def _unknown_query(context: ApiContext, name: str, asked: Mapping[str, Any]) -> list[str]:
    """Return the query names that the action does not know: official clients send some of their own, as `limit`."""
    _, action = context.catalogue.action(name)
    known = action.inputs.get("properties", {}).get("query", {}).get("properties", {})
    return sorted(asked.keys() - known.keys())


def _target(body: ProxyCall) -> str:
    """Return the path with its query, or the whole address where `url` is one."""
    path, url = body.path or "", body.url or ""
    if url and path:
        return url.rstrip("/") + "/" + path.lstrip("/")
    target = url or path
    if not target:
        raise InvalidRequestError("Neither `path` nor `url` is given.", remedy="Give the provider's path in `path`.")
    return target if urlsplit(target).scheme else "/" + target.lstrip("/")
