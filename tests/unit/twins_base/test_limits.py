from collections.abc import Iterator
from pathlib import Path

import pytest

from crossdock_twins.base.limits import Limits
from crossdock_twins.base.store import Store


@pytest.fixture
def store() -> Iterator[Store]:
    opened = Store(None)
    yield opened
    opened.close()


@pytest.mark.parametrize("started", [True, False])
def test_they_are_what_the_process_was_started_with(store: Store, started: bool) -> None:  # noqa: FBT001 - pytest's
    """Until somebody switches them, and again after a reset."""
    limits = Limits(store, started=started)

    before = limits.on
    limits.switch(on=not started)
    switched = limits.on
    limits.reset()

    assert (before, switched, limits.on) == (started, not started, started)


def test_a_switch_outlives_the_process(tmp_path: Path) -> None:
    """The next process finds it, until a reset takes it back."""
    first = Store(tmp_path / "twin.sqlite3")
    Limits(first, started=True).switch(on=False)
    first.close()

    second = Store(tmp_path / "twin.sqlite3")
    found = Limits(second, started=True)
    kept = found.on
    found.reset()
    again = Limits(second, started=True).on
    second.close()

    assert (kept, again) == (False, True)


def test_switching_back_leaves_the_next_start_its_choice(store: Store) -> None:
    """Whoever has switched back to what the process was started with holds nobody to it."""
    limits = Limits(store, started=True)
    limits.switch(on=False)
    limits.switch(on=True)

    assert not Limits(store, started=False).on


def test_every_switch_starts_the_counts_anew(store: Store) -> None:
    """All who count are told to forget, at a reset too."""
    told: list[str] = []
    limits = Limits(store, started=True)
    limits.counted_by(lambda: told.append("one"))
    limits.counted_by(lambda: told.append("two"))

    limits.switch(on=True)
    limits.reset()

    assert told == ["one", "two"] * 2
