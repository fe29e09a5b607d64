"""Actions, with files as files and lists that are read to their end."""

from __future__ import annotations

import json
import warnings
from base64 import b64decode
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from typing import Any, Final, TypedDict, Unpack

import httpx2

from crossdock_client import errors
from crossdock_client.errors import NoAnswerError, PartialListWarning, Problem, UnexpectedAnswerError
from crossdock_client.models.actions import RpcAnswer
from crossdock_client.resources import actions, async_actions
from crossdock_client.transport import Asked, AsyncTransport, Transport, refusal

_PATH: Final = "/actions/rpc"
# The hub waits for the provider's limits between two pages.
_SECONDS: Final = 300.0
_FAILED: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that an action gave: its name, its media type and its bytes."""

    name: str
    type: str
    content: bytes = field(repr=False)


class Inputs(TypedDict, total=False):
    """The inputs of an action by their places, and whether other calls of the account go first (`bulk`)."""

    path: dict[str, Any]
    query: dict[str, Any]
    body: dict[str, Any]
    priority: str


class Actions(actions.Actions):
    """Actions of linked accounts."""

    def __init__(self, transport: Transport) -> None:
        super().__init__(transport)
        self._transport = transport

    def download(self, action: str, *, account_id: str, **inputs: Unpack[Inputs]) -> File:
        """Run an action that gives a file; raise UnexpectedAnswerError where it gives something else."""
        return _file(self.run(action, account_id=account_id, **inputs))

    def collect(self, action: str, *, account_id: str, **inputs: Unpack[Inputs]) -> Iterator[dict[str, Any]]:
        """Yield every row of a list, page after page, as the hub reads it at a pace that leaves room for others.

        Where it breaks off an ApiError is raised whose ``next`` says where to go on: ``query={"next": error.next}``.
        """
        asked, lines = _asked(action, account_id, inputs), _Lines()
        with ExitStack() as stack:

            def opened() -> httpx2.Response:
                answer = stack.enter_context(self._transport.stream("POST", _PATH, **asked))
                if not answer.is_success:
                    answer.read()
                    raise refusal(answer)
                return answer

            for chunk in self._transport.repeated(opened, repeatable=True).iter_bytes():
                yield from lines.rows(chunk)
        lines.end()


class AsyncActions(async_actions.AsyncActions):
    """Actions of linked accounts, for asynchronous programs."""

    def __init__(self, transport: AsyncTransport) -> None:
        super().__init__(transport)
        self._transport = transport

    async def download(self, action: str, *, account_id: str, **inputs: Unpack[Inputs]) -> File:
        """Run an action that gives a file; raise UnexpectedAnswerError where it gives something else."""
        return _file(await self.run(action, account_id=account_id, **inputs))

    async def collect(self, action: str, *, account_id: str, **inputs: Unpack[Inputs]) -> AsyncIterator[dict[str, Any]]:
        """Yield every row of a list, page after page, as the hub reads it at a pace that leaves room for others.

        Where it breaks off an ApiError is raised whose ``next`` says where to go on: ``query={"next": error.next}``.
        """
        asked, lines = _asked(action, account_id, inputs), _Lines()
        async with AsyncExitStack() as stack:

            async def opened() -> httpx2.Response:
                answer = await stack.enter_async_context(self._transport.stream("POST", _PATH, **asked))
                if not answer.is_success:
                    await answer.aread()
                    raise refusal(answer)
                return answer

            answer = await self._transport.repeated(opened, repeatable=True)
            async for chunk in answer.aiter_bytes():
                for row in lines.rows(chunk):
                    yield row
        lines.end()


def _asked(action: str, account_id: str, inputs: Inputs) -> Asked:
    headers = {"x-account-id": account_id}
    if "priority" in inputs:
        headers["x-crossdock-priority"] = inputs["priority"]
    places = {place: inputs[place] for place in ("path", "query", "body") if place in inputs}
    return {"json": {"action": action, "collect": True, **places}, "headers": headers, "timeout": _SECONDS}


class _Lines:
    """Rows out of bytes; the last line is no row: it says how the list ended.

    Lines end with a line feed alone: texts in the rows may hold what Unicode counts as an end of line.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._last: Any = None

    def rows(self, chunk: bytes) -> Iterator[dict[str, Any]]:
        """Yield the rows that a chunk completes, but for the newest line."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            row, self._last = self._last, _value(line)
            if row is not None:
                yield row

    def end(self) -> None:
        """Raise what the list broke off with, unless it came to its end."""
        last = self._last if isinstance(self._last, Mapping) and not self._rest else {}
        if isinstance(error := last.get("error"), Mapping):
            raise errors.of_problem(_problem(error, last))
        if "end" not in last:
            raise NoAnswerError("The list broke off on its way. Collect it again.")
        if pages := last["end"].get("partial_pages"):
            said = "; ".join(str(one) for one in last["end"].get("warnings", ()))
            warnings.warn(f"{pages} pages of the list came in part: {said}", PartialListWarning, stacklevel=3)


def _value(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        raise UnexpectedAnswerError("A line of the list is not JSON. See what stands before the hub.") from error


def _problem(error: Mapping[str, Any], last: Mapping[str, Any]) -> Problem:
    return Problem(
        status=int(error.get("status") or _FAILED),
        code=str(error.get("code")),
        title=str(error.get("title") or "The list broke off"),
        message=str(error.get("message")),
        remedy=str(error.get("remedy")),
        disposition=str(error.get("disposition")),
        retry_after=error.get("retry_after"),
        detail={**error, "next": last.get("next"), "rows": last.get("rows")},
    )


def _file(answer: RpcAnswer) -> File:
    told = answer.data
    if not isinstance(told, dict) or not {"name", "type", "content"} <= told.keys():
        raise UnexpectedAnswerError("The action gave no file. Run it with actions.run.")
    return File(name=told["name"], type=told["type"], content=b64decode(told["content"]))
