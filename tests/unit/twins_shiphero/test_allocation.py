from hypothesis import given
from hypothesis import strategies as st

from crossdock_twins.shiphero.orders.allocation import OpenLine, Stock, best_warehouse


def _line(number: int, wanted: int, stocks: dict[int, int], locked_to: int | None = None) -> OpenLine:
    shelves = tuple(
        Stock(id=number * 10 + place, warehouse_id=place, available=pieces) for place, pieces in stocks.items()
    )
    return OpenLine(id=number, wanted=wanted, locked_to=locked_to, stocks=shelves)


def test_the_warehouse_that_serves_most_is_chosen() -> None:
    """What counts is what can be sent, not what lies there."""
    lines = [_line(1, 2, {1: 1000, 2: 2}), _line(2, 2, {1: 0, 2: 2})]

    assert best_warehouse(lines) == 2


def test_equal_warehouses_are_decided_by_number() -> None:
    """The choice is the same each time."""
    assert best_warehouse([_line(1, 2, {3: 9, 2: 9})]) == 2


def test_a_locked_line_is_served_by_its_warehouse_only() -> None:
    """Stock elsewhere does not count for a locked line."""
    assert best_warehouse([_line(1, 2, {1: 9, 2: 1}, locked_to=2)]) == 2


def test_nothing_to_choose_from() -> None:
    """An order of unknown products has no warehouse."""
    assert best_warehouse([_line(1, 2, {})]) is None


@given(st.lists(st.tuples(st.integers(1, 20), st.dictionaries(st.integers(1, 4), st.integers(-5, 30))), max_size=6))
def test_a_chosen_warehouse_carries_something(orders: list[tuple[int, dict[int, int]]]) -> None:
    """Whatever the stock, the choice is one of the warehouses that carry a line."""
    lines = [_line(number, wanted, stocks) for number, (wanted, stocks) in enumerate(orders)]

    chosen = best_warehouse(lines)

    assert chosen in {place for _, stocks in orders for place in stocks} | {None}
    assert (chosen is None) == (not any(stocks for _, stocks in orders))
