"""`/actions/rpc` and `/unified/proxy`: calls with a linked account's live credential."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Header, Query
from fastapi.responses import JSONResponse
from starlette.responses import Response

from crossdock.accounts import profiles
from crossdock.actions import collect
from crossdock.actions.model import ActionCall, Manner, ProxyRequest
from crossdock.actions.synced import rows_of
from crossdock.api import answers, heartbeat, kits
from crossdock.api.auth import SECURITY, AccountId, ActionsRunner, ProxyUser, one_account
from crossdock.api.calling import Look, OnceKey, Priority, ProfileId, manner
from crossdock.api.context import ApiContext, Context
from crossdock.api.heartbeat import Prefer
from crossdock.api.requestid import RequestId, SourceIp
from crossdock.api.screens import screen
from crossdock.api.wire import ProxyAnswer, ProxyCall, RpcAnswer, RpcRequest
from crossdock.api.wire_synced import datasync
from crossdock.connectors.replies import ActionResult
from crossdock.kernel.errors import CrossdockError, InvalidRequestError
from crossdock.projects.model import Principal

router = APIRouter(dependencies=SECURITY)
_NOT_FOR_THE_PROVIDER = {"x-account-id", "authorization", "cookie", "host", "content-length"}
_OURS = {"debug"}
_YES = (True, "true", "1")


@router.post("/actions/rpc", response_model=RpcAnswer, responses=answers.OTHERS, tags=["Actions"])
async def run_action(
    context: Context,
    principal: ActionsRunner,
    request_id: RequestId,
    source_ip: SourceIp,
    body: RpcRequest,
    account_id: AccountId = None,
    once: OnceKey = None,
    priority: Priority = None,
    look: Look = None,
    accept: Annotated[str | None, Header(include_in_schema=False)] = None,
    user_agent: Annotated[str, Header(include_in_schema=False)] = "",
    profile_id: ProfileId = None,
    prefer: Prefer = None,
    sync: Annotated[bool, Query(description="Keep the rows for a day, to be read at `/actions/rpc/synced`.")] = False,  # noqa: FBT002 - a query's word of the wire
    run_id: Annotated[str | None, Query(min_length=1, max_length=120, description="The run to add rows to.")] = None,
    debug: Annotated[bool, Query(description="Tell the call's id in the log in `debug`.")] = False,  # noqa: FBT002 - the same
) -> Response:
    """Run an action for the account that `x-account-id` names; a file comes as it is, and `collect` gives NDJSON."""
    body = answers.asked_in(body, accept=accept or "")
    body = kits.unfilled(body, user_agent=user_agent, catalogue=context.catalogue)
    if sync and body.collect:
        raise InvalidRequestError(
            "A synced run keeps one page at a time.", remedy="Leave `collect` out, or read the list without `sync`."
        )
    made = manner(
        once=once,
        priority=priority,
        look=look,
        is_collected=body.collect,
        call_id=request_id,
        source_ip=source_ip,
    )
    chosen = one_account(account_id, _inner(body).get("x-account-id"))
    await check_profile(context=context, principal=principal, account_id=chosen, profile_id=profile_id)
    extra = {"debug": {"request_id": made.id}} if debug else {}

    async def work() -> Response:
        if sync:
            return JSONResponse({**await _synced(context, principal, body, chosen, made, run_id), **extra})
        return await answered(
            context=context, principal=principal, asked=body, account_id=chosen, manner=made, extra=extra
        )

    if heartbeat.wanted([prefer or ""]) and answers.is_one_json(context.catalogue, body):
        return heartbeat.answering(context=context, work=work(), path="/actions/rpc", accept=accept)
    return await work()


async def answered(
    *,
    context: ApiContext,
    principal: Principal,
    asked: RpcRequest,
    account_id: str | None,
    manner: Manner,
    extra: Mapping[str, Any] = MappingProxyType({}),
) -> Response:
    """Run an action and write its answer; ``extra`` are members that stand in it besides."""
    if asked.collect:
        return await _collected(context, principal, asked, account_id, manner)
    result, answer = await _ran(context, principal, asked, account_id, manner)
    return answers.of(result=result, answer={**answer, **extra})


async def _collected(
    context: ApiContext, principal: Principal, asked: RpcRequest, account_id: str | None, manner: Manner
) -> Response:
    """Run an action for each page of its list; inputs that it does not know are left out."""
    _, action = context.catalogue.action(asked.action)
    chosen, call, _ = _call(context, asked, account_id, replace(manner, id=None))
    reading = collect.collection(
        actions=context.actions, principal=principal, account_id=chosen, call=call, action=action
    )
    screening = await screen(context=context, principal=principal, asked=asked)
    return await answers.lines(collection=reading, screen=screening)


async def check_profile(*, context: ApiContext, principal: Principal, account_id: str, profile_id: str | None) -> None:
    """Raise unless the account is of the connector profile that a call names, if it names one."""
    if profile_id:
        account = await context.actions.leases.reached(principal=principal, account_id=account_id)
        profiles.check_named(account, profile_id=profile_id)


async def _synced(
    context: ApiContext, principal: Principal, asked: RpcRequest, account_id: str, made: Manner, run_id: str | None
) -> dict[str, Any]:
    """Run an action and keep its rows as the run's next page; the log's id of the call is the page's."""
    _, action = context.catalogue.action(asked.action)
    synced, project_id = context.calls.synced, principal.project_id
    dataset = synced.dataset(account_id=account_id, action=action, path=asked.path or {})
    run_id = await synced.room(project_id=project_id, dataset=dataset, run_id=run_id)
    answer = await told(context=context, principal=principal, asked=asked, account_id=account_id, manner=made)
    rows = rows_of(answer["data"])
    run = await synced.keep(project_id=project_id, dataset=dataset, run_id=run_id, call_id=str(made.id), rows=rows)
    return {**answer, "data": rows, "datasync": datasync(run)}


