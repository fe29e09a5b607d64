import pytest

from crossdock_twins.shiphero.labor.performance import times


@pytest.mark.parametrize(
    ("moments", "worked", "idle"),
    [
        ([], 0, 0),
        (["2026-02-03T10:00:00"], 60, 0),
        (["2026-02-03T10:00:00", "2026-02-03T10:05:00"], 360, 0),
        (["2026-02-03T10:00:00", "2026-02-03T11:00:00"], 660, 3000),
    ],
)
def test_long_gaps_are_not_work(moments: list[str], worked: float, idle: float) -> None:
    """The first piece counts a minute, a gap at most ten; the rest of it was idle."""
    spent = times(moments)

    assert (spent.worked, spent.idle) == (worked, idle)
