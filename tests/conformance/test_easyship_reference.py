"""The Easyship twin's account, reference lists and rates over HTTP."""

from typing import Any

import pytest

from conformance.easyship_client import PARCEL, client, error, rates
from conformance.easyship_shapes import fitting
from twins import EasyshipTwin

_NOT_COMPLIANT = "The request does not comply with the OpenAPI Specification."


def test_the_account_shows_what_the_token_may_see(easyship_twin: EasyshipTwin) -> None:
    """Name and id need no scope; address, credit and payment sources appear with theirs."""
    bare = client(easyship_twin, scopes=["public.reference:read"]).ask("GET", "/2024-09/account").json()["account"]
    full = client(easyship_twin).ask("GET", "/2024-09/account").json()["account"]

    assert bare == {"easyship_company_id": "CUS000001", "name": "Harbour & Pine Supply"}
    assert set(full) == {"billing_address", "credit", "easyship_company_id", "name", "payment_sources"}
    assert full["billing_address"]["country_alpha2"] == "US"
    assert full["credit"]["currency"] == "USD"
    assert full["payment_sources"][0]["payment_method_type"] == "card"


def test_countries_are_counted_and_cut_into_pages(easyship_twin: EasyshipTwin) -> None:
    """249 countries by name, 20 to a page unless asked otherwise."""
    caller = client(easyship_twin)

    first = caller.ask("GET", "/2024-09/countries").json()
    last = caller.ask("GET", "/2024-09/countries?page=3&per_page=100").json()

    assert first["countries"][0] == {"alpha2": "AF", "id": 3, "name": "Afghanistan"}
    assert (len(first["countries"]), len(last["countries"])) == (20, 49)
    assert first["meta"]["pagination"] == {"page": 1, "next": 2, "count": 249}
    assert last["meta"]["pagination"] == {"page": 3, "next": None, "count": 249}


def test_countries_can_be_limited(easyship_twin: EasyshipTwin) -> None:
    """By codes in either notation and by continent; ids are Easyship's own."""
    caller = client(easyship_twin)

    named = caller.ask("GET", "/2024-09/countries?alpha2[]=US&alpha2[]=HK&alpha2[]=GB").json()["countries"]
    oceania = caller.ask("GET", "/2024-09/countries?continent[]=Oceania&per_page=100").json()["countries"]
    nowhere = caller.ask("GET", "/2024-09/countries?continent[]=Atlantis")

    assert {row["alpha2"]: row["id"] for row in named} == {"US": 234, "HK": 96, "GB": 78}
    assert {"AU", "NZ", "FJ"} <= {row["alpha2"] for row in oceania}
    assert error(nowhere)["details"] == [
        _NOT_COMPLIANT,
        '"Atlantis" isn\'t part of the enum in #/paths/~12024-09~1countries/get/parameters/2/schema/items',
    ]


def test_item_categories_are_the_twenty_that_are_known(easyship_twin: EasyshipTwin) -> None:
    """Each with a slug for requests and a name for answers."""
    reply = client(easyship_twin).ask("GET", "/2024-09/item_categories?perPage=1").json()

    assert len(reply["item_categories"]) == 20
    assert reply["meta"]["pagination"]["count"] == 20
    assert reply["item_categories"][0]["slug"] == "mobile_phones"


def test_the_sandbox_offers_five_services_inside_the_states(easyship_twin: EasyshipTwin) -> None:
    """As recorded for an American account; numbers are numbers, ranks too, and the list is sorted by value."""
    reply = client(easyship_twin, environment="sandbox").ask("POST", "/2024-09/rates", rates())

    offered = reply.json()["rates"]
    assert reply.status == 200
    assert {rate["courier_service"]["umbrella_name"] for rate in offered} == {"FedEx"}
    assert [rate["value_for_money_rank"] for rate in offered] == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert reply.json()["meta"]["pagination"] == {"page": 1, "next": None, "count": 5}
    assert offered[0]["rates_in_origin_currency"]["total_charge"] == offered[0]["total_charge"]


