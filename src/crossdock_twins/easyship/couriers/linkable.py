"""The couriers whose accounts can be linked, where, and how. Countries and services are the twin's own choice."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crossdock_twins.easyship.reference.tables import COUNTRIES, load

_LOGOS = "https://storage.googleapis.com/easyship-assets/website/courier-logos/color-img"


@dataclass(frozen=True, slots=True, kw_only=True)
class Linkable:
    """A courier; `creation` says whether it is linked by the API, on the dashboard, or by writing to Easyship."""

    key: str
    name: str
    logo: str
    creation: Mapping[str, bool]
    countries: tuple[str, ...]
    services: tuple[Mapping[str, Any], ...]

    @property
    def logo_url(self) -> str:
        """Where the courier's logo lies."""
        return f"{_LOGOS}/{self.logo}.png"

    def as_json(self, *, countries: tuple[str, ...], linked: Mapping[str, str]) -> dict[str, Any]:
        """Show the courier in some of its countries; `linked` are the company's accounts by country."""
        return {
            "key": self.key,
            "logo_url": self.logo_url,
            "name": self.name,
            "supported_countries": [
                {
                    "id": COUNTRIES[country].id,
                    "alpha2": country,
                    "courier_id": linked.get(country),
                    "creation": dict(self.creation),
                }
                for country in countries
            ],
        }


LINKABLE: Mapping[str, Linkable] = {
    row["name"]: Linkable(**{**row, "countries": tuple(row["countries"]), "services": tuple(row["services"])})
    for row in load("linkable")
}
"""All of them by their umbrella name."""
