"""What logs are told in. Made from the API's document by tools/python_client.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypedDict


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRequest:
    """What was sent, without the credential and cut short."""

    id: str
    method: str
    url: LogUrl
    headers: dict[str, Any]
    body: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogResponse:
    """What came back, without secrets and cut short; a body that passed through is not kept."""

    status_code: int | None = None
    headers: dict[str, Any]
    body: Any = None
    provider_errors: Sequence[dict[str, Any]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogUrl:
    """An address in its parts."""

    url: str
    hostname: str
    path: str
    query_params: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformLog:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformLogsPage:
    """Some requests; `next` leads to the next page, null at the end."""

    next: str | None
    data: Sequence[PlatformLog]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLog:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLogsPage:
    """Some exchanges; `next` leads to the next page, null at the end."""

    next: str | None
    data: Sequence[StepLog]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnifiedLog:
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
    wrong_fields: Sequence[str] | None = None
    """The inputs that the call was refused for before it was sent: their names alone."""
    answered_from: Literal["kept", "found"] | None = None
    """Where an answer came from without a request: `kept` under the Idempotency-Key, or `found` there."""
    repeat_of: str | None = None
    """The id of the call that the kept answer was first given to."""
    is_worker: bool
    source_type: str
    source_id: str
    source_value: str
    source_ip: str | None = None
    request: LogRequest | None = None
    response: LogResponse | None = None
    step_requests: Sequence[StepLog] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnifiedLogResult:
    """One call."""

    data: UnifiedLog


@dataclass(frozen=True, slots=True, kw_only=True)
class UnifiedLogsPage:
    """Some calls; `next` leads to the next page, null at the end."""

    next: str | None
    data: Sequence[UnifiedLog]


class ListLogs(TypedDict, total=False):
    """What `list` takes."""

    include: Literal["step_logs"] | None
    order_by: Literal["provider", "service", "status", "eventDatetime", "duration"] | None
    order_direction: Literal["asc", "desc"] | None
    page_size: int | None
    next: str | None
    account_ids: str | Sequence[str] | None
    actions: str | Sequence[str] | None
    request_ids: str | Sequence[str] | None
    http_methods: str | Sequence[str] | None
    resources: str | Sequence[str] | None
    status_codes: str | Sequence[str] | None
    start_date: datetime | str | None
    end_date: datetime | str | None
    success: bool | None
    providers: str | Sequence[str] | None
    services: str | Sequence[str] | None
    child_resources: str | Sequence[str] | None
    sub_resources: str | Sequence[str] | None
    source_types: str | Sequence[str] | None
    source_values: str | Sequence[str] | None
    source_ids: str | Sequence[str] | None


class ListStepLogs(TypedDict, total=False):
    """What `list_steps` takes."""

    order_by: Literal["provider", "service", "status", "eventDatetime", "duration"] | None
    order_direction: Literal["asc", "desc"] | None
    page_size: int | None
    next: str | None
    account_ids: str | Sequence[str] | None
    actions: str | Sequence[str] | None
    request_ids: str | Sequence[str] | None
    http_methods: str | Sequence[str] | None
    resources: str | Sequence[str] | None
    status_codes: str | Sequence[str] | None
    start_date: datetime | str | None
    end_date: datetime | str | None
    success: bool | None
    providers: str | Sequence[str] | None
    services: str | Sequence[str] | None
    child_resources: str | Sequence[str] | None
    sub_resources: str | Sequence[str] | None


class ListPlatformLogs(TypedDict, total=False):
    """What `list_platform` takes."""

    categories: str | Sequence[str] | None
    order_by: Literal["provider", "service", "status", "eventDatetime", "duration"] | None
    order_direction: Literal["asc", "desc"] | None
    page_size: int | None
    next: str | None
    account_ids: str | Sequence[str] | None
    actions: str | Sequence[str] | None
    request_ids: str | Sequence[str] | None
    http_methods: str | Sequence[str] | None
    resources: str | Sequence[str] | None
    status_codes: str | Sequence[str] | None
    start_date: datetime | str | None
    end_date: datetime | str | None
    success: bool | None
    source_types: str | Sequence[str] | None
    source_values: str | Sequence[str] | None
    source_ids: str | Sequence[str] | None
