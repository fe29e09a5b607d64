"""The rhythm of a shop's year: Mondays and evenings, the weeks before Christmas, and the days of a sale."""

import math
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random

_WEEKDAYS = (1.22, 1.12, 1.05, 1.00, 0.92, 0.78, 0.91)
"""Monday first: people order from their desks."""

_MONTHS = (0.82, 0.84, 0.92, 0.96, 1.00, 0.96, 0.90, 0.92, 1.00, 1.08, 1.32, 1.38)
"""January first; a month's figure holds in its middle, days between two middles lie between their figures."""

_HOURS = (2, 1, 1, 1, 1, 2, 4, 7, 10, 13, 15, 16, 17, 15, 14, 14, 14, 15, 17, 20, 22, 20, 13, 6)
"""How orders spread over a day in UTC, which for the shop's country runs from evening to evening."""

_GROWTH = 0.22
_SPRING, _SUMMER, _BLACK_FRIDAY, _AFTER_BLACK_FRIDAY, _CYBER_MONDAY = 1.7, 1.55, 3.4, 1.9, 2.2
_LAST_ORDERS, _HOLIDAYS, _FEAST = 1.25, 0.62, 0.35
_THURSDAY = 3


def moments(*, until: datetime, days: int, count: int, dice: Random) -> Iterator[datetime]:
    """Give `count` moments within the `days` before midnight of `until`, oldest first."""
    midnight = until.replace(hour=0, minute=0, second=0, microsecond=0)
    first = midnight - timedelta(days=days)
    dates = [first.date() + timedelta(days=number) for number in range(days)]
    for number, orders in enumerate(shares(weights(dates, dice), count)):
        start = first + timedelta(days=number)
        hours = dice.choices(range(24), weights=_HOURS, k=orders)
        for second in sorted(hour * 3600 + int(dice.random() * 3600) for hour in hours):
            yield start + timedelta(seconds=second)


def weights(dates: Sequence[date], dice: Random) -> list[float]:
    """Give how busy each day is beside the others."""
    return [
        _WEEKDAYS[day.weekday()]
        * season(day)
        * promotion(day)
        * (1 + _GROWTH * place / max(1, len(dates)))
        * (0.93 + 0.14 * dice.random())
        for place, day in enumerate(dates)
    ]


def shares(parts: Sequence[float], count: int) -> list[int]:
    """Divide a number into whole shares in proportion, so that they add up to it."""
    total = sum(parts)
    exact = [count * part / total for part in parts]
    whole = [math.floor(share) for share in exact]
    closest = sorted(range(len(parts)), key=lambda place: (whole[place] - exact[place], place))
    for place in closest[: count - sum(whole)]:
        whole[place] += 1
    return whole


def season(day: date) -> float:
    """Give the time of year's part in how busy a day is."""
    middle = date(day.year, day.month, 15)
    other = middle + timedelta(days=30 if day > middle else -30)
    nearness = abs((day - middle).days) / 30.5
    return _MONTHS[day.month - 1] * (1 - nearness) + _MONTHS[other.month - 1] * nearness


def promotion(day: date) -> float:
    """Give what a sale, or a feast, makes of a day."""
    since = (day - black_friday(day.year)).days
    if since in {0, 1, 2, 3}:
        return (_BLACK_FRIDAY, _AFTER_BLACK_FRIDAY, _AFTER_BLACK_FRIDAY, _CYBER_MONDAY)[since]
    for name, factor in _FIXED.items():
        begin, end = name
        if begin <= (day.month, day.day) <= end:
            return factor
    return 1.0


def black_friday(year: int) -> date:
    """Give the day after the fourth Thursday of November."""
    first = date(year, 11, 1)
    thursday = first + timedelta(days=(_THURSDAY - first.weekday()) % 7)
    return thursday + timedelta(days=22)


_FIXED = {
    ((3, 14), (3, 17)): _SPRING,
    ((7, 5), (7, 11)): _SUMMER,
    ((12, 1), (12, 16)): _LAST_ORDERS,
    ((12, 24), (12, 26)): _FEAST,
    ((12, 21), (12, 31)): _HOLIDAYS,
    ((1, 1), (1, 1)): _FEAST,
}
"""Sales and feasts by first and last day, as month and day; of two that overlap the first counts."""
