from datetime import timedelta
from typing import Any

import pytest

from shiphero_client import new_client
from shiphero_goods import Goods, goods_of
from twins import ShipheroTwin

_NODE = "warehouse_product { on_hand available allocated backorder non_sellable_quantity reserve_inventory }"
_ALL = """query($after: String) { warehouse_products { data(first: 60, after: $after) {
  pageInfo { hasNextPage endCursor } edges { node { sku warehouse_id on_hand in_tote locations(first: 20) { edges {
  node { quantity location { name } } } } } } } } }"""
_MOVES = """query($sku: String) { inventory_changes(sku: $sku) { data(first: 1000) { edges { node {
  warehouse_id change_in_on_hand } } } } }"""
_HISTORY = """query($sku: String, $reason: String, $from: ISODateTime, $to: ISODateTime, $location: String) {
  inventory_changes(sku: $sku, reason: $reason, date_from: $from, date_to: $to, location_name: $location) {
  data(first: 50, sort: "-id") { edges { node { id legacy_id sku reason change_in_on_hand
    previous_on_hand user_id warehouse_id account_id created_at cycle_counted lot_id location_id
    location { name } product { sku } } } } } }"""
_FOUND = "query { warehouse_products(%s) { data(first: 100) { edges { node { sku warehouse_id } } } } }"


@pytest.fixture
def goods(shiphero_twin: ShipheroTwin) -> Goods:
    """Give the goods of the small shop."""
    return goods_of(shiphero_twin)


def _place(goods: Goods, name: str = "Z-01", **members: Any) -> str:
    data = {"warehouse_id": goods.houses[0], "name": name, "zone": "Z", **members}
    made: str = goods.do("location_create", "location { id }", **data)["location"]["id"]
    return made


def _count(goods: Goods, operation: str, quantity: int, sku: str = "S-1", **members: Any) -> dict[str, Any]:
    data = {"sku": sku, "warehouse_id": goods.houses[0], "quantity": quantity, **members}
    stock: dict[str, Any] = goods.do(operation, _NODE, **data)["warehouse_product"]
    return stock


def _history(goods: Goods, **variables: Any) -> list[dict[str, Any]]:
    answer = goods.client.data(_HISTORY, variables)["inventory_changes"]["data"]
    return [edge["node"] for edge in answer["edges"]]


def test_pieces_come_and_go(goods: Goods) -> None:
    """Adding, removing and the older subtracting change what is there by so much, replacing to so much."""
    goods.product("S-1", 10)

    seen = [
        _count(goods, operation, quantity)["on_hand"]
        for operation, quantity in (
            *(("inventory_add", 5), ("inventory_remove", 3), ("inventory_subtract", 2)),
            *(("inventory_replace", 40), ("inventory_replace", 7)),
        )
    ]

    assert seen == [15, 12, 10, 40, 7]
    assert [each["change_in_on_hand"] for each in goods.changes("S-1")] == [10, 5, -3, -2, 30, -33]


def test_a_change_says_what_where_who_and_why(goods: Goods) -> None:
    """Each change is a row with the numbers before it, the location, the user and the reason that was given."""
    goods.product("S-1", 4)
    place = _place(goods)
    me = goods.client.data("{ me { data { id } } }")["me"]["data"]["id"]

    _count(goods, "inventory_add", 3, reason="Found behind the shelf", location_id=place)

    (change, opening) = _history(goods, sku=" s-1 ")
    assert (change["previous_on_hand"], change["change_in_on_hand"]) == (4, 3)
    assert (change["location_id"], change["location"], change["user_id"]) == (place, {"name": "Z-01"}, me)
    assert (change["reason"], change["product"], change["cycle_counted"]) == (
        *("Found behind the shelf", {"sku": "S-1"}, False),
    )
    assert opening["location"] == {"name": "Receiving"}


