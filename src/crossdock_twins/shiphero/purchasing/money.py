"""Amounts, which the API carries as texts; the provider takes any text, so an odd one is kept and counts as nought."""

from decimal import Decimal, InvalidOperation

_CENT = Decimal("0.01")
_TOO_MUCH = Decimal(10) ** 12
_NOUGHT = Decimal()


def amount(text: str | None) -> str:
    """Write an amount with two decimals or more, as it came; nothing and blanks are nought, other texts stay."""
    plain = (text or "").strip() or "0"
    number = _read(plain)
    return plain if number is None else written(number)


def value(text: str | None) -> Decimal:
    """Give an amount to compute with."""
    number = _read((text or "").strip())
    return _NOUGHT if number is None else number


def written(number: Decimal) -> str:
    """Write a number with at least two decimals."""
    exponent = number.as_tuple().exponent
    return str(number.quantize(_CENT) if isinstance(exponent, int) and exponent > -2 else number)  # noqa: PLR2004 - two decimals


def _read(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < _TOO_MUCH else None
