import csv
import io
import json
from typing import Any

import pytest

from shiphero_client import ORDER, Client, new_client
from twins import ShipheroTwin, fetch

_QUERY = """query($t: [DataExportType!]!, $from: ISODateTime, $to: ISODateTime, $m: [DataExportModuleName!]) {
  data_exports(export_types: $t, timestamp_from: $from, timestamp_to: $to, modules: $m) { data {
    full { run_id modules { name tables { name files { signed_url size created_at } } } }
    delta { run_id modules { name tables { name files { signed_url size created_at } } } } } } }"""
_FLAT = "{ NAME { data { expires_at files { table_name signed_url created_at size export_type run_timestamp } } } }"
_CREATE = "mutation($data: CreateOrderInput!) { order_create(data: $data) { order { legacy_id } } }"


def _exports(client: Client, *kinds: str, **variables: Any) -> dict[str, Any]:
    data: dict[str, Any] = client.data(_QUERY, {"t": list(kinds), **variables})["data_exports"]["data"]
    return data


def _tables(run: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {table["name"]: table["files"][0] for module in run["modules"] for table in module["tables"]}


def _rows(url: str) -> list[dict[str, str]]:
    reply = fetch(url)
    assert reply.status == 200, reply.text()
    return list(csv.DictReader(io.StringIO(reply.text())))


def test_the_latest_whole_export_has_every_order(shiphero_twin: ShipheroTwin) -> None:
    """One run, its tables by module, each a file whose size is told and whose rows are the account's."""
    client = new_client(shiphero_twin)

    found = _exports(client, "FULL")
    (run,) = found["full"]
    file = _tables(run)["orders"]
    reply = fetch(file["signed_url"])

    assert not found["delta"]
    assert len(run["run_id"]) == 24
    assert {module["name"] for module in run["modules"]} >= {"orders", "shipments", "products", "inventory", "users"}
    assert len(reply.body) == file["size"]
    assert len(_rows(file["signed_url"])) == 120


def test_a_delta_holds_what_changed_in_its_six_hours(shiphero_twin: ShipheroTwin) -> None:
    """A new order stands in the run after it, and not in the one before or after that."""
    client = new_client(shiphero_twin)
    made = client.data(_CREATE, {"data": ORDER})["order_create"]["order"]["legacy_id"]
    shiphero_twin.clock_advance("6h")
    client = new_client(shiphero_twin, "later@shop.example")

    after = _rows(_tables(_exports(client, "DELTA")["delta"][0])["orders"]["signed_url"])
    shiphero_twin.clock_advance("6h")
    gone = _rows(_tables(_exports(client, "DELTA")["delta"][0])["orders"]["signed_url"])

    assert [row["id"] for row in after] == [str(made)]
    assert gone == []


def test_runs_within_a_time_are_listed_newest_first(shiphero_twin: ShipheroTwin) -> None:
    """Four changes runs a day, each with a name of its own; only the modules asked for."""
    client = new_client(shiphero_twin)
    day = (shiphero_twin.now()).strftime("%Y-%m-%d")
    shiphero_twin.clock_advance("1d")

    runs = _exports(client, "DELTA", **{"from": f"{day}T00:00:00", "to": f"{day}T23:59:59", "m": ["ORDERS"]})["delta"]

    assert len({run["run_id"] for run in runs}) == len(runs) == 4
    assert [module["name"] for module in runs[0]["modules"]] == ["orders"]


def test_a_link_is_signed_and_ends_after_a_day(shiphero_twin: ShipheroTwin) -> None:
    """A changed address is refused at once, an old one after 24 hours; neither asks for a token."""
    client = new_client(shiphero_twin)
    url = _tables(_exports(client, "FULL")["full"][0])["users"]["signed_url"]

    forged = fetch(url.replace("/users/", "/orders/")).status
    fresh = fetch(url).status
    shiphero_twin.clock_advance("25h")

    assert (forged, fresh, fetch(url).status) == (403, 200, 403)


@pytest.mark.parametrize(("account", "has", "lacks"), [("7601", "bills", "vendors"), ("7602", "orders", "locations")])
def test_tables_depend_on_the_kind_of_account(shiphero_twin: ShipheroTwin, account: str, has: str, lacks: str) -> None:
    """A 3PL has bills and no vendors, its customers have no inventory."""
    client = new_client(shiphero_twin, account_id=account)

    tables = _tables(_exports(client, "FULL")["full"][0])

    assert has in tables
    assert lacks not in tables


@pytest.mark.parametrize("name", ["lakehero_data_export", "recurring_data_export"])
def test_the_deprecated_queries_list_files_flatly(shiphero_twin: ShipheroTwin, name: str) -> None:
    """Both kinds in one list, each file with its table and run."""
    data = new_client(shiphero_twin).data(_FLAT.replace("NAME", name))[name]["data"]

    assert data["expires_at"]
    assert {file["export_type"] for file in data["files"]} == {"FULL", "DELTA"}
    assert {"orders", "products"} <= {file["table_name"] for file in data["files"]}


def test_a_module_that_is_not_there_is_refused(shiphero_twin: ShipheroTwin) -> None:
    """The error names the modules there are."""
    refused = new_client(shiphero_twin).error(_QUERY, {"t": ["FULL"], "m": ["WEATHER"]})

    assert "WEATHER" in refused["message"]
    assert "ORDERS" in refused["message"]


def test_an_account_may_have_its_files_as_json(shiphero_twin: ShipheroTwin) -> None:
    """With the format json each line of a file is an object."""
    client = new_client(shiphero_twin)
    path = "/accounts/7556/settings"
    shiphero_twin.control("PATCH", path, {"data_export_format": "json"})

    url = _tables(_exports(client, "FULL")["full"][0])["users"]["signed_url"]
    lines = fetch(url).text().splitlines()

    assert url.partition("?")[0].endswith(".json")
    assert all("email" in json.loads(line) for line in lines)
