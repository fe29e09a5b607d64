"""Products of the ShipHero twin over HTTP: made, changed, carried by warehouses, deleted."""

from typing import Any

import pytest

from shiphero_client import Client, new_client
from shiphero_goods import Goods, goods_of
from twins import ShipheroTwin

_FULL = """product { id legacy_id account_id sku name barcode price value value_currency kit kit_build is_assembly
  no_air final_sale not_owned dropship virtual needs_serial_number needs_lot_tracking ignore_on_invoice
  ignore_on_customs auto_pack active size style vendor_part_number consumer_package_code buyer_part_number
  buyer_style_number country_of_manufacture customs_value customs_description tariff_code product_note packer_note
  dimensions { weight height width length } tags images { src position } thumbnail large_thumbnail
  cases { id case_barcode case_quantity } vendors { vendor_id vendor_sku price } fba_inventory { id }
  created_at updated_at warehouse_products { warehouse_id on_hand available inventory_bin price reorder_level } }"""


@pytest.fixture
def goods(shiphero_twin: ShipheroTwin) -> Goods:
    """Give the goods of the small shop."""
    return goods_of(shiphero_twin)


def _read(client: Client, sku: str) -> dict[str, Any]:
    query = f'{{ product(sku: "{sku}") {{ data {_FULL.removeprefix("product ")} }} }}'
    found: dict[str, Any] = client.data(query)["product"]["data"]
    return found


def test_a_product_keeps_all_that_it_is_made_with(goods: Goods) -> None:
    """Every member of the input comes back, from the answer and from a later query alike."""
    texts = {
        name: f"some {name}"
        for name in (
            *("tariff_code", "product_note", "packer_note", "customs_description", "size", "style"),
            *("vendor_part_number", "consumer_package_code", "buyer_part_number", "buyer_style_number"),
        )
    }
    flags = dict.fromkeys(
        (
            *("no_air", "final_sale", "not_owned", "dropship", "virtual", "needs_serial_number"),
            *("needs_lot_tracking", "ignore_on_invoice", "ignore_on_customs", "auto_pack", "is_assembly"),
        ),
        True,
    )
    plain = {"barcode": "085000001", "price": "12.50", "value": "6.25", "country_of_manufacture": "PT"}
    lists = {
        "tags": ["oak", "new"],
        "images": [{"src": "https://img.example/b.png", "position": 2}, {"src": "https://img.example/a.png"}],
        "cases": [{"case_barcode": "CASE-1", "case_quantity": 12}],
    }
    sizes = {"weight": "1.20", "height": "2", "width": "3", "length": "4"}
    stock = {"warehouse_id": goods.houses[1], "on_hand": 7, "inventory_bin": "A-1", "price": "9.00", "reorder_level": 3}

    made = goods.do(
        "product_create",
        _FULL,
        name="Oak shelf",
        sku=" OAK-1 ",
        dimensions=sizes,
        warehouse_products=[stock],
        **texts,
        **flags,
        **plain,
        **lists,
    )["product"]

    assert made["sku"] == "OAK-1"
    assert {name: made[name] for name in (*texts, *flags, *plain)} == {**texts, **flags, **plain}
    assert made["dimensions"] == sizes
    assert made["tags"] == ["new", "oak"]
    assert [image["src"] for image in made["images"]] == ["https://img.example/b.png", "https://img.example/a.png"]
    assert made["thumbnail"] == "https://img.example/b.png"
    assert [(case["case_barcode"], case["case_quantity"]) for case in made["cases"]] == [("CASE-1", 12)]
    (there,) = made["warehouse_products"]
    assert there == {**stock, "available": 7}
    assert _read(goods.client, "oak-1") == made


def test_the_first_pieces_stand_in_the_history_of_stock(goods: Goods) -> None:
    """What a product is made with, and what comes with another warehouse, are changes like any other."""
    goods.product("OAK-1", 7)
    goods.do("product_add_to_warehouse", sku="OAK-1", warehouse_id=goods.houses[1], on_hand=4)

    changes = goods.changes("OAK-1")

    assert [(each["previous_on_hand"], each["change_in_on_hand"]) for each in changes] == [(0, 7), (0, 4)]
    assert [each["reason"] for each in changes] == ["Product created", "Product added to warehouse"]
    assert (goods.on_hand("OAK-1", 0), goods.on_hand("OAK-1", 1)) == (7, 4)


