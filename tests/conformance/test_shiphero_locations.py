from typing import Any

import pytest

from shiphero_goods import Goods, goods_of
from twins import ShipheroTwin

_NODE = """location { id legacy_id account_id warehouse_id name zone pickable sellable staging is_cart pick_priority
  dimensions { weight height width length } length width height max_weight temperature last_counted created_at
  type { id name category daily_storage_cost is_lpn_allowed account_id } }"""
_ITEMS = """{ item_locations(%s) { data(first: 50, sort: "%s") { edges { node { id sku quantity loose_quantity
  allocated_quantity location_id warehouse_id location { name } location_type { name } product { sku }
  warehouse_product { on_hand }
  lpns(first: 5) { edges { node { lpn_id status container_type units sku order { id } } } } } } } } }"""
_STOCK = "warehouse_product { on_hand locations(first: 9) { edges { node { quantity location { name } } } } }"


@pytest.fixture
def goods(shiphero_twin: ShipheroTwin) -> Goods:
    """Give the goods of the small shop."""
    return goods_of(shiphero_twin)


def _create(goods: Goods, name: str = "Z-01", **members: Any) -> dict[str, Any]:
    data = {"warehouse_id": goods.houses[0], "name": name, "zone": "Z", **members}
    made: dict[str, Any] = goods.do("location_create", _NODE, **data)["location"]
    return made


def _add(goods: Goods, quantity: int, place: dict[str, Any], **members: Any) -> dict[str, Any]:
    data = {"sku": "S-1", "warehouse_id": goods.houses[0], "quantity": quantity, "location_id": place["id"]}
    stock: dict[str, Any] = goods.do("inventory_add", _STOCK, **{**data, **members})["warehouse_product"]
    return stock


def _items(goods: Goods, arguments: str = 'sku: ["S-1"]', *, sort: str = "id") -> list[dict[str, Any]]:
    answer = goods.client.data(_ITEMS % (arguments, sort))["item_locations"]["data"]
    return [edge["node"] for edge in answer["edges"]]


def _names(goods: Goods, arguments: str) -> list[str]:
    query = f'{{ locations({arguments}) {{ data(first: 100, sort: "-name") {{ edges {{ node {{ name }} }} }} }} }}'
    return [edge["node"]["name"] for edge in goods.client.data(query)["locations"]["data"]["edges"]]


def test_a_new_location_is_what_was_sent(goods: Goods) -> None:
    """What was sent comes back, the older sizes beside the newer ones; what was left out has its usual value."""
    size = {"weight": "50", "height": "10", "width": "20", "length": "30"}

    made = _create(goods, dimensions=size, pick_priority=4, temperature="cold", staging=True)
    plain = _create(goods, "Z-02")

    assert (made["dimensions"], made["length"], made["max_weight"]) == (size, "30", "50")
    assert (made["pick_priority"], made["temperature"], made["staging"]) == (4, "cold", True)
    assert (plain["pickable"], plain["sellable"], plain["is_cart"], plain["last_counted"]) == (True, True, False, None)


def test_a_location_is_found_by_id_and_by_name(goods: Goods) -> None:
    """Both ways lead to the same location, and the id of the older kind is taken as well."""
    made = _create(goods)
    query = "query($id: String, $name: String) { location(id: $id, name: $name) { data { id name } } }"
    wanted = {"data": {"id": made["id"], "name": "Z-01"}}

    found = [
        goods.client.data(query, variables)["location"]
        for variables in ({"id": made["id"]}, {"id": str(made["legacy_id"])}, {"name": " z-01 "})
    ]

    assert found == [wanted] * 3
    assert goods.client.error(query, {"name": "Z-99"})["code"] == 5
    assert goods.client.error(query, {})["message"] == "id or name is required"


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"name": " z-01 "}, 902, "A location named z-01 already exists in this warehouse"),
        ({"name": " "}, 901, "name is required"),
        ({"zone": ""}, 901, "zone is required"),
        ({"warehouse_id": "V2FyZWhvdXNlOjk5"}, 5, "Warehouse not found"),
        ({"location_type_id": "TG9jYXRpb25UeXBlOjk5OTk5"}, 5, "LocationType not found"),
    ],
)
def test_a_location_that_makes_no_sense_is_refused(
    goods: Goods, changes: dict[str, Any], code: int, words: str
) -> None:
    """A name stands once in a warehouse; name and zone have to be there, as has what is named."""
    _create(goods)
    data = {"warehouse_id": goods.houses[0], "name": "Z-02", "zone": "Z"}

    error = goods.refused("location_create", **{**data, **changes})

    assert (error["code"], error["message"]) == (code, words)


