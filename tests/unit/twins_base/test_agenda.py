from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from crossdock_twins.base.agenda import Agenda, Due, add
from crossdock_twins.base.clock import TwinClock
from crossdock_twins.base.store import Store

_START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def store() -> Iterator[Store]:
    opened = Store(None)
    yield opened
    opened.close()


@pytest.fixture
def clock(store: Store) -> TwinClock:
    return TwinClock(store, system=lambda: _START)


def _later(hours: float) -> datetime:
    return _START + timedelta(hours=hours)


def test_a_turn_runs_everything_on_the_way_in_order(store: Store, clock: TwinClock) -> None:
    """Each item is handed the moment it was due, however far the clock was turned; the others stay."""
    agenda, ran = Agenda(store, clock), list[Due]()
    agenda.on("step", ran.append)
    for hours in (5, 1, 30, 3):
        agenda.add("step", due=_later(hours), key=str(hours), detail={"hours": hours})

    nothing = agenda.settle()
    clock.advance(timedelta(hours=6))
    done = agenda.settle()

    assert (nothing, done) == (0, 3)
    assert [(due.key, due.at, due.detail) for due in ran] == [
        (str(hours), _later(hours), {"hours": hours}) for hours in (1, 3, 5)
    ]


def test_an_item_may_put_the_next_one_on_the_agenda(store: Store, clock: TwinClock) -> None:
    """A chain of steps is run to the end of the turn, between the items that were there before."""
    agenda, order = Agenda(store, clock), list[str]()

    def step(due: Due) -> None:
        order.append(due.key)
        agenda.add("step", due=due.at + timedelta(hours=2), key=f"{due.key}+", detail={})

    agenda.on("step", step)
    agenda.add("step", due=_later(1), key="a", detail={})
    agenda.add("step", due=_later(2), key="b", detail={})

    clock.advance(timedelta(hours=4))
    agenda.settle()

    assert order == ["a", "b", "a+", "b+"]


def test_two_agendas_over_one_store_run_each_item_once(store: Store, clock: TwinClock) -> None:
    """Whoever settles first runs it."""
    ran = list[str]()
    agendas = [Agenda(store, clock), Agenda(store, clock)]
    agendas[0].on("step", lambda due: ran.append(f"{due.key} by 0"))
    agendas[1].on("step", lambda due: ran.append(f"{due.key} by 1"))
    add(store, "step", due=_START, key="x", detail={})

    settled = [agenda.settle() for agenda in reversed(agendas)]

    assert (settled, ran) == ([1, 0], ["x by 1"])


def test_a_failing_item_is_set_aside_and_the_rest_goes_on(
    store: Store, clock: TwinClock, caplog: pytest.LogCaptureFixture
) -> None:
    """What it wrote is undone, what it was stays to be seen, and whoever settled knows nothing of it."""
    agenda, ran = Agenda(store, clock), list[str]()

    def break_off(due: Due) -> None:
        store.meta_set("written", due.key)
        raise RuntimeError(due.key)

    agenda.on("broken", break_off)
    agenda.on("sound", lambda due: ran.append(due.key))
    agenda.add("broken", due=_START, key="first", detail={})
    agenda.add("sound", due=_START, key="second", detail={})

    done = agenda.settle()

    assert (done, ran) == (2, ["second"])
    assert store.meta_get("written") is None
    assert [(each["kind"], each["key"], each["error"]) for each in agenda.failures()] == [
        ("broken", "first", "RuntimeError('first')")
    ]
    assert "twin.agenda.failed kind=broken key=first" in caplog.text


def test_dropped_items_do_not_run(store: Store, clock: TwinClock) -> None:
    """Only those of the kind and the key go."""
    agenda, ran = Agenda(store, clock), list[str]()
    agenda.on("a", lambda due: ran.append(due.key))
    agenda.on("b", lambda due: ran.append(due.key.upper()))
    for kind, key in (("a", "x"), ("a", "x"), ("a", "y"), ("b", "x")):
        agenda.add(kind, due=_START, key=key, detail={})

    dropped = agenda.drop("a", "x")
    agenda.settle()

    assert (dropped, ran) == (2, ["y", "X"])


def test_a_kind_has_one_handler(store: Store, clock: TwinClock) -> None:
    """A second one is a mistake of the program."""
    agenda = Agenda(store, clock)
    agenda.on("step", lambda _due: None)

    with pytest.raises(ValueError, match="knows step already"):
        agenda.on("step", lambda _due: None)
