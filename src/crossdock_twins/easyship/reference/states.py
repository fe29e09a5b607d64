"""The states of the four countries whose states the API lists: the United States, Canada, Australia and Mexico."""

from collections.abc import Mapping
from typing import Any

from crossdock_twins.easyship.reference.tables import COUNTRIES, load

STATES: tuple[Mapping[str, Any], ...] = tuple(load("states"))
"""All 112, as `GET /states` shows them; how they are numbered beyond the first is the twin's guess: by name."""


def states_of(country_alpha2: str) -> tuple[Mapping[str, Any], ...]:
    """Give a country's states; none where the API lists none."""
    country = COUNTRIES.get(country_alpha2)
    return () if country is None else tuple(row for row in STATES if row["country_id"] == country.id)
