"""The Easyship twin's courier accounts and courier services over HTTP."""

from typing import Any

import pytest

from conformance.easyship_client import BUYER, ERRORS_LINK, TWO_DAY, Client, client, error, rates
from conformance.easyship_shapes import fitting
from twins import EasyshipTwin

_DHL = {
    "courier_umbrella_name": "DHL",
    "nickname": "Dev DHL",
    "customer_reference_id": "ref-7",
    "origin_country_alpha2": "US",
    "account_details": {"account_number": "123456789", "api_key": "API_KEY", "api_secret": "hush"},
    "ddp_handling_fee": 10,
    "pickup_fee": 20,
}
_ROYAL_MAIL: dict[str, Any] = {
    "courier_umbrella_name": "Royal Mail",
    "nickname": "My Royal Mail",
    "account_details": {
        "account_number": "0123456",
        "customer_name": "Blue Kite",
        "oba_email_address": "oba@example.com",
        "posting_location": "9876543210",
        "address_line_1": "4 Mill Lane",
        "city": "York",
        "postal_code": "YO17LF",
        "contact_phone": "07311111928",
        "contact_email": "ines@example.com",
    },
}
_PLACE = "/2024-09/couriers"
_NOBODY = "01563646-58c1-4607-8fe0-cae3e33c0001"
_SERVICES = "/2024-09/courier_services"


@pytest.fixture
def caller(easyship_twin: EasyshipTwin) -> Client:
    return client(easyship_twin)


@pytest.fixture
def british(easyship_twin: EasyshipTwin) -> Client:
    return client(easyship_twin, account_id="CGB000002")


def _link(caller: Client, body: dict[str, Any]) -> dict[str, Any]:
    reply = caller.ask("POST", _PLACE, body)
    made: dict[str, Any] = fitting(reply, "couriers_create")["courier"]
    return made


def _own(caller: Client) -> dict[str, Any]:
    listed = fitting(caller.ask("GET", f"{_PLACE}?easyship_courier=true&umbrella_name=FedEx"), "couriers_index")
    courier: dict[str, Any] = listed["couriers"][0]
    return courier


def test_a_linked_account_is_shown_without_its_secrets(caller: Client) -> None:
    """The end of its number and of its key, never its password."""
    reply = caller.ask("POST", _PLACE, _DHL)

    courier = fitting(reply, "couriers_create")["courier"]
    assert reply.status == 201
    assert courier["filtered_account_details"] == {"account_number": "*****6789", "api_key": "***_KEY"}
    assert (courier["state"], courier["auth"]) == ("active", {"errors": [], "state": "verified"})
    assert (courier["easyship_courier"], courier["ddp_handling_fee"], courier["pickup_fee"]) == (False, 10, 20)
    assert "hush" not in reply.text()
    assert fitting(caller.ask("GET", f"{_PLACE}/{courier['id']}"), "couriers_show")["courier"] == courier


def test_royal_mail_takes_two_days_to_look_at_an_account(easyship_twin: EasyshipTwin, british: Client) -> None:
    """Until then it is pending, and opens no services."""
    reply = british.ask("POST", _PLACE, _ROYAL_MAIL)

    pending = fitting(reply, "couriers_create")["courier"]
    before = british.ask("GET", f"{_PLACE}/{pending['id']}/courier_services").json()["courier_services"]
    easyship_twin.clock_advance("2d")
    after = british.ask("GET", f"{_PLACE}/{pending['id']}").json()["courier"]
    services = british.ask("GET", f"{_PLACE}/{pending['id']}/courier_services").json()["courier_services"]

    assert reply.status == 202
    assert reply.json()["meta"]["messages"][0].startswith("Before you can start generating labels")
    assert (pending["state"], pending["auth"]["state"], before) == ("pending", "partially_verified", [])
    assert (after["state"], after["auth"]["state"]) == ("active", "verified")
    assert services[0]["name"] == "My Royal Mail - Royal Mail - Tracked 24"


