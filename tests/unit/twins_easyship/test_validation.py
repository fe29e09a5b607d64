"""The first check of a body, in the gem's words."""

import copy
from typing import Any

import pytest

from crossdock_twins.easyship.schemas import SCHEMAS, Schemas
from crossdock_twins.easyship.validation import Mismatch

_AT = "#/components/schemas/"
_ITEM = {"description": "x", "category": "fashion", "declared_currency": "USD", "declared_customs_value": 3}
_RATES: dict[str, Any] = {
    "origin_address": {"country_alpha2": "US"},
    "destination_address": {"country_alpha2": "CA"},
    "parcels": [{"total_actual_weight": 1.2, "box": {"length": 22, "width": 15, "height": 3}, "items": [_ITEM]}],
}


def _message(component: str, value: Any) -> str:
    with pytest.raises(Mismatch) as refused:
        SCHEMAS.component(component).check(value)
    return str(refused.value)


def _changed(**members: Any) -> dict[str, Any]:
    return {**copy.deepcopy(_RATES), **members}


def test_two_countries_and_a_parcel_pass() -> None:
    """What an address lacks beside its country is not enforced here: that part of the schema has no type."""
    assert SCHEMAS.component("RateRequest").check(_RATES) == _RATES


def test_a_shipment_needs_nothing_but_parcels_here() -> None:
    """The names and lines of an address are the second check's matter."""
    assert SCHEMAS.component("ShipmentCreate").check({"parcels": [], "origin_address": {}}) is not None


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            _changed(courier_selection={}),
            "#/components/schemas/RateRequest does not define properties: courier_selection",
        ),
        (
            {},
            _AT + "RateRequest missing required parameters: origin_address, destination_address, parcels",
        ),
        (_changed(parcels=None), "#/components/schemas/RateRequest/properties/parcels does not allow null values"),
        (
            _changed(parcels=[]),
            "#/components/schemas/RateRequest/properties/parcels [] contains fewer than min items",
        ),
        (
            _changed(origin_address={"country_alpha2": "XX"}),
            '"XX" isn\'t part of the enum in #/components/schemas/CountryAlpha2',
        ),
        (
            _changed(incoterms="FOB"),
            '"FOB" isn\'t part of the enum in #/components/schemas/Shipment/properties/incoterms',
        ),
        (
            _changed(origin_address={"contact_email": ""}),
            '#/components/schemas/Address/properties/contact_email email address format does not match value: ""',
        ),
        (
            _changed(origin_address="here"),
            '#/components/schemas/Address expected object, but received String: "here"',
        ),
        (
            _changed(set_as_residential="yes"),
            _AT + 'ShipmentCreate/properties/set_as_residential expected boolean, but received String: "yes"',
        ),
        (
            _changed(filter_options={"courier_service_ids": ["1"]}),
            _AT
            + "RateRequest/properties/filter_options/properties/courier_service_ids/items"
            + ' Value: "1" is not conformant with UUID format',
        ),
        (
            _changed(parcels=[{"items": [{"description": "x"}]}]),
            '{"description"=>"x"} isn\'t any of in #/components/schemas/ParcelRateCreate/properties/items/items',
        ),
        (
            _changed(parcels=[{"total_actual_weight": [1]}]),
            _AT + "ParcelRateCreate/properties/total_actual_weight expected number, but received Array: [1]",
        ),
        (
            _changed(shipping_settings={"output_currency": "usd"}),
            '"usd" isn\'t part of the enum in #/components/schemas/Currency',
        ),
        ([1], "#/components/schemas/RateRequest expected object, but received Array: [1]"),
    ],
)
def test_rate_requests_are_refused_in_the_gems_words(body: Any, message: str) -> None:
    """Each way of being wrong has the message that Easyship's own validator gives."""
    assert _message("RateRequest", body) == message


