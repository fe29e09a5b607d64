"""Easyship's rate limits: so many requests per token until the next second, minute, hour, day or month begins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

_MOST_CALLERS = 10_000
_MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """At most `most` requests in each stretch of `seconds`; `unit` is how refusals call it.

    A stretch of a month is a calendar month, whatever its seconds.
    """

    seconds: int
    most: int
    unit: str

    def number(self, now: datetime) -> int:
        """Count the stretches since 1970, or the months since the year 0."""
        if self.unit == "month":
            return now.year * _MONTHS + now.month - 1
        return int(now.timestamp()) // self.seconds

    def following(self, now: datetime) -> int:
        """Give the second (since 1970) at which the next stretch begins."""
        if self.unit != "month":
            return (self.number(now) + 1) * self.seconds
        year, month = divmod(self.number(now) + 1, _MONTHS)
        return int(datetime(year, month + 1, 1, tzinfo=now.tzinfo).timestamp())


PRODUCTION = (Window(seconds=60, most=60, unit="minute"), Window(seconds=1, most=10, unit="second"))
SANDBOX = (Window(seconds=60, most=6, unit="minute"), Window(seconds=1, most=1, unit="second"))
OWN: Mapping[str, Sequence[Window]] = {
    "/hs_codes": (
        Window(seconds=2_592_000, most=30_000, unit="month"),
        Window(seconds=86_400, most=1000, unit="day"),
        Window(seconds=3600, most=1000, unit="hour"),
        Window(seconds=60, most=1000, unit="minute"),
        Window(seconds=1, most=100, unit="second"),
    ),
    "/taxes_and_duties": (
        Window(seconds=2_592_000, most=3000, unit="month"),
        Window(seconds=86_400, most=100, unit="day"),
        *PRODUCTION,
    ),
}
"""Paths that have limits of their own in production. Whether the sandbox has them too is not told."""


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
        numbers = [window.number(now) for window in self._windows]
        counts = [
            count if number == counted else 0
            for number, (counted, count) in zip(numbers, self._of(caller), strict=True)
        ]
        for window, count in zip(self._windows, counts, strict=True):
            if count >= window.most:
                return Exceeded(window=window, reset=window.following(now))
        self._counts[caller] = [(number, count + 1) for number, count in zip(numbers, counts, strict=True)]
        return None

    def forget(self) -> None:
        """Start everybody's counts anew."""
        self._counts.clear()

    def _of(self, caller: str) -> list[tuple[int, int]]:
        if len(self._counts) > _MOST_CALLERS and caller not in self._counts:
            self._counts.clear()
        return self._counts.get(caller, [(0, 0)] * len(self._windows))
