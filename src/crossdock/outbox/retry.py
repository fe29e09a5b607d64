"""When a failed delivery is tried again: growing gaps, spread a little, three days in all."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

GAPS: Final = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1800, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
)
SPREAD: Final = 0.1
LONGEST_WISH: Final = timedelta(days=1)


def gap(*, attempts: int, chance: float, wish: timedelta | None = None) -> timedelta | None:
    """Return how long to wait after so many failed attempts, or None where it was the last one.

    ``chance`` from 0 to 1 spreads the gap over a tenth more; ``wish`` is the receiver's own Retry-After, which may
    lengthen the gap by up to a day in all.
    """
    if attempts > len(GAPS):
        return None
    spread = GAPS[attempts - 1] * (1 + SPREAD * chance)
    return spread if wish is None else max(spread, min(wish, LONGEST_WISH))
