"""The two limits: a bucket of credits that refills on the twin's clock, and requests within five rolling minutes.

Both belong to the API's caller, which is one developer user: two developers of one account do not starve each other.
The provider publishes the figures but not whose they are; `Throttle.of` is the only place that decides it.
"""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from crossdock_twins.base.limits import Limits
from crossdock_twins.shiphero.errors import Shortage

CAPACITY = 4004
REFILL_PER_SECOND = 60
REQUESTS = 7000
WINDOW = timedelta(minutes=5)


@dataclass(slots=True, kw_only=True)
class Bucket:
    """Credits of one caller; `credits` was true at the moment `at`."""

    at: datetime
    credits: float = float(CAPACITY)

    def remaining(self, now: datetime) -> int:
        """Give the whole credits that are there now."""
        seconds = max(0.0, (now - self.at).total_seconds())
        self.credits = min(float(CAPACITY), self.credits + seconds * REFILL_PER_SECOND)
        self.at = max(self.at, now)
        return int(self.credits)

    def take(self, required: int, now: datetime) -> Shortage | None:
        """Reserve credits, or say how many are missing and for how long."""
        remaining = self.remaining(now)
        if required > remaining:
            seconds = math.ceil((required - remaining) / REFILL_PER_SECOND)
            return Shortage(required=required, remaining=remaining, seconds=seconds)
        self.credits -= required
        return None

    def give_back(self, unused: int) -> None:
        """Return what an operation reserved and did not use."""
        self.credits = min(float(CAPACITY), self.credits + unused)


@dataclass(slots=True)
class Window:
    """The moments of one caller's requests within the last five minutes."""

    moments: deque[datetime] = field(default_factory=deque)

    def admit(self, now: datetime) -> bool:
        """Count a request; False where it is one too many, and a refused request counts as well."""
        while self.moments and now - self.moments[0] >= WINDOW:
            self.moments.popleft()
        if len(self.moments) >= REQUESTS:
            self.moments.popleft()
            self.moments.append(now)
            return False
        self.moments.append(now)
        return True


class Throttle:
    """The limits of every caller; they live in memory, so a restart fills every bucket.

    While the limits are off every request finds a full bucket, and only what no bucket could hold is refused.
    """

    def __init__(self, now: Callable[[], datetime], limits: Limits) -> None:
        self._now = now
        self._limits = limits
        self._callers: dict[int, tuple[Bucket, Window]] = {}
        limits.counted_by(self.clear)

    def of(self, user_id: int) -> tuple[Bucket, Window]:
        """Give the bucket and the window of a caller."""
        if user_id not in self._callers or not self._limits.on:
            self._callers[user_id] = (Bucket(at=self._now()), Window())
        return self._callers[user_id]

    def clear(self) -> None:
        """Forget every caller, as after a reset."""
        self._callers.clear()
