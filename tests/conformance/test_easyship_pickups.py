"""The Easyship twin's pickups over HTTP."""

from datetime import timedelta
from typing import Any

import pytest

from conformance.easyship_client import Client, client
from conformance.easyship_labels import (
    AUTOMATE,
    FEDEX_2DAY,
    GROUND,
    NOBODY,
    PRIORITY_MAIL,
    labelled,
    missing,
    page,
    refused,
    workday,
)
from conformance.easyship_shapes import fitting
from twins import EasyshipTwin

_CREATE = [page("Create a Pickup", "pickups_create"), AUTOMATE]


@pytest.fixture
def caller(easyship_twin: EasyshipTwin) -> Client:
    return client(easyship_twin)


def _wanted(twin: EasyshipTwin, *ids: str, **members: Any) -> dict[str, Any]:
    return {
        "courier_service_id": GROUND,
        "selected_date": workday(twin).date().isoformat(),
        "selected_from_time": "12:00",
        "selected_to_time": "16:00",
        "easyship_shipment_ids": list(ids),
        **members,
    }


def _book(caller: Client, twin: EasyshipTwin, *ids: str, **members: Any) -> dict[str, Any]:
    reply = caller.ask("POST", "/2024-09/pickups", _wanted(twin, *ids, **members))
    answer: dict[str, Any] = fitting(reply, "pickups_create")
    return answer


def _balance(caller: Client) -> float:
    return float(caller.ask("GET", "/2024-09/account/credit").json()["credit"]["available_balance"])


