"""What can be done with logs. Made from the API's document by tools/python_client.py."""

# ruff: noqa: A002 - the words of the wire
from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from crossdock_client.call import Call, Sender, comma, segment
from crossdock_client.models.logs import (
    PlatformLogsPage,
    StepLogsPage,
    UnifiedLogResult,
    UnifiedLogsPage,
)


class Logs:
    """Logs."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        include: Literal["step_logs"] | None = None,
        order_by: Literal["provider", "service", "status", "eventDatetime", "duration"] | None = None,
        order_direction: Literal["asc", "desc"] | None = None,
        page_size: int | None = None,
        next: str | None = None,
        account_ids: str | Sequence[str] | None = None,
        actions: str | Sequence[str] | None = None,
        request_ids: str | Sequence[str] | None = None,
        http_methods: str | Sequence[str] | None = None,
        resources: str | Sequence[str] | None = None,
        status_codes: str | Sequence[str] | None = None,
        start_date: datetime | str | None = None,
        end_date: datetime | str | None = None,
        success: bool | None = None,
        providers: str | Sequence[str] | None = None,
        services: str | Sequence[str] | None = None,
        child_resources: str | Sequence[str] | None = None,
        sub_resources: str | Sequence[str] | None = None,
        source_types: str | Sequence[str] | None = None,
        source_values: str | Sequence[str] | None = None,
        source_ids: str | Sequence[str] | None = None,
    ) -> UnifiedLogsPage:
        """List calls, the newest first; with `Accept: application/x-ndjson` all of them, one a line."""
        call = Call(
            method="GET",
            path="/requests/logs",
            answer=UnifiedLogsPage,
            query={
                "include": include,
                "order_by": order_by,
                "order_direction": order_direction,
                "page_size": page_size,
                "next": next,
                "account_ids": comma(account_ids),
                "actions": comma(actions),
                "request_ids": comma(request_ids),
                "http_methods": comma(http_methods),
                "resources": comma(resources),
                "status_codes": comma(status_codes),
                "start_date": start_date,
                "end_date": end_date,
                "success": success,
                "providers": comma(providers),
                "services": comma(services),
                "child_resources": comma(child_resources),
                "sub_resources": comma(sub_resources),
                "source_types": comma(source_types),
                "source_values": comma(source_values),
                "source_ids": comma(source_ids),
            },
        )
        return self._sender.send(call)

    def list_steps(
        self,
        *,
        order_by: Literal["provider", "service", "status", "eventDatetime", "duration"] | None = None,
        order_direction: Literal["asc", "desc"] | None = None,
        page_size: int | None = None,
        next: str | None = None,
        account_ids: str | Sequence[str] | None = None,
        actions: str | Sequence[str] | None = None,
        request_ids: str | Sequence[str] | None = None,
        http_methods: str | Sequence[str] | None = None,
        resources: str | Sequence[str] | None = None,
        status_codes: str | Sequence[str] | None = None,
        start_date: datetime | str | None = None,
        end_date: datetime | str | None = None,
        success: bool | None = None,
        providers: str | Sequence[str] | None = None,
        services: str | Sequence[str] | None = None,
        child_resources: str | Sequence[str] | None = None,
        sub_resources: str | Sequence[str] | None = None,
    ) -> StepLogsPage:
        """List the exchanges that calls took, the newest first; with `Accept: application/x-ndjson` all of them."""
        call = Call(
            method="GET",
            path="/requests/logs/steps",
            answer=StepLogsPage,
            query={
                "order_by": order_by,
                "order_direction": order_direction,
                "page_size": page_size,
                "next": next,
                "account_ids": comma(account_ids),
                "actions": comma(actions),
                "request_ids": comma(request_ids),
                "http_methods": comma(http_methods),
                "resources": comma(resources),
                "status_codes": comma(status_codes),
                "start_date": start_date,
                "end_date": end_date,
                "success": success,
                "providers": comma(providers),
                "services": comma(services),
                "child_resources": comma(child_resources),
                "sub_resources": comma(sub_resources),
            },
        )
        return self._sender.send(call)

    def get(self, log_id: str, *, include: str | Sequence[str] | None = None) -> UnifiedLogResult:
        """Read one call: `step_logs` adds its exchanges, `advanced_logs` what was said in them.

        - `include`: `step_logs` and `advanced_logs`.
        """
        call = Call(
            method="GET",
            path=f"/requests/logs/{segment(log_id)}",
            answer=UnifiedLogResult,
            query={"include": comma(include)},
        )
        return self._sender.send(call)

    def list_platform(
        self,
        *,
        categories: str | Sequence[str] | None = None,
        order_by: Literal["provider", "service", "status", "eventDatetime", "duration"] | None = None,
        order_direction: Literal["asc", "desc"] | None = None,
        page_size: int | None = None,
        next: str | None = None,
        account_ids: str | Sequence[str] | None = None,
        actions: str | Sequence[str] | None = None,
        request_ids: str | Sequence[str] | None = None,
        http_methods: str | Sequence[str] | None = None,
        resources: str | Sequence[str] | None = None,
        status_codes: str | Sequence[str] | None = None,
        start_date: datetime | str | None = None,
        end_date: datetime | str | None = None,
        success: bool | None = None,
        source_types: str | Sequence[str] | None = None,
        source_values: str | Sequence[str] | None = None,
        source_ids: str | Sequence[str] | None = None,
    ) -> PlatformLogsPage:
        """List requests to the platform itself, the newest first; with `Accept: application/x-ndjson` all of them."""
        call = Call(
            method="GET",
            path="/requests/platform-logs",
            answer=PlatformLogsPage,
            query={
                "categories": comma(categories),
                "order_by": order_by,
                "order_direction": order_direction,
                "page_size": page_size,
                "next": next,
                "account_ids": comma(account_ids),
                "actions": comma(actions),
                "request_ids": comma(request_ids),
                "http_methods": comma(http_methods),
                "resources": comma(resources),
                "status_codes": comma(status_codes),
                "start_date": start_date,
                "end_date": end_date,
                "success": success,
                "source_types": comma(source_types),
                "source_values": comma(source_values),
                "source_ids": comma(source_ids),
            },
        )
        return self._sender.send(call)
