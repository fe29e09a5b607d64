"""Actions, with lists that go on to their end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any

from crossdock_client.models.actions import RpcAnswer
from crossdock_client.resources import actions, async_actions


class Actions(actions.Actions):
    """Actions of linked accounts."""

    def collect(
        self,
        action: str,
        *,
        account_id: str,
        path: dict[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        body: dict[str, Any] | None = None,
        priority: str | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Yield the rows that an action lists, from the first page to the last, each fetched when it is needed."""
        asked: dict[str, Any] | None = dict(query or {})
        while asked is not None:
            answer = self.run(action, account_id=account_id, path=path, query=asked, body=body, priority=priority)
            yield from _rows(answer)
            asked = {**asked, "next": answer.next} if answer.next else None


class AsyncActions(async_actions.AsyncActions):
    """Actions of linked accounts, for asynchronous programs."""

    async def collect(
        self,
        action: str,
        *,
        account_id: str,
        path: dict[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        body: dict[str, Any] | None = None,
        priority: str | None = None,
    ) -> AsyncIterator[dict[str, Any]]:
        """Yield the rows that an action lists, from the first page to the last, each fetched when it is needed."""
        asked: dict[str, Any] | None = dict(query or {})
        while asked is not None:
            answer = await self.run(action, account_id=account_id, path=path, query=asked, body=body, priority=priority)
            for row in _rows(answer):
                yield row
            asked = {**asked, "next": answer.next} if answer.next else None


def _rows(answer: RpcAnswer) -> Sequence[dict[str, Any]]:
    """Return the rows of an answer; an action that gives one thing gives one row."""
    if answer.data is None:
        return ()
    return (answer.data,) if isinstance(answer.data, dict) else answer.data
