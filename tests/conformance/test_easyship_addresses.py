"""The Easyship twin's saved addresses and address checks over HTTP."""

from typing import Any

import pytest

from conformance.easyship_client import ERRORS_LINK, Client, client, error
from conformance.easyship_shapes import fitting
from twins import EasyshipTwin

_ADDRESS = {
    "line_1": "Jalan Jawa 4",
    "city": "Bandung",
    "state": "West Java",
    "postal_code": "412321",
    "country_alpha2": "ID",
    "company_name": "Rina & Co",
    "contact_name": "Rina Sundari",
    "contact_phone": "+62 22 3213 3123",
    "contact_email": "rina@example.com",
}
_NOBODY = "01563646-58c1-4607-8fe0-cae3e33c0001"
_PLACE = "/2024-09/addresses"
_CHECK = f"{_PLACE}/validations"
_GUIDE = {
    "kind": "how-to-guide",
    "name": "How to Validate Addresses",
    "url": "https://developers.easyship.com/docs/how-to-validate-addresses",
}


@pytest.fixture
def caller(easyship_twin: EasyshipTwin) -> Client:
    return client(easyship_twin)


def _lines(caller: Client, query: str = "") -> list[str]:
    listed = fitting(caller.ask("GET", f"{_PLACE}{query}"), "addresses_index")
    return [row["line_1"] for row in listed["addresses"]]


def _save(caller: Client, **members: Any) -> dict[str, Any]:
    reply = caller.ask("POST", _PLACE, {**_ADDRESS, **members})
    assert reply.status == 201, reply.text()
    made: dict[str, Any] = fitting(reply, "addresses_create")["address"]
    return made


def test_an_address_is_saved_and_listed(caller: Client) -> None:
    """Newest first, beside the one that the company signed up with, which is the default for everything."""
    made = _save(caller)

    listed = caller.ask("GET", _PLACE).json()
    assert listed["addresses"][0]["id"] == made["id"]
    assert listed["meta"]["pagination"] == {"page": 1, "next": None, "count": 2}
    assert made["default_for"] == {"billing": False, "pickup": False, "return": False, "sender": False}
    assert listed["addresses"][1]["default_for"] == {"billing": True, "pickup": True, "return": True, "sender": True}
    assert _lines(caller, "?default_addresses=true") == ["12 Wharf Street"]
    assert _lines(caller, "?default_addresses=false") == ["Jalan Jawa 4"]


def test_a_default_moves_to_whoever_asks_for_it(caller: Client) -> None:
    """There is one default for each role."""
    made = _save(caller, default_for={"pickup": True})
    _save(caller, line_1="Jalan Braga 1", default_for={"pickup": True, "sender": True})

    held = {row["line_1"]: row["default_for"] for row in caller.ask("GET", _PLACE).json()["addresses"]}

    assert made["default_for"]["pickup"]
    assert [line for line, roles in held.items() if roles["pickup"]] == ["Jalan Braga 1"]
    assert [line for line, roles in held.items() if roles["sender"]] == ["Jalan Braga 1"]
    assert [line for line, roles in held.items() if roles["return"]] == ["12 Wharf Street"]


def test_an_update_replaces_the_address_and_adds_to_its_defaults(caller: Client) -> None:
    """Members that are left out are gone; defaults are only ever taken by another address."""
    made = _save(caller, line_2="Block 3", default_for={"billing": True})

    reply = caller.ask(
        "PATCH", f"{_PLACE}/{made['id']}", {**_ADDRESS, "city": "Jakarta", "default_for": {"sender": True}}
    )

    changed = fitting(reply, "addresses_update")["address"]
    assert (changed["city"], changed["line_2"], changed["id"]) == ("Jakarta", None, made["id"])
    assert changed["default_for"] == {"billing": True, "pickup": False, "return": False, "sender": True}


