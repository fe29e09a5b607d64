"""How the Easyship twin's shipments move by its clock: labels, parcels under way, cancellations, what goes wrong."""

from collections.abc import Iterable
from typing import Any

import pytest

from conformance.easyship_client import BUYER, Client, client, error
from conformance.easyship_shapes import fitting
from twins import EasyshipTwin

_NOW = {"shipping_settings": {"buy_label": True, "buy_label_synchronous": True}}
_LATER = {"shipping_settings": {"buy_label": True}}
_LYON = {**BUYER, "line_1": "9 rue des Tilleuls", "city": "Lyon", "postal_code": "69003", "country_alpha2": "FR"}


@pytest.fixture
def caller(easyship_twin: EasyshipTwin) -> Client:
    """Give a client, and nothing happens but when the clock is turned."""
    easyship_twin.clock_stop()
    return client(easyship_twin)


def _to(postal_code: str) -> dict[str, Any]:
    return {**BUYER, "postal_code": postal_code}


def _path(made: dict[str, Any], rest: str = "") -> str:
    return f"/2024-09/shipments/{made['easyship_shipment_id']}{rest}"


def _shown(caller: Client, made: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = fitting(caller.ask("GET", _path(made)), "shipments_show")["shipment"]
    return shown


def _tracked(caller: Client, made: dict[str, Any]) -> dict[str, Any]:
    query = f"?easyship_shipment_id={made['easyship_shipment_id']}&include_checkpoints=true"
    (tracked,) = fitting(caller.ask("GET", f"/2024-09/shipments/trackings{query}"), "shipments_trackings_index")[
        "shipments"
    ]
    found: dict[str, Any] = tracked
    return found


def _days(twin: EasyshipTwin, caller: Client, made: dict[str, Any], count: int) -> Iterable[str]:
    """Turn the clock day by day and give the delivery states."""
    for _ in range(count):
        twin.clock_advance("1d")
        yield _shown(caller, made)["delivery_state"]


def test_a_label_is_pending_then_made_by_the_courier(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """It is paid when the courier is asked; meanwhile the shipment cannot be called off."""
    pending = fitting(caller.create(**_LATER), "shipments_create")["shipment"]

    easyship_twin.clock_advance("7s")
    generating = _shown(caller, pending)
    refused = caller.ask("POST", _path(pending, "/cancel"))
    easyship_twin.clock_advance("7s")
    generated = _shown(caller, pending)

    assert (pending["label_state"], pending["label_paid_at"]) == ("pending", None)
    assert (generating["label_state"], generating["label_generated_at"]) == ("generating", None)
    assert generating["label_paid_at"] is not None
    assert error(refused)["details"] == ["This Shipment cannot be cancelled. Please contact our support."]
    assert (generated["label_state"], len(generated["trackings"])) == ("generated", 1)


def test_a_parcel_reaches_its_buyer_in_six_days(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """Every day brings it nearer, its checkpoints say where it was, and its tracking ends with the delivery."""
    made = caller.create(**_NOW).json()["shipment"]

    states = list(_days(easyship_twin, caller, made, 6))
    tracked = _tracked(caller, made)

    assert states == [
        *("info_received", *["in_transit_to_customer"] * 4),
        "delivered",
    ]
    times = [point["checkpoint_time"] for point in tracked["checkpoints"]]
    assert times == sorted(times)
    assert [point["order_number"] for point in tracked["checkpoints"]] == list(range(1, len(times) + 1))
    assert tracked["checkpoints"][0]["city"] == "New York"
    assert [point["primary_status"] for point in tracked["checkpoints"]][-2:] == ["Out For Delivery", "Delivered"]
    assert (tracked["status"], tracked["trackings"][0]["tracking_state"]) == ("Delivered", "completed")
    assert tracked["eta_date"].startswith(times[-1][:10])


def test_a_parcel_that_goes_abroad_clears_customs(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """Its checkpoints name both countries."""
    made = caller.create(**_NOW, destination_address=_LYON).json()["shipment"]

    easyship_twin.clock_advance("6d")

    points = _tracked(caller, made)["checkpoints"]
    assert "Cleared customs" in [point["message"] for point in points]
    assert [points[0]["country_iso3"], points[-1]["country_iso3"]] == ["USA", "FRA"]
    assert points[-1]["city"] == "Lyon"


def test_one_turn_of_the_clock_plays_everything_in_order(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """After a turn of six days each checkpoint bears the time at which it was due, not that of the turn."""
    made = caller.create(**_NOW).json()["shipment"]

    easyship_twin.clock_advance("6d")

    times = [point["checkpoint_time"] for point in _tracked(caller, made)["checkpoints"]]
    assert len(set(times)) == len(times)
    assert times[-1] == _shown(caller, made)["updated_at"]


@pytest.mark.parametrize(
    ("postal_code", "days", "state", "status"),
    [
        ("00011", 6, "failed_attempt", "Failed Delivery Attempt"),
        ("00011", 7, "delivered", "Delivered"),
        ("00012", 5.5, "exception", "Exception"),
        ("00013", 12, "returned_to_shipper", "Returned To Sender"),
        ("00014", 21, "lost_by_courier", "Lost by Courier"),
        ("00015", 31, "expired", "No Recent Tracking Updates"),
    ],
)
def test_made_up_postal_codes_go_wrong_on_the_way(
    easyship_twin: EasyshipTwin, caller: Client, postal_code: str, days: float, state: str, status: str
) -> None:
    """Each shows one way in which a parcel can end; no place has such a code."""
    made = caller.create(**_NOW, destination_address=_to(postal_code)).json()["shipment"]

    easyship_twin.clock_advance(f"{int(days * 24)}h")

    assert _shown(caller, made)["delivery_state"] == state
    assert _tracked(caller, made)["status"] == status


@pytest.mark.parametrize(("postal_code", "state"), [("00001", "failed"), ("00002", "technical_failed")])
def test_a_label_can_fail(caller: Client, postal_code: str, state: str) -> None:
    """202: the shipment is there and paid, without a label, and says what the courier answered."""
    reply = caller.create(**_NOW, destination_address=_to(postal_code))

    answer = fitting(reply, "shipments_create")
    made, meta = answer["shipment"], answer["meta"]
    assert reply.status == 202
    assert (made["label_state"], made["label_generated_at"]) == (state, None)
    assert made["label_paid_at"] is not None
    (message,) = made["last_failure_http_response_messages"]
    assert (meta["status"], meta["errors"]) == ("partial_success", [message["content"]])
    assert (made["trackings"], made["shipping_documents"]) == ([], [])


def test_a_failed_label_is_mended_and_bought_again(caller: Client) -> None:
    """The buyer's address is corrected; what was paid before is not asked for twice."""
    failed = caller.create(**_NOW, destination_address=_to("00001")).json()["shipment"]
    balance = caller.ask("GET", "/2024-09/account").json()["account"]["credit"]["balance"]

    changed = caller.ask("PATCH", _path(failed), {"destination_address": BUYER})
    bought = caller.ask("POST", _path(failed, "/label"), {})

    assert changed.status == 200, changed.text()
    assert fitting(bought, "shipment_labels_create")["shipment"]["label_state"] == "generated"
    assert bought.json()["shipment"]["last_failure_http_response_messages"] == []
    records = caller.ask("GET", _path(failed, "/transaction_records")).json()["transaction_records"]
    price = bought.json()["shipment"]["rates"][0]["total_charge"]
    assert sum(row["amount"] for row in records) == pytest.approx(-price)
    assert balance < 500


def test_a_failed_label_is_paid_back_when_the_shipment_is_cancelled(caller: Client) -> None:
    """There is nothing to void: it is cancelled at once."""
    failed = caller.create(**_NOW, destination_address=_to("00001")).json()["shipment"]

    reply = caller.ask("POST", _path(failed, "/cancel"))

    assert reply.status == 200
    assert (_shown(caller, failed)["shipment_state"], _shown(caller, failed)["label_state"]) == ("cancelled", "failed")
    assert caller.ask("GET", "/2024-09/account").json()["account"]["credit"]["balance"] == 500.0


def test_a_fault_makes_one_label_fail(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """It is switched on through the control API, strikes as often as it says, and leaves requests alone."""
    easyship_twin.fault("label_failed", times=1)

    first, second = caller.create(**_NOW), caller.create(**_NOW)

    assert (first.status, first.json()["shipment"]["label_state"]) == (202, "failed")
    assert (second.status, second.json()["shipment"]["label_state"]) == (201, "generated")


def test_a_label_that_is_bought_later_can_fail_too(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """Nobody is told but the webhook and whoever looks."""
    pending = caller.create(**_LATER).json()["shipment"]
    easyship_twin.fault("label_technical_failed", paths=f"*/{pending['easyship_shipment_id']}")

    easyship_twin.clock_advance("12s")

    assert _shown(caller, pending)["label_state"] == "technical_failed"


def test_a_label_can_hang(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """It stays with the courier, and the shipment can be neither changed nor called off."""
    pending = caller.create(**_LATER, destination_address=_to("00003")).json()["shipment"]

    easyship_twin.clock_advance("2d")

    assert _shown(caller, pending)["label_state"] == "generating"
    assert caller.ask("POST", _path(pending, "/cancel")).status == 422
    assert caller.ask("PATCH", _path(pending), {}).status == 422


@pytest.mark.parametrize("how", ["postal code", "fault"])
def test_a_courier_can_refuse_to_void_a_label(easyship_twin: EasyshipTwin, caller: Client, how: str) -> None:
    """The shipment stands again, is not paid back, and cannot be called off a second time."""
    made = caller.create(**_NOW, destination_address=_to("00004" if how == "postal code" else "90001"))
    shipment = made.json()["shipment"]
    if how == "fault":
        easyship_twin.fault("void_failed", times=1)

    asked = caller.ask("POST", _path(shipment, "/cancel"))
    easyship_twin.clock_advance("10s")

    shown = _shown(caller, shipment)
    assert asked.status == 200
    assert (shown["shipment_state"], shown["label_state"]) == ("created", "void_failed")
    assert _tracked(caller, shipment)["status"] == "Cancellation Request Failed"
    assert len(caller.ask("GET", _path(shipment, "/transaction_records")).json()["transaction_records"]) == 1
    assert caller.ask("POST", _path(shipment, "/cancel")).status == 422


def test_a_cancelled_shipment_stays_where_it_is(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """Its journey is off the agenda."""
    made = caller.create(**_NOW).json()["shipment"]
    caller.ask("POST", _path(made, "/cancel"))

    easyship_twin.clock_advance("6d")

    shown = _shown(caller, made)
    assert (shown["shipment_state"], shown["label_state"], shown["delivery_state"]) == (
        "cancelled",
        "voided",
        "not_created",
    )
    assert _tracked(caller, made)["status"] == "Cancelled by Company"


def test_a_parcel_on_its_way_cannot_be_called_off(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """Once the courier has it, it is too late."""
    made = caller.create(**_NOW).json()["shipment"]
    easyship_twin.clock_advance("2d")

    reply = caller.ask("POST", _path(made, "/cancel"))

    assert (reply.status, _shown(caller, made)["delivery_state"]) == (422, "in_transit_to_customer")


def test_trackings_are_listed_newest_first_and_by_order(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """Drafts have a status and no tracking; checkpoints are left out unless they are asked for."""
    draft = caller.create(order_data={"platform_order_number": "#1"}).json()["shipment"]
    made = caller.create(**_NOW, order_data={"platform_order_number": "#2"}).json()["shipment"]
    easyship_twin.clock_advance("2s")

    listed = fitting(caller.ask("GET", "/2024-09/shipments/trackings"), "shipments_trackings_index")
    one = caller.ask("GET", "/2024-09/shipments/trackings?platform_order_number[]=%232").json()["shipments"]

    assert [(row["easyship_shipment_id"], row["status"]) for row in listed["shipments"]] == [
        (made["easyship_shipment_id"], "Label Ready"),
        (draft["easyship_shipment_id"], "Created"),
    ]
    assert [row["checkpoints"] for row in listed["shipments"]] == [None, None]
    assert [row["platform_order_number"] for row in one] == ["#2"]
