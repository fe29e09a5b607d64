"""What can be done with logs. Made from the API's document by tools/python_client.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from crossdock_client.call import Call, Sender, comma, commas, segment
from crossdock_client.models.logs import (
    ListLogs,
    ListPlatformLogs,
    ListStepLogs,
    PlatformLogsPage,
    StepLogsPage,
    UnifiedLogResult,
    UnifiedLogsPage,
)


class Logs:
    """Logs."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(self, **asked: Unpack[ListLogs]) -> UnifiedLogsPage:
        """List calls, the newest first; with `Accept: application/x-ndjson` all of them, one a line."""
        call = Call(method="GET", path="/requests/logs", answer=UnifiedLogsPage, query=commas(asked))
        return self._sender.send(call)

    def list_steps(self, **asked: Unpack[ListStepLogs]) -> StepLogsPage:
        """List the exchanges that calls took, the newest first; with `Accept: application/x-ndjson` all of them."""
        call = Call(method="GET", path="/requests/logs/steps", answer=StepLogsPage, query=commas(asked))
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

    def list_platform(self, **asked: Unpack[ListPlatformLogs]) -> PlatformLogsPage:
        """List requests to the platform itself, the newest first; with `Accept: application/x-ndjson` all of them."""
        call = Call(method="GET", path="/requests/platform-logs", answer=PlatformLogsPage, query=commas(asked))
        return self._sender.send(call)
