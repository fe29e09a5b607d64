"""The two windows of the rate limit."""

from datetime import UTC, datetime, timedelta

from crossdock_twins.easyship.ratelimit import PRODUCTION, SANDBOX, Limiter

_NOON = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


def test_production_lets_ten_through_in_a_second() -> None:
    """The eleventh is refused until the next second begins."""
    limiter = Limiter(PRODUCTION)

    refused = [limiter.take("token", _NOON) for _ in range(11)]

    assert refused[:10] == [None] * 10
    assert refused[10] is not None
    assert refused[10].headers == {
        "X-Ratelimit-Limit": "10",
        "X-Ratelimit-Remaining": "0",
        "X-Ratelimit-Reset": str(int(_NOON.timestamp()) + 1),
    }
    assert limiter.take("token", _NOON + timedelta(seconds=1)) is None


def test_the_sandbox_lets_one_through_in_a_second_and_six_in_a_minute() -> None:
    """The seventh second of a minute finds the minute used up; its refusal lasts until the next minute."""
    limiter = Limiter(SANDBOX)

    taken = [limiter.take("token", _NOON + timedelta(seconds=second)) for second in range(7)]
    twice = Limiter(SANDBOX)
    twice.take("token", _NOON)
    second = twice.take("token", _NOON)

    assert taken[:6] == [None] * 6
    assert taken[6] is not None
    assert taken[6].headers["X-Ratelimit-Limit"] == "6"
    assert taken[6].reset == int(_NOON.timestamp()) + 60
    assert second is not None
    assert second.sentence == (
        "You have reached the maximum number of requests per second. "
        "Contact your account manager to request a higher limit."
    )


def test_callers_are_counted_apart() -> None:
    """One token's refusal is not another's."""
    limiter = Limiter(SANDBOX)
    limiter.take("one", _NOON)

    assert limiter.take("one", _NOON) is not None
    assert limiter.take("other", _NOON) is None


def test_a_refused_request_is_not_counted() -> None:
    """Knocking on a full second does not use up the minute."""
    limiter = Limiter(SANDBOX)
    for _ in range(20):
        limiter.take("token", _NOON)

    assert limiter.take("token", _NOON + timedelta(seconds=1)) is None


def test_a_turned_clock_begins_new_windows_in_both_directions() -> None:
    """The clock may jump forward, and comes back on a reset; neither leaves a caller locked out."""
    limiter = Limiter(SANDBOX)
    limiter.take("token", _NOON)

    ahead = limiter.take("token", _NOON + timedelta(days=27))
    back = limiter.take("token", _NOON)

    assert ahead is None
    assert back is None


def test_callers_without_number_do_not_fill_the_memory() -> None:
    """What is kept is bounded, however many tokens are tried."""
    limiter = Limiter(SANDBOX)

    for number in range(20_005):
        limiter.take(str(number), _NOON)

    assert len(limiter._counts) <= 10_002


def test_counts_are_forgotten() -> None:
    """Who was refused is served as if nobody had asked yet."""
    limiter = Limiter(SANDBOX)
    limiter.take("token", _NOON)
    refused = limiter.take("token", _NOON)

    limiter.forget()

    assert refused is not None
    assert limiter.take("token", _NOON) is None