@pytest.mark.parametrize(
    ("operation", "changes", "words"),
    [
        ("inventory_remove", {"quantity": 11}, "Not enough inventory in this warehouse: 11 requested, 10 there"),
        ("inventory_remove", {"quantity": 0}, "quantity must be greater than 0"),
        ("inventory_add", {"quantity": -1}, "quantity must be greater than 0"),
        ("inventory_add", {"quantity": 100_000_001}, "quantity must not be greater than 100000000"),
        ("inventory_replace", {"quantity": -1}, "quantity must not be negative"),
        ("inventory_transfer", {"quantity": 1}, "The inventory is in this location already: name two different ones"),
    ],
)
def test_what_makes_no_sense_changes_nothing(goods: Goods, operation: str, changes: dict[str, Any], words: str) -> None:
    """Too many, too few or no pieces are refused in words, and the books stay as they are."""
    goods.product("S-1", 10)

    error = goods.refused(operation, sku="S-1", warehouse_id=goods.houses[0], **changes)

    assert (error["code"], error["message"], error["operation"]) == (901, words, operation)
    assert goods.on_hand("S-1") == 10
    assert len(goods.changes("S-1")) == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sku": "S-2"}, "Product not found"),
        ({"warehouse_id": "V2FyZWhvdXNlOjk5"}, "Warehouse not found"),
        ({"warehouse_id": "nonsense"}, "Warehouse not found"),
        ({"location_id": "QmluOjk5OTk5OTk="}, "Location not found"),
        ({"lpn_id": "LPN0000009999"}, "License plate number not found"),
        ({"customer_account_id": "QWNjb3VudDo3NjAy"}, "Account not found"),
    ],
)
def test_unknown_names_are_not_found(goods: Goods, changes: dict[str, Any], words: str) -> None:
    """Products, warehouses, locations, plates and accounts that the caller has not are all answered with code 5."""
    goods.product("S-1", 10)
    data = {"sku": "S-1", "warehouse_id": goods.houses[0], "quantity": 1, **changes}

    error = goods.refused("inventory_add", **data)

    assert (error["code"], error["message"]) == (5, words)


def test_a_location_holds_only_its_warehouses_goods(goods: Goods) -> None:
    """A location of another warehouse is not found, and one that holds too few gives none."""
    goods.product("S-1", 10)
    place = _place(goods)
    elsewhere = _place(goods, warehouse_id=goods.houses[1])

    foreign = goods.refused("inventory_add", sku="S-1", warehouse_id=goods.houses[0], quantity=1, location_id=elsewhere)
    short = goods.refused("inventory_remove", sku="S-1", warehouse_id=goods.houses[0], quantity=1, location_id=place)

    assert (foreign["code"], foreign["message"]) == (5, "Location not found")
    assert short["message"] == "Not enough inventory in location Z-01: 1 requested, 0 there"


def test_a_transfer_keeps_what_is_on_hand(goods: Goods) -> None:
    """Carrying pieces writes a row for each end; an open end stands for where unlocated pieces lie."""
    goods.product("S-1", 10)
    place = _place(goods)
    data = {"sku": "S-1", "warehouse_id": goods.houses[0]}

    there = goods.do("inventory_transfer", "ok", quantity=6, location_to_id=place, reason="Restock", **data)
    goods.do("inventory_transfer", "ok", quantity=2, location_from_id=place, **data)

    assert there["ok"] is True
    assert goods.on_hand("S-1") == 10
    moves = [(each["previous_on_hand"], each["change_in_on_hand"]) for each in goods.changes("S-1")]
    assert moves == [(0, 10), (10, -6), (4, 6), (10, -2), (8, 2)]


def test_replacing_in_a_location_leaves_the_others_alone(goods: Goods) -> None:
    """With a location the quantity is that of the location; without one it is that of the warehouse."""
    goods.product("S-1", 10)
    place = _place(goods)

    in_place = _count(goods, "inventory_replace", 5, location_id=place)["on_hand"]
    emptied = _count(goods, "inventory_replace", 0, location_id=place)["on_hand"]

    assert (in_place, emptied) == (15, 10)


