"""Purchase orders of the ShipHero twin over HTTP: ordered, received, changed and closed."""

from typing import Any

import pytest

from shiphero_goods import Goods, goods_of
from twins import ShipheroTwin, fetch

_LINE = """id legacy_id po_id account_id warehouse_id vendor_id po_number sku vendor_sku product_id variant_id quantity
  quantity_received quantity_rejected price product_name option_title expected_weight_in_lbs fulfillment_status
  sell_ahead note partner_line_item_id barcode updated_at created_at vendor { name } product { sku on_hand }
  expiration_lots(first: 5) { edges { node { name po_id purchase_orders(first: 5) { edges { node { po_number } }
  } } } }"""
_NODE = f"""purchase_order {{ id legacy_id po_number account_id warehouse_id vendor_id created_at po_date date_closed
  arrived_at packing_note fulfillment_status po_note description partner_order_number subtotal discount total_price tax
  shipping_method shipping_carrier shipping_name shipping_price tracking_number pdf images payment_method payment_due_by
  payment_note locking locked_by_user_id origin_of_shipment ship_date vendor {{ name }} warehouse {{ identifier }}
  line_items(first: 5) {{ edges {{ node {{ {_LINE} }} }} }}
  attachments(first: 5) {{ edges {{ node {{ id url user_id account_id description filename file_type }} }} }}
  tracking_numbers(first: 5) {{ edges {{ node {{ id po_id carrier_id carrier_value tracking_number }} }} }} }}"""


@pytest.fixture
def goods(shiphero_twin: ShipheroTwin) -> Goods:
    """Give a shop with two products to buy: none and two of them on the shelf."""
    shop = goods_of(shiphero_twin)
    shop.product("OAK", barcode="0850")
    shop.product("PINE", 2)
    return shop


def _line(sku: str, quantity: int, **more: Any) -> dict[str, Any]:
    return {"sku": sku, "quantity": quantity, "price": "2.50", "expected_weight_in_lbs": "1.00", **more}


def _data(goods: Goods, **more: Any) -> dict[str, Any]:
    return {
        "po_number": "PO-1",
        "subtotal": "37.50",
        "shipping_price": "4.00",
        "total_price": "41.50",
        "warehouse_id": goods.houses[0],
        "line_items": [_line("OAK", 10), _line("PINE", 5)],
        **more,
    }


