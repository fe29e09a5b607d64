"""Looks whether a write has been made, where its action says how: by what the caller's inputs name it with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from crossdock.actions.idempotency import Ticket
from crossdock.actions.model import ActionCall, Intent, Manner
from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.model import Action
from crossdock.connectors.replies import ActionResult
from crossdock.kernel.errors import OutcomeUnknownError, UnprocessableError
from crossdock.projects import policy
from crossdock.projects.model import Principal

_MOST_PAGES: Final = 10
# Whose key a look before a write is: all that call an account, since what it makes shall be there once.
_HOLDER: Final = "look"
_NOT_SEEN: Final = "The list is too long to be sure, or came in part."
_WORDS: Final = "It was there, so nothing was sent. This is what is there."


class Run(Protocol):
    """Runs an action."""

    def __call__(self, *, principal: Principal, account_id: str, call: ActionCall) -> Awaitable[ActionResult]:
        """Run one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookout:
    """One write, and how to find out whether it was made."""

    catalogue: Catalogue
    run: Run
    principal: Principal
    account_id: str
    action: Action
    call: ActionCall

    @property
    def given(self) -> Mapping[str, Any]:
        """The inputs of the write by place."""
        return {"path": self.call.path, "query": self.call.query, "body": self.call.body}

    @property
    def key(self) -> Mapping[str, str]:
        """What tells the thing apart that the write makes; empty where nothing does."""
        return self.action.look.key(self.given) if self.action.look else {}

    @property
    def may(self) -> bool:
        """Whether Crossdock can look by itself: the inputs name the thing, and the caller may read it."""
        look = self.action.look
        return look is not None and bool(self.key) and policy.allows(self.principal, action=look.action, effect="read")

    def told(self) -> dict[str, Any] | None:
        """Return the action to look with and its inputs, as errors tell them."""
        look = self.action.look
        if look is None:
            return None
        _, looking = self.catalogue.action(look.action)
        return {"action": look.action, "inputs": look.inputs(given=self.given, schema=looking.inputs)}

    async def find(self, since: datetime | None) -> ActionResult | None:
        """Return what the write made, None where it is not there.

        Raises OutcomeUnknownError where several fit or not everything was seen, and WaitError where it can later.
        """
        look, told = self.action.look, self.told()
        if look is None or told is None:
            return None
        found: list[Mapping[str, Any]] = []
        position: str | None = None
        is_whole = True
        for _ in range(_MOST_PAGES):
            page = await self._page(told, position)
            # A row that the provider could not give may be the very one.
            is_whole = is_whole and not page.errors
            rows = page.data if isinstance(page.data, list) else []
            found += look.fitting(given=self.given, rows=rows, since=since)
            position = page.next
            if position is None:
                break
        if len(found) == 1:
            return ActionResult(dict(found[0]), None, (_WORDS,), found=True)
        if found or position is not None or not is_whole:
            raise self.unsure(found)
        return None

    async def _page(self, told: Mapping[str, Any], position: str | None) -> ActionResult:
        query = {**told["inputs"].get("query", {}), **({"next": position} if position else {})}
        call = ActionCall(
            action=told["action"],
            path=told["inputs"].get("path", {}),
            query=query,
            manner=Manner(priority=self.call.manner.priority, source_ip=self.call.manner.source_ip),
        )
        return await self.run(principal=self.principal, account_id=self.account_id, call=call)

    def unsure(self, found: list[Mapping[str, Any]]) -> OutcomeUnknownError:
        """Return the error for a look that does not decide it: several fit, or there was more than it read."""
        several = f"{len(found)} things fit what it would have made." if found else _NOT_SEEN
        return OutcomeUnknownError(
            f"Whether {self.action.name} was done cannot be told. {several}",
            remedy=f"Look with {self.told_action} which one is yours. To make another, use a new Idempotency-Key.",
            detail={"account_id": self.account_id, "look_with": self.told(), "found": len(found)},
        )

    @property
    def told_action(self) -> str:
        """The name of the action to look with."""
        return self.action.look.action if self.action.look else ""

    def ticket(self, intent: Intent) -> Ticket:
        """Return the ticket under which one such thing is made at a time, whoever asks for it.

        Raises UnprocessableError where nothing in the inputs names the thing.
        """
        if not self.may:
            raise UnprocessableError(
                f"{self.action.name} has nothing to look for.",
                remedy="Leave `x-crossdock-look` out, or give what names the thing, such as its order number.",
                code="look_impossible",
                detail={"names": sorted((self.action.look.match if self.action.look else {}).values())},
            )
        text = json.dumps([self.account_id, self.action.name, dict(self.key)], sort_keys=True)
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass"))
        return Ticket(
            project_id=self.principal.project_id,
            holder=_HOLDER,
            key=digest.hexdigest(),
            fingerprint=digest.digest(),
            account_id=self.account_id,
            action=self.action.name,
            look_with=intent.look_with,
        )
