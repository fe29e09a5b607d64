"""What couriers take: the twin's own rule, by the courier's name, for what is known of few."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from crossdock_twins.easyship.rates.measures import Parcel
from crossdock_twins.easyship.reference.tables import CATEGORIES, category

EXPRESS = frozenset({"DHL", "FedEx", "UPS", "TNT", "SFExpress", "Chronopost", "Purolator"})
RETURNS = frozenset({"USPS", "UPS", "FedEx", "Evri", "DPD", "Canada Post"})
NO_LIQUIDS = frozenset({"HKPost", "Quantium", "SingPost"})

_DOCUMENTS = "documents"
_LONGEST = Decimal(300)
_LONGEST_BY_POST = Decimal(150)
_OVERSIZED = Decimal(120)


def refusal(umbrella_name: str, parcels: Iterable[Parcel], *, by_post: bool) -> str | None:
    """Tell what a courier does not take of some parcels, or None where it takes all; posts take nothing bulky."""
    goods = [item for parcel in parcels for item in parcel.sent.get("items", ())]
    if umbrella_name in NO_LIQUIDS and any(_contains("contains_liquids", item) for item in goods):
        return "This courier service does not accept liquids."
    if umbrella_name not in EXPRESS:
        if any(_contains("contains_battery_pi966", item) for item in goods):
            return "This courier service does not accept batteries packed with equipment (PI966)."
        if goods and all(_slug(item) == _DOCUMENTS for item in goods):
            return f"This courier service only supports shipping item(s) of the {_ALL_BUT_DOCUMENTS} category."
    longest = _LONGEST_BY_POST if by_post else _LONGEST
    if any(_longest(parcel) > longest for parcel in parcels):
        return f"This courier service takes parcels of up to {longest} cm."
    return None


def oversized(parcels: Iterable[Parcel]) -> int:
    """Count the parcels that are so long that express couriers ask for more."""
    return sum(_longest(parcel) > _OVERSIZED for parcel in parcels)


def _longest(parcel: Parcel) -> Decimal:
    return max(parcel.size.length, parcel.size.width, parcel.size.height)


def _contains(flag: str, item: Mapping[str, Any]) -> bool:
    if item.get(flag) is not None:
        return bool(item[flag])
    found = category(item.get("category") or "")
    return bool(found and found.get(flag))


def _slug(item: Mapping[str, Any]) -> str:
    found = category(item.get("category") or "")
    return "" if found is None else str(found["slug"])


_ALL_BUT_DOCUMENTS = ", ".join(str(each["name"]) for each in CATEGORIES if each["slug"] != _DOCUMENTS)
