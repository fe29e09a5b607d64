"""Returns of the ShipHero twin over HTTP: announced with a label, received, restocked, exchanged."""

import io
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from shiphero_client import Client, new_client
from shiphero_goods import Goods, goods_of
from twins import ShipheroTwin, fetch

_ITEM = """id legacy_id account_id line_item_id warehouse_id product_id return_id quantity quantity_received restock
  condition is_component type reason created_at updated_at line_item { sku } product { sku } warehouse { identifier }"""
_NODE = f"""return {{ id legacy_id account_id order_id partner_id reason status label_type label_cost cost_to_customer
  shipping_carrier shipping_method dimensions {{ weight }} address {{ name city }} total_items_expected
  total_items_received total_items_restocked created_at display_issue_refund order {{ id order_number }}
  labels {{ id tracking_number status carrier shipping_method cost length width height weight to_name address_city
    pdf_location dimensions {{ weight }} }}
  line_items {{ {_ITEM} }} return_history {{ id body user_id }}
  attachments {{ id url filename file_type description return_item_id user_id }}
  exchanges {{ id exchange_order_id exchange_order {{ order_number total_price tags line_items(first: 5) {{
    edges {{ node {{ sku quantity price }} }} }} }} exchange_items {{ return_item_id sku quantity }} }} }}"""
_RMA = """rma_labels { id rma_id tracking_number carrier cost delivered picked_up paper_pdf_location image_location
  address { city } }"""


@pytest.fixture
def goods(shiphero_twin: ShipheroTwin) -> Goods:
    """Give a shop with two products, twenty of each on the shelf."""
    shop = goods_of(shiphero_twin)
    shop.product("OAK", 20)
    shop.product("PINE", 20)
    return shop


@pytest.fixture
def order(goods: Goods) -> dict[str, Any]:
    """Give an order of three and one."""
    return goods.order(("OAK", 3), ("PINE", 1))


def _data(goods: Goods, order: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "order_id": order["id"],
        "warehouse_id": goods.houses[0],
        "return_reason": "Too long",
        "label_type": "PAID",
        "label_cost": "5.5",
        "address": {"name": "Ada", "address1": "1 Main St", "city": "New York", "state": "NY", "zip": "10001"},
        "dimensions": {"weight": 2, "height": "3", "width": "4", "length": "5"},
        "shipping_carrier": "UPS",
        "shipping_method": "Ground",
        "line_items": [{"sku": "oak", "quantity": 2, "return_reason": "Bent", "condition": "Good"}],
        **more,
    }


