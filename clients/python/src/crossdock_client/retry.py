"""When a call is sent again, and after how long: decided from values, without sending anything."""

from __future__ import annotations

import random
from dataclasses import dataclass

from crossdock_client.errors import ApiError, ConnectError, CrossdockError, NoAnswerError

_AGAIN = frozenset({"wait", "retry"})
_RATE_LIMITED = 429


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How often a call is sent again, and after how long: ``first`` seconds, doubled each time, at most ``longest``.

    A `Retry-After` over ``longest`` is not waited for: the error says it.
    """

    times: int = 2
    first: float = 0.5
    longest: float = 60.0

    def pause(self, *, attempt: int, error: CrossdockError, repeatable: bool) -> float | None:
        """Return the seconds until the next attempt, None to give up; ``attempt`` counts from 0.

        What surely did nothing is always repeated. Whether something happened or not only matters for a write without
        a key: such a one is not ``repeatable``, and never sent twice.
        """
        if attempt >= self.times or not _may_help(error) or not (repeatable or _nothing_done(error)):
            return None
        asked = error.retry_after if isinstance(error, ApiError) else None
        if asked is not None:
            return asked if asked <= self.longest else None
        # Spread, so that many who failed together do not come back together; nothing secret hangs on it.
        return min(self.longest, self.first * float(2**attempt)) * random.uniform(0.5, 1.0)  # noqa: S311 - see above


def _nothing_done(error: CrossdockError) -> bool:
    return isinstance(error, ConnectError) or (isinstance(error, ApiError) and error.status == _RATE_LIMITED)


def _may_help(error: CrossdockError) -> bool:
    if isinstance(error, ApiError):
        return error.disposition in _AGAIN
    return isinstance(error, ConnectError | NoAnswerError)
