"""The Easyship twin's insurance over HTTP."""

import json
from typing import Any

import pytest

from conformance.easyship_client import ERRORS_LINK, Client, client, error
from conformance.easyship_labels import GROUND, NOBODY, labelled, page, refused
from conformance.easyship_shapes import fitting
from endpoint import listening, posts
from twins import EasyshipTwin

_POLICIES = "/2024-09/insurances/policies"
_CREATE = [page("Buy Insurance Policy for an External Shipment", "insurances_policies_create")]
_FROM_QUOTE = [page("Create an Insurance Policy from a Quote", "insurances_policies_from_quote_create")]
_QUOTE = [page("Create an Insurance Quote", "insurances_quotes_create")]
_WANTED = {
    "tracking_number": "123456",
    "courier_service_id": GROUND,
    "insurance": {"insured_value": 400, "currency": "USD"},
    "items": [{"description": "desc", "quantity": 2}],
}
_PRODUCT = {"category": "Fashion", "price": 100, "quantity": 2, "description": "T-shirt"}
_QUOTED = {
    "insured_value": 200,
    "currency": "USD",
    "origin_country": "US",
    "destination_country": "GB",
    "products": [_PRODUCT],
}


@pytest.fixture
def caller(easyship_twin: EasyshipTwin) -> Client:
    return client(easyship_twin)


def _policies(caller: Client, query: str = "") -> list[dict[str, Any]]:
    answer = fitting(caller.ask("GET", f"{_POLICIES}{query}"), "insurances_policies_index")
    rows: list[dict[str, Any]] = answer["insurance_policies"]
    return rows


def _balance(caller: Client) -> float:
    return float(caller.ask("GET", "/2024-09/account/credit").json()["credit"]["available_balance"])


def _quote(caller: Client, **members: Any) -> dict[str, Any]:
    reply = caller.ask("POST", "/2024-09/insurances/quotes", {"quote": {**_QUOTED, **members}})
    quote: dict[str, Any] = fitting(reply, "insurances_quotes_create")["insurance_quote"]
    return quote


def _turn(caller: Client, quote_id: str, **members: Any) -> Any:
    policy = {
        "quote_id": quote_id,
        "tracking_number": "1Z1",
        "courier_service_name": "UPS",
        "email_address": "ann@shop.example",
        "first_name": "Ann",
        "last_name": "Lee",
        **members,
    }
    return caller.ask("POST", "/2024-09/insurances/policies-from-quote", {"policy": policy})


