"""The Easyship twin's cards and bank accounts over HTTP."""

from typing import Any

import pytest

from conformance.easyship_client import ERRORS_LINK, Client, client, error
from conformance.easyship_shapes import fitting
from twins import EasyshipTwin

_PLACE = "/2024-09/payment_sources"
_NOBODY = "01563646-58c1-4607-8fe0-cae3e33c0001"


@pytest.fixture
def caller(easyship_twin: EasyshipTwin) -> Client:
    return client(easyship_twin)


def _listed(caller: Client) -> list[dict[str, Any]]:
    sources: list[dict[str, Any]] = fitting(caller.ask("GET", _PLACE), "payment_sources_index")["payment_sources"]
    return sources


def test_a_card_is_saved_by_its_token(caller: Client) -> None:
    """Only what Easyship may know of it is shown."""
    body = {"type": "card", "stripe_token": "tok_visa", "holder": {"name": "local test"}}
    reply = caller.ask("POST", _PLACE, body)

    source = fitting(reply, "payment_sources_create")["payment_source"]
    assert reply.status == 201
    assert source["card"] == {
        "brand": "visa",
        "expiration_month": "12",
        "expiration_year": "2099",
        "holder_name": "local test",
        "last_four_digits": "4242",
    }
    assert [row["payment_method_type"] for row in _listed(caller)] == ["card", "card"]
    assert _listed(caller)[1] == source


def test_a_card_that_has_expired_is_refused(caller: Client) -> None:
    """In the words of the documentation; what is no token is refused too."""
    expired = caller.ask("POST", _PLACE, {"type": "card", "stripe_token": "tok_chargeDeclinedExpiredCard"})
    wrong = caller.ask("POST", _PLACE, {"type": "card", "stripe_token": "4242424242424242"})

    assert error(expired) == {
        "code": "invalid_content",
        "details": ["Your card has expired."],
        "links": [
            ERRORS_LINK,
            {
                "kind": "documentation",
                "name": "Create a Payment Source",
                "url": "https://developers.easyship.com/reference/payment_sources_create",
            },
        ],
        "message": "The request body content is not valid.",
        "type": "invalid_request_error",
    }
    assert error(wrong)["details"] == ["No such token: '4242424242424242'"]


def test_a_card_is_checked_where_the_caller_asks_for_that(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """202 until the check has passed; confirmed twice, it exists already."""
    asked = caller.ask("POST", _PLACE, {"type": "card", "stripe_token": "tok_visa", "verify_3ds": True})
    action = fitting(asked, "payment_sources_create")["action_required"]
    confirmation = {"intent_id": action["data"]["intent_id"]}

    early = caller.ask("POST", f"{_PLACE}/confirm", confirmation)
    easyship_twin.pass_check(action["data"]["intent_id"])
    done, again = (caller.ask("POST", f"{_PLACE}/confirm", confirmation) for _ in range(2))

    assert (asked.status, action["code"]) == (202, "require_3ds_validation")
    assert (early.status, early.json()["action_required"]) == (202, action)
    assert fitting(done, "payment_sources_confrim_3ds_create")["payment_source"]["card"]["brand"] == "visa"
    assert (again.status, error(again)["details"]) == (422, ["Payment source already exists"])
    assert error(again)["links"][1]["name"] == "Confirm Payment Source"


def test_a_bank_account_is_named_and_proven(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """Named at the processor, confirmed, then proven by small deposits; before that it pays nothing."""
    asked = caller.ask("POST", _PLACE, {"type": "bank_account"})
    intent_id = fitting(asked, "payment_sources_create")["action_required"]["data"]["intent_id"]
    easyship_twin.pass_check(intent_id)

    confirmed = caller.ask("POST", f"{_PLACE}/confirm", {"intent_id": intent_id})
    unproven = _listed(caller)[1]
    early = caller.ask("POST", "/2024-09/account/credit", {"payment_source_id": unproven["id"], "amount": 10})
    easyship_twin.pass_check(intent_id)
    proven = _listed(caller)[1]
    late = caller.ask("POST", "/2024-09/account/credit", {"payment_source_id": unproven["id"], "amount": 10})
    easyship_twin.clock_advance("2d")
    credit = caller.ask("GET", "/2024-09/account/credit").json()["credit"]

    action = fitting(confirmed, "payment_sources_confrim_3ds_create")["action_required"]
    assert (asked.json()["action_required"]["code"], action["code"]) == (
        "require_bank_account_info",
        "require_micro_deposit_verification",
    )
    assert action["data"]["verification_url"].startswith("https://")
    assert (unproven["bank_account"]["is_verified"], proven["bank_account"]["is_verified"]) == (False, True)
    assert early.status == 422
    assert late.json()["credit"]["available_balance"] == 500.0
    assert credit["available_balance"] == credit["balance"] == 510.0


def test_bank_accounts_are_for_american_companies(easyship_twin: EasyshipTwin) -> None:
    """Another is told so."""
    british = client(easyship_twin, account_id="CGB000002")

    reply = british.ask("POST", _PLACE, {"type": "bank_account"})

    assert (reply.status, error(reply)["details"]) == (422, ["Bank account is only available for US companies"])


def test_the_last_card_stays(caller: Client) -> None:
    """Another one has to be added first; removed, a source is not found."""
    (only,) = _listed(caller)

    last = caller.ask("DELETE", f"{_PLACE}/{only['id']}")
    caller.ask("POST", _PLACE, {"type": "card", "stripe_token": "tok_visa"})
    gone, again = (caller.ask("DELETE", f"{_PLACE}/{only['id']}") for _ in range(2))

    assert (last.status, error(last)["details"]) == (
        422,
        ["Can't delete the last credit card, please add a new one first."],
    )
    assert fitting(gone, "payment_sources_delete")["success"] == {"message": "Payment source is deactivated"}
    assert (again.status, error(again)["details"]) == (404, ["The Payment Source was not found"])


def test_a_source_becomes_the_default(caller: Client) -> None:
    """An unknown one is not found; nothing else can be set."""
    (only,) = _listed(caller)

    good = caller.ask("PATCH", f"{_PLACE}/{only['id']}", {"set_default_for": "shipment"})
    unknown = caller.ask("PATCH", f"{_PLACE}/{_NOBODY}", {"set_default_for": "shipment"})
    wrong = caller.ask("PATCH", f"{_PLACE}/{only['id']}", {"set_default_for": "everything"})

    assert fitting(good, "payment_sources_update")["payment_source"] == only
    assert (unknown.status, wrong.status) == (404, 422)


def test_the_processors_key_is_public(caller: Client) -> None:
    """It is what a page needs to make tokens."""
    stripe = fitting(caller.ask("GET", "/2024-09/account/stripe"), "stripes_show")["stripe"]

    assert stripe["public_key"].startswith("pk_test_")


def test_an_unknown_kind_is_refused_by_the_first_check(caller: Client) -> None:
    """The kind chooses the schema."""
    reply = caller.ask("POST", _PLACE, {"type": "cheque"})

    assert (reply.status, error(reply)["details"][0]) == (
        422,
        "The request does not comply with the OpenAPI Specification.",
    )
