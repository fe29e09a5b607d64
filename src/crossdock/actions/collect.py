"""A list read to its end, page after page: one page in memory, gentle to the account, patient with its provider."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from typing import Final

from crossdock.actions.execute import Actions
from crossdock.actions.model import ActionCall
from crossdock.connectors.model import Action
from crossdock.connectors.replies import ActionResult
from crossdock.kernel.errors import (
    ProviderFailedError,
    RateLimitedError,
    UnavailableError,
    UnprocessableError,
)
from crossdock.projects.model import Principal

TRIES: Final = 6
_LONGEST_WAIT: Final = 120.0
_FIRST_WAIT: Final = 1.0


@dataclass(slots=True, kw_only=True)
class Collection:
    """One reading of a list; ``position`` is the `next` from which it can go on after a failure, None for its start."""

    actions: Actions
    principal: Principal
    account_id: str
    call: ActionCall
    longest_wait: float = _LONGEST_WAIT
    first_wait: float = _FIRST_WAIT
    position: str | None = field(init=False)

    def __post_init__(self) -> None:
        self.position = self.call.query.get("next")

    async def pages(self) -> AsyncGenerator[ActionResult, None]:
        """Give the pages; raise what the last of several tries at one of them failed with."""
        patient = False
        while True:
            page = await self._page(tries=TRIES if patient else 1)
            following, here = page.next, self.position
            yield page
            if following is None:
                return
            if following == here:
                raise ProviderFailedError(
                    "The provider gives the same page again and again.",
                    remedy="Read the list page by page with `next`, or narrow it with a filter.",
                    code="paging_stuck",
                )
            self.position, patient = following, True

    async def _page(self, *, tries: int) -> ActionResult:
        """Read the page at the position; wait and try again where that can help, since it only reads."""
        query = {**self.call.query, **({"next": self.position} if self.position else {})}
        call = replace(self.call, query=query)
        for number in range(1, tries + 1):
            try:
                return await self.actions.run(principal=self.principal, account_id=self.account_id, call=call)
            except (RateLimitedError, UnavailableError) as error:
                wait = error.retry_after
                if number == tries or wait > self.longest_wait:
                    raise
            except ProviderFailedError:
                wait = self.first_wait * 2 ** (number - 1)
                if number == tries:
                    raise
            await asyncio.sleep(wait)
        raise ValueError("a page has at least one try")


def collection(
    *, actions: Actions, principal: Principal, account_id: str, call: ActionCall, action: Action
) -> Collection:
    """Return the reading of a list; raise UnprocessableError for an action that gives no pages.

    Where calls are what a provider counts, pages are as large as they may be, unless the caller says otherwise.
    """
    if action.paging is None:
        raise UnprocessableError(
            f"{action.name} gives no pages.",
            remedy="Leave `collect` out: the answer is whole as it is.",
            code="collect_impossible",
        )
    connector, _ = actions.catalogue.action(action.name)
    if connector.credits is None and "page_size" not in call.query:
        call = replace(call, query={**call.query, "page_size": action.paging.max})
    # Each page is a line of its own in the log.
    each = replace(call, manner=replace(call.manner, id=None))
    return Collection(actions=actions, principal=principal, account_id=account_id, call=each)
