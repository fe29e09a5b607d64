"""Amounts of the ShipHero twin."""

from decimal import Decimal

import pytest

from crossdock_twins.shiphero.purchasing import money


@pytest.mark.parametrize(
    ("text", "written"),
    [("12.5", "12.50"), (" 3 ", "3.00"), ("0.125", "0.125"), ("", "0.00"), (None, "0.00"), ("1e2", "100.00")],
)
def test_an_amount_has_at_least_two_decimals(text: str | None, written: str) -> None:
    """Nothing is nought, and more decimals stay."""
    assert money.amount(text) == written
    assert money.value(text) == Decimal(written)


@pytest.mark.parametrize("text", ["230:00", "NaN", "Infinity", "1e999999", "-1e13"])
def test_what_is_no_amount_stays_and_counts_as_nought(text: str) -> None:
    """The provider takes any text."""
    assert money.amount(text) == text
    assert money.value(text) == 0