@pytest.mark.parametrize(
    ("changes", "message", "code"),
    [
        ({"sku": " "}, "sku is required", 901),
        ({"name": " "}, "name is required", 901),
        ({"sku": "bf-braropleamos-002"}, "exists already", 902),
        ({"warehouse_products": [{"warehouse_id": "V2FyZWhvdXNlOjk5", "on_hand": 1}]}, "Warehouse not found", 5),
        ({"warehouse_products": [{"warehouse_id": "11793", "on_hand": 1}]}, "Warehouse not found", 5),
        ({"warehouse_products": [{"warehouse_id": "11790", "on_hand": -1}]}, "on_hand must not be negative", 901),
        ({"cases": [{"case_barcode": "C", "case_quantity": 0}]}, "case_quantity must be", 901),
        ({"vendors": [{"vendor_id": "999", "vendor_sku": "V"}]}, "Vendor not found", 5),
        ({"customer_account_id": "7602"}, "Account not found", 5),
    ],
)
def test_a_product_that_makes_no_sense_is_refused(
    goods: Goods, changes: dict[str, Any], message: str, code: int
) -> None:
    """One SKU per account, warehouses of one's own, and counts that can be; nothing of it stays behind."""
    data = {"name": "Oak shelf", "sku": "OAK-1", "warehouse_products": [], **changes}

    item = goods.refused("product_create", **data)

    assert (item["code"], message in item["message"]) == (code, True)
    assert goods.client.error('{ product(sku: "OAK-1") { data { id } } }')["code"] == 5


def test_an_update_changes_what_it_names(goods: Goods) -> None:
    """Tags and cases are replaced, images are added, sizes are merged, everything else stays."""
    goods.product("OAK-1", 3, tags=["oak"], images=[{"src": "https://img.example/a.png"}], dimensions={"weight": "1"})
    before = _read(goods.client, "OAK-1")
    goods.twin.clock_advance("1h")

    changed = goods.do(
        "product_update",
        _FULL,
        sku="oak-1",
        name="Oak board",
        dimensions={"height": "5"},
        tags=["pine"],
        images=[{"src": "https://img.example/z.png"}],
        final_sale=True,
    )["product"]

    assert (changed["name"], changed["tags"], changed["final_sale"]) == ("Oak board", ["pine"], True)
    assert changed["dimensions"] == {**before["dimensions"], "height": "5"}
    assert [image["src"] for image in changed["images"]] == ["https://img.example/a.png", "https://img.example/z.png"]
    assert changed["updated_at"] > before["updated_at"]
    stays = ("id", "price", "barcode", "created_at", "warehouse_products", "customs_value")
    assert [changed[name] for name in stays] == [before[name] for name in stays]


def test_an_image_is_deleted_once(goods: Goods) -> None:
    """The second time there is nothing to remove, which is no error."""
    goods.product("OAK-1", images=[{"src": "https://img.example/a.png"}])
    image = {"sku": "OAK-1", "src": "https://img.example/a.png"}

    removed = [goods.do("product_delete_image", "removed", **image)["removed"] for _ in range(2)]

    assert removed == [True, False]
    assert _read(goods.client, "OAK-1")["images"] == []


def test_a_warehouse_carries_a_product_once(goods: Goods) -> None:
    """Adding it again is refused, and so is a product that does not exist."""
    goods.product("OAK-1", 1)

    again = goods.refused("product_add_to_warehouse", sku="OAK-1", warehouse_id=goods.houses[0])
    unknown = goods.refused("product_add_to_warehouse", sku="OAK-2", warehouse_id=goods.houses[0])

    assert (again["code"], unknown["code"], unknown["message"]) == (902, 5, "Product not found")


