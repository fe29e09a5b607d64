"""The only place that reads the time."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time; handed in wherever time matters."""

    def now(self) -> datetime:
        """Return the present as an aware datetime in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never run backwards, for measuring spans."""
        ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the machine's time in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return the machine's monotonic seconds."""
        return time.monotonic()


@dataclass(slots=True)
class OffsetClock:
    """The machine's clock moved by an offset that may be turned while running."""

    offset: timedelta = timedelta()

    def now(self) -> datetime:
        """Return the machine's time in UTC plus the offset."""
        return datetime.now(UTC) + self.offset

    def monotonic(self) -> float:
        """Return the machine's monotonic seconds, which no offset touches."""
        return time.monotonic()


def iso(moment: datetime) -> str:
    """Write an aware moment as ISO 8601 in UTC with milliseconds and ``Z``, as clients with strict parsers want it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
