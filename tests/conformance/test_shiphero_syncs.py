import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from endpoint import failing, listening
from receiver import answer
from shiphero_goods import Goods, goods_of
from twins import ShipheroTwin

_NODE = """id url user_id account_id warehouse_id customer_account_id total_count status error created_at updated_at
  success_count error_count finished_count"""
_READ = f"query($id: String) {{ inventory_sync_status(id: $id) {{ data {{ {_NODE} }} }} }}"
_ROWS = """query($id: String!, $status: String) { inventory_sync_items_status(id: $id, status: $status) {
  data(first: 200, sort: "row") { edges { node { id row sku quantity action reason location status error } } } } }"""
_LIST = """query($status: String) { inventory_sync_statuses(status: $status) {
  data(first: 20) { edges { node { id } } } } }"""
_SECONDS = 60.0


@pytest.fixture
def goods(shiphero_twin: ShipheroTwin) -> Goods:
    """Give the goods of the small shop, with two products of five pieces, and nothing happens by itself."""
    shiphero_twin.clock_stop()
    found = goods_of(shiphero_twin)
    found.product("S-1", 5)
    found.product("S-2", 5)
    return found


@contextmanager
def _sheet(text: str) -> Iterator[str]:
    """Serve a file, and give its address."""
    with listening(lambda _: answer(body=text.encode())) as receiver:
        yield f"{receiver.origin}/stock.csv"


def _start(goods: Goods, url: str, **members: Any) -> str:
    data = {"url": url, "warehouse_id": goods.houses[0], **members}
    identity: str = goods.do("inventory_sync", "sync_id", **data)["sync_id"]
    return identity


def _finished(goods: Goods, identity: str) -> dict[str, Any]:
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        found: dict[str, Any] = goods.client.data(_READ, {"id": identity})["inventory_sync_status"]["data"]
        if found["status"] not in {"pending", "processing"}:
            return found
        goods.twin.clock_advance("1s")
        time.sleep(0.05)
    raise AssertionError("The sync did not end.")


def _rows(goods: Goods, identity: str, **variables: Any) -> list[dict[str, Any]]:
    data = goods.client.data(_ROWS, {"id": identity, **variables})["inventory_sync_items_status"]["data"]
    return [edge["node"] for edge in data["edges"]]


def test_a_file_changes_stock_row_by_row(goods: Goods) -> None:
    """Rows replace, add and remove, each with its reason; one that fails leaves the others alone."""
    goods.do("location_create", warehouse_id=goods.houses[0], name="Z-01", zone="Z")
    text = (
        "SKU,Quantity,Action,Reason,Location\n"
        "s-1,9,,,\n"
        "S-1,2,add,Found,z-01\n"
        "S-2,1,remove,Broken,\n"
        "S-2,99,subtract,,\n"
        "S-3,1,add,,\n"
        "S-2,many,add,,\n"
        "S-2,1,juggle,,\n"
        "S-2,1,add,,Nowhere\n"
    )

    with _sheet(text) as url:
        identity = _start(goods, url)
        batch = _finished(goods, identity)

    rows = _rows(goods, identity)
    assert (batch["status"], batch["total_count"], batch["success_count"], batch["error_count"]) == ("success", 8, 3, 5)
    assert batch["finished_count"] == 8
    assert (goods.on_hand("S-1"), goods.on_hand("S-2")) == (11, 4)
    assert [row["error"] for row in rows] == [
        *(None, None, None, "Not enough inventory in this warehouse: 99 requested, 4 there", "Product not found"),
        *("quantity must be a whole number", "action must be one of replace, add, remove, subtract"),
        "Location not found",
    ]
    assert [(row["row"], row["quantity"], row["action"]) for row in rows[:3]] == [
        *((1, 9, "replace"), (2, 2, "add"), (3, 1, "remove")),
    ]
    assert rows[5]["quantity"] is None
    assert [row["row"] for row in _rows(goods, identity, status="error")] == [4, 5, 6, 7, 8]
    assert [each["reason"] for each in goods.changes("S-1")][1:] == ["Inventory sync", "Found"]


