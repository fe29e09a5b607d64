from typing import Any

import pytest

from shiphero_goods import Goods, goods_of
from twins import ShipheroTwin

_NODE = """lot { id legacy_id account_id name sku expires_at received_at is_active po_id created_at updated_at
  locations(first: 5) { edges { node { name } } } purchase_orders(first: 5) { edges { node { po_number } } } }"""
_ITEMS = """{ item_locations(sku: ["S-1"]) { data(first: 9, sort: "id") { edges { node { quantity
  expiration_lot { name } location { name expiration_lots(first: 5) { edges { node { name } } } } } } } } }"""


@pytest.fixture
def goods(shiphero_twin: ShipheroTwin) -> Goods:
    """Give the goods of the small shop, with a product that has no pieces yet."""
    found = goods_of(shiphero_twin)
    found.product("S-1", 0, needs_lot_tracking=True)
    return found


def _lot(goods: Goods, name: str = "L-1", **members: Any) -> dict[str, Any]:
    lot: dict[str, Any] = goods.do("lot_create", _NODE, **{"name": name, "sku": "S-1", **members})["lot"]
    return lot


def _place(goods: Goods, name: str = "Z-01") -> str:
    data = {"warehouse_id": goods.houses[0], "name": name, "zone": "Z"}
    identity: str = goods.do("location_create", "location { id }", **data)["location"]["id"]
    return identity


def _count(goods: Goods, operation: str, quantity: int, **members: Any) -> None:
    goods.do(operation, sku="S-1", warehouse_id=goods.houses[0], quantity=quantity, **members)


def _lying(goods: Goods) -> list[tuple[str, str | None, int]]:
    edges = goods.client.data(_ITEMS)["item_locations"]["data"]["edges"]
    items = [edge["node"] for edge in edges]
    return [
        (item["location"]["name"], (item["expiration_lot"] or {}).get("name"), item["quantity"])
        for item in items
        if item["quantity"]
    ]


def _names(goods: Goods, arguments: str) -> list[str]:
    query = (
        f'{{ expiration_lots{arguments} {{ data(first: 20, sort: "expires_at") {{ edges {{ node {{ name }} }} }} }} }}'
    )
    return [edge["node"]["name"] for edge in goods.client.data(query)["expiration_lots"]["data"]["edges"]]


def test_a_new_lot_is_what_was_sent(goods: Goods) -> None:
    """A lot belongs to a product, may expire, and lies nowhere yet."""
    lot = _lot(goods, expires_at="2027-03-01")

    assert (lot["name"], lot["sku"], lot["expires_at"], lot["is_active"]) == (
        *("L-1", "S-1", "2027-03-01T00:00:00", True),
    )
    assert (lot["received_at"], lot["po_id"], lot["locations"]["edges"]) == (None, None, [])


def test_lots_are_found_by_product(goods: Goods) -> None:
    """`expiration_lots` gives those of a product, in the order that was asked for."""
    goods.product("S-2", 0)
    _lot(goods, "late", expires_at="2028-01-01")
    _lot(goods, "early", expires_at="2027-01-01")
    _lot(goods, "other", sku="S-2")

    assert _names(goods, '(sku: " s-1 ")') == ["early", "late"]
    assert _names(goods, '(po_id: "UHVyY2hhc2VPcmRlcjo5OTk5OTk5")') == []


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({}, 902, "A lot named L-1 already exists for this product"),
        ({"name": ""}, 901, "name is required"),
        ({"sku": "S-9"}, 5, "Product not found"),
    ],
)
def test_a_lot_that_makes_no_sense_is_refused(goods: Goods, changes: dict[str, Any], code: int, words: str) -> None:
    """A product has a lot of a name once."""
    _lot(goods)

    error = goods.refused("lot_create", **{"name": "L-1", "sku": "S-1", **changes})

    assert (error["code"], error["message"]) == (code, words)