def test_what_may_not_be_sold_is_not_counted_where_asked(goods: Goods) -> None:
    """`includes_non_sellable: false` sets the pieces that may be sold, and leaves the others as they are."""
    goods.product("S-1", 10)
    place = _place(goods, sellable=False)
    _count(goods, "inventory_add", 4, location_id=place)

    stock = _count(goods, "inventory_replace", 8, includes_non_sellable=False)

    assert (stock["on_hand"], stock["non_sellable_quantity"]) == (12, 4)


def test_dynamic_slotting_wants_a_location(goods: Goods) -> None:
    """An account that slots dynamically cannot replace inventory without saying where."""
    goods.product("S-1", 10)
    place = _place(goods)
    goods.twin.control("PATCH", "/accounts/7556/settings", {"dynamic_slotting": True})

    error = goods.refused("inventory_replace", sku="S-1", warehouse_id=goods.houses[0], quantity=1)
    located = _count(goods, "inventory_replace", 1, location_id=place)

    assert error["message"] == "location_id is required: this account uses dynamic slotting"
    assert located["on_hand"] == 11


def test_a_kit_has_no_pieces_of_its_own(goods: Goods) -> None:
    """The stock of a kit that is made of components when it is sold cannot be changed."""
    goods.product("S-1", 10)
    goods.product("S-KIT", 0, kit=True)
    goods.do("kit_build", sku="S-KIT", components=[{"sku": "S-1", "quantity": 2}])

    error = goods.refused("inventory_add", sku="S-KIT", warehouse_id=goods.houses[0], quantity=1)

    assert error["message"] == "The inventory of a kit is that of its components: change theirs"


def test_orders_feel_what_happens_to_stock(goods: Goods) -> None:
    """Pieces that go leave orders waiting, and pieces that come go to the orders that wait."""
    goods.product("S-1", 5)
    order = goods.order(("S-1", 4))

    short = _count(goods, "inventory_remove", 3)
    waiting = goods.lines(order["id"])["S-1"]
    served = _count(goods, "inventory_add", 1)

    assert (short["allocated"], short["backorder"], waiting) == (2, 2, (2, 2))
    assert (served["allocated"], served["backorder"], goods.lines(order["id"])["S-1"]) == (3, 1, (3, 1))


def test_a_stock_record_keeps_what_it_is_told(goods: Goods) -> None:
    """Prices, levels and bins are kept; `on_hand` counts as a replacement and leaves a row of history."""
    goods.product("S-1", 5)
    fields = (
        "warehouse_product { on_hand price value inventory_bin reserve_inventory reorder_level replenishment_level"
        " customs_value active available updated_at }"
    )
    data = {"price": "4.20", "value": "2.10", "inventory_bin": "A-1", "reserve_inventory": 2, "reorder_level": 7}
    more = {"replenishment_level": 3, "customs_value": "1.50", "active": False}

    changed = goods.do(
        "warehouse_product_update", fields, sku="S-1", warehouse_id=goods.houses[0], on_hand=9, **data, **more
    )["warehouse_product"]

    assert {name: changed[name] for name in (*data, *more)} == {**data, **more}
    assert (changed["on_hand"], changed["available"]) == (9, 9)
    assert goods.changes("S-1")[-1]["change_in_on_hand"] == 4


def test_levels_are_not_negative(goods: Goods) -> None:
    """A reserve or level below zero is refused."""
    goods.product("S-1", 5)

    error = goods.refused("warehouse_product_update", sku="S-1", warehouse_id=goods.houses[0], reserve_inventory=-1)

    assert error["message"] == "reserve_inventory must not be negative"