def test_deactivating_hands_the_defaults_on(caller: Client) -> None:
    """They go to the first active address; lists without a status leave the inactive out."""
    made = _save(caller, default_for={"billing": True})

    switched = caller.ask("POST", f"{_PLACE}/{made['id']}/deactivate")
    inactive = _lines(caller, "?status=inactive")
    active = caller.ask("GET", _PLACE).json()["addresses"]
    back = caller.ask("POST", f"{_PLACE}/{made['id']}/activate")

    assert fitting(switched, "address_deactivate_create")["success"] == {"message": "Address successfully deactivated"}
    assert (inactive, [row["line_1"] for row in active]) == (["Jalan Jawa 4"], ["12 Wharf Street"])
    assert active[0]["default_for"]["billing"]
    assert fitting(back, "address_activate_create")["success"] == {"message": "Address successfully activated"}


def test_shipments_start_from_saved_addresses(caller: Client) -> None:
    """By id, and from the default one when nothing is said."""
    made = _save(caller, country_alpha2="US", state="WA", postal_code="98101", city="Seattle")
    body = {"origin_address_id": made["id"]}
    sent = {name: value for name, value in caller.create().json()["shipment"].items() if name == "destination_address"}
    parcels = {"parcels": [{"total_actual_weight": 1, "items": [_item()]}]}

    named = caller.ask("POST", "/2024-09/shipments", {**body, **_to(sent), **parcels})
    unnamed = caller.ask("POST", "/2024-09/shipments", {**_to(sent), **parcels})
    unknown = caller.ask("POST", "/2024-09/shipments", {"origin_address_id": _NOBODY, **_to(sent), **parcels})

    assert named.json()["shipment"]["origin_address"]["line_1"] == "Jalan Jawa 4"
    assert unnamed.json()["shipment"]["origin_address"]["line_1"] == "12 Wharf Street"
    assert (unknown.status, error(unknown)["details"]) == (404, ["The Address was not found"])


def _item() -> dict[str, Any]:
    return {
        "description": "scarf",
        "category": "fashion",
        "declared_currency": "USD",
        "declared_customs_value": 9,
        "dimensions": {"length": 20, "width": 10, "height": 5},
    }


def _to(sent: dict[str, Any]) -> dict[str, Any]:
    address = sent["destination_address"]
    return {"destination_address": {name: value for name, value in address.items() if value is not None}}


@pytest.mark.parametrize(
    ("changes", "details"),
    [
        ({"line_1": "x" * 36}, ["Line 1 is too long (maximum is 35 characters)"]),
        (
            {"company_name": "x" * 28, "contact_phone": "5" * 21},
            [
                "Company name is too long (maximum is 27 characters)",
                "Contact phone is too long (maximum is 20 characters)",
            ],
        ),
        ({"state": "", "postal_code": None}, ["State can't be blank", "Postal code can't be blank"]),
        ({"city": " "}, ["City can't be blank"]),
    ],
)
def test_an_address_has_rules(caller: Client, changes: dict[str, Any], details: list[str]) -> None:
    """Lengths, and what its country needs."""
    reply = caller.ask("POST", _PLACE, {**_ADDRESS, **changes})

    assert (reply.status, error(reply)["details"]) == (422, details)


def test_what_is_missing_is_told_by_the_first_check(caller: Client) -> None:
    """All missing members in one sentence, in the order of the documentation."""
    reply = caller.ask("POST", _PLACE, {"line_1": "Jalan Jawa"})

    assert error(reply) == {
        "code": "invalid_content",
        "details": [
            "The request does not comply with the OpenAPI Specification.",
            (
                "#/components/schemas/AddressCreate missing required parameters: city, company_name, contact_email, "
                "contact_name, contact_phone, country_alpha2"
            ),
        ],
        "links": [ERRORS_LINK],
        "message": "The request body content is not valid.",
        "type": "invalid_request_error",
    }


