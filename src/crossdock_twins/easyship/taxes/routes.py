"""`POST /taxes_and_duties`: countries come by Easyship's numbers or by their letters."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from crossdock_twins.easyship.errors import Refusal
from crossdock_twins.easyship.operations import Call, Handler
from crossdock_twins.easyship.reference.tables import COUNTRIES
from crossdock_twins.easyship.replies import Reply
from crossdock_twins.easyship.subscriptions import plans
from crossdock_twins.easyship.taxes.assess import Goods, Line, assess

_UNKNOWN = "No import tax record was found for the specified origin and destination"
_CURRENCY = "USD"
_LARGEST = 1_000_000_000
_CODE = re.compile(r"\d{8}(\d{2})?")
_BY_ID: Mapping[int, str] = {country.id: country.alpha2 for country in COUNTRIES.values()}


def calculate(call: Call) -> Reply:
    """Work out tax and duty; the free plan has to do without."""
    body = call.body
    if problems := list(_problems(body)):
        raise Refusal("invalid_content", *problems)
    goods = Goods(
        origin=_country(body, "origin_country"),
        destination=_country(body, "destination_country"),
        freight=_decimal(body["shipment_charge"]),
        insurance=_decimal(body["insurance_fee"]),
        currency=body.get("currency", _CURRENCY),
        lines=[
            Line(
                origin=_country(item, "duty_origin_country"),
                hs_code=item["hs_code"],
                value=_decimal(item["customs_value"]),
            )
            for item in body["items"]
        ],
    )
    plans.demand(call.store, call.company.id, "TAXES AND DUTIES")
    found = assess(goods)
    if found is None:
        raise Refusal("invalid_content", _UNKNOWN)
    answer = {
        "currency": goods.currency,
        "duty": float(found.duty),
        "import_duty_details": found.details,
        "tax": float(found.tax),
    }
    return Reply(members={"tax_and_duty": answer})


def _problems(body: Mapping[str, Any]) -> Iterator[str]:
    for name in ("insurance_fee", "shipment_charge"):
        if not _is_number(body[name]):
            yield f"{name} is not a number"
        elif not 0 <= _decimal(body[name]) < _LARGEST:
            yield f"{name} must be greater than or equal to 0 and less than {_LARGEST}"
    for place, item in enumerate(body["items"]):
        if not 0 <= item["customs_value"] < _LARGEST:
            yield f"items[{place}]: customs_value must be greater than or equal to 0 and less than {_LARGEST}"
        if _CODE.fullmatch(item["hs_code"]) is None:
            yield f"items[{place}]: hs_code is not an eight-digit number"


def _is_number(value: Any) -> bool:
    if isinstance(value, str):
        return re.fullmatch(r"-?\d{1,15}(\.\d+)?", value.strip()) is not None
    return isinstance(value, int | float) and not isinstance(value, bool)


def _decimal(value: Any) -> Decimal:
    return Decimal(str(value).strip())


def _country(members: Mapping[str, Any], name: str) -> str:
    if f"{name}_alpha2" in members:
        return str(members[f"{name}_alpha2"])
    known = _BY_ID.get(members[f"{name}_id"])
    if known is None:
        raise Refusal("invalid_content", _UNKNOWN)
    return known


HANDLERS: dict[str, Handler] = {"taxes_and_duties_calculate": calculate}
