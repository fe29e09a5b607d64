"""The Easyship twin's estimate of import tax and duty over HTTP."""

from typing import Any

import pytest

from conformance.easyship_client import ERRORS_LINK, Client, client, error, rates
from conformance.easyship_shapes import fitting
from twins import EasyshipTwin

_PATH = "/2024-09/taxes_and_duties"
_BY_ID: dict[str, Any] = {
    "destination_country_id": 96,
    "origin_country_id": 234,
    "insurance_fee": 0,
    "shipment_charge": 120.1,
    "items": [
        {"duty_origin_country_id": 234, "hs_code": "17029010", "customs_value": 100},
        {"duty_origin_country_id": 158, "hs_code": "17029090", "customs_value": 20.1},
    ],
}
_BY_LETTERS: dict[str, Any] = {
    "origin_country_alpha2": "US",
    "destination_country_alpha2": "GB",
    "insurance_fee": 10,
    "shipment_charge": 40,
    "currency": "USD",
    "items": [{"duty_origin_country_alpha2": "CN", "hs_code": "4202929000", "customs_value": 300}],
}
_OWN_LINKS = [
    ERRORS_LINK,
    {
        "kind": "documentation",
        "name": "Calculate Tax and Duty",
        "url": "https://developers.easyship.com/reference/taxes_and_duties_calculate",
    },
    {
        "kind": "how-to-guide",
        "name": "How to Calculate Taxes and Duties",
        "url": "https://developers.easyship.com/docs/how-to-calculate-taxes-and-duties",
    },
]


@pytest.fixture
def caller(easyship_twin: EasyshipTwin) -> Client:
    return client(easyship_twin)


def _estimate(caller: Client, body: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = fitting(caller.ask("POST", _PATH, body), "taxes_and_duties_calculate")["tax_and_duty"]
    return found


def test_countries_come_by_number_or_by_letters(caller: Client) -> None:
    """Hong Kong asks for nothing; each line says how it came to its duty."""
    by_id, by_letters = _estimate(caller, _BY_ID), _estimate(caller, _BY_LETTERS)

    assert (by_id["tax"], by_id["duty"], by_id["currency"]) == (0.0, 0.0, "USD")
    assert [detail["hs_code_applied"] for detail in by_id["import_duty_details"]] == ["1702901000", "1702909000"]
    (detail,) = by_letters["import_duty_details"]
    assert (detail["duty_calculation_method"], detail["applied_rate_type"]) == ("CIF", "general")
    assert (detail["base_duty_rate"], detail["base_duty_amount"]) == (0.08, 28.0)
    assert by_letters["duty"] == detail["line_item_total_duty"] == 28.0
    assert by_letters["tax"] == pytest.approx((300 + 40 + 10 + 28) * 0.2)


def test_agreements_and_additional_duties_count(caller: Client) -> None:
    """Goods of a partner are free of duty; some of others pay more."""
    made = {"origin_country_alpha2": "MX", "destination_country_alpha2": "US"}
    item = _BY_LETTERS["items"][0]

    free = _estimate(
        caller, {**_BY_LETTERS, **made, "items": [{**item, "duty_origin_country_alpha2": "MX", "customs_value": 1000}]}
    )
    dear = _estimate(caller, {**_BY_LETTERS, **made, "items": [{**item, "customs_value": 1000}]})

    assert (free["duty"], free["import_duty_details"][0]["applied_rate_type"]) == (0.0, "fta")
    (added,) = dear["import_duty_details"][0]["additional_rates"]
    assert (added["rate"], added["amount"], dear["duty"]) == (0.25, 250.0, 330.0)


def test_wrong_members_are_refused_all_at_once(caller: Client) -> None:
    """In the words of the documentation."""
    items = [*_BY_ID["items"], {"duty_origin_country_id": 234, "hs_code": "1702", "customs_value": 1}]

    reply = caller.ask("POST", _PATH, {**_BY_ID, "shipment_charge": "a lot", "items": items})

    assert error(reply) == {
        "code": "invalid_content",
        "details": ["shipment_charge is not a number", "items[2]: hs_code is not an eight-digit number"],
        "links": _OWN_LINKS,
        "message": "The request body content is not valid.",
        "type": "invalid_request_error",
    }


@pytest.mark.parametrize("value", [-1, 1e12])
def test_values_have_bounds(caller: Client, value: float) -> None:
    """Nothing is worth less than nothing."""
    items = [{**_BY_LETTERS["items"][0], "customs_value": value}]

    reply = caller.ask("POST", _PATH, {**_BY_LETTERS, "items": items})

    assert error(reply)["details"] == [
        "items[0]: customs_value must be greater than or equal to 0 and less than 1000000000"
    ]


def test_nothing_is_known_of_some_ways(caller: Client) -> None:
    """Inside one country, and to places without people."""
    reply = caller.ask("POST", _PATH, {**_BY_LETTERS, "destination_country_alpha2": "US"})

    assert error(reply)["details"] == ["No import tax record was found for the specified origin and destination"]
    assert error(reply)["links"] == _OWN_LINKS


def test_the_free_plan_does_without(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """402 for taxes and for quotes with duties paid; other quotes have none of the taxes' members."""
    easyship_twin.subscription(plan="free")

    taxes = caller.ask("POST", _PATH, _BY_ID)
    paid = caller.ask("POST", "/2024-09/rates", {**rates(), "incoterms": "DDP"})
    abroad = {**rates(), "destination_address": {"country_alpha2": "GB"}}
    unpaid = caller.ask("POST", "/2024-09/rates", abroad).json()["rates"][0]

    assert (taxes.status, paid.status) == (402, 402)
    assert error(taxes) == {
        "code": "insufficient_subscription",
        "details": [
            "The TAXES AND DUTIES feature is not available for free subscription plan, please contact Easyship"
        ],
        "links": [
            ERRORS_LINK,
            {
                "kind": "documentation",
                "name": "Subscriptions",
                "url": "https://developers.easyship.com/reference/subscription",
            },
            *_OWN_LINKS[1:],
        ],
        "message": "You don't have access to this feature. Please upgrade your plan",
        "type": "invalid_request_error",
    }
    assert error(paid)["details"] == [
        "The DDP RATES feature is not available for free subscription plan, please contact Easyship"
    ]
    assert (unpaid["import_tax_charge"], unpaid["ddp_handling_fee"]) == (None, None)
