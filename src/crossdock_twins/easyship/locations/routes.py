"""The places of Canada Post, FedEx, UPS and USPS near an address."""

from collections.abc import Sequence
from typing import Any

from crossdock_twins.easyship.errors import Refusal
from crossdock_twins.easyship.locations.places import Near, Network, around, chance
from crossdock_twins.easyship.operations import Call, Handler
from crossdock_twins.easyship.paging import counted
from crossdock_twins.easyship.reference.tables import COUNTRIES
from crossdock_twins.easyship.replies import Reply

_WEEK = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_EVENING = 20
_PLACES = 10
_CANADA_POST = Network(
    umbrella_name="Canada Post",
    countries=frozenset({"CA"}),
    names=("PO SHOPPERS DRUG MART", "PD QUICKIE CONVENIENCE", "POSTAL STATION"),
    days=("1", "2", "3", "4", "5", "6", "7"),
    open_time="08:00",
    close_time="20:00",
    closed=(),
    phone=False,
)
_FEDEX = Network(
    umbrella_name="FedEx",
    countries=frozenset({"US", "CA", "GB", "AU", "HK", "SG", "DE"}),
    names=("FedEx Office Print & Ship Center", "FedEx Ship Center", "FedEx OnSite"),
    days=tuple(day.upper() for day in _WEEK),
    open_time="09:00",
    close_time="18:00",
    closed=("SUNDAY",),
    phone=True,
)
_UPS = Network(
    umbrella_name="UPS",
    countries=frozenset({"US", "CA", "GB", "AU", "HK", "SG", "DE", "FR", "NL", "BE"}),
    names=("THE UPS STORE", "UPS ACCESS POINT LOCATION", "UPS CUSTOMER CENTER"),
    days=_WEEK,
    open_time="830",
    close_time="1830",
    closed=("Sunday",),
    phone=True,
)
_USPS = Network(
    umbrella_name="USPS",
    countries=frozenset({"US"}),
    names=("POST OFFICE", "POSTAL ANNEX", "CARRIER FACILITY"),
    days=_WEEK,
    open_time="08:30",
    close_time="17:00",
    closed=("Sunday",),
    phone=True,
)
_UPS_SERVICES = (
    *("001-Direct To Retail", "002-Not In One ADL", "004-Retail to Retail", "007-PUDO"),
    *("008-Early Pickup Delivery Time", "010-DCO DCR intercept accepted", "013-Accepts Restricted Articles"),
    "015-Accepts Mobile Barcodes",
)
_USPS_SERVICES = (
    *("parcel_select", "parcel_select_lightweight", "usps_connect_local", "usps_connect_mail"),
    *("usps_connect_regional", "library_mail", "media_mail", "bound_printed_matter"),
)
_FEDEX_TYPES = (
    *("FEDEX_OFFICE", "FEDEX_AUTHORIZED_SHIP_CENTER", "FEDEX_ONSITE", "FEDEX_STAFFED", "FEDEX_EXPRESS_STATION"),
)
_FEDEX_SERVICES = ("EXPRESS_PARCEL", "GROUND_HOME_DELIVERY", "EXPRESS_FREIGHT")


def canada_post(call: Call) -> Reply:
    """List post offices near a postal code, a city or a point; Canada Post itself fails without any of them."""
    query, near = call.query, _near(call, _CANADA_POST)
    point = "latitude" in query and "longitude" in query
    if not point and not near.postal_code and not (near.city and near.state):
        raise _failed(_CANADA_POST)
    if point:
        near = Near(country_alpha2=near.country_alpha2, city="OTTAWA", state="ON", postal_code="K1A0B1")
    found = around(_CANADA_POST, near, count=query.get("limit", _PLACES))
    for place in found:
        place["address"]["postal_code"] = (place["address"]["postal_code"] or "").replace(" ", "").upper() or None
        place["service_types"] = ["bilingual_designation"]
    if query.get("tonight", False):
        found = [place for place in found if int(place["opening_hours"][1]["close_time"][:2]) >= _EVENING]
    return _listed(call, found)


def fedex(call: Call) -> Reply:
    """List FedEx's places near an address."""
    near = _near(call, _FEDEX)
    found = around(_FEDEX, near, count=_within(call))
    for number, place in enumerate(found):
        drawn = chance(_FEDEX, near, number)
        place["location_type"] = _FEDEX_TYPES[drawn % len(_FEDEX_TYPES)]
        place["service_types"] = list(_FEDEX_SERVICES[: drawn // 7 % len(_FEDEX_SERVICES) + 1])
    return _listed(call, found)


def ups(call: Call) -> Reply:
    """List UPS's places near an address."""
    return _served(call, _UPS, _UPS_SERVICES)


def usps(call: Call) -> Reply:
    """List USPS's places near a postal code."""
    return _served(call, _USPS, _USPS_SERVICES)


def _served(call: Call, network: Network, services: Sequence[str]) -> Reply:
    near = _near(call, network)
    found = around(network, near, count=_PLACES)
    for number, place in enumerate(found):
        drawn = chance(network, near, number)
        place["service_types"] = [name for bit, name in enumerate(services) if bit == 0 or drawn >> bit & 1]
    return _listed(call, found)


def _within(call: Call) -> int:
    """Give how many places lie within the distance asked for: one for each half kilometre, ten at most."""
    distance: float = call.query.get("distance_value", _PLACES)
    kilometres = distance * 1.609 if call.query.get("distance_unit", "KM") == "MI" else distance
    return max(0, min(_PLACES, int(kilometres * 2)))


def _near(call: Call, network: Network) -> Near:
    country = call.query["country_alpha2"].upper()
    if country not in network.countries:
        name = COUNTRIES[country].name if country in COUNTRIES else country
        raise Refusal("invalid_content", f"We do not support locations for {network.umbrella_name} in {name}.")
    texts = {name: call.query.get(name, "").strip() for name in ("city", "state", "postal_code", "line_1")}
    return Near(country_alpha2=country, **texts)


def _failed(network: Network) -> Refusal:
    return Refusal(
        "internal_server_error",
        f"Unable to retrieve {network.umbrella_name} service point location. Please contact Easyship support.",
    )


def _listed(call: Call, found: list[dict[str, Any]]) -> Reply:
    shown, page = counted(found, call.query)
    return Reply(members={"locations": shown}, page=page)


HANDLERS: dict[str, Handler] = {
    "locations_canada_post_index": canada_post,
    "locations_Fedex_index": fedex,
    "locations_ups_index": ups,
    "locations_usps_index": usps,
}
