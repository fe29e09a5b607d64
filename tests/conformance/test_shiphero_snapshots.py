import json
import re
import time
from typing import Any

import pytest

from endpoint import listening
from receiver import answer
from shiphero_goods import Goods, goods_of
from twins import ShipheroTwin, fetch

_NODE = """snapshot_id job_user_id job_account_id warehouse_id customer_account_id notification_email email_error
  post_url post_error post_url_pre_check status error created_at enqueued_at updated_at snapshot_url
  snapshot_expiration new_format"""
_READ = f"query($id: String!) {{ inventory_snapshot(snapshot_id: $id) {{ data {{ {_NODE} }} snapshot {{ status }} }} }}"
_LIST = """query($status: String, $house: String) { inventory_snapshots(status: $status, warehouse_id: $house) {
  data(first: 20) { edges { node { snapshot_id } } } snapshots(first: 20) { edges { node { snapshot_id } } } } }"""
_SECONDS = 60.0


@pytest.fixture
def goods(shiphero_twin: ShipheroTwin) -> Goods:
    """Give the goods of the small shop, and nothing happens but when the clock is turned."""
    shiphero_twin.clock_stop()
    return goods_of(shiphero_twin)


def _generate(goods: Goods, **members: Any) -> dict[str, Any]:
    made: dict[str, Any] = goods.do("inventory_generate_snapshot", f"snapshot {{ {_NODE} }}", **members)["snapshot"]
    return made


