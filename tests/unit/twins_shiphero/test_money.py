"""Amounts of the ShipHero twin."""

import pytest

from crossdock_twins.shiphero.errors import ApiError
from crossdock_twins.shiphero.purchasing import money


@pytest.mark.parametrize(
    ("text", "written"),
    [("12.5", "12.50"), (" 3 ", "3.00"), ("0.125", "0.125"), ("", "0.00"), (None, "0.00"), ("1e2", "100.00")],
)
def test_an_amount_has_at_least_two_decimals(text: str | None, written: str) -> None:
    """Nothing is nought, and more decimals stay."""
    assert money.amount(text, "price") == written


@pytest.mark.parametrize("text", ["cheap", "NaN", "Infinity", "1e999999", "-1e13", "1,5"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    """The message names the member."""
    with pytest.raises(ApiError, match="price must be an amount"):
        money.amount(text, "price")
