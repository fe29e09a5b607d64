"""Keeps every account within its provider's limits, over all replicas: calls wait their turn, for a bounded time.

The budget stands in the database and is handed out in grants, so that a call within a grant asks the database nothing.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final, Literal

from crossdock.accounts.model import Account
from crossdock.actions import budget, pacing_store
from crossdock.actions.budget import Rules
from crossdock.actions.model import Priority
from crossdock.actions.purse import Place, Purse, Waiter
from crossdock.connectors import replies, requests
from crossdock.connectors.model import Cause, Connector
from crossdock.db.pool import Database
from crossdock.egress.exchange import Reply, Request
from crossdock.kernel.clock import Clock
from crossdock.kernel.errors import (
    CrossdockError,
    InvalidRequestError,
    NotFoundError,
    RateLimitedError,
    UnavailableError,
)
from crossdock.kernel.ids import Ids

Pace = Literal["on", "off"]

PATIENCE: Final = {"live": 20.0, "bulk": 45.0}
PRIORITIES: Final[tuple[Priority, ...]] = ("live", "bulk")
_LOOK_AGAIN: Final = 0.25
_TOO_MANY: Final = 429
_MOST_PURSES: Final = 10_000


@dataclass(frozen=True, slots=True)
class Turn:
    """A call that may be sent: what was taken for it, to be set right by what it really cost."""

    purse: Purse | None = None
    cost: float = 0.0
    until: float = 0.0
    place: Place | None = None

    def over(self, clock: Clock) -> None:
        """Note that the call has been answered, or failed: its second begins to pass."""
        if self.place is not None:
            self.place.leave(clock.monotonic())

    def settle(self, *, connector: Connector, reply: Reply, cause: Cause | None, clock: Clock) -> None:
        """Give back what the call did not cost, and hold on where the provider asks for it."""
        if self.purse is None:
            return
        self.throttled(connector=connector, reply=reply, cause=cause, clock=clock)
        charged = replies.charged(connector=connector, reply=reply) if self.cost else None
        if charged is not None:
            self.charge(charged)

    def charge(self, spent: float) -> None:
        """Give back what was taken and not spent, unless the grant that it was taken from has ended."""
        if self.purse is not None and self.cost and self.purse.until == self.until:
            self.purse.credits += max(0.0, self.cost - spent)

    def throttled(self, *, connector: Connector, reply: Reply, cause: Cause | None, clock: Clock) -> None:
        """Hold on where the provider asks for it: somebody else uses up the same budget."""
        if self.purse is not None and cause is not None and cause.verdict == "weather" and cause.status == _TOO_MANY:
            self.purse.until = 0.0
            wait = replies.retry_after(connector=connector, reply=reply, now=clock.now())
            self.purse.asked_to_wait = max(1.0, wait or 1.0)


_FREE: Final = Turn()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pacer:
    """Lets calls go when their account's budget allows it; with ``pace`` off, at once."""

    db: Database
    clock: Clock
    ids: Ids
    pace: Pace
    purses: dict[str, Purse] = field(default_factory=dict)
    owner: list[str] = field(default_factory=list)

    async def turn(self, *, account: Account, connector: Connector, request: Request, priority: Priority) -> Turn:
        """Return when the call may be sent; raise RateLimitedError with the seconds after which it could be."""
        if self.pace == "off":
            return _FREE
        rules = _rules(connector, account)
        if rules.free:
            return _FREE
        cost = float(requests.predicted_credits(connector=connector, request=request))
        purse = self.purses.get(account.id) or self._purse(account, rules)
        place = purse.take(cost, self.clock.monotonic()) if purse.server is None else None
        if place is not None:
            return Turn(purse, cost, purse.until, place)
        deadline = self.clock.monotonic() + PATIENCE[priority]
        waiter = Waiter(cost, deadline, asyncio.get_running_loop().create_future())
        purse.wait(waiter, priority)
        if purse.server is None:
            purse.server = asyncio.create_task(self._serve(account, purse), name=f"actions.pace:{account.id}")
        place = await waiter.turn
        return Turn(purse, cost, purse.until, place)

    async def _serve(self, account: Account, purse: Purse) -> None:
        """Let calls go one after the other until nobody waits."""
        try:
            while (waiter := purse.first()) is not None:
                now = self.clock.monotonic()
                place = purse.take(waiter.cost, now)
                if place is not None:
                    purse.serve(waiter, place)
                    continue
                wait = await self._filled(account, purse, waiter) if purse.lacks(waiter.cost, now) else purse.pause(now)
                if wait > 0:
                    self._turn_away(purse, wait)
                    await asyncio.sleep(min(wait, _LOOK_AGAIN))
        except CrossdockError as error:
            for waiting in list(purse.line()):
                waiting.turn.set_exception(error)
        finally:
            purse.server = None
            # Whatever ended this: nobody is left waiting for a turn that cannot come.
            for waiting in list(purse.line()):
                waiting.turn.set_exception(_unserved())

    async def _filled(self, account: Account, purse: Purse, waiter: Waiter) -> float:
        """Ask for another grant; return in how many seconds to ask again, 0 where there is one."""
        asked_at = self.clock.monotonic()
        used = purse.used(asked_at)
        line = list(purse.line())
        place = {"project_id": account.project_id, "account_id": account.id}
        async with self.db.transaction() as conn:
            locked = await pacing_store.lock_ledger(conn, **place)
            if locked is None:
                raise NotFoundError("There is no such account.", remedy="Look the account's id up with GET /accounts.")
            given, ledger = budget.grant(
                ledger=locked[0],
                rules=purse.rules,
                owner=self._owner(),
                used=used,
                calls=len(line),
                worth=sum(one.cost for one in line),
                cost=waiter.cost,
                now=locked[1],
            )
            await pacing_store.keep_ledger(conn, **place, ledger=ledger)
        purse.fill(given, asked_at)
        return given.wait

    def _turn_away(self, purse: Purse, wait: float) -> None:
        """Refuse those whose turn cannot come in time, and tell each when it could."""
        now = self.clock.monotonic()
        calls, worth = 0, 0.0
        for waiter in list(purse.line()):
            seconds = wait + purse.seconds_for(calls, worth)
            if now + seconds > waiter.deadline:
                waiter.turn.set_exception(_busy(seconds))
            else:
                calls, worth = calls + 1, worth + waiter.cost

    def _purse(self, account: Account, rules: Rules) -> Purse:
        if len(self.purses) >= _MOST_PURSES:
            for key in [key for key, purse in self.purses.items() if purse.server is None]:
                del self.purses[key]
        return self.purses.setdefault(account.id, Purse(rules))

    def _owner(self) -> str:
        """Return the name under which this process holds grants."""
        if not self.owner:
            self.owner.append(self.ids.new("pace"))
        return self.owner[0]


def priority_of(header: str | None) -> Priority:
    """Return the priority that an `x-crossdock-priority` header names; live without one."""
    named = (header or "live").strip().lower()
    for priority in PRIORITIES:
        if named == priority:
            return priority
    raise InvalidRequestError(
        "There is no such priority.", remedy="Send `x-crossdock-priority: bulk`, or leave the header out."
    )


def _rules(connector: Connector, account: Account) -> Rules:
    limits, bucket = connector.environment(account.environment).limits, connector.credits
    return Rules(
        per_second=limits.per_second,
        per_minute=limits.per_minute,
        bucket=bucket.bucket if bucket else 0,
        refill=bucket.per_second if bucket else 0,
    )


def _unserved() -> UnavailableError:
    return UnavailableError(
        "The account's budget could not be looked up.", remedy="Try again in a moment.", retry_after=1.0
    )


def _busy(seconds: float) -> RateLimitedError:
    return RateLimitedError(
        "The account's budget at the provider is spent, and its turn would come too late.",
        remedy="Send it again after the seconds that Retry-After names; calls that can wait go with "
        "`x-crossdock-priority: bulk`.",
        retry_after=max(1.0, seconds),
        code="pace_exceeded",
    )