def test_rates_obey_their_options(easyship_twin: EasyshipTwin) -> None:
    """Another currency, the couriers' logos, one service by name."""
    options = {
        "shipping_settings": {"output_currency": "HKD"},
        "courier_settings": {"show_courier_logo_url": True},
        "filter_options": {"courier_service_name": "ups® ground"},
    }

    (rate,) = client(easyship_twin).ask("POST", "/2024-09/rates", {**rates(), **options}).json()["rates"]

    assert rate["courier_service"]["name"] == "UPS® Ground"
    assert rate["courier_service"]["logo"].endswith("/ups.png")
    assert (rate["currency"], rate["rates_in_origin_currency"]["currency"]) == ("HKD", "USD")
    assert rate["total_charge"] == pytest.approx(7.8 * rate["rates_in_origin_currency"]["total_charge"], abs=0.04)


def test_the_same_request_has_the_same_price(easyship_twin: EasyshipTwin) -> None:
    """Nothing about a price is left to chance."""
    caller = client(easyship_twin)

    first, second = (caller.ask("POST", "/2024-09/rates", rates()).json()["rates"] for _ in range(2))

    assert first == second


@pytest.mark.parametrize(
    ("body", "details"),
    [
        (
            {**rates(), "courier_selection": {}},
            [
                _NOT_COMPLIANT,
                "#/components/schemas/RateRequest does not define properties: courier_selection",
            ],
        ),
        (
            {**rates(), "incoterms": 5},
            [
                _NOT_COMPLIANT,
                "#/components/schemas/Shipment/properties/incoterms expected string, but received Integer: 5",
            ],
        ),
        (
            {**rates(), "parcels": [{"items": [{"declared_currency": "USD", "declared_customs_value": 1}]}]},
            [
                "parcels[0].items[0].category can't be blank if hs_code is blank",
                "parcels[0].items[0].actual_weight can't be blank",
                "parcels[0].items[0].dimensions can't be blank",
                "parcels[0].items[0].dimensions.length can't be blank",
            ],
        ),
        (
            {**rates(), "parcels": [{**PARCEL, "total_actual_weight": 5000}]},
            ["No shipping solutions available based on the information provided"],
        ),
        (
            {**rates(), "origin_address": {"country_alpha2": "AQ"}},
            ["No shipping solutions available based on the information provided"],
        ),
    ],
)
def test_rate_requests_are_refused_layer_by_layer(
    easyship_twin: EasyshipTwin, body: dict[str, Any], details: list[str]
) -> None:
    """The first layer tells one thing and links to the errors page alone, the second all and to its pages."""
    reply = client(easyship_twin).ask("POST", "/2024-09/rates", body)

    refused = error(reply)
    assert reply.status == 422
    assert (refused["code"], refused["details"]) == ("invalid_content", details)
    assert len(refused["links"]) == (1 if details[0] == _NOT_COMPLIANT else 3)


@pytest.mark.parametrize(
    "body", [b"{", b"\xff", b"{'a': 1}", b'{"parcels": NaN}', b"[" * 100_000, b'{"incoterms": "\\ud800"}']
)
def test_a_body_that_is_no_json_is_refused(easyship_twin: EasyshipTwin, body: bytes) -> None:
    """Whatever it is made of."""
    reply = client(easyship_twin).send("/2024-09/rates", body)

    assert reply.status == 400
    assert error(reply)["code"] == "invalid_request"


def test_states_are_those_of_four_countries(easyship_twin: EasyshipTwin) -> None:
    """112, counted, with Easyship's numbers of their countries."""
    caller = client(easyship_twin)

    first = fitting(caller.ask("GET", "/2024-09/states"), "states_index")
    every = [
        row
        for page in (1, 2)
        for row in caller.ask("GET", f"/2024-09/states?per_page=100&page={page}").json()["states"]
    ]

    assert first["states"][0] == {"abbr": "AL", "country_id": 234, "id": 1, "name": "Alabama"}
    assert first["meta"]["pagination"]["count"] == len(every) == 112
    assert len({row["country_id"] for row in every}) == 4


