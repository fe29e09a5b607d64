"""Vendors of the ShipHero twin over HTTP: who sells what, and for how much."""

from typing import Any

import pytest

from shiphero_goods import Goods, goods_of
from twins import ShipheroTwin

_NODE = """id legacy_id name email account_number account_id currency internal_note default_po_note logo
  partner_vendor_id created_at address { name address1 address2 city state country zip phone }"""
_ADDRESS = {
    "name": "Mill Lane",
    "address1": "3 Mill Lane",
    "address2": "",
    "city": "Leeds",
    "state": "",
    "country": "GB",
    "zip": "LS1",
    "phone": "5",
}


@pytest.fixture
def goods(shiphero_twin: ShipheroTwin) -> Goods:
    """Give an account without vendors."""
    shiphero_twin.reset(seed="empty")
    return goods_of(shiphero_twin)


def _vendor(goods: Goods, **more: Any) -> dict[str, Any]:
    data = {"name": "Mill Lane", "email": "sales@mill.example", **more}
    made: dict[str, Any] = goods.client.data(
        f"mutation($data: CreateVendorInput!) {{ vendor_create(data: $data) {{ vendor {{ {_NODE} }} }} }}",
        {"data": data},
    )["vendor_create"]["vendor"]
    return made


def _vendors(goods: Goods) -> list[dict[str, Any]]:
    query = f'{{ vendors {{ request_id data(first: 10, sort: "-name") {{ edges {{ node {{ {_NODE} }} }} }} }} }}'
    return [edge["node"] for edge in goods.client.data(query)["vendors"]["data"]["edges"]]


def _sold_by(goods: Goods, sku: str) -> list[dict[str, Any]]:
    query = f'{{ product(sku: "{sku}") {{ data {{ vendors {{ vendor_id vendor_sku price }} }} }} }}'
    sold: list[dict[str, Any]] = goods.client.data(query)["product"]["data"]["vendors"]
    return sold


def test_a_vendor_keeps_what_it_is_made_with(goods: Goods) -> None:
    """Every member comes back, and the list is sorted as asked."""
    more = {
        "account_number": "A-7",
        "currency": "GBP",
        "internal_note": "slow",
        "default_po_note": "two doors",
        "logo": "https://img.example/l.png",
        "partner_vendor_id": 12,
        "address": _ADDRESS,
    }

    made = _vendor(goods, **more)
    other = _vendor(goods, name="Alder")

    assert {name: made[name] for name in more} == more
    assert _vendors(goods) == [made, other]
    assert other["currency"] == "USD"


@pytest.mark.parametrize("missing", ["name", "email"])
def test_a_vendor_has_a_name_and_an_email(goods: Goods, missing: str) -> None:
    """A blank is none."""
    item = goods.refused("vendor_create", **{"name": "Mill", "email": "a@b.example", missing: " "})

    assert (item["code"], item["message"]) == (901, f"{missing} is required")


def test_a_vendor_sells_a_product(goods: Goods) -> None:
    """Under the product's SKU or its own, at a price that may change, until it no longer does."""
    vendor = _vendor(goods)
    goods.product("OAK-1")
    link = {"vendor_id": vendor["id"], "sku": "oak-1"}

    goods.do("vendor_add_product", **link)
    first = _sold_by(goods, "OAK-1")
    goods.do("vendor_add_product", **link, manufacturer_sku="M-9", price="3.10")
    second = _sold_by(goods, "OAK-1")
    goods.do("vendor_remove_product", **link)
    again = goods.refused("vendor_remove_product", **link)

    assert first == [{"vendor_id": vendor["id"], "vendor_sku": "OAK-1", "price": None}]
    assert second == [{"vendor_id": vendor["id"], "vendor_sku": "M-9", "price": "3.10"}]
    assert _sold_by(goods, "OAK-1") == []
    assert (again["code"], again["message"]) == (5, "Vendor product not found")


def test_products_name_their_vendors(goods: Goods) -> None:
    """product_create and product_update say who sells a product; other vendors stay."""
    first, second = _vendor(goods), _vendor(goods, name="Alder")
    goods.product("OAK-1", vendors=[{"vendor_id": first["id"], "vendor_sku": "M-1", "price": "2.00"}])

    goods.do("product_update", sku="OAK-1", vendors=[{"vendor_id": second["id"], "price": "1.50"}])

    assert _sold_by(goods, "OAK-1") == [
        {"vendor_id": first["id"], "vendor_sku": "M-1", "price": "2.00"},
        {"vendor_id": second["id"], "vendor_sku": "OAK-1", "price": "1.50"},
    ]


def test_a_deleted_vendor_is_gone_from_products_and_lists(goods: Goods) -> None:
    """It cannot be named again; purchase orders of the past still show it."""
    vendor = _vendor(goods)
    goods.product("OAK-1", vendors=[{"vendor_id": vendor["id"], "vendor_sku": "M-1"}])
    line = {"sku": "OAK-1", "quantity": 1, "price": "1", "expected_weight_in_lbs": "1"}
    data = {"po_number": "P", "subtotal": "1", "shipping_price": "0", "total_price": "1", "line_items": [line]}
    made = goods.do(
        "purchase_order_create",
        "purchase_order { id }",
        warehouse_id=goods.houses[0],
        vendor_id=vendor["id"],
        **data,
    )["purchase_order"]

    goods.do("vendor_delete", vendor_id=vendor["id"])

    query = f'{{ purchase_order(id: "{made["id"]}") {{ data {{ vendor {{ name }} }} }} }}'
    assert goods.client.data(query)["purchase_order"]["data"]["vendor"] == {"name": "Mill Lane"}
    assert _vendors(goods) == []
    assert _sold_by(goods, "OAK-1") == []
    assert goods.refused("vendor_delete", vendor_id=vendor["id"])["code"] == 5
    assert goods.refused("vendor_add_product", vendor_id=vendor["id"], sku="OAK-1")["code"] == 5


def test_other_accounts_do_not_see_a_vendor(goods: Goods) -> None:
    """Neither in the list nor by its id."""
    vendor = _vendor(goods)
    other = goods_of(goods.twin, "wms@tpl.example", account_id="7601")

    assert _vendors(other) == []
    assert other.refused("vendor_delete", vendor_id=vendor["id"])["code"] == 5
