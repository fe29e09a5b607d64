"""The log on the wire: calls, their steps, and requests to the platform."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field

from crossdock.actions.log_store import succeeded
from crossdock.connectors.catalogue import Catalogue
from crossdock.db.pool import Row
from crossdock.kernel.clock import iso

SOURCES = {"key": "API", "person": "DASHBOARD", "agent": "MCP", "system": "INTERNAL"}
"""Where a request came from, by the kind of actor."""
_NO_REPLY = 502


class LogUrl(BaseModel):
    """An address in its parts."""

    url: str
    hostname: str
    path: str
    query_params: dict[str, Any]


class LogRequest(BaseModel):
    """What was sent, without the credential and cut short."""

    id: str
    method: str
    url: LogUrl
    headers: dict[str, Any]
    body: Any = None


class LogResponse(BaseModel):
    """What came back, without secrets and cut short; a body that passed through is not kept."""

    status_code: int | None = None
    headers: dict[str, Any]
    body: Any = None
    provider_errors: list[dict[str, Any]] | None = None


class StepLog(BaseModel):
    """One exchange with the provider."""

    id: str
    request_id: str
    start_time: str
    end_time: str
    account_id: str
    project_id: str
    http_method: str
    path: str
    url: str
    status: int
    duration: int
    success: bool
    provider: str
    service: str
    resource: str | None = None
    child_resource: str | None = None
    sub_resource: str | None = None
    action: str
    is_worker: bool
    source_ip: str | None = None
    cause: str | None = None
    request: LogRequest | None = None
    response: LogResponse | None = None


class UnifiedLog(BaseModel):
    """One call; `request` and `response` are those of its last exchange."""

    request_id: str
    event_datetime: str
    start_time: str
    end_time: str
    account_id: str
    project_id: str
    http_method: str | None = None
    path: str | None = None
    url: str | None = None
    status: int
    duration: int
    success: bool
    provider: str
    service: str
    resource: str | None = None
    child_resource: str | None = None
    sub_resource: str | None = None
    action: str
    effect: str
    cause: str | None = None
    wrong_fields: list[str] | None = Field(
        default=None, description="The inputs that the call was refused for before it was sent: their names alone."
    )
    answered_from: Literal["kept", "found"] | None = Field(
        default=None,
        description="Where an answer came from without a request: `kept` under the Idempotency-Key, or `found` there.",
    )
    repeat_of: str | None = Field(
        default=None, description="The id of the call that the kept answer was first given to."
    )
    is_worker: bool
    source_type: str
    source_id: str
    source_value: str
    source_ip: str | None = None
    request: LogRequest | None = None
    response: LogResponse | None = None
    step_requests: list[StepLog] | None = None


class PlatformLog(BaseModel):
    """One request to the platform's own API."""

    request_id: str
    event_datetime: str
    start_time: str
    end_time: str
    account_id: str | None = None
    project_id: str
    category: str
    resource: str
    action: str
    http_method: str
    path: str
    url: str
    status: int
    duration: int
    success: bool
    source_type: str
    source_id: str
    source_value: str
    source_ip: str | None = None


class UnifiedLogsPage(BaseModel):
    """Some calls; `next` leads to the next page, null at the end."""

    next: str | None
    data: list[UnifiedLog]


class UnifiedLogResult(BaseModel):
    """One call."""

    data: UnifiedLog


class StepLogsPage(BaseModel):
    """Some exchanges; `next` leads to the next page, null at the end."""

    next: str | None
    data: list[StepLog]


class PlatformLogsPage(BaseModel):
    """Some requests; `next` leads to the next page, null at the end."""

    next: str | None
    data: list[PlatformLog]


def unified(row: Row, *, steps: Sequence[StepLog] | None = None, detail: StepLog | None = None) -> UnifiedLog:
    """Tell a call, with its steps and with what its last exchange said where these are given."""
    return UnifiedLog(
        **_of_provider(row),
        **_source(row["actor"]),
        request_id=row["id"],
        event_datetime=iso(row["created_at"]),
        effect=row["effect"],
        wrong_fields=row["wrong_fields"].split("\n") if row["wrong_fields"] else None,
        answered_from=row["answered_from"],
        repeat_of=row["repeat_of"],
        is_worker=row["actor"].startswith("system:"),
        request=detail.request if detail else None,
        response=detail.response if detail else None,
        step_requests=list(steps) if steps is not None else None,
    )


def step(row: Row, *, catalogue: Catalogue | None = None) -> StepLog:
    """Tell an exchange; with a catalogue, which names causes, also what was said."""
    return StepLog(
        **_of_provider(row),
        id=row["id"],
        request_id=row["call_id"],
        is_worker=False,
        request=_request(row) if catalogue else None,
        response=_response(row, catalogue) if catalogue else None,
    )


def platform(row: Row) -> PlatformLog:
    """Tell a request to the platform."""
    return PlatformLog(
        **_of_request(row),
        **_source(row["actor"]),
        request_id=row["id"],
        event_datetime=iso(row["created_at"]),
        category=row["category"],
        resource=row["category"],
    )


def _of_request(row: Row) -> dict[str, Any]:
    """Return the members that a row of each of the three logs has."""
    began: datetime = row["created_at"]
    return {
        "start_time": iso(began),
        "end_time": iso(began + timedelta(milliseconds=row["duration_ms"])),
        "duration": row["duration_ms"],
        "account_id": row["account_id"],
        "project_id": row["project_id"],
        "http_method": row["method"],
        "path": row["path"],
        "url": row["url"],
        "status": row["status"] or _NO_REPLY,
        "success": succeeded(row),
        "action": row["action"],
        "source_ip": row["source_ip"],
    }


def _of_provider(row: Row) -> dict[str, Any]:
    """Return the members that calls and their exchanges have alike."""
    return {
        **_of_request(row),
        "provider": row["connector_key"],
        **{name: row[name] for name in ("service", "resource", "child_resource", "sub_resource", "cause")},
    }


def _source(actor: str) -> dict[str, Any]:
    kind, _, name = actor.partition(":")
    return {"source_type": SOURCES.get(kind, "API"), "source_id": name, "source_value": actor}


def _request(row: Row) -> LogRequest:
    said = row["request"]
    parts = urlsplit(row["url"])
    return LogRequest(
        id=row["id"],
        method=row["method"],
        url=LogUrl(
            url=row["url"],
            hostname=parts.hostname or "",
            path=row["path"],
            query_params=said.get("query_params", {}),
        ),
        headers=said.get("headers", {}),
        body=_body(said.get("body")),
    )


def _response(row: Row, catalogue: Catalogue) -> LogResponse:
    said = row["response"]
    cause = catalogue.get(row["connector_key"]).causes.get(row["cause"] or "")
    why = {"status": row["status"], "url": row["url"], "cause": cause.key, "title": cause.title} if cause else None
    return LogResponse(
        status_code=said.get("status_code"),
        headers=said.get("headers", {}),
        body=_body(said.get("body")),
        provider_errors=[why] if why else None,
    )


def _body(text: str | None) -> Any:
    """Return a body as JSON where it is whole, as text otherwise."""
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text
