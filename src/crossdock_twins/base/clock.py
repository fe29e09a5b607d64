"""The twin's clock: the system's time plus an offset that people and tests may turn forward."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from crossdock_twins.base.store import Store

_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_PART = re.compile(r"(\d{1,6})([dhms])")
_LONGEST = timedelta(days=36_500)


def system_now() -> datetime:
    """Give the machine's time as an aware datetime in UTC."""
    return datetime.now(UTC)


def parse_span(text: str) -> timedelta:
    """Read a span such as `27d`, `12h`, `90m`, `30s` or `1d12h`; ValueError says how to write one."""
    parts = _PART.findall(text)
    if not parts or "".join(amount + unit for amount, unit in parts) != text:
        raise ValueError("Write a span as numbers with d, h, m or s, for example 27d, 12h or 1d12h.")
    return sum((timedelta(**{_UNITS[unit]: int(amount)}) for amount, unit in parts), timedelta())


class TwinClock:
    """Tells the twin's time; offset, switch and stop live in the store, so a restart keeps them.

    The apps over one store share one clock: it remembers where it was stopped. One that is `tied` is followed for as
    long as it lives, so that it does not stand: what stood before goes again.
    """

    def __init__(self, store: Store, *, system: Callable[[], datetime] = system_now, tied: bool = False) -> None:
        self._store = store
        self._system = system
        self.tied = tied
        kept = store.meta_get("clock.stopped")
        self._stopped = None if kept is None else datetime.fromisoformat(kept)
        if tied and self.stopped:
            self.start()

    @property
    def offset(self) -> timedelta:
        """How far the twin's time is ahead of the machine's; it shrinks while the clock is stopped."""
        if self._stopped is not None:
            return max(timedelta(), self._stopped - self._system())
        return timedelta(seconds=self._store.meta_get("clock.offset") or 0)

    @property
    def stopped(self) -> bool:
        """Whether the time passes only when somebody turns the clock."""
        return self._stopped is not None

    @property
    def followed(self) -> bool:
        """Whether the hub beside the twin should live in the twin's time."""
        return self.tied or bool(self._store.meta_get("clock.followed"))

    def now(self) -> datetime:
        """Give the twin's time as an aware datetime in UTC."""
        return self._stopped or self._system() + self.offset

    def advance(self, span: timedelta) -> datetime:
        """Turn the clock forward and give the new time; ValueError where the span is negative."""
        if span < timedelta():
            raise ValueError("A twin's clock only goes forward. Reset the twin to come back to today.")
        stopped = self._stopped
        self.set_offset(self.offset + span)
        if stopped is not None:
            self._stop_at(stopped + span)
        return self.now()

    def set_offset(self, offset: timedelta) -> None:
        """Set how far the twin is ahead; ValueError beyond a hundred years or behind the machine."""
        if not timedelta() <= offset <= _LONGEST:
            raise ValueError("A twin's clock can be at most 100 years ahead. Reset the twin to come back to today.")
        self._store.meta_set("clock.offset", offset.total_seconds())

    def stop(self) -> None:
        """Let the time pass only when somebody turns the clock."""
        self._stop_at(self.now())

    def start(self) -> None:
        """Let the time pass again: from where it stood, or from the machine's time where that is later."""
        self.set_offset(self.offset)
        self._stop_at(None)

    def _stop_at(self, moment: datetime | None) -> None:
        self._store.meta_set("clock.stopped", None if moment is None else moment.isoformat())
        self._stopped = moment

    def follow(self, *, followed: bool) -> None:
        """Set the switch that tells the hub to live in the twin's time."""
        self._store.meta_set("clock.followed", followed)

    def reset(self) -> None:
        """Come back to the machine's time, let it pass, and switch following off."""
        self._stop_at(None)
        self.set_offset(timedelta())
        self.follow(followed=False)
