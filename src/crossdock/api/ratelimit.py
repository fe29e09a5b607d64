"""Calls a minute of an API key, counted over all replicas: each process takes its share of a minute in slices."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from crossdock.db.pool import Database
from crossdock.kernel.clock import Clock
from crossdock.kernel.errors import RateLimitedError
from crossdock.projects.model import Principal

_SLICE = 25
_WINDOW = 60


@dataclass(slots=True)
class _Share:
    """What is left of the slices that this process took in one minute."""

    minute: int
    left: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True, slots=True)
class RateLimit:
    """Lets ``per_minute`` calls of a key through in each minute of the clock; 0 means any number."""

    db: Database
    clock: Clock
    per_minute: int
    shares: dict[str, _Share] = field(default_factory=dict)

    async def spend(self, *, principal: Principal) -> None:
        """Count one call; raise RateLimitedError with the seconds until the next minute where none is left."""
        if self.per_minute == 0:
            return
        now = self.clock.now().timestamp()
        minute = int(now // _WINDOW)
        share = self.shares.get(principal.actor)
        if share is None or share.minute != minute:
            share = self.shares[principal.actor] = _Share(minute)
        async with share.lock:
            if share.left == 0:
                share.left = await self._take(principal, minute)
            if share.left == 0:
                raise RateLimitedError(
                    f"This key has made its {self.per_minute} calls of the minute.",
                    remedy="Wait for the seconds that Retry-After names, then go on.",
                    retry_after=_WINDOW - now % _WINDOW,
                )
            share.left -= 1

    async def _take(self, principal: Principal, minute: int) -> int:
        """Take the next slice of the minute from the database; return how many calls it holds."""
        async with self.db.connection() as conn:
            used: int = await conn.fetchval(
                """insert into rate_windows as w (project_id, holder, minute, used) values ($1, $2, $3, $4)
                   on conflict (project_id, holder) do update set
                       minute = greatest(w.minute, $3),
                       used = case when w.minute < $3 then $4 when w.minute = $3 then w.used + $4 else w.used end
                   returning used""",
                principal.project_id,
                principal.actor,
                minute,
                _SLICE,
            )
        return max(0, min(_SLICE, self.per_minute - (used - _SLICE)))
