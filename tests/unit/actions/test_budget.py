from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crossdock.actions import budget
from crossdock.actions.budget import GRANT_SECONDS, Grant, Rules, Used

REST = Rules(per_second=10, per_minute=60)
CREDITS = Rules(per_minute=1400, bucket=4004, refill=60)
FULL = 4004 * 0.95


class Ledger:
    """A ledger that asks for itself, at a time that the test turns."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.kept: dict[str, Any] = {}
        self.now = 1000.0

    def ask(
        self, owner: str = "a", *, calls: int = 1, worth: float = 0, cost: float = 0, used: Used | None = None
    ) -> Grant:
        given, self.kept = budget.grant(
            ledger=self.kept,
            rules=self.rules,
            owner=owner,
            used=used or Used(),
            calls=calls,
            worth=worth,
            cost=cost,
            now=self.now,
        )
        return given


def test_no_minute_holds_more_calls_than_the_provider_takes() -> None:
    """Whoever asks for as much as there is gets sixty calls in any sixty seconds, and not one more."""
    ledger = Ledger(REST)
    granted: list[tuple[float, int]] = []
    for _ in range(3000):
        given = ledger.ask(used=Used(calls=granted[-1][1] if granted else 0), calls=60)
        if given.calls:
            granted.append((ledger.now, given.calls))
        ledger.now += 0.1

    for start, _ in granted:
        assert sum(calls for at, calls in granted if start <= at < start + 60) <= 60
    assert sum(calls for _, calls in granted) >= 200


def test_two_replicas_share_what_there_is() -> None:
    """The rates that are granted at one time never add up to more than the provider's, calls on their way included."""
    ledger = Ledger(REST)
    first = ledger.ask("a", calls=10)
    refused = ledger.ask("b", calls=10)
    ledger.now += 1
    renewed = ledger.ask("a", calls=10, used=Used(calls=first.calls))
    early = ledger.ask("b", calls=10)
    ledger.now += early.wait
    second = ledger.ask("b", calls=10)

    assert (first.rate, refused.calls) == (10, 0)
    assert refused.wait == pytest.approx(GRANT_SECONDS + 3)
    assert (renewed.rate, early.calls) == (5, 0)
    assert early.wait == pytest.approx(3)
    assert second.rate == 5


def test_credits_are_granted_down_to_the_reserve_and_fill_by_the_second() -> None:
    """When the bucket is spent, the wait is what the first in line still lacks, at sixty a second."""
    ledger = Ledger(CREDITS)
    taken = ledger.ask(worth=10_000, cost=100)
    short = ledger.ask(used=Used(calls=1), worth=200, cost=200)
    ledger.now += short.wait
    given = ledger.ask(worth=200, cost=200)

    assert taken.credits == pytest.approx(FULL)
    assert short.wait == pytest.approx(200 / 60)
    assert given.credits == pytest.approx(200)


def test_credits_that_were_not_used_come_back() -> None:
    """What a replica gives back is there for the next one."""
    ledger = Ledger(CREDITS)
    ledger.ask("a", worth=10_000, cost=1)
    given = ledger.ask("a", used=Used(calls=3, credits=3000), worth=3000, cost=3000)

    assert given.credits >= 3000


def test_what_one_replica_holds_is_not_filled_up_again() -> None:
    """A grant that is held but not spent counts as spent, however long the bucket fills."""
    ledger = Ledger(CREDITS)
    ledger.ask("a", worth=2000, cost=1)
    ledger.now += GRANT_SECONDS - 1
    second = ledger.ask("b", worth=10_000, cost=1)

    assert second.credits <= FULL - 2000


@pytest.mark.parametrize("ask", [lambda ledger: ledger.ask(), lambda ledger: ledger.ask("b")])
def test_the_providers_own_wait_holds_for_every_replica(ask: Callable[[Ledger], Grant]) -> None:
    """Where the provider asked to wait, nobody gets anything until then."""
    ledger = Ledger(REST)
    ledger.ask()
    ledger.ask(used=Used(calls=1, asked_to_wait=7))
    ledger.now += 3

    assert ask(ledger).wait == pytest.approx(4)