def test_members_are_checked_in_the_order_sent_then_unknown_then_missing() -> None:
    """Only the first failure is told, and a wrong member comes before an unknown or a missing one."""
    wrong_and_unknown = {"unknown": 1, "set_as_residential": 5}
    unknown_and_missing = {"unknown": 1}

    assert _message("RateRequest", wrong_and_unknown).endswith("expected boolean, but received Integer: 5")
    assert _message("RateRequest", unknown_and_missing).endswith("does not define properties: unknown")


def test_too_many_items_are_refused() -> None:
    """A parcel takes 200 items."""
    message = _message("RateRequest", _changed(parcels=[{"items": [_ITEM] * 201}]))

    assert message.endswith("contains more than max items")


def test_an_unknown_member_of_an_address_passes() -> None:
    """The typeless part beside the address ends the gem's search for unknown members, closed object or not."""
    sent = _changed(destination_address={"country_alpha2": "CA", "line1": "10 Downing Street"})

    assert SCHEMAS.component("RateRequest").check(sent) == sent


def test_numbers_and_booleans_may_be_sent_as_texts() -> None:
    """Published clients do so; what follows works with real numbers."""
    sent = _changed(
        set_as_residential="true", parcels=[{"total_actual_weight": "1.5", "items": [{**_ITEM, "quantity": "2"}]}]
    )

    checked = SCHEMAS.component("RateRequest").check(sent)

    assert checked["set_as_residential"] is True
    assert checked["parcels"][0]["total_actual_weight"] == 1.5
    assert checked["parcels"][0]["items"][0]["quantity"] == 2


@pytest.mark.parametrize("value", ["", "1.", "0x10", "1_000", "\u0661\u0662", " 1", "NaN", "1e999", "9" * 5000])
def test_texts_that_are_no_plain_number_stay_texts(value: str) -> None:
    """What Python would read as a number is not one for that."""
    message = _message("RateRequest", _changed(parcels=[{"total_actual_weight": value}]))

    assert "expected number, but received String" in message


def test_null_passes_only_where_the_schema_says_so() -> None:
    """A box may be null, a weight may not."""
    assert SCHEMAS.component("ParcelCreate").check({"box": None}) == {"box": None}
    assert _message("ParcelCreate", {"total_actual_weight": None}).endswith("does not allow null values")


def test_every_form_of_rule_has_its_words() -> None:
    """Bounds, lengths, patterns and dates, of which few bodies have any."""
    schemas = Schemas(
        {
            "Small": {"type": "integer", "min": 1, "max": 100},
            "Note": {"type": "string", "max_length": 3},
            "Id": {"type": "string", "pattern": "^ES"},
            "Day": {"type": "string", "format": "date"},
            "Price": "number",
            "Count": "integer",
        }
    )
    wrong: dict[str, list[Any]] = {"Small": [0, 101], "Note": ["four"], "Id": ["US1"], "Day": ["invalid_date"]}
    wrong |= {"Price": [3e307, -(10**16)], "Count": [2**63]}

    messages = []
    for name, values in wrong.items():
        for value in values:
            with pytest.raises(Mismatch) as refused:
                schemas.component(name).check(value)
            messages.append(str(refused.value).removeprefix("#/components/schemas/"))

    assert messages == [
        "Small 0 is less than minimum value",
        "Small 101 is more than maximum value",
        'Note "four" is longer than max length',
        'Id pattern ^ES does not match value: "US1"',
        'Day Value: "invalid_date" is not conformant with date format',
        "Price 3.0e+307 is more than maximum value",
        "Price -10000000000000000 is less than minimum value",
        "Count 9223372036854775808 is more than maximum value",
    ]


def test_all_closed_parts_refuse_what_none_of_them_names() -> None:
    """Where every part of an allOf is a closed object, an unknown member is refused after all."""
    part = {"type": "object", "closed": True, "members": {"a": "string"}}
    schemas = Schemas({"Both": {"all": [part, {**part, "members": {"b": "string"}}]}})

    with pytest.raises(Mismatch, match="Both does not define properties: c"):
        schemas.component("Both").check({"a": "1", "b": "2", "c": "3"})
