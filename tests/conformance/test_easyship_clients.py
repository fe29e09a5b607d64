"""The vendor's own client (PyPI easyship-mcp) and shipzil, unmodified, on the Easyship twin: only the host differs."""

import asyncio
import json
import re
import socket
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import requests

from conformance.easyship_labels import GROUND, workday
from twins import EasyshipTwin, easyship_handle, fetch, running_twin

_SENDER = {
    "company_name": "Acme LLC",
    "contact_name": "Jane Sender",
    "contact_email": "jane@example.com",
    "contact_phone": "+1 212-555-0147",
    "line_1": "350 5th Ave",
    "city": "New York",
    "state": "NY",
    "postal_code": "10001",
    "country_alpha2": "US",
}
_BUYER = {**_SENDER, "contact_name": "John Doe", "city": "Los Angeles", "state": "CA", "postal_code": "90001"}
_ABROAD = {**_BUYER, "line_1": "220 Yonge St", "city": "Toronto", "state": "ON", "postal_code": "M5B 2H1"} | {
    "country_alpha2": "CA"
}
_BOOK = {
    "description": "paperback book",
    "quantity": 1,
    "declared_currency": "USD",
    "declared_customs_value": 8.0,
    "category": "books_collectibles",
    "actual_weight": 1.0,
}
_PARCEL = {"total_actual_weight": 1.2, "box": {"length": 22, "width": 15, "height": 3}, "items": [_BOOK]}
_AT_ONCE = {"buy_label": True, "buy_label_synchronous": True}
_REPORTS = (
    "analytics_destinations_by_volume",
    "analytics_shipments",
    "analytics_shipped",
    "analytics_shipment_status",
    "analytics_couriers_by_volume",
    "analytics_sale_channels",
)

Tool = Callable[..., Awaitable[Any]]
_VENDOR = Path(__file__).resolve().parents[2] / ".cache" / "vendor" / "bin" / "python"
_LAUNCH = """
import sys
import easyship_mcp.easyship_api
from easyship_mcp.server import mcp
easyship_mcp.easyship_api.BASE_URL = sys.argv[1]
ours = {"host": "127.0.0.1", "port": int(sys.argv[2]), "log_level": "error"}
mcp.run(transport="http", stateless_http=True, json_response=True, show_banner=False, **ours)
"""


@pytest.fixture(scope="module")
def quick_twin() -> Iterator[EasyshipTwin]:
    with running_twin("easyship", "--memory", "--no-rate-limit") as facts:
        yield easyship_handle(facts)


@pytest.fixture(scope="module")
def vendor(quick_twin: EasyshipTwin) -> Iterator[str]:
    """Run the vendor's server, only its host set, in the environment that tools/vendor-client installs."""
    port = _free_port()
    with subprocess.Popen([_VENDOR, "-c", _LAUNCH, quick_twin.production, str(port)], stderr=subprocess.DEVNULL) as run:
        _await_port(port)
        yield f"http://127.0.0.1:{port}/mcp"
        run.terminate()


@pytest.fixture
def token(quick_twin: EasyshipTwin) -> list[str]:
    """Give the token that the assistant signs in with; a test may put another in its place."""
    quick_twin.reset()
    return [quick_twin.integration(scopes="all")["production_token"]]


@pytest.fixture
def tool(vendor: str, token: list[str]) -> Tool:
    """Call a tool of the vendor's server as an assistant does, and give its structured answer."""

    async def call(name: str, **arguments: Any) -> Any:
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}}
        headers = {"Authorization": f"Bearer {token[-1]}", "Accept": "application/json, text/event-stream"}
        reply = await asyncio.to_thread(requests.post, vendor, json=message, headers=headers, timeout=60)
        answer = reply.json()["result"]["structuredContent"]
        return answer["result"] if set(answer) == {"result"} else answer

    return call


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port


