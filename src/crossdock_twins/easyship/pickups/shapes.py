"""A pickup as the API shows it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from crossdock_twins.easyship.pickups.slots import PROVIDER, Slot
from crossdock_twins.easyship.rates.catalogue import Service
from crossdock_twins.easyship.shipments.store import Shipment

_DISTRICT = {"area": "Central", "district": "Central and Western", "id": 1, "zone": "Hong Kong Island"}


def new_pickup(
    *,
    pickup_id: str,
    service: Service,
    slot: Slot,
    address: Mapping[str, Any],
    shipments: Sequence[Shipment],
    fee: int,
) -> dict[str, Any]:
    """Show a pickup that was asked for just now; `fee` is in cents."""
    return {
        "address": dict(address),
        "courier_service": {
            "courier_id": service.courier_id,
            "easyship_courier_service": True,
            "id": service.id,
            "name": service.name,
            "umbrella_name": service.umbrella_name,
        },
        "easyship_pickup_id": pickup_id,
        "pickup_fee": fee / 100,
        "pickup_reference_number": None,
        "pickup_state": "pending-confirmation",
        "provider_name": PROVIDER,
        "selected_from_time": datetime.combine(slot.day, slot.start).isoformat(timespec="minutes"),
        "selected_to_time": datetime.combine(slot.day, slot.end).isoformat(timespec="minutes"),
        "shipments_count": len(shipments),
        "total_actual_weight": _weight(shipments),
    }


def address(origin: Mapping[str, Any], saved: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Show where the courier comes: the saved address that the shipments leave from, or one that is used this once."""
    for known in saved:
        if all(known.get(name) == value for name, value in origin.items()):
            return _with_district(known)
    made = uuid5(NAMESPACE_URL, f"easyship.twin/address/{sorted(origin.items(), key=str)}")
    roles = dict.fromkeys(("billing", "pickup", "return", "sender"), False)
    return _with_district({**origin, "default_for": roles, "id": str(made), "status": "active"})


def _with_district(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Add the district, which only Hong Kong has: all of it is one to the twin."""
    district = dict(_DISTRICT) if shown["country_alpha2"] == "HK" else None
    return dict(sorted({**shown, "hk_district": district}.items()))


def _weight(shipments: Sequence[Shipment]) -> float:
    weights = (Decimal(str(parcel["total_actual_weight"])) for each in shipments for parcel in each.answer["parcels"])
    return float(sum(weights, Decimal()))
