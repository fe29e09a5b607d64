"""The Easyship twin's rates over HTTP, held to the offers that were recorded."""

from typing import Any

import pytest

from conformance.easyship_client import PARCEL, Client, client, rates
from conformance.easyship_labels import page, refused
from conformance.easyship_shapes import fitting
from twins import EasyshipTwin

_NEW_YORK = {"country_alpha2": "US", "state": "NY", "postal_code": "10001", "city": "New York"}
_ANCHORAGE = {"country_alpha2": "US", "state": "AK", "postal_code": "99501", "city": "Anchorage", "line_1": "1 Pier"}
_LOS_ANGELES = {
    "country_alpha2": "US",
    "state": "CA",
    "postal_code": "90001",
    "city": "Los Angeles",
    "line_1": "1 Hill",
}
_CHECKOUT = {
    "kind": "how-to-guide",
    "name": "How to Display Rates at Checkout",
    "url": "https://developers.easyship.com/docs/how-to-display-rates-at-checkout",
}
_NO_SOLUTIONS = "No shipping solutions available based on the information provided"


@pytest.fixture
def caller(easyship_twin: EasyshipTwin) -> Client:
    return client(easyship_twin)


def _offer(caller: Client, **members: Any) -> list[dict[str, Any]]:
    reply = caller.ask("POST", "/2024-09/rates", {**rates(), **members})
    rows: list[dict[str, Any]] = fitting(reply, "rates_request")["rates"]
    return rows


def _named(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["courier_service"]["name"]: row for row in rows}


def _parcel(**members: Any) -> list[dict[str, Any]]:
    return [{**PARCEL, **members}]


def test_the_recorded_sandbox_offer_comes_out(easyship_twin: EasyshipTwin) -> None:
    """Five FedEx services to a remote place: charges, days, ranks and their order are those of the recording."""
    sandbox = client(easyship_twin, environment="sandbox")

    rows = _offer(sandbox, origin_address=_NEW_YORK, destination_address=_ANCHORAGE)

    assert [
        (row["courier_service"]["name"], row["shipment_charge"], row["total_charge"], row["max_delivery_time"])
        for row in rows
    ] == [
        ("FedEx 2Day®", 56.12, 63.6, 3),
        ("FedEx 2Day® A.M.", 63.18, 71.01, 3),
        ("FedEx Express Saver®", 48.1, 55.18, 4),
        ("FedEx Standard Overnight®", 115.53, 125.98, 2),
        ("FedEx Priority Overnight®", 129.96, 141.13, 2),
    ]
    assert [row["cost_rank"] for row in rows] == [2, 3, 1, 4, 5]
    assert [row["value_for_money_rank"] for row in rows] == [1, 2, 3, 4, 5]
    assert {row["remote_area_surcharge"] for row in rows} == {4.45}
    assert {row["courier_service"]["courier_id"] for row in rows} == {"91e1560d-7895-4a99-8d4d-3dcd1778a09a"}


@pytest.mark.parametrize(
    ("members", "total"), [({}, 19.55), ({"set_as_residential": False}, 19.55), ({"set_as_residential": True}, 25.7)]
)
def test_a_home_costs_more_than_a_shop(easyship_twin: EasyshipTwin, members: dict[str, Any], total: float) -> None:
    """The fee is always shown and charged only for homes; what is not known counts as a shop."""
    sandbox = client(easyship_twin, environment="sandbox")

    rate = _named(_offer(sandbox, origin_address=_NEW_YORK, destination_address=_LOS_ANGELES, **members))["FedEx 2Day®"]

    assert (rate["total_charge"], rate["residential_full_fee"], rate["residential_discounted_fee"]) == (
        total,
        6.15,
        6.15,
    )


