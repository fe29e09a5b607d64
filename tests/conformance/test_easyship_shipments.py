"""The Easyship twin's shipments over HTTP."""

from typing import Any

import pytest

from conformance.easyship_client import BUYER, ERRORS_LINK, PARCEL, TWO_DAY, Client, client, error, shipment
from twins import EasyshipTwin

_NOW = {"shipping_settings": {"buy_label": True, "buy_label_synchronous": True}}
_LATER = {"shipping_settings": {"buy_label": True}}
_EMAIL = "#/components/schemas/DestinationAddress/properties/contact_email"
_NOT_FOUND = ("resource_not_found", ["The Shipment was not found"])
_GUIDE = {
    "kind": "how-to-guide",
    "name": "How to Automate your Shipments",
    "url": "https://developers.easyship.com/docs/how-to-automate-your-shipments",
}


@pytest.fixture
def caller(easyship_twin: EasyshipTwin) -> Client:
    easyship_twin.seed("empty")
    return client(easyship_twin)


def _ids(caller: Client, query: str = "") -> list[str]:
    reply = caller.ask("GET", f"/2024-09/shipments{query}")
    assert reply.status == 200, reply.text()
    return [row["easyship_shipment_id"] for row in reply.json()["shipments"]]


def _path(made: dict[str, Any], rest: str = "") -> str:
    return f"/2024-09/shipments/{made['easyship_shipment_id']}{rest}"


def test_a_draft_is_priced_and_waits(caller: Client) -> None:
    """Without a purchase all rates stand in the shipment, the best value is its courier, and nothing is paid."""
    reply = caller.create(metadata={"order": 7}, order_data={"platform_order_number": "#1042"})

    made = reply.json()["shipment"]
    assert reply.status == 201
    assert made["easyship_shipment_id"] == "ESUS320000001"
    assert (made["shipment_state"], made["label_state"], made["delivery_state"]) == (
        "created",
        "not_created",
        "not_created",
    )
    assert made["courier_service"]["id"] == made["rates"][0]["courier_service"]["id"]
    assert len(made["rates"]) > 5
    assert (made["label_paid_at"], made["trackings"]) == (None, [])
    assert made["metadata"] == {"order": 7}
    assert made["order_data"]["platform_order_number"] == "#1042"
    assert made["parcels"][0]["items"][0]["category"] == "Fashion"
    assert made["insurance"]["insured_amount"] == pytest.approx(15 + made["rates"][0]["total_charge"])
    assert made["sender_address"] == made["return_address"] == made["origin_address"]
    assert caller.ask("GET", _path(made)).json()["shipment"] == made


def test_a_label_bought_now_is_there(caller: Client) -> None:
    """One rate is left, the label is paid off the balance and made, and the tracking number is known."""
    before = caller.ask("GET", "/2024-09/account").json()["account"]["credit"]["balance"]

    made = caller.create(**_NOW, courier_settings={"courier_service_id": TWO_DAY}).json()["shipment"]

    after = caller.ask("GET", "/2024-09/account").json()["account"]["credit"]["balance"]
    (rate,) = made["rates"]
    (tracking,) = made["trackings"]
    assert made["label_state"] == "generated"
    assert made["label_generated_at"] is not None
    assert (rate["courier_service"]["name"], rate["total_charge"]) == ("FedEx 2Day®", 19.55)
    assert (rate["description"], rate["rates_in_origin_currency"]) == (None, None)
    assert (tracking["handler"], tracking["leg_number"], tracking["tracking_state"]) == ("fedex", 1, "active")
    assert before - after == pytest.approx(19.55)


