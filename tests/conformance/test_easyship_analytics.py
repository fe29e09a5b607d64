"""The Easyship twin's analytics over HTTP."""

from typing import Any
from urllib.parse import quote

import pytest

from conformance.easyship_client import BUYER, ERRORS_LINK, Client, client, error
from conformance.easyship_labels import FEDEX_2DAY, GROUND, labelled, page
from conformance.easyship_shapes import fitting
from twins import EasyshipTwin

_LONDON = {**BUYER, "country_alpha2": "GB", "postal_code": "SW1A 2AA", "city": "London", "state": "London"}
_SAVER = "4124997c-711f-4f76-b5a1-16b964968efc"
_OPERATIONS = {
    "sale_channels": ("analytics_sale_channels_index", "List Analytics Sale Channels Data"),
    "shipment_status": ("analytics_shipment_status_index", "List Analytics Shipment Status Data"),
    "shipments": ("analytics_shipments_index", "List Analytics Shipments Data"),
    "shipments_shipped": ("analytics_shipment_shipped_index", "List Analytics Shipments Shipped Data"),
    "top_couriers": ("analytics_top_couriers_index", "List Analytics Top Couriers"),
    "top_shipments_destinations": (
        "analytics_top_shipments_destinations_index",
        "List Analytics Top Shipments Destinations",
    ),
}

_NO_DATES = ("invalid_date", "2023-02-30", "2023-1-1", "2023-01-01T00:00:00Z", "1 May", "20230101")


@pytest.fixture
def caller(easyship_twin: EasyshipTwin) -> Client:
    return client(easyship_twin)


def _figures(caller: Client, name: str, span: str = "from_date=2020-01-01&to_date=2120-12-31") -> dict[str, Any]:
    answer = fitting(caller.ask("GET", f"/2024-09/analytics/{name}?{span}"), _OPERATIONS[name][0])
    figures: dict[str, Any] = answer[f"analytics_{name}"]
    return figures


def test_shipments_are_counted_in_every_way(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """Two at home and one abroad, over two platforms; drafts and cancelled ones do not count."""
    caller.create()
    gone = labelled(caller)["easyship_shipment_id"]
    caller.ask("POST", f"/2024-09/shipments/{gone}/cancel")
    labelled(caller, order_data={"platform_name": "Shopify"})
    labelled(caller, FEDEX_2DAY)
    easyship_twin.clock_advance("1d")
    labelled(caller, _SAVER, destination_address=_LONDON, order_data={"platform_name": "Shopify"})
    easyship_twin.clock_advance("1m")

    days = _figures(caller, "shipments")
    couriers = _figures(caller, "top_couriers")
    channels = _figures(caller, "sale_channels")
    destinations = _figures(caller, "top_shipments_destinations")
    shipped = _figures(caller, "shipments_shipped")

    series = days["shipments_count_by_date"]
    assert (days["from_date"], days["to_date"]) == ("2020-01-01T00:00:00Z", "2120-12-31T23:59:59Z")
    assert (days["total_shipments_count"], series["max"], series["data"]["key"]) == (3, 2, "Shipments Count")
    assert [value["total"] for value in series["data"]["values"]] == [2, 1]
    first, second = (value["datetime_int"] for value in series["data"]["values"])
    assert (second - first, first % 86_400) == (86_400, 0)
    assert couriers["couriers"] == [
        {"name": "UPS", "percentage": 0.6667, "shipments_count": 2},
        {"name": "FedEx", "percentage": 0.3333, "shipments_count": 1},
    ]
    assert [(row["name"], row["shipments_count"]) for row in channels["channels"]] == [
        ("Shopify", 2),
        ("Direct Sales", 1),
    ]
    assert [(row["country_alpha2"], row["shipments_count"]) for row in destinations["shipments_count_by_country"]] == [
        ("US", 2),
        ("GB", 1),
    ]
    assert destinations["shipments_count_by_zone"][:2] == [
        {"name": "North America", "shipments_count": 2},
        {"name": "Europe", "shipments_count": 1},
    ]
    assert len(destinations["shipments_count_by_zone"]) == 7
    assert (shipped["has_ever_shipped"], shipped["currency"]) == (True, "USD")


def test_statuses_follow_the_parcels(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """A label is ready, then in transit, then the shipment is completed; a failed label is rejected."""
    labelled(caller)
    reached = []

    for span in ("1m", "2d", "5d"):
        easyship_twin.clock_advance(span)
        reached.append(_figures(caller, "shipment_status"))

    progress = [[row["status"] for row in figures["in_progress_shipments"]] for figures in reached]
    assert progress == [["Label Ready"], ["In Transit to Customer"], []]
    assert [figures["in_progress_shipments_count"] for figures in reached] == [1, 1, 0]
    assert [figures["completed_shipments_count"] for figures in reached] == [0, 0, 1]


def test_a_span_without_shipments_is_empty(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """Counts are nought, the series is null; another company and the sandbox count nothing of ours."""
    labelled(caller, GROUND)
    span = "from_date=2020-01-01&to_date=2020-12-31"

    assert _figures(caller, "shipments", span)["shipments_count_by_date"] is None
    assert _figures(caller, "top_couriers", span)["couriers"] == []
    assert _figures(caller, "shipments_shipped", span)["has_ever_shipped"] is False
    for other in (client(easyship_twin, account_id="CGB000002"), client(easyship_twin, environment="sandbox")):
        assert _figures(other, "shipments")["total_shipments_count"] == 0


@pytest.mark.parametrize(
    ("name", "day"),
    [*zip(_OPERATIONS, _NO_DATES, strict=True)],
)
def test_anything_but_a_date_is_an_api_error(caller: Client, name: str, day: str) -> None:
    """The whole body of the documented 400."""
    reply = caller.ask("GET", f"/2024-09/analytics/{name}?from_date=2023-01-01&to_date={quote(day)}")

    operation, title = _OPERATIONS[name]
    assert reply.status == 400
    assert error(reply) == {
        "code": "api_error",
        "details": [
            "Invalid request: provide `from_date` and `to_date` fields in the `YYYY-MM-DD` format (`2023-01-31`)."
        ],
        "links": [ERRORS_LINK, page(title, operation)],
        "message": "Internal or 3rd party API error.",
        "type": "api_error",
    }


def test_both_dates_are_needed(caller: Client) -> None:
    """A missing parameter is refused before the operation is asked."""
    reply = caller.ask("GET", "/2024-09/analytics/shipments?from_date=2023-01-01")

    told = error(reply)
    assert (reply.status, told["code"]) == (422, "invalid_url_param")
    assert told["details"][1].endswith("missing required parameters: to_date")