@pytest.mark.parametrize(
    ("name", "shipment", "total"),
    [
        ("Evri - Parcelshop", 36.22, 43.48),
        ("DPD - Next Day", 65.64, 93.02),
        ("Parcelforce - Express 09:00", 189.8, 261.96),
        ("UPS Standard®", 56.66, 87.06),
    ],
)
def test_the_recorded_british_offer_comes_out(caller: Client, name: str, shipment: float, total: float) -> None:
    """In Hong Kong dollars, with a fifth of tax: within a tenth of a percent, which is what exchanging costs."""
    british = {"origin_address": {"country_alpha2": "GB"}, "destination_address": {"country_alpha2": "GB"}}

    rate = _named(_offer(caller, **british, shipping_settings={"output_currency": "HKD"}))[name]

    assert rate["currency"] == "HKD"
    assert rate["shipment_charge"] == pytest.approx(shipment, rel=0.001)
    assert rate["total_charge"] == pytest.approx(total, rel=0.0013)
    assert rate["rates_in_origin_currency"]["currency"] == "GBP"


def test_every_rate_adds_up(caller: Client) -> None:
    """The total is the freight, the insurance, the taxes and what is prepaid, less the discount."""
    members = {
        "destination_address": {"country_alpha2": "GB"},
        "incoterms": "DDP",
        "insurance": {"is_insured": True, "insured_amount": 300, "insured_currency": "USD"},
        "parcels": _parcel(items=[{**PARCEL["items"][0], "declared_customs_value": 300}]),
    }

    for rate in _offer(caller, **members):
        freight = ("shipment_charge", "fuel_surcharge", "remote_area_surcharge", "oversized_surcharge")
        others = rate["other_surcharges"]["total_fee"] if rate["other_surcharges"] else 0
        whole = ("shipment_charge_total", "insurance_fee", "warehouse_handling_fee", "ddp_handling_fee")
        taxes = ("import_duty_charge", "import_tax_charge", "sales_tax", "provincial_sales_tax")
        assert rate["shipment_charge_total"] == pytest.approx(sum(rate[name] for name in freight) + others, abs=0.02)
        assert rate["total_charge"] == pytest.approx(sum(rate[name] for name in (*whole, *taxes)), abs=0.02)
        assert (rate["incoterms"], rate["estimated_import_tax"]) == ("DDP", 0)


def test_ranks_are_places_without_ties(caller: Client) -> None:
    """Each rank counts from one to the number of rates; the list is sorted by value for money."""
    rows = _offer(caller)

    places = list(range(1, len(rows) + 1))
    assert [row["value_for_money_rank"] for row in rows] == places
    assert sorted(row["cost_rank"] for row in rows) == sorted(row["delivery_time_rank"] for row in rows) == places
    by_cost = sorted(rows, key=lambda row: row["cost_rank"])
    assert [row["total_charge"] for row in by_cost] == sorted(row["total_charge"] for row in rows)