def test_a_new_parcel_is_insured_when_its_courier_answers(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """202 at first; with the courier's answer the fee is charged, then the policy stands and subscribers are told."""
    with listening() as receiver:
        hook = {"endpoint": receiver.origin, "event_types": ["external_shipment_insured"], "version": "2024-09"}
        webhook = caller.ask("POST", "/2024-09/webhooks", hook).json()["webhook"]
        caller.ask("POST", f"/2024-09/webhooks/{webhook['id']}/activate")
        before = _balance(caller)

        accepted = caller.ask("POST", _POLICIES, _WANTED)
        waiting, unpaid = _policies(caller), _balance(caller)
        easyship_twin.clock_advance("1h")
        (policy,), paid = _policies(caller), _balance(caller)
        easyship_twin.delivered()
        (message,) = [json.loads(heard.body) for heard in posts(receiver)]

    assert accepted.status == 202
    assert fitting(accepted, "insurances_policies_create")["success"] == {
        "message": "Insurance has been set up. Awaiting tracking result."
    }
    assert (waiting[0]["state"], unpaid) == ("pending_request", before)
    assert (policy["state"], policy["claim_state"], policy["source"]) == ("confirmed", "not_filed", "external")
    assert (policy["insurance_fee"], policy["total_insured_value"]) == (10, 400)
    assert (policy["easyship_insurance_id"], policy["recipient"]) == ("IPUS10000001", "merchant")
    assert before - paid == pytest.approx(10)
    assert message == {
        "shipment": {
            "easyship_insurance_id": "IPUS10000001",
            "easyship_shipment_id": policy["easyship_shipment_id"],
            "insurance_fee": 10,
            "total_insured_value": 400,
            "tracking_number": "123456",
        }
    }


def test_a_parcel_that_is_followed_already_is_insured_within_a_day(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """The answer is 201 with the policy; a day after the courier's first answer it is too late."""
    for number in ("123456", "7"):
        caller.ask("POST", "/2024-09/trackings", {"tracking_number": number, "courier_service_id": GROUND})
    easyship_twin.clock_advance("2h")

    made = caller.ask("POST", _POLICIES, {**_WANTED, "insurance": {"insured_value": 11, "currency": "USD"}})
    again = caller.ask("POST", _POLICIES, _WANTED)
    easyship_twin.clock_advance("1d")
    late = caller.ask("POST", _POLICIES, {**_WANTED, "tracking_number": "7"})

    policy = fitting(made, "insurances_policies_create")["insurance_policy"]
    assert (made.status, policy["insurance_fee"], policy["state"]) == (201, 1.5, "pending_request")
    assert policy["tracking_id"] is not None
    refused(again, "Shipment is already insured", links=_CREATE)
    refused(late, "Tracking is not valid for insurance", links=_CREATE)


def test_insurance_wants_money_and_a_value(caller: Client) -> None:
    """What the balance does not cover is refused in the documented words; the value must be more than nothing."""
    dear = caller.ask("POST", _POLICIES, {**_WANTED, "insurance": {"insured_value": 900_000, "currency": "USD"}})
    free = caller.ask("POST", _POLICIES, {**_WANTED, "insurance": {"insured_value": 0, "currency": "USD"}})

    refused(dear, "Insufficient balance to purchase the insurance", links=_CREATE)
    refused(free, "Insured value must be greater than 0", links=_CREATE)
    assert _policies(caller) == []


def test_a_label_bought_with_insurance_has_a_policy(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """Its fee stands in the label's price; when the shipment is called off the policy is voided."""
    made = labelled(caller, insurance={"is_insured": True, "insured_amount": 120, "insured_currency": "USD"})
    after_label = _balance(caller)

    easyship_twin.clock_advance("15m")
    (standing,) = _policies(caller, f"?easyship_shipment_id={made['easyship_shipment_id']}&source=cloud")
    caller.ask("POST", f"/2024-09/shipments/{made['easyship_shipment_id']}/cancel")
    easyship_twin.clock_advance("1d")
    (voided,) = _policies(caller, "?state=voided")

    assert (standing["state"], standing["total_insured_value"], standing["insurance_fee"]) == ("confirmed", 120, 1.8)
    assert standing["tracking_number"] == made["trackings"][0]["tracking_number"]
    assert after_label == pytest.approx(500 - made["rates"][0]["total_charge"])
    assert voided["easyship_insurance_id"] == standing["easyship_insurance_id"]
    assert _balance(caller) == 500


def test_a_shipment_is_insured_after_its_label(caller: Client) -> None:
    """The fee is charged on its own, once."""
    made = labelled(caller)
    before = _balance(caller)

    replies = [caller.ask("POST", f"/2024-09/shipments/{made['easyship_shipment_id']}/insure") for _ in range(2)]

    assert [reply.status for reply in replies] == [201, 422]
    assert error(replies[1])["details"] == ["Shipment state, label state or insurance state is invalid"]
    (policy,) = _policies(caller)
    assert policy["total_insured_value"] == made["insurance"]["insured_amount"]
    assert before - _balance(caller) == pytest.approx(policy["insurance_fee"])


def test_products_are_quoted_for_two_days(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """The documented example comes out: 3.00 for 200; what cannot be insured says why."""
    quote = _quote(
        caller, products=[_PRODUCT, {"category": "jewelry", "price": 9}, {"category": "moon dust", "price": 1}]
    )

    products = quote["products"]
    assert (quote["total_insurance_fee"], quote["total_insurance_fee_raw"]) == (3, 3)
    assert (products[0]["insured_fee"], products[0]["insured_eligibility"]) == (3, True)
    assert [each["insured_eligibility_failure_reason"] for each in products] == [
        None,
        "Jewelry cannot be insured.",
        "Category is not supported.",
    ]
    easyship_twin.clock_advance("49h")
    refused(_turn(caller, quote["quote_id"]), "Insurance quote has expired.", links=_FROM_QUOTE)


def test_a_quote_becomes_a_policy_once(caller: Client) -> None:
    """The fee is charged, the policy waits for the insurer, and the quote is used up."""
    quote = _quote(caller)
    before = _balance(caller)

    first = _turn(caller, quote["quote_id"], policy_holder_type="buyer", ship_date="2027-01-10")
    second = _turn(caller, quote["quote_id"])

    policy = fitting(first, "insurances_policies_from_quote_create")["insurance_policy"]
    assert (policy["status"], policy["insured_value"], policy["insurance_fee"]) == ("awaiting", 200, 3)
    assert policy["insurance_valid_from"] == "2027-01-10T00:00:00Z"
    assert policy["claim_window_opens"] < policy["claim_window_closes"]
    assert before - _balance(caller) == pytest.approx(3)
    assert _policies(caller, "?recipient=buyer")[0]["easyship_insurance_id"] == policy["policy_id"]
    refused(second, "Insurance quote has already been used.", links=_FROM_QUOTE)
    refused(_turn(caller, NOBODY), "Insurance quote was not found.", links=_FROM_QUOTE)


def test_a_waiting_policy_is_cancelled_and_paid_back(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """A policy that stands is not cancellable, one that is unknown has an error in words of its own."""
    before = _balance(caller)
    waiting, standing = (_turn(caller, _quote(caller)["quote_id"]).json()["insurance_policy"] for _ in range(2))

    gone = caller.ask("POST", f"{_POLICIES}/{waiting['policy_id']}/cancel")
    easyship_twin.clock_advance("15m")
    late = caller.ask("POST", f"{_POLICIES}/{standing['policy_id']}/cancel")
    unknown = caller.ask("POST", f"{_POLICIES}/IPUS1/cancel")

    assert fitting(gone, "insurances_policies_cancel")["success"] == {
        "message": "Insurance policy successfully cancelled"
    }
    assert before - _balance(caller) == pytest.approx(3)
    refused(late, "Insurance policy is not cancellable.", links=[])
    assert unknown.status == 404
    assert error(unknown) == {
        "code": "resource_not_found",
        "details": ["The resource you are looking for does not exist."],
        "links": [ERRORS_LINK],
        "message": "The resource you are looking for does not exist.",
        "type": "resource_not_found_error",
    }


def test_quotes_are_for_american_companies(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """Another country's company is refused; a quote without its members fails the first check in the gem's words."""
    british = client(easyship_twin, account_id="CGB000002")

    abroad = british.ask("POST", "/2024-09/insurances/quotes", {"quote": _QUOTED})
    bare = caller.ask("POST", "/2024-09/insurances/quotes", {"quote": {"currency": "USD"}})

    refused(abroad, "Insurance quotes are only available for US entities.", links=_QUOTE)
    refused(
        bare,
        "The request does not comply with the OpenAPI Specification.",
        "#/components/schemas/InsuranceQuoteCreate/properties/quote missing required parameters: insured_value, "
        "origin_country, destination_country, products",
        links=[],
    )


def test_the_sandbox_insures_for_nothing(easyship_twin: EasyshipTwin) -> None:
    """No money moves there."""
    sandbox = client(easyship_twin, environment="sandbox")
    before = _balance(sandbox)
    easyship_twin.clock_advance("1m")

    assert sandbox.ask("POST", _POLICIES, _WANTED).status == 202
    easyship_twin.clock_advance("2h")

    assert _balance(sandbox) == before
