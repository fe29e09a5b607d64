"""The courier services that the twin knows: real names and ids, prices of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from crossdock_twins.easyship.reference.tables import load

_LOGOS = "https://storage.googleapis.com/easyship-assets/website/courier-logos/color-img"
_STEP_KG = Decimal("0.5")


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a service costs in a zone: `first` up to `first_kg`, then `step` for each half kilogram.

    `min_days` and `max_days` are the working days that it takes.
    """

    first_kg: Decimal
    first: Decimal
    step: Decimal
    min_days: int
    max_days: int

    def of(self, kilograms: Decimal) -> Decimal:
        """Give the price of a chargeable weight."""
        beyond = max(Decimal(), kilograms - self.first_kg)
        return self.first + self.step * -(-beyond // _STEP_KG)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """A price list; fees are in the currency of the service's country.

    `fuel` is a share of shipment and remote-area charge, `peak` a surcharge on every shipment, `divisor` that of volume
    weight (0: not charged), `by_hour` the hour of delivery that parts services of equal days.
    """

    fuel: Decimal
    peak: Decimal
    residential: Decimal
    remote: Decimal
    divisor: int
    max_kg: Decimal
    max_parcels: int
    by_hour: int
    tracking_rating: int
    handover: tuple[str, ...]
    tracking_number: str
    zones: Mapping[str, Price]

    def price(self, zone: str) -> Price | None:
        """Give the price list of a zone; the near zones of a service that has none are those beyond."""
        if zone in self.zones:
            return self.zones[zone]
        return self.zones.get({"near": "far", "neighbour": "region"}.get(zone, ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A courier service out of one country; `sandbox` says whether the sandbox offers it."""

    id: str
    name: str
    umbrella_name: str
    country_alpha2: str
    logo: str
    courier_id: str
    incoterms: frozenset[str]
    tariff: Tariff
    factor: Decimal
    sandbox: bool

    @property
    def logo_url(self) -> str:
        """Where the courier's logo lies."""
        return f"{_LOGOS}/{self.logo}.png"


def _tariff(row: Mapping[str, Any]) -> Tariff:
    zones = {
        name: Price(
            first_kg=Decimal(zone["first_kg"]),
            first=Decimal(zone["first"]),
            step=Decimal(zone["step"]),
            min_days=zone["min_days"],
            max_days=zone["max_days"],
        )
        for name, zone in row["zones"].items()
    }
    return Tariff(
        fuel=Decimal(row["fuel"]),
        peak=Decimal(row.get("peak", 0)),
        residential=Decimal(row["residential"]),
        remote=Decimal(row["remote"]),
        divisor=row["divisor"],
        max_kg=Decimal(row["max_kg"]),
        max_parcels=row["max_parcels"],
        by_hour=row["by_hour"],
        tracking_rating=row["tracking_rating"],
        handover=tuple(row["handover"]),
        tracking_number=row["tracking_number"],
        zones=zones,
    )


def _service(row: Mapping[str, Any], tariffs: Mapping[str, Tariff]) -> Service:
    return Service(
        id=row["id"],
        name=row["name"],
        umbrella_name=row["umbrella_name"],
        country_alpha2=row["country_alpha2"],
        logo=row["logo"],
        courier_id=row["courier_id"],
        incoterms=frozenset(row["incoterms"]),
        tariff=tariffs[row["tariff"]],
        factor=Decimal(row.get("factor", 1)),
        sandbox=row.get("sandbox", False),
    )


_TARIFFS = {name: _tariff(row) for name, row in load("tariffs").items()}
SERVICES: Mapping[str, Service] = {row["id"]: _service(row, _TARIFFS) for row in load("courier_services")}
"""All services by their ids."""


def services(*, country_alpha2: str, sandbox: bool) -> tuple[Service, ...]:
    """Give the services out of a country; the sandbox offers some of them."""
    return tuple(
        service
        for service in SERVICES.values()
        if service.country_alpha2 == country_alpha2 and (service.sandbox or not sandbox)
    )
