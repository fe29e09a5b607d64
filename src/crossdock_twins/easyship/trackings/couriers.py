"""The couriers whose parcels can be followed: those with labels here, and others that are known by name only."""

from collections.abc import Mapping
from dataclasses import dataclass

from crossdock_twins.easyship.rates.catalogue import SERVICES, Service
from crossdock_twins.easyship.reference.tables import load


@dataclass(frozen=True, slots=True, kw_only=True)
class External:
    """A courier without labels here; `countries` are those it starts from."""

    name: str
    slug: str
    countries: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """Give the courier as `GET /trackings/external_courier_services` shows it."""
        return {"name": self.name, "origin_country_alpha2": list(self.countries), "slug": self.slug}


EXTERNAL = tuple(
    External(name=row["name"], slug=row["slug"], countries=tuple(row["countries"])) for row in load("tracking_couriers")
)


def supported_json(service: Service) -> dict[str, str]:
    """Give a service as `GET /trackings/supported_couriers` shows it."""
    return {
        "id": service.id,
        "name": service.name,
        "origin_country_alpha2": service.country_alpha2,
        "umbrella_name": service.umbrella_name,
    }


def by_id(service_id: str) -> Mapping[str, str] | None:
    """Give the courier of a service as trackings show it."""
    service = SERVICES.get(service_id.lower())
    return None if service is None else {"id": service.id, "umbrella_name": service.umbrella_name}


def by_name(name: str) -> Mapping[str, str] | None:
    """Give the courier that goes by a name or a slug, as trackings show it; with labels here before those without."""
    wanted = name.strip().lower()
    for service in SERVICES.values():
        if wanted in {service.name.lower(), service.umbrella_name.lower()}:
            return {"id": service.id, "umbrella_name": service.umbrella_name}
    for courier in EXTERNAL:
        if wanted in {courier.name.lower(), courier.slug}:
            return {"id": courier.slug, "umbrella_name": courier.name}
    return None