def _create(goods: Goods, order: dict[str, Any], **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = goods.do("return_create", _NODE, **_data(goods, order, **more))["return"]
    return made


def _read(client: Client, number: str) -> dict[str, Any]:
    query = f'{{ return(id: "{number}") {{ data {_NODE.removeprefix("return ")} }} }}'
    found: dict[str, Any] = client.data(query)["return"]["data"]
    return found


def _receive(goods: Goods, made: dict[str, Any], received: int, **more: Any) -> dict[str, Any]:
    of = {"return_id": made["id"], "return_line_item_id": made["line_items"][0]["id"]}
    data = {**of, "warehouse_id": goods.houses[0], "quantity_received": received, **more}
    changed: dict[str, Any] = goods.do("return_receive_line_item", _NODE, **data)["return"]
    return changed


def _says(made: dict[str, Any]) -> list[str]:
    return [entry["body"] for entry in made["return_history"]]


def test_a_return_keeps_what_it_is_made_with(goods: Goods, order: dict[str, Any]) -> None:
    """Head and items come back, the order knows of it, and no label is there unless one is wanted."""
    made = _create(goods, order, partner_id="rma-7", display_issue_refund=True)

    (item,) = made["line_items"]
    assert (made["reason"], made["status"], made["label_type"]) == ("Too long", "pending", "PAID")
    assert (made["label_cost"], made["cost_to_customer"]) == ("5.50", "5.50")
    assert (made["partner_id"], made["display_issue_refund"], made["labels"]) == ("rma-7", True, [])
    assert (made["order"]["id"], made["address"]) == (order["id"], {"name": "Ada", "city": "New York"})
    assert (made["total_items_expected"], made["total_items_received"]) == (2, 0)
    assert (item["quantity"], item["condition"], item["reason"], item["type"]) == (2, "Good", "Bent", "return")
    assert (item["line_item"], item["product"]) == ({"sku": "OAK"}, {"sku": "OAK"})
    assert _says(made) == ["Return created"]
    assert _read(goods.client, made["id"]) == _read(goods.client, str(made["legacy_id"])) == made
    query = f'{{ order(id: "{order["id"]}") {{ data {{ returns {{ id }} order_history {{ information }} }} }} }}'
    of_order = goods.client.data(query)["order"]["data"]
    assert of_order["returns"] == [{"id": made["id"]}]
    assert f"Return {made['legacy_id']} created" in [each["information"] for each in of_order["order_history"]]


def test_a_label_is_bought_and_its_bars_scan(goods: Goods, order: dict[str, Any]) -> None:
    """The paper lies at the twin's own address, as PDF and as PNG, with the tracking number in its bars."""
    made = _create(goods, order, create_label=True, email_customer_return_label=True)
    query = f'{{ order(id: "{order["id"]}") {{ data {{ {_RMA} }} }} }}'
    (of_order,) = goods.client.data(query)["order"]["data"]["rma_labels"]

    (label,) = made["labels"]
    paper = fetch(label["pdf_location"])
    picture = fetch(of_order["image_location"])

    assert label["pdf_location"].startswith(goods.twin.api)
    assert paper.headers["content-type"] == "application/pdf"
    drawn = pypdfium2.PdfDocument(paper.body)[0].render(scale=3).to_pil()
    for image in (drawn, Image.open(io.BytesIO(picture.body))):
        assert [code.text for code in zxingcpp.read_barcodes(image)] == [label["tracking_number"]]
    assert (label["carrier"], label["cost"], label["weight"], label["length"]) == ("UPS", "5.50", 2.0, 5.0)
    assert label["to_name"] == "Barkwell & Finch"
    assert (of_order["rma_id"], of_order["address"]) == (made["id"], {"city": "New York"})
    assert _says(made)[1:] == [f"Label {label['tracking_number']} created", "Label emailed to the customer"]


def test_a_tracking_number_from_outside_makes_a_generic_label(goods: Goods, order: dict[str, Any]) -> None:
    """It has no paper, and the return is found by it."""
    made = _create(goods, order, tracking_number=" 9400-1 ", create_label=True)

    (label,) = made["labels"]
    query = '{ returns(tracking_number: "9400-1") { data(first: 5) { edges { node { id } } } } }'
    found = goods.client.data(query)["returns"]["data"]["edges"]
    lost = fetch(f"{goods.twin.api}/labels/returns/9400-1.pdf")
    assert (label["tracking_number"], label["pdf_location"]) == ("9400-1", None)
    assert found == [{"node": {"id": made["id"]}}]
    assert lost.status == 404


@pytest.mark.parametrize("label_type", ["FREE", "SELF_RETURN", "RETURN_TO_SENDER"])
def test_a_free_label_costs_the_customer_nothing(goods: Goods, order: dict[str, Any], label_type: str) -> None:
    """The account pays what it costs."""
    made = _create(goods, order, label_type=label_type)

    assert (made["label_cost"], made["cost_to_customer"]) == ("5.50", "0.00")


@pytest.mark.parametrize(
    ("more", "message", "code"),
    [
        ({"order_id": "7"}, "Order not found", 5),
        ({"warehouse_id": "11793"}, "Warehouse not found", 5),
        ({"line_items": []}, "at least one line item", 901),
        ({"line_items": [{"sku": "MOSS", "quantity": 1, "return_reason": "x"}]}, "Line item not found", 5),
        ({"line_items": [{"sku": "OAK", "quantity": 0, "return_reason": "x"}]}, "at least 1", 901),
        ({"line_items": [{"sku": "OAK", "quantity": 4, "return_reason": "x"}]}, "3 can still be returned", 901),
        ({"line_items": [{"sku": "OAK", "quantity": 1, "return_reason": " "}]}, "return_reason is required", 901),
        ({"shipping_carrier": " "}, "shipping_carrier is required", 901),
    ],
)
def test_a_return_that_makes_no_sense_is_refused(
    goods: Goods, order: dict[str, Any], more: dict[str, Any], message: str, code: int
) -> None:
    """No more comes back than was ordered, and nothing of a refused return stays."""
    item = goods.refused("return_create", **_data(goods, order, **more))

    assert (item["code"], message in item["message"]) == (code, True)
    query = f'{{ returns(order_id: "{order["id"]}") {{ data(first: 5) {{ edges {{ node {{ id }} }} }} }} }}'
    assert goods.client.data(query)["returns"]["data"]["edges"] == []


def test_pieces_are_returned_once(goods: Goods, order: dict[str, Any]) -> None:
    """What is on a return already cannot be on another, until that one is canceled."""
    first = _create(goods, order)
    again = goods.refused("return_create", **_data(goods, order))
    goods.do("return_update_status", return_id=first["id"], status="canceled")

    second = _create(goods, order)

    assert "1 can still be returned" in again["message"]
    assert second["total_items_expected"] == 2


def test_items_are_received_and_restocked(goods: Goods, order: dict[str, Any]) -> None:
    """Each call adds pieces; the last one completes the warehouse's part."""
    made = _create(goods, order, create_label=True)

    first = _receive(goods, made, 1)
    second = _receive(goods, made, 1, restock_quantity=1)

    assert (first["status"], first["total_items_received"], first["total_items_restocked"]) == ("pending", 1, 0)
    assert (second["status"], second["total_items_received"]) == ("warehouse_complete", 2)
    assert second["line_items"][0]["restock"] == 1
    (_, change) = goods.changes("OAK")
    assert (change["change_in_on_hand"], change["reason"]) == (1, f"Return {made['legacy_id']} restocked")
    assert _says(second)[-1] == "Received 1 of OAK, restocked 1"
    query = f'{{ order(id: "{order["id"]}") {{ data {{ {_RMA} }} }} }}'
    assert goods.client.data(query)["order"]["data"]["rma_labels"][0]["delivered"] is True


def test_pieces_are_put_where_the_warehouse_says(goods: Goods, order: dict[str, Any]) -> None:
    """Into a bin, with a lot, in another warehouse than expected."""
    made = _create(goods, order)
    house = goods.houses[1]
    bin_id = goods.do("location_create", "location { id }", warehouse_id=house, name="B-1", zone="B")["location"]["id"]
    lot = goods.do("lot_create", "lot { id }", name="L-1", sku="OAK")["lot"]["id"]

    after = _receive(goods, made, 2, restock_quantity=2, warehouse_id=house, bin_id=bin_id, lot_id=lot)

    change = goods.changes("OAK")[-1]
    assert (change["location_id"], change["lot_name"]) == (bin_id, "L-1")
    assert (goods.on_hand("OAK", 1), after["line_items"][0]["warehouse"]) == (2, {"identifier": "Columbus"})


@pytest.mark.parametrize(
    ("more", "message", "code"),
    [
        ({"quantity_received": 3}, "2 are still expected", 901),
        ({"quantity_received": 0}, "at least 1", 901),
        ({"restock_quantity": 2}, "restock_quantity", 901),
        ({"restock_quantity": -1}, "restock_quantity", 901),
        ({"return_line_item_id": "99"}, "Return item not found", 5),
        ({"return_id": "99"}, "Return not found", 5),
        ({"warehouse_id": "11793"}, "Warehouse not found", 5),
        ({"bin_id": "99", "restock_quantity": 1}, "Location not found", 5),
        ({"lot_id": "99", "restock_quantity": 1}, "Lot not found", 5),
    ],
)
def test_receiving_that_makes_no_sense_is_refused(
    goods: Goods, order: dict[str, Any], more: dict[str, Any], message: str, code: int
) -> None:
    """Neither the return nor the stock moves."""
    made = _create(goods, order)
    of = {"return_id": made["id"], "return_line_item_id": made["line_items"][0]["id"]}
    data = {**of, "warehouse_id": goods.houses[0], "quantity_received": 1, **more}

    item = goods.refused("return_receive_line_item", **data)

    assert (item["code"], message in item["message"]) == (code, True)
    assert _read(goods.client, made["id"]) == made


def test_components_of_a_kit_come_back_as_what_they_are(goods: Goods) -> None:
    """A kit is restocked as its components, and one component alone belongs to its kit's line."""
    goods.product("SET", None)
    goods.do("kit_build", sku="SET", components=[{"sku": "OAK", "quantity": 2}, {"sku": "PINE", "quantity": 1}])
    order = goods.order(("SET", 2))
    whole = _create(goods, order, line_items=[{"sku": "SET", "quantity": 1, "return_reason": "x"}])
    lines = [{"sku": "PINE", "quantity": 1, "return_reason": "x", "is_component": True}]
    part = _create(goods, order, line_items=lines)

    _receive(goods, whole, 1, restock_quantity=1)
    _receive(goods, part, 1, restock_quantity=1)

    assert (part["line_items"][0]["is_component"], part["line_items"][0]["line_item"]) == (True, {"sku": "SET"})
    assert (goods.on_hand("OAK"), goods.on_hand("PINE")) == (22, 22)


def test_an_exchange_sends_an_order_of_its_own(goods: Goods, order: dict[str, Any]) -> None:
    """Without a price, to the same customer; no more goes out than comes back."""
    made = _create(goods, order)
    swap = {"return_item_id": made["line_items"][0]["id"], "exchange_product_sku": "pine", "quantity": 2}
    fields = """return_exchange { id return_id exchange_order { order_number total_price shipping_address { first_name }
      line_items(first: 5) { edges { node { sku quantity price quantity_allocated } } } }
      exchange_items { sku quantity } original_return { id } }"""

    exchange = goods.do("return_create_exchange", fields, return_id=made["id"], exchange_items=[swap])
    more = goods.refused("return_create_exchange", return_id=made["id"], exchange_items=[{**swap, "quantity": 1}])
    none = goods.refused("return_create_exchange", return_id=made["id"], exchange_items=[])

    sent = exchange["return_exchange"]
    (line,) = [edge["node"] for edge in sent["exchange_order"]["line_items"]["edges"]]
    assert line == {"sku": "PINE", "quantity": 2, "price": "0.00", "quantity_allocated": 2}
    assert sent["exchange_order"]["shipping_address"] == {"first_name": "Ada"}
    assert (sent["return_id"], sent["original_return"]) == (made["id"], {"id": made["id"]})
    query = f'{{ return_exchange(id: "{sent["id"]}") {{ data {fields.removeprefix("return_exchange ")} }} }}'
    assert goods.client.data(query)["return_exchange"]["data"] == sent
    assert _read(goods.client, made["id"])["line_items"][0]["type"] == "exchange"
    assert (more["code"], none["code"]) == (901, 901)


def test_an_exchange_may_come_with_the_return(goods: Goods, order: dict[str, Any]) -> None:
    """An item says what the customer wants for it."""
    line = {"sku": "OAK", "quantity": 1, "return_reason": "x"}
    wanted = [{"exchange_product_sku": "PINE", "quantity": 1}]

    made = _create(goods, order, line_items=[{**line, "exchange_items": wanted}])

    (exchange,) = made["exchanges"]
    assert exchange["exchange_items"] == [{"return_item_id": made["line_items"][0]["id"], "sku": "PINE", "quantity": 1}]
    assert (exchange["exchange_order"]["total_price"], exchange["exchange_order"]["tags"]) == ("0.00", ["exchange"])


def test_documents_are_attached(goods: Goods, order: dict[str, Any]) -> None:
    """To the return or to one of its items; another return's item is not found."""
    made = _create(goods, order)
    item = made["line_items"][0]["id"]
    sent = {"url": "https://img.example/bent.png", "filename": "bent.png", "description": "Bent", "file_type": "png"}

    goods.do("return_add_attachment", return_id=made["id"], **sent)
    after = goods.do("return_add_attachment", _NODE, return_id=made["id"], return_item_id=item, **sent)["return"]
    lost = goods.refused("return_add_attachment", return_id=made["id"], return_item_id="99", **sent)

    first, second = after["attachments"]
    assert {name: first[name] for name in sent} == sent
    assert (first["return_item_id"], second["return_item_id"]) == (None, item)
    assert lost["code"] == 5


@pytest.mark.parametrize(
    "arguments",
    ['warehouse_id: "11790"', 'date_from: "2026-01-01", updated_from: "2026-01-01"', 'customer_account_id: "7556"'],
)
def test_returns_are_found(goods: Goods, order: dict[str, Any], arguments: str) -> None:
    """Each filter finds it among the returns of its order."""
    made = _create(goods, order)
    query = "{{ returns({}) {{ data(first: 5) {{ edges {{ node {{ id }} }} }} }} }}"
    of_order = f'order_id: "{order["id"]}", '

    found = goods.client.data(query.format(of_order + arguments))["returns"]["data"]["edges"]
    early = goods.client.data(query.format(of_order + 'date_to: "2020-01-01"'))["returns"]["data"]["edges"]

    assert ([edge["node"]["id"] for edge in found], early) == ([made["id"]], [])


def test_others_neither_see_a_return_nor_who_sent_it(goods: Goods, order: dict[str, Any]) -> None:
    """Another account gets code 5; without view:pii the address is null."""
    made = _create(goods, order)
    other = new_client(goods.twin, "wms@tpl.example", account_id="7601")
    shy = new_client(goods.twin, "shy@shop.example", scopes=["view:returns"])
    query = f'{{ return(id: "{made["id"]}") {{ data {{ id address {{ name }} }} }} }}'

    assert other.error(query)["code"] == 5
    assert shy.data(query)["return"]["data"] == {"id": made["id"], "address": None}


def test_changes_are_told_to_subscribers(goods: Goods, order: dict[str, Any]) -> None:
    """A message comes when it is made and whenever it changes, with the members of the provider's sample."""
    goods.subscribe("Return Update")
    made = _create(goods, order, label_type="SELF_RETURN", tracking_number="9400")
    _receive(goods, made, 2, restock_quantity=1)
    goods.do("return_update_status", return_id=made["id"], status="complete")

    first, second, third = goods.told("Return Update")

    (item,) = first.pop("items")
    assert {name: item[name] for name in item if name not in {"id", "uuid"}} == {
        "quantity": 2,
        "quantity_received": 0,
        "sku": "OAK",
        "item_reason": "Bent",
        "restock": 0,
        "partner_line_item_id": "line-0",
        "warehouse_id": 11790,
    }
    assert item["uuid"] == made["line_items"][0]["id"]
    assert first.pop("created_at") == made["created_at"].replace("T", " ")
    assert first == {
        "test": "0",
        "webhook_type": "Return Update",
        "return_id": made["legacy_id"],
        "return_uuid": made["id"],
        "status": "pending",
        "reason": "Too long",
        "order_id": order["legacy_id"],
        "order_uuid": order["id"],
        "partner_order_id": "ext-11223344",
        "order_number": "11223344",
        "shop_name": "ExampleShop",
        "label_type": "Self Return",
        "label_cost": "5.50",
        "picked_up": False,
        "tracking_number": "9400",
        "date_used": None,
    }
    assert (second["status"], second["items"][0]["restock"], second["picked_up"]) == ("warehouse_complete", 1, True)
    assert third["status"] == "complete"