def test_a_label_bought_later_is_made_by_the_clock(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """It is pending at first; twelve seconds of the twin's time later it is there."""
    pending = caller.create(**_LATER).json()["shipment"]

    easyship_twin.clock_advance("12s")
    made = caller.ask("GET", _path(pending)).json()["shipment"]

    assert (pending["label_state"], pending["trackings"]) == ("pending", [])
    assert made["label_state"] == "generated"
    assert made["created_at"] < made["label_paid_at"] < made["label_generated_at"]
    assert _ids(caller, "?label_state[]=generated") == [made["easyship_shipment_id"]]


def test_the_sandbox_has_its_own_shipments_and_asks_for_no_money(easyship_twin: EasyshipTwin) -> None:
    """Ids of eight digits, made-up tracking numbers, the balance untouched; production does not see them."""
    easyship_twin.seed("empty")
    made = easyship_twin.integration(scopes="all")
    sandbox = Client(base=easyship_twin.sandbox, token=made["sandbox_token"])
    production = Client(base=easyship_twin.production, token=made["production_token"])

    shipped = sandbox.create(**_NOW).json()["shipment"]

    assert shipped["easyship_shipment_id"] == "ESUS10300001"
    assert shipped["trackings"][0]["tracking_number"] == "TEST12345678"
    assert _ids(production) == []
    assert production.ask("GET", _path(shipped)).status == 404
    assert production.ask("GET", "/2024-09/account").json()["account"]["credit"]["balance"] == 500.0


def test_without_funds_no_label_is_made(caller: Client) -> None:
    """402, and the shipment that could not be paid for does not exist."""
    heavy = {**PARCEL, "total_actual_weight": 60}

    reply = caller.create(**_NOW, parcels=[heavy], courier_settings={"courier_service_name": "UPS Next Day Air®"})

    refused = error(reply)
    assert reply.status == 402
    assert (refused["code"], refused["message"]) == (
        "payment_required",
        "Insufficient balance on your account. Please add more funds.",
    )
    assert refused["details"] == ["We were unable to generate a label as you do not have enough funds on your account."]
    assert _ids(caller) == []


def test_buying_a_label_needs_its_own_scope(easyship_twin: EasyshipTwin) -> None:
    """A token that may write shipments and no labels can make a draft only."""
    caller = client(easyship_twin, scopes=["public.shipment:write"])

    assert caller.create(**_NOW).status == 403
    assert caller.create().status == 201


def test_a_shipment_that_nobody_carries_is_a_partial_success(caller: Client) -> None:
    """202: it exists, without courier and rates, and the answer says why."""
    reply = caller.create(**_NOW, parcels=[{**PARCEL, "total_actual_weight": 900}])

    made, meta = reply.json()["shipment"], reply.json()["meta"]
    assert reply.status == 202
    assert (made["courier_service"], made["rates"], made["label_state"]) == (None, [], "not_created")
    assert meta["status"] == "partial_success"
    assert meta["errors"] == ["Sorry, we couldn't find any shipping solutions based on the information provided."]
    assert all(row["message"] for row in meta["unavailable_couriers"])


def test_a_wanted_courier_can_have_a_fallback(caller: Client) -> None:
    """A service that cannot go there leaves nothing, unless another may take its place."""
    abroad = {**BUYER, "country_alpha2": "CA", "state": "ON", "postal_code": "M5B 2H1"}
    wanted = {"courier_service_id": TWO_DAY}

    strict = caller.create(destination_address=abroad, courier_settings=wanted)
    lenient = caller.create(destination_address=abroad, courier_settings={**wanted, "allow_fallback": True})

    assert (strict.status, lenient.status) == (202, 201)
    assert lenient.json()["shipment"]["courier_service"]["id"] != TWO_DAY
    assert lenient.json()["shipment"]["easyship_shipment_id"].startswith("ESCA")


def test_saved_addresses_stand_for_themselves(caller: Client) -> None:
    """The company's own address is the origin where none is sent, and by its id; an unknown id is not found."""
    saved = caller.ask("GET", "/2024-09/account").json()["account"]["billing_address"]
    body = {name: member for name, member in shipment().items() if name != "origin_address"}

    default = caller.ask("POST", "/2024-09/shipments", body).json()["shipment"]
    by_id = caller.ask("POST", "/2024-09/shipments", {**body, "origin_address_id": saved["id"]}).json()["shipment"]
    unknown = caller.ask("POST", "/2024-09/shipments", {**body, "sender_address_id": TWO_DAY})

    assert default["origin_address"]["line_1"] == by_id["origin_address"]["line_1"] == saved["line_1"]
    assert error(unknown)["details"] == ["The Address was not found"]


@pytest.mark.parametrize(
    ("members", "details"),
    [
        (
            {"origin_address": {**BUYER, "company_name": None}},
            ["origin_address.company_name can't be blank"],
        ),
        (
            {"destination_address": {**BUYER, "contact_email": ""}},
            [
                "The request does not comply with the OpenAPI Specification.",
                _EMAIL + ' email address format does not match value: ""',
            ],
        ),
    ],
)
def test_wrong_shipments_are_refused(caller: Client, members: dict[str, Any], details: list[str]) -> None:
    """By the model in Rails' words, by the document in the gem's."""
    reply = caller.create(**members)

    assert reply.status == 422
    assert error(reply)["details"] == details


def test_a_draft_is_deleted_once(caller: Client) -> None:
    """Afterwards it is not found: not to read, not to delete again, not in the list."""
    made = caller.create().json()["shipment"]

    first, second = caller.ask("DELETE", _path(made)), caller.ask("DELETE", _path(made))

    assert first.status == 200
    assert first.json()["success"] == {"message": "Shipment successfully deleted"}
    assert (error(second)["code"], error(second)["details"]) == _NOT_FOUND
    assert caller.ask("GET", _path(made)).status == 404
    assert _ids(caller) == []


def test_a_labelled_shipment_is_cancelled_once_and_paid_back(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """It cannot be deleted; cancelled, its label is void in a while, it stays in the list, and it is not done twice."""
    easyship_twin.clock_stop()
    made = caller.create(**_NOW).json()["shipment"]

    deletion = caller.ask("DELETE", _path(made))
    first, second = caller.ask("POST", _path(made, "/cancel")), caller.ask("POST", _path(made, "/cancel"))
    asked = caller.ask("GET", _path(made)).json()["shipment"]
    easyship_twin.clock_advance("10s")
    shown = caller.ask("GET", _path(made)).json()["shipment"]
    balance = caller.ask("GET", "/2024-09/account").json()["account"]["credit"]["balance"]

    assert (error(deletion)["code"], error(deletion)["details"]) == _NOT_FOUND
    assert first.json()["success"] == {"message": "Shipment successfully cancelled"}
    assert (asked["shipment_state"], asked["label_state"]) == ("cancelling", "generated")
    assert (shown["shipment_state"], shown["label_state"]) == ("cancelled", "voided")
    assert balance == 500.0
    assert error(second)["details"] == ["This Shipment cannot be cancelled. Please contact our support."]
    assert error(second)["links"] == [
        ERRORS_LINK,
        {
            "kind": "documentation",
            "name": "Cancel a Shipment",
            "url": "https://developers.easyship.com/reference/shipments_cancel",
        },
        _GUIDE,
    ]


def test_a_draft_cannot_be_cancelled(caller: Client) -> None:
    """Nobody has asked for its label: it is deleted instead."""
    made = caller.create().json()["shipment"]

    assert caller.ask("POST", _path(made, "/cancel")).status == 422


def test_lists_are_newest_first_and_not_counted(caller: Client) -> None:
    """Pages say whether another follows, never how many there are."""
    ids = [caller.create().json()["shipment"]["easyship_shipment_id"] for _ in range(3)]

    first = caller.ask("GET", "/2024-09/shipments?per_page=2").json()
    second = caller.ask("GET", "/2024-09/shipments?per_page=2&page=2").json()

    shown = [row["easyship_shipment_id"] for row in (*first["shipments"], *second["shipments"])]
    assert shown == ids[::-1]
    assert first["meta"]["pagination"] == {"page": 1, "next": 2, "count": None}
    assert second["meta"]["pagination"] == {"page": 2, "next": None, "count": None}


def test_lists_can_be_limited(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """By states in three notations, order number, country and time; without a state both kinds are shown."""
    draft = caller.create(order_data={"platform_order_number": "#7"}).json()["shipment"]["easyship_shipment_id"]
    bought = caller.create(**_NOW).json()["shipment"]
    easyship_twin.clock_advance("1d")
    caller.ask("POST", _path(bought, "/cancel"))
    easyship_twin.clock_advance("10s")
    cancelled = bought["easyship_shipment_id"]
    since = easyship_twin.now().strftime("%Y-%m-%dT00:00:00Z")

    assert _ids(caller) == [cancelled, draft]
    assert _ids(caller, "?shipment_state=created") == [draft]
    assert _ids(caller, f"?easyship_shipment_id[]={draft}&easyship_shipment_id[]=ESUS1") == [draft]
    assert _ids(caller, "?platform_order_number=%237") == [draft]
    assert _ids(caller, "?destination_country_alpha2[]=GB") == []
    assert _ids(caller, f"?updated_at_from={since}") == [cancelled]
    assert _ids(caller, f"?created_at_to={since}&label_state=not_created") == [draft]


def test_a_wrong_date_is_refused_in_words_of_its_own(caller: Client) -> None:
    """The documented example, with all its links."""
    reply = caller.ask("GET", "/2024-09/shipments?created_at_from=invalid_date")

    assert reply.status == 422
    assert error(reply) == {
        "code": "invalid_url_param",
        "details": ['Invalid date format for created_at_from filter ("invalid_date").'],
        "links": [
            ERRORS_LINK,
            {
                "kind": "documentation",
                "name": "List all Shipments",
                "url": "https://developers.easyship.com/reference/shipments_index",
            },
            _GUIDE,
        ],
        "message": "The request URL param is invalid.",
        "type": "invalid_request_error",
    }


def test_another_company_sees_nothing(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """Not in its list, not by its id, not to delete."""
    made = caller.create().json()["shipment"]
    other = client(easyship_twin, account_id="CGB000002")

    assert _ids(other) == []
    assert other.ask("GET", _path(made)).status == 404
    assert other.ask("DELETE", _path(made)).status == 404
    assert _ids(caller) == [made["easyship_shipment_id"]]
