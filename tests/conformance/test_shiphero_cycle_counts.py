from typing import Any

import pytest

from shiphero_goods import Goods, goods_of
from twins import ShipheroTwin, fetch

_NODE = """cycle_count { id legacy_id name warehouse_id account_id count_type queue_status status progress counted
  uncounted due_date started_at ended_at created_at updated_at locations { total counted } skus { total counted } }"""
_READ = f"query($id: String!) {{ cycle_count(id: $id) {{ data {_NODE.removeprefix('cycle_count')} }} }}"
_LIST = """query($house: String!, $sku: String, $status: [String], $type: [DSCycleCountBatchCountTypes],
  $from: ISODateTime) { cycle_counts(warehouse_id: $house, sku: $sku, status: $status, count_type: $type,
  date_from: $from) { data(first: 20, sort: "name") { edges { node { name } } } } }"""


@pytest.fixture
def goods(shiphero_twin: ShipheroTwin) -> Goods:
    """Give the goods of the small shop, with two products in two locations, and nothing happens by itself."""
    shiphero_twin.clock_stop()
    found = goods_of(shiphero_twin)
    found.product("S-1", 0, tags=["counted"])
    found.product("S-2", 0)
    for name, sku, quantity in (("C-01", "S-1", 5), ("C-02", "S-1", 3), ("C-02", "S-2", 4)):
        _stock(found, name, sku, quantity)
    return found


def _stock(goods: Goods, name: str, sku: str, quantity: int) -> None:
    query = f'{{ locations(name: "{name}") {{ data {{ edges {{ node {{ id }} }} }} }} }}'
    edges = goods.client.data(query)["locations"]["data"]["edges"]
    data = {"warehouse_id": goods.houses[0], "name": name, "zone": "C"}
    place = edges[0]["node"] if edges else goods.do("location_create", "location { id }", **data)["location"]
    goods.do("inventory_add", sku=sku, warehouse_id=goods.houses[0], quantity=quantity, location_id=place["id"])


def _create(goods: Goods, kind: str = "items", **members: Any) -> dict[str, Any]:
    data = {"name": "Week 7", "warehouse_id": goods.houses[0], **members}
    count: dict[str, Any] = goods.do(f"cycle_count_{kind}_create", _NODE, **data)["cycle_count"]
    return count


def _ready(goods: Goods, kind: str = "items", **members: Any) -> dict[str, Any]:
    count = _create(goods, kind, **members)
    goods.twin.clock_advance("10s")
    return _read(goods, count)