def test_new_stock_serves_the_orders_that_wait_for_it(goods: Goods) -> None:
    """An order for a SKU that nobody knew has its pieces as soon as there are some."""
    order = goods.order(("OAK-1", 3))
    goods.product("OAK-1", None)
    before = goods.lines(order["id"])

    goods.do("product_add_to_warehouse", sku="OAK-1", warehouse_id=goods.houses[0], on_hand=2)

    assert before == {"OAK-1": (0, 3)}
    assert goods.lines(order["id"]) == {"OAK-1": (2, 1)}


def test_a_deleted_product_leaves_its_history_and_waiting_orders(goods: Goods) -> None:
    """Its stock is written off, orders wait again, and the SKU is free for another product."""
    goods.product("OAK-1", 5)
    order = goods.order(("OAK-1", 2))

    answer = goods.do("product_delete", sku="oak-1")

    assert len(answer["request_id"]) == 24
    assert goods.client.error('{ product(sku: "OAK-1") { data { id } } }')["code"] == 5
    assert [each["change_in_on_hand"] for each in goods.changes("OAK-1")] == [5, -5]
    assert goods.lines(order["id"]) == {"OAK-1": (0, 2)}
    assert goods.product("OAK-1", 1)["sku"] == "OAK-1"


def test_what_is_part_of_another_product_cannot_be_deleted(goods: Goods) -> None:
    """The error names the product to take it out of first."""
    goods.product("OAK-1")
    goods.product("SET-1")
    goods.do("kit_build", sku="SET-1", components=[{"sku": "OAK-1", "quantity": 2}])

    item = goods.refused("product_delete", sku="OAK-1")

    assert (item["code"], "SET-1" in item["message"]) == (901, True)


def test_a_3pl_makes_products_for_its_customers(shiphero_twin: ShipheroTwin) -> None:
    """A customer's product is in the 3PL's warehouse, the customer sees it, other accounts do not."""
    logistician = goods_of(shiphero_twin, "wms@tpl.example", account_id="7601")
    customer = goods_of(shiphero_twin, "dev@tea.example", account_id="7602")
    merchant = new_client(shiphero_twin, "dev@shop.example")

    logistician.product("TEA-1", 4, customer_account_id="QWNjb3VudDo3NjAy")

    assert _read(customer.client, "TEA-1")["account_id"] == "QWNjb3VudDo3NjAy"
    assert customer.on_hand("TEA-1") == 4
    assert merchant.error('{ product(sku: "TEA-1") { data { id } } }')["code"] == 5
    assert customer.refused("product_update", sku="TEA-1", customer_account_id="7603")["code"] == 5


def test_changes_of_a_product_are_told_to_subscribers(goods: Goods) -> None:
    """A message comes for each change, and none when the product is made."""
    goods.subscribe("Product Update")
    made = goods.product("OAK-1", images=[{"src": "https://img.example/a.png"}])
    goods.do("product_update", sku="OAK-1", name="Oak board")
    goods.do("product_delete_image", sku="OAK-1", src="https://img.example/a.png")

    first, second = goods.told("Product Update")

    assert first["webhook_type"] == "Product Update"
    assert first["product"]["product_uuid"] == made["id"]
    assert first["product"]["name"] == second["product"]["name"] == "Oak board"


@pytest.mark.parametrize("member", ["price", "value", "active"])
def test_members_kept_per_warehouse_are_deprecated_and_stay(goods: Goods, member: str) -> None:
    """A change of the warehouse's price does not reach the product's own, which old queries read."""
    goods.product("OAK-1", 1, price="5.00", value="2.00")
    before = _read(goods.client, "OAK-1")[member]
    query = (
        "mutation($data: UpdateWarehouseProductInput!) { warehouse_product_update(data: $data)"
        " { warehouse_product { price value active } } }"
    )
    data = {"sku": "OAK-1", "warehouse_id": goods.houses[0], "price": "8.00", "value": "4.00", "active": False}

    changed = goods.client.data(query, {"data": data})["warehouse_product_update"]["warehouse_product"]

    assert _read(goods.client, "OAK-1")[member] == before != changed[member]
