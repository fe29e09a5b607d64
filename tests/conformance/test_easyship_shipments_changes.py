"""Changing shipments of the Easyship twin, sending them back, insuring them, and what they cost."""

from typing import Any

import pytest

from conformance.easyship_client import BUYER, PARCEL, SENDER, TWO_DAY, Client, client, error
from conformance.easyship_shapes import fitting
from twins import EasyshipTwin

_NOW = {"shipping_settings": {"buy_label": True, "buy_label_synchronous": True}}
_TORONTO = {**BUYER, "line_1": "220 Yonge St", "city": "Toronto", "state": "ON", "postal_code": "M5B 2H1"} | {
    "country_alpha2": "CA"
}


@pytest.fixture
def caller(easyship_twin: EasyshipTwin) -> Client:
    return client(easyship_twin)


def _path(made: dict[str, Any], rest: str = "") -> str:
    return f"/2024-09/shipments/{made['easyship_shipment_id']}{rest}"


def _made(caller: Client, **members: Any) -> dict[str, Any]:
    made: dict[str, Any] = fitting(caller.create(**members), "shipments_create")["shipment"]
    return made


def _changed(caller: Client, made: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    changed: dict[str, Any] = fitting(caller.ask("PATCH", _path(made), changes), "shipments_update")["shipment"]
    return changed


def test_what_a_change_does_not_name_stays(caller: Client) -> None:
    """Settings are merged member by member; ids, the courier that was asked for and the time of making stay."""
    made = _made(caller, courier_settings={"courier_service_id": TWO_DAY}, order_data={"seller_notes": "Fragile"})

    changed = _changed(caller, made, {"metadata": {"k": "v"}, "order_data": {"platform_order_number": "#9"}})

    assert changed["metadata"] == {"k": "v"}
    assert (changed["order_data"]["seller_notes"], changed["order_data"]["platform_order_number"]) == ("Fragile", "#9")
    assert changed["courier_service"]["id"] == TWO_DAY
    assert changed["parcels"] == made["parcels"]
    assert changed["created_at"] == made["created_at"]
    assert caller.ask("GET", _path(made)).json()["shipment"] == changed


def test_parcels_are_changed_by_their_ids_and_priced_anew(caller: Client) -> None:
    """Units count for one request only; a parcel of the same id keeps what is not sent, its items too."""
    made = _made(caller, courier_settings={"courier_service_id": TWO_DAY})
    parcel = {"id": made["parcels"][0]["id"], "total_actual_weight": 20}

    changed = _changed(caller, made, {"parcels": [parcel], "shipping_settings": {"units": {"weight": "lb"}}})
    again = _changed(caller, made, {"set_as_residential": True})

    assert changed["parcels"][0]["total_actual_weight"] == pytest.approx(9.0718474)
    assert changed["parcels"][0]["items"][0]["id"] == made["parcels"][0]["items"][0]["id"]
    assert changed["rates"][0]["total_charge"] > made["rates"][0]["total_charge"]
    assert again["parcels"] == changed["parcels"]
    assert again["rates"][0]["total_charge"] > changed["rates"][0]["total_charge"]


def test_a_change_can_buy_the_label(caller: Client) -> None:
    """The label is there with the answer."""
    made = _made(caller)

    changed = _changed(caller, made, _NOW)

    assert (changed["label_state"], len(changed["rates"])) == ("generated", 1)


@pytest.mark.parametrize(
    ("changes", "details"),
    [
        ({"destination_address": {**BUYER, "contact_name": ""}}, ["destination_address.contact_name can't be blank"]),
        ({"parcels": [{"items": [], "total_actual_weight": 0}]}, None),
    ],
)
def test_wrong_changes_are_refused_and_leave_no_trace(
    caller: Client, changes: dict[str, Any], details: list[str] | None
) -> None:
    """Both checks hold for changes as well."""
    made = _made(caller)

    reply = caller.ask("PATCH", _path(made), changes)

    refused = error(reply)
    assert (reply.status, refused["code"]) == (422, "invalid_content")
    assert details is None or refused["details"] == details
    assert caller.ask("GET", _path(made)).json()["shipment"] == made


def test_a_shipment_with_a_label_cannot_be_changed(caller: Client) -> None:
    """It would no longer be what its label says."""
    made = _made(caller, **_NOW)

    reply = caller.ask("PATCH", _path(made), {"metadata": {}})

    assert reply.status == 422
    assert error(reply)["details"] == ["Shipments with generated labels cannot be updated"]


def test_a_parcel_of_another_shipment_is_not_found(caller: Client) -> None:
    """Ids are looked up in the shipment that is changed."""
    made, other = _made(caller), _made(caller)

    reply = caller.ask("PATCH", _path(made), {"parcels": [{"id": other["parcels"][0]["id"]}]})

    assert (reply.status, error(reply)["details"]) == (404, ["The Parcel was not found"])


def test_everything_comes_back_unless_something_is_named(caller: Client) -> None:
    """A return goes from the buyer to the return address, is marked as one, and can be bought like any other."""
    made = _made(caller, return_address={**SENDER, "line_1": "Returns, dock 4"})

    back = fitting(caller.ask("POST", _path(made, "/return"), {}), "return_shipments_create")["shipment"]
    bought = caller.ask("POST", _path(back, "/label"), {})

    assert back["return"] is True
    assert back["origin_address"]["postal_code"] == BUYER["postal_code"]
    assert back["destination_address"]["line_1"] == "Returns, dock 4"
    assert back["total_customs_value"] == made["total_customs_value"]
    assert back["parcels"][0]["items"][0]["id"] != made["parcels"][0]["items"][0]["id"]
    assert fitting(bought, "shipment_labels_create")["shipment"]["label_state"] == "generated"


def test_single_items_come_back_by_their_ids(caller: Client) -> None:
    """Quantity and box are those of the request; an unknown item is not found."""
    item = {**PARCEL["items"][0], "quantity": 3}
    made = _made(caller, parcels=[{**PARCEL, "items": [item]}])
    wanted = {"id": made["parcels"][0]["items"][0]["id"], "quantity": 1}
    box = {"length": 10, "width": 10, "height": 5}

    back = caller.ask("POST", _path(made, "/return"), {"parcels": [{"box": box, "items": [wanted]}]})
    wrong = caller.ask("POST", _path(made, "/return"), {"parcels": [{"items": [{**wanted, "id": _UNKNOWN}]}]})

    (parcel,) = fitting(back, "return_shipments_create")["shipment"]["parcels"]
    assert parcel["items"][0]["quantity"] == 1
    assert parcel["box"]["outer_dimensions"] == {"height": 5.0, "length": 10.0, "width": 10.0}
    assert parcel["total_actual_weight"] == pytest.approx(PARCEL["total_actual_weight"] / 3)
    assert (wrong.status, error(wrong)["details"]) == (404, ["The Item was not found"])


_UNKNOWN = "6d1f6f0e-3c4e-4a53-9f43-1d9d6f8b2c11"


def test_a_new_shipment_can_name_items_of_an_old_one(caller: Client) -> None:
    """This is how a return is made without its own endpoint."""
    made = _made(caller)
    item = {"id": made["parcels"][0]["items"][0]["id"], "quantity": 1}

    back = _made(caller, **{"return": True}, parcels=[{**PARCEL, "items": [item]}])

    assert back["return"] is True
    assert back["parcels"][0]["items"][0]["description"] == "tshirt"


def test_services_that_cannot_carry_a_shipment_say_why(caller: Client) -> None:
    """The list is counted and cut into pages; none of its services is among the rates."""
    made = _made(caller, destination_address=_TORONTO)

    listed = fitting(
        caller.ask("GET", _path(made, "/unavailable_couriers?per_page=5")), "shipment_unavailable_couriers_index"
    )

    offered = {rate["courier_service"]["id"] for rate in made["rates"]}
    assert len(listed["unavailable_couriers"]) == 5
    assert listed["meta"]["pagination"]["count"] > 5
    assert not offered & {row["id"] for row in listed["unavailable_couriers"]}
    assert all(row["message"] for row in listed["unavailable_couriers"])


def test_charges_and_refunds_stand_in_the_records(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """A purchase is a charge; calling the shipment off pays the same amount back."""
    made = _made(caller, **_NOW, courier_settings={"courier_service_id": TWO_DAY})
    before = caller.ask("GET", _path(made, "/transaction_records")).json()["transaction_records"]

    caller.ask("POST", _path(made, "/cancel"))
    easyship_twin.clock_advance("10s")
    after = caller.ask("GET", _path(made, "/transaction_records")).json()

    assert [(row["amount"], row["adjustment_type"]) for row in before] == [(-19.55, None)]
    assert [(row["amount"], row["adjustment_type"]) for row in after["transaction_records"]] == [
        (19.55, "Refund after Cancellation"),
        (-19.55, None),
    ]
    assert {row["easyship_shipment_id"] for row in after["transaction_records"]} == {made["easyship_shipment_id"]}
    assert after["meta"]["pagination"]["count"] is None


def test_a_shipment_is_insured_once_after_its_label(caller: Client) -> None:
    """Before the label, and a second time, it is refused."""
    draft, made = _made(caller), _made(caller, **_NOW)

    early = caller.ask("POST", _path(draft, "/insure"))
    first, second = (caller.ask("POST", _path(made, "/insure")) for _ in range(2))

    wrong = ["Shipment state, label state or insurance state is invalid"]
    assert (early.status, error(early)["details"]) == (422, wrong)
    assert fitting(first, "shipments_insure_create")["success"]
    assert (second.status, error(second)["details"]) == (422, wrong)
    assert caller.ask("GET", _path(made)).json()["shipment"]["insurance"]["is_insured"] is True


def test_insurance_needs_money(caller: Client) -> None:
    """A balance that does not cover the fee is told of in the insurer's words."""
    costly = {**PARCEL, "items": [{**PARCEL["items"][0], "declared_customs_value": 100_000}]}
    made = _made(caller, **_NOW, parcels=[costly])

    reply = caller.ask("POST", _path(made, "/insure"))

    assert (reply.status, error(reply)["details"]) == (422, ["Insufficient balance to purchase the insurance"])
    assert caller.ask("GET", _path(made)).json()["shipment"]["insurance"]["is_insured"] is False
