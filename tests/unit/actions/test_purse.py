"""A call's place in its second: the provider never counts more than it takes, however long calls are on their way."""

from __future__ import annotations

import random

from crossdock.actions.budget import Grant, Rules
from crossdock.actions.purse import Place, Purse

RULES = Rules(per_second=10)


def filled(rate: float) -> Purse:
    """Return a purse with more calls than any test makes."""
    purse = Purse(RULES)
    purse.fill(Grant(calls=100_000, rate=rate), 0.0)
    purse.until = 1e9
    return purse


def test_no_second_at_the_provider_holds_too_many() -> None:
    """Calls take between nothing and three seconds, and are counted anywhere in between."""
    chance = random.Random(7)  # noqa: S311 - no secret is made of it
    purse, now = filled(10), 0.0
    under_way: list[tuple[float, Place]] = []
    counted: list[float] = []
    while len(counted) < 2000:
        now += 0.01
        for ends, place in [one for one in under_way if one[0] <= now]:
            place.leave(ends)
            under_way.remove((ends, place))
        taken = purse.take(0, now)
        if taken is not None:
            ends = now + chance.random() * 3
            under_way.append((ends, taken))
            counted.append(chance.uniform(now, ends))

    counted.sort()
    assert all(later - first >= 1 for first, later in zip(counted, counted[10:], strict=False))


def test_places_come_free_a_second_after_the_answer() -> None:
    """Until an answer comes, one looks again; then it is known when the next can go."""
    purse = filled(2)
    places = [purse.take(0, 0.0) for _ in range(2)]
    waiting = purse.pause(5.0)
    assert places[0] is not None
    places[0].leave(5.0)

    assert purse.take(0, 5.0) is None
    assert waiting == 0.25
    assert purse.pause(5.5) == 0.25
    assert purse.take(0, 6.0) is not None


def test_slow_rates_keep_their_distance() -> None:
    """Half a call a second is one every other second."""
    purse = filled(0.5)
    first = purse.take(0, 0.0)
    assert first is not None
    first.leave(0.1)

    assert purse.take(0, 2.0) is None
    assert purse.take(0, 2.2) is not None
