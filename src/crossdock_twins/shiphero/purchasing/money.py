"""Amounts, which the API carries as texts."""

from decimal import Decimal, InvalidOperation

from crossdock_twins.shiphero.errors import invalid

_CENT = Decimal("0.01")
_TOO_MUCH = Decimal(10) ** 12


def amount(text: str | None, name: str) -> str:
    """Read an amount of money; nothing and blanks are nought. ApiError where it is no number."""
    try:
        value = Decimal((text or "").strip() or "0")
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) >= _TOO_MUCH:
        raise invalid(f"{name} must be an amount such as 12.50")
    return written(value)


def written(value: Decimal) -> str:
    """Write an amount with at least two decimals, as it came."""
    exponent = value.as_tuple().exponent
    return str(value.quantize(_CENT) if isinstance(exponent, int) and exponent > -2 else value)  # noqa: PLR2004 - two decimals
