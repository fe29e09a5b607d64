"""The Easyship twin's balance over HTTP: top-ups with and without a card's check, automatic ones, refunds."""

from typing import Any

import pytest

from conformance.easyship_client import ERRORS_LINK, TWO_DAY, Client, client, error
from conformance.easyship_shapes import fitting
from twins import EasyshipTwin, Reply

_CREDIT = "/2024-09/account/credit"
_NOW = {"shipping_settings": {"buy_label": True, "buy_label_synchronous": True}}
_NOBODY = "01563646-58c1-4607-8fe0-cae3e33c0001"


@pytest.fixture
def caller(easyship_twin: EasyshipTwin) -> Client:
    return client(easyship_twin)


def _balance(caller: Client) -> tuple[float, float]:
    credit = fitting(caller.ask("GET", _CREDIT), "credits_show")["credit"]
    return credit["balance"], credit["available_balance"]


def _sources(caller: Client) -> list[dict[str, Any]]:
    sources: list[dict[str, Any]] = caller.ask("GET", "/2024-09/payment_sources").json()["payment_sources"]
    return sources


def _card(caller: Client, token: str) -> dict[str, Any]:
    reply = caller.ask("POST", "/2024-09/payment_sources", {"type": "card", "stripe_token": token})
    source: dict[str, Any] = reply.json()["payment_source"]
    return source


def _top_up(caller: Client, source_id: str, amount: float) -> Reply:
    return caller.ask("POST", _CREDIT, {"payment_source_id": source_id, "amount": amount})


