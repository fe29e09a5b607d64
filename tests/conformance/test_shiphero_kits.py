"""Kits and assemblies of the ShipHero twin over HTTP: what products are made of, sold and built."""

from typing import Any

import pytest

from shiphero_goods import Goods, goods_of
from twins import ShipheroTwin, fetch

_MADE_OF = """product { sku kit kit_build is_assembly kit_components { id sku quantity account_id } components { sku }
  assembly_components { id sku quantity } }"""


@pytest.fixture
def goods(shiphero_twin: ShipheroTwin) -> Goods:
    """Give a shop with two parts, ten and three on the shelf, and something to make of them."""
    shop = goods_of(shiphero_twin)
    shop.product("LEG", 10)
    shop.product("TOP", 3)
    shop.product("TABLE")
    return shop


def _parts(*parts: tuple[str, int]) -> list[dict[str, Any]]:
    return [{"sku": sku, "quantity": quantity} for sku, quantity in parts]


def _table(goods: Goods, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = goods.do(
        "kit_build", _MADE_OF, sku="TABLE", components=_parts(("LEG", 4), ("top ", 1)), **more
    )["product"]
    return made


def _component(order: dict[str, Any]) -> list[tuple[str, int]]:
    (allocation,) = order["allocations"]
    assert all(line["is_kit_component"] for line in allocation["line_items"])
    return [(line["sku"], line["quantity_allocated"]) for line in allocation["line_items"]]


def test_kit_build_makes_a_product_a_kit(goods: Goods) -> None:
    """Components stand under both names, and a second call changes a quantity or adds another."""
    first = _table(goods)
    second = goods.do("kit_build", _MADE_OF, sku="TABLE", components=_parts(("LEG", 3)))["product"]

    assert (first["kit"], first["kit_build"]) == (True, False)
    assert [(part["sku"], part["quantity"]) for part in first["kit_components"]] == [("LEG", 4), ("TOP", 1)]
    assert first["components"] == [{"sku": "LEG"}, {"sku": "TOP"}]
    assert [(part["sku"], part["quantity"]) for part in second["kit_components"]] == [("LEG", 3), ("TOP", 1)]
    assert second["kit_components"][0]["id"] == first["kit_components"][0]["id"]


def test_kits_are_found(goods: Goods) -> None:
    """`has_kits` gives those alone."""
    _table(goods)

    found = goods.client.data("{ products(has_kits: true) { data(first: 100) { edges { node { sku kit } } } } }")

    nodes = [edge["node"] for edge in found["products"]["data"]["edges"]]
    assert "TABLE" in [node["sku"] for node in nodes]
    assert all(node["kit"] for node in nodes)


def test_an_order_for_a_virtual_kit_takes_its_components(goods: Goods) -> None:
    """Two tables take eight legs and two tops; a third has legs for none, and waits."""
    _table(goods)

    order = goods.order(("TABLE", 2))
    short = goods.order(("TABLE", 1))

    assert _component(order) == [("LEG", 8), ("TOP", 2)]
    assert goods.lines(order["id"]) == {"TABLE": (2, 0)}
    assert goods.lines(short["id"]) == {"TABLE": (0, 1)}
    assert (goods.stock("LEG")["allocated"], goods.stock("TOP")["allocated"]) == (8, 2)


def test_components_that_come_serve_the_kits_that_wait(goods: Goods) -> None:
    """Four more legs are one more table."""
    _table(goods)
    order = goods.order(("TABLE", 3))
    before = goods.lines(order["id"])
    add = "mutation($d: UpdateInventoryInput!) { inventory_add(data: $d) { request_id } }"

    goods.client.data(add, {"d": {"sku": "LEG", "warehouse_id": goods.houses[0], "quantity": 4}})

    assert before == {"TABLE": (2, 1)}
    assert goods.lines(order["id"]) == {"TABLE": (3, 0)}


def test_a_kit_that_is_built_ahead_has_stock_of_its_own(goods: Goods) -> None:
    """An order for it waits until some are built, which takes the components from the shelf."""
    made = _table(goods, kit_build=True)
    order = goods.order(("TABLE", 1))
    before = goods.lines(order["id"])
    number = goods.client.data('{ product(sku: "TABLE") { data { id } } }')["product"]["data"]["id"]

    built = goods.twin.control("POST", f"/products/{number}/build", {"warehouse": goods.houses[0], "quantity": 2})

    assert made["kit_build"] is True
    assert before == {"TABLE": (0, 1)}
    assert built == {"id": number, "sku": "TABLE", "built": 2}
    assert (goods.on_hand("TABLE"), goods.on_hand("LEG"), goods.on_hand("TOP")) == (2, 2, 1)
    assert goods.lines(order["id"]) == {"TABLE": (1, 0)}
    assert [each["reason"] for each in goods.changes("TABLE")] == ["Built TABLE"]


@pytest.mark.parametrize(
    ("sent", "status", "message"),
    [
        ({"quantity": 1}, 422, "warehouse is missing"),
        ({"warehouse": "11793", "quantity": 1}, 404, "Warehouse not found."),
        ({"warehouse": "11790", "quantity": 0}, 422, "quantity must be at least 1"),
        ({"warehouse": "11790", "quantity": 3}, 422, "Not enough inventory"),
    ],
)
def test_what_cannot_be_built_is_refused_and_takes_nothing(
    goods: Goods, sent: dict[str, Any], status: int, message: str
) -> None:
    """The refusal ends in what to do, and no leg has left the shelf."""
    _table(goods, kit_build=True)
    number = goods.client.data('{ product(sku: "TABLE") { data { legacy_id } } }')["product"]["data"]["legacy_id"]

    reply = fetch(f"{goods.twin.base}/_twin/products/{number}/build", method="POST", data=sent)

    error = reply.json()["error"]
    assert (reply.status, message in error["message"], bool(error["remedy"])) == (status, True, True)
    assert (goods.on_hand("LEG"), goods.on_hand("TABLE")) == (10, 0)


def test_a_virtual_kit_is_not_built(goods: Goods) -> None:
    """Its components leave the shelf when it is sold."""
    _table(goods)
    number = goods.client.data('{ product(sku: "TABLE") { data { id } } }')["product"]["data"]["id"]

    reply = fetch(
        f"{goods.twin.base}/_twin/products/{number}/build", method="POST", data={"warehouse": goods.houses[0]}
    )

    assert reply.status == 422
    assert goods.on_hand("LEG") == 10


def test_components_are_taken_out(goods: Goods) -> None:
    """One after the other, and not twice; orders for the kit take what is left in it."""
    _table(goods)
    order = goods.order(("TABLE", 3))

    left = goods.do("kit_remove_components", _MADE_OF, sku="TABLE", components=[{"sku": "LEG"}])["product"]
    again = goods.refused("kit_remove_components", sku="TABLE", components=[{"sku": "LEG"}])

    assert [part["sku"] for part in left["kit_components"]] == ["TOP"]
    assert again["code"] == 5
    assert goods.lines(order["id"]) == {"TABLE": (3, 0)}
    assert (goods.stock("LEG")["allocated"], goods.stock("TOP")["allocated"]) == (0, 3)


def test_a_cleared_kit_is_a_product_like_any_other(goods: Goods) -> None:
    """Its orders want pieces of its own, and its components are free again."""
    _table(goods)
    order = goods.order(("TABLE", 2))

    answer = goods.do("kit_clear", sku="TABLE")

    node = goods.client.data(f'{{ product(sku: "TABLE") {{ data {_MADE_OF.removeprefix("product ")} }} }}')
    assert answer["complexity"] > 0
    assert node["product"]["data"]["kit"] is False
    assert node["product"]["data"]["kit_components"] == []
    assert goods.lines(order["id"]) == {"TABLE": (0, 2)}
    assert goods.stock("LEG")["allocated"] == 0


@pytest.mark.parametrize(
    ("components", "message", "code"),
    [
        ([], "at least one component", 901),
        (_parts(("TABLE", 1)), "component of itself", 901),
        (_parts(("LEG", 0)), "quantity must be at least 1", 901),
        (_parts(("NONE", 1)), "Product not found", 5),
        (_parts(("BOX", 1)), "BOX is a kit", 901),
    ],
)
def test_a_kit_that_makes_no_sense_is_refused(
    goods: Goods, components: list[dict[str, Any]], message: str, code: int
) -> None:
    """No kit in a kit, no kit in itself, and nothing that does not exist."""
    goods.product("BOX")
    goods.do("kit_build", sku="BOX", components=_parts(("TOP", 1)))

    item = goods.refused("kit_build", sku="TABLE", components=components)

    assert (item["code"], message in item["message"]) == (code, True)


def test_an_assembly_has_components_of_its_own(goods: Goods) -> None:
    """They are added, changed, removed and cleared, beside those of a kit."""
    added = goods.do(
        "assembly_add_components", _MADE_OF, assembly_sku="TABLE", components=_parts(("LEG", 4), ("TOP", 1))
    )["product"]
    changed = goods.do("assembly_update_components", _MADE_OF, assembly_sku="table", components=_parts(("LEG", 3)))[
        "product"
    ]
    removed = goods.do("assembly_remove_components", _MADE_OF, assembly_sku="TABLE", components=[{"sku": "TOP"}])[
        "product"
    ]
    cleared = goods.do("assembly_clear_components", _MADE_OF, assembly_sku="TABLE")["product"]

    assert (added["is_assembly"], added["kit"], added["kit_components"]) == (True, False, [])
    assert [(part["sku"], part["quantity"]) for part in added["assembly_components"]] == [("LEG", 4), ("TOP", 1)]
    assert [part["quantity"] for part in changed["assembly_components"]] == [3, 1]
    assert [part["sku"] for part in removed["assembly_components"]] == ["LEG"]
    assert cleared["assembly_components"] == []


@pytest.mark.parametrize(
    ("mutation", "components", "code"),
    [
        ("assembly_add_components", _parts(("LEG", 1)), 901),
        ("assembly_update_components", _parts(("TOP", 1)), 5),
        ("assembly_remove_components", [{"sku": "TOP"}], 5),
        ("assembly_add_components", _parts(("TABLE", 1)), 901),
    ],
)
def test_an_assembly_is_added_to_once(goods: Goods, mutation: str, components: list[dict[str, Any]], code: int) -> None:
    """What is in cannot be added, what is not in cannot be changed or removed."""
    goods.do("assembly_add_components", assembly_sku="TABLE", components=_parts(("LEG", 4)))

    item = goods.refused(mutation, assembly_sku="TABLE", components=components)

    assert item["code"] == code
