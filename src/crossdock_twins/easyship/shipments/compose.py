"""A new shipment as the API shows it, made from a body that has passed both checks."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from crossdock_twins.easyship.rates.measures import Parcel, Units
from crossdock_twins.easyship.reference.tables import category
from crossdock_twins.easyship.times import timestamp

_ADDRESS = (
    *("city", "company_name", "contact_email", "contact_name", "contact_phone", "country_alpha2"),
    *("line_1", "line_2", "postal_code", "state"),
)
_ORDER = (
    *("buyer_notes", "buyer_selected_courier_name", "order_created_at", "platform_name", "platform_order_number"),
    "seller_notes",
)
_ITEM_TEXTS = ("global_trade_item_number", "manufacturer_part_number", "origin_country_alpha2", "platform_product_id")
_FLAGS = ("contains_battery_pi966", "contains_battery_pi967", "contains_liquids")
_HS_DIGITS = 8


def address(sent: Mapping[str, Any]) -> dict[str, Any]:
    """Show an address; what was left out is null."""
    return {name: sent.get(name) for name in _ADDRESS}


def _buyer(sent: Mapping[str, Any]) -> dict[str, Any]:
    instructions = {"delivery_instructions": sent.get("delivery_instructions")}
    return dict(sorted({**address(sent), **instructions}.items()))


def draft(
    body: Mapping[str, Any], *, shipment_id: str, origin: Mapping[str, Any], currency: str, now: datetime
) -> dict[str, Any]:
    """Show what the sender decides and a new shipment's states; rates, courier and parcels are still to be added."""
    settings = body.get("shipping_settings", {})
    identifiers, buyers = body.get("regulatory_identifiers", {}), body.get("buyer_regulatory_identifiers", {})
    order = body.get("order_data", {})
    destination = body["destination_address"]
    return {
        "easyship_shipment_id": shipment_id,
        "buyer_regulatory_identifiers": {name: buyers.get(name) for name in ("ein", "ssn", "vat_number")},
        "consignee_tax_id": body.get("consignee_tax_id"),
        "courier_service": None,
        "created_at": timestamp(now),
        "currency": currency,
        "delivery_state": "not_created",
        "destination_address": _buyer(destination),
        "eei_reference": body.get("eei_reference"),
        "incoterms": body.get("incoterms") or "DDU",
        "insurance": None,
        "label_generated_at": None,
        "label_paid_at": None,
        "label_state": "not_created",
        "last_failure_http_response_messages": [],
        "metadata": body.get("metadata", {}),
        "order_data": {name: order.get(name) for name in _ORDER} | {"order_tag_list": order.get("order_tag_list", [])},
        "origin_address": dict(origin),
        "parcels": [],
        "pickup_state": "not_requested",
        "rates": [],
        "regulatory_identifiers": {name: identifiers.get(name) for name in ("eori", "ioss", "vat_number")},
        "return": body.get("return", False),
        "return_address": address(body["return_address"]) if "return_address" in body else dict(origin),
        "sender_address": address(body["sender_address"]) if "sender_address" in body else dict(origin),
        "set_as_residential": body.get("set_as_residential", False),
        "shipment_state": "created",
        "shipping_documents": [],
        "shipping_settings": {
            "b13a_filing": settings.get("b13a_filing"),
            "label_customization_fields": settings.get("label_customization_fields", []),
        },
        "total_actual_weight": 0.0,
        "total_customs_value": 0.0,
        "tracking_page_url": f"https://www.trackmyshipment.co/shipment-tracking/{shipment_id}",
        "trackings": [],
        "updated_at": timestamp(now),
        "warehouse_state": "none",
    }


def parcels_json(parcels: Sequence[Parcel], units: Units, new_id: Callable[..., str]) -> list[dict[str, Any]]:
    """Show parcels in kilograms and centimetres; those without an id get one (from their places)."""
    return [
        {
            "box": _box(parcel),
            "id": parcel.sent.get("id") or new_id("parcel", place),
            "items": [
                _item(item, parcel, units, item.get("id") or new_id("parcel", place, "item", item_place))
                for item_place, item in enumerate(parcel.sent["items"])
            ],
            "total_actual_weight": float(parcel.weight),
            "tracking_number": None,
        }
        for place, parcel in enumerate(parcels)
    ]


def with_ids(body: Mapping[str, Any], parcels: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Write the ids of shown parcels and their items into the body that they were made from."""
    sent = [
        {
            **parcel,
            "id": shown["id"],
            "items": [
                {**item, "id": shown_item["id"]}
                for item, shown_item in zip(parcel["items"], shown["items"], strict=True)
            ],
        }
        for parcel, shown in zip(body["parcels"], parcels, strict=True)
    ]
    return {**body, "parcels": sent}


def _box(parcel: Parcel) -> dict[str, Any]:
    """Show a parcel's box; one that is saved or a courier's has a name of its own."""
    sent = parcel.sent.get("box") or {}
    return {
        "id": sent.get("id"),
        "name": sent.get("name"),
        "outer_dimensions": parcel.size.as_json(),
        "slug": sent.get("slug"),
        "type": sent.get("type", "box"),
        "weight": float(sent.get("weight", 0)),
    }


def _item(sent: Mapping[str, Any], parcel: Parcel, units: Units, item_id: str) -> dict[str, Any]:
    found = category(sent.get("category") or "") or {}
    flags = {name: sent.get(name) if sent.get(name) is not None else found.get(name, False) for name in _FLAGS}
    hs_code = sent.get("hs_code")
    worth = float(sent["declared_customs_value"])
    shown = {
        **{name: sent.get(name) for name in _ITEM_TEXTS},
        **flags,
        "actual_weight": float(_weight(sent, parcel, units)),
        "category": found.get("name"),
        "coc_status": "not_provided",
        "cpsc_compliance": None,
        "cpsc_eligible": False,
        "declared_currency": sent["declared_currency"],
        "declared_customs_value": worth,
        "description": sent["description"],
        "dimensions": units.size(sent.get("dimensions", {})).as_json(),
        "hs_code": hs_code.ljust(_HS_DIGITS, "0") if hs_code and hs_code.isdigit() else hs_code or None,
        "id": item_id,
        "origin_currency": sent["declared_currency"],
        "origin_customs_value": worth,
        "quantity": sent.get("quantity", 1),
        "sku": sent.get("sku"),
    }
    return dict(sorted(shown.items()))


def _weight(sent: Mapping[str, Any], parcel: Parcel, units: Units) -> Decimal:
    """Give an item's own weight, or its even share of the parcel's."""
    if "actual_weight" in sent:
        return units.kilograms(sent["actual_weight"])
    pieces: int = sum(item.get("quantity", 1) for item in parcel.sent["items"])
    return round(parcel.weight / pieces, 8)
