"""How far apart two places are, in the words of the price lists."""

from dataclasses import dataclass

from crossdock_twins.easyship.reference.tables import COUNTRIES, load

_ZONES = load("zones")
_UNIONS = [frozenset(union) for union in load("taxes")["customs_unions"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """As much of an address as prices depend on; unknown parts are empty."""

    country_alpha2: str
    state: str = ""
    postal_code: str = ""

    @property
    def outlying(self) -> bool:
        """Whether couriers reach it by sea or air only, as Alaska or the Scottish islands."""
        listed = _ZONES["outlying"].get(self.country_alpha2, {})
        postal_code = self.postal_code.upper().replace(" ", "")
        return self.state.upper() in listed.get("states", ()) or postal_code.startswith(
            tuple(listed.get("postal_codes", ())) or ("\0",)
        )


def one_customs_area(origin: Place, destination: Place) -> bool:
    """Tell whether goods go from one place to the other without customs."""
    countries = {origin.country_alpha2, destination.country_alpha2}
    return len(countries) == 1 or any(countries <= union for union in _UNIONS)


def within_union(place: Place) -> bool:
    """Tell whether a place is in a customs union, as the European one."""
    return any(place.country_alpha2 in union for union in _UNIONS)


def zone(origin: Place, destination: Place) -> str:
    """Give the zone: near, far or outlying inside a country; neighbour, region or world beyond."""
    if origin.country_alpha2 == destination.country_alpha2:
        return _inside(origin, destination)
    if destination.country_alpha2 in _ZONES["neighbours"].get(origin.country_alpha2, ()):
        return "neighbour"
    start, end = COUNTRIES.get(origin.country_alpha2), COUNTRIES.get(destination.country_alpha2)
    return "region" if start and end and start.continent == end.continent else "world"


def _inside(origin: Place, destination: Place) -> str:
    if destination.outlying and not origin.outlying:
        return "outlying"
    if origin.state and origin.state.upper() == destination.state.upper():
        return "near"
    known = origin.postal_code[:1] and origin.postal_code[:1].upper() == destination.postal_code[:1].upper()
    return "near" if known else "far"
