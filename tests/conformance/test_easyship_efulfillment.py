"""What a warehouse tells the Easyship twin: states, tracking numbers and events of the shipments that it packs."""

from typing import Any

import pytest

from conformance.easyship_client import BUYER, Client, client, error
from conformance.easyship_shapes import fitting
from twins import EasyshipTwin

_STATES = "/2024-09/shipments/warehouse_state_updates"
_TRACKING = "/2024-09/shipments/tracking_updates"
_NOW = {"shipping_settings": {"buy_label": True, "buy_label_synchronous": True}}
_UNSERVED = {**BUYER, "postal_code": "00001"}


@pytest.fixture
def caller(easyship_twin: EasyshipTwin) -> Client:
    return client(easyship_twin)


def _made(caller: Client, **members: Any) -> str:
    shipment_id: str = caller.create(**members).json()["shipment"]["easyship_shipment_id"]
    return shipment_id


def _shown(caller: Client, shipment_id: str) -> dict[str, Any]:
    shown: dict[str, Any] = caller.ask("GET", f"/2024-09/shipments/{shipment_id}").json()["shipment"]
    return shown


def _tracked(caller: Client, shipment_id: str) -> dict[str, Any]:
    query = f"?easyship_shipment_id={shipment_id}&include_checkpoints=true"
    tracked: dict[str, Any] = caller.ask("GET", f"/2024-09/shipments/trackings{query}").json()["shipments"][0]
    return tracked


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("created", "Order Received by Warehouse"),
        ("packed", "Order Packed"),
        ("shipped", "Order Collected"),
        ("failed", "Order Failed to Create at Warehouse"),
        ("cancelled_no_stock", "Cancelled (No Stock)"),
        ("backorder_no_stock", "Backorder (No Stock)"),
    ],
)
def test_a_warehouse_says_how_far_it_is(caller: Client, state: str, status: str) -> None:
    """The state stands in the shipment, in the filters of the list, and in the status that buyers see."""
    shipment_id = _made(caller, metadata={"order": 7})
    sent = {"easyship_shipment_id": shipment_id, "warehouse_state": state, "metadata": {"shelf": "B"}}

    answer = fitting(caller.ask("POST", _STATES, {"shipments": [sent]}), "efulfillment_warehouse_state_update")

    shown = _shown(caller, shipment_id)
    assert (answer["status"], answer["meta"]["status"]) == ("success", "success")
    assert answer["shipments"] == [{"easyship_shipment_id": shipment_id, "errors": [], "status": "success"}]
    assert (shown["warehouse_state"], shown["metadata"]) == (state, {"order": 7, "shelf": "B"})
    assert _tracked(caller, shipment_id)["status"] == status


def test_some_states_can_fail(caller: Client) -> None:
    """202 where some shipments could be updated, 422 where none could."""
    shipment_id = _made(caller)
    good, bad = ({"easyship_shipment_id": each, "warehouse_state": "packed"} for each in (shipment_id, "ESUS999999999"))

    some = caller.ask("POST", _STATES, {"shipments": [good, bad]})
    none = caller.ask("POST", _STATES, {"shipments": [bad]})

    answer = fitting(some, "efulfillment_warehouse_state_update")
    assert (some.status, answer["status"]) == (202, "partial_success")
    assert [row["errors"] for row in answer["shipments"]] == [[], ["The Shipment was not found"]]
    assert (none.status, error(none)["details"]) == (422, ["The Shipment was not found"])


def test_subscribers_hear_of_warehouse_states(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """The message names the shipment and its new state."""
    hook = {"endpoint": "http://127.0.0.1:9/in", "version": "2024-09"}
    hook_id = caller.ask(
        "POST", "/2024-09/webhooks", {**hook, "event_types": ["shipment_warehouse_state_updated"]}
    ).json()["webhook"]["id"]
    caller.ask("POST", f"/2024-09/webhooks/{hook_id}/activate")
    shipment_id = _made(caller)

    caller.ask("POST", _STATES, {"shipments": [{"easyship_shipment_id": shipment_id, "warehouse_state": "packed"}]})

    (told,) = easyship_twin.control("GET", "/deliveries")["deliveries"]
    assert told["event"] == "shipment_warehouse_state_updated"
    assert '"event_type": "shipment.warehouse.state.updated"' in told["body"]
    assert '"warehouse_state": "packed"' in told["body"]
    assert shipment_id in told["body"]


def test_a_warehouse_brings_its_own_tracking_number(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """From then on the parcel goes where its events say, and the twin's clock moves it no more."""
    shipment_id = _made(caller, **_NOW)
    event = {"primary_status": "InTransit", "city": "Reno", "state": "NV", "zip": "89501", "country_alpha2": "US"}
    told = {**event, "message": "At the hub", "event_time": "2026-11-22T08:00:00+01:00"}

    reply = caller.ask(
        "POST", _TRACKING, {"easyship_shipment_id": shipment_id, "tracking_number": "WH-1", "events": [told]}
    )
    easyship_twin.clock_advance("6d")

    shown, tracked = _shown(caller, shipment_id), _tracked(caller, shipment_id)
    assert fitting(reply, "efulfillment_tracking_update")["success"]
    assert (shown["delivery_state"], shown["trackings"][0]["tracking_number"]) == ("in_transit_to_customer", "WH-1")
    (point,) = tracked["checkpoints"]
    assert (point["city"], point["message"], point["checkpoint_time"]) == ("Reno", "At the hub", "2026-11-22T07:00:00Z")


@pytest.mark.parametrize(
    ("event", "state"),
    [
        ("OutForDelivery", "out_for_delivery"),
        ("AttemptFail", "failed_attempt"),
        ("Delivered", "delivered"),
        ("Exception", "exception"),
    ],
)
def test_each_event_has_its_delivery_state(caller: Client, event: str, state: str) -> None:
    """A shipment without a label of ours takes the warehouse's number and events as well."""
    shipment_id = _made(caller)
    body = {"easyship_shipment_id": shipment_id, "tracking_number": "WH-2", "events": [{"primary_status": event}]}

    assert caller.ask("POST", _TRACKING, body).status == 201

    shown = _shown(caller, shipment_id)
    assert shown["delivery_state"] == state
    assert shown["trackings"][0]["tracking_state"] == ("completed" if state == "delivered" else "active")


def test_updates_of_nothing_are_refused(caller: Client) -> None:
    """An unknown shipment is not found; without number and events, or after a cancellation, nothing is updated."""
    failed = caller.create(**_NOW, destination_address=_UNSERVED).json()["shipment"]["easyship_shipment_id"]
    caller.ask("POST", f"/2024-09/shipments/{failed}/cancel")

    unknown = caller.ask("POST", _TRACKING, {"easyship_shipment_id": "ESUS999999999", "tracking_number": "x"})
    empty = caller.ask("POST", _TRACKING, {"easyship_shipment_id": _made(caller)})
    late = caller.ask("POST", _TRACKING, {"easyship_shipment_id": failed, "tracking_number": "x"})

    assert (unknown.status, error(unknown)["details"]) == (404, ["The Shipment was not found"])
    assert [(reply.status, error(reply)["details"]) for reply in (empty, late)] == [
        (422, ["Failed to update tracking"]),
    ] * 2


def test_only_contracts_with_a_warehouse_may_tell(easyship_twin: EasyshipTwin) -> None:
    """The scope of shipments alone is not enough."""
    caller = client(easyship_twin, scopes=["public.shipment:write"])

    assert caller.ask("POST", _STATES, {"shipments": []}).status == 403
    assert caller.ask("POST", _TRACKING, {"easyship_shipment_id": "ESUS320000001"}).status == 403
