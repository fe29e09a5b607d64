"""Arrangers of the tests about prices."""

from decimal import Decimal
from typing import Any

from crossdock_twins.easyship.rates.measures import Parcel, Size
from crossdock_twins.easyship.rates.pricing import Consignment
from crossdock_twins.easyship.rates.zones import Place

NEW_YORK = Place(country_alpha2="US", state="NY", postal_code="10001")
LOS_ANGELES = Place(country_alpha2="US", state="CA", postal_code="90001")
ANCHORAGE = Place(country_alpha2="US", state="AK", postal_code="99501")
LONDON = Place(country_alpha2="GB", postal_code="EC1A 1BB")
LEEDS = Place(country_alpha2="GB", postal_code="LS1 4DY")
TORONTO = Place(country_alpha2="CA", state="ON", postal_code="M5B 2H1")


def parcel(kilograms: str, length: str, width: str, height: str) -> Parcel:
    size = Size(length=Decimal(length), width=Decimal(width), height=Decimal(height))
    return Parcel(weight=Decimal(kilograms), size=size, sent={})


LIGHT = parcel("0.3", "10", "10", "5")
POUND = parcel("0.4536", "25.4", "20.32", "10.16")


def consignment(origin: Place, destination: Place, *parcels: Parcel, **members: Any) -> Consignment:
    return Consignment(
        origin=origin,
        destination=destination,
        parcels=parcels or (LIGHT,),
        **{"value": Decimal(15), **members},
    )
