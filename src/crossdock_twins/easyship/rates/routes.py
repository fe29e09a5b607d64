"""`POST /rates`."""

from collections.abc import Iterable, Mapping
from typing import Any

from crossdock_twins.easyship.couriers.offers import with_linked
from crossdock_twins.easyship.errors import Refusal
from crossdock_twins.easyship.operations import Call, Handler
from crossdock_twins.easyship.products.packing import packed
from crossdock_twins.easyship.rates.catalogue import SERVICES, Service
from crossdock_twins.easyship.rates.consign import consignment
from crossdock_twins.easyship.rates.measures import measure, units
from crossdock_twins.easyship.rates.offer import offer, rate_json
from crossdock_twins.easyship.replies import Page as ListPage
from crossdock_twins.easyship.replies import Reply
from crossdock_twins.easyship.shipments.intake import metric
from crossdock_twins.easyship.shipments.rules import rate_problems
from crossdock_twins.easyship.shipping_rules.apply import apply
from crossdock_twins.easyship.subscriptions import plans

NO_SOLUTIONS = "No shipping solutions available based on the information provided"


def request_rates(call: Call) -> Reply:
    """Quote what the couriers would ask; nothing is kept."""
    asked = metric(call.body)
    asked["parcels"] = packed(call.store, company=call.company, owner=call.owner, parcels=asked["parcels"])
    if problems := rate_problems(asked):
        raise Refusal("invalid_content", *problems)
    ruling = apply(call.store, call.owner, asked)
    body = ruling.body
    if body.get("incoterms") == "DDP":
        plans.demand(call.store, call.company.id, "DDP RATES")
    settings = body.get("shipping_settings", {})
    quoted = consignment(
        body,
        origin=body["origin_address"],
        parcels=measure(body["parcels"], units(settings)),
        with_taxes=body.get("calculate_tax_and_duties", True) and plans.taxes_are_open(call.store, call.company.id),
    )
    limits = with_linked(call.store, call.owner, ruling.limits)
    found = offer(
        quoted,
        sandbox=call.grant.environment == "sandbox",
        only=_wanted(body.get("filter_options", {}), limits.linked),
        limits=limits,
    )
    if not found.ranked:
        raise Refusal("invalid_content", NO_SOLUTIONS)
    currency = settings.get("output_currency", quoted.currency)
    with_logo = body.get("courier_settings", {}).get("show_courier_logo_url", False)
    rates = [
        rate_json(ranked, currency=currency, logo=ranked.quote.service.logo_url if with_logo else None)
        for ranked in found.ranked
    ]
    return Reply(members={"rates": rates}, page=ListPage(page=1, next=None, count=len(rates)))


def _wanted(options: Mapping[str, Any], linked: Iterable[Service]) -> list[str] | None:
    if not options.get("courier_service_ids") and not options.get("courier_service_name"):
        return None
    ids = [text.lower() for text in options.get("courier_service_ids", ())]
    name = options.get("courier_service_name", "").lower()
    return [
        service.id
        for service in (*SERVICES.values(), *linked)
        if (not ids or service.id in ids) and name in service.name.lower()
    ]


HANDLERS: dict[str, Handler] = {
    "rates_request": request_rates,
}
