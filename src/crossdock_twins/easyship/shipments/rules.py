"""The second of the two checks of a body: the model's rules, in sentences such as Rails makes, all of them at once.

Which sentences are known from answers stands in the tests; the others follow Rails' standard words.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crossdock_twins.easyship.rates.measures import sized
from crossdock_twins.easyship.reference.tables import COUNTRIES, category

_BLANK = "can't be blank"
LARGEST = 1_000_000_000
"""Below this are all measures and amounts, whatever their unit."""
_CONTACT = ("contact_name", "contact_phone", "contact_email")
_SENDER_NEEDS = ("line_1", "city", "company_name", *_CONTACT, "country_alpha2")
_BUYER_NEEDS = ("line_1", "city", *_CONTACT, "country_alpha2")
_LENGTHS = {"line_1": 35, "line_2": 35, "contact_phone": 20, "contact_email": 50, "state": 200, "city": 200}
_SENDER_LENGTHS = {**_LENGTHS, "company_name": 27, "contact_name": 22}
_BUYER_LENGTHS = {**_LENGTHS, "company_name": 50, "contact_name": 50, "delivery_instructions": 200}
_ITEM_LENGTHS = {"description": 200, "category": 200, "sku": 100}


def rate_problems(body: Mapping[str, Any]) -> list[str]:
    """Tell what is wrong with a request for rates; of the addresses only the countries are needed."""
    return [
        *_missing("origin_address", body["origin_address"], ("country_alpha2",)),
        *_missing("destination_address", body["destination_address"], ("country_alpha2",)),
        *_parcels(body["parcels"], described=False),
        *_insurance(body),
    ]


def shipment_problems(body: Mapping[str, Any]) -> list[str]:
    """Tell what is wrong with a new shipment."""
    problems: list[str] = []
    for name in ("origin_address", "sender_address", "return_address"):
        if name in body:
            problems += _address(name, body[name], needs=_SENDER_NEEDS, lengths=_SENDER_LENGTHS)
    if "destination_address" in body:
        address = body["destination_address"]
        problems += _address("destination_address", address, needs=_BUYER_NEEDS, lengths=_BUYER_LENGTHS)
    else:
        problems.append(f"destination_address {_BLANK}")
    return [*problems, *_parcels(body["parcels"], described=True), *_insurance(body)]


def _address(
    path: str, address: Mapping[str, Any], *, needs: Sequence[str], lengths: Mapping[str, int]
) -> Iterator[str]:
    yield from _missing(path, address, needs)
    country = COUNTRIES.get(address.get("country_alpha2", ""))
    if country is not None:
        places = [name for name, needed in (("state", country.state), ("postal_code", country.postal_code)) if needed]
        yield from _missing(path, address, places)
    yield from _too_long(path, address, lengths)


def _missing(path: str, members: Mapping[str, Any], names: Sequence[str]) -> Iterator[str]:
    for name in names:
        if not str(members.get(name) or "").strip():
            yield f"{path}.{name} {_BLANK}"


def _too_long(path: str, members: Mapping[str, Any], lengths: Mapping[str, int]) -> Iterator[str]:
    for name, most in lengths.items():
        if len(members.get(name) or "") > most:
            yield f"{path}.{name} is too long (maximum is {most} characters)"


def _parcels(parcels: Sequence[Mapping[str, Any]], *, described: bool) -> Iterator[str]:
    if not parcels:
        yield f"parcels {_BLANK}"
    for place, parcel in enumerate(parcels):
        yield from _parcel(f"parcels[{place}]", parcel, described=described)


def _parcel(path: str, parcel: Mapping[str, Any], *, described: bool) -> Iterator[str]:
    if "total_actual_weight" in parcel:
        yield from _positive(f"{path}.total_actual_weight", parcel["total_actual_weight"])
    box = parcel.get("box")
    if box is not None and sized(box):
        for side in ("length", "width", "height"):
            yield from _positive(f"{path}.box.{side}", box[side])
    if not parcel.get("items"):
        yield f"{path}.items {_BLANK}"
    for place, item in enumerate(parcel.get("items", ())):
        item_path = f"{path}.items[{place}]"
        yield from _item(item_path, item, described=described)
        if "total_actual_weight" in parcel:
            yield from _bounded(f"{item_path}.actual_weight", item.get("actual_weight", 0))
        else:
            yield from _weighed(item_path, item)
        if sized(box):
            for side, length in item.get("dimensions", {}).items():
                yield from _bounded(f"{item_path}.dimensions.{side}", length)
        else:
            yield from _measured(item_path, item)


def _item(path: str, item: Mapping[str, Any], *, described: bool) -> Iterator[str]:
    names = ("description",) if described else ()
    yield from _missing(path, item, (*names, "declared_currency"))
    yield from _too_long(path, item, _ITEM_LENGTHS)
    yield from _worth(path, item)
    if not item.get("category") and not item.get("hs_code"):
        yield f"{path}.category {_BLANK} if hs_code is blank"
    elif item.get("category") and category(item["category"]) is None:
        yield f"{path}.category is not included in the list"
    if "quantity" in item:
        yield from _positive(f"{path}.quantity", item["quantity"])
    if item.get("contains_liquids") and _slug(item) == "dry_food_supplements":
        yield f"{path}.contains_liquids is not included in the list"


def _worth(path: str, item: Mapping[str, Any]) -> Iterator[str]:
    value = item.get("declared_customs_value")
    if value is None:
        yield f"{path}.declared_customs_value {_BLANK}"
    elif value != 0 or _slug(item) != "documents":
        yield from _positive(f"{path}.declared_customs_value", value)


def _weighed(path: str, item: Mapping[str, Any]) -> Iterator[str]:
    if "actual_weight" not in item:
        yield f"{path}.actual_weight {_BLANK}"
    else:
        yield from _positive(f"{path}.actual_weight", item["actual_weight"])


def _measured(path: str, item: Mapping[str, Any]) -> Iterator[str]:
    dimensions = item.get("dimensions")
    if not dimensions:
        yield f"{path}.dimensions {_BLANK}"
        yield f"{path}.dimensions.length {_BLANK}"
        return
    for side in ("length", "width", "height"):
        if side not in dimensions:
            yield f"{path}.dimensions.{side} {_BLANK}"
        else:
            yield from _positive(f"{path}.dimensions.{side}", dimensions[side])


def _insurance(body: Mapping[str, Any]) -> Iterator[str]:
    yield from _bounded("insurance.insured_amount", (body.get("insurance") or {}).get("insured_amount", 0))


def _positive(path: str, value: float) -> Iterator[str]:
    if value <= 0:
        yield f"{path} must be greater than 0"
    yield from _bounded(path, max(value, 0))


def _bounded(path: str, value: float) -> Iterator[str]:
    if value < 0:
        yield f"{path} must be greater than or equal to 0"
    elif value >= LARGEST:
        yield f"{path} must be less than {LARGEST}"


def _slug(item: Mapping[str, Any]) -> str:
    found = category(item.get("category") or "")
    return "" if found is None else str(found["slug"])