def test_a_pickup_is_booked_for_labelled_shipments_and_paid(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """It waits for the courier's word, its fee is off the balance, and its shipments know of it."""
    made = labelled(caller)
    before = _balance(caller)

    answer = _book(caller, easyship_twin, made["easyship_shipment_id"])

    pickup, day = answer["pickup"], workday(easyship_twin).date()
    after = _balance(caller)
    shipment = caller.ask("GET", f"/2024-09/shipments/{made['easyship_shipment_id']}").json()["shipment"]
    assert pickup["easyship_pickup_id"] == "PUS10000001"
    assert (pickup["pickup_state"], pickup["pickup_reference_number"]) == ("pending-confirmation", None)
    assert (pickup["selected_from_time"], pickup["selected_to_time"]) == (f"{day}T12:00", f"{day}T16:00")
    assert (pickup["shipments_count"], pickup["total_actual_weight"]) == (1, 0.4536)
    assert pickup["pickup_fee"] == 6.5
    assert before - after == pytest.approx(6.5)
    assert pickup["address"]["hk_district"] is None
    assert answer["meta"]["available_balance"] == after
    assert answer["meta"]["easyship_shipment_ids"] == [made["easyship_shipment_id"]]
    assert shipment["pickup_state"] == "pending_confirmation"


def test_the_courier_confirms_and_comes_on_the_clock(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """After half an hour it is requested with a reference, at the window's end completed, and no longer cancellable."""
    made = labelled(caller)
    path = (
        f"/2024-09/pickups/{_book(caller, easyship_twin, made['easyship_shipment_id'])['pickup']['easyship_pickup_id']}"
    )

    easyship_twin.clock_advance("31m")
    requested = fitting(caller.ask("GET", path), "pickups_show")["pickup"]
    easyship_twin.clock_advance("3d")
    completed = caller.ask("GET", path).json()["pickup"]

    assert (requested["pickup_state"], requested["pickup_reference_number"]) == ("requested", "PRG10000001")
    assert completed["pickup_state"] == "completed"
    shipments = caller.ask("GET", f"{path}/shipments").json()["shipments"]
    assert [each["pickup_state"] for each in shipments] == ["completed"]
    refused(
        caller.ask("POST", f"{path}/cancel"),
        "This Pickup cannot be cancelled. Please contact our support.",
        links=[page("Cancel a Pickup", "pickups_cancel"), AUTOMATE],
    )


def test_a_cancelled_shipment_misses_the_courier(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """Of two shipments one is called off before the courier comes: the pickup is completed in part."""
    ids = [labelled(caller)["easyship_shipment_id"] for _ in range(2)]
    pickup = _book(caller, easyship_twin, *ids)["pickup"]
    assert caller.ask("POST", f"/2024-09/shipments/{ids[0]}/cancel").status == 200

    easyship_twin.clock_advance("3d")

    shown = caller.ask("GET", f"/2024-09/pickups/{pickup['easyship_pickup_id']}").json()["pickup"]
    assert (shown["pickup_state"], shown["shipments_count"]) == ("partially-completed", 2)


def test_a_pickup_is_called_off_once_and_paid_back(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """The fee comes back, the shipments are free for another pickup, and a second time there is nothing to cancel."""
    made = labelled(caller)
    before = _balance(caller)
    pickup_id = _book(caller, easyship_twin, made["easyship_shipment_id"])["pickup"]["easyship_pickup_id"]

    first = caller.ask("POST", f"/2024-09/pickups/{pickup_id}/cancel")
    second = caller.ask("POST", f"/2024-09/pickups/{pickup_id}/cancel")

    assert fitting(first, "pickups_cancel")["success"] == {"message": "Pickup successfully cancelled"}
    assert second.status == 422
    assert _balance(caller) == before
    easyship_twin.clock_advance("1m")
    again = _book(caller, easyship_twin, made["easyship_shipment_id"])["pickup"]
    assert again["easyship_pickup_id"] == "PUS10000002"


def test_a_window_is_chosen_by_its_id(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """The slots of a service are good for booking until they begin; a service that comes for free asks for nothing."""
    made = labelled(caller, PRIORITY_MAIL)
    option = caller.ask("GET", f"/2024-09/courier_services/{PRIORITY_MAIL}/pickup_slots").json()
    days = option["courier_service_handover_option"]["pickup_slots"]
    day = next(day for day in days[1:] if day["time_slots"])
    slot = day["time_slots"][0]

    pickup = _book(
        caller,
        easyship_twin,
        made["easyship_shipment_id"],
        courier_service_id=PRIORITY_MAIL,
        time_slot_id=slot["time_slot_id"],
        selected_date=day["date"],
        selected_from_time=None,
        selected_to_time=None,
    )["pickup"]

    assert len(days) == 8
    assert pickup["selected_from_time"] == f"{day['date']}T{slot['from_time']}"
    assert pickup["pickup_fee"] == 0


def test_pickups_are_listed_by_date_courier_state_and_shipment(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """The newest stands first; each filter leaves those that fit."""
    ids = [labelled(caller)["easyship_shipment_id"], labelled(caller, PRIORITY_MAIL)["easyship_shipment_id"]]
    later = workday(easyship_twin, ahead=3).date().isoformat()
    first = _book(caller, easyship_twin, ids[0])["pickup"]
    second = _book(caller, easyship_twin, ids[1], courier_service_id=PRIORITY_MAIL, selected_date=later)["pickup"]
    caller.ask("POST", f"/2024-09/pickups/{first['easyship_pickup_id']}/cancel")
    easyship_twin.clock_advance("1m")

    def listed(query: str = "") -> list[str]:
        rows = fitting(caller.ask("GET", f"/2024-09/pickups{query}"), "pickups_index")["pickups"]
        return [row["easyship_pickup_id"] for row in rows]

    numbers = [second["easyship_pickup_id"], first["easyship_pickup_id"]]
    assert listed() == numbers
    assert listed("?per_page=1&page=2") == numbers[1:]
    assert listed("?courier=USPS") == listed(f"?pickup_date={later}") == numbers[:1]
    assert listed("?pickup_state=cancelled") == listed(f"?shipment_id={ids[0]}") == numbers[1:]


@pytest.mark.parametrize(
    ("members", "details"),
    [
        ({"courier_service_id": FEDEX_2DAY}, ["This Courier doesn't provide a Pickup service"]),
        ({"courier_service_id": PRIORITY_MAIL}, ["Shipments belong to another courier service: {labelled}, {draft}"]),
        ({"easyship_shipment_ids": []}, ["Easyship shipment ids can't be blank"]),
        ({"easyship_shipment_ids": ["ESUS1"]}, ["Shipments not found: ESUS1"]),
        ({}, ["Shipments have no pending or generated label: {draft}"]),
    ],
)
def test_shipments_must_fit_the_courier(
    easyship_twin: EasyshipTwin, caller: Client, members: dict[str, Any], details: list[str]
) -> None:
    """One service, labels asked for, a courier who comes: what does not fit is named."""
    ids = {
        "labelled": labelled(caller)["easyship_shipment_id"],
        "draft": caller.create(courier_settings={"courier_service_id": GROUND}).json()["shipment"][
            "easyship_shipment_id"
        ],
    }
    wanted = _wanted(easyship_twin, *ids.values(), **members)
    if members.get("courier_service_id") == PRIORITY_MAIL:
        details = [details[0], f"Shipments have no pending or generated label: {ids['draft']}"]

    reply = caller.ask("POST", "/2024-09/pickups", wanted)

    refused(reply, *(detail.format(**ids) for detail in details), links=_CREATE)


@pytest.mark.parametrize(
    ("members", "detail"),
    [
        ({"selected_date": "2020-02-23"}, "Selected date is not available"),
        ({"time_slot_id": NOBODY}, "Time slot is not available"),
        ({"selected_from_time": "noon"}, "Selected from time is invalid"),
        ({"selected_to_time": None}, "Selected to time can't be blank"),
        ({"selected_from_time": "17:00"}, "Selected to time must be after selected from time"),
    ],
)
def test_a_window_must_be_to_come(
    easyship_twin: EasyshipTwin, caller: Client, members: dict[str, Any], detail: str
) -> None:
    """Dates, slots and times that nobody offers are refused."""
    made = labelled(caller)

    reply = caller.ask("POST", "/2024-09/pickups", _wanted(easyship_twin, made["easyship_shipment_id"], **members))

    refused(reply, detail, links=_CREATE)


def test_a_shipment_waits_for_one_courier_at_a_time(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """A second pickup for a shipment that waits for the first is refused."""
    made = labelled(caller)["easyship_shipment_id"]
    _book(caller, easyship_twin, made)

    reply = caller.ask("POST", "/2024-09/pickups", _wanted(easyship_twin, made))

    refused(reply, f"Shipments have a pickup already: {made}", links=_CREATE)


def test_sunday_has_no_windows(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """Nobody comes on a Sunday."""
    made = labelled(caller)
    today = easyship_twin.now()
    sunday = (today + timedelta(days=6 - today.weekday() or 7)).date().isoformat()

    reply = caller.ask(
        "POST", "/2024-09/pickups", _wanted(easyship_twin, made["easyship_shipment_id"], selected_date=sunday)
    )

    refused(reply, "Selected date is not available", links=_CREATE)


def test_pickups_of_others_are_not_found(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """Neither another company nor the sandbox sees a pickup."""
    pickup_id = _book(caller, easyship_twin, labelled(caller)["easyship_shipment_id"])["pickup"]["easyship_pickup_id"]
    stranger = client(easyship_twin, account_id="CGB000002")

    for other in (stranger, client(easyship_twin, environment="sandbox")):
        missing(
            other.ask("GET", f"/2024-09/pickups/{pickup_id}"),
            "Pickup",
            links=[page("Retrieve a Pickup", "pickups_show"), AUTOMATE],
        )
    assert stranger.ask("GET", "/2024-09/pickups").json()["pickups"] == []
    assert stranger.ask("POST", f"/2024-09/pickups/{pickup_id}/cancel").status == 404
    assert stranger.ask("GET", f"/2024-09/pickups/{pickup_id}/shipments").status == 404
