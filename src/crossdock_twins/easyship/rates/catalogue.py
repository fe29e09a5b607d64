"""The courier services that the twin knows: real names and ids, prices of its own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

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
    """A courier service out of one country; `sandbox` says whether the sandbox offers it.

    A `linked` one is of a courier account of the company's own: its courier, not Easyship, is paid.
    """

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
    linked: bool = False

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
_LINKED = [(courier, row) for courier in load("linkable") for row in courier["services"]]
_MARK, _MARKED = "11ce00c0", 24
_END, _NO_END = 4, "0000"
_ENDS = {f"{number + 1:04x}": number for number in range(len(_LINKED))}


class _Services(Mapping[str, Service]):
    """Easyship's own services by their ids; asked for, but not among them, are those of linked accounts.

    An id of theirs is that of the account with another end, which says what service it is: so it needs no table.
    """

    def __init__(self, own: Mapping[str, Service]) -> None:
        self._own = own

    def __getitem__(self, service_id: str) -> Service:
        if service_id in self._own:
            return self._own[service_id]
        courier, end = service_id[:-_END], service_id[-_END:]
        if courier[_MARKED:] != _MARK or end not in _ENDS:
            raise KeyError(service_id)
        return _linked(courier + _NO_END, _ENDS[end])

    def __iter__(self) -> Iterator[str]:
        return iter(self._own)

    def __len__(self) -> int:
        return len(self._own)


def _linked(courier_id: str, number: int) -> Service:
    courier, row = _LINKED[number]
    return Service(
        id=f"{courier_id[:-_END]}{number + 1:04x}",
        name=f"{courier['name']} - {row['name']}",
        umbrella_name=courier["name"],
        country_alpha2="",
        logo=courier["logo"],
        courier_id=courier_id,
        incoterms=frozenset(row["incoterms"]),
        tariff=_TARIFFS[row["tariff"]],
        factor=Decimal(1),
        sandbox=True,
        linked=True,
    )


SERVICES: Mapping[str, Service] = _Services({row["id"]: _service(row, _TARIFFS) for row in load("courier_services")})
"""All services by their ids."""


def new_courier_id() -> str:
    """Make the id of an account that is being linked."""
    return f"{str(uuid4())[:_MARKED]}{_MARK}{_NO_END}"


def linked_services(
    courier_id: str, *, umbrella_name: str, country_alpha2: str, nickname: str, pickup_fee: Decimal
) -> tuple[Service, ...]:
    """Give the services of a linked account; its pickup fee is asked for every shipment."""
    return tuple(
        replace(
            (service := _linked(courier_id, number)),
            name=f"{nickname} - {service.name}",
            country_alpha2=country_alpha2,
            tariff=replace(service.tariff, peak=pickup_fee),
        )
        for number, (courier, _) in enumerate(_LINKED)
        if courier["name"] == umbrella_name
    )


def services(*, country_alpha2: str, sandbox: bool) -> tuple[Service, ...]:
    """Give the services out of a country; the sandbox offers some of them."""
    return tuple(
        service
        for service in SERVICES.values()
        if service.country_alpha2 == country_alpha2 and (service.sandbox or not sandbox)
    )
