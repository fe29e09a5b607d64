from __future__ import annotations

from datetime import timedelta

import pytest

from crossdock.outbox import retry


def test_gaps_grow_over_three_days_and_end() -> None:
    """From five seconds to a day, nine times, and then never again."""
    gaps = [retry.gap(attempts=attempts, chance=0.0) for attempts in range(1, 11)]

    told = [gap for gap in gaps if gap is not None]
    assert gaps[-1] is None
    assert told == sorted(told)
    assert (told[0], told[-1]) == (timedelta(seconds=5), timedelta(days=1))
    assert timedelta(days=3) < sum(told, timedelta()) < timedelta(days=4)


@pytest.mark.parametrize("attempts", range(1, 10))
def test_chance_spreads_a_gap_by_a_tenth(attempts: int) -> None:
    """Two receivers that failed together are not tried again together."""
    least, most = (retry.gap(attempts=attempts, chance=chance) for chance in (0.0, 1.0))

    assert least is not None
    assert most == least * 1.1


def test_a_receiver_s_wish_lengthens_a_gap() -> None:
    """Retry-After counts where it is longer, up to a day, and never where it is shorter."""
    wishes = [timedelta(seconds=1), timedelta(hours=1), timedelta(days=9)]

    assert [retry.gap(attempts=1, chance=0.0, wish=wish) for wish in wishes] == [
        timedelta(seconds=5),
        timedelta(hours=1),
        timedelta(days=1),
    ]
