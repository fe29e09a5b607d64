import pytest

from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.errors import ApiError
from crossdock_twins.shiphero.paging import Window, window


def _window(**asked: int | str | None) -> Window:
    page: dict[str, int | str | None] = {"first": None, "last": None, "after": None, "before": None, **asked}
    return window(total=lambda: 250, **page)  # type: ignore[arg-type]  # the cases mix numbers and cursors


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ({}, 0, 100),
        ({"first": 10}, 0, 10),
        ({"first": 10, "after": ""}, 0, 10),
        ({"first": 10, "after": ids.cursor(9)}, 10, 20),
        ({"first": 10, "after": "nonsense"}, 0, 10),
        ({"first": 0}, 0, 0),
        ({"last": 10}, 240, 250),
        ({"last": 10, "before": ids.cursor(50)}, 40, 50),
        ({"first": 20, "before": ids.cursor(5)}, 0, 5),
        ({"first": 20, "last": 5}, 15, 20),
    ],
)
def test_the_rows_of_a_page(asked: dict[str, int | str], start: int, end: int) -> None:
    """A page is worked out as Relay describes it, 100 rows by default."""
    page = _window(**asked)

    assert (page.start, page.end) == (start, end)


@pytest.mark.parametrize("name", ["first", "last"])
def test_negative_sizes_are_refused(name: str) -> None:
    """A page cannot have fewer than no rows."""
    with pytest.raises(ApiError, match="must not be negative"):
        _window(**{name: -1})
