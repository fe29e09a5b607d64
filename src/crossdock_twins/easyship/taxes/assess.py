"""What a country of destination asks for goods, line by line.

The thresholds and rates of tax are those of the quotes. Beside them stand a few trade agreements, rates of some
chapters of the Harmonized System and additional duties, all made up by the twin to have each member filled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from crossdock_twins.easyship.rates.zones import Place, one_customs_area
from crossdock_twins.easyship.reference.tables import COUNTRIES, cents, exchange, load

_TAXES, _TRADE = load("taxes"), load("trade")
_UNION = frozenset(_TAXES["customs_unions"][0])
_LONGEST_CODE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Goods of one kind: made in `origin` (two letters), worth `value` in the request's currency."""

    origin: str
    hs_code: str
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """What is asked about; `freight` and `insurance` are in `currency`, as the lines are."""

    origin: str
    destination: str
    freight: Decimal
    insurance: Decimal
    currency: str
    lines: Sequence[Line]

    @property
    def value(self) -> Decimal:
        """What all lines are worth."""
        return sum((line.value for line in self.lines), Decimal())


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Tax and duty in the request's currency, and how each line came to its duty."""

    tax: Decimal
    duty: Decimal
    details: list[dict[str, Any]]


def assess(goods: Goods) -> Assessment | None:
    """Work out tax and duty; None where nothing is known of goods that go this way."""
    countries = {goods.origin, goods.destination, *(line.origin for line in goods.lines)}
    if goods.origin == goods.destination or not countries <= COUNTRIES.keys():
        return None
    if COUNTRIES[goods.destination].continent == "Others":
        return None
    rule = _TAXES["import"].get(goods.destination, _TAXES["import_elsewhere"])
    untaxed = one_customs_area(Place(country_alpha2=goods.origin), Place(country_alpha2=goods.destination))
    in_usd = exchange(goods.value, source=goods.currency, target="USD")
    dutiable = not untaxed and in_usd > rule["duty_above"]
    details = [_line(goods, line, Decimal(rule["duty_rate"]) if dutiable else Decimal()) for line in goods.lines]
    duty = sum((Decimal(str(detail["line_item_total_duty"])) for detail in details), Decimal())
    taxed = not untaxed and in_usd > rule["tax_above"]
    whole = goods.value + goods.freight + goods.insurance + duty
    tax = cents(whole * Decimal(rule["tax_rate"])) if taxed else Decimal()
    return Assessment(tax=tax, duty=duty, details=details)


def _line(goods: Goods, line: Line, rate: Decimal) -> dict[str, Any]:
    free_on_board = goods.destination in _TRADE["free_on_board"]
    agreed = _agreed(line.origin, goods.destination)
    applied = Decimal() if agreed or not rate else Decimal(_TRADE["chapters"].get(line.hs_code[:2], rate))
    share = line.value / goods.value if goods.value else Decimal()
    basis = line.value if free_on_board else line.value + (goods.freight + goods.insurance) * share
    additional = _additional(goods.destination, line.origin, basis) if rate else []
    base = cents(basis * applied)
    made_in = COUNTRIES[line.origin].id
    return {
        "additional_rates": additional,
        "applied_rate_type": "fta" if agreed else "general",
        "base_duty_amount": float(base),
        "base_duty_rate": float(applied),
        "duty_calculation_method": "FOB" if free_on_board else "CIF",
        "duty_origin_country_id_applied": made_in,
        "duty_origin_country_id_provided": made_in,
        "hs_code_applied": line.hs_code.ljust(_LONGEST_CODE, "0"),
        "hs_code_provided": line.hs_code,
        "line_item_shipment_value": float(cents(line.value)),
        "line_item_total_duty": float(base + sum((Decimal(str(each["amount"])) for each in additional), Decimal())),
        "subheading": len(line.hs_code) == _LONGEST_CODE,
    }


def _agreed(origin: str, destination: str) -> bool:
    ends = {"EU" if country in _UNION else country for country in (origin, destination)}
    return any(ends <= set(agreement) for agreement in _TRADE["agreements"])


def _additional(destination: str, origin: str, basis: Decimal) -> list[dict[str, Any]]:
    return [
        {
            "amount": float(cents(basis * Decimal(row["rate"]))),
            "description": row["description"],
            "rate": float(row["rate"]),
        }
        for row in _TRADE["additional"]
        if (row["destination"], row["origin"]) == (destination, origin)
    ]