def test_hs_codes_are_searched_by_digits_and_by_words(easyship_twin: EasyshipTwin) -> None:
    """Eight digits that end in 00."""
    caller = client(easyship_twin)

    by_code = fitting(caller.ask("GET", "/2024-09/hs_codes?code=4202.22"), "hs_code_index")["hs_codes"]
    by_words = caller.ask("GET", "/2024-09/hs_codes?description=shirts+COTTON").json()["hs_codes"]

    assert by_code == [{"code": "42022200", "description": "Handbags of plastics or textiles"}]
    assert {row["code"] for row in by_words} == {"61051000", "61091000", "62052000"}


_NEAR = "line_1=1+Main+St&city=Boise&state=ID&postal_code=83702"


@pytest.mark.parametrize(
    ("path", "query", "operation"),
    [
        ("canada_post", "country_alpha2=CA&postal_code=K1P5A0&city=Ottawa&state=ON", "locations_canada_post_index"),
        ("canada_post", "country_alpha2=CA&latitude=45.4&longitude=-75.7&tonight=true", "locations_canada_post_index"),
        ("fedex", f"country_alpha2=US&{_NEAR}", "locations_Fedex_index"),
        ("ups", f"country_alpha2=US&{_NEAR}", "locations_ups_index"),
        ("usps", "country_alpha2=US&postal_code=83702", "locations_usps_index"),
    ],
)
def test_places_of_couriers_are_near_an_address(
    easyship_twin: EasyshipTwin, path: str, query: str, operation: str
) -> None:
    """Ten, with hours; the same address always has the same."""
    caller = client(easyship_twin)

    reply, again = (caller.ask("GET", f"/2024-09/locations/{path}?{query}") for _ in range(2))

    places = fitting(reply, operation)["locations"]
    assert (len(places), places) == (10, again.json()["locations"])
    assert all(place["opening_hours"] for place in places)


def test_places_are_limited(easyship_twin: EasyshipTwin) -> None:
    """By number and by distance."""
    caller = client(easyship_twin)

    few = caller.ask("GET", "/2024-09/locations/canada_post?country_alpha2=CA&postal_code=K1P5A0&limit=3").json()
    near = caller.ask("GET", f"/2024-09/locations/fedex?country_alpha2=US&{_NEAR}&distance_value=1").json()

    assert (len(few["locations"]), len(near["locations"])) == (3, 2)


def test_a_courier_without_places_in_a_country_says_so(easyship_twin: EasyshipTwin) -> None:
    """In the words of the documentation."""
    reply = client(easyship_twin).ask("GET", "/2024-09/locations/canada_post?country_alpha2=US")

    assert (reply.status, error(reply)["code"]) == (422, "invalid_content")
    assert error(reply)["details"] == ["We do not support locations for Canada Post in United States."]
    assert error(reply)["links"][1]["name"] == "List Canada Post Locations"


def test_a_courier_that_cannot_be_asked_breaks_the_call(easyship_twin: EasyshipTwin) -> None:
    """Canada Post needs to know where: without a place the answer is 500, with a body."""
    reply = client(easyship_twin).ask("GET", "/2024-09/locations/canada_post?country_alpha2=CA")

    assert (reply.status, error(reply)["code"], error(reply)["type"]) == (500, "internal_server_error", "api_error")
    assert error(reply)["message"] == "Unexpected internal error."
    assert error(reply)["details"] == [
        "Unable to retrieve Canada Post service point location. Please contact Easyship support."
    ]


def test_what_a_search_needs_must_be_there(easyship_twin: EasyshipTwin) -> None:
    """The first check names what is missing."""
    reply = client(easyship_twin).ask("GET", "/2024-09/locations/ups?country_alpha2=US")

    assert (reply.status, error(reply)["code"]) == (422, "invalid_url_param")
