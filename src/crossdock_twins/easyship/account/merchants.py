"""What the API knows of a company beside its name: its address, its card and its balance."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from crossdock_twins.base.store import Store
from crossdock_twins.easyship.reference.tables import COUNTRIES
from crossdock_twins.easyship.state import Company

_FIRST_BALANCE = 50_000
_HOMES = {
    "US": {"line_1": "12 Wharf Street", "city": "Portland", "state": "OR", "postal_code": "97209"},
    "GB": {"line_1": "4 Mill Lane", "city": "York", "state": "Yorkshire", "postal_code": "YO1 7LF"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    """`address` and `card` are as the API shows them; `balance` is in cents of the company's money."""

    company: Company
    address: dict[str, Any]
    card: dict[str, Any]
    balance: int


def get_merchant(store: Store, company: Company) -> Merchant:
    """Give what is known of a company, made up when it is first asked for."""
    row = store.one("SELECT address, card, balance FROM merchant WHERE company_id = ?", company.id)
    if row is None:
        store.execute(
            "INSERT INTO merchant (company_id, address, card, balance) VALUES (?, ?, ?, ?)",
            *(company.id, json.dumps(_address(company)), json.dumps(_card(company)), _FIRST_BALANCE),
        )
        return get_merchant(store, company)
    return Merchant(
        company=company,
        address=json.loads(row["address"]),
        card=json.loads(row["card"]),
        balance=row["balance"],
    )


def _address(company: Company) -> dict[str, Any]:
    elsewhere = {"line_1": "1 Main Street", "city": COUNTRIES[company.country_alpha2].name, "postal_code": "0"}
    address = {
        **_HOMES.get(company.country_alpha2, elsewhere),
        "company_name": company.name,
        "contact_email": f"dispatch@{company.id.lower()}.example",
        "contact_name": "Dispatch Desk",
        "contact_phone": "+1 555 010 0100",
        "country_alpha2": company.country_alpha2,
        "default_for": {"pickup": True, "billing": True, "sender": True, "return": True},
        "id": str(uuid5(NAMESPACE_DNS, f"address.{company.id}")),
        "line_2": None,
        "status": "active",
    }
    return dict(sorted(address.items()))


def _card(company: Company) -> dict[str, Any]:
    return {
        "card": {
            "brand": "Visa",
            "expiration_month": "12",
            "expiration_year": "2099",
            "holder_name": None,
            "last_four_digits": "1111",
        },
        "id": str(uuid5(NAMESPACE_DNS, f"card.{company.id}")),
        "payment_method_type": "card",
    }
