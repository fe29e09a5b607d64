"""Linking a courier account: what is kept and shown of it, and how Royal Mail takes two days to look at it."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from crossdock_twins.base import agenda
from crossdock_twins.base.agenda import Due
from crossdock_twins.base.store import Store
from crossdock_twins.easyship.couriers.linkable import LINKABLE
from crossdock_twins.easyship.couriers.store import LINKED, keep
from crossdock_twins.easyship.rates.catalogue import new_courier_id
from crossdock_twins.easyship.state import Company, Owner
from crossdock_twins.easyship.times import timestamp
from crossdock_twins.easyship.webhooks.publish import publish

ROYAL_MAIL = "Royal Mail"
VERIFYING = (
    "Before you can start generating labels with your Royal Mail account, we'll need to verify your Royal Mail Online "
    "Business Account (OBA) details. This process takes up to 2 - 3 business days."
)
_VERIFY = "courier.verify"
_TAKES = timedelta(days=2)
_RECEIVING_HUB = "002631"
_SHOWN_DIGITS = 4
_REFUSED = "invalid"
_WRONG = "The account details could not be verified. Check the account number and link the account again."
_ROYAL_MAIL_SHOWN = (
    *("account_number", "address_line_1", "city", "contact_email", "contact_phone", "customer_name"),
    *("oba_email_address", "postal_code", "posting_location"),
)


def new_account(body: Mapping[str, Any], *, company: Company, now: datetime) -> dict[str, Any]:
    """Make an account of a body that has passed the checks; an account number with `invalid` in it fails its courier.

    That way to a failure is the twin's own: with the real couriers it is theirs to say.
    """
    name, details = body["courier_umbrella_name"], body["account_details"]
    royal_mail = name == ROYAL_MAIL
    failed = _REFUSED in details["account_number"].lower() and not royal_mail
    auth = "failed" if failed else "partially_verified" if royal_mail else "verified"
    return {
        "id": new_courier_id(),
        "account_number": details["account_number"],
        "auth": {"errors": [_WRONG] if failed else [], "state": auth},
        "created_at": timestamp(now),
        "customer_reference_id": body.get("customer_reference_id"),
        "ddp_handling_fee": body.get("ddp_handling_fee", 0),
        "easyship_courier": False,
        "filtered_account_details": _of_royal_mail(details) if royal_mail else _masked(details),
        "logo_url": LINKABLE[name].logo_url,
        "nickname": body["nickname"],
        "origin_country_alpha2": body.get("origin_country_alpha2", company.country_alpha2),
        "pickup_fee": body.get("pickup_fee", 0),
        "state": "inactive" if failed else "pending" if royal_mail else "active",
        "umbrella_name": name,
    }


def link(store: Store, owner: Owner, courier: Mapping[str, Any], *, now: datetime) -> None:
    """Keep a new account, and let the courier look at one that waits for that."""
    with store.transaction():
        LINKED.add(
            store,
            owner,
            courier,
            umbrella_name=courier["umbrella_name"],
            nickname=courier["nickname"],
            state=courier["state"],
        )
        if courier["state"] == "pending":
            detail = {"company_id": owner.company_id, "environment": owner.environment}
            agenda.add(store, _VERIFY, due=now + _TAKES, key=courier["id"], detail=detail)


def unlink(store: Store, owner: Owner, courier: Mapping[str, Any]) -> dict[str, Any]:
    """Forget an account and give what is left to show: inactive, its details gone."""
    with store.transaction():
        agenda.drop(store, _VERIFY, courier["id"])
        LINKED.drop(store, owner, courier["id"])
    details = dict.fromkeys(courier["filtered_account_details"])
    return {**courier, "account_number": None, "filtered_account_details": details, "state": "inactive"}


def change_state(store: Store, owner: Owner, courier: Mapping[str, Any], *, state: str, at: datetime) -> dict[str, Any]:
    """Switch an account, and tell the webhooks."""
    changed = {**courier, "state": state}
    with store.transaction():
        keep(store, owner, changed)
        publish(
            store,
            company_id=owner.company_id,
            environment=owner.environment,
            event_type="courier_state_changed",
            resource_type="courier",
            resource_id=courier["id"],
            data={
                "account_number": courier["account_number"],
                "account_state": state,
                "auth_state": courier["auth"]["state"],
                "customer_reference_id": courier["customer_reference_id"],
                "nickname": courier["nickname"],
                "origin_country_alpha2": courier["origin_country_alpha2"],
                "umbrella_name": courier["umbrella_name"],
            },
            at=at,
        )
    return changed


def _masked(details: Mapping[str, str]) -> dict[str, str]:
    """Show the end of an account number and of a key, and no password."""
    number, key = details["account_number"], details["api_key"]
    hidden = max(0, len(number) - _SHOWN_DIGITS)
    return {"account_number": "*" * hidden + number[hidden:], "api_key": "***" + key[-_SHOWN_DIGITS:]}


def _of_royal_mail(details: Mapping[str, Any]) -> dict[str, Any]:
    return {**{name: details[name] for name in _ROYAL_MAIL_SHOWN}, "receiving_hub": _RECEIVING_HUB}


def _verify(store: Store, due: Due) -> None:
    """Let Royal Mail say what it thinks of an account."""
    owner = Owner(company_id=due.detail["company_id"], environment=due.detail["environment"])
    courier = LINKED.find(store, owner, due.key)
    if courier is None or courier["state"] != "pending":
        return
    failed = _REFUSED in courier["account_number"].lower()
    auth = {"errors": [_WRONG], "state": "failed"} if failed else {"errors": [], "state": "verified"}
    change_state(store, owner, {**courier, "auth": auth}, state="inactive" if failed else "active", at=due.at)


AGENDA: Mapping[str, Callable[[Store, Due], None]] = {_VERIFY: _verify}
