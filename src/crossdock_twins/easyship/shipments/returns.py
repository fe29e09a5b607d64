"""The way back: a shipment made of another one, from its buyer to its sender."""

from collections.abc import Mapping
from typing import Any

from crossdock_twins.base.store import Store
from crossdock_twins.easyship.addresses.store import saved_address
from crossdock_twins.easyship.errors import not_found
from crossdock_twins.easyship.shipments.intake import taken_over
from crossdock_twins.easyship.shipments.store import Shipment

_ADDRESS_LENGTHS = {"company_name": 27, "contact_name": 22}
_KEPT = ("consignee_tax_id", "incoterms", "metadata", "order_data", "regulatory_identifiers")


def body_of(store: Store, shipment: Shipment, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Give the body of the return; unless parcels or an address are named, all comes back to the return address."""
    original = shipment.body
    origin = _sender(original["destination_address"])
    body = {
        **{name: original[name] for name in _KEPT if name in original},
        "origin_address": origin,
        "sender_address": origin,
        "return_address": origin,
        "destination_address": _destination(store, shipment, sent),
        "parcels": _parcels(original, sent),
        "return": True,
        "shipping_settings": sent.get("shipping_settings", {}),
    }
    return body | {name: sent[name] for name in ("courier_settings",) if name in sent}


def _destination(store: Store, shipment: Shipment, sent: Mapping[str, Any]) -> dict[str, Any]:
    address_id = sent.get("destination_address_id")
    if address_id is None:
        return dict(shipment.answer["return_address"])
    found = saved_address(store, owner=shipment.owner, address_id=address_id)
    if found is None:
        raise not_found("Address")
    return found


def _sender(buyer: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a buyer into a sender: senders need a company, and their names are shorter."""
    named = {**buyer, "company_name": buyer.get("company_name") or buyer["contact_name"]}
    return named | {name: named[name][:most] for name, most in _ADDRESS_LENGTHS.items()}


def _parcels(original: Mapping[str, Any], sent: Mapping[str, Any]) -> list[dict[str, Any]]:
    if "parcels" not in sent:
        return [
            {name: value for name, value in parcel.items() if name not in {"id", "items"}}
            | {"items": [{**taken_over(original, item["id"])} for item in parcel["items"]]}
            for parcel in original["parcels"]
        ]
    return [_parcel(original, parcel) for parcel in sent["parcels"]]


def _parcel(original: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
    items = [
        {**taken_over(original, item["id"]), **({"quantity": item["quantity"]} if item.get("quantity") else {})}
        for item in sent.get("items", ())
    ]
    parcel = {"items": items, **{name: sent[name] for name in ("box", "total_actual_weight") if name in sent}}
    return parcel if parcel.get("box") else {**parcel, "box": original["parcels"][0].get("box")}
