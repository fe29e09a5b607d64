"""Courier accounts: those of Easyship's own, which all companies share, and the linked ones in the store."""

from collections.abc import Mapping
from typing import Any

from crossdock_twins.base.store import Store
from crossdock_twins.easyship.rates.catalogue import SERVICES
from crossdock_twins.easyship.records import Records, Where
from crossdock_twins.easyship.state import Environment, Owner

LINKED = Records("linked_courier")


def _own_couriers(*, sandbox: bool) -> Mapping[str, dict[str, Any]]:
    return {
        service.courier_id: {
            "id": service.courier_id,
            "auth": {"errors": [], "state": "unverified"},
            "easyship_courier": True,
            "filtered_account_details": {},
            "logo_url": service.logo_url,
            "origin_country_alpha2": service.country_alpha2,
            "state": "active",
            "umbrella_name": service.umbrella_name,
        }
        for service in SERVICES.values()
        if service.sandbox or not sandbox
    }


_OWN: Mapping[Environment, Mapping[str, dict[str, Any]]] = {
    "production": _own_couriers(sandbox=False),
    "sandbox": _own_couriers(sandbox=True),
}


def easyship_couriers(environment: Environment) -> list[dict[str, Any]]:
    """Give Easyship's own courier accounts; the sandbox has few."""
    return list(_OWN[environment].values())


def linked_couriers(store: Store, owner: Owner) -> list[dict[str, Any]]:
    """Give the courier accounts that a company has linked, newest first."""
    return LINKED.some(store, owner)


def get_courier(store: Store, owner: Owner, courier_id: str) -> dict[str, Any] | None:
    """Give a courier account, linked or Easyship's own."""
    return LINKED.find(store, owner, courier_id) or _OWN[owner.environment].get(courier_id.lower())


def nickname_is_taken(store: Store, owner: Owner, nickname: str, *, but: str = "") -> bool:
    """Tell whether another linked account of the company goes by a nickname."""
    return LINKED.count(store, owner, Where(sql="nickname = ? AND id <> ?", values=(nickname, but))) > 0


def keep(store: Store, owner: Owner, courier: Mapping[str, Any]) -> None:
    """Keep what has changed of a linked account."""
    LINKED.put(store, owner, courier, state=courier["state"], nickname=courier["nickname"])
