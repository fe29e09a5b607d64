import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock_twins.shiphero.orders.supply import OpenLine, Part, Stock, best_warehouse, choose_home, plan


def _line(number: int, wanted: int, stocks: dict[int, int], locked_to: int | None = None) -> OpenLine:
    shelves = tuple(
        Stock(id=number * 10 + place, warehouse_id=place, available=pieces) for place, pieces in stocks.items()
    )
    return OpenLine(id=number, wanted=wanted, locked_to=locked_to, parts=(Part(stocks=shelves),))


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


def test_lines_of_one_sku_share_its_stock() -> None:
    """What the first line takes is gone for the second."""
    shelf = Part(stocks=(Stock(id=7, warehouse_id=1, available=5),))
    lines = [OpenLine(id=number, wanted=3, locked_to=None, parts=(shelf,)) for number in (1, 2)]

    served = plan(lines, home=1)

    assert [(line.taken, line.missing) for line in served] == [(3, 0), (2, 1)]


def test_a_kit_reaches_as_far_as_its_scarcest_component() -> None:
    """Two of one component and one of another make a kit; the pieces set aside are whole kits."""
    parts = (
        Part(stocks=(Stock(id=1, warehouse_id=1, available=9),), per_unit=2, is_kit_component=True),
        Part(stocks=(Stock(id=2, warehouse_id=1, available=3),), per_unit=1, is_kit_component=True),
    )

    (served,) = plan([OpenLine(id=1, wanted=4, locked_to=None, parts=parts)], home=1)

    assert (served.taken, served.missing) == (3, 1)
    assert [(each.quantity, each.backorder) for each in served.bookings] == [(6, 2), (3, 1)]


@pytest.mark.parametrize(("current", "home"), [(None, 2), (1, 1), (3, 2)])
def test_a_warehouse_keeps_its_order_while_it_can_serve(current: int | None, home: int) -> None:
    """A better warehouse is chosen only when the current one has nothing left."""
    assert choose_home([_line(1, 5, {1: 1, 2: 5, 3: 0})], current=current) == home
