"""Ids and what may be read off them."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from crossdock.kernel.ids import Ids

_YEARS = 60


@dataclass(frozen=True, slots=True)
class _Steps:
    """A clock that tells one given moment after the other."""

    moments: Iterator[datetime] = field(default_factory=lambda: iter(()))

    def now(self) -> datetime:
        return next(self.moments)

    def monotonic(self) -> float:
        return 0.0


def test_ids_made_one_after_the_other_sort_so() -> None:
    """A millisecond later is enough, and it holds over decades, whatever the random part is."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    spans = [
        *(timedelta(milliseconds=number) for number in range(3_000)),
        *(timedelta(days=91 * n) for n in range(1, 4 * _YEARS)),
    ]
    ids = Ids(clock=_Steps(iter(start + span for span in spans)), random=os.urandom)

    made = [ids.new("evt") for _ in spans]

    assert made == sorted(made)
    assert len(set(made)) == len(spans)


def test_an_id_is_its_prefix_and_26_characters_that_stand_anywhere() -> None:
    """Digits and lower-case letters only: fit for URLs, file names and people who read them out."""
    made = Ids(random=lambda size: b"\xff" * size).new("whk")

    assert re.fullmatch(r"whk_[0-9a-v]{26}", made)
