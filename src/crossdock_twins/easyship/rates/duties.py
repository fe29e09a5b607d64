"""Import tax and duty, by a table of the twin's own: a threshold and a rate of each per country."""

from dataclasses import dataclass
from decimal import Decimal

from crossdock_twins.easyship.rates.zones import Place, one_customs_area, within_union
from crossdock_twins.easyship.reference.tables import cents, exchange, load

_TAXES = load("taxes")
_HANDLING_SHARE = Decimal("0.02")
_MOST_BY_IOSS = Decimal(150)
_NOTHING = Decimal()


@dataclass(frozen=True, slots=True, kw_only=True)
class Duties:
    """What a country of destination asks for, in the origin's currency; nothing below its thresholds."""

    tax: Decimal = _NOTHING
    duty: Decimal = _NOTHING
    above_tax_threshold: bool = False
    above_duty_threshold: bool = False
    paid: Decimal = _NOTHING

    @property
    def handling(self) -> Decimal:
        """What a courier asks for paying tax and duty ahead."""
        return cents((self.tax + self.duty) * _HANDLING_SHARE)


def import_duties(
    *, origin: Place, destination: Place, value: Decimal, freight: Decimal, currency: str, ioss: bool = False
) -> Duties:
    """Work out tax on value, freight and duty, and duty on the value alone; all amounts are in `currency`.

    With an IOSS number the tax on goods of up to 150 euros that enter the European Union is `paid` by the seller.
    """
    if one_customs_area(origin, destination):
        return Duties()
    rule = _TAXES["import"].get(destination.country_alpha2, _TAXES["import_elsewhere"])
    in_usd = exchange(value, source=currency, target="USD")
    above_tax, above_duty = in_usd > rule["tax_above"], in_usd > rule["duty_above"]
    duty = cents(value * rule["duty_rate"]) if above_duty else _NOTHING
    tax = cents((value + freight + duty) * rule["tax_rate"]) if above_tax else _NOTHING
    if ioss and within_union(destination) and exchange(value, source=currency, target="EUR") <= _MOST_BY_IOSS:
        return Duties(paid=tax, above_tax_threshold=above_tax)
    return Duties(tax=tax, duty=duty, above_tax_threshold=above_tax, above_duty_threshold=above_duty)


def sales_tax_rate(origin: Place, destination: Place) -> Decimal:
    """Give the value-added tax on the freight of a parcel that stays in its country."""
    if origin.country_alpha2 != destination.country_alpha2:
        return _NOTHING
    return Decimal(_TAXES["domestic"].get(origin.country_alpha2, 0))


def provincial_tax_rate(origin: Place, destination: Place) -> Decimal:
    """Give the province's share beside it, as in Canada."""
    if origin.country_alpha2 != destination.country_alpha2:
        return _NOTHING
    return Decimal(_TAXES["provincial"].get(origin.country_alpha2, {}).get(destination.state.upper(), 0))
