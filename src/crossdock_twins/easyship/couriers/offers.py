"""What a company's linked courier accounts offer beside Easyship's own services."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from crossdock_twins.base.store import Store
from crossdock_twins.easyship.couriers.store import LINKED
from crossdock_twins.easyship.rates.catalogue import Service, linked_services
from crossdock_twins.easyship.rates.limits import Limits
from crossdock_twins.easyship.records import Where
from crossdock_twins.easyship.state import Owner

_ACTIVE = Where(sql="state = 'active'")


def with_linked(store: Store, owner: Owner, limits: Limits) -> Limits:
    """Let the services of a company's active accounts be asked too."""
    found = tuple(service for courier in LINKED.some(store, owner, _ACTIVE) for service in services_of(courier))
    return replace(limits, linked=found) if found else limits


def services_of(courier: Mapping[str, Any]) -> tuple[Service, ...]:
    """Give the services of an account, in the order of the table of what can be linked."""
    return linked_services(
        courier["id"],
        umbrella_name=courier["umbrella_name"],
        country_alpha2=courier["origin_country_alpha2"],
        nickname=courier["nickname"],
        pickup_fee=Decimal(str(courier["pickup_fee"])),
    )