def test_an_account_can_fail(easyship_twin: EasyshipTwin, british: Client) -> None:
    """An account number with `invalid` in it: its courier says no, at once or later."""
    details = {**_ROYAL_MAIL["account_details"], "account_number": "invalid"}
    slow = _link(british, {**_ROYAL_MAIL, "account_details": details})
    quick = _link(
        british, {**_DHL, "account_details": {"account_number": "invalid", "api_key": "k", "api_secret": "s"}}
    )

    easyship_twin.clock_advance("2d")
    slow = british.ask("GET", f"{_PLACE}/{slow['id']}").json()["courier"]

    for courier in (slow, quick):
        assert (courier["state"], courier["auth"]["state"], len(courier["auth"]["errors"])) == ("inactive", "failed", 1)


@pytest.mark.parametrize("nickname", ["ab", "x" * 16])
def test_a_nickname_has_its_length(caller: Client, nickname: str) -> None:
    """In the words of the documentation, which points to the page's former name."""
    reply = caller.ask("POST", _PLACE, {**_DHL, "nickname": nickname})

    assert error(reply) == {
        "code": "invalid_content",
        "details": ["Nickname must be between 3 to 15 characters."],
        "links": [
            ERRORS_LINK,
            {
                "kind": "documentation",
                "name": "Create a Courier",
                "url": "https://developers.easyship.com/reference/courier_accounts_create",
            },
        ],
        "message": "The request body content is not valid.",
        "type": "invalid_request_error",
    }


def test_fees_have_bounds(caller: Client) -> None:
    """They are money."""
    reply = caller.ask("POST", _PLACE, {**_DHL, "pickup_fee": -1})

    assert error(reply)["details"] == ["Pickup fee must be from 0 to less than 1000000"]