def test_locations_are_found(goods: Goods) -> None:
    """Each filter of `locations` keeps what fits it."""
    goods.product("S-1", 0)
    made = _create(goods, "Q-01", pickable=False)
    _create(goods, "Q-02", sellable=False)
    _add(goods, 2, made)

    assert _names(goods, f'warehouse_id: "{goods.houses[0]}", pickable: false, sku: "s-1"') == ["Q-01"]
    assert "Q-02" in _names(goods, "sellable: false")
    assert _names(goods, 'name: "q-02"') == ["Q-02"]
    assert _names(goods, f'ids: ["{made["id"]}"]') == ["Q-01"]
    assert _names(goods, 'sku: "S-1", sellable: false') == []


def test_pieces_stand_in_their_places(goods: Goods) -> None:
    """`item_locations` tells how many pieces lie where, how many of them are spoken for, and keeps empty places."""
    goods.product("S-1", 4)
    place = _create(goods, "A-LOW", pick_priority=-1)
    _add(goods, 3, place)
    goods.order(("S-1", 5))

    there = {item["location"]["name"]: item for item in _items(goods)}

    assert {name: item["quantity"] for name, item in there.items()} == {"Receiving": 4, "A-LOW": 3}
    assert sum(item["allocated_quantity"] for item in there.values()) == 5
    assert there["A-LOW"]["allocated_quantity"] == 3
    assert there["A-LOW"]["warehouse_product"]["on_hand"] == 7
    assert [item["quantity"] for item in _items(goods, sort="-quantity")] == [4, 3]


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ('sku: ["S-1"], location_name: ["q-01"]', ["Q-01"]),
        ('sku: ["S-1"], location_name_prefix: "Q-"', ["Q-01", "Q-02"]),
        ('sku: ["S-1"], has_inventory: true', ["Q-01", "Receiving"]),
        ('sku: ["S-1"], has_inventory: false', ["Q-02"]),
        ('sku: ["S-1"], pickable: false, location_name_prefix: "Q"', ["Q-02"]),
        ('sku: ["S-1", "S-2"], sellable: true, created_from: "2020-01-01", warehouse_id: "V2FyZWhvdXNlOjExNzkw"', None),
        ('sku: ["S-1"], updated_to: "2020-01-01"', []),
        ('sku: ["S-1"], location_type_id: ["TG9jYXRpb25UeXBlOjk5"]', []),
        ('sku: ["S-1"], customer_account_id: "QWNjb3VudDo3NTU2"', ["Q-01", "Q-02", "Receiving"]),
    ],
)
def test_item_locations_are_found(goods: Goods, arguments: str, names: list[str] | None) -> None:
    """Each filter of `item_locations` keeps what fits it."""
    goods.product("S-1", 1)
    _add(goods, 2, _create(goods, "Q-01"))
    dark = _create(goods, "Q-02", pickable=False)
    _add(goods, 2, dark)
    goods.do("inventory_remove", sku="S-1", warehouse_id=goods.houses[0], quantity=2, location_id=dark["id"])

    found = sorted(item["location"]["name"] for item in _items(goods, arguments))

    assert found == (["Q-01", "Q-02", "Receiving"] if names is None else names)


def test_what_may_not_be_sold_leaves_the_orders(goods: Goods) -> None:
    """Closing a location for selling takes its pieces from the orders, opening it gives them back."""
    goods.product("S-1", 0)
    place = _create(goods)
    _add(goods, 3, place)
    order = goods.order(("S-1", 3))

    goods.do("location_update", _NODE, location_id=place["id"], sellable=False)
    closed = goods.lines(order["id"])["S-1"]
    changed = goods.do("location_update", _NODE, location_id=place["id"], sellable=True, zone="Y")["location"]

    assert (closed, goods.lines(order["id"])["S-1"]) == ((0, 3), (3, 0))
    assert (changed["zone"], changed["name"]) == ("Y", "Z-01")


def test_only_an_empty_location_goes(goods: Goods) -> None:
    """A location with pieces stays; an empty one is gone, its name is free again, and history still names it."""
    goods.product("S-1", 0)
    place = _create(goods)
    _add(goods, 1, place)

    full = goods.refused("location_delete", location_id=place["id"])
    goods.do("inventory_remove", sku="S-1", warehouse_id=goods.houses[0], quantity=1)
    goods.do("location_delete", location_id=place["id"])
    again = _create(goods)

    assert full["message"] == "The location has inventory: move it to another location first"
    assert goods.refused("location_delete", location_id=place["id"])["code"] == 5
    assert again["id"] != place["id"]
    assert goods.changes("S-1")[0]["location_id"] == place["id"]


def test_the_receiving_location_stays(goods: Goods) -> None:
    """Every warehouse keeps the place where unlocated pieces go."""
    query = '{ locations(name: "Receiving") { data(first: 1) { edges { node { id } } } } }'
    found = goods.client.data(query)["locations"]["data"]["edges"]

    error = goods.refused("location_delete", location_id=found[0]["node"]["id"])

    assert error["code"] == 901


