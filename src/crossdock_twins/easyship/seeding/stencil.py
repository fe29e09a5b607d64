"""Patterns cut from shipments that were really made, priced, labelled and carried, in a twin of their own."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from crossdock_twins.base.agenda import Agenda
from crossdock_twins.base.clock import TwinClock
from crossdock_twins.base.store import Store
from crossdock_twins.easyship import seeds
from crossdock_twins.easyship.credit import ledger
from crossdock_twins.easyship.documents import links
from crossdock_twins.easyship.shipments import journey, making, purchase
from crossdock_twins.easyship.shipments import store as shipments
from crossdock_twins.easyship.shipments.store import Shipment
from crossdock_twins.easyship.state import Owner, company_of
from crossdock_twins.easyship.webhooks import balance

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_PURSE = 10_000_000
_STATES = ("shipment_state", "label_state", "pickup_state", "delivery_state", "warehouse_state")
_TIMES = ("created_at", "updated_at", "label_paid_at", "label_generated_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """What shipments of one kind have in common; `offsets`, `arrives_after` and `next` are seconds after the creation.

    `next` is the step of the journey that waits on the agenda: when, and what the item says.
    """

    answer: str
    body: str
    checkpoints: str
    states: Mapping[str, str]
    offsets: Mapping[str, int | None]
    courier: Mapping[str, Any]
    countries: tuple[str, str]
    items: tuple[str, ...]
    tracking: str
    paid: int
    charge: int
    arrives_after: int | None
    next: tuple[str, int, str] | None


class Workshop:
    """A twin in memory in which a company's shipments are made and carried for a while."""

    def __init__(self, company_id: str, *, tables: Path, hosts: Any) -> None:
        self._store = Store(None)
        self._store.migrate([script.read_text(encoding="utf-8") for script in sorted(tables.iterdir())])
        links.take_over(self._store, hosts)
        clock = TwinClock(self._store)
        self._now = clock.now()
        seeds.companies(self._store, now=self._now)
        found = company_of(self._store, company_id)
        if found is None:
            raise LookupError(f"{company_id} is not one of the companies.")
        self._company = found
        self._owner = Owner(company_id=company_id, environment="production")
        self._agenda = Agenda(self._store, clock)
        for kind, handler in purchase.AGENDA.items():
            self._agenda.on(kind, partial(handler, self._store))
        for kind in (balance.LOOK, ledger.RECHARGE):
            self._agenda.on(kind, lambda _due: None)
        ledger.record(
            self._store,
            company_id=company_id,
            environment="production",
            amount_cents=_PURSE,
            adjustment_type=None,
            at=self._now,
            detail=None,
            kind="payment",
        )

    def cut(self, body: Mapping[str, Any], *, age: timedelta, cancelled_after: timedelta | None = None) -> Pattern:
        """Make a shipment that is as old as `age`, let it travel until now, and cut the pattern of it."""
        made_at = self._now.replace(microsecond=0) - age
        made = making.make(
            self._store, company=self._company, environment="production", body=body, now=made_at
        ).shipment
        if cancelled_after is not None:
            purchase.cancel(self._store, made, at=made_at + cancelled_after)
        self._agenda.settle()
        if failed := self._agenda.failures():
            raise LookupError(f"A shipment did not get on its way: {failed[0]['error']}")
        shipment = shipments.by_key(self._store, made.key)
        if shipment is None:
            raise LookupError("A shipment that was just made is gone.")
        return self._pattern(shipment)

    def _pattern(self, shipment: Shipment) -> Pattern:
        answer, created = shipment.answer, datetime.fromisoformat(shipment.answer["created_at"])
        tracking = answer["trackings"][0]["tracking_number"] if answer["trackings"] else ""
        items = tuple(
            f"parcels/{parcel}/items/{item}"
            for parcel, each in enumerate(answer["parcels"])
            for item, _ in enumerate(each["items"])
        )
        tokens = _tokens(shipment, tracking)

        def text(value: Any) -> str:
            return _cut(json.dumps(value, ensure_ascii=False, separators=(",", ":")), tokens, created)

        charge = self._store.one(
            "SELECT amount FROM transaction_record WHERE shipment_id = ? ORDER BY number LIMIT 1", shipment.id
        )
        return Pattern(
            answer=text(answer),
            body=text(shipment.body),
            checkpoints=text(shipments.checkpoints(self._store, shipment.number)),
            states={name: answer[name] for name in _STATES},
            offsets={name: _offset(answer[name], created) for name in _TIMES},
            courier=answer["courier_service"] or {},
            countries=(answer["origin_address"]["country_alpha2"], answer["destination_address"]["country_alpha2"]),
            items=items,
            tracking=tracking,
            paid=shipment.paid,
            charge=0 if charge is None else -charge["amount"],
            arrives_after=_arrival(shipment, created),
            next=self._waiting(shipment, created),
        )

    def _waiting(self, shipment: Shipment, created: datetime) -> tuple[str, int, str] | None:
        row = self._store.one("SELECT kind, due, detail FROM agenda_item WHERE key = ? ORDER BY due", shipment.key)
        if row is None:
            return None
        due = datetime.fromisoformat(row["due"])
        return row["kind"], int((due - created).total_seconds()), row["detail"]


def _tokens(shipment: Shipment, tracking: str) -> dict[str, str]:
    """Give what stands for each of the texts that are this shipment's own."""
    answer = shipment.answer
    address = answer["destination_address"]
    found = {shipment.id: "{{id}}", shipment.uuid: "{{uuid}}"}
    for number, parcel in enumerate(answer["parcels"]):
        found[parcel["id"]] = f"{{{{new:parcels/{number}}}}}"
        for place, item in enumerate(parcel["items"]):
            found[item["id"]] = f"{{{{new:parcels/{number}/items/{place}}}}}"
    named = {
        answer["order_data"]["platform_order_number"]: "{{order}}",
        tracking: "{{tracking}}",
        address["contact_name"]: "{{name}}",
        address["contact_email"]: "{{email}}",
    }
    return {**found, **{text: token for text, token in named.items() if text}}


def _cut(text: str, tokens: Mapping[str, str], created: datetime) -> str:
    for own, token in tokens.items():
        text = text.replace(json.dumps(own, ensure_ascii=False)[1:-1], token)
    return _TIME.sub(lambda found: f"{{{{at:{_offset(found[0], created)}}}}}", text)


def _offset(at: str | None, created: datetime) -> int | None:
    return None if at is None else int((datetime.fromisoformat(at) - created).total_seconds())


def _arrival(shipment: Shipment, created: datetime) -> int | None:
    """Give the seconds from the creation to the arrival that was planned; None where there is no label."""
    made = _offset(shipment.answer["label_generated_at"], created)
    if made is None or shipment.eta is None:
        return None
    hours = next((step.hours for step in journey.steps(shipment) if step.delivery_state == "delivered"), None)
    return None if hours is None else made + int(hours * 3600)
