"""What insurance costs. Documented are a quote of 3.00 for 200, and policies of 10 for 400 and 1.50 for 11.

From these the twin takes 1.5 % for quotes, 2.5 % for shipments labelled elsewhere, and 1.50 dollars as the least.
"""

from decimal import Decimal

from crossdock_twins.easyship.reference.tables import cents, exchange

QUOTED, ELSEWHERE = Decimal("0.015"), Decimal("0.025")
_LEAST_USD = Decimal("1.50")


def fee(value: Decimal, *, share: Decimal, currency: str) -> Decimal:
    """Give the fee for a value, both in `currency`, rounded to cents."""
    return cents(raw_fee(value, share=share, currency=currency))


def raw_fee(value: Decimal, *, share: Decimal, currency: str) -> Decimal:
    """Give the fee before it is rounded."""
    return max(exchange(_LEAST_USD, source="USD", target=currency), value * share)


def in_cents(amount: Decimal) -> int:
    """Give an amount in cents."""
    return int(cents(amount) * 100)