def test_empty_places_can_be_forgotten(goods: Goods) -> None:
    """`item_location_delete` forgets places that have run empty, and touches nothing where one has not."""
    goods.product("S-1", 1)
    place = _create(goods)
    _add(goods, 1, place)
    goods.do("inventory_remove", sku="S-1", warehouse_id=goods.houses[0], quantity=1, location_id=place["id"])
    numbers = {item["location"]["name"]: item["id"] for item in _items(goods)}

    error = goods.refused("item_location_delete", ids=[numbers["Z-01"], numbers["Receiving"]])
    kept = len(_items(goods))
    gone = goods.do("item_location_delete", "ok deleted_ids", ids=[numbers["Z-01"]])

    assert error["message"] == "The item location has inventory: move it or remove it first"
    assert (kept, gone["ok"], gone["deleted_ids"], len(_items(goods))) == (2, True, [numbers["Z-01"]], 1)


def test_license_plates_hold_pieces(goods: Goods) -> None:
    """A plate is unused until pieces stand on it, is where they are, and is used up when the last has gone."""
    goods.product("S-1", 0)
    place = _create(goods)
    fields = "license_plate_numbers { id license_plate_number container_type status warehouse_id location_id }"
    made = goods.do(
        "license_plate_numbers_create", fields, warehouse_id=goods.houses[0], container_type="pallet", quantity=2
    )["license_plate_numbers"]
    plate = made[0]["id"]

    _add(goods, 6, place, lpn_id=plate)
    _add(goods, 1, place)
    (item,) = _items(goods)
    goods.do(
        "inventory_remove", sku="S-1", warehouse_id=goods.houses[0], quantity=6, location_id=place["id"], lpn_id=plate
    )
    (after,) = _items(goods)
    used = goods.refused("inventory_add", sku="S-1", warehouse_id=goods.houses[0], quantity=1, lpn_id=plate)

    assert [each["status"] for each in made] == ["UNUSED", "UNUSED"]
    assert made[0]["license_plate_number"] != made[1]["license_plate_number"]
    assert (item["quantity"], item["loose_quantity"]) == (7, 1)
    assert [edge["node"] for edge in item["lpns"]["edges"]] == [
        {"lpn_id": plate, "status": "INUSE", "container_type": "PALLET", "units": 6, "sku": "S-1", "order": None}
    ]
    assert (after["quantity"], after["loose_quantity"], after["lpns"]["edges"]) == (1, 1, [])
    assert used["message"] == "This license plate number cannot be used"


def test_pieces_move_from_plate_to_plate(goods: Goods) -> None:
    """A transfer between plates of one location keeps the location; a plate is in one place only."""
    goods.product("S-1", 0)
    place, other = _create(goods), _create(goods, "Z-02")
    fields = "license_plate_numbers { id license_plate_number }"
    made = goods.do(
        "license_plate_numbers_create", fields, warehouse_id=goods.houses[0], container_type="BOX", quantity=2
    )["license_plate_numbers"]
    first, second = made[0]["id"], made[1]["license_plate_number"]
    _add(goods, 4, place, lpn_id=first)
    data = {"sku": "S-1", "warehouse_id": goods.houses[0], "quantity": 3, "location_from_id": place["id"]}

    goods.do("inventory_transfer", "ok", **data, location_to_id=place["id"], lpn_from_id=first, lpn_to_id=second)
    (item,) = _items(goods)
    more = {"quantity": 1, "location_to_id": other["id"], "lpn_from_id": first, "lpn_to_id": second}
    elsewhere = goods.refused("inventory_transfer", **{**data, **more})

    assert [edge["node"]["units"] for edge in item["lpns"]["edges"]] == [1, 3]
    assert elsewhere["message"] == "This license plate number is in another location"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"container_type": "CRATE"}, "container_type must be one of BOX, PALLET, STAGING"),
        ({"quantity": 0}, "quantity must be a number from 1 to 500"),
    ],
)
def test_license_plates_that_make_no_sense_are_refused(goods: Goods, changes: dict[str, Any], words: str) -> None:
    """There are three containers, and at most 500 plates at once."""
    data = {"warehouse_id": goods.houses[0], "container_type": "BOX", "quantity": 1, **changes}

    error = goods.refused("license_plate_numbers_create", **data)

    assert error["message"] == words


def test_locations_of_others_are_not_found(goods: Goods) -> None:
    """What another account has is not there."""
    place = _create(goods)
    stranger = goods_of(goods.twin, "wms2@3pl.example", account_id=7601)

    seen = _names(stranger, 'name: "Z-01"')
    error = stranger.refused("location_update", location_id=place["id"], zone="X")

    assert seen == []
    assert (error["code"], error["message"]) == (5, "Location not found")
