"""What 2023-01 calls differently, in requests and in answers."""

from collections.abc import Collection, Mapping
from typing import Any

_SENT = {
    "courier_selection": "courier_settings",
    "selected_courier_id": "courier_service_id",
    "allow_courier_fallback": "allow_fallback",
    "list_unavailable_couriers": "list_unavailable_services",
    "courier_id": "courier_service_id",
    "courier_account_id": "courier_id",
}
_NEW_IN_RATES = frozenset({"courier_service", "import_duty_details", "is_above_duty_threshold"})
_NEW_IN_SHIPMENTS = frozenset({"courier_service", "total_actual_weight", "total_customs_value"})
_NEW_IN_ITEMS = frozenset({"coc_status", "cpsc_compliance", "cpsc_eligible"})


def read(body: Mapping[str, Any]) -> dict[str, Any]:
    """Give a request's body in the names of 2024-09."""
    return {_SENT.get(name, name): _read(name, value) for name, value in body.items()}


def rate(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Show a rate: the courier stands flat in it."""
    service = shown["courier_service"]
    flat = {
        "courier_id": service["id"],
        "courier_logo_url": service.get("logo"),
        "courier_name": service["name"],
    }
    return dict(sorted((_without(_NEW_IN_RATES, shown) | flat).items()))


def shipment(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Show a shipment: its courier is a service's id and name."""
    return _without(_NEW_IN_SHIPMENTS, shown) | {
        "courier": _courier(shown["courier_service"]),
        "parcels": [_parcel(each) for each in shown["parcels"]],
        "rates": [rate(each) for each in shown["rates"]],
    }


def pickup(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Show a pickup: its courier is a service's id and name."""
    return _without({"courier_service"}, shown) | {
        "address": _without({"status"}, shown["address"]),
        "courier": _courier(shown["courier_service"]),
    }


def manifest(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Show a manifest: its courier account stands flat in it."""
    return _without({"courier"}, shown) | {
        "courier_account_id": shown["courier"]["id"],
        "courier_umbrella_name": shown["courier"]["umbrella_name"],
    }


def _without(names: Collection[str], shown: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in shown.items() if name not in names}


def _parcel(shown: Mapping[str, Any]) -> dict[str, Any]:
    return {**shown, "items": [_without(_NEW_IN_ITEMS, item) for item in shown["items"]]}


def _read(name: str, value: Any) -> Any:
    return read(value) if name == "courier_selection" else value


def _courier(service: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if service is None else {"id": service["id"], "name": service["name"]}