def test_an_unknown_address_is_not_found(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """Nor is another company's, or the other environment's."""
    made = _save(caller)
    strangers = [
        client(easyship_twin, account_id="CGB000002"),
        client(easyship_twin, environment="sandbox"),
    ]

    unknown = caller.ask("PATCH", f"{_PLACE}/{_NOBODY}", _ADDRESS)
    foreign = [each.ask("POST", f"{_PLACE}/{made['id']}/deactivate") for each in strangers]

    assert error(unknown) == {
        "code": "resource_not_found",
        "details": ["The Address was not found"],
        "links": [
            ERRORS_LINK,
            {
                "kind": "documentation",
                "name": "Update an Address",
                "url": "https://developers.easyship.com/reference/addresses_update",
            },
            _GUIDE,
        ],
        "message": "The requested resource was not found.",
        "type": "invalid_request_error",
    }
    assert [reply.status for reply in foreign] == [404, 404]


def test_a_good_address_is_verified(caller: Client) -> None:
    """The answer has what was sent, and beside it what the check found."""
    sent = {"line_1": "10 Downing Street", "city": "London", "postal_code": "sw1a2aa", "country_alpha2": "GB"}

    address = fitting(caller.ask("POST", _CHECK, sent), "addresses_validation")["address"]

    assert (address["postal_code"], address["validation"]["address"]["postal_code"]) == ("sw1a2aa", "SW1A 2AA")
    assert (address["validation"]["status"], address["validation"]["detail"]) == ("verified", "premise")
    assert address["validation"]["comparison"] == {"changes": "minor", "post": "premise", "pre": "state"}


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        (
            {"line_1": "1600 Pennsylvania Avenue North", "city": "Washington", "postal_code": "20500"},
            {"line_1": "1600 Pennsylvania Ave N", "state": "DC", "status": "verified"},
        ),
        (
            {"line_1": "1 Main St", "city": "Denver", "state": "Colorado", "postal_code": "802021234"},
            {"state": "CO", "postal_code": "80202-1234", "status": "verified"},
        ),
        ({"line_1": "1 Main St", "city": "Denver", "state": "NY", "postal_code": "80202"}, {"status": "unverified"}),
        (
            {"line_1": "Main St", "city": "Denver", "state": "CO", "postal_code": "80202"},
            {"status": "partially_verified"},
        ),
        ({"line_1": "1 Main St", "city": "Denver", "state": "CO"}, {"status": "unverified"}),
        ({"line_1": "", "city": ""}, {"line_1": "", "city": "", "status": "unverified"}),
    ],
)
def test_domestic_addresses_are_checked_by_their_postal_code(
    caller: Client, sent: dict[str, str], found: dict[str, str]
) -> None:
    """Its state must be that of the code; words of streets are shortened, names of states too."""
    reply = caller.ask("POST", f"{_CHECK}_domestic", {**sent, "replace_with_validation_result": True})

    address = fitting(reply, "addresses_validation_domestic")["address"]
    shown = {**address, "status": address["validation"]["status"]}
    assert {name: shown[name] for name in found} == found


def test_other_scripts_are_written_in_latin_letters(caller: Client) -> None:
    """Transliterated, not translated."""
    sent = {"line_1": "Улица Ленина 12", "city": "Москва", "postal_code": "143350", "country_alpha2": "RU"}

    address = caller.ask("POST", _CHECK, sent).json()["address"]["validation"]["address"]

    assert (address["line_1"], address["city"]) == ("Ulica Lenina 12", "Moskva")


def test_american_addresses_need_the_domestic_scope(easyship_twin: EasyshipTwin) -> None:
    """On the common path too; other countries need the other scope."""
    abroad = client(easyship_twin, scopes=["public.address_validation:write"])
    both = client(easyship_twin, scopes=["address_validation:write", "address_validation_domestic:write"])
    sent = {"line_1": "1 Main St", "city": "Denver", "country_alpha2": "US"}

    refused, allowed = abroad.ask("POST", _CHECK, sent), both.ask("POST", _CHECK, sent)

    assert (refused.status, allowed.status) == (403, 200)
    assert [link["name"] for link in error(refused)["links"]] == [
        "Errors",
        "Scopes",
        "Validate an Address",
        _GUIDE["name"],
    ]
