"""The Easyship twin's boxes over HTTP."""

from typing import Any

import pytest

from conformance.easyship_client import ERRORS_LINK, Client, client, error, rates
from conformance.easyship_shapes import fitting
from twins import EasyshipTwin

_WOOD = {"name": "Wood Box", "outer_length": 14, "outer_width": 12, "outer_height": 12, "weight": 2}
_PLACE = "/2024-09/boxes"


@pytest.fixture
def caller(easyship_twin: EasyshipTwin) -> Client:
    return client(easyship_twin)


def _own(caller: Client) -> list[dict[str, Any]]:
    listed = fitting(caller.ask("GET", f"{_PLACE}?per_page=100"), "boxes_index")["boxes"]
    return [box for box in listed if "courier" not in box]


def _make(caller: Client, **members: Any) -> dict[str, Any]:
    reply = caller.ask("POST", _PLACE, {**_WOOD, **members})
    assert reply.status == 201, reply.text()
    made: dict[str, Any] = fitting(reply, "boxes_create")["box"]
    return made


def test_couriers_boxes_stand_in_the_list(caller: Client) -> None:
    """Those of the company's country, or of the one asked for; each has a slug and metric sides."""
    american = fitting(caller.ask("GET", f"{_PLACE}?per_page=100"), "boxes_index")["boxes"]
    british = caller.ask("GET", f"{_PLACE}?courier_country_alpha2=GB&courier_umbrella_name=UPS").json()["boxes"]
    wrong = caller.ask("GET", f"{_PLACE}?courier_umbrella_name=Evri")

    assert {box["courier"]["umbrella_name"] for box in american} == {"FedEx", "UPS", "USPS"}
    assert {box["courier"]["country_alpha2"] for box in british} == {"GB"}
    (envelope,) = [box for box in british if box["slug"] == "ups-flat-rate-envelope"]
    assert envelope["outer_dimensions"] == {"length": 31.75, "width": 24.13, "height": 1.905}
    assert (envelope["type"], envelope["weight"]) == ("flat_rate_box", 0.05)
    assert error(wrong)["code"] == "invalid_url_param"


def test_a_box_is_kept_in_the_units_that_the_account_has_chosen(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """Metric unless the dashboard says otherwise; answers are always metric."""
    metric = _make(caller)
    easyship_twin.subscription(units="imperial")
    imperial = _make(caller)

    assert metric["outer_dimensions"] == {"length": 14.0, "width": 12.0, "height": 12.0}
    assert imperial["outer_dimensions"] == {"length": 35.56, "width": 30.48, "height": 30.48}
    assert (metric["weight"], imperial["weight"]) == (2.0, 0.90718474)
    assert (metric["slug"], imperial["slug"], metric["type"]) == ("wood-box", "wood-box-2", "box")


def test_a_box_without_anything_is_refused_side_by_side(caller: Client) -> None:
    """As the documentation shows: the inner sides are said to be missing too."""
    reply = caller.ask("POST", _PLACE, {})

    assert error(reply) == {
        "code": "invalid_content",
        "details": [
            "Name can't be blank",
            "Outer length can't be blank",
            "Outer length is not a number",
            "Outer width can't be blank",
            "Outer width is not a number",
            "Outer height can't be blank",
            "Outer height is not a number",
            "Inner length can't be blank",
            "Inner length is not a number",
            "Inner width can't be blank",
            "Inner width is not a number",
            "Inner height can't be blank",
            "Inner height is not a number",
        ],
        "links": [
            ERRORS_LINK,
            {
                "kind": "documentation",
                "name": "Create a Box",
                "url": "https://developers.easyship.com/reference/boxes_create",
            },
        ],
        "message": "The request body content is not valid.",
        "type": "invalid_request_error",
    }


@pytest.mark.parametrize(
    ("members", "details"),
    [
        ({"outer_width": 0}, ["Outer width must be greater than 0", "Inner width must be greater than 0"]),
        ({"weight": 1e12}, ["Weight must be less than 1000000000"]),
        ({"weight": -1}, ["Weight must be greater than or equal to 0"]),
    ],
)
def test_a_box_has_bounds(caller: Client, members: dict[str, Any], details: list[str]) -> None:
    """On every side."""
    reply = caller.ask("POST", _PLACE, {**_WOOD, **members})

    assert (reply.status, error(reply)["details"]) == (422, details)


def test_a_box_that_is_switched_off_is_neither_listed_nor_used(caller: Client) -> None:
    """A courier's box can be switched off as well; on again, both are back."""
    made = _make(caller)
    (envelope,) = [
        box
        for box in caller.ask("GET", f"{_PLACE}?courier_umbrella_name=UPS").json()["boxes"]
        if box["slug"] == "ups-flat-rate-envelope"
    ]
    off, on = {"is_active": False}, {"is_active": True, "auto_selected": False}

    switched = [caller.ask("PATCH", f"{_PLACE}/{box['id']}", off) for box in (made, envelope)]
    slugs = [box["slug"] for box in caller.ask("GET", f"{_PLACE}?per_page=100").json()["boxes"]]
    again = [caller.ask("PATCH", f"{_PLACE}/{box['id']}", on) for box in (made, envelope)]

    assert [fitting(reply, "boxes_update")["box"]["id"] for reply in switched] == [made["id"], envelope["id"]]
    assert not {"wood-box", "ups-flat-rate-envelope"} & set(slugs)
    assert [reply.status for reply in again] == [200, 200]
    assert len(_own(caller)) == 1


def test_only_own_boxes_are_removed_and_only_once(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """A second time it is not found; another company never finds it."""
    made = _make(caller)
    stranger = client(easyship_twin, account_id="CGB000002")

    foreign = stranger.ask("DELETE", f"{_PLACE}/{made['id']}")
    first, second = (caller.ask("DELETE", f"{_PLACE}/{made['id']}") for _ in range(2))

    assert fitting(first, "boxes_delete")["success"] == {"message": "Box successfully deleted"}
    assert [(reply.status, error(reply)["details"]) for reply in (foreign, second)] == [
        (404, ["The Box was not found"]),
        (404, ["The Box was not found"]),
    ]


def test_a_parcel_takes_the_size_of_the_box_that_its_slug_names(caller: Client) -> None:
    """In rates and in shipments, where the box is shown; an unknown slug is refused."""
    made = _make(caller, outer_length=60, outer_width=50, outer_height=40)
    items = rates()["parcels"][0]["items"]

    def quoted(box: dict[str, Any]) -> Any:
        return caller.ask(
            "POST", "/2024-09/rates", {**rates(), "parcels": [{"total_actual_weight": 1, "box": box, "items": items}]}
        )

    small = quoted({"length": 10, "width": 10, "height": 10}).json()["rates"]
    large = quoted({"slug": "wood-box"}).json()["rates"]
    unknown = quoted({"slug": "no-such-box"})
    parcel = {"total_actual_weight": 1, "box": {"slug": "wood-box"}, "items": items}
    shipped = caller.create(parcels=[parcel]).json()["shipment"]["parcels"][0]["box"]

    assert max(rate["total_charge"] for rate in large) > max(rate["total_charge"] for rate in small)
    assert (unknown.status, error(unknown)["details"]) == (422, ["parcels[0].box must exist"])
    assert (shipped["id"], shipped["slug"]) == (made["id"], "wood-box")
    assert shipped["outer_dimensions"] == {"length": 60.0, "width": 50.0, "height": 40.0}
