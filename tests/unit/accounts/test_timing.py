from __future__ import annotations

from collections import Counter
from datetime import timedelta

from account_arrangements import LIFE, START
from crossdock.accounts import timing


def test_refreshes_fall_before_the_last_fifth_of_a_life() -> None:
    """Every account is renewed after 70 to 80 % of its token's life, whatever its id."""
    shares = [
        (timing.refresh_at(account_id=f"acc_{number}", issued_at=START, expires_at=START + LIFE) - START) / LIFE
        for number in range(500)
    ]

    assert 0.70 <= min(shares) < 0.71
    assert 0.79 < max(shares) <= 0.80


def test_a_thousand_accounts_linked_at_once_do_not_march_in_step() -> None:
    """A thousand accounts that were linked in the same second spread their refreshes over almost three days."""
    hours = Counter(
        int(
            (timing.refresh_at(account_id=f"acc_{n}", issued_at=START, expires_at=START + LIFE) - START).total_seconds()
        )
        // 3600
        for n in range(1000)
    )

    assert len(hours) >= 60
    assert max(hours.values()) <= 35


def test_a_year_of_28_day_tokens_is_16_to_19_refreshes() -> None:
    """Renewing at the planned times takes 16 to 19 refreshes a year."""
    counts = set()
    for number in range(50):
        now, count = START, 0
        while now < START + timedelta(days=365):
            now = timing.refresh_at(account_id=f"acc_{number}", issued_at=now, expires_at=now + LIFE)
            count += 1
        counts.add(count)

    assert min(counts) >= 16
    assert max(counts) <= 19


def test_the_spread_is_the_same_on_every_replica() -> None:
    """The share is drawn from the account itself, so every replica plans the same time."""
    assert timing.spread("refresh", "acc_a") == timing.spread("refresh", "acc_a")
    assert timing.spread("refresh", "acc_a") != timing.spread("refresh", "acc_b")


def test_the_margin_is_a_share_of_the_life() -> None:
    """The last fifth counts as margin for a life of two hours as for one of 28 days."""
    life = timedelta(hours=2)

    assert not timing.in_margin(issued_at=START, expires_at=START + life, now=START + timedelta(minutes=95))
    assert timing.in_margin(issued_at=START, expires_at=START + life, now=START + timedelta(minutes=96))


def test_probes_after_weather_come_less_and_less_often() -> None:
    """Weather is looked at again after five minutes, then less often, and at least every six hours."""
    gaps = [timing.reprobe_at(failures=failures, now=START) - START for failures in range(1, 12)]

    assert gaps[0] == timedelta(minutes=5)
    assert gaps == sorted(gaps)
    assert gaps[-1] == timedelta(hours=6)
