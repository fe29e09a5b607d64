"""From a body that has passed both checks to what the couriers are asked."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from crossdock_twins.easyship.rates.measures import Parcel
from crossdock_twins.easyship.rates.pricing import Consignment
from crossdock_twins.easyship.rates.zones import Place
from crossdock_twins.easyship.reference.tables import currency_of, exchange


def consignment(
    body: Mapping[str, Any], *, origin: Mapping[str, Any], parcels: Sequence[Parcel], with_taxes: bool
) -> Consignment:
    """Read a consignment; customs values are per piece, insurance without an amount covers them all."""
    start, end = _place(origin), _place(body["destination_address"])
    currency = currency_of(start.country_alpha2)
    value = customs_value(parcels, currency)
    return Consignment(
        origin=start,
        destination=end,
        parcels=parcels,
        value=value,
        incoterms=body.get("incoterms") or "DDU",
        residential=body.get("set_as_residential", False),
        insured=_insured(body.get("insurance") or {}, currency, value),
        with_taxes=with_taxes,
        ioss=bool((body.get("regulatory_identifiers") or {}).get("ioss")),
    )


def customs_value(parcels: Sequence[Parcel], currency: str) -> Decimal:
    """Add up what everything is declared to be worth."""
    items = (item for parcel in parcels for item in parcel.sent["items"])
    values = (
        exchange(
            Decimal(str(item["declared_customs_value"])) * item.get("quantity", 1),
            source=item["declared_currency"],
            target=currency,
        )
        for item in items
    )
    return sum(values, Decimal())


def _place(address: Mapping[str, Any]) -> Place:
    return Place(
        country_alpha2=address["country_alpha2"],
        state=address.get("state") or "",
        postal_code=address.get("postal_code") or "",
    )


def _insured(insurance: Mapping[str, Any], currency: str, value: Decimal) -> Decimal | None:
    if not insurance.get("is_insured", False):
        return None
    if "insured_amount" not in insurance:
        return value
    amount = Decimal(str(insurance["insured_amount"]))
    return exchange(amount, source=insurance.get("insured_currency", currency), target=currency)
