"""Whether a shipment meets a rule's conditions: all of them must hold.

The vendor documents the kinds and their options. How they are read is the twin's choice where it does not say: places
are the buyer's, prices and weights those of the whole shipment, weights in kilograms, texts without regard to case.
"""

import operator
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from crossdock_twins.easyship.reference.tables import COUNTRIES, category, exchange

Body = Mapping[str, Any]

_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "greater_than": operator.gt,
    "greater_than_or_equal_to": operator.ge,
    "less_than": operator.lt,
    "less_than_or_equal_to": operator.le,
    "equal_to": operator.eq,
}


def meets(body: Body, condition: Mapping[str, Any]) -> bool:
    """Tell whether a completed body, in metric measures, meets one condition."""
    return _CHECKS[condition["type"]](body, condition.get("options", {}))


def items(body: Body) -> Iterator[Mapping[str, Any]]:
    """Give all items of all parcels."""
    return (item for parcel in body["parcels"] for item in parcel.get("items", ()))


def _country(body: Body, options: Body) -> bool:
    country = COUNTRIES.get(body["destination_address"].get("country_alpha2") or "")
    return country is not None and any(country.id == wanted for wanted in options["country_ids"])


def _category(body: Body, options: Body) -> bool:
    wanted = {str(each).lower() for each in options["category_ids"]}
    found = (category(item.get("category") or "") for item in items(body))
    return any({str(each["id"]), each["slug"].lower(), each["name"].lower()} & wanted for each in found if each)


def _state(body: Body, options: Body) -> bool:
    return _folded(body["destination_address"].get("state")) in {_folded(state) for state in options["states"]}


def _zipcode(body: Body, options: Body) -> bool:
    sent = _folded(body["destination_address"].get("postal_code"))
    wanted = {_folded(code) for code in options["zipcodes"]}
    if options["operator"] == "starts_with":
        return sent.startswith(tuple(wanted))
    return (sent in wanted) is bool(options["operator"] == "is_any_of")


def _sku(body: Body, options: Body) -> bool:
    skus = [_folded(item.get("sku")) for item in items(body)]
    return _compared(skus, options["operator"], _folded(options["shipment_items_sku"]))


def _platform(body: Body, options: Body) -> bool:
    sent = _folded(_order(body).get("platform_name"))
    return sent in {_folded(name) for name in options["platform_names"]}


def _store(body: Body, options: Body) -> bool:
    return _folded(_order(body).get("store_id")) in {_folded(store_id) for store_id in options["store_ids"]}


def _buyer_courier(body: Body, options: Body) -> bool:
    sent = [_folded(_order(body).get("buyer_selected_courier_name"))]
    return _compared(sent, options["operator"], _folded(options["buyer_selected_courier_name"]))


def _items_count(body: Body, options: Body) -> bool:
    count = sum(item.get("quantity", 1) for item in items(body))
    return _COMPARISONS[options["operator"]](count, options["shipment_items_count"])


def _selling_price(body: Body, options: Body) -> bool:
    prices = (
        exchange(
            Decimal(str(item.get("declared_customs_value") or 0)) * item.get("quantity", 1),
            source=item.get("declared_currency") or options["currency"],
            target=options["currency"],
        )
        for item in items(body)
    )
    return _COMPARISONS[options["operator"]](sum(prices, Decimal()), Decimal(str(options["value"])))


def _weight(body: Body, options: Body) -> bool:
    weight = sum((_parcel_weight(parcel) for parcel in body["parcels"]), Decimal())
    return _COMPARISONS[options["operator"]](weight, Decimal(str(options["total_actual_weight"])))


def _tags(body: Body, options: Body) -> bool:
    sent = {_folded(tag) for tag in _order(body).get("order_tag_list") or ()}
    return bool(sent & {_folded(tag) for tag in options["order_tag_list"]})


def _parcel_weight(parcel: Body) -> Decimal:
    if parcel.get("total_actual_weight") is not None:
        return Decimal(str(parcel["total_actual_weight"]))
    weights = (
        Decimal(str(item.get("actual_weight") or 0)) * item.get("quantity", 1) for item in parcel.get("items", ())
    )
    return sum(weights, Decimal())


def _compared(sent: list[str], how: str, wanted: str) -> bool:
    if how == "is_exactly":
        return wanted in sent
    return any(wanted in text for text in sent) == (how == "contains")


def _order(body: Body) -> Body:
    return body.get("order_data") or {}


def _folded(text: Any) -> str:
    return str(text or "").strip().casefold()


_CHECKS: Mapping[str, Callable[[Body, Body], bool]] = {
    "match_all": lambda _body, _options: True,
    "match_country": _country,
    "match_category": _category,
    "match_state": _state,
    "match_zipcode": _zipcode,
    "match_sku": _sku,
    "match_platform_name": _platform,
    "match_store": _store,
    "match_buyer_selected_courier_name": _buyer_courier,
    "match_items_count": _items_count,
    "match_selling_price": _selling_price,
    "match_weight": _weight,
    "include_order_tag_name": _tags,
}
