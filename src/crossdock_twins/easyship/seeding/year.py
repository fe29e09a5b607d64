"""When a shop's orders come: more each month, few on Sundays, most before Christmas, in the evening more than at night.

Figures are the twin's own. Everything depends on a day's and an order's number alone: same seed, same data.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zlib import crc32

DAYS = 365
_WEEKDAYS = (1.12, 1.06, 1.0, 0.98, 1.04, 0.82, 0.7)
_MONTHS = (0.86, 0.82, 0.9, 0.95, 1.02, 0.96, 0.9, 0.92, 0.98, 1.08, 1.38, 1.55)
_SALES = {(11, 27): 2.4, (11, 28): 1.9, (11, 30): 2.1, (5, 10): 1.4, (2, 12): 1.3}
_HOURS = (1, 1, 0, 0, 0, 1, 2, 4, 6, 7, 7, 7, 8, 7, 6, 6, 7, 8, 9, 10, 10, 8, 5, 3)
_GROWTH = 0.35


def days(last: date, orders: int) -> Iterator[tuple[date, int]]:
    """Give each day of the year that ends with `last`, the oldest first, and how many orders came; they sum up."""
    span = [last - timedelta(days=DAYS - 1 - place) for place in range(DAYS)]
    weights = [_weight(day, place) for place, day in enumerate(span)]
    whole, reached, given = sum(weights), 0.0, 0
    for day, weight in zip(span, weights, strict=True):
        reached += weight
        upto = round(orders * reached / whole)
        yield day, upto - given
        given = upto


def moments(day: date, count: int) -> list[datetime]:
    """Give the moments of a day's orders, in their order, without a zone."""
    start, whole = datetime.combine(day, time()), sum(_HOURS)
    ladder = [hour for hour, share in enumerate(_HOURS) for _ in range(share)]
    found = []
    for place in range(count):
        chance = crc32(f"{day}/{place}".encode())
        hour = ladder[(place * whole // max(count, 1)) % whole]
        found.append(start + timedelta(hours=hour, seconds=chance % 3600))
    return sorted(found)


def _weight(day: date, place: int) -> float:
    mood = 0.92 + crc32(str(day).encode()) % 1000 / 6250
    sale = _SALES.get((day.month, day.day), 1.0)
    return _WEEKDAYS[day.weekday()] * _MONTHS[day.month - 1] * sale * mood * (1 + _GROWTH * place / DAYS)
