"""Making a shipment: price it, choose its courier, and show it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from crossdock_twins.easyship.rates.catalogue import SERVICES, Service
from crossdock_twins.easyship.rates.consign import consignment
from crossdock_twins.easyship.rates.limits import NO_LIMITS, Limits
from crossdock_twins.easyship.rates.measures import Parcel, Units, measure, units
from crossdock_twins.easyship.rates.offer import Offer, offer, rate_json
from crossdock_twins.easyship.rates.pricing import Consignment
from crossdock_twins.easyship.rates.ranking import Ranked
from crossdock_twins.easyship.reference.tables import cents, exchange
from crossdock_twins.easyship.shipments.compose import draft, parcels_json
from crossdock_twins.easyship.state import Environment

Purchase = Literal["none", "later", "now"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A shipment before it is kept: the checked body, what the couriers offer, and how its label is bought."""

    body: Mapping[str, Any]
    origin: Mapping[str, Any]
    currency: str
    environment: Environment
    units: Units
    parcels: tuple[Parcel, ...]
    consigned: Consignment
    offer: Offer
    purchase: Purchase

    @property
    def chosen(self) -> Ranked | None:
        """The courier that is taken: the best value among those that were asked."""
        return self.offer.ranked[0] if self.offer.ranked else None

    def price_of(self, chosen: Ranked) -> int:
        """Give what Easyship asks, in cents of the company's money; a courier of a linked account bills for itself."""
        quote = chosen.quote
        if quote.service.linked:
            return 0
        return int(cents(exchange(quote.total, source=quote.currency, target=self.currency)) * 100)


def plan(
    body: Mapping[str, Any],
    *,
    origin: Mapping[str, Any],
    currency: str,
    environment: Environment,
    limits: Limits = NO_LIMITS,
) -> Plan:
    """Price a new shipment whose body has passed both checks, within limits of what may be offered."""
    settings = body.get("shipping_settings", {})
    in_units = units(settings)
    parcels = measure(body["parcels"], in_units)
    consigned = consignment(body, origin=origin, parcels=parcels, with_taxes=True)
    return Plan(
        body=body,
        origin=origin,
        currency=currency,
        environment=environment,
        units=in_units,
        parcels=parcels,
        consigned=consigned,
        offer=_offer(
            consigned, body.get("courier_settings", {}), sandbox=environment == "sandbox", limits=_of_one(limits)
        ),
        purchase=purchase(settings),
    )


def purchase(settings: Mapping[str, Any]) -> Purchase:
    """Read from `shipping_settings` whether a label is bought, and whether the caller waits for it."""
    if settings.get("buy_label_synchronous", False):
        return "now"
    return "later" if settings.get("buy_label", False) else "none"


def compose(planned: Plan, *, shipment_id: str, new_id: Callable[..., str], now: datetime) -> dict[str, Any]:
    """Show the shipment as it is before anybody asks for its label."""
    shipment = draft(planned.body, shipment_id=shipment_id, origin=planned.origin, currency=planned.currency, now=now)
    shipment["parcels"] = parcels_json(planned.parcels, planned.units, new_id)
    shipment["insurance"] = _insurance(planned)
    worth = exchange(planned.consigned.value, source=planned.consigned.currency, target=planned.currency)
    shipment["total_actual_weight"] = float(sum(parcel.weight for parcel in planned.parcels))
    shipment["total_customs_value"] = float(cents(worth))
    if planned.chosen is not None:
        shipment["courier_service"] = service_json(planned.chosen)
        currency = planned.consigned.currency
        shipment["rates"] = [rate_json(ranked, currency=currency) for ranked in planned.offer.ranked]
    return shipment


def service_json(chosen: Ranked) -> dict[str, Any]:
    """Show the courier service that is taken."""
    service = chosen.quote.service
    return {
        "courier_id": service.courier_id,
        "easyship_courier_service": not service.linked,
        "id": service.id,
        "name": service.name,
        "umbrella_name": service.umbrella_name,
    }


def _of_one(limits: Limits) -> Limits:
    """Leave the second incoterms out: a choice between both is for checkouts, a shipment has one."""
    return replace(limits, also=None)


def _offer(consigned: Consignment, settings: Mapping[str, Any], *, sandbox: bool, limits: Limits) -> Offer:
    wanted = _wanted(settings, limits.linked)
    found = offer(consigned, sandbox=sandbox, only=wanted, limits=limits)
    if wanted is None or found.ranked or not settings.get("allow_fallback", False):
        return found
    return offer(consigned, sandbox=sandbox, limits=limits)


def _wanted(settings: Mapping[str, Any], linked: Iterable[Service]) -> list[str] | None:
    names = {"id": "courier_service_id", "umbrella_name": "courier_umbrella", "name": "courier_service_name"}
    asked = {attribute: settings[name] for attribute, name in names.items() if settings.get(name)}
    if not asked:
        return None
    return [
        service.id
        for service in (*SERVICES.values(), *linked)
        if all(getattr(service, attribute).lower() == text.lower() for attribute, text in asked.items())
    ]


def _insurance(planned: Plan) -> dict[str, Any]:
    """Show the insurance: without an amount it covers goods and freight, also where nothing is insured."""
    sent = planned.body.get("insurance") or {}
    shown = {"insured_currency": sent.get("insured_currency", planned.consigned.currency)}
    if "insured_amount" in sent:
        amount = float(sent["insured_amount"])
    else:
        freight = Decimal() if planned.chosen is None else planned.chosen.quote.total
        whole = planned.consigned.value + freight
        amount = float(cents(exchange(whole, source=planned.consigned.currency, target=shown["insured_currency"])))
    return {"insured_amount": amount, **shown, "is_insured": sent.get("is_insured", False)}