def test_a_deleted_stock_record_leaves_its_history(goods: Goods) -> None:
    """Deleting takes the pieces first; what orders have set aside keeps a record from being deleted."""
    goods.product("S-1", 5)
    order = goods.order(("S-1", 1))

    refused = goods.refused("warehouse_product_delete", sku="S-1", warehouse_id=goods.houses[0])
    goods.client.data(
        "mutation($data: CancelOrderInput!) { order_cancel(data: $data) { request_id } }",
        {"data": {"order_id": order["id"]}},
    )
    goods.do("warehouse_product_delete", sku="S-1", warehouse_id=goods.houses[0])

    assert refused["message"] == "The product has inventory that is allocated to orders in this warehouse"
    assert goods.stock("S-1") == {}
    assert [each["change_in_on_hand"] for each in goods.changes("S-1")] == [5, -5]


def test_who_waits_for_a_deleted_record_waits_on(goods: Goods) -> None:
    """An order whose stock record goes still wants its pieces, and gets them when the product comes back."""
    goods.product("S-1", 0)
    order = goods.order(("S-1", 2))

    goods.do("warehouse_product_delete", sku="S-1", warehouse_id=goods.houses[0])
    gone = goods.lines(order["id"])["S-1"]
    goods.do("product_add_to_warehouse", sku="S-1", warehouse_id=goods.houses[0], on_hand=2)

    assert (gone, goods.lines(order["id"])["S-1"]) == ((0, 2), (2, 0))


@pytest.mark.parametrize(
    ("arguments", "number"),
    [
        ('sku: " s-1 "', 2),
        ('sku: "S-1", warehouse_id: "{0}"', 1),
        ('sku: "S-1", active: true', 1),
        ('sku: "S-1", active: false', 1),
        ('sku: "S-1", created_from: "2020-01-01"', 2),
        ('sku: "S-1", updated_to: "2020-01-01"', 0),
        ('sku: "S-1", warehouse_id: "V2FyZWhvdXNlOjk5"', 0),
        ('ids: ["{1}"]', 1),
    ],
)
def test_stock_records_are_found(goods: Goods, arguments: str, number: int) -> None:
    """Each filter of `warehouse_products` keeps what fits it."""
    goods.product("S-1", 5)
    goods.do("product_add_to_warehouse", sku="S-1", warehouse_id=goods.houses[1], on_hand=1)
    goods.do("warehouse_product_update", sku="S-1", warehouse_id=goods.houses[1], active=False)
    first = goods.client.data('{ warehouse_products(sku: "S-1") { data(first: 1) { edges { node { id } } } } }')
    identity = first["warehouse_products"]["data"]["edges"][0]["node"]["id"]

    found = goods.client.data(_FOUND % arguments.format(goods.houses[0], identity))["warehouse_products"]["data"]

    assert len(found["edges"]) == number


def test_history_is_searched_by_reason_within_sixty_days(goods: Goods) -> None:
    """`reason` finds texts that contain it, and wants a range of dates of at most sixty days."""
    goods.product("S-1", 5)
    place = _place(goods)
    _count(goods, "inventory_add", 1, reason="Annual COUNT of 2026", location_id=place)
    now = goods.twin.now()
    days = {"from": f"{now - timedelta(days=59):%Y-%m-%d}", "to": f"{now + timedelta(hours=1):%Y-%m-%dT%H:%M:%S}"}

    found = _history(goods, reason="annual count", **days)
    elsewhere = _history(goods, sku="S-1", location="z-01")
    open_end = goods.client.error(_HISTORY, {"reason": "count"})
    too_long = goods.client.error(_HISTORY, {"reason": "count", "from": "2020-01-01"})

    assert [each["reason"] for each in found] == ["Annual COUNT of 2026"] == [each["reason"] for each in elsewhere]
    assert (open_end["code"], "set date_from and date_to" in open_end["message"]) == (901, True)
    assert too_long["message"] == "The date range must not be longer than 60 days when filtering by reason"


