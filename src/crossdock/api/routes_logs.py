"""`/requests`: the log of calls, of the exchanges that they took, and of requests to the platform itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel

from crossdock.actions.history import History
from crossdock.actions.log_store import ORDERS, LogQuery, Table
from crossdock.api import wire_logs
from crossdock.api.auth import SECURITY, needs
from crossdock.api.context import Context
from crossdock.api.wire_logs import PlatformLogsPage, StepLogsPage, UnifiedLogResult, UnifiedLogsPage
from crossdock.db.pool import Row
from crossdock.kernel.errors import InvalidRequestError
from crossdock.projects.model import Principal

router = APIRouter(prefix="/requests", tags=["Request logs"], dependencies=SECURITY)
LogsReader = Annotated[Principal, Depends(needs("logs:read"))]
Accept = Annotated[str, Header(include_in_schema=False)]
Words = Annotated[str | None, Query(max_length=4000, description="Comma list.")]
_NDJSON: Final = "application/x-ndjson"
_LARGEST_PAGE: Final = 100
_INCLUDES: Final = frozenset({"step_logs", "advanced_logs"})
_EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)


async def _settled(context: Context) -> History:
    """Return what reads the log, once what waits to be written in this process stands in it."""
    await context.calls.log.settle()
    return History(context.db)


Log = Annotated[History, Depends(_settled)]


@dataclass(frozen=True, slots=True)
class Order:
    """In which order rows come, and from where on."""

    order_by: Literal["provider", "service", "status", "eventDatetime", "duration"] = "eventDatetime"
    order_direction: Literal["asc", "desc"] = "desc"
    page_size: Annotated[int, Query(ge=1, le=_LARGEST_PAGE)] = 25
    next: Annotated[str | None, Query(max_length=2048)] = None


@dataclass(frozen=True, slots=True)
class Filter:
    """What all three logs can be narrowed by."""

    account_ids: Words = None
    actions: Words = None
    request_ids: Words = None
    http_methods: Words = None
    resources: Words = None
    status_codes: Words = None
    start_date: datetime | None = None
    end_date: datetime | None = None
    success: bool | None = None


@dataclass(frozen=True, slots=True)
class CallFilter:
    """What calls and their exchanges can be narrowed by besides."""

    providers: Words = None
    services: Words = None
    child_resources: Words = None
    sub_resources: Words = None


@dataclass(frozen=True, slots=True)
class SourceFilter:
    """Who asked: `source_types` are API, DASHBOARD, MCP and INTERNAL, `source_values` an actor's whole name."""

    source_types: Words = None
    source_values: Words = None
    source_ids: Words = None


Ordered = Annotated[Order, Depends()]
Filtered = Annotated[Filter, Depends()]
CallFiltered = Annotated[CallFilter, Depends()]
SourceFiltered = Annotated[SourceFilter, Depends()]


@router.get("/logs", response_model=UnifiedLogsPage)
async def list_logs(
    history: Log,
    principal: LogsReader,
    order: Ordered,
    common: Filtered,
    calls: CallFiltered,
    sources: SourceFiltered,
    include: Literal["step_logs"] | None = None,
    accept: Accept = "",
) -> Response:
    """List calls, the newest first; with `Accept: application/x-ndjson` all of them, one a line."""
    query = _query(order, common, calls, sources, own_id="id")
    if _NDJSON in accept:
        return _streamed(history, principal, "calls", query, wire_logs.unified)
    page = await history.page(project_id=principal.project_id, table="calls", query=query, cursor=order.next)
    steps: dict[str, list[Row]] = {}
    if include == "step_logs":
        steps = await history.steps(project_id=principal.project_id, call_ids=[row["id"] for row in page.rows])
    told = [
        wire_logs.unified(row, steps=[wire_logs.step(one) for one in steps[row["id"]]] if include else None)
        for row in page.rows
    ]
    return _paged(told, page.next)


@router.get("/logs/steps", response_model=StepLogsPage)
async def list_step_logs(
    history: Log,
    principal: LogsReader,
    order: Ordered,
    common: Filtered,
    calls: CallFiltered,
    accept: Accept = "",
) -> Response:
    """List the exchanges that calls took, the newest first; with `Accept: application/x-ndjson` all of them."""
    query = _query(order, common, calls, None, own_id="call_id")
    if _NDJSON in accept:
        return _streamed(history, principal, "call_steps", query, wire_logs.step)
    page = await history.page(project_id=principal.project_id, table="call_steps", query=query, cursor=order.next)
    return _paged([wire_logs.step(row) for row in page.rows], page.next)