def _await_port(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the vendor's server does not start; install it with tools/vendor-client")


def _draft(recipient: dict[str, Any] = _BUYER, **members: Any) -> dict[str, Any]:
    return {"origin_address": _SENDER, "destination_address": recipient, "parcels": [_PARCEL], **members}


async def _labelled(tool: Tool, recipient: dict[str, Any] = _BUYER) -> dict[str, Any]:
    members = {"courier_settings": {"courier_service_id": GROUND}, "shipping_settings": _AT_ONCE}
    made: dict[str, Any] = (await tool("create_shipment", shipment_data=_draft(recipient, **members)))["shipment"]
    return made


async def test_the_vendors_client_quotes(tool: Tool) -> None:
    """Each rate has the service's id and name and what it costs, cheapest among them; two countries are enough."""
    least = {"origin_country_alpha2": "US", "destination_country_alpha2": "CA", "item_category": "fashion"}
    size = {"total_actual_weight": 1.2, "length": 22, "width": 15, "height": 3}

    rates = await tool("get_rates", **least, **size)
    dear = await tool("get_rates", **least, **size | {"total_actual_weight": 12})

    assert len(rates) > 3
    assert all(rate["courier_id"] and rate["courier_name"] and rate["currency"] == "USD" for rate in rates)
    assert min(rate["total_charge"] for rate in dear) > min(rate["total_charge"] for rate in rates)


async def test_the_vendors_client_takes_a_shipment_from_draft_to_label(tool: Tool) -> None:
    """Drafted, changed, found, bought, tracked, its papers fetched from their addresses, and called off."""
    made = (await tool("create_shipment", shipment_data=_draft(_ABROAD, incoterms="DDU")))["shipment"]
    shipment_id = made["easyship_shipment_id"]
    changed = await tool("update_shipment", easyship_shipment_id=shipment_id, shipment_data={"metadata": {"k": "v"}})
    listed = await tool("list_shipments", per_page=5, label_state=["not_created", "generated"])
    bought = (await tool("create_label", easyship_shipment_id=shipment_id))["shipment"]
    shown = (await tool("get_shipment", easyship_shipment_id=shipment_id, include_documents=True, format="url"))[
        "shipment"
    ]
    tracked = await tool("track_shipment", easyship_shipment_id=shipment_id)
    invoice = await tool("get_shipment_documents", easyship_shipment_id=shipment_id, page_size="A4")
    cancelled = await tool("cancel_shipment", easyship_shipment_id=shipment_id)

    papers = {paper["category"]: paper["url"] for paper in shown["shipping_documents"]}
    assert (made["label_state"], bought["label_state"]) == ("not_created", "generated")
    assert changed["shipment"]["metadata"] == {"k": "v"}
    assert shipment_id in {each["easyship_shipment_id"] for each in listed["shipments"]}
    assert papers.keys() >= {"label", "commercial_invoice"}
    assert all(fetch(url).body.startswith(b"%PDF") for url in papers.values())
    assert tracked["tracking_numbers"][0]["tracking_number"] == bought["trackings"][0]["tracking_number"]
    assert invoice["content_type"] == "application/pdf"
    assert invoice["size_bytes"] > 1000
    assert cancelled["success"]["message"]


async def test_the_vendors_client_deletes_a_draft(tool: Tool) -> None:
    """Once; the second time nobody knows it."""
    made = (await tool("create_shipment", shipment_data=_draft()))["shipment"]

    deleted = await tool("delete_shipment", easyship_shipment_id=made["easyship_shipment_id"])
    again = await tool("delete_shipment", easyship_shipment_id=made["easyship_shipment_id"])

    assert deleted["success"]["message"]
    assert (again["status_code"], again["code"], again["details"]) == (
        404,
        "resource_not_found",
        ["The Shipment was not found"],
    )


async def test_the_vendors_client_has_parcels_picked_up(tool: Tool, quick_twin: EasyshipTwin) -> None:
    """In one of the offered slots; the pickup is listed with its shipment, and called off."""
    made = await _labelled(tool)

    slots = await tool("get_pickup_slots", courier_service_id=GROUND)
    day = next(
        each
        for each in slots["courier_service_handover_option"]["pickup_slots"]
        if each["date"] >= workday(quick_twin).date().isoformat() and each["time_slots"]
    )
    booked = await tool(
        "create_pickup",
        courier_service_id=GROUND,
        selected_date=day["date"],
        time_slot_id=day["time_slots"][0]["time_slot_id"],
        easyship_shipment_ids=[made["easyship_shipment_id"]],
    )
    pickup_id = booked["pickup"]["easyship_pickup_id"]
    listed = await tool("list_pickups", per_page=5)
    shown = await tool("get_pickup", easyship_pickup_id=pickup_id)
    shipments = await tool("list_pickup_shipments", pickup_id=pickup_id)
    cancelled = await tool("cancel_pickup", easyship_pickup_id=pickup_id)

    assert pickup_id in {each["easyship_pickup_id"] for each in listed["pickups"]}
    assert shown["pickup"]["selected_from_time"].startswith(day["date"])
    assert [each["easyship_shipment_id"] for each in shipments["shipments"]] == [made["easyship_shipment_id"]]
    assert cancelled["success"]["message"]


async def test_the_vendors_client_reads_what_was_charged(tool: Tool) -> None:
    """A label stands in the transactions with its shipment, and in the reports of its day."""
    made = await _labelled(tool)
    day = made["created_at"][:10]

    charged = await tool("list_transactions", per_page=5, easyship_shipment_id=made["easyship_shipment_id"])
    reports = {name: await tool(name, from_date=day, to_date=day) for name in _REPORTS}

    (record,) = charged["transaction_records"]
    assert record["easyship_shipment_id"] == made["easyship_shipment_id"]
    assert not any(report.get("error") for report in reports.values())
    assert "UPS" in json.dumps(reports["analytics_couriers_by_volume"])


@pytest.mark.parametrize(
    "asked",
    [
        {"line_1": "1600 Pennsylvania Avenue NW", "city": "Washington", "state": "DC", "postal_code": "20500"},
        {"line_1": "10 Downing Street", "city": "London", "postal_code": "SW1A 2AA", "country_alpha2": "GB"},
    ],
)
async def test_the_vendors_client_checks_addresses(tool: Tool, asked: dict[str, str]) -> None:
    """Those of its own country and those abroad, which are two operations."""
    answer = await tool("validate_address", **asked)

    assert answer["address"]["validation"]["status"]


async def test_the_vendors_client_understands_refusals(tool: Tool, quick_twin: EasyshipTwin, token: list[str]) -> None:
    """Status, code, message and details reach it; an unproven identity makes it name the vendor's support."""
    data = _draft(courier_settings={"courier_service_id": GROUND}, shipping_settings=_AT_ONCE)
    nameless = {**data, "origin_address": {**_SENDER, "company_name": " "}}

    invalid = await tool("create_shipment", shipment_data=nameless)
    quick_twin.fault("429", times=1)
    hurried = await tool("list_shipments")
    quick_twin.fault("500", times=1)
    broken = await tool("list_shipments")
    quick_twin.set_state(quick_twin.accounts()[0]["id"], "suspended")
    unproven = await tool("create_label", easyship_shipment_id="ESUS10000001")
    token.append("prod_unknown")
    unknown = await tool("list_shipments")

    assert (invalid["code"], invalid["details"]) == (
        "invalid_content",
        ["origin_address.company_name can't be blank"],
    )
    assert (hurried["status_code"], hurried["code"]) == (429, "too_many_requests")
    assert (broken["status_code"], broken["message"]) == (500, "Internal Server Error")
    assert (unproven["status_code"], unproven["code"]) == (403, "forbidden")
    assert unproven["support_email"] == "support@easyship.com"
    assert (unknown["status_code"], unknown["code"], unknown["details"]) == (401, "invalid_token", [])


@pytest.fixture
def shipzil(quick_twin: EasyshipTwin) -> Any:
    """Give shipzil's Easyship adapter on the sandbox host."""
    quick_twin.reset()
    adapter = import_module("shipzil.providers.easyship").EasyshipAdapter(
        quick_twin.integration(scopes="all")["sandbox_token"]
    )
    adapter.base = quick_twin.sandbox
    return adapter


def _shipzil_shipment(**changes: Any) -> Any:
    models, units = import_module("shipzil.models"), import_module("shipzil.units")
    sender = models.Address(
        street1="350 5th Ave",
        city="New York",
        state="NY",
        postal_code="10001",
        name="Jane Sender",
        company="Acme LLC",
        phone="+1 212-555-0147",
        email="jane@example.com",
    )
    book = models.Item(
        description="book",
        value=Decimal(8),
        weight=units.Weight(1, "kg"),
        category="books_collectibles",
        origin_country="US",
        **changes,
    )
    parcel = models.Parcel(
        weight=units.Weight(Decimal("1.2"), "kg"), dimensions=units.Dimensions(22, 15, 3, "cm"), items=(book,)
    )
    return models.Shipment(from_address=sender, to_address=sender, parcels=(parcel,))


def test_shipzil_buys_the_cheapest_rate(shipzil: Any) -> None:
    """The label has a tracking number of the sandbox, an address that opens, and the service that was quoted."""
    quote = shipzil.rate_single(_shipzil_shipment())
    label = shipzil.buy(_shipzil_shipment(), quote.cheapest)

    record = label.raw["shipment"]
    assert {rate.carrier for rate in quote.rates} == {"FedEx"}
    assert record["courier_service"]["id"] == quote.cheapest.service_code
    assert label.is_test
    assert re.fullmatch(r"TEST\d{8}", label.tracking_number)
    assert fetch(label.label_url).body.startswith(b"%PDF")


def test_shipzil_reads_categories_and_why_there_is_no_rate(shipzil: Any) -> None:
    """Slugs of the categories; a refusal's own words."""
    categories = shipzil.item_categories()
    refused = shipzil.rate_single(_shipzil_shipment(currency="nothing"))

    assert "fashion" in categories
    assert not refused.rates
    assert "The request body content is not valid." in refused.excluded[0].message