def _create(goods: Goods, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = goods.do("purchase_order_create", _NODE, **_data(goods, **more))["purchase_order"]
    return made


def _read(goods: Goods, number: str) -> dict[str, Any]:
    query = f'{{ purchase_order(id: "{number}") {{ data {_NODE.removeprefix("purchase_order ")} }} }}'
    found: dict[str, Any] = goods.client.data(query)["purchase_order"]["data"]
    return found


def _lines(order: dict[str, Any]) -> list[dict[str, Any]]:
    return [edge["node"] for edge in order["line_items"]["edges"]]


def _counts(order: dict[str, Any]) -> dict[str, tuple[int, int, str]]:
    return {
        line["sku"]: (line["quantity_received"], line["quantity_rejected"], line["fulfillment_status"])
        for line in _lines(order)
    }


def _update(goods: Goods, number: str, **data: Any) -> dict[str, Any]:
    changed: dict[str, Any] = goods.do("purchase_order_update", _NODE, po_id=number, **data)["purchase_order"]
    return changed


def _receive(goods: Goods, number: str, **sent: Any) -> Any:
    return goods.twin.control("POST", f"/purchase_orders/{number}/receive", sent)


def test_a_purchase_order_keeps_what_it_is_made_with(goods: Goods) -> None:
    """Head, lines, attachments and tracking numbers, with names and barcodes of the products."""
    vendor = goods.do("vendor_create", "vendor { id }", name="Mill", email="m@mill.example")["vendor"]["id"]
    texts = {
        name: f"some {name}"
        for name in ("po_note", "packing_note", "description", "partner_order_number", "origin_of_shipment")
    }
    line = _line("oak", 10, vendor_sku="M-1", variant_id=4, note="flat", partner_line_item_id="l-1", sell_ahead=2)

    made = _create(
        goods,
        vendor_id=vendor,
        po_date="2026-03-04",
        discount="1",
        tax="2.5",
        tracking_number="1Z9",
        attachments=[{"url": "https://docs.example/po.pdf", "filename": "po.pdf"}],
        line_items=[line, _line("PINE", 5, product_name="Pine, dry")],
        **texts,
    )

    first, second = _lines(made)
    assert {name: made[name] for name in texts} == texts
    assert (made["po_date"], made["fulfillment_status"], made["discount"]) == ("2026-03-04T00:00:00", "pending", "1.00")
    assert (made["vendor"], made["warehouse"]) == ({"name": "Mill"}, {"identifier": "Primary"})
    assert {name: first[name] for name in ("vendor_sku", "variant_id", "note", "sell_ahead")} == {
        "vendor_sku": "M-1",
        "variant_id": 4,
        "note": "flat",
        "sell_ahead": 2,
    }
    assert (first["sku"], first["product_name"], first["barcode"]) == ("OAK", "The OAK", "0850")
    assert (second["product_name"], second["vendor"]) == ("Pine, dry", {"name": "Mill"})
    assert second["product"] == {"sku": "PINE", "on_hand": 2}
    assert made["attachments"]["edges"][0]["node"]["filename"] == "po.pdf"
    assert made["tracking_numbers"]["edges"][0]["node"]["tracking_number"] == "1Z9"
    assert _read(goods, made["id"]) == _read(goods, str(made["legacy_id"])) == made


@pytest.mark.parametrize(
    ("more", "message", "code"),
    [
        ({"po_number": " "}, "po_number is required", 901),
        ({"line_items": []}, "at least one line item", 901),
        ({"line_items": [_line("NONE", 1)]}, "Product not found", 5),
        ({"line_items": [_line("OAK", 0)]}, "quantity must be a number", 901),
        ({"line_items": [_line("OAK", 1, sell_ahead=-1)]}, "sell_ahead", 901),
        ({"warehouse_id": "11793"}, "Warehouse not found", 5),
        ({"vendor_id": "1"}, "Vendor not found", 5),
        ({"fulfillment_status": "lost"}, "pending, closed, canceled", 901),
    ],
)
def test_a_purchase_order_that_makes_no_sense_is_refused(
    goods: Goods, more: dict[str, Any], message: str, code: int
) -> None:
    """Nothing of it stays behind."""
    item = goods.refused("purchase_order_create", **_data(goods, **more))

    assert (item["code"], message in item["message"]) == (code, True)
    assert goods.client.error('{ purchase_order(po_number: "PO-1") { data { id } } }')["code"] == 5


def test_counts_of_received_pieces_move_no_stock(goods: Goods) -> None:
    """The provider's guide adds the inventory first and changes the count then; doing both counts once."""
    order = goods.order(("OAK", 4))
    made = _create(goods)
    add = "mutation($d: UpdateInventoryInput!) { inventory_add(data: $d) { request_id } }"

    goods.client.data(add, {"d": {"sku": "OAK", "warehouse_id": goods.houses[0], "quantity": 4}})
    first = _update(goods, made["id"], line_items=[{"sku": "OAK", "quantity_received": 4}])
    second = _update(goods, made["id"], line_items=[{"sku": "oak", "quantity_received": 9, "quantity_rejected": 1}])
    third = _update(goods, made["id"], line_items=[{"sku": "OAK", "quantity_received": 8}])

    assert _counts(first)["OAK"] == (4, 0, "pending")
    assert _counts(second)["OAK"] == (9, 1, "closed")
    assert (_counts(third)["OAK"][0], _counts(third)["PINE"]) == (8, (0, 0, "pending"))
    assert first["arrived_at"] is not None
    assert goods.on_hand("OAK") == 4
    assert goods.lines(order["id"]) == {"OAK": (4, 0)}


def test_pieces_that_have_come_already_are_counted(goods: Goods) -> None:
    """A line of a new purchase order may say so."""
    made = _create(goods, line_items=[_line("OAK", 10, quantity_received=3, quantity_rejected=1)])

    assert _counts(made)["OAK"] == (3, 1, "pending")
    assert goods.on_hand("OAK") == 0


@pytest.mark.parametrize(
    ("text", "kept"), [("230:00", "230:00"), ("", "0.00"), ("1e999999", "1e999999"), ("7", "7.00")]
)
def test_amounts_are_texts(goods: Goods, text: str, kept: str) -> None:
    """The provider's own example has an amount that is none; such a text stays, and counts as nought."""
    made = _create(goods, subtotal=text)

    changed = _update(goods, made["id"], tax="1")

    assert made["subtotal"] == kept
    assert changed["total_price"] == ("12.00" if text == "7" else "5.00")


@pytest.mark.parametrize(
    ("line", "message", "code"),
    [
        ({"sku": "OAK", "quantity_received": -1}, "must not be negative", 901),
        ({"sku": "OAK", "quantity": -1}, "must not be negative", 901),
        ({"sku": "OTHER", "quantity": 1}, "Purchase order line item not found", 5),
    ],
)
def test_a_change_of_lines_that_makes_no_sense_is_refused(
    goods: Goods, line: dict[str, Any], message: str, code: int
) -> None:
    """Neither count nor stock moves."""
    made = _create(goods)

    item = goods.refused("purchase_order_update", po_id=made["id"], po_note="lost", line_items=[line])

    assert (item["code"], message in item["message"]) == (code, True)
    assert _read(goods, made["id"]) == made


def test_an_update_works_the_totals_out(goods: Goods) -> None:
    """Of the lines where they changed, and with tax, shipping and discount."""
    made = _create(goods)

    head = _update(goods, made["id"], tax="1.50", discount="2", shipping_carrier="UPS", tracking_number="1Z1")
    lines = _update(goods, made["id"], line_items=[{"sku": "OAK", "quantity": 4, "price": "3"}], clear_po_date=True)

    assert (head["subtotal"], head["total_price"]) == ("37.50", "41.00")
    assert (lines["subtotal"], lines["total_price"]) == ("24.50", "28.00")
    assert (made["po_date"] is not None, lines["po_date"]) == (True, None)
    tracked = lines["tracking_numbers"]["edges"][0]["node"]
    assert (tracked["carrier_value"], tracked["tracking_number"]) == ("UPS", "1Z1")


def test_statuses_end_and_open_a_purchase_order(goods: Goods) -> None:
    """Closing dates it, opening takes the date away, canceling leaves the lines that came."""
    made = _create(goods)
    _update(goods, made["id"], line_items=[{"sku": "OAK", "quantity_received": 10}])
    of = {"po_id": made["id"]}

    closed = goods.do("purchase_order_close", _NODE, **of)["purchase_order"]
    late = goods.refused("purchase_order_cancel", **of)
    opened = goods.do("purchase_order_set_fulfillment_status", _NODE, **of, status="pending")["purchase_order"]
    canceled = goods.do("purchase_order_cancel", _NODE, **of)["purchase_order"]
    over = goods.refused("purchase_order_close", **of)
    unknown = goods.refused("purchase_order_set_fulfillment_status", **of, status="lost")

    assert (closed["fulfillment_status"], closed["date_closed"] is not None) == ("closed", True)
    assert _counts(closed)["PINE"][2] == "closed"
    assert (opened["fulfillment_status"], opened["date_closed"]) == ("pending", None)
    assert (_counts(opened)["OAK"][2], _counts(opened)["PINE"][2]) == ("closed", "pending")
    assert (_counts(canceled)["OAK"][2], _counts(canceled)["PINE"][2]) == ("closed", "canceled")
    assert (late["code"], over["code"], unknown["code"]) == (901, 901, 901)


def test_what_may_be_sold_ahead_ends_with_the_purchase_order(goods: Goods) -> None:
    """Stock shows it, and the lines on their way, while they are."""
    made = _create(goods, line_items=[_line("OAK", 10, sell_ahead=6)])
    before = goods.stock("OAK")["sell_ahead"]
    inbounds = 'inbounds(status: "pending", first: 5) { edges { node { po_id quantity } } }'
    query = f'{{ product(sku: "OAK") {{ data {{ warehouse_products {{ {inbounds} }} }} }} }}'
    coming = goods.client.data(query)["product"]["data"]["warehouse_products"][0]["inbounds"]["edges"]

    goods.do("purchase_order_cancel", po_id=made["id"])

    assert (before, goods.stock("OAK")["sell_ahead"]) == (6, 0)
    assert [edge["node"] for edge in coming] == [{"po_id": made["id"], "quantity": 10}]


def test_the_floor_receives_what_is_missing(goods: Goods) -> None:
    """Without lines all that has not come; it serves the orders that wait, in the name of somebody who works there."""
    order = goods.order(("OAK", 6))
    made = _create(goods)
    _update(goods, made["id"], line_items=[{"sku": "OAK", "quantity_received": 4}])

    answer = _receive(goods, made["id"], close=True)

    after = _read(goods, made["id"])
    assert answer["fulfillment_status"] == after["fulfillment_status"] == "closed"
    assert _counts(after) == {"OAK": (10, 0, "closed"), "PINE": (5, 0, "closed")}
    (change,) = goods.changes("OAK")
    assert (goods.on_hand("OAK"), goods.on_hand("PINE")) == (6, 7)
    developer = goods.client.data("{ me { data { id } } }")["me"]["data"]["id"]
    assert change["reason"] == "PO PO-1 received"
    assert change["user_id"] not in {None, developer}
    assert goods.lines(order["id"]) == {"OAK": (6, 0)}


def test_the_floor_receives_lots_into_locations(goods: Goods) -> None:
    """The lot is made, belongs to the purchase order, and its pieces lie where they were put."""
    made = _create(goods)
    place = goods.do("location_create", "location { id }", warehouse_id=goods.houses[0], name="R-1", zone="R")
    came = {"sku": "OAK", "quantity": 6, "rejected": 1, "lot": "L-1", "expires_at": "2027-01-31"}

    _receive(goods, str(made["legacy_id"]), line_items=[{**came, "location": place["location"]["id"]}])

    line = _lines(_read(goods, made["id"]))[0]
    (lot,) = [edge["node"] for edge in line["expiration_lots"]["edges"]]
    (change,) = goods.changes("OAK")
    assert (line["quantity_received"], line["quantity_rejected"]) == (6, 1)
    assert (lot["name"], lot["po_id"]) == ("L-1", made["id"])
    assert lot["purchase_orders"]["edges"] == [{"node": {"po_number": "PO-1"}}]
    assert (change["lot_name"], change["location_id"]) == ("L-1", place["location"]["id"])


@pytest.mark.parametrize(
    ("sent", "status", "message"),
    [
        ({"line_items": [{"sku": "OTHER", "quantity": 1}]}, 404, "line item not found"),
        ({"line_items": [{"sku": "OAK", "quantity": 0}]}, 422, "at least 1"),
        ({"line_items": [{"sku": "OAK", "quantity": 1, "location": "99999"}]}, 404, "Location not found"),
        ({"line_items": [{"sku": "OAK", "quantity": 1, "lpn": "none"}]}, 404, "License plate"),
        ({"line_items": [{"sku": "OAK", "lot": "L", "expires_at": "soon"}]}, 422, "expires_at is no date"),
        ({"line_items": "OAK"}, 422, "line_items is wrong"),
    ],
)
def test_receiving_that_makes_no_sense_is_refused(
    goods: Goods, sent: dict[str, Any], status: int, message: str
) -> None:
    """Each refusal says what to do, and moves nothing."""
    made = _create(goods)

    reply = fetch(f"{goods.twin.base}/_twin/purchase_orders/{made['id']}/receive", method="POST", data=sent)

    error = reply.json()["error"]
    assert (reply.status, message in error["message"], bool(error["remedy"])) == (status, True, True)
    assert (goods.on_hand("OAK"), _read(goods, made["id"])) == (0, made)


def test_a_closed_purchase_order_receives_nothing(goods: Goods) -> None:
    """It is opened first."""
    made = _create(goods)
    goods.do("purchase_order_close", po_id=made["id"])

    reply = fetch(f"{goods.twin.base}/_twin/purchase_orders/{made['id']}/receive", method="POST", data={})

    assert (reply.status, reply.json()["error"]["message"]) == (422, "The purchase order is closed.")


@pytest.mark.parametrize(
    "arguments",
    [
        '(po_number: "PO-1")',
        '(sku: " oak ", po_number: "PO-1")',
        '(fulfillment_status: "pending", sku: "OAK")',
        '(warehouse_id: "11790", sku: "PINE")',
        '(po_date_from: "2026-03-04", po_date_to: "2026-03-05", sku: "OAK")',
        '(created_from: "2026-01-01 00:00:00+00:00", updated_from: "2026-01-01", sku: "OAK")',
    ],
)
def test_purchase_orders_are_found(goods: Goods, arguments: str) -> None:
    """Each filter finds it, and its opposite does not."""
    _create(goods, po_date="2026-03-04")
    query = "{{ purchase_orders{} {{ data(first: 10) {{ edges {{ node {{ po_number }} }} }} }} }}"

    found = goods.client.data(query.format(arguments))["purchase_orders"]["data"]["edges"]
    none = goods.client.data(query.format('(date_closed_from: "2020-01-01", sku: "OAK")'))

    assert [edge["node"]["po_number"] for edge in found] == ["PO-1"]
    assert none["purchase_orders"]["data"]["edges"] == []


def test_documents_are_attached(goods: Goods) -> None:
    """By their address; the twin does not fetch them."""
    made = _create(goods)
    document = {"url": "https://docs.example/a.pdf", "description": "Invoice", "filename": "a.pdf", "file_type": "pdf"}

    attached = goods.do(
        "purchase_order_add_attachment",
        "attachment { id url description filename file_type user_id created_at }",
        po_id=made["id"],
        **document,
    )["attachment"]

    assert {name: attached[name] for name in document} == document
    listed = _read(goods, made["id"])["attachments"]["edges"][0]["node"]
    assert listed["id"] == attached["id"]


def test_a_3pl_receives_for_its_customers_and_nobody_elses(goods: Goods) -> None:
    """The purchase order is the customer's, the goods lie in the 3PL's warehouse, others get code 5."""
    logistician = goods_of(goods.twin, "wms@tpl.example", account_id="7601")
    logistician.product("TEA-1", customer_account_id="7602")
    data = {"customer_account_id": "7602", "line_items": [_line("TEA-1", 3)]}
    made = logistician.do("purchase_order_create", _NODE, **_data(logistician, **data))["purchase_order"]

    _receive(logistician, made["id"])

    assert made["account_id"] == "QWNjb3VudDo3NjAy"
    assert logistician.on_hand("TEA-1") == 3
    assert goods.refused("purchase_order_close", po_id=made["id"])["code"] == 5
    assert logistician.refused("purchase_order_close", po_id=made["id"], customer_account_id="7603")["code"] == 5


def test_changes_are_told_to_subscribers(goods: Goods) -> None:
    """A message comes when it is made and whenever it changes, with the members of the provider's sample."""
    vendor = goods.do("vendor_create", "vendor { id }", name="Mill", email="m@mill.example", account_number="A-7")
    goods.subscribe("PO Update")
    made = _create(goods, vendor_id=vendor["vendor"]["id"], line_items=[_line("OAK", 10, partner_line_item_id="l-1")])
    _update(goods, made["id"], line_items=[{"sku": "OAK", "quantity_received": 4}])
    _receive(goods, made["id"], close=True)

    first, second, third = goods.told("PO Update")

    order = first["purchase_order"]
    assert (first["webhook_type"], first["test"], order["id"]) == ("PO Update", "0", made["legacy_id"])
    assert (order["po_number"], order["po_uuid"]) == ("PO-1", made["id"])
    assert order["line_items"] == [
        {
            "id": "l-1",
            "quantity": 10,
            "quantity_received": 0,
            "sku": "OAK",
            "vendor_id": order["vendor_id"],
            "vendor_uuid": vendor["vendor"]["id"],
            "vendor_account_number": "A-7",
            "vendor_sku": "",
        }
    ]
    assert [each["purchase_order"]["line_items"][0]["quantity_received"] for each in (second, third)] == [4, 10]
    assert third["purchase_order"]["status"] == "closed"
