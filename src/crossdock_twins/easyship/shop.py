"""A small shop's shipments of the last weeks, so that a new twin has something to list."""

import json
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

from crossdock_twins.base.store import Store
from crossdock_twins.easyship.credit import ledger, payments
from crossdock_twins.easyship.payment_sources.store import SOURCES
from crossdock_twins.easyship.records import EVERYTHING
from crossdock_twins.easyship.shipments import making, purchase
from crossdock_twins.easyship.state import Company, Environment, Owner

SHIPMENTS: dict[Environment, int] = {"production": 24, "sandbox": 6}
_APART = timedelta(hours=31)
_OPEN = 3
_CALLED_OFF_EVERY = 9
_FIRST_ORDER = 1001
_LOW, _TOP_UP = 20_000, 50_000
_SHOP = json.loads(files(__package__).joinpath("data", "shop.json").read_text(encoding="utf-8"))


def fill(store: Store, company: Company, *, now: datetime) -> None:
    """Add a company's shipments, a day or so apart: the newest wait for a label, of the others few were called off."""
    for environment, count in SHIPMENTS.items():
        for index in range(count):
            age = count - index
            _ship(store, company, environment=environment, index=index, age=age, moment=now - age * _APART)


def body(index: int, *, buy_label: bool) -> dict[str, Any]:
    """Give what the shop sends to Easyship for its n-th order."""
    recipients, items = _SHOP["recipients"], _SHOP["items"]
    return {
        "destination_address": recipients[index % len(recipients)],
        "order_data": {"platform_name": "Web shop", "platform_order_number": f"#{_FIRST_ORDER + index}"},
        "parcels": [{"items": [items[index % len(items)]]}],
        "shipping_settings": {"buy_label": buy_label, "buy_label_synchronous": buy_label},
    }


def _ship(store: Store, company: Company, *, environment: Environment, index: int, age: int, moment: datetime) -> None:
    owner, sent = Owner(company_id=company.id, environment=environment), body(index, buy_label=age > _OPEN)
    _top_up(store, owner, at=moment)
    made = making.make(store, company=company, environment=environment, body=sent, now=moment)
    if age > _OPEN and index % _CALLED_OFF_EVERY == _CALLED_OFF_EVERY - 1:
        purchase.cancel(store, made.shipment, at=moment + timedelta(hours=2))


def _top_up(store: Store, owner: Owner, *, at: datetime) -> None:
    """Pay in before the balance is too low for the next label."""
    source = SOURCES.first(store, owner, EVERYTHING)
    wallet = ledger.wallet(store, company_id=owner.company_id, environment=owner.environment)
    if source is not None and wallet.available < _LOW:
        payments.receive(store, owner, source_id=source["id"], amount_cents=_TOP_UP, at=at)
