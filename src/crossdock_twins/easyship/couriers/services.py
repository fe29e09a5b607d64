"""Courier services as the API shows them: of Easyship's own accounts, and of linked ones.

What a service accepts is known of few; the twin's rule stands in `_accepts` and in `rates.acceptance`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from crossdock_twins.easyship.couriers.linkable import LINKABLE
from crossdock_twins.easyship.couriers.offers import services_of
from crossdock_twins.easyship.rates.acceptance import EXPRESS, NO_LIQUIDS, RETURNS
from crossdock_twins.easyship.rates.catalogue import SERVICES, Service
from crossdock_twins.easyship.reference.tables import load
from crossdock_twins.easyship.state import Environment

_DOMESTIC_ZONES = frozenset({"near", "far", "outlying"})
_NAMES: Mapping[str, str] = {row["id"]: row["service_name"] for row in load("courier_services")}


def easyship_services(environment: Environment) -> list[dict[str, Any]]:
    """Give the services of Easyship's own accounts in the order of the catalogue; the sandbox has few."""
    return [_ours(service) for service in SERVICES.values() if service.sandbox or environment == "production"]


def linked_services(couriers: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give the services that linked accounts open; only active ones open any."""
    return [
        _theirs(courier, service, row)
        for courier in couriers
        if courier["state"] == "active"
        for service, row in zip(services_of(courier), LINKABLE[courier["umbrella_name"]].services, strict=True)
    ]


def _ours(service: Service) -> dict[str, Any]:
    zones = set(service.tariff.zones)
    return _shown(
        {
            "id": service.id,
            "country_alpha2": service.country_alpha2,
            "courier_id": service.courier_id,
            "courier_logo_url": service.logo_url,
            "domestic": bool(zones & _DOMESTIC_ZONES),
            "easyship_courier_service": True,
            "international": bool(zones - _DOMESTIC_ZONES),
            "logo_url": service.logo,
            "name": service.name,
            "nickname": None,
            "official_name": service.name,
            "service_name": _NAMES[service.id],
            "supported_incoterms": sorted(service.incoterms, reverse=True),
            "tracking_rating": service.tariff.tracking_rating,
            "umbrella_name": service.umbrella_name,
        },
        handover=list(service.tariff.handover),
        documents=service.umbrella_name in EXPRESS,
    )


def _theirs(courier: Mapping[str, Any], service: Service, row: Mapping[str, Any]) -> dict[str, Any]:
    return _shown(
        {
            "id": service.id,
            "country_alpha2": service.country_alpha2,
            "courier_id": courier["id"],
            "courier_logo_url": courier["logo_url"],
            "customer_reference_id": courier["customer_reference_id"],
            "domestic": row["domestic"],
            "easyship_courier_service": False,
            "international": row["international"],
            "logo_url": service.logo,
            "name": service.name,
            "nickname": courier["nickname"],
            "official_name": f"{courier['umbrella_name']} - {row['name']}",
            "service_name": row["service_name"],
            "supported_incoterms": list(row["incoterms"]),
            "tracking_rating": service.tariff.tracking_rating,
            "umbrella_name": courier["umbrella_name"],
        },
        handover=list(service.tariff.handover),
        documents=row["documents"],
    )


def _shown(members: Mapping[str, Any], *, handover: list[str], documents: bool) -> dict[str, Any]:
    accepts = _accepts(members["umbrella_name"], documents=documents)
    old = {f"accepts_{name}": accepts[name] for name in ("outbounds", "pay_on_scan_returns", "prepaid_returns")}
    shown = {
        **members,
        **old,
        "accepts": accepts,
        "active": True,
        "available_handover_options": handover,
        "ioss_support": "supported_optional" if members["international"] else "not_supported",
        "restricted_to_destination_states": None,
        "restricted_to_origin_states": None,
    }
    return dict(sorted(shown.items()))


def _accepts(umbrella_name: str, *, documents: bool) -> dict[str, bool]:
    express = umbrella_name in EXPRESS
    return {
        "documents": documents,
        "liquids": umbrella_name not in NO_LIQUIDS,
        "outbounds": True,
        "parcels": True,
        "pay_on_scan_returns": umbrella_name in RETURNS and express,
        "pi965_batteries": False,
        "pi966_batteries": express,
        "pi967_batteries": True,
        "prepaid_returns": umbrella_name in RETURNS,
        "specific_dangerous_goods": False,
    }
