"""Places made up around an address: the same address always has the same ones near it.

The couriers' own registers stand behind the real operations; the twin has streets, hours and coordinates of its own.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_STREETS = (
    "Bank St",
    "Main St",
    "Station Rd",
    "Market Sq",
    "Mill Ln",
    "Harbour Dr",
    "Elm Ave",
    "Church St",
    "Park Row",
)
_CENTRES: Mapping[str, tuple[float, float]] = {
    "US": (39.8, -98.6),
    "CA": (45.42, -75.69),
    "GB": (52.5, -1.5),
    "AU": (-33.87, 151.21),
    "HK": (22.3, 114.17),
    "SG": (1.35, 103.82),
    "DE": (51.2, 10.4),
}
_FAR = 500
_ROUND = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """Where somebody looks: what is unknown is empty."""

    country_alpha2: str
    city: str = ""
    state: str = ""
    postal_code: str = ""
    line_1: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A courier's places: how they are called, who answers there, and how their hours are written."""

    umbrella_name: str
    countries: frozenset[str]
    names: Sequence[str]
    days: Sequence[str]
    open_time: str
    close_time: str
    closed: Sequence[str]
    phone: bool


def around(network: Network, near: Near, *, count: int) -> list[dict[str, Any]]:
    """Give so many places of a network, the nearest first."""
    return [_place(network, near, number) for number in range(count)]


def chance(network: Network, near: Near, number: int) -> int:
    """Give a number that is always the same for the n-th place near somewhere."""
    text = "|".join((network.umbrella_name, near.country_alpha2, near.postal_code, near.city, near.state, str(number)))
    return int.from_bytes(hashlib.sha256(text.lower().encode()).digest()[:8])


def _place(network: Network, near: Near, number: int) -> dict[str, Any]:
    drawn = chance(network, near, number)
    latitude, longitude = _CENTRES.get(near.country_alpha2, (0.0, 0.0))
    there = chance(network, near, -1)
    latitude += (there % _FAR - _FAR // 2) / 100 * 0.02 + number * 0.004
    longitude += (there // _FAR % _FAR - _FAR // 2) / 100 * 0.02 - number * 0.003
    return {
        "address": {
            "city": near.city.upper(),
            "country_alpha2": near.country_alpha2,
            "latitude": f"{latitude:.{_ROUND}f}",
            "line_1": f"{drawn % 900 + 1} {_STREETS[drawn // 900 % len(_STREETS)]}".upper(),
            "line_2": None,
            "longitude": f"{longitude:.{_ROUND}f}",
            "postal_code": near.postal_code or None,
            "state": near.state.upper(),
        },
        "name": f"{network.names[drawn // 7 % len(network.names)]} #{drawn // 11 % 2000 + 1}",
        "opening_hours": _hours(network),
        "phone_number": f"555{drawn // 13 % 10_000_000:07d}" if network.phone else None,
    }


def _hours(network: Network) -> list[dict[str, str | None]]:
    return [
        {
            "close_time": None if day in network.closed else network.close_time,
            "day": day,
            "open_time": None if day in network.closed else network.open_time,
        }
        for day in network.days
    ]
