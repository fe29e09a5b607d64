"""What a company has from the day on which it signs up: an address, a card, and 500.00 paid in with it."""

from datetime import datetime
from typing import get_args
from uuid import NAMESPACE_DNS, uuid5

from crossdock_twins.base.store import Store
from crossdock_twins.easyship.addresses.store import open_book
from crossdock_twins.easyship.credit import ledger, payments
from crossdock_twins.easyship.payment_sources.store import SOURCES
from crossdock_twins.easyship.state import Company, Environment, Owner

_OPENING_CENTS = 50_000
_CARD = {
    "brand": "Visa",
    "expiration_month": "12",
    "expiration_year": "2099",
    "holder_name": None,
    "last_four_digits": "1111",
}


def open_account(store: Store, company: Company, *, now: datetime) -> None:
    """Open a company's account in both environments; same company, same ids."""
    for environment in get_args(Environment):
        owner = Owner(company_id=company.id, environment=environment)
        source_id = str(uuid5(NAMESPACE_DNS, f"{environment}.card.{company.id}"))
        source = {"card": _CARD, "id": source_id, "payment_method_type": "card"}
        with store.transaction():
            open_book(store, company, owner)
            SOURCES.add(store, owner, source, kind="card", is_default=1, third_party_id="tok_visa")
            ledger.open_wallet(store, company_id=company.id, environment=environment)
            payments.receive(store, owner, source_id=source_id, amount_cents=_OPENING_CENTS, at=now)