@router.get("/logs/{id}", response_model=UnifiedLogResult)
async def get_log(
    context: Context,
    history: Log,
    principal: LogsReader,
    id: str,  # noqa: A002 - the word of the wire
    include: Annotated[str | None, Query(description="Comma list of `step_logs` and `advanced_logs`.")] = None,
) -> Response:
    """Read one call: `step_logs` adds its exchanges, `advanced_logs` what was said in them."""
    wanted = _included(include)
    row = await history.call(project_id=principal.project_id, call_id=id)
    steps = detail = None
    if wanted & {"step_logs", "advanced_logs"}:
        found = (await history.steps(project_id=principal.project_id, call_ids=[id]))[id]
        told = [wire_logs.step(one, catalogue=context.catalogue) for one in found]
        steps = told if "step_logs" in wanted else None
        detail = told[-1] if told and "advanced_logs" in wanted else None
    answer = UnifiedLogResult(data=wire_logs.unified(row, steps=steps, detail=detail))
    return JSONResponse(answer.model_dump(exclude_none=True))


@router.get("/platform-logs", response_model=PlatformLogsPage)
async def list_platform_logs(
    history: Log,
    principal: LogsReader,
    order: Ordered,
    common: Filtered,
    sources: SourceFiltered,
    categories: Words = None,
    accept: Accept = "",
) -> Response:
    """List requests to the platform itself, the newest first; with `Accept: application/x-ndjson` all of them."""
    query = _query(order, common, None, sources, own_id="id", categories=categories)
    if _NDJSON in accept:
        return _streamed(history, principal, "api_requests", query, wire_logs.platform)
    page = await history.page(project_id=principal.project_id, table="api_requests", query=query, cursor=order.next)
    return _paged([wire_logs.platform(row) for row in page.rows], page.next)


def _query(
    order: Order,
    common: Filter,
    calls: CallFilter | None,
    sources: SourceFilter | None,
    *,
    own_id: str,
    categories: str | None = None,
) -> LogQuery:
    """Put the filters together; of a log of requests the resource is the category, and nobody provided anything."""
    columns = {
        "account_id": common.account_ids,
        "action": common.actions,
        own_id: common.request_ids,
        "resource" if calls else "category": common.resources or categories,
    }
    if calls is not None:
        columns.update(
            connector_key=calls.providers,
            service=calls.services,
            child_resource=calls.child_resources,
            sub_resource=calls.sub_resources,
        )
    any_of: dict[str, list[str | int]] = {name: [*_split(text)] for name, text in columns.items() if text}
    if common.http_methods:
        any_of["method"] = [word.upper() for word in _split(common.http_methods)]
    if common.status_codes:
        any_of["status"] = [*_numbers(common.status_codes)]
    if sources is not None and sources.source_values:
        any_of["actor"] = [*_split(sources.source_values)]
    return LogQuery(
        any_of=any_of,
        actors=_actors(sources),
        since=aware(common.start_date),
        until=aware(common.end_date),
        succeeded="either" if common.success is None else "yes" if common.success else "no",
        order=_column(order.order_by, has_provider=calls is not None),
        direction=order.order_direction,
        limit=order.page_size,
    )


def _column(order_by: str, *, has_provider: bool) -> str:
    """Return the column of an order; requests to the platform have a category where calls have provider and service."""
    column = ORDERS[order_by]
    return column if has_provider or column not in {"connector_key", "service"} else "category"


def _actors(sources: SourceFilter | None) -> list[str]:
    """Return the names of actors that the sources ask for, or the beginnings of names."""
    if sources is None or not (sources.source_types or sources.source_ids):
        return []
    kinds = {word: kind for kind, word in wire_logs.SOURCES.items()}
    asked = _split(sources.source_types or ",".join(kinds))
    prefixes = [f"{kinds[word.upper()]}:" for word in asked if word.upper() in kinds] or ["none:"]
    return [f"{prefix}{name}" for prefix in prefixes for name in (_split(sources.source_ids or "") or [""])]


def _paged(rows: Sequence[BaseModel], following: str | None) -> JSONResponse:
    return JSONResponse({"next": following, "data": [row.model_dump(exclude_none=True) for row in rows]})


def _streamed(
    history: History, principal: Principal, table: Table, query: LogQuery, told: Callable[[Row], BaseModel]
) -> StreamingResponse:
    async def lines() -> AsyncIterator[str]:
        async for row in history.stream(project_id=principal.project_id, table=table, query=query):
            yield told(row).model_dump_json(exclude_none=True) + "\n"

    return StreamingResponse(lines(), media_type=_NDJSON)


def _included(text: str | None) -> set[str]:
    words = set(_split(text or ""))
    if unknown := words - _INCLUDES:
        raise InvalidRequestError(
            f"A call does not include `{min(unknown)[:40]}`.", remedy=f"Use: {', '.join(sorted(_INCLUDES))}."
        )
    return words


def _split(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _numbers(text: str) -> list[int]:
    words = _split(text)
    if not all(word.isdecimal() and len(word) == 3 for word in words):  # noqa: PLR2004 - digits of a status
        raise InvalidRequestError(
            "`status_codes` holds something that is not a status.", remedy="Give three digits each, such as 200,404."
        )
    return [int(word) for word in words]


def aware(moment: datetime | None) -> datetime | None:
    """Return a moment in UTC, which one without a zone is in; raise InvalidRequestError where UTC has no such day."""
    try:
        return None if moment is None else (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        raise InvalidRequestError(
            "A date lies outside of the calendar.", remedy="Give dates from the year 1 to 9999, in UTC."
        ) from None
