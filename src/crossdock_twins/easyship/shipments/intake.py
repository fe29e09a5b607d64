"""What a caller sends of a shipment, completed: addresses and items in the place of their ids, metric measures."""

from collections.abc import Mapping
from typing import Any

from crossdock_twins.base.store import Store
from crossdock_twins.easyship.addresses.store import default_address, saved_address
from crossdock_twins.easyship.errors import not_found
from crossdock_twins.easyship.products.packing import packed
from crossdock_twins.easyship.rates.measures import Units, units
from crossdock_twins.easyship.shipments.rules import LARGEST
from crossdock_twins.easyship.shipments.store import by_item
from crossdock_twins.easyship.state import Company, Environment, Owner

_ROLES = ("origin", "sender", "return")
_SIDES = ("length", "width", "height")
_MERGED = frozenset(
    {
        *("courier_settings", "insurance", "order_data", "regulatory_identifiers"),
        *("buyer_regulatory_identifiers", "shipping_settings"),
    }
)
_OF_ANOTHER = frozenset({"id", "quantity"})


def complete(store: Store, *, company: Company, environment: Environment, body: Mapping[str, Any]) -> dict[str, Any]:
    """Complete a body; a missing origin is the company's pickup address. Refuses ids that are not the company's."""
    owner = Owner(company_id=company.id, environment=environment)
    completed = metric(body)
    for role in _ROLES:
        address_id = completed.pop(f"{role}_address_id", None)
        if address_id is not None:
            completed[f"{role}_address"] = _saved(store, owner, address_id)
    if "origin_address" not in completed:
        completed["origin_address"] = default_address(store, company=company, environment=environment, role="pickup")
    known = [
        {**parcel, "items": [_known_item(store, owner, item) for item in parcel.get("items", ())]}
        for parcel in completed.get("parcels", ())
    ]
    return {**completed, "parcels": packed(store, company=company, owner=owner, parcels=known)}


def merged(body: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Put changes into a kept body: settings member by member, parcels by their ids, anything else as a whole."""
    changed = dict(body)
    for name, value in metric(changes).items():
        if name in _MERGED and isinstance(value, dict):
            changed[name] = {**(changed.get(name) or {}), **value}
        elif name == "parcels":
            known = {parcel["id"]: parcel for parcel in body["parcels"]}
            changed[name] = [_changed_parcel(known, parcel) for parcel in value]
        else:
            changed[name] = value
    return changed


def metric(body: Mapping[str, Any]) -> dict[str, Any]:
    """Write a body's parcels in kilograms and centimetres; the units apply to one request only."""
    settings = body.get("shipping_settings", {})
    in_units, changed = units(settings), dict(body)
    if "units" in settings:
        changed["shipping_settings"] = {name: value for name, value in settings.items() if name != "units"}
    if "parcels" in body:
        changed["parcels"] = [_parcel(parcel, in_units) for parcel in body["parcels"]]
    return changed


def _parcel(sent: Mapping[str, Any], in_units: Units) -> dict[str, Any]:
    changed = dict(sent)
    if "total_actual_weight" in sent:
        changed["total_actual_weight"] = _weight(sent["total_actual_weight"], in_units)
    if sent.get("box"):
        changed["box"] = {**sent["box"], **_sides(sent["box"], in_units)}
    if "items" in sent:
        changed["items"] = [_item(item, in_units) for item in sent["items"]]
    return changed


def _item(sent: Mapping[str, Any], in_units: Units) -> dict[str, Any]:
    changed = dict(sent)
    if "actual_weight" in sent:
        changed["actual_weight"] = _weight(sent["actual_weight"], in_units)
    if "dimensions" in sent:
        changed["dimensions"] = _sides(sent["dimensions"], in_units)
    return changed


def _sides(sent: Mapping[str, Any], in_units: Units) -> dict[str, float]:
    size = in_units.size({side: length for side, length in sent.items() if side in _SIDES and _sane(length)}).as_json()
    return {side: size[side] if _sane(sent[side]) else sent[side] for side in _SIDES if side in sent}


def _weight(value: float, in_units: Units) -> float:
    return float(in_units.kilograms(value)) if _sane(value) else value


def _sane(value: float) -> bool:
    """Tell whether a measure can be converted; others are left as they are, for the rules to refuse."""
    return abs(value) < LARGEST


def _saved(store: Store, owner: Owner, address_id: str) -> dict[str, Any]:
    found = saved_address(store, owner=owner, address_id=address_id)
    if found is None:
        raise not_found("Address")
    return found


def _known_item(store: Store, owner: Owner, item: Mapping[str, Any]) -> dict[str, Any]:
    """Give an item that is sent as the id of one in another shipment, for a return, with all that is known of it."""
    if not item or not _OF_ANOTHER.issuperset(item) or "id" not in item:
        return dict(item)
    shipment = by_item(store, owner=owner, item_id=item["id"])
    if shipment is None:
        raise not_found("Item")
    return {**taken_over(shipment.body, item["id"]), "quantity": item.get("quantity", 1)}


def taken_over(body: Mapping[str, Any], item_id: str) -> dict[str, Any]:
    """Give an item of a kept body for another shipment: without its id, and with its share of the parcel's weight."""
    for parcel in body["parcels"]:
        for item in parcel["items"]:
            if item["id"] == item_id.lower():
                pieces = sum(each.get("quantity", 1) for each in parcel["items"])
                share = (
                    {"actual_weight": parcel["total_actual_weight"] / pieces} if "total_actual_weight" in parcel else {}
                )
                return {name: value for name, value in {**share, **item}.items() if name != "id"}
    raise not_found("Item")


def _changed_parcel(known: Mapping[str, dict[str, Any]], parcel: Mapping[str, Any]) -> dict[str, Any]:
    """Give a parcel with what it had before; one without an id is new."""
    if "id" not in parcel:
        return dict(parcel)
    before = known.get(parcel["id"].lower())
    if before is None:
        raise not_found("Parcel")
    return {**before, **parcel, "id": before["id"]}