def test_some_services_take_several_parcels(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """UPS takes three; the sandbox's FedEx services do not, which is the recorded refusal."""
    three = {"parcels": [PARCEL, PARCEL, PARCEL]}
    sandbox = client(easyship_twin, environment="sandbox")

    assert {row["courier_service"]["umbrella_name"] for row in _offer(caller, **three)} == {"UPS"}
    refused(
        sandbox.ask("POST", "/2024-09/rates", {**rates(), **three}),
        _NO_SOLUTIONS,
        links=[page("Request Rates", "rates_request"), _CHECKOUT],
    )


def test_volume_counts_for_express_and_not_for_the_post(caller: Client) -> None:
    """A light box of 50 x 40 x 30 centimetres weighs twelve kilograms to UPS and nothing more to USPS."""
    bulky = {"length": 50, "width": 40, "height": 30}

    small, large = _named(_offer(caller)), _named(_offer(caller, parcels=_parcel(box=bulky)))

    assert large["UPS® Ground"]["shipment_charge"] > small["UPS® Ground"]["shipment_charge"]
    assert large["USPS - Priority Mail"]["shipment_charge"] == small["USPS - Priority Mail"]["shipment_charge"]


def test_long_parcels_cost_more_and_do_not_go_by_post(caller: Client) -> None:
    """Express couriers add a surcharge, the post takes up to a metre and a half."""
    rows = _named(_offer(caller, parcels=_parcel(box={"length": 160, "width": 10, "height": 10})))

    assert not any(name.startswith("USPS") for name in rows)
    assert rows["UPS® Ground"]["oversized_surcharge"] == 18


@pytest.mark.parametrize(
    ("item", "absent"),
    [
        ({"contains_battery_pi966": True}, "USPS - Priority Mail"),
        ({"category": "documents"}, "USPS - Priority Mail"),
        ({"category": "documents", "declared_customs_value": 0}, "USPS - Priority Mail"),
    ],
)
def test_couriers_refuse_what_they_do_not_take(caller: Client, item: dict[str, Any], absent: str) -> None:
    """Batteries packed with equipment and papers go by express only."""
    rows = _named(_offer(caller, parcels=_parcel(items=[{**PARCEL["items"][0], **item}])))

    assert absent not in rows
    assert "UPS® Ground" in rows


def test_refusing_services_say_why(caller: Client) -> None:
    """A shipment lists them with the documented sentence on categories."""
    made = caller.create(
        parcels=_parcel(items=[{**PARCEL["items"][0], "category": "documents"}]),
        courier_settings={"list_unavailable_services": True},
    ).json()

    reasons = {row["name"]: row["message"] for row in made["meta"]["unavailable_couriers"]}
    assert reasons["USPS - Priority Mail"].startswith(
        "This courier service only supports shipping item(s) of the Mobile"
    )
    assert reasons["USPS - Priority Mail"].endswith(", Pet Accessory category.")
    assert reasons["UPS® Standard"] == "This courier service does not deliver to the destination."


def test_the_same_request_has_the_same_answer(caller: Client) -> None:
    """Nothing in an offer is left to chance."""
    assert _offer(caller) == _offer(caller)


def test_a_choice_of_services_is_kept(caller: Client) -> None:
    """Names and ids limit an offer; the ranks count within it."""
    everybody = _offer(caller)
    wanted = [row["courier_service"]["id"] for row in everybody[:2]]

    by_id = _offer(caller, filter_options={"courier_service_ids": wanted})
    by_name = _offer(caller, filter_options={"courier_service_name": "fedex"})

    assert [row["courier_service"]["id"] for row in by_id] == wanted
    assert {row["courier_service"]["umbrella_name"] for row in by_name} == {"FedEx"}
    assert by_name[0]["value_for_money_rank"] == 1


def test_what_a_courier_asks_for_coming_is_told(caller: Client) -> None:
    """A service that only comes for money says for how much; it is no part of the total."""
    rows = _named(_offer(caller))

    assert rows["UPS® Ground"]["minimum_pickup_fee"] == 6.5
    assert rows["USPS - Priority Mail"]["minimum_pickup_fee"] == 0


def test_the_unions_tax_is_paid_by_a_registered_seller(caller: Client) -> None:
    """With an IOSS number goods of up to 150 euros bear no duty, no fee and no tax that is still to be paid."""
    berlin = {"country_alpha2": "DE", "city": "Berlin", "line_1": "1 Platz", "postal_code": "10115"}
    buyer = {**berlin, "contact_name": "Ann", "contact_email": "ann@shop.example", "contact_phone": "+49 30 1"}
    members = {"destination_address": buyer, "incoterms": "DDP"}

    plain = caller.create(**members).json()["shipment"]["rates"][0]
    registered = caller.create(**members, regulatory_identifiers={"ioss": "IM1234567890"}).json()["shipment"]["rates"][
        0
    ]

    assert plain["import_tax_charge"] > 0 < plain["ddp_handling_fee"]
    assert registered["import_tax_non_chargeable"] > 0
    assert registered["ddp_handling_fee"] == registered["import_tax_charge"] == registered["import_duty_charge"] == 0
