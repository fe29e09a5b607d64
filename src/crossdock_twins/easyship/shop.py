"""A small shop's shipments of the last weeks, so that a new twin has something to list."""

import json
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

from crossdock_twins.base.store import Store
from crossdock_twins.easyship.account.merchants import get_merchant
from crossdock_twins.easyship.shipments import labels, planning
from crossdock_twins.easyship.shipments.compose import address
from crossdock_twins.easyship.shipments.store import insert_shipment
from crossdock_twins.easyship.state import Company, Environment, Owner

SHIPMENTS: dict[Environment, int] = {"production": 24, "sandbox": 6}
_APART = timedelta(hours=31)
_OPEN = 3
_CALLED_OFF_EVERY = 9
_FIRST_ORDER = 1001
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
    planned = planning.plan(
        body(index, buy_label=age > _OPEN),
        origin=address(get_merchant(store, company).address),
        currency=company.currency,
        environment=environment,
    )

    def compose(shipment_id: str, number: int) -> dict[str, Any]:
        shipment = planning.compose(planned, shipment_id=shipment_id, number=number, now=moment)
        called_off = age > _OPEN and index % _CALLED_OFF_EVERY == _CALLED_OFF_EVERY - 1
        return labels.cancelled(shipment, moment + timedelta(hours=2)) if called_off else shipment

    insert_shipment(
        store,
        owner=Owner(company_id=company.id, environment=environment),
        country_alpha2=planned.body["destination_address"]["country_alpha2"],
        compose=compose,
        due_at=None,
        paid=0 if environment == "sandbox" else planned.price,
    )
