"""The price of one service for one consignment, line by line, in the currency of the origin's country."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from crossdock_twins.easyship.rates import acceptance
from crossdock_twins.easyship.rates.catalogue import Price, Service
from crossdock_twins.easyship.rates.duties import Duties, import_duties, provincial_tax_rate, sales_tax_rate
from crossdock_twins.easyship.rates.measures import Parcel
from crossdock_twins.easyship.rates.zones import Place, one_customs_area, zone
from crossdock_twins.easyship.reference.tables import cents, currency_of, exchange

Incoterms = Literal["DDU", "DDP"]

_INSURANCE_SHARE = Decimal("0.015")
_LEAST_INSURANCE = Decimal("1.50")
_OVERSIZED_USD = Decimal(18)
_PAID_PICKUP_USD = Decimal("6.50")


@dataclass(frozen=True, slots=True, kw_only=True)
class Consignment:
    """What is to be carried: parcels from here to there, worth so much, under which terms.

    `value` and `insured` (None: not insured) are in the origin's currency; `with_taxes` says whether import tax and
    duty are worked out.
    """

    origin: Place
    destination: Place
    parcels: Sequence[Parcel]
    value: Decimal
    incoterms: Incoterms = "DDU"
    residential: bool = False
    insured: Decimal | None = None
    with_taxes: bool = True
    ioss: bool = False

    @property
    def currency(self) -> str:
        """The currency of the country that it leaves."""
        return currency_of(self.origin.country_alpha2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """One service's price; every amount is rounded to cents before it is added up."""

    service: Service
    incoterms: Incoterms
    currency: str
    min_days: int
    max_days: int
    shipment: Decimal
    fuel: Decimal
    remote: Decimal
    peak: Decimal
    oversized: Decimal
    residential: Decimal
    residential_charged: bool
    insurance: Decimal
    sales_tax: Decimal
    provincial_tax: Decimal
    duties: Duties | None

    @property
    def freight(self) -> Decimal:
        """`shipment_charge_total`."""
        extra = self.residential if self.residential_charged else Decimal()
        return self.shipment + self.fuel + self.remote + self.peak + self.oversized + extra

    @property
    def prepaid(self) -> Decimal:
        """Import tax, duty and the handling of both, where the sender pays them."""
        if self.duties is None or self.incoterms == "DDU":
            return Decimal()
        return self.duties.tax + self.duties.duty + self.duties.handling

    @property
    def total(self) -> Decimal:
        """`total_charge`; estimates are never part of it."""
        return self.freight + self.insurance + self.sales_tax + self.provincial_tax + self.prepaid


def obstacle(service: Service, consignment: Consignment) -> str | None:
    """Tell why a service cannot carry a consignment, or None where it can."""
    tariff = service.tariff
    if tariff.price(zone(consignment.origin, consignment.destination)) is None:
        return "This courier service does not deliver to the destination."
    if len(consignment.parcels) > tariff.max_parcels:
        return f"This courier service takes at most {tariff.max_parcels} parcel(s) in one shipment."
    if any(parcel.weight > tariff.max_kg for parcel in consignment.parcels):
        return f"This courier service takes parcels of up to {tariff.max_kg} kg."
    if crosses_customs(consignment) and consignment.incoterms not in service.incoterms:
        return f"This courier service does not support {consignment.incoterms}."
    return acceptance.refusal(service.umbrella_name, consignment.parcels, by_post=not tariff.divisor)


def pickup_fee(service: Service, currency: str) -> Decimal:
    """Give what a courier asks for coming to fetch parcels; nothing where it comes for free or not at all."""
    handover = service.tariff.handover
    if "paid_pickup" not in handover or "free_pickup" in handover:
        return Decimal()
    return cents(exchange(_PAID_PICKUP_USD, source="USD", target=currency))


def quote(service: Service, consignment: Consignment) -> Quote:
    """Price a consignment that has no obstacle."""
    tariff = service.tariff
    price = tariff.price(zone(consignment.origin, consignment.destination))
    if price is None:
        raise LookupError(f"{service.name} has no price here: ask for the obstacle first.")
    shipment = cents(sum((_of_parcel(service, price, parcel) for parcel in consignment.parcels), Decimal()))
    remote = tariff.remote if consignment.destination.outlying else Decimal()
    fuel = cents(tariff.fuel * (shipment + remote))
    oversized = _oversized(service, consignment)
    residential = tariff.residential if consignment.residential else Decimal()
    freight = shipment + remote + fuel + tariff.peak + oversized + residential
    return Quote(
        service=service,
        incoterms=consignment.incoterms,
        currency=consignment.currency,
        min_days=price.min_days,
        max_days=price.max_days,
        shipment=shipment,
        fuel=fuel,
        remote=remote,
        peak=tariff.peak,
        oversized=oversized,
        residential=tariff.residential,
        residential_charged=consignment.residential,
        insurance=_insurance(consignment),
        sales_tax=cents(freight * sales_tax_rate(consignment.origin, consignment.destination)),
        provincial_tax=cents(freight * provincial_tax_rate(consignment.origin, consignment.destination)),
        duties=_duties(consignment, freight),
    )


def _oversized(service: Service, consignment: Consignment) -> Decimal:
    """Ask for 18 dollars a long parcel where volume counts: the twin's own figure."""
    if not service.tariff.divisor:
        return Decimal()
    fee = exchange(_OVERSIZED_USD, source="USD", target=consignment.currency)
    return cents(fee * acceptance.oversized(consignment.parcels))


def _of_parcel(service: Service, price: Price, parcel: Parcel) -> Decimal:
    return price.of(parcel.chargeable(service.tariff.divisor)) * service.factor


def crosses_customs(consignment: Consignment) -> bool:
    """Tell whether a consignment goes through customs."""
    return not one_customs_area(consignment.origin, consignment.destination)


def _insurance(consignment: Consignment) -> Decimal:
    """Ask 1.5 % and at least 1.50 dollars, as one documented quote (3.00 for 200) has it."""
    if consignment.insured is None:
        return Decimal()
    least = exchange(_LEAST_INSURANCE, source="USD", target=consignment.currency)
    return cents(max(least, consignment.insured * _INSURANCE_SHARE))


def _duties(consignment: Consignment, freight: Decimal) -> Duties | None:
    if not consignment.with_taxes:
        return None
    return import_duties(
        origin=consignment.origin,
        destination=consignment.destination,
        value=consignment.value,
        freight=freight,
        currency=consignment.currency,
        ioss=consignment.ioss,
    )
