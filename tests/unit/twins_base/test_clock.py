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