def test_many_rows_take_their_time(goods: Goods) -> None:
    """A hundred rows are done each second, and what is not done can be called off."""
    text = "quantity,sku\n" + "1,S-1\n2,S-1\n" * 125

    with _sheet(text) as url:
        identity = _start(goods, url)
        goods.twin.delivered()
    goods.twin.clock_advance("1s")
    aborted = goods.do("inventory_sync_abort", f"sync {{ {_NODE} }}", sync_id=identity, reason="Wrong file")["sync"]
    goods.twin.clock_advance("1m")

    batch = _finished(goods, identity)
    assert (aborted["status"], aborted["error"]) == ("abort", "Wrong file")
    assert batch["finished_count"] in {100, 200}
    assert _rows(goods, identity, status="abort")
    error = goods.refused("inventory_sync_abort", sync_id=identity)
    assert error["message"] == "The sync cannot be aborted: its status is abort"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "The file is empty"),
        ("sku,quantity\n", "The file has no rows below its header"),
        ("name,quantity\nA,1\n", "The file has no column sku"),
        ("name\nA\n", "The file has no column sku and no column quantity"),
    ],
)
def test_a_file_that_cannot_be_read_ends_the_sync(goods: Goods, text: str, words: str) -> None:
    """A file without the columns or without rows is an error of the whole batch."""
    with _sheet(text) as url:
        batch = _finished(goods, _start(goods, url))

    assert (batch["status"], batch["error"], batch["total_count"]) == ("error", words, 0)


def test_a_file_that_is_not_there_ends_the_sync(goods: Goods) -> None:
    """What the address answers, or that nobody does, stands in the batch's error."""
    with listening(failing(404)) as receiver:
        missing = _finished(goods, _start(goods, receiver.origin))
    nobody = _finished(goods, _start(goods, receiver.origin))

    assert missing["error"] == "The file could not be downloaded: the address answered with status 404"
    assert (nobody["status"], nobody["error"].startswith("The file could not be downloaded. ")) == ("error", True)


def test_syncs_are_found(goods: Goods) -> None:
    """The latest one needs no name; the list can be narrowed by status."""
    with _sheet("sku,quantity\nS-1,1\n") as url:
        first = _start(goods, url)
        _finished(goods, first)
    second = _start(goods, "http://127.0.0.1:9/none.csv")
    _finished(goods, second)

    def listed(**variables: Any) -> list[str]:
        answer_of = goods.client.data(_LIST, variables)["inventory_sync_statuses"]["data"]
        return [edge["node"]["id"] for edge in answer_of["edges"]]

    assert goods.client.data(_READ)["inventory_sync_status"]["data"]["id"] == second
    assert (listed(), listed(status="success")) == ([first, second], [first])


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"url": "file:///etc/passwd"}, 901, "url must be an address that starts with http:// or https://"),
        ({"warehouse_id": "V2FyZWhvdXNlOjk5"}, 5, "Warehouse not found"),
        ({"customer_account_id": "QWNjb3VudDo3NjAy"}, 5, "Account not found"),
    ],
)
def test_a_sync_that_makes_no_sense_is_refused(goods: Goods, changes: dict[str, Any], code: int, words: str) -> None:
    """The address has to be one of the web, and what is named has to be there."""
    data = {"url": "http://127.0.0.1:9/a.csv", "warehouse_id": goods.houses[0], **changes}

    error = goods.refused("inventory_sync", **data)

    assert (error["code"], error["message"]) == (code, words)


def test_syncs_of_others_are_not_found(goods: Goods) -> None:
    """What another account has is not there."""
    identity = _start(goods, "http://127.0.0.1:9/none.csv")
    stranger = goods_of(goods.twin, "wms2@3pl.example", account_id=7601)

    errors = [stranger.client.error(query, {"id": identity}) for query in (_READ, _ROWS)]

    assert [error["message"] for error in errors] == ["Inventory sync not found"] * 2
    assert stranger.client.error(_READ)["code"] == 5
