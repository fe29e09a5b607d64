"""What automatic top-ups may be set to: each country has its smallest amount, and the largest is forty times that."""

from collections.abc import Iterator, Mapping

from crossdock_twins.easyship.addresses.rules import humanized
from crossdock_twins.easyship.reference.tables import load

_SMALLEST: Mapping[str, int] = load("recharge")
_ELSEWHERE = 50
_LARGEST = 40


def recharge_problems(*, threshold: float, amount: float, country_alpha2: str) -> list[str]:
    """Tell what keeps a company of a country from topping up so, in its money."""
    fractions = [*_fraction("threshold_amount", threshold), *_fraction("amount", amount)]
    return fractions or list(_bounds(threshold, amount, _SMALLEST.get(country_alpha2, _ELSEWHERE)))


def _fraction(name: str, value: float) -> Iterator[str]:
    if value != int(value):
        yield f"{humanized(name)} must be a kind of Integer"


def _bounds(threshold: float, amount: float, smallest: int) -> Iterator[str]:
    if threshold < 0:
        yield "Threshold amount must be greater than or equal to 0"
    if amount < smallest:
        yield f"Amount must be greater than or equal to {smallest}"
    elif amount > smallest * _LARGEST:
        yield f"Amount must be less than or equal to {smallest * _LARGEST}"
    elif amount <= threshold:
        yield f"Amount must be greater than {threshold:g}"
