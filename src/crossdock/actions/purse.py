"""What this process may send to one account's provider right now, and who waits for it; live calls go first."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from crossdock.actions.budget import GRANT_SECONDS, Grant, Rules, Used
from crossdock.actions.model import Priority

# One call in so many is a bulk call where both wait, so that bulk work goes on behind any live load.
_BULK_TURN: Final = 8
# Until a call is answered nobody knows when the provider counted it: so long its place in its second is taken, at most.
_UNANSWERED: Final = 120.0
_LOOK_AGAIN: Final = 0.25


@dataclass(slots=True, eq=False)
class Place:
    """A call's place in its second: taken from before it is sent until a second after it was answered."""

    ends: float = 0.0
    window: float = 0.0
    answered: bool = False

    def leave(self, now: float) -> None:
        """Note that the call is over: the provider counted it before now."""
        if not self.answered:
            self.answered, self.ends = True, now + self.window


@dataclass(slots=True, eq=False)
class Waiter:
    """A call that waits for its turn, until ``deadline`` at most (monotonic seconds)."""

    cost: float
    deadline: float
    turn: asyncio.Future[Place]


_NOWHERE: Final = Place(answered=True)


@dataclass(slots=True)
class Purse:
    """One account's grant in this process, on the clock's monotonic seconds."""

    rules: Rules
    until: float = 0.0
    calls: int = 0
    made: int = 0
    rate: float = 0.0
    credits: float = 0.0
    asked_to_wait: float = 0.0
    recent: list[Place] = field(default_factory=list)
    live: deque[Waiter] = field(default_factory=deque)
    bulk: deque[Waiter] = field(default_factory=deque)
    turns: int = 0
    server: asyncio.Task[None] | None = None

    def take(self, cost: float, now: float) -> Place | None:
        """Take one call's share; None where it is not there."""
        if now >= self.until or self.calls < 1 or (self.rules.bucket and self.credits < cost) or self.pause(now) > 0:
            return None
        self.calls -= 1
        self.made += 1
        self.credits -= cost
        if not self.rate:
            return _NOWHERE
        place = Place(ends=now + _UNANSWERED, window=max(1.0, 1 / self.rate))
        self.recent.append(place)
        return place

    def pause(self, now: float) -> float:
        """Return the seconds until another call fits into its second; where answers are awaited, until the next look.

        However long calls are on their way, the provider never counts more in a second than the rate says.
        """
        if not self.rate:
            return 0.0
        self.recent = [place for place in self.recent if place.ends > now]
        if len(self.recent) < max(1, int(self.rate)):
            return 0.0
        return min(place.ends - now if place.answered else _LOOK_AGAIN for place in self.recent)

    def lacks(self, cost: float, now: float) -> bool:
        """Tell whether a call needs another grant, and not a moment's pause only."""
        return now >= self.until or self.calls < 1 or bool(self.rules.bucket and self.credits < cost)

    def used(self, now: float) -> Used:
        """Return what became of the grant; what is left of it is given back and gone from here."""
        left = max(0.0, self.credits) if now < self.until else 0.0
        used = Used(calls=self.made, credits=left, asked_to_wait=self.asked_to_wait)
        self.calls, self.made, self.credits, self.until, self.asked_to_wait = 0, 0, 0.0, 0.0, 0.0
        return used

    def fill(self, grant: Grant, asked_at: float) -> None:
        """Take a grant in; it ends here no later than in the ledger."""
        self.calls, self.rate, self.credits = grant.calls, grant.rate, grant.credits
        self.until = asked_at + GRANT_SECONDS if grant.calls else 0.0

    def wait(self, waiter: Waiter, priority: Priority) -> None:
        """Put a call in line."""
        (self.live if priority == "live" else self.bulk).append(waiter)

    def first(self) -> Waiter | None:
        """Return whose turn it is, without those who have gone."""
        for line in (self.live, self.bulk):
            while line and line[0].turn.done():
                line.popleft()
        if self.live and self.bulk:
            return (self.bulk if self.turns % _BULK_TURN == _BULK_TURN - 1 else self.live)[0]
        return next((line[0] for line in (self.live, self.bulk) if line), None)

    def serve(self, waiter: Waiter, place: Place) -> None:
        """Let the first in line go."""
        self.turns += 1
        (self.live if self.live and self.live[0] is waiter else self.bulk).popleft()
        waiter.turn.set_result(place)

    def line(self) -> Iterator[Waiter]:
        """Give everyone who waits, live ones first."""
        return (waiter for line in (self.live, self.bulk) for waiter in line if not waiter.turn.done())

    def seconds_for(self, calls: int, worth: float) -> float:
        """Return how long the provider's own pace takes for what waits ahead of a call."""
        rules = self.rules
        return max(
            calls / rules.per_second if rules.per_second else 0.0,
            calls * 60 / rules.per_minute if rules.per_minute and calls > rules.per_minute else 0.0,
            worth / rules.refill if rules.refill else 0.0,
        )
