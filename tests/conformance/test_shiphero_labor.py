"""Who picked and packed what in a warehouse, and how fast."""

from typing import Any

import pytest

from shiphero_client import Client, new_client
from shiphero_floor import create, fulfil, line, pick, stocked, tote
from twins import ShipheroTwin

_PAGE = "page_info { has_next_page has_previous_page start_cursor end_cursor }"
_PICK = """legacy_id user_id tote_id line_item_id location_id warehouse_id order_number user_first_name inventory_bin
  sku quantity picked_quantity pick_type barcode_scanned created_at line_item { sku } order { id }"""
_PACKAGE = """legacy_id user_id shipment_id warehouse_id order_number user_first_name total_items unique_items
  barcodes_scanned created_at shipment { id } order { id }"""


def _worked(twin: ShipheroTwin, client: Client) -> tuple[dict[str, Any], dict[str, Any], str]:
    """Give an order that was picked and packed, its shipment and its tote."""
    stocked(client, "A-1", w11790=9)
    order, box = create(client, line("A-1", 2)), tote(client)
    pick(twin, order, box)
    return order, fulfil(client, order, box), box


def _nodes(client: Client, query: str) -> list[dict[str, Any]]:
    (answer,) = client.data(query).values()
    return [edge["node"] for edge in answer["data"]["edges"]]


def test_picks_and_packs_are_kept_by_the_day(shiphero_twin: ShipheroTwin) -> None:
    """Each pick and each package tells who, what, where and for which order."""
    client = new_client(shiphero_twin)
    day = shiphero_twin.now().strftime("%Y-%m-%d")
    order, shipment, box = _worked(shiphero_twin, client)

    newest = f'data(sort: "-id", first: 1) {{ edges {{ node {{ {_PICK} }} }} }}'
    (picked,) = _nodes(client, f'{{ picks_per_day(date_from: "{day}") {{ {newest} }} }}')
    (packed,) = _nodes(
        client, f'{{ packs_per_day(order_id: "{order["id"]}") {{ data {{ edges {{ node {{ {_PACKAGE} }} }} }} }} }}'
    )

    assert (picked["tote_id"], picked["sku"], picked["picked_quantity"]) == (box, "A-1", 2)
    assert (picked["order"], picked["line_item"]) == ({"id": order["id"]}, {"sku": "A-1"})
    assert (picked["user_first_name"], picked["order_number"]) == ("Ada", order["order_number"])
    assert (packed["shipment"], packed["order"]) == ({"id": shipment["id"]}, {"id": order["id"]})
    assert (packed["total_items"], packed["unique_items"], packed["barcodes_scanned"]) == (2, 1, 2)


@pytest.mark.parametrize("arguments", ['order_number: "nobody"', 'date_from: "2100-01-01"', 'warehouse_id: "11791"'])
def test_work_is_found_by_what_was_asked(shiphero_twin: ShipheroTwin, arguments: str) -> None:
    """Each filter leaves out what does not fit."""
    client = new_client(shiphero_twin)
    order, *_ = _worked(shiphero_twin, client)

    found = _nodes(
        client,
        f'{{ packs_per_day(order_id: "{order["id"]}", {arguments}) {{ data {{ edges {{ node {{ id }} }} }} }} }}',
    )

    assert found == []


def test_dashboards_reckon_with_what_was_done(shiphero_twin: ShipheroTwin) -> None:
    """Units, orders and productivity come from the picks and packages of the span."""
    client = new_client(shiphero_twin)
    shiphero_twin.reset(seed="empty")
    client = new_client(shiphero_twin)
    _worked(shiphero_twin, client)

    (picker,) = _nodes(
        client,
        '{ pickers_performance_dashboard(warehouse_id: "11790") { data { edges { node { user_id worker_name batches'
        " orders units total_picking_seconds transition_time time_in_job alerted_time score productivity } } } } }",
    )
    (packer,) = _nodes(
        client,
        '{ packers_performance_dashboard(warehouse_id: "11790") { data { edges { node { user_id worker_name shipments'
        " units total_packing_seconds time_in_job alerted_time score productivity } } } } }",
    )

    assert (picker["batches"], picker["orders"], picker["units"], picker["score"]) == (1, 1, 2, 100.0)
    assert picker["productivity"] == 2 * 3600 / picker["total_picking_seconds"]
    assert (packer["shipments"], packer["units"]) == (1, 2)
    assert picker["worker_name"] == "Ada Barkwell"


def test_workers_are_seen_at_work(shiphero_twin: ShipheroTwin) -> None:
    """Somebody who has just picked is in a shift and at a job; after an hour without work there is an alert."""
    client = new_client(shiphero_twin)
    _worked(shiphero_twin, client)
    query = """{ labor_workers(warehouse_id: "11790") { data { edges { node { worker_id name user_id position
      alerts { type created_at } special_project { id } current_shift { started_at finished_at }
      shifts_management { id name } current_activity { id started_at finished_at last_activity_at status tags
      job { id name type } } assigned_job_info { id created_at updated_at job { name } } } } } } }"""

    at_work = next(each for each in _nodes(client, query) if each["name"] == "Ada Barkwell")
    shiphero_twin.clock_advance("1h")
    idle = next(each for each in _nodes(client, query) if each["name"] == "Ada Barkwell")

    assert at_work["alerts"] == []
    assert at_work["current_activity"]["status"] == "IN_PROGRESS"
    assert at_work["current_activity"]["job"]["name"] in {"Picking", "Packing"}
    assert at_work["current_shift"]["started_at"] <= at_work["current_activity"]["last_activity_at"]
    assert idle["current_activity"] is None or [each["type"] for each in idle["alerts"]] == ["IDLE"]


def test_jobs_are_paged_with_a_cursor(shiphero_twin: ShipheroTwin) -> None:
    """Two pages by end_cursor are the whole list, jobs below others name their parent."""
    client = new_client(shiphero_twin)
    node = "id name type activated parent_job { name } subjobs { name } created_at updated_at"

    def page(arguments: str) -> dict[str, Any]:
        query = (
            f'{{ labor_jobs(warehouse_id: "11790"{arguments}) {{ data {{ edges {{ node {{ {node} }} }} {_PAGE} }} }} }}'
        )
        found: dict[str, Any] = client.data(query)["labor_jobs"]["data"]
        return found

    whole, first = page(""), page(", first: 5")
    rest = page(f', first: 50, cursor: "{first["page_info"]["end_cursor"]}"')

    assert first["edges"] + rest["edges"] == whole["edges"]
    assert (first["page_info"]["has_next_page"], rest["page_info"]["has_next_page"]) == (True, False)
    assert {"Picking", "Packing"} <= {edge["node"]["name"] for edge in whole["edges"]}
    below = [edge["node"] for edge in whole["edges"] if edge["node"]["parent_job"]]
    assert below


@pytest.mark.parametrize("query", ["labor_jobs", "labor_workers", "packers_performance_dashboard"])
def test_an_unknown_warehouse_has_no_labour(shiphero_twin: ShipheroTwin, query: str) -> None:
    """Error 5 for a warehouse that the caller does not see."""
    client = new_client(shiphero_twin)

    error = client.error(f'{{ {query}(warehouse_id: "V2FyZWhvdXNlOjE=") {{ data {{ page_info {{ end_cursor }} }} }} }}')

    assert (error["code"], error["message"]) == (5, "Warehouse not found")
