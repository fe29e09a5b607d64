"""What insurance costs."""

from decimal import Decimal

import pytest

from crossdock_twins.easyship.insurance import fees


@pytest.mark.parametrize(
    ("value", "share", "currency", "fee"),
    [
        (200, fees.QUOTED, "USD", "3.00"),
        (400, fees.ELSEWHERE, "USD", "10.00"),
        (11, fees.ELSEWHERE, "USD", "1.50"),
        (0, fees.QUOTED, "USD", "1.50"),
        (1000, fees.QUOTED, "HKD", "15.00"),
    ],
)
def test_the_documented_fees_come_out(value: int, share: Decimal, currency: str, fee: str) -> None:
    """A share of the value, and at least a dollar and a half in any money."""
    assert fees.fee(Decimal(value), share=share, currency=currency) == Decimal(fee)


def test_the_least_fee_is_exchanged() -> None:
    """In Hong Kong dollars it is about twelve."""
    assert Decimal(11) < fees.fee(Decimal(1), share=fees.QUOTED, currency="HKD") < Decimal(13)


def test_amounts_are_kept_in_cents() -> None:
    """Halves go away from zero."""
    assert fees.in_cents(Decimal("1.005")) == 101