async def told(
    *, context: ApiContext, principal: Principal, asked: RpcRequest, account_id: str | None, manner: Manner
) -> dict[str, Any]:
    """Run an action and return its answer as JSON has it."""
    return (await _ran(context, principal, asked, account_id, manner))[1]


async def _ran(
    context: ApiContext, principal: Principal, asked: RpcRequest, account_id: str | None, manner: Manner
) -> tuple[ActionResult, dict[str, Any]]:
    """Run an action; inputs that it does not know are left out of the query, and told."""
    chosen, call, unknown = _call(context, asked, account_id, manner)
    screening = await screen(context=context, principal=principal, asked=asked)
    try:
        result = await context.actions.run(principal=principal, account_id=chosen, call=call)
    except CrossdockError as error:
        await screening.refused(error)
        raise
    result, seen = await screening.result(result)
    left_out = [f"query.{name} is not an input of {asked.action} and was left out" for name in unknown]
    warnings = [*result.warnings, *left_out]
    told = {"warnings": warnings, "provider_errors": [dict(one) for one in result.errors]}
    shown: dict[str, Any] = {name: value for name, value in told.items() if value}
    if (asked.query or {}).get("debug") in _YES:
        shown["debug"] = {"request_id": manner.id}
    return result, {"data": result.data, "next": result.next, **seen, **shown}


def _call(
    context: ApiContext, asked: RpcRequest, account_id: str | None, manner: Manner
) -> tuple[str, ActionCall, list[str]]:
    """Return account and call, and the names in the query that the action does not know."""
    inner = _inner(asked)
    query = {name: value for name, value in (asked.query or {}).items() if name not in _OURS}
    unknown = _unknown_query(context, asked.action, query) if query else []
    call = ActionCall(
        action=asked.action,
        path=asked.path or {},
        query={name: value for name, value in query.items() if name not in unknown},
        headers={name: value for name, value in inner.items() if name not in _NOT_FOR_THE_PROVIDER},
        body=asked.body or {},
        manner=manner,
    )
    return one_account(account_id, inner.get("x-account-id")), call, unknown


def _inner(asked: RpcRequest) -> dict[str, str]:
    """Return the headers that stand in the body, by their names in small letters."""
    return {name.lower(): str(value) for name, value in (asked.headers or {}).items() if value is not None}


@router.post("/unified/proxy", response_model=ProxyAnswer, tags=["Proxy"])
async def proxy_request(
    context: Context,
    principal: ProxyUser,
    request_id: RequestId,
    source_ip: SourceIp,
    body: ProxyCall,
    account_id: AccountId = None,
    once: OnceKey = None,
    priority: Priority = None,
    look: Look = None,
    profile_id: ProfileId = None,
    prefer: Prefer = None,
) -> Response:
    """Send one request to the provider with the account's credential; a read-only account lets reads through."""
    await context.projects.screening.check_raw(principal=principal)
    chosen = one_account(account_id)
    await check_profile(context=context, principal=principal, account_id=chosen, profile_id=profile_id)
    headers = {name.lower(): str(value) for name, value in (body.headers or {}).items() if value is not None}
    request = ProxyRequest(
        method=(body.method or "get").upper(),
        target=_target(body),
        headers={name: value for name, value in headers.items() if name not in _NOT_FOR_THE_PROVIDER},
        body=body.body,
        manner=manner(once=once, priority=priority, look=look, call_id=request_id, source_ip=source_ip),
    )
    work = _passed(context, principal, chosen, request)
    if heartbeat.wanted([prefer or ""]):
        return heartbeat.answering(context=context, work=work, path="/unified/proxy", accept=None)
    return await work


async def _passed(context: ApiContext, principal: Principal, account_id: str, request: ProxyRequest) -> Response:
    reply = await context.actions.proxy(principal=principal, account_id=account_id, request=request)
    answer: dict[str, Any] = {"status": reply.status, "headers": dict(reply.headers), "data": reply.data}
    if reply.errors:
        answer["provider_errors"] = [dict(one) for one in reply.errors]
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
