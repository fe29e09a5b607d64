"""Easyship's two rate limits: so many requests per token until the next second and the next minute begin."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

_MOST_CALLERS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """At most `most` requests in each stretch of `seconds`; `unit` is how refusals call it."""

    seconds: int
    most: int
    unit: str


PRODUCTION = (Window(seconds=60, most=60, unit="minute"), Window(seconds=1, most=10, unit="second"))
SANDBOX = (Window(seconds=60, most=6, unit="minute"), Window(seconds=1, most=1, unit="second"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Exceeded:
    """A window that is used up, and the second (since 1970) at which the next begins."""

    window: Window
    reset: int

    @property
    def sentence(self) -> str:
        """What the refusal says; recorded for the second, taken to be alike for the minute."""
        return (
            f"You have reached the maximum number of requests per {self.window.unit}. "
            "Contact your account manager to request a higher limit."
        )

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the refusal, as recorded; there is no Retry-After."""
        return {
            "X-Ratelimit-Limit": str(self.window.most),
            "X-Ratelimit-Remaining": "0",
            "X-Ratelimit-Reset": str(self.reset),
        }


class Limiter:
    """Counts the requests of each caller that were let through; it forgets on a restart."""

    def __init__(self, windows: Sequence[Window]) -> None:
        self._windows = windows
        self._counts: dict[str, list[tuple[int, int]]] = {}

    def take(self, caller: str, now: datetime) -> Exceeded | None:
        """Count a request, or tell which window has no room for it.

        A window is known by its number since 1970 and compared for being the same, never for being later: the twin's
        clock can be turned, and comes back on a reset.
        """
        second = int(now.timestamp())
        numbers = [second // window.seconds for window in self._windows]
        counts = [
            count if number == counted else 0
            for number, (counted, count) in zip(numbers, self._of(caller), strict=True)
        ]
        for window, number, count in zip(self._windows, numbers, counts, strict=True):
            if count >= window.most:
                return Exceeded(window=window, reset=(number + 1) * window.seconds)
        self._counts[caller] = [(number, count + 1) for number, count in zip(numbers, counts, strict=True)]
        return None

    def _of(self, caller: str) -> list[tuple[int, int]]:
        if len(self._counts) > _MOST_CALLERS and caller not in self._counts:
            self._counts.clear()
        return self._counts.get(caller, [(0, 0)] * len(self._windows))