def test_a_change_is_told_once_with_the_numbers_after_it(goods: Goods) -> None:
    """One mutation sends one "Inventory Update" for a product, and an "Inventory Change" for each row of history."""
    goods.product("S-1", 5)
    goods.order(("S-1", 2))
    goods.do("warehouse_product_update", sku="S-1", warehouse_id=goods.houses[0], reserve_inventory=1)
    goods.subscribe("Inventory Update")
    goods.subscribe("Inventory Change")

    _count(goods, "inventory_add", 3, reason="Delivery")

    (update,) = goods.told("Inventory Update")
    (inventory,) = update["inventory"]
    assert (update["account_id"], inventory["sku"], inventory["inventory"], inventory["on_hand"]) == (
        *(7556, "S-1", "5", "8"),
    )
    assert (inventory["reserve"], inventory["updated_warehouse"]["warehouse_id"]) == ("1", 11790)
    (change,) = goods.told("Inventory Change")
    told = {name: change[name] for name in ("sku", "quantity", "previous_on_hand", "reason", "location_name")}
    assert told == {
        "sku": "S-1",
        "quantity": 3,
        "previous_on_hand": 5,
        "reason": "Delivery",
        "location_name": "Receiving",
    }


def test_an_order_alone_changes_what_is_offered(goods: Goods) -> None:
    """Stock that is set aside is told of too, although no piece has moved; what is refused is not told."""
    goods.product("S-1", 5)
    goods.subscribe("Inventory Update")
    goods.subscribe("Inventory Change")

    goods.order(("S-1", 2))
    goods.refused("inventory_remove", sku="S-1", warehouse_id=goods.houses[0], quantity=50)

    assert [each["inventory"][0]["inventory"] for each in goods.told("Inventory Update")] == ["3"]
    assert goods.told("Inventory Change") == []


def test_the_seeds_books_add_up(goods: Goods) -> None:
    """In the small shop, too, each stock is what moved and what lies in its locations."""
    moved: dict[tuple[str, str], int] = {}
    stock: list[dict[str, Any]] = []
    after: str | None = ""
    while after is not None:
        page = goods.client.data(_ALL, {"after": after})["warehouse_products"]["data"]
        stock += [edge["node"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None
        goods.twin.clock_advance("67s")

    for sku in {row["sku"] for row in stock if row["on_hand"] > 60}:
        for edge in goods.client.data(_MOVES, {"sku": sku})["inventory_changes"]["data"]["edges"]:
            key = (sku, edge["node"]["warehouse_id"])
            moved[key] = moved.get(key, 0) + edge["node"]["change_in_on_hand"]
        goods.twin.clock_advance("67s")

    assert len(stock) > 100
    for row in stock:
        lying = sum(edge["node"]["quantity"] for edge in row["locations"]["edges"])
        assert row["on_hand"] == lying + row["in_tote"] == moved.get((row["sku"], row["warehouse_id"]), row["on_hand"])


@pytest.mark.twin_seed("small-shop")
def test_a_3pl_counts_for_its_customer(shiphero_twin: ShipheroTwin) -> None:
    """With `customer_account_id` a 3PL changes its customer's stock in its own warehouse; nobody else can."""
    logistician = goods_of(shiphero_twin, "wms2@3pl.example", account_id=7601)
    customer = new_client(shiphero_twin, "tea@3pl.example", account_id=7602)
    stranger = goods_of(shiphero_twin)
    tea = {"customer_account_id": "QWNjb3VudDo3NjAy", "sku": "TEA-1"}
    logistician.product("TEA-1", 2, customer_account_id=tea["customer_account_id"])

    count = {**tea, "warehouse_id": logistician.houses[0], "quantity": 3}
    stock = logistician.do("inventory_add", _NODE, **count)["warehouse_product"]
    refused = stranger.refused("inventory_add", **count)
    seen = customer.data('{ warehouse_products(sku: "TEA-1") { data(first: 5) { edges { node { on_hand } } } } }')

    assert stock["on_hand"] == 5
    assert refused["code"] == 5
    assert [edge["node"]["on_hand"] for edge in seen["warehouse_products"]["data"]["edges"]] == [5]
