from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crossdock_twins.base.clock import TwinClock, parse_span
from crossdock_twins.base.store import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def store() -> Iterator[Store]:
    opened = Store(None)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("27d", timedelta(days=27)),
        ("12h", timedelta(hours=12)),
        ("90m", timedelta(minutes=90)),
        ("30s", timedelta(seconds=30)),
        ("1d12h", timedelta(days=1, hours=12)),
    ],
)
def test_spans_are_read(text: str, span: timedelta) -> None:
    """A span is written as numbers with units, one after the other."""
    assert parse_span(text) == span


@pytest.mark.parametrize("text", ["", "27", "d", "-1d", "1.5d", "1w", "1d 2h", "9999999d"])
def test_other_spans_are_refused_with_a_remedy(text: str) -> None:
    """What is not a span is refused with an example of one."""
    with pytest.raises(ValueError, match="for example 27d"):
        parse_span(text)


def test_the_clock_goes_forward(store: Store) -> None:
    """Advancing adds up, and everything else stays at the system's pace."""
    clock = TwinClock(store, system=lambda: NOON)

    clock.advance(timedelta(days=27))
    clock.advance(timedelta(hours=1))

    assert clock.now() == NOON + timedelta(days=27, hours=1)


def test_the_clock_never_goes_back(store: Store) -> None:
    """A negative span is refused, and so is one beyond a hundred years."""
    clock = TwinClock(store, system=lambda: NOON)

    with pytest.raises(ValueError, match="forward"):
        clock.advance(timedelta(days=-1))
    with pytest.raises(ValueError, match="100 years"):
        clock.advance(timedelta(days=40_000))

    assert clock.now() == NOON


def test_a_restart_keeps_time_and_switch(tmp_path: Path) -> None:
    """Offset and switch are in the file."""
    first = Store(tmp_path / "twin.sqlite3")
    TwinClock(first).advance(timedelta(days=3))
    TwinClock(first).follow(followed=True)
    first.close()

    second = Store(tmp_path / "twin.sqlite3")
    clock = TwinClock(second)
    offset, followed = clock.offset, clock.followed
    clock.reset()
    back = clock.offset
    second.close()

    assert (offset, followed, back) == (timedelta(days=3), True, timedelta())


def test_a_stopped_clock_only_goes_when_it_is_turned(store: Store) -> None:
    """The machine's time passes, the twin's does not; started again it takes up where it stood."""
    machine = [NOON]
    clock = TwinClock(store, system=lambda: machine[0])
    clock.advance(timedelta(days=1))

    clock.stop()
    machine[0] += timedelta(minutes=5)
    stood = clock.now()
    clock.advance(timedelta(seconds=7))
    turned = clock.now()
    clock.start()
    machine[0] += timedelta(seconds=3)

    assert stood == NOON + timedelta(days=1)
    assert turned == stood + timedelta(seconds=7)
    assert clock.now() == turned + timedelta(seconds=3)


def test_a_clock_that_stood_for_long_comes_back_to_the_machines_time(store: Store) -> None:
    """It is never behind the machine once it goes."""
    machine = [NOON]
    clock = TwinClock(store, system=lambda: machine[0])

    clock.stop()
    machine[0] += timedelta(hours=1)
    behind = clock.now(), clock.offset
    clock.start()

    assert behind == (NOON, timedelta())
    assert clock.now() == machine[0]


def test_a_restart_and_a_reset_find_a_stopped_clock(store: Store) -> None:
    """The one leaves it standing, the other lets it go."""
    machine = [NOON]
    TwinClock(store, system=lambda: machine[0]).stop()
    machine[0] += timedelta(minutes=1)

    again = TwinClock(store, system=lambda: machine[0])
    stood = again.stopped, again.now()
    again.reset()

    assert stood == (True, NOON)
    assert (again.stopped, again.now()) == (False, machine[0])
    assert not TwinClock(store).stopped


def test_a_tied_clock_goes_again_and_stays_followed(store: Store) -> None:
    """What stood before goes on from there; neither the switch nor a reset unties it, and the next start does."""
    TwinClock(store, system=lambda: NOON).stop()

    clock = TwinClock(store, system=lambda: NOON, tied=True)
    went = clock.stopped, clock.followed
    clock.follow(followed=False)
    clock.reset()

    assert went == (False, True)
    assert clock.followed
    assert not TwinClock(store, system=lambda: NOON).followed