def _read(goods: Goods, count: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = goods.client.data(_READ, {"id": count["id"]})["cycle_count"]["data"]
    return found


def _find(goods: Goods, count: dict[str, Any], **members: Any) -> dict[str, Any]:
    done: dict[str, Any] = goods.twin.control("POST", f"/cycle_counts/{count['legacy_id']}/count", members)
    return done


def test_a_count_is_made_by_the_clock(goods: Goods) -> None:
    """A new count is queued, gets its items, and can then be counted."""
    count = _create(goods, skus=["s-1"], due_date="2027-01-01")

    goods.twin.clock_advance("10s")

    after = _read(goods, count)
    assert (count["queue_status"], count["uncounted"], count["count_type"]) == ("QUEUED", 0, "PRODUCTS")
    assert (after["queue_status"], after["status"], after["progress"]) == ("READY_TO_COUNT", "not_started", 0)
    assert (after["uncounted"], after["locations"]["total"], after["skus"]["total"]) == (2, 2, 1)
    assert after["due_date"] == "2027-01-01T00:00:00"


@pytest.mark.parametrize(
    ("kind", "asked", "items"),
    [
        ("items", {"tags": ["counted"]}, 2),
        ("items", {"skus": ["S-1", "S-2"], "max_items": 2}, 2),
        ("items", {"item_filters": [{"sku": "S-1", "location": "c-02"}]}, 1),
        ("items", {"skus": ["S-1"], "client_ids": ["QWNjb3VudDo3NTU2"]}, 2),
        ("locations", {"prefixes": ["C-"]}, 3),
        ("locations", {"prefixes": ["C-02"], "sort_by": "sku"}, 2),
        (
            "locations",
            {"prefixes": ["C-"], "exclusion_filters": {"exclusion_parameters": ["non_pickable_locations"]}},
            3,
        ),
    ],
)
def test_what_is_counted_is_chosen(goods: Goods, kind: str, asked: dict[str, Any], items: int) -> None:
    """Products, tags, pairs, prefixes and limits say which places are looked at."""
    count = _ready(goods, kind, **asked)

    assert (count["queue_status"], count["uncounted"]) == ("READY_TO_COUNT", items)


def test_what_is_found_goes_into_the_books(goods: Goods) -> None:
    """A difference changes stock with a row that says so; the count is done when everything was looked at."""
    count = _ready(goods, skus=["S-1"])

    found = _find(goods, count, sku="S-1", location="C-01", quantity=2)
    halfway = _read(goods, count)
    rest = _find(goods, count)

    done = _read(goods, count)
    change = goods.changes("S-1")[-1]
    assert (found["status"], rest) == ("in_progress", {**rest, "counted": 1, "status": "completed"})
    assert (halfway["progress"], halfway["counted"], halfway["locations"]) == (50, 1, {"total": 2, "counted": 1})
    assert (done["progress"], done["ended_at"] is None, done["started_at"] is None) == (100, False, False)
    assert (goods.on_hand("S-1"), change["change_in_on_hand"], change["reason"]) == (5, -3, "Cycle count Week 7")


def test_differences_are_counted_again(goods: Goods) -> None:
    """A recount looks where an earlier count found something else than the books."""
    _find(goods, _ready(goods, skus=["S-1"]), sku="S-1", location="C-01", quantity=2)

    again = _ready(goods, "recount", name="Again")

    assert (again["count_type"], again["uncounted"]) == ("RECOUNT", 1)


def test_what_was_counted_lately_can_be_left_out(goods: Goods) -> None:
    """`last_n_days` leaves out what was counted since; with nothing left there is nothing to count."""
    _find(goods, _ready(goods, skus=["S-1"]))

    left = _ready(goods, skus=["S-1"], name="Rest", exclusion_filters={"last_n_days": 7})

    assert (left["queue_status"], left["uncounted"]) == ("ERROR", 0)


def test_counts_are_found(goods: Goods) -> None:
    """Each filter of `cycle_counts` keeps what fits it."""
    _ready(goods, name="one", skus=["S-2"])
    _find(goods, _ready(goods, "locations", name="two", prefixes=["C-01"]))

    def names(**variables: Any) -> list[str]:
        answer = goods.client.data(_LIST, {"house": goods.houses[0], **variables})["cycle_counts"]["data"]
        return [edge["node"]["name"] for edge in answer["edges"]]

    assert names() == ["one", "two"]
    assert names(sku="s-2") == ["one"]
    assert names(status=["completed"]) == ["two"]
    assert names(type=["PRODUCTS"]) == ["one"]
    assert names(**{"from": "2090-01-01"}) == []


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"name": ""}, 901, "name is required"),
        ({"max_items": 0}, 901, "max_items must be greater than 0"),
        ({"sort_by": "colour"}, 901, "sort_by must be one of"),
        ({"assigned_user_ids": ["VXNlcjo5OTk5"]}, 5, "User not found"),
        ({"warehouse_id": "V2FyZWhvdXNlOjk5"}, 5, "Warehouse not found"),
        ({"exclusion_filters": {"exclusion_parameters": ["mondays"]}}, 901, "exclusion_parameters must be among"),
    ],
)
def test_a_count_that_makes_no_sense_is_refused(goods: Goods, changes: dict[str, Any], code: int, words: str) -> None:
    """What is named has to be there, and limits have to make sense."""
    data = {"name": "Week 7", "warehouse_id": goods.houses[0], "skus": ["S-1"], **changes}

    error = goods.refused("cycle_count_items_create", **data)

    assert (error["code"], error["message"][: len(words)]) == (code, words)


def test_only_what_is_ready_can_be_counted(goods: Goods) -> None:
    """The control API says why something cannot be counted."""
    queued = _create(goods, skus=["S-1"])
    path = f"{goods.twin.base}/_twin/cycle_counts/{queued['legacy_id']}/count"

    early = fetch(path, method="POST", data={})
    goods.twin.clock_advance("10s")
    elsewhere = fetch(path, method="POST", data={"sku": "S-2", "location": "C-01", "quantity": 1})

    assert (early.status, early.json()["error"]["message"]) == (
        *(422, "The cycle count is not ready to count: it is QUEUED."),
    )
    assert elsewhere.status == 404


def test_counts_of_others_are_not_found(goods: Goods) -> None:
    """What another account has is not there."""
    count = _create(goods)
    stranger = goods_of(goods.twin, "wms2@3pl.example", account_id=7601)

    error = stranger.client.error(_READ, {"id": count["id"]})

    assert (error["code"], error["message"]) == (5, "Cycle count not found")