def test_pieces_of_a_location_are_given_to_a_lot(goods: Goods) -> None:
    """Assigning a lot takes all pieces there along, and those that come later; on hand stays as it is."""
    place, lot = _place(goods), _lot(goods)
    _count(goods, "inventory_add", 4, location_id=place)

    stock = goods.do("lot_assign_to_location", "warehouse_product { on_hand }", lot_id=lot["id"], location_id=place)[
        "warehouse_product"
    ]
    _count(goods, "inventory_add", 2, location_id=place)

    assert stock["on_hand"] == 4
    assert _lying(goods) == [("Z-01", "L-1", 6)]
    assert [each["lot_name"] for each in goods.changes("S-1")] == [None, "L-1"]
    again = goods.do("lot_update", _NODE, lot_id=lot["id"], name="L-1b")["lot"]
    assert (again["name"], again["locations"]["edges"]) == ("L-1b", [{"node": {"name": "Z-01"}}])


def test_what_expires_first_goes_first(goods: Goods) -> None:
    """Pieces that leave without a location are those that expire first, then those that never do."""
    early, late = _place(goods, "E"), _place(goods, "L")
    for place, name, day in ((late, "late", "2028-01-01"), (early, "early", "2027-01-01")):
        goods.do("lot_assign_to_location", lot_id=_lot(goods, name, expires_at=day)["id"], location_id=place)
        _count(goods, "inventory_add", 3, location_id=place)
    _count(goods, "inventory_add", 3)

    _count(goods, "inventory_remove", 4)

    assert sorted(_lying(goods)) == [("L", "late", 2), ("Receiving", None, 3)]


def test_a_lot_travels_with_its_pieces(goods: Goods) -> None:
    """A transfer takes the lot along."""
    place, lot = _place(goods), _lot(goods)
    goods.do("lot_assign_to_location", lot_id=lot["id"], location_id=place)
    _count(goods, "inventory_add", 5, location_id=place)

    _count(goods, "inventory_transfer", 2, location_from_id=place)

    assert sorted(_lying(goods)) == [("Receiving", "L-1", 2), ("Z-01", "L-1", 3)]


def test_lots_are_switched_together(goods: Goods) -> None:
    """`lots_update` switches all of them or none."""
    one, other = _lot(goods), _lot(goods, "L-2")

    error = goods.refused("lots_update", lots_ids=[one["id"], "TG90Ojk5OTk="], is_active=False)
    kept = goods.do("lot_update", _NODE, lot_id=one["id"])["lot"]["is_active"]
    done = goods.do("lots_update", "ok", lots_ids=[one["id"], other["id"]], is_active=False)["ok"]
    after = goods.do("lot_update", _NODE, lot_id=one["id"])["lot"]["is_active"]

    assert (error["code"], error["message"]) == (5, "Lot not found")
    assert (kept, done, after) == (True, True, False)


def test_a_lot_with_pieces_stays(goods: Goods) -> None:
    """Neither can it be deleted, nor given to another product."""
    goods.product("S-2", 0)
    place, lot = _place(goods), _lot(goods)
    _count(goods, "inventory_add", 1, location_id=place)
    goods.do("lot_assign_to_location", lot_id=lot["id"], location_id=place)

    deleted = goods.refused("lot_delete", lot_id=lot["id"])
    moved = goods.refused("lot_update", lot_id=lot["id"], sku="S-2")
    _count(goods, "inventory_remove", 1)
    gone = goods.do("lot_delete", _NODE, lot_id=lot["id"])["lot"]

    assert deleted["message"] == "The lot has inventory: move it to another lot first"
    assert moved["message"] == "The lot has inventory, so it cannot be given to another product"
    assert (gone["name"], _names(goods, '(sku: "S-1")')) == ("L-1", [])


def test_lots_of_others_are_not_found(goods: Goods) -> None:
    """What another account has is not there."""
    lot = _lot(goods)
    stranger = goods_of(goods.twin, "wms2@3pl.example", account_id=7601)

    error = stranger.refused("lot_delete", lot_id=lot["id"])

    assert (error["code"], _names(stranger, "")) == (5, [])
