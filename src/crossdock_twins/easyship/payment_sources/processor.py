"""The card processor as far as Easyship lets it be seen: its test tokens, and the checks that it asks for.

The tokens and what they lead to are those of Stripe's test mode; any other `tok_...` stands for a good Visa card.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crossdock_twins.base.tokens import random_id

PUBLIC_KEY = "pk_test_easyshiptwin0000000000000000"
_MARK = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a token stands for; `refusal` is said when it is saved, `decline` when it is charged."""

    brand: str = "visa"
    last_four_digits: str = "4242"
    checked: bool = False
    refusal: str = ""
    decline: str = ""


_CARDS: Mapping[str, Card] = {
    "tok_visa_debit": Card(last_four_digits="5556"),
    "tok_mastercard": Card(brand="mastercard", last_four_digits="4444"),
    "tok_amex": Card(brand="amex", last_four_digits="0005"),
    "tok_discover": Card(brand="discover", last_four_digits="1117"),
    "tok_threeDSecure2Required": Card(last_four_digits="3220", checked=True),
    "tok_threeDSecureRequired": Card(last_four_digits="3063", checked=True),
    "tok_chargeDeclined": Card(last_four_digits="0002", refusal="Your card was declined."),
    "tok_chargeDeclinedExpiredCard": Card(last_four_digits="0069", refusal="Your card has expired."),
    "tok_chargeDeclinedIncorrectCvc": Card(last_four_digits="0127", refusal="Your card's security code is incorrect."),
    "tok_chargeDeclinedInsufficientFunds": Card(last_four_digits="9995", refusal="Your card has insufficient funds."),
    "tok_chargeCustomerFail": Card(last_four_digits="0341", decline="Your card was declined."),
}


def card(token: str) -> Card | None:
    """Give the card of a token; None where it is not a token."""
    return _CARDS.get(token, Card()) if token.startswith("tok_") else None


def card_json(token: str, found: Card, *, holder_name: str | None) -> dict[str, Any]:
    """Show a card as a payment source does."""
    return {
        "brand": found.brand,
        "expiration_month": "12",
        "expiration_year": "2099",
        "holder_name": holder_name,
        "last_four_digits": found.last_four_digits if token in _CARDS else "4242",
    }


def new_id(prefix: str) -> str:
    """Make an id such as `pi_3...` or `seti_1...`."""
    return f"{prefix}_{random_id()[:_MARK]}"


def action(code: str, *, intent_id: str, secret: str, **more: str) -> dict[str, Any]:
    """Show what has to be done before a payment or a source is confirmed."""
    return {"code": code, "data": {"client_secret": secret, "intent_id": intent_id, **more}}
