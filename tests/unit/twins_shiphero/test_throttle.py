from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from crossdock_twins.base.limits import Limits
from crossdock_twins.base.store import Store
from crossdock_twins.shiphero.throttle import CAPACITY, REQUESTS, Bucket, Throttle, Window

_START = datetime(2026, 3, 1, tzinfo=UTC)


def test_a_new_bucket_is_full() -> None:
    """A caller starts with all credits."""
    bucket = Bucket(at=_START)

    assert bucket.remaining(_START) == 4004


def test_a_shortage_tells_the_documented_figures() -> None:
    """263 credits for 1301 means 18 seconds of waiting."""
    bucket = Bucket(at=_START, credits=263)

    shortage = bucket.take(1301, _START)

    assert shortage is not None
    assert (shortage.required, shortage.remaining, shortage.seconds) == (1301, 263, 18)


def test_a_refused_operation_costs_nothing() -> None:
    """The bucket is as it was after a refusal."""
    bucket = Bucket(at=_START, credits=10)

    bucket.take(11, _START)

    assert bucket.remaining(_START) == 10


def test_after_the_wait_the_operation_runs() -> None:
    """The seconds named are enough."""
    bucket = Bucket(at=_START, credits=263)
    shortage = bucket.take(1301, _START)
    assert shortage is not None

    refused = bucket.take(1301, _START + timedelta(seconds=shortage.seconds))

    assert refused is None


def test_credits_come_back_at_sixty_a_second() -> None:
    """Half a second brings thirty credits."""
    bucket = Bucket(at=_START, credits=0)

    assert bucket.remaining(_START + timedelta(seconds=0.5)) == 30


def test_what_was_not_used_comes_back() -> None:
    """Reserving 50 and using 30 costs 30."""
    bucket = Bucket(at=_START)
    bucket.take(50, _START)

    bucket.give_back(20)

    assert bucket.remaining(_START) == CAPACITY - 30


@given(st.lists(st.tuples(st.integers(0, 5000), st.floats(0, 120)), max_size=40))
def test_a_bucket_never_leaves_its_bounds(steps: list[tuple[int, float]]) -> None:
    """However it is used, there are between 0 and 4004 credits."""
    bucket, now = Bucket(at=_START), _START

    for required, seconds in steps:
        now += timedelta(seconds=seconds)
        bucket.take(required, now)
        bucket.give_back(required // 2)

        assert 0 <= bucket.remaining(now) <= CAPACITY


def test_the_window_admits_seven_thousand_requests() -> None:
    """The request after the 7000th within five minutes is refused."""
    window = Window()

    admitted = [window.admit(_START) for _ in range(REQUESTS + 1)]

    assert admitted.count(False) == 1
    assert not admitted[-1]


def test_the_window_rolls() -> None:
    """Five minutes later requests pass again."""
    window = Window()
    for _ in range(REQUESTS):
        window.admit(_START)

    assert not window.admit(_START + timedelta(minutes=4, seconds=59))
    assert window.admit(_START + timedelta(minutes=5))


def test_callers_do_not_share() -> None:
    """Each developer user has a bucket of its own, until everything is forgotten."""
    throttle = Throttle(lambda: _START, Limits(Store(None), started=True))
    throttle.of(1)[0].take(4000, _START)

    before, other = throttle.of(1)[0].remaining(_START), throttle.of(2)[0].remaining(_START)
    throttle.clear()

    assert (before, other, throttle.of(1)[0].remaining(_START)) == (4, CAPACITY, CAPACITY)


def test_while_the_limits_are_off_every_bucket_is_full() -> None:
    """Nothing is ever missing, and whoever switches them on begins with all credits."""
    limits = Limits(Store(None), started=True)
    throttle = Throttle(lambda: _START, limits)
    throttle.of(1)[0].take(4000, _START)

    limits.switch(on=False)
    shortages = [throttle.of(1)[0].take(4000, _START) for _ in range(3)]
    limits.switch(on=True)

    assert shortages == [None] * 3
    assert throttle.of(1)[0].remaining(_START) == CAPACITY
