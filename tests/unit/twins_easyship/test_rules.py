"""The second check of a body, in the model's words."""

import copy
from typing import Any

import pytest

from crossdock_twins.easyship.shipments.rules import rate_problems, shipment_problems

_SENDER = {
    "line_1": "350 5th Ave",
    "city": "New York",
    "state": "NY",
    "postal_code": "10001",
    "country_alpha2": "US",
    "company_name": "Acme",
    "contact_name": "Jane Sender",
    "contact_phone": "+1 212 555 0147",
    "contact_email": "jane@example.com",
}
_ITEM = {"description": "book", "category": "fashion", "declared_currency": "USD", "declared_customs_value": 8}
_SHIPMENT: dict[str, Any] = {
    "origin_address": _SENDER,
    "destination_address": {**_SENDER, "company_name": None},
    "parcels": [{"total_actual_weight": 1, "box": {"length": 1, "width": 1, "height": 1}, "items": [_ITEM]}],
}


def _changed(*path: str | int, value: Any = None, drop: str = "") -> dict[str, Any]:
    body = copy.deepcopy(_SHIPMENT)
    target: Any = body
    for step in path:
        target = target[step]
    if drop:
        del target[drop]
    else:
        target.update(value)
    return body


def test_a_good_shipment_has_no_problems() -> None:
    """The arranger of this module is right to begin with; a buyer needs no company."""
    assert shipment_problems(_SHIPMENT) == []


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        (_changed("origin_address", drop="company_name"), ["origin_address.company_name can't be blank"]),
        (_changed(drop="destination_address"), ["destination_address can't be blank"]),
        (
            _changed("parcels", 0, "items", 0, drop="category"),
            ["parcels[0].items[0].category can't be blank if hs_code is blank"],
        ),
        (
            _changed("parcels", 0, drop="box"),
            [
                "parcels[0].items[0].dimensions can't be blank",
                "parcels[0].items[0].dimensions.length can't be blank",
            ],
        ),
        (
            _changed("parcels", 0, drop="total_actual_weight"),
            ["parcels[0].items[0].actual_weight can't be blank"],
        ),
        (_changed("destination_address", drop="state"), ["destination_address.state can't be blank"]),
        (_changed("destination_address", drop="postal_code"), ["destination_address.postal_code can't be blank"]),
        (
            _changed("destination_address", value={"line_1": "x" * 36}),
            ["destination_address.line_1 is too long (maximum is 35 characters)"],
        ),
        (
            _changed("parcels", 0, "items", 0, value={"declared_customs_value": 0}),
            ["parcels[0].items[0].declared_customs_value must be greater than 0"],
        ),
        (
            _changed("parcels", 0, value={"total_actual_weight": 0}),
            ["parcels[0].total_actual_weight must be greater than 0"],
        ),
        (
            _changed("parcels", 0, value={"total_actual_weight": 1e300}),
            ["parcels[0].total_actual_weight must be less than 1000000000"],
        ),
        (
            _changed("parcels", 0, "items", 0, value={"category": "spaceships"}),
            ["parcels[0].items[0].category is not included in the list"],
        ),
        (
            _changed("parcels", 0, "items", 0, value={"category": "Dry Food & Supplements", "contains_liquids": True}),
            ["parcels[0].items[0].contains_liquids is not included in the list"],
        ),
        (
            _changed(value={"insurance": {"insured_amount": -1}}),
            ["insurance.insured_amount must be greater than or equal to 0"],
        ),
        (_changed(value={"parcels": []}), ["parcels can't be blank"]),
        (_changed(value={"parcels": [{}]}), ["parcels[0].items can't be blank"]),
    ],
)
def test_shipments_are_refused_in_rails_words(body: dict[str, Any], problems: list[str]) -> None:
    """Every sentence begins with the path of what is wrong."""
    assert shipment_problems(body) == problems


def test_all_problems_are_told_at_once() -> None:
    """Unlike the first check, this one does not stop at the first."""
    body = _changed("origin_address", value={"company_name": " ", "line_1": "x" * 40, "contact_name": "y" * 23})

    assert shipment_problems(body) == [
        "origin_address.company_name can't be blank",
        "origin_address.line_1 is too long (maximum is 35 characters)",
        "origin_address.contact_name is too long (maximum is 22 characters)",
    ]


def test_documents_may_be_worth_nothing() -> None:
    """Only that category may be declared at 0."""
    body = _changed("parcels", 0, "items", 0, value={"category": "documents", "declared_customs_value": 0})

    assert shipment_problems(body) == []


def test_rates_need_no_more_of_an_address_than_its_country() -> None:
    """The vendor's own client sends just that; a description is not needed either."""
    item = {name: value for name, value in _ITEM.items() if name != "description"}
    parcel = {**_SHIPMENT["parcels"][0], "items": [item]}
    body = {
        "origin_address": {"country_alpha2": "US"},
        "destination_address": {"country_alpha2": "CA"},
        "parcels": [parcel],
    }

    assert rate_problems(body) == []
    assert rate_problems({**body, "destination_address": {}}) == ["destination_address.country_alpha2 can't be blank"]
