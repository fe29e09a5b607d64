"""The Easyship twin's trackings of parcels labelled elsewhere, over HTTP."""

import json
from typing import Any

import pytest

from conformance.easyship_client import ERRORS_LINK, Client, client, error
from conformance.easyship_labels import GROUND, NOBODY, TRACK, labelled, missing, page, refused
from conformance.easyship_shapes import fitting
from endpoint import listening, posts
from twins import EasyshipTwin

_TRACKINGS = "/2024-09/trackings"
_CREATE = [page("Create a Tracking", "trackings_create"), TRACK]
_SERVICE_ID = "#/components/schemas/TrackingCreate/properties/courier_service_id"
_SINGAPORE = {"country_alpha2": "SG", "city": "Singapore", "line_1": "1 Quay", "postal_code": "018956"}


@pytest.fixture
def caller(easyship_twin: EasyshipTwin) -> Client:
    return client(easyship_twin)


def _follow(caller: Client, number: str = "Z5400000001", **members: Any) -> dict[str, Any]:
    wanted = {"tracking_number": number, "courier_service_name": "DHL eCommerce", **members}
    tracking: dict[str, Any] = fitting(caller.ask("POST", _TRACKINGS, wanted), "trackings_create")["tracking"]
    return tracking


def _show(caller: Client, tracking: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = fitting(caller.ask("GET", f"{_TRACKINGS}/{tracking['id']}"), "trackings_show")["tracking"]
    return shown


def test_a_parcel_of_another_courier_is_followed_to_its_door(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """It is shipped at first, in transit after two days, delivered within six, and then completed."""
    tracking = _follow(caller, destination_address=_SINGAPORE, platform_order_number="#7")

    shown = []
    for span in ("1h", "47h", "4d"):
        easyship_twin.clock_advance(span)
        shown.append(_show(caller, tracking))

    assert tracking["courier_service"] == {"id": "dhl-global-mail-api", "umbrella_name": "DHL eCommerce"}
    assert (tracking["source"], tracking["status"], tracking["tracking_state"]) == ("external", "Shipped", "active")
    assert (tracking["origin_country_alpha2"], tracking["destination_country_alpha2"]) == ("US", "SG")
    assert tracking["easyship_shipment_id"] == "ESSG900000001"
    assert tracking["tracking_page_url"].endswith("/shipment-tracking/ESSG900000001")
    assert (tracking["platform_order_number"], tracking["eta_date"]) == ("#7", None)
    assert [each["status"] for each in shown] == ["Shipped", "In Transit to Customer", "Delivered"]
    assert [each["tracking_state"] for each in shown] == ["active", "active", "completed"]
    assert shown[0]["eta_date"] is not None


def test_a_courier_service_can_be_named_by_its_id(caller: Client) -> None:
    """The id wins over a name, as one documented request sends both."""
    tracking = _follow(caller, courier_service_id=GROUND, courier_service_name="Aramex")

    assert tracking["courier_service"] == {"id": GROUND, "umbrella_name": "UPS"}


def test_a_label_of_ones_own_is_followed_with_its_shipment(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """Its source is easyship, its shipment the real one, and it goes where the shipment goes."""
    made = labelled(caller)
    number = made["trackings"][0]["tracking_number"]
    tracking = _follow(caller, number, courier_service_id=GROUND)

    easyship_twin.clock_advance("7d")

    assert (tracking["source"], tracking["easyship_shipment_id"]) == ("easyship", made["easyship_shipment_id"])
    assert (tracking["status"], tracking["tracking_state"]) == ("Label Ready", "active")
    shown = _show(caller, tracking)
    assert (shown["status"], shown["tracking_state"]) == ("Delivered", "completed")


@pytest.mark.parametrize(
    ("slug", "status", "state"),
    [
        ("in_transit_to_customer", "In Transit to Customer", "active"),
        ("out_for_delivery", "Out for Delivery", "active"),
        ("failed_attempt", "Failed Delivery Attempt", "active"),
        ("exception", "Exception", "active"),
        ("delivered", "Delivered", "completed"),
    ],
)
def test_the_sandbox_moves_trackings_by_hand(easyship_twin: EasyshipTwin, slug: str, status: str, state: str) -> None:
    """The status is taken at once and stays, also when the clock is turned."""
    sandbox = client(easyship_twin, environment="sandbox")
    tracking = _follow(sandbox)
    easyship_twin.clock_advance("1m")

    reply = sandbox.ask("PATCH", f"/2024-09/sandbox/trackings/{tracking['id']}", {"status_slug": slug})
    easyship_twin.clock_advance("9d")

    moved = fitting(reply, "sandbox_trackings_update")["tracking"]
    assert (moved["status"], moved["tracking_state"]) == (status, state)
    assert _show(sandbox, tracking)["status"] == status


def test_the_sandbox_moves_a_shipment_of_ones_own(easyship_twin: EasyshipTwin) -> None:
    """Moving the tracking of a label moves its shipment, and stops its journey."""
    sandbox = client(easyship_twin, environment="sandbox")
    made = labelled(sandbox, "84135827-1538-4be2-b26e-afd8b3f3b4bd")
    easyship_twin.clock_advance("1m")
    tracking = _follow(sandbox, made["trackings"][0]["tracking_number"], courier_service_name="FedEx")
    easyship_twin.clock_advance("1m")

    sandbox.ask("PATCH", f"/2024-09/sandbox/trackings/{tracking['id']}", {"status_slug": "exception"})
    easyship_twin.clock_advance("9d")

    shipment = sandbox.ask("GET", f"/2024-09/shipments/{made['easyship_shipment_id']}").json()["shipment"]
    assert shipment["delivery_state"] == "exception"


def test_what_cannot_be_moved_is_refused(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """Unknown, finished or unnamed: one sentence for all; production has no such operation."""
    sandbox = client(easyship_twin, environment="sandbox")
    path = f"/2024-09/sandbox/trackings/{_follow(sandbox)['id']}"
    easyship_twin.clock_advance("1m")
    links = [page("Update a Sandbox Tracking", "sandbox_trackings_update")]

    replies = [sandbox.ask("PATCH", f"/2024-09/sandbox/trackings/{NOBODY}", {"status_slug": "delivered"})]
    for body in ({}, {"status_slug": "delivered"}, {"status_slug": "exception"}):
        easyship_twin.clock_advance("1s")
        replies.append(sandbox.ask("PATCH", path, body))

    for place in (0, 1, 3):
        refused(replies[place], "Failed to update tracking", links=links)
    assert replies[2].status == 200
    production = caller.ask("PATCH", path, {"status_slug": "delivered"})
    assert (production.status, error(production)["code"]) == (404, "invalid_endpoint")


def test_subscribers_hear_of_outside_parcels(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """Each status is told once, in the order of the journey, with the members of a shipment's message."""
    with listening() as receiver:
        hook = {
            "endpoint": f"{receiver.origin}/hook",
            "event_types": ["shipment_tracking_status_changed"],
            "version": "2024-09",
        }
        webhook = caller.ask("POST", "/2024-09/webhooks", hook).json()["webhook"]
        caller.ask("POST", f"/2024-09/webhooks/{webhook['id']}/activate")
        _follow(caller, destination_address=_SINGAPORE)
        easyship_twin.clock_advance("7d")
        easyship_twin.delivered()
        said = [json.loads(heard.body) for heard in posts(receiver)]

    told = [message["data"]["status"] for message in said]
    assert told == ["Tracking Info Received", "In Transit to Customer", "Out for Delivery", "Delivered"]
    assert {message["event_type"] for message in said} == {"shipment.tracking.status.changed"}
    assert said[0]["data"]["tracking_number"] == "Z5400000001"


def test_trackings_are_listed_and_forgotten(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """The newest stands first, filters leave those that fit, and a deleted one is gone for good."""
    first = _follow(caller, "A1", destination_address=_SINGAPORE)
    second = _follow(caller, "A2")

    def listed(query: str = "") -> list[str]:
        rows = fitting(caller.ask("GET", f"{_TRACKINGS}{query}"), "trackings_index")["trackings"]
        return [row["tracking_number"] for row in rows]

    assert listed() == ["A2", "A1"]
    assert listed("?destination_country_alpha2=SG") == ["A1"]
    assert listed("?source=easyship") == listed("?tracking_state=completed") == []
    assert listed("?per_page=1") == ["A2"]
    easyship_twin.clock_advance("1m")
    gone = fitting(caller.ask("DELETE", f"{_TRACKINGS}/{first['id']}"), "trackings_delete")
    assert gone["success"] == {"message": "Tracking successfully deleted"}
    missing(
        caller.ask("DELETE", f"{_TRACKINGS}/{first['id']}"),
        "Tracking",
        links=[page("Delete a Tracking", "trackings_delete"), TRACK],
    )
    assert listed() == ["A2"]
    assert client(easyship_twin, account_id="CGB000002").ask("GET", f"{_TRACKINGS}/{second['id']}").status == 404


@pytest.mark.parametrize(
    ("members", "details"),
    [
        ({"courier_service_name": "Owl Post"}, ["Courier service name is not included in the list"]),
        ({"courier_service_name": ""}, ["Courier service can't be blank"]),
        ({"tracking_number": " "}, ["Tracking number can't be blank"]),
        ({"tracking_number": "A1"}, ["Tracking number has already been taken"]),
        ({"destination_address": {"city": "Nowhere"}}, ["destination_address.country_alpha2 can't be blank"]),
    ],
)
def test_what_cannot_be_followed_is_refused(caller: Client, members: dict[str, Any], details: list[str]) -> None:
    """Unknown couriers, numbers that are blank or followed already, places without a country."""
    _follow(caller, "A1")
    wanted = {"tracking_number": "B2", "courier_service_name": "Aramex", **members}

    refused(caller.ask("POST", _TRACKINGS, wanted), *details, links=_CREATE)


def test_the_first_check_speaks_the_gems_words(caller: Client) -> None:
    """An empty courier service id fails its format, with the first link only."""
    reply = caller.ask("POST", _TRACKINGS, {"tracking_number": "1", "courier_service_id": ""})

    told = error(reply)
    assert (reply.status, told["code"], told["links"]) == (422, "invalid_content", [ERRORS_LINK])
    assert told["details"] == [
        "The request does not comply with the OpenAPI Specification.",
        f'{_SERVICE_ID} Value: "" is not conformant with UUID format',
    ]


def test_couriers_are_listed_by_country_and_name(caller: Client) -> None:
    """Those with labels here and those without stand in lists of their own."""
    supported = caller.ask("GET", f"{_TRACKINGS}/supported_couriers?origin_country_alpha2=GB,HK&umbrella_name=UPS")
    external = caller.ask("GET", f"{_TRACKINGS}/external_courier_services?origin_country_alpha2=US&name=dhl")

    ours = fitting(supported, "trackings_list_supported_couriers")["courier_services"]
    theirs = fitting(external, "trackings_external_courier_services_index")["courier_services"]
    assert {row["umbrella_name"] for row in ours} == {"UPS"}
    assert {row["origin_country_alpha2"] for row in ours} == {"GB", "HK"}
    assert [row["slug"] for row in theirs] == ["dhl-global-mail-api"]
