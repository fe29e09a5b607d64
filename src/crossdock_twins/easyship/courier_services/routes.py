"""Courier services: list them (also of one account), observed delivery days, pickup windows."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from crossdock_twins.easyship.addresses.store import saved_address
from crossdock_twins.easyship.couriers.services import easyship_services, linked_services
from crossdock_twins.easyship.couriers.store import get_courier, linked_couriers
from crossdock_twins.easyship.errors import Refusal, not_found
from crossdock_twins.easyship.operations import Call, Handler
from crossdock_twins.easyship.paging import counted
from crossdock_twins.easyship.pickups import slots
from crossdock_twins.easyship.rates.catalogue import SERVICES, Service
from crossdock_twins.easyship.rates.zones import Place, zone
from crossdock_twins.easyship.reference.tables import COUNTRIES
from crossdock_twins.easyship.replies import Reply

_NO_PICKUP = (
    "This Courier Service doesn't provide a pickup service. A list of drop-off points is available in the dropoff url: "
    "https://www.easyship.com/dropoff/{}"
)
_NO_OPTIONS = "Failed to retrieve the available Pickup Slots: Handover options are not found"
_SLOWER = Decimal("0.85")


def index(call: Call) -> Reply:
    """List the services that are open to the account, those of linked accounts first."""
    linked = linked_services(linked_couriers(call.store, call.owner))
    return _listed(call, [*linked, *easyship_services(call.grant.environment)])


def index_of_courier(call: Call) -> Reply:
    """List the services of one courier account."""
    courier = get_courier(call.store, call.owner, call.path["courier_id"])
    if courier is None:
        raise not_found("Courier")
    if not courier["easyship_courier"]:
        return _listed(call, linked_services([courier]))
    services = easyship_services(call.grant.environment)
    return _listed(call, [row for row in services if row["courier_id"] == courier["id"]])


def estimated_delivery_dates(call: Call) -> Reply:
    """List how many days half, and 85 %, of a service's parcels take to each country; linked services are left out.

    The days are the twin's own: the shortest and, nearly, the longest that the service is quoted with.
    """
    service = SERVICES.get(call.path["courier_service_id"].lower())
    if service is None or service.country_alpha2 != call.query["origin_country_alpha2"]:
        raise not_found("Courier Service")
    wanted = call.query.get("destination_country_alpha2")
    rows = [row for country in COUNTRIES if wanted in {None, country} for row in _days(service, country)]
    shown, page = counted(rows, call.query)
    return Reply(members={"estimated_delivery_dates": shown}, page=page)


def pickup_slots(call: Call) -> Reply:
    """List the pickup windows of the next seven days; a service without any says where parcels are left."""
    service = SERVICES.get(call.path["courier_service_id"].lower())
    if service is None:
        raise not_found("Courier Service")
    address_id = call.query.get("origin_address_id")
    origin = None if address_id is None else saved_address(call.store, owner=call.owner, address_id=address_id)
    if address_id is not None and origin is None:
        raise not_found("Address")
    if not slots.picks_up(service):
        raise Refusal("resource_not_found", _NO_PICKUP.format(service.logo.replace("-", "_")))
    if origin is not None and origin["country_alpha2"] != service.country_alpha2:
        raise Refusal("api_error", _NO_OPTIONS)
    days = [
        {
            "date": day.isoformat(),
            "time_slots": [
                {"from_time": f"{slot.start:%H:%M}", "time_slot_id": slot.id, "to_time": f"{slot.end:%H:%M}"}
                for slot in windows
            ],
        }
        for day, windows in slots.days(service, now=call.now)
    ]
    option = {"pickup_slots": days, "provider_name": service.umbrella_name}
    return Reply(members={"courier_service_handover_option": option})


def _days(service: Service, destination: str) -> list[dict[str, Any]]:
    near = zone(Place(country_alpha2=service.country_alpha2), Place(country_alpha2=destination))
    price = service.tariff.price(near)
    if price is None:
        return []
    late = price.min_days + int((price.max_days - price.min_days) * _SLOWER)
    return [
        {
            "destination_country_alpha2": destination,
            "eighty_fifth_centile": max(late, price.min_days),
            "fiftieth_centile": (price.min_days + late) // 2,
        }
    ]


def _listed(call: Call, rows: list[dict[str, Any]]) -> Reply:
    query = call.query
    found = [row for row in rows if _fits(row, query)]
    if "sort_by" in query or "sort_direction" in query:
        found.sort(
            key=_SORTS[query.get("sort_by", "created_at")], reverse=query.get("sort_direction", "DESC") == "DESC"
        )
    shown, page = counted(found, query)
    return Reply(members={"courier_services": shown}, page=page)


def _fits(service: Mapping[str, Any], query: Mapping[str, Any]) -> bool:
    prohibits = query.get("prohibit_dangerous_goods")
    return (
        ("country_alpha2" not in query or service["country_alpha2"] in query["country_alpha2"])
        and query.get("umbrella_name") in {None, service["umbrella_name"]}
        and query.get("customer_reference_id") in {None, service.get("customer_reference_id")}
        and all(service["accepts"][name] for name in query.get("accepts", ()))
        and set(query.get("supported_incoterms", ())) <= set(service["supported_incoterms"])
        and query.get("international") in {None, service["international"]}
        and query.get("domestic") in {None, service["domestic"]}
        and prohibits in {None, not service["accepts"]["specific_dangerous_goods"]}
    )


_SORTS = {
    "origin_country_id": lambda row: COUNTRIES[row["country_alpha2"]].id,
    "courier_name": lambda row: row["name"].lower(),
    "created_at": lambda row: not row["easyship_courier_service"],
}


HANDLERS: dict[str, Handler] = {
    "courier_services_index": index,
    "courier_courier_services_index": index_of_courier,
    "courier_service_estimated_delivery_dates_index": estimated_delivery_dates,
    "courier_services_pickup_slots_index": pickup_slots,
}