def test_a_card_tops_up_at_once_and_is_settled_within_the_hour(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """It can be spent before it is part of the balance, as the documented answer shows."""
    reply = _top_up(caller, _sources(caller)[0]["id"], 10.5)

    easyship_twin.clock_advance("1h")

    assert (reply.status, fitting(reply, "credits_create")["credit"]) == (
        201,
        {"available_balance": 510.5, "balance": 500.0, "currency": "USD"},
    )
    assert _balance(caller) == (510.5, 510.5)


@pytest.mark.parametrize(
    ("amount", "token", "details"),
    [
        (0, "tok_visa", ["Amount must be greater than 0"]),
        (-5, "tok_visa", ["Amount must be greater than 0"]),
        (5, "tok_chargeCustomerFail", ["Your card was declined."]),
    ],
)
def test_a_top_up_can_be_refused(caller: Client, amount: float, token: str, details: list[str]) -> None:
    """For its amount, or by the card."""
    reply = _top_up(caller, _card(caller, token)["id"], amount)

    assert (reply.status, error(reply)["details"]) == (422, details)
    assert _balance(caller) == (500.0, 500.0)


def test_an_unknown_source_is_not_found(caller: Client) -> None:
    """In the words of the documentation."""
    reply = _top_up(caller, _NOBODY, 10)

    assert error(reply) == {
        "code": "resource_not_found",
        "details": ["The Payment Source was not found"],
        "links": [
            ERRORS_LINK,
            {
                "kind": "documentation",
                "name": "Add Credit",
                "url": "https://developers.easyship.com/reference/credits_create",
            },
        ],
        "message": "The requested resource was not found.",
        "type": "invalid_request_error",
    }


def test_a_card_that_asks_for_a_check_tops_up_when_it_has_passed(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """Until then the answer is 202, and afterwards it cannot be confirmed again."""
    made = caller.ask(
        "POST", "/2024-09/payment_sources", {"type": "card", "stripe_token": "tok_threeDSecure2Required"}
    ).json()["action_required"]["data"]["intent_id"]
    easyship_twin.pass_check(made)
    source = caller.ask("POST", "/2024-09/payment_sources/confirm", {"intent_id": made}).json()["payment_source"]

    asked = _top_up(caller, source["id"], 200)
    intent = fitting(asked, "credits_create")["action_required"]
    early = caller.ask("POST", f"{_CREDIT}/confirm_3ds", {"intent_id": intent["data"]["intent_id"]})
    easyship_twin.pass_check(intent["data"]["intent_id"])
    done, again = (
        caller.ask("POST", f"{_CREDIT}/confirm_3ds", {"intent_id": intent["data"]["intent_id"]}) for _ in range(2)
    )

    assert (asked.status, intent["code"]) == (202, "require_3ds_validation")
    assert intent["data"]["client_secret"].startswith(f"{intent['data']['intent_id']}_secret_")
    assert (early.status, fitting(early, "credit_confrim_3ds_create")["action_required"]) == (202, intent)
    assert (done.status, fitting(done, "credit_confrim_3ds_create")["credit"]["available_balance"]) == (201, 700.0)
    assert error(again) == {
        "code": "invalid_content",
        "details": [
            "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed."
        ],
        "links": [
            ERRORS_LINK,
            {
                "kind": "documentation",
                "name": "Confirm Credit Top-up",
                "url": "https://developers.easyship.com/reference/credit_confrim_3ds_create",
            },
        ],
        "message": "The request body content is not valid.",
        "type": "invalid_request_error",
    }


@pytest.mark.parametrize("amount", [1e6, 6.5e12])
def test_a_top_up_has_its_largest(caller: Client, amount: float) -> None:
    """No card pays a million."""
    reply = _top_up(caller, _sources(caller)[0]["id"], amount)

    assert error(reply)["details"] == ["Amount must be less than 1000000"]


def test_an_unknown_check_is_refused(caller: Client) -> None:
    """As the card processor says it."""
    reply = caller.ask("POST", f"{_CREDIT}/confirm_3ds", {"intent_id": "pi_nothing"})

    assert (reply.status, error(reply)["details"]) == (422, ["No such payment_intent: 'pi_nothing'"])


def test_automatic_top_ups_have_limits_by_country(caller: Client) -> None:
    """Whole amounts, between the country's smallest and largest, above the threshold."""

    def refused(**rule: Any) -> list[str]:
        reply = caller.ask("PATCH", f"{_CREDIT}/auto_recharge", {"enabled": True, **rule})
        assert reply.status == 422
        details: list[str] = error(reply)["details"]
        return details

    assert refused(threshold_amount=10.5, amount=100) == ["Threshold amount must be a kind of Integer"]
    assert refused(threshold_amount=10, amount=49) == ["Amount must be greater than or equal to 50"]
    assert refused(threshold_amount=10, amount=2001) == ["Amount must be less than or equal to 2000"]
    assert refused(threshold_amount=100, amount=100) == ["Amount must be greater than 100"]


def test_a_low_balance_is_topped_up_by_itself(caller: Client) -> None:
    """When a charge takes it below the threshold, from the default card."""
    rule = {"enabled": True, "threshold_amount": 490, "amount": 1000}
    shown = fitting(caller.ask("GET", f"{_CREDIT}/auto_recharge"), "credit_auto_recharge_show")["auto_recharge"]

    changed = fitting(caller.ask("PATCH", f"{_CREDIT}/auto_recharge", rule), "credit_auto_recharge_update")
    caller.create(**_NOW, courier_settings={"courier_service_id": TWO_DAY})

    assert shown == {"amount": 0.0, "enabled": False, "threshold_amount": 0.0}
    assert changed["auto_recharge"] == {"amount": 1000.0, "enabled": True, "threshold_amount": 490.0}
    assert _balance(caller) == (480.45, 1480.45)


def test_refunds_go_back_to_where_the_money_came_from(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """The latest payment first; more than the balance is refused."""
    first, second = _sources(caller)[0]["id"], _card(caller, "tok_mastercard")["id"]
    _top_up(caller, second, 30)
    easyship_twin.clock_advance("1h")

    some = fitting(caller.ask("POST", f"{_CREDIT}/refund", {"amount": 50}), "credit_refund_create")
    much = caller.ask("POST", f"{_CREDIT}/refund", {"amount": 1e14})
    rest = fitting(caller.ask("POST", f"{_CREDIT}/refund", {}), "credit_refund_create")

    assert some["refunds"] == [
        {"amount": 30.0, "currency": "USD", "payment_source_id": second},
        {"amount": 20.0, "currency": "USD", "payment_source_id": first},
    ]
    assert (some["meta"]["total_refunded"], some["meta"]["total_non_refunded"]) == (50.0, 0.0)
    assert error(much)["details"] == ["Refund amount must be less than or equal to company balance"]
    assert rest["meta"]["total_refunded"] == 480.0
    assert _balance(caller) == (0.0, 0.0)


def test_a_label_without_money_is_not_bought(caller: Client) -> None:
    """402, in the words of the documentation."""
    caller.ask("POST", f"{_CREDIT}/refund", {})

    reply = caller.create(**_NOW, courier_settings={"courier_service_id": TWO_DAY})

    assert (reply.status, error(reply)["code"]) == (402, "payment_required")
    assert error(reply)["details"] == [
        "We were unable to generate a label as you do not have enough funds on your account."
    ]


def test_the_balance_needs_its_scopes(easyship_twin: EasyshipTwin) -> None:
    """Reading it needs one, moving it another."""
    reader = client(easyship_twin, scopes=["public.credit:read"])

    assert reader.ask("GET", _CREDIT).status == 200
    assert [
        reader.ask("POST", f"{_CREDIT}/refund", {}).status,
        reader.ask("GET", f"{_CREDIT}/auto_recharge").status,
    ] == [403, 403]


def test_an_overdraft_has_its_end(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """A company that may go below nothing is told so when it has gone far enough."""
    easyship_twin.control("PATCH", "/overdrafts/CUS000001", {"cents": 3000})
    caller.ask("POST", f"{_CREDIT}/refund", {})

    first, second = (caller.create(**_NOW, courier_settings={"courier_service_id": TWO_DAY}) for _ in range(2))

    assert (first.status, second.status) == (201, 402)
    assert error(second)["code"] == "overdraft_limit"
    assert error(second)["message"] == (
        "Your maximum balance limit has been reached. Please contact your account manager."
    )
    assert _balance(caller) == (-19.55, -19.55)
