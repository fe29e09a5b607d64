"""What a company's people choose on the dashboard."""

from typing import Literal

from crossdock_twins.base.store import Store
from crossdock_twins.easyship.rates.measures import Units, units

UnitSystem = Literal["metric", "imperial"]
UNIT_SYSTEMS: tuple[UnitSystem, ...] = ("metric", "imperial")
_UNITS = {
    "metric": units({}),
    "imperial": units({"units": {"weight": "lb", "dimensions": "in"}}),
}


def company_units(store: Store, company_id: str) -> Units:
    """Give the units in which a company's own sizes and weights are sent; metric unless it has chosen otherwise."""
    return _UNITS[unit_system(store, company_id)]


def unit_system(store: Store, company_id: str) -> UnitSystem:
    """Name a company's units."""
    row = store.one("SELECT units FROM company WHERE id = ?", company_id)
    return "imperial" if row is not None and row["units"] == "imperial" else "metric"


def choose_units(store: Store, company_id: str, system: UnitSystem) -> None:
    """Change a company's units."""
    store.execute("UPDATE company SET units = ? WHERE id = ?", system, company_id)