def test_a_plan_has_room_for_so_many_accounts(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """The free plan for one; the refusal points to the subscriptions."""
    easyship_twin.subscription(plan="free")
    _link(caller, _DHL)

    reply = caller.ask("POST", _PLACE, {**_DHL, "nickname": "Another"})

    assert reply.status == 402
    assert error(reply) == {
        "code": "over_limit",
        "details": [],
        "links": [
            ERRORS_LINK,
            {
                "kind": "documentation",
                "name": "Subscriptions",
                "url": "https://developers.easyship.com/reference/subscription",
            },
            {
                "kind": "documentation",
                "name": "Create a Courier",
                "url": "https://developers.easyship.com/reference/courier_accounts_create",
            },
        ],
        "message": "You have reached your plan limit. Please upgrade your subscription plan.",
        "type": "invalid_request_error",
    }


def test_a_linked_account_changes_and_goes(caller: Client) -> None:
    """Unlinked, it is shown once more without its details, then it is not found."""
    made = _link(caller, _DHL)
    path = f"{_PLACE}/{made['id']}"

    changed = fitting(caller.ask("PATCH", path, {"nickname": "Our DHL", "pickup_fee": 1.5}), "couriers_update")[
        "courier"
    ]
    off = fitting(caller.ask("POST", f"{path}/deactivate"), "couriers_deactivate")["courier"]
    gone = fitting(caller.ask("DELETE", path), "couriers_delete")["courier"]
    again = caller.ask("DELETE", path)

    assert (changed["nickname"], changed["pickup_fee"], changed["ddp_handling_fee"]) == ("Our DHL", 1.5, 10)
    assert off["state"] == gone["state"] == "inactive"
    assert (gone["account_number"], set(gone["filtered_account_details"].values())) == (None, {None})
    assert (again.status, error(again)["details"]) == (404, ["The Courier was not found"])


def test_easyships_own_accounts_are_not_the_companys(caller: Client) -> None:
    """They cannot be changed (403, pointing to the scopes) nor unlinked (404); null is refused before."""
    own = _own(caller)
    path = f"{_PLACE}/{own['id']}"

    changed, removed = caller.ask("PATCH", path, {"pickup_fee": 1}), caller.ask("DELETE", path)
    null = caller.ask("PATCH", path, {"nickname": None})

    assert (changed.status, [link["name"] for link in error(changed)["links"]]) == (
        403,
        ["Errors", "Scopes", "Update a Courier"],
    )
    assert removed.status == 404
    assert (
        error(null)["details"][1] == "#/components/schemas/CourierBase/properties/nickname does not allow null values"
    )


def test_courier_accounts_are_filtered_and_sorted(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """Linked accounts come first; the sandbox has one of Easyship's own."""
    _link(caller, _DHL)
    sandbox = client(easyship_twin, environment="sandbox")

    def names(query: str, asked: Client = caller) -> list[str]:
        listed = fitting(asked.ask("GET", f"{_PLACE}?per_page=100{query}"), "couriers_index")
        return [row["umbrella_name"] for row in listed["couriers"]]

    assert names("")[0] == "DHL"
    assert names("&easyship_courier=false&state[]=active&auth_state[]=verified") == ["DHL"]
    assert names("&customer_reference_id=ref-7") == ["DHL"]
    assert names("&country_alpha2[]=GB&sort_by=umbrella_name&sort_direction=ASC") == [
        "DPD",
        "Evri",
        "Parcelforce",
        "UPS",
    ]
    assert names("&country_alpha2[]=US", sandbox) == ["FedEx"]


def test_couriers_that_can_be_linked_are_told_by_country(british: Client) -> None:
    """With the ways to link each, and the company's account where there is one."""
    made = _link(british, {**_DHL, "origin_country_alpha2": "GB"})

    listed = fitting(british.ask("GET", f"{_PLACE}/lyoc?country_alpha2=gb"), "courier_lyoc_index")["couriers"]
    by_id = british.ask("GET", f"{_PLACE}/lyoc?country_id=78&country_alpha2=US").json()["couriers"]
    nowhere = british.ask("GET", f"{_PLACE}/lyoc?country_alpha2=XX")

    found = {row["key"]: row["supported_countries"] for row in listed}
    assert set(found) == {"dhl", "ups", "fedex", "royal-mail"}
    assert found["dhl"] == [
        {"id": 78, "alpha2": "GB", "courier_id": made["id"], "creation": {"contact": False, "ui": True, "api": True}}
    ]
    assert by_id == listed
    assert (nowhere.status, error(nowhere)["details"], error(nowhere)["links"]) == (
        404,
        ["The Country was not found"],
        [ERRORS_LINK],
    )


def test_services_are_listed_with_what_they_accept(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """Filters hold; a service of a linked account bears its nickname."""
    courier = _link(caller, _DHL)

    listed = fitting(caller.ask("GET", f"{_SERVICES}?per_page=100"), "courier_services_index")["courier_services"]
    ddp = caller.ask("GET", f"{_SERVICES}?per_page=100&supported_incoterms[]=DDP&country_alpha2[]=US").json()
    sorted_ = caller.ask("GET", f"{_SERVICES}?country_alpha2[]=HK&sort_by=courier_name&sort_direction=ASC").json()
    few = client(easyship_twin, environment="sandbox").ask("GET", f"{_SERVICES}?country_alpha2[]=US").json()

    assert (listed[0]["name"], listed[0]["courier_id"]) == ("Dev DHL - DHL - Express Worldwide", courier["id"])
    assert all("DDP" in row["supported_incoterms"] for row in ddp["courier_services"])
    names = [row["name"].lower() for row in sorted_["courier_services"]]
    assert names == sorted(names)
    assert {row["umbrella_name"] for row in few["courier_services"]} == {"FedEx"}
    assert few["meta"]["pagination"]["count"] == len(few["courier_services"]) < len(listed)


def test_the_services_of_one_account_are_its_own(caller: Client) -> None:
    """Easyship's accounts too; an unknown one is not found."""
    own = _own(caller)

    rows = caller.ask("GET", f"{_PLACE}/{own['id']}/courier_services")
    unknown = caller.ask("GET", f"{_PLACE}/{_NOBODY}/courier_services")

    found = fitting(rows, "courier_courier_services_index")["courier_services"]
    assert {row["courier_id"] for row in found} == {own["id"]}
    assert (unknown.status, error(unknown)["details"]) == (404, ["The Courier was not found"])


def test_delivery_days_are_observed_by_destination(caller: Client) -> None:
    """Half of the parcels, and 85 % of them, arrive in so many days."""
    path = f"{_SERVICES}/{TWO_DAY}/estimated_delivery_dates"

    listed = fitting(
        caller.ask("GET", f"{path}?origin_country_alpha2=US&destination_country_alpha2=US"),
        "courier_service_estimated_delivery_dates_index",
    )
    wrong = caller.ask("GET", f"{path}?origin_country_alpha2=TW")
    unknown = caller.ask("GET", f"{_SERVICES}/{_NOBODY}/estimated_delivery_dates?origin_country_alpha2=US")

    (row,) = listed["estimated_delivery_dates"]
    assert row["fiftieth_centile"] <= row["eighty_fifth_centile"]
    assert error(wrong)["details"][1] == (
        '"TW" isn\'t part of the enum in #/paths/~12024-09~1courier_services~1{courier_service_id}'
        "~1estimated_delivery_dates/get/parameters/3/schema"
    )
    assert error(unknown)["details"] == ["The Courier Service was not found"]


def _service(caller: Client, handover: list[str]) -> dict[str, Any]:
    listed = caller.ask("GET", f"{_SERVICES}?per_page=100&country_alpha2[]=US").json()["courier_services"]
    return next(row for row in listed if row["available_handover_options"] == handover)


def test_pickup_slots_are_those_of_eight_dates(caller: Client) -> None:
    """From today; the ids are the same whenever one asks."""
    service = _service(caller, ["dropoff", "free_pickup"])
    path = f"{_SERVICES}/{service['id']}/pickup_slots"

    reply = caller.ask("GET", path)

    option = fitting(reply, "courier_services_pickup_slots_index")["courier_service_handover_option"]
    assert (option["provider_name"], len(option["pickup_slots"])) == (service["umbrella_name"], 8)
    assert any(day["time_slots"] for day in option["pickup_slots"])
    assert option == caller.ask("GET", path).json()["courier_service_handover_option"]


def test_a_service_without_pickups_says_where_to_go(caller: Client) -> None:
    """404 with the drop-off points; 400 where the address is in another country."""
    dropped, fetched = _service(caller, ["dropoff"]), _service(caller, ["dropoff", "free_pickup"])
    abroad = _address_in_york(caller)

    refused = caller.ask("GET", f"{_SERVICES}/{dropped['id']}/pickup_slots")
    elsewhere = caller.ask("GET", f"{_SERVICES}/{fetched['id']}/pickup_slots?origin_address_id={abroad}")

    assert (refused.status, error(refused)["code"]) == (404, "resource_not_found")
    assert error(refused)["details"][0].startswith(
        "This Courier Service doesn't provide a pickup service. A list of drop-off points is available in the dropoff"
    )
    assert (elsewhere.status, error(elsewhere)["code"], error(elsewhere)["type"]) == (400, "api_error", "api_error")
    assert error(elsewhere)["details"] == [
        "Failed to retrieve the available Pickup Slots: Handover options are not found"
    ]


def _address_in_york(caller: Client) -> str:
    made = caller.ask(
        "POST",
        "/2024-09/addresses",
        {
            "line_1": "4 Mill Lane",
            "city": "York",
            "state": "Yorkshire",
            "postal_code": "YO1 7LF",
            "country_alpha2": "GB",
            "company_name": "Blue Kite",
            "contact_name": "Ines Vale",
            "contact_phone": "07311111928",
            "contact_email": "ines@example.com",
        },
    )
    address_id: str = made.json()["address"]["id"]
    return address_id


def test_a_linked_account_quotes_and_ships_at_its_couriers_expense(caller: Client) -> None:
    """Its services stand among the rates; a label of one is paid to the courier, not to Easyship."""
    courier = _link(caller, _DHL)
    abroad = {**BUYER, "country_alpha2": "CA", "state": "ON", "postal_code": "M5B 2H1", "city": "Toronto"}
    body = {**rates(), "destination_address": {"country_alpha2": "CA"}}

    quoted = caller.ask("POST", "/2024-09/rates", body).json()["rates"]
    (rate,) = [row for row in quoted if row["courier_service"]["courier_id"] == courier["id"]]
    made = caller.create(
        destination_address=abroad,
        courier_settings={"courier_service_id": rate["courier_service"]["id"]},
        shipping_settings={"buy_label": True, "buy_label_synchronous": True},
    ).json()["shipment"]
    balance = caller.ask("GET", "/2024-09/account/credit").json()["credit"]["balance"]

    assert rate["courier_service"]["name"] == "Dev DHL - DHL - Express Worldwide"
    assert (rate["payment_recipient"], rate["courier_service"]["easyship_courier_service"]) == ("Courier", False)
    assert rate["other_surcharges"]["total_fee"] == 20.0
    assert (made["label_state"], made["courier_service"]["id"]) == ("generated", rate["courier_service"]["id"])
    assert made["trackings"][0]["handler"] == "dhl"
    assert balance == 500.0