def _read(goods: Goods, snapshot: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = goods.client.data(_READ, {"id": snapshot["snapshot_id"]})["inventory_snapshot"]["data"]
    return found


def _done(goods: Goods, **members: Any) -> dict[str, Any]:
    """Ask for a snapshot and turn the clock until it is made."""
    snapshot = _generate(goods, **members)
    goods.twin.clock_advance("10s")
    return _read(goods, snapshot)


def _awaited(goods: Goods, snapshot: dict[str, Any], member: str) -> dict[str, Any]:
    """Turn the clock until a member of a snapshot that others have to do with is there."""
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        found = _read(goods, snapshot)
        if found[member]:
            return found
        goods.twin.clock_advance("1s")
        time.sleep(0.05)
    raise AssertionError(f"{member} did not come")


def _file(snapshot: dict[str, Any]) -> dict[str, Any]:
    contents: dict[str, Any] = fetch(snapshot["snapshot_url"]).json()
    return contents


def test_a_snapshot_is_made_by_the_clock(goods: Goods) -> None:
    """It is enqueued, worked on and done; while it is not done its status has the odd prefix."""
    snapshot = _generate(goods, notification_email="ops@shop.example")

    goods.twin.clock_advance("2s")
    working = _read(goods, snapshot)
    goods.twin.clock_advance("4s")
    done = _read(goods, snapshot)

    seen = [each["status"] for each in (snapshot, working, done)]
    assert seen == ["InventorySnapshotStatus.enqueued", "InventorySnapshotStatus.processing", "success"]
    assert re.fullmatch("[0-9a-f]{24}", snapshot["snapshot_id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}", snapshot["enqueued_at"])
    assert (snapshot["snapshot_url"], snapshot["post_url_pre_check"], snapshot["warehouse_id"]) == (None, True, None)
    assert (done["snapshot_expiration"], done["email_error"], done["error"]) == (None, None, None)
    assert (
        goods.client.data(_READ, {"id": done["snapshot_id"]})["inventory_snapshot"]["snapshot"]["status"] == "success"
    )


def test_the_file_holds_what_lies_where(goods: Goods) -> None:
    """The file needs no token, and tells stock by SKU and warehouse down to the locations."""
    goods.product("S-1", 5)
    goods.order(("S-1", 2))

    snapshot = _done(goods)

    contents = _file(snapshot)
    stock = contents["products"]["S-1"]["warehouse_products"][goods.houses[0]]
    (place,) = stock.pop("item_bins").values()
    assert contents["snapshot_id"] == snapshot["snapshot_id"]
    assert contents["snapshot_started_at"] < contents["snapshot_finished_at"]
    assert stock == {"on_hand": 5, "allocated": 2, "backorder": 0, "available": 3, "reserve": 0, "non_sellable": 0}
    assert (place["location_name"], place["quantity"], place["sellable"], place["lot_id"]) == (
        "Receiving",
        5,
        True,
        None,
    )
    assert re.search(r"/inventory_snapshots/7556/Any/Any/[0-9a-f-]{36}\.json$", snapshot["snapshot_url"])


def test_a_snapshot_can_be_filtered(goods: Goods) -> None:
    """By warehouse, by having inventory, and by when stock last changed; the newer form groups by account."""
    goods.product("S-0", 0)
    goods.twin.clock_advance("1h")
    since = f"{goods.twin.now():%Y-%m-%dT%H:%M:%S}"
    goods.product("S-1", 5)

    fresh = _file(_done(goods, updated_from=since))
    full = _file(_done(goods, has_inventory=True, warehouse_id=goods.houses[1]))
    grouped = _file(_done(goods, updated_from=since, new_format=True))

    assert list(fresh["products"]) == ["S-1"]
    stocks = [stock for product in full["products"].values() for stock in product["warehouse_products"].items()]
    assert stocks
    assert all(house == goods.houses[1] and stock["on_hand"] > 0 for house, stock in stocks)
    assert list(grouped["products"]["QWNjb3VudDo3NTU2"]) == ["S-1"]


def test_an_unknown_warehouse_is_taken(goods: Goods) -> None:
    """Nobody asks whether the warehouse exists: the file is just empty."""
    snapshot = _done(goods, warehouse_id="V2FyZWhvdXNlOjE=")

    assert (snapshot["status"], _file(snapshot)["products"]) == ("success", {})
    assert "/7556/1/Any/" in snapshot["snapshot_url"]


def test_a_link_lives_a_day(goods: Goods) -> None:
    """After 24 hours the file cannot be fetched, although nothing in the snapshot says so."""
    snapshot = _done(goods)
    goods.twin.clock_advance("23h")
    young = fetch(snapshot["snapshot_url"]).status

    goods.twin.clock_advance("2h")

    assert (young, fetch(snapshot["snapshot_url"]).status) == (200, 404)
    assert _read(goods, snapshot)["snapshot_url"] == snapshot["snapshot_url"]


def test_a_snapshot_is_called_off(goods: Goods) -> None:
    """What is not done can be aborted, with a reason; what is done cannot."""
    snapshot, done = _generate(goods), _done(goods)
    other = _generate(goods)

    aborted = goods.do(
        "inventory_abort_snapshot", f"snapshot {{ {_NODE} }}", snapshot_id=other["snapshot_id"], reason="Enough"
    )["snapshot"]
    goods.twin.clock_advance("1m")

    error = goods.refused("inventory_abort_snapshot", snapshot_id=done["snapshot_id"])
    assert (aborted["status"], aborted["error"]) == ("abort", "Enough")
    assert (_read(goods, other)["status"], _read(goods, snapshot)["status"]) == ("abort", "success")
    assert error["message"] == "The snapshot cannot be aborted: its status is success"


def test_snapshots_are_listed_under_both_names(goods: Goods) -> None:
    """`data` and the older `snapshots` are the same; a status is found with and without its prefix."""
    done, waiting = _done(goods), _generate(goods, warehouse_id=goods.houses[0])

    def listed(**variables: Any) -> list[list[str]]:
        answer = goods.client.data(_LIST, variables)["inventory_snapshots"]
        return [[edge["node"]["snapshot_id"] for edge in answer[name]["edges"]] for name in ("data", "snapshots")]

    assert listed() == [[done["snapshot_id"], waiting["snapshot_id"]]] * 2
    assert (
        listed(status="InventorySnapshotStatus.enqueued") == listed(status="enqueued") == [[waiting["snapshot_id"]]] * 2
    )
    assert listed(house=goods.houses[0]) == [[waiting["snapshot_id"]]] * 2


def test_a_file_is_sent_where_it_is_wanted(goods: Goods) -> None:
    """The address is tried first, then gets the file."""
    with listening() as receiver:
        snapshot = _generate(goods, post_url=f"{receiver.origin}/stock", has_inventory=True)
        _awaited(goods, snapshot, "snapshot_url")
        goods.twin.delivered()

        assert snapshot["status"] == "InventorySnapshotStatus.pending"
        assert [heard.method for heard in receiver.heard] == ["HEAD", "POST"]
        assert json.loads(receiver.heard[1].body)["snapshot_id"] == snapshot["snapshot_id"]


@pytest.mark.parametrize("pre_check", [True, False])
def test_an_address_that_fails_is_noted(goods: Goods, *, pre_check: bool) -> None:
    """With the check nothing is made; without it the file is there, and only the sending has failed."""
    with listening(lambda _: answer(500)) as receiver:
        snapshot = _generate(goods, post_url=receiver.origin, post_url_pre_check=pre_check)

        failed = _awaited(goods, snapshot, "post_error")

    assert failed["post_error"] == "The address answered with status 500."
    assert (failed["status"], failed["snapshot_url"] is None) == (("error", True) if pre_check else ("success", False))


def test_an_address_has_to_be_one(goods: Goods) -> None:
    """Anything but http and https is refused."""
    error = goods.refused("inventory_generate_snapshot", post_url="ftp://files.example")

    assert error["message"] == "post_url must be an address that starts with http:// or https://"


def test_snapshots_of_others_are_not_found(goods: Goods) -> None:
    """What another account has is not there; a 3PL may ask for one customer's stock."""
    snapshot = _done(goods)
    stranger = goods_of(goods.twin, "wms2@3pl.example", account_id=7601)

    error = stranger.client.error(_READ, {"id": snapshot["snapshot_id"]})
    foreign = stranger.refused("inventory_generate_snapshot", customer_account_id="QWNjb3VudDo3NTU2")
    own = _done(stranger, customer_account_id="QWNjb3VudDo3NjAy")

    assert (error["code"], error["message"]) == (5, "Snapshot not found")
    assert foreign["code"] == 5
    assert "/7601/Any/7602/" in own["snapshot_url"]
