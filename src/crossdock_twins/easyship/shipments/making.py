"""Making and changing shipments, whoever asks for it: a request, a batch or a return."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from crossdock_twins.base.store import Store
from crossdock_twins.easyship.couriers.offers import with_linked
from crossdock_twins.easyship.errors import Refusal
from crossdock_twins.easyship.shipments import intake, planning, purchase, returns
from crossdock_twins.easyship.shipments.compose import address, with_ids
from crossdock_twins.easyship.shipments.patterns import made_id
from crossdock_twins.easyship.shipments.planning import Plan, Purchase
from crossdock_twins.easyship.shipments.rules import shipment_problems
from crossdock_twins.easyship.shipments.store import Shipment, insert, save
from crossdock_twins.easyship.shipping_rules.apply import apply
from crossdock_twins.easyship.state import Company, Environment, Owner
from crossdock_twins.easyship.subscriptions import plans

NO_SOLUTIONS = "Sorry, we couldn't find any shipping solutions based on the information provided."
_OF_THE_SENDER = (
    *("buyer_regulatory_identifiers", "consignee_tax_id", "courier_service", "destination_address", "eei_reference"),
    *("incoterms", "insurance", "metadata", "order_data", "origin_address", "parcels", "rates"),
    *("regulatory_identifiers", "return_address", "sender_address", "set_as_residential", "shipping_settings"),
    *("total_actual_weight", "total_customs_value"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A shipment that was made or changed, the plan behind it, and why it has no courier or no label."""

    shipment: Shipment
    planned: Plan
    errors: tuple[str, ...] = ()


def make(store: Store, *, company: Company, environment: Environment, body: Mapping[str, Any], now: datetime) -> Made:
    """Make a shipment of a body that has passed the first check, and buy its label where it says so."""
    completed = intake.complete(store, company=company, environment=environment, body=body)
    owner = Owner(company_id=company.id, environment=environment)
    planned = _planned(store, completed, company=company, owner=owner)
    if planned.purchase != "none" and planned.chosen is not None:
        purchase.check_funds(store, owner, planned.price_of(planned.chosen))

    def compose(shipment_id: str, _uuid: str) -> tuple[dict[str, Any], dict[str, Any]]:
        def new_id(*place: object) -> str:
            return made_id(shipment_id, *place)

        answer = planning.compose(planned, shipment_id=shipment_id, new_id=new_id, now=now)
        return with_ids(completed, answer["parcels"]), answer

    with store.transaction():
        shipment = insert(
            store,
            owner=owner,
            country_alpha2=completed["destination_address"]["country_alpha2"],
            compose=compose,
        )
        made = bought(store, shipment, planned, wanted=planned.purchase, at=now)
        if planned.body.get("automated_return", False) and not completed.get("return", False):
            make(store, company=company, environment=environment, body=returns.body_of(store, shipment, {}), now=now)
        return made


def change(store: Store, shipment: Shipment, *, company: Company, changes: Mapping[str, Any], now: datetime) -> Made:
    """Change a shipment that has no label yet; what is not named stays."""
    owner, merged = shipment.owner, intake.merged(shipment.body, changes)
    body = intake.complete(store, company=company, environment=owner.environment, body=merged)
    planned = _planned(store, body, company=company, owner=owner)
    composed = planning.compose(planned, shipment_id=shipment.id, new_id=lambda *_: str(uuid4()), now=now)
    changed = replace(shipment, body=with_ids(body, composed["parcels"]))
    changed = changed.but(at=now, **{name: composed[name] for name in _OF_THE_SENDER})
    with store.transaction():
        save(store, changed)
        return bought(store, changed, planned, wanted=planning.purchase(changes.get("shipping_settings", {})), at=now)


def replanned(store: Store, shipment: Shipment, *, company: Company, courier_service_id: str | None) -> Plan:
    """Price a kept shipment anew, with the courier that it has or another."""
    body = shipment.body
    if courier_service_id is not None:
        body = {**body, "courier_settings": {"courier_service_id": courier_service_id}}
    return _plan(store, body, company=company, owner=shipment.owner)


def bought(store: Store, shipment: Shipment, planned: Plan, *, wanted: Purchase, at: datetime) -> Made:
    """Buy a kept shipment's label as wanted, inside the caller's transaction."""
    chosen = planned.chosen
    if chosen is None:
        return Made(shipment=shipment, planned=planned, errors=(NO_SOLUTIONS,))
    if wanted == "now":
        done = purchase.buy_now(store, shipment, planned, chosen, at=at)
        return Made(shipment=done.shipment, planned=planned, errors=done.errors)
    if wanted == "later":
        shipment = purchase.buy_later(store, shipment, planned, chosen, at=at)
    return Made(shipment=shipment, planned=planned)


def _planned(store: Store, body: Mapping[str, Any], *, company: Company, owner: Owner) -> Plan:
    if problems := shipment_problems(body):
        raise Refusal("invalid_content", *problems)
    if body.get("incoterms") == "DDP":
        plans.demand(store, company.id, "DDP RATES")
    return _plan(store, body, company=company, owner=owner)


def _plan(store: Store, body: Mapping[str, Any], *, company: Company, owner: Owner) -> Plan:
    """Price a body as the company's shipping rules want it; what is kept is what was sent."""
    ruling = apply(store, owner, body)
    return planning.plan(
        ruling.body,
        origin=address(ruling.body["origin_address"]),
        currency=company.currency,
        environment=owner.environment,
        limits=with_linked(store, owner, ruling.limits),
    )
