"""Prices and ranks, against the answers that were recorded."""

from decimal import Decimal
from typing import Any

import pytest

from crossdock_twins.easyship.rates.catalogue import SERVICES
from crossdock_twins.easyship.rates.offer import bought_json, offer, rate_json
from crossdock_twins.easyship.rates.pricing import Consignment
from unit.twins_easyship.consignments import (
    ANCHORAGE,
    LEEDS,
    LIGHT,
    LONDON,
    LOS_ANGELES,
    NEW_YORK,
    POUND,
    TORONTO,
    consignment,
    parcel,
)

_TWO_DAY = "84135827-1538-4be2-b26e-afd8b3f3b4bd"


def _rates(consigned: Consignment, *, currency: str = "USD", sandbox: bool = False) -> list[dict[str, Any]]:
    return [rate_json(ranked, currency=currency) for ranked in offer(consigned, sandbox=sandbox).ranked]


def _named(rates: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {rate["courier_service"]["name"]: rate for rate in rates}


def test_the_sandbox_quotes_the_recorded_offer_of_a_remote_destination() -> None:
    """Five services of FedEx, with the amounts, days, ranks and order of a sandbox answer of August 2026."""
    rates = _rates(consignment(NEW_YORK, ANCHORAGE, LIGHT), sandbox=True)

    shown = [
        (
            rate["courier_service"]["name"],
            *(rate[name] for name in ("shipment_charge", "fuel_surcharge", "remote_area_surcharge", "total_charge")),
            rate["max_delivery_time"],
            *(rate[name] for name in ("value_for_money_rank", "cost_rank", "delivery_time_rank")),
        )
        for rate in rates
    ]
    assert shown == [
        ("FedEx 2Day®", 56.12, 3.03, 4.45, 63.6, 3, 1.0, 2.0, 4.0),
        ("FedEx 2Day® A.M.", 63.18, 3.38, 4.45, 71.01, 3, 2.0, 3.0, 3.0),
        ("FedEx Express Saver®", 48.1, 2.63, 4.45, 55.18, 4, 3.0, 1.0, 5.0),
        ("FedEx Standard Overnight®", 115.53, 6.0, 4.45, 125.98, 2, 4.0, 4.0, 2.0),
        ("FedEx Priority Overnight®", 129.96, 6.72, 4.45, 141.13, 2, 5.0, 5.0, 1.0),
    ]


def test_the_recorded_pound_of_clothes_costs_what_it_did() -> None:
    """19.55 to a business, 25.70 to a home: the residential fee is reported always and charged only there."""
    business = _named(_rates(consignment(NEW_YORK, LOS_ANGELES, POUND)))["FedEx 2Day®"]
    home = _named(_rates(consignment(NEW_YORK, LOS_ANGELES, POUND, residential=True)))["FedEx 2Day®"]

    assert (business["total_charge"], business["residential_full_fee"]) == (19.55, 6.15)
    assert (home["total_charge"], home["residential_discounted_fee"]) == (25.7, 6.15)


@pytest.mark.parametrize(
    ("name", "shipment", "total"),
    [
        ("Evri - Parcelshop", 36.22, 43.48),
        ("DPD - Next Day", 65.64, 93.02),
        ("Parcelforce - Express 09:00", 189.80, 261.96),
        ("UPS Standard®", 56.66, 87.06),
    ],
)
def test_the_recorded_british_offer_comes_out_to_a_few_cents(name: str, shipment: float, total: float) -> None:
    """Four services shown in Hong Kong dollars; the twin's own exchange rate leaves a few cents between."""
    rates = _named(_rates(consignment(LONDON, LEEDS, parcel("1", "20", "15", "3")), currency="HKD"))

    assert rates[name]["shipment_charge"] == pytest.approx(shipment, abs=0.02)
    assert rates[name]["total_charge"] == pytest.approx(total, abs=0.12)
    assert rates[name]["rates_in_origin_currency"]["currency"] == "GBP"


def test_every_rate_adds_up() -> None:
    """The total is freight, insurance, taxes and prepaid duties; ranks are 1 to n without ties, best value first."""
    consigned = consignment(NEW_YORK, TORONTO, LIGHT, value=Decimal(900), insured=Decimal(900), incoterms="DDP")

    rates = _rates(consigned)

    parts = (
        *("shipment_charge_total", "insurance_fee", "warehouse_handling_fee", "ddp_handling_fee"),
        *("import_duty_charge", "import_tax_charge", "sales_tax", "provincial_sales_tax"),
    )
    assert len(rates) > 5
    for rate in rates:
        assert rate["total_charge"] == pytest.approx(sum(rate[name] for name in parts))
        assert rate["import_duty_charge"] > 0
        assert (rate["estimated_import_tax"], rate["estimated_import_duty"]) == (0, 0)
    for rank in ("cost_rank", "delivery_time_rank", "value_for_money_rank"):
        assert sorted(rate[rank] for rate in rates) == [float(place) for place in range(1, len(rates) + 1)]
    assert [rate["value_for_money_rank"] for rate in rates] == sorted(rate["value_for_money_rank"] for rate in rates)


def test_unpaid_duties_are_estimated_beside_the_total() -> None:
    """Under DDU the buyer pays: the amounts are told, also in words, and are not in the total."""
    rate = _rates(consignment(NEW_YORK, TORONTO, LIGHT, value=Decimal(200)))[0]

    due = rate["estimated_import_tax"] + rate["estimated_import_duty"]
    sentence = f"Estimated  {due:.2f} tax & duty due on delivery (Tax handling fees may apply)"
    assert rate["is_above_threshold"] is True
    assert rate["total_charge"] == rate["shipment_charge_total"]
    assert rate["description"] == sentence
    assert rate["full_description"].endswith(f"working days) {sentence}")


def test_without_taxes_their_charges_are_null() -> None:
    """Who does not want them worked out gets null charges, estimates of 0 and no description."""
    rate = _rates(consignment(NEW_YORK, TORONTO, LIGHT, with_taxes=False))[0]

    assert {rate[name] for name in ("ddp_handling_fee", "import_tax_charge", "import_duty_charge")} == {None}
    assert (rate["estimated_import_tax"], rate["is_above_threshold"]) == (0, False)
    assert rate["description"] == ""
    assert rate["full_description"].endswith("working days)")


def test_insurance_costs_one_and_a_half_percent_and_never_under_one_fifty() -> None:
    """3.00 for 200 dollars, as one documented quote has it."""
    large = _rates(consignment(NEW_YORK, LOS_ANGELES, LIGHT, insured=Decimal(200)))[0]
    small = _rates(consignment(NEW_YORK, LOS_ANGELES, LIGHT, insured=Decimal(10)))[0]

    assert large["insurance_fee"] == 3.0
    assert small["insurance_fee"] == 1.5


def test_canadian_freight_bears_both_taxes() -> None:
    """The federal and the province's share stand in their own members."""
    rate = _rates(consignment(TORONTO, TORONTO, LIGHT), currency="CAD")[0]

    assert rate["sales_tax"] == pytest.approx(0.05 * rate["shipment_charge_total"], abs=0.006)
    assert rate["provincial_sales_tax"] == pytest.approx(0.08 * rate["shipment_charge_total"], abs=0.006)


def test_volume_counts_where_it_is_heavier_than_the_scales() -> None:
    """A large light box costs more than a small one of the same weight; postal services do not look."""
    small = _named(_rates(consignment(NEW_YORK, LOS_ANGELES, parcel("2", "20", "20", "10"))))
    large = _named(_rates(consignment(NEW_YORK, LOS_ANGELES, parcel("2", "60", "50", "40"))))

    assert large["UPS® Ground"]["shipment_charge"] > small["UPS® Ground"]["shipment_charge"]
    assert large["USPS - Priority Mail"]["shipment_charge"] == small["USPS - Priority Mail"]["shipment_charge"]


def test_several_parcels_are_carried_by_some_services_only() -> None:
    """FedEx and the post refuse the second parcel, with a reason; UPS asks for both."""
    two = offer(consignment(NEW_YORK, LOS_ANGELES, LIGHT, LIGHT), sandbox=False)
    in_sandbox = offer(consignment(NEW_YORK, LOS_ANGELES, LIGHT, LIGHT, LIGHT), sandbox=True)

    assert {ranked.quote.service.umbrella_name for ranked in two.ranked} == {"UPS"}
    assert "FedEx 2Day®" in {row["name"] for row in two.unavailable_json()}
    assert all(row["message"] for row in two.unavailable_json())
    assert in_sandbox.ranked == ()


def test_ddp_is_offered_by_services_that_support_it() -> None:
    """Beyond a customs border the terms of the service count; inside one they do not."""
    abroad = offer(consignment(NEW_YORK, TORONTO, LIGHT, incoterms="DDP"), sandbox=False)
    at_home = offer(consignment(NEW_YORK, LOS_ANGELES, LIGHT, incoterms="DDP"), sandbox=False)

    assert all("DDP" in ranked.quote.service.incoterms for ranked in abroad.ranked)
    assert len(at_home.ranked) > len(abroad.ranked)


def test_too_heavy_a_parcel_has_no_offer() -> None:
    """Nobody in the catalogue carries a ton."""
    assert offer(consignment(NEW_YORK, LOS_ANGELES, parcel("1000", "50", "50", "50")), sandbox=False).ranked == ()


def test_the_bought_rate_stands_alone() -> None:
    """It is first in every rank and has lost its descriptions, as in the recorded purchase."""
    ranked = offer(consignment(NEW_YORK, LOS_ANGELES, POUND), sandbox=True, only=[_TWO_DAY]).ranked

    rate = bought_json(ranked[0], currency="USD")

    assert [rate[name] for name in ("cost_rank", "delivery_time_rank", "value_for_money_rank")] == [1.0, 1.0, 1.0]
    assert [rate[name] for name in ("description", "full_description", "rates_in_origin_currency")] == [None] * 3
    assert rate["total_charge"] == 19.55


def test_the_catalogue_has_prices_for_all_its_services() -> None:
    """Each of the 110 services goes somewhere, takes at least a kilogram, and supports at least one of the terms."""
    assert len(SERVICES) == 110
    for service in SERVICES.values():
        assert service.tariff.zones
        assert service.tariff.max_kg >= 1
        assert service.incoterms <= {"DDU", "DDP"}
        assert service.incoterms
