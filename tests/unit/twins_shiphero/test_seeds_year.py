from collections import Counter
from datetime import UTC, date, datetime

from crossdock_twins.shiphero.seeds import draw, year

_TODAY = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


def _days(count: int = 20_000, seed: int = 1) -> Counter[date]:
    found = year.moments(until=_TODAY, days=365, count=count, dice=draw.dice(seed))
    return Counter(moment.date() for moment in found)


def test_the_orders_of_a_year_are_counted_exactly_and_in_order() -> None:
    """As many moments as were asked for, oldest first, none of them today, and the same each time."""
    moments = list(year.moments(until=_TODAY, days=365, count=5000, dice=draw.dice(3)))

    assert len(moments) == 5000
    assert moments == sorted(moments)
    assert moments[-1].date() < _TODAY.date()
    assert moments == list(year.moments(until=_TODAY, days=365, count=5000, dice=draw.dice(3)))


def test_mondays_are_busy_and_saturdays_are_not() -> None:
    """The week has its rhythm: Monday is the busiest day, Saturday the quietest."""
    week = Counter[int]()
    for day, orders in _days().items():
        week[day.weekday()] += orders if year.promotion(day) == 1 else 0

    assert week.most_common()[0][0] == 0
    assert week.most_common()[-1][0] == 5


def test_the_weeks_before_christmas_are_the_best() -> None:
    """November and December sell most, January and February least."""
    months = Counter[int]()
    for day, orders in _days().items():
        months[day.month] += orders

    assert {month for month, _ in months.most_common(2)} == {11, 12}
    assert {month for month, _ in months.most_common()[-3:]} & {1, 2}


def test_black_friday_is_the_day_of_the_year() -> None:
    """The Friday after Thanksgiving, and the Monday after it, stand out; Christmas Day does not sell."""
    days = _days()
    usual = sorted(days.values())[len(days) // 2]

    assert days.most_common()[0][0] == year.black_friday(2025) == date(2025, 11, 28)
    assert days[date(2025, 12, 1)] > 2 * usual
    assert days[date(2025, 12, 25)] < usual


def test_a_sale_lasts_its_days() -> None:
    """Summer sale from the fifth to the eleventh of July, and the days around it are ordinary."""
    assert [year.promotion(date(2025, 7, day)) > 1 for day in (4, 5, 11, 12)] == [False, True, True, False]


def test_shares_add_up() -> None:
    """A number is divided into whole shares that are near the exact ones."""
    shares = year.shares([1, 1, 1, 0.5], 100)

    assert sum(shares) == 100
    assert shares[3] in {14, 15}
