"""What the couriers would ask for a consignment, in the form in which the API shows it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from crossdock_twins.easyship.rates.catalogue import Service, services
from crossdock_twins.easyship.rates.limits import NO_LIMITS, Limits, mixed
from crossdock_twins.easyship.rates.pricing import Consignment, Quote, crosses_customs, obstacle, pickup_fee, quote
from crossdock_twins.easyship.rates.ranking import Ranked, rank
from crossdock_twins.easyship.reference.tables import cents, exchange

_NO_TAXES = "No additional taxes to be paid at delivery"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """All quotes for a consignment, best value first, and the services that cannot carry it, with the reason."""

    ranked: tuple[Ranked, ...]
    unavailable: tuple[tuple[Service, str], ...]

    def unavailable_json(self) -> list[dict[str, str]]:
        """Give the refusing services as `meta.unavailable_couriers` shows them."""
        return [{"id": service.id, "name": service.name, "message": message} for service, message in self.unavailable]


def offer(
    consignment: Consignment, *, sandbox: bool, only: Collection[str] | None = None, limits: Limits = NO_LIMITS
) -> Offer:
    """Ask all services out of the origin's country, or those of them whose ids are in `only`, within limits."""
    country = consignment.origin.country_alpha2
    linked = (service for service in limits.linked if service.country_alpha2 == country)
    asked = [
        service
        for service in (*linked, *services(country_alpha2=country, sandbox=sandbox))
        if only is None or service.id in only
    ]
    found = _within(consignment, asked, limits)
    if limits.also is None or not crosses_customs(consignment):
        return found
    others = _within(replace(consignment, incoterms=limits.also), asked, limits)
    ranked = limits.sort(rank(mixed(found.ranked, others.ranked)))
    return Offer(ranked=ranked, unavailable=found.unavailable)


def _within(consignment: Consignment, asked: Sequence[Service], limits: Limits) -> Offer:
    quotes: list[Quote] = []
    refusing: list[tuple[Service, str]] = []
    for service in asked:
        reason = obstacle(service, consignment)
        if reason is None:
            priced = quote(service, consignment)
            reason = limits.obstacle(priced)
            if reason is None:
                quotes.append(priced)
        if reason is not None:
            refusing.append((service, reason))
    return Offer(ranked=limits.sort(rank(limits.prefer(quotes))), unavailable=tuple(refusing))


def rate_json(ranked: Ranked, *, currency: str, logo: str | None = None) -> dict[str, Any]:
    """Show one rate in a currency; amounts in the origin's currency stand beside."""
    priced = ranked.quote
    service = priced.service
    description = _description(priced, currency)
    days = str(priced.min_days) if priced.min_days == priced.max_days else f"{priced.min_days}-{priced.max_days}"
    shown: dict[str, Any] = {
        **_amounts(priced, currency),
        **_thresholds(priced),
        "available_handover_options": list(service.tariff.handover),
        "cost_rank": float(ranked.cost),
        "courier_remarks": None,
        "courier_service": {
            "courier_id": service.courier_id,
            "easyship_courier_service": not service.linked,
            "id": service.id,
            "logo": logo,
            "name": service.name,
            "umbrella_name": service.umbrella_name,
        },
        "delivery_time_rank": float(ranked.time),
        "description": description,
        "discount": {"amount": 0, "origin_amount": 0},
        "easyship_rating": None,
        "full_description": f"{service.name} ({days} working days) {description}".rstrip(),
        "import_duty_details": None,
        "incoterms": priced.incoterms,
        "max_delivery_time": priced.max_days,
        "min_delivery_time": priced.min_days,
        "other_surcharges": _peak(priced, currency),
        "payment_recipient": "Courier" if service.linked else "Easyship",
        "rates_in_origin_currency": dict(sorted(_amounts(priced, priced.currency).items())),
        "remote_area_surcharges": None,
        "tracking_rating": float(service.tariff.tracking_rating),
        "value_for_money_rank": float(ranked.value),
    }
    return dict(sorted(shown.items()))


def bought_json(ranked: Ranked, *, currency: str) -> dict[str, Any]:
    """Show the one rate that is left when its label has been asked for: alone, and without its descriptions."""
    shown = rate_json(ranked, currency=currency)
    first = dict.fromkeys(("cost_rank", "delivery_time_rank", "value_for_money_rank"), 1.0)
    return shown | first | dict.fromkeys(("description", "full_description", "rates_in_origin_currency"))


def _amounts(priced: Quote, currency: str) -> dict[str, Any]:
    def shown(amount: Decimal) -> float:
        return float(cents(exchange(amount, source=priced.currency, target=currency)))

    return {
        "additional_services_surcharge": 0.0,
        "currency": currency,
        "fuel_surcharge": shown(priced.fuel),
        "insurance_fee": shown(priced.insurance),
        "minimum_pickup_fee": shown(pickup_fee(priced.service, priced.currency)),
        "oversized_surcharge": shown(priced.oversized),
        "provincial_sales_tax": shown(priced.provincial_tax),
        "remote_area_surcharge": shown(priced.remote),
        "residential_discounted_fee": shown(priced.residential),
        "residential_full_fee": shown(priced.residential),
        "sales_tax": shown(priced.sales_tax),
        "shipment_charge": shown(priced.shipment),
        "shipment_charge_total": shown(priced.freight),
        "total_charge": shown(priced.total),
        "warehouse_handling_fee": 0.0,
        **_import_amounts(priced, currency),
    }


def _peak(priced: Quote, currency: str) -> dict[str, Any] | None:
    if not priced.peak:
        return None
    fee = float(cents(exchange(priced.peak, source=priced.currency, target=currency)))
    details = [{"fee": fee, "name": "Peak Surcharge", "origin_fee": float(priced.peak)}]
    return {"details": details, "total_fee": fee}


def _import_amounts(priced: Quote, currency: str) -> dict[str, Any]:
    charges = dict.fromkeys(
        ("ddp_handling_fee", "import_duty_charge", "import_tax_charge", "import_tax_non_chargeable")
    )
    if priced.duties is None:
        return {**charges, "estimated_import_duty": 0, "estimated_import_tax": 0}
    duties = priced.duties
    tax, duty, handling, by_seller = (
        float(cents(exchange(amount, source=priced.currency, target=currency)))
        for amount in (duties.tax, duties.duty, duties.handling, duties.paid)
    )
    nothing = {**dict.fromkeys(charges, 0.0), "import_tax_non_chargeable": by_seller}
    if priced.incoterms == "DDU":
        return {**nothing, "estimated_import_duty": duty or 0, "estimated_import_tax": tax or 0}
    paid = {"ddp_handling_fee": handling, "import_duty_charge": duty, "import_tax_charge": tax}
    return {**nothing, **paid, "estimated_import_duty": 0, "estimated_import_tax": 0}


def _thresholds(priced: Quote) -> dict[str, bool | None]:
    if priced.duties is None:
        return {"is_above_threshold": False, "is_above_duty_threshold": None}
    return {
        "is_above_threshold": priced.duties.above_tax_threshold,
        "is_above_duty_threshold": priced.duties.above_duty_threshold,
    }


def _description(priced: Quote, currency: str) -> str:
    if priced.duties is None:
        return ""
    due = priced.duties.tax + priced.duties.duty
    if priced.incoterms == "DDP" or not due:
        return _NO_TAXES
    shown = cents(exchange(due, source=priced.currency, target=currency))
    # Two blanks: the documented answer leaves the currency's sign out, and the blank before it in.
    return f"Estimated  {shown} tax & duty due on delivery (Tax handling fees may apply)"
