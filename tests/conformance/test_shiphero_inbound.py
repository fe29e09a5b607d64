"""Inbound shipments and shipping plans of the ShipHero twin over HTTP: announced, unloaded, summed up."""

import base64
from typing import Any

import pytest

from shiphero_goods import Goods, goods_of
from twins import ShipheroTwin, fetch

_NODE = """inbound_shipment { id legacy_id account_id warehouse_id status carrier pro_number bol_reference bol_url
  expected_dock dock_used container_number notes estimated_truck_arrival truck_arrived_at truck_unload_started_at
  truck_unload_finished_at truck_departure_at booking_contact_email booking_contact_name booking_contact_number
  container_size load_type shipment_type number_carton pallets_quantity people_for_unload people_for_receiving vendor_id
  created_at scheduled_at status_updated_at warehouse { identifier }
  purchase_orders(first: 5) { edges { node { po_number } } } }"""
_PLAN = """shipping_plan { id legacy_id account_id warehouse_id created_at fulfillment_status warehouse_note
  vendor_po_number subtotal shipping_price total_price warehouse { identifier } pdf_location
  line_items(first: 5) { edges { node { id sku quantity quantity_received product_name product { sku } } } }
  packages(first: 5) { edges { node { box_number line_items(first: 5) { edges { node { sku quantity
    product { name } } } } } } }
  pallets(first: 5) { edges { node { kind quantity floor_loaded page_size } } }
  tracking_numbers(first: 5) { edges { node { id } } } }"""
_THING = """product_info { id sku name } lot { id name sku } is_unexpected
  inbound_shipment_line_item { id quantity quantity_received quantity_rejected }"""
_BIN = "{ id location zone }"
_LPN = "lpn { id barcode container_type }"
_SUMMARY = f"""{{ stats {{ unpalletized_boxes_count pallets_count }} in_lpns {{ {_LPN} quantity_received quantity_loose
  received_location {_BIN} content {{ {_THING} quantity_received quantity_loose receiving_location {_BIN}
  receiving_workers {{ id first_name last_name }} containers {{ {_LPN} quantity_received }} }} }} }}"""
_AT = f"{{ locations {{ location {_BIN} items_at_location {{ {_THING} eaches_quantity uom }} }} }}"


@pytest.fixture
def goods(shiphero_twin: ShipheroTwin) -> Goods:
    """Give a shop with three products and none of them on the shelf."""
    shop = goods_of(shiphero_twin)
    for sku in ("OAK", "PINE", "MOSS"):
        shop.product(sku)
    return shop


def _buy(goods: Goods, number: str = "PO-1", house: int = 0) -> str:
    lines = [
        {"sku": sku, "quantity": pieces, "price": "1", "expected_weight_in_lbs": "1"}
        for sku, pieces in (("OAK", 10), ("PINE", 4))
    ]
    data = {"po_number": number, "subtotal": "1", "shipping_price": "0", "total_price": "1", "line_items": lines}
    made = goods.do("purchase_order_create", "purchase_order { id }", warehouse_id=goods.houses[house], **data)
    return str(made["purchase_order"]["id"])


def _create(goods: Goods, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = goods.do("inbound_shipment_create", _NODE, **{"warehouse_id": goods.houses[0], **more})
    return dict(made["inbound_shipment"])


def _read(goods: Goods, number: str) -> dict[str, Any]:
    query = f'{{ inbound_shipment(id: "{number}") {{ data {_NODE.removeprefix("inbound_shipment ")} }} }}'
    found: dict[str, Any] = goods.client.data(query)["inbound_shipment"]["data"]
    return found


def _found(goods: Goods, arguments: str) -> list[str]:
    query = f"{{ inbound_shipments{arguments} {{ data(first: 10) {{ total_count edges {{ node {{ id }} }} }} }} }}"
    data = goods.client.data(query)["inbound_shipments"]["data"]
    assert data["total_count"] == len(data["edges"])
    return [edge["node"]["id"] for edge in data["edges"]]


def _receive(goods: Goods, number: str, **sent: Any) -> Any:
    return goods.twin.control("POST", f"/inbound_shipments/{number}/receive", sent)


def _summary(goods: Goods, number: str, more: str = "") -> dict[str, Any]:
    query = f'{{ inbound_shipment_summary(inbound_shipment_id: "{number}"{more}) {{ data {_SUMMARY} }} }}'
    found: dict[str, Any] = goods.client.data(query)["inbound_shipment_summary"]["data"]
    return found


def _plate(goods: Goods, kind: str) -> str:
    fields = "license_plate_numbers { license_plate_number }"
    made = goods.do(
        "license_plate_numbers_create", fields, warehouse_id=goods.houses[0], container_type=kind, quantity=1
    )
    return str(made["license_plate_numbers"][0]["license_plate_number"])


def test_an_inbound_shipment_keeps_what_it_is_made_with(goods: Goods) -> None:
    """Every member comes back; it is expected, with its purchase orders on it."""
    texts = {
        name: f"some {name}"
        for name in (
            *("carrier", "pro_number", "bol_reference", "bol_url", "expected_dock", "dock_used", "container_number"),
            *("notes", "booking_contact_email", "booking_contact_name", "booking_contact_number"),
        )
    }
    choices = {"container_size": "S40HC", "load_type": "FTL", "shipment_type": "PALLET"}
    counts = {"number_carton": 4, "pallets_quantity": 2, "people_for_unload": 1, "people_for_receiving": 3}
    dates = {"scheduled_at": "2026-12-01T08:00:00", "estimated_truck_arrival": "2026-12-01T09:00:00"}

    made = _create(goods, purchase_order_ids=[_buy(goods), _buy(goods, "PO-2")], **texts, **choices, **counts, **dates)

    sent = {**texts, **choices, **counts, **dates}
    assert {name: made[name] for name in sent} == sent
    assert (made["status"], made["status_updated_at"]) == ("PENDING_ARRIVAL", made["created_at"])
    assert [edge["node"]["po_number"] for edge in made["purchase_orders"]["edges"]] == ["PO-1", "PO-2"]
    assert _read(goods, made["id"]) == made


@pytest.mark.parametrize(
    ("more", "message", "code"),
    [
        ({"container_size": "HUGE"}, "container_size must be one of", 901),
        ({"load_type": "x"}, "load_type must be one of", 901),
        ({"shipment_type": "x"}, "shipment_type must be one of", 901),
        ({"number_carton": -1}, "number_carton must not be negative", 901),
        ({"warehouse_id": "11793"}, "Warehouse not found", 5),
        ({"purchase_order_ids": ["7"]}, "Purchase order not found", 5),
        ({"vendor_id": "7"}, "Vendor not found", 5),
    ],
)
def test_an_inbound_shipment_that_makes_no_sense_is_refused(
    goods: Goods, more: dict[str, Any], message: str, code: int
) -> None:
    """The message says which member it is, and what it could be."""
    item = goods.refused("inbound_shipment_create", **{"warehouse_id": goods.houses[0], **more})

    assert (item["code"], message in item["message"]) == (code, True)
    assert _found(goods, "") == []


def test_purchase_orders_go_to_the_warehouse_of_the_truck(goods: Goods) -> None:
    """One for another warehouse is not loaded."""
    item = goods.refused(
        "inbound_shipment_create", warehouse_id=goods.houses[0], purchase_order_ids=[_buy(goods, house=1)]
    )

    assert (item["code"], "PO-1" in item["message"]) == (901, True)


def test_an_update_replaces_the_purchase_orders(goods: Goods) -> None:
    """They come under another name than in the creation; a truck that arrived moves the status."""
    first, second = _buy(goods), _buy(goods, "PO-2")
    made = _create(goods, purchase_order_ids=[first], carrier="Maersk")

    changed = goods.do(
        "inbound_shipment_update",
        _NODE,
        inbound_shipment_id=made["id"],
        warehouse_id=goods.houses[0],
        purchase_orders_ids=[second],
        truck_arrived_at="2026-11-30 07:00:00",
        number_carton=9,
    )["inbound_shipment"]

    assert (changed["status"], changed["truck_arrived_at"]) == ("ARRIVED", "2026-11-30T07:00:00")
    assert (changed["carrier"], changed["number_carton"]) == ("Maersk", 9)
    assert [edge["node"]["po_number"] for edge in changed["purchase_orders"]["edges"]] == ["PO-2"]


@pytest.mark.parametrize(
    "arguments",
    [
        '(search_term: "maersk")',
        '(search_term: "po-1")',
        '(statuses: ["PENDING_ARRIVAL", "ARRIVED"])',
        '(warehouse_ids: ["11790"])',
        '(customer_ids: ["7556"], require_fai: false)',
        '(dates_from: "2026-01-01", status_updated_at_from: "2026-01-01")',
        '(estimated_truck_arrival_from: "2026-12-01", estimated_truck_arrival_to: "2026-12-02")',
    ],
)
def test_inbound_shipments_are_found(goods: Goods, arguments: str) -> None:
    """Each filter finds it and leaves the other one out."""
    _create(goods, warehouse_id=goods.houses[1])
    goods.twin.control("POST", f"/inbound_shipments/{_found(goods, '')[0]}/status", {"status": "DELETED"})
    made = _create(
        goods, carrier="Maersk", purchase_order_ids=[_buy(goods)], estimated_truck_arrival="2026-12-01 12:00:00"
    )

    assert _found(goods, arguments) == [made["id"]]


def test_a_page_of_inbound_shipments_is_searched(goods: Goods) -> None:
    """`search` keeps the rows that have all its members; a member that no row has leaves none."""
    made = _create(goods, vendor_id=None, truck_arrived_at="2026-11-30")
    _create(goods)
    query = """query($search: GenericScalar) { inbound_shipments { data(first: 5, search: $search) {
      total_count edges { node { id } } } } }"""

    pages = [
        goods.client.data(query, {"search": search})["inbound_shipments"]["data"]
        for search in ({"status": "ARRIVED"}, {"status": "ARRIVED", "colour": "red"}, {}, {"status": ["ARRIVED"]})
    ]

    assert pages[0] == {"total_count": 1, "edges": [{"node": {"id": made["id"]}}]}
    assert [page["total_count"] for page in pages] == [1, 0, 2, 0]


def test_statuses_follow_the_floor(goods: Goods) -> None:
    """Each stamps the truck's moments; deleted ones are only found by name, and unknown ones are refused."""
    made = _create(goods)
    address = f"/inbound_shipments/{made['id']}/status"

    goods.twin.control("POST", address, {"status": "ARRIVED"})
    arrived = _read(goods, made["id"])
    goods.twin.control("POST", address, {"status": "COMPLETED"})
    completed = _read(goods, made["id"])
    goods.twin.control("POST", address, {"status": "DELETED"})
    lost = fetch(f"{goods.twin.base}/_twin{address}", method="POST", data={"status": "LOST"})

    assert (arrived["truck_arrived_at"] is not None, arrived["truck_unload_started_at"]) == (True, None)
    assert completed["truck_unload_finished_at"] is not None
    assert (_found(goods, ""), _found(goods, '(statuses: ["DELETED"])')) == ([], [made["id"]])
    assert lost.status == 422
    assert goods.client.error('{ inbound_shipments(statuses: ["LOST"]) { complexity } }')["code"] == 901


def test_unloading_fills_purchase_orders_and_stock(goods: Goods) -> None:
    """Without lines all that was announced comes, and the shipment can be completed with it."""
    made = _create(goods, purchase_order_ids=[_buy(goods)])

    answer = _receive(goods, made["id"], complete=True)

    assert answer["status"] == _read(goods, made["id"])["status"] == "COMPLETED"
    assert [line["quantity_received"] for line in answer["purchase_orders"][0]["line_items"]] == [10, 4]
    assert (goods.on_hand("OAK"), goods.on_hand("PINE")) == (10, 4)
    again = fetch(f"{goods.twin.base}/_twin/inbound_shipments/{made['id']}/receive", method="POST", data={})
    assert again.status == 422


def test_the_summary_tells_what_came_on_which_plate(goods: Goods) -> None:
    """Pallets, boxes and loose pieces, lots, refused pieces and what nobody had announced."""
    made = _create(goods, purchase_order_ids=[_buy(goods)])
    pallet, box = _plate(goods, "PALLET"), _plate(goods, "BOX")
    _receive(goods, made["id"], line_items=[{"sku": "OAK", "quantity": 6, "lpn": pallet, "lot": "L-1"}])
    _receive(goods, made["id"], line_items=[{"sku": "OAK", "quantity": 1, "lpn": box}, {"sku": "PINE", "rejected": 4}])
    _receive(goods, made["id"], line_items=[{"sku": "MOSS", "quantity": 2}])

    summary = _summary(goods, made["id"])

    assert summary["stats"] == {"unpalletized_boxes_count": 1, "pallets_count": 1}
    on_pallet, in_box, loose = summary["in_lpns"]
    (oak,) = on_pallet["content"]
    assert (on_pallet["lpn"]["barcode"], on_pallet["quantity_received"], on_pallet["quantity_loose"]) == (pallet, 6, 0)
    assert (oak["product_info"]["sku"], oak["lot"]["name"], oak["quantity_loose"]) == ("OAK", "L-1", 0)
    assert oak["containers"] == [{"lpn": on_pallet["lpn"], "quantity_received": 6}]
    assert oak["receiving_location"]["location"] == "Receiving"
    assert [worker["first_name"] for worker in oak["receiving_workers"]] == ["Ada"]
    assert oak["inbound_shipment_line_item"]["quantity_received"] == 7
    assert (in_box["lpn"]["container_type"], in_box["quantity_received"]) == ("BOX", 1)
    (moss,) = loose["content"]
    assert (moss["product_info"]["sku"], moss["is_unexpected"], moss["quantity_loose"]) == ("MOSS", True, 2)
    assert (loose["lpn"], moss["inbound_shipment_line_item"], goods.on_hand("MOSS")) == (None, None, 2)


@pytest.mark.parametrize(
    ("more", "skus"),
    [
        ('sort_by: ["-quantity_received"]', ["OAK", "PINE"]),
        ('sort_by: ["sku"]', ["OAK", "PINE"]),
        ('sort_by: ["-sku"]', ["PINE", "OAK"]),
        ("include_rejected: true", ["OAK", "PINE", "MOSS"]),
        ("only_owned_by_user: true", []),
        ("only_boxes_non_palletized: true", []),
        ('filter_by_location_id: "99999"', []),
    ],
)
def test_the_summary_is_sorted_and_narrowed(goods: Goods, more: str, skus: list[str]) -> None:
    """By what is asked for, in the order in which it is named."""
    made = _create(goods, purchase_order_ids=[_buy(goods)])
    came = [{"sku": "OAK", "quantity": 6}, {"sku": "PINE", "quantity": 2}, {"sku": "MOSS", "rejected": 1}]
    _receive(goods, made["id"], line_items=came)

    plates = _summary(goods, made["id"], f", {more}")["in_lpns"]

    assert [each["product_info"]["sku"] for plate in plates for each in plate["content"]] == skus


def test_the_summary_of_one_plate(goods: Goods) -> None:
    """A plate is named by its number; an unknown one is code 5, an unknown sort 901."""
    made = _create(goods, purchase_order_ids=[_buy(goods)])
    box = _plate(goods, "BOX")
    _receive(goods, made["id"], line_items=[{"sku": "OAK", "quantity": 1, "lpn": box}, {"sku": "PINE", "quantity": 2}])
    query = f'{{ inbound_shipment_summary(inbound_shipment_id: "{made["id"]}", %s) {{ complexity }} }}'

    (only,) = _summary(goods, made["id"], f', lpn_id: "{box}"')["in_lpns"]

    assert only["lpn"]["barcode"] == box
    assert goods.client.error(query % 'lpn_id: "none"')["code"] == 5
    assert goods.client.error(query % 'sort_by: ["colour"]')["code"] == 901


def test_the_location_summary_counts_pieces_where_they_lie(goods: Goods) -> None:
    """By location, then by product and lot; it can be held to what the caller received."""
    made = _create(goods, purchase_order_ids=[_buy(goods)])
    place = goods.do("location_create", "location { id }", warehouse_id=goods.houses[0], name="R-1", zone="R")
    came = {"sku": "OAK", "quantity": 3}
    _receive(goods, made["id"], line_items=[{**came, "location": place["location"]["id"]}])
    _receive(goods, made["id"], line_items=[came])
    query = f'{{ inbound_shipment_location_summary(inbound_shipment_id: "{made["id"]}"%s) {{ data {_AT} }} }}'

    every = goods.client.data(query % "")["inbound_shipment_location_summary"]["data"]["locations"]
    mine = goods.client.data(query % ", owned_by_user: true")["inbound_shipment_location_summary"]["data"]

    assert [each["location"]["location"] for each in every] == ["R-1", "Receiving"]
    (item,) = every[0]["items_at_location"]
    assert (item["product_info"]["sku"], item["eaches_quantity"], item["uom"]) == ("OAK", 3, "EACH")
    assert mine == {"locations": []}


def test_pictures_are_served_by_the_twin(goods: Goods) -> None:
    """What the floor takes a picture of can be looked at without a token."""
    made, picture = _create(goods), b"\x89PNG and so on"
    sent = {"filename": "dent.png", "description": "Dent", "contents": base64.b64encode(picture).decode()}
    address = f"{goods.twin.base}/_twin/inbound_shipments/{made['id']}/images"
    fields = "url filename mimetype file_size_bytes description created_at updated_at"
    query = f'{{ inbound_shipment_images(inbound_shipment_id: "{made["id"]}") {{ data {{ {fields} }} }} }}'

    fetch(address, method="POST", data=sent)
    wrong = [fetch(address, method="POST", data={**sent, "contents": text}).status for text in ("", "%")]

    (image,) = goods.client.data(query)["inbound_shipment_images"]["data"]
    served = fetch(image["url"])
    assert (image["filename"], image["mimetype"], image["file_size_bytes"]) == ("dent.png", "image/png", len(picture))
    assert (served.status, served.body, served.headers["content-type"]) == (200, picture, "image/png")
    assert wrong == [422, 422]


def test_a_shipping_plan_is_received_as_a_purchase_order(shiphero_twin: ShipheroTwin) -> None:
    """A 3PL's customer announces boxes and pallets; the 3PL sees a purchase order and receives it."""
    logistician = goods_of(shiphero_twin, "wms@tpl.example", account_id="7601")
    customer = goods_of(shiphero_twin, "dev@tea.example", account_id="7602")
    logistician.product("TEA", customer_account_id="7602")
    packages = [{"line_items": [{"sku": "TEA", "quantity": 5}]}, {"line_items": [{"sku": "tea", "quantity": 1}]}]

    plan = customer.do(
        "shipping_plan_create",
        _PLAN,
        warehouse_id=customer.houses[0],
        warehouse_note="Dock 2",
        subtotal="12",
        line_items=[{"sku": "TEA", "product_name": "Tea", "quantity": 6}],
        packages=packages,
        pallet={"quantity": 1, "kind": "GMA"},
    )["shipping_plan"]

    orders = logistician.client.data('{ purchase_orders { data(first: 1, sort: "-id") { edges { node { id } } } } }')
    number = orders["purchase_orders"]["data"]["edges"][0]["node"]["id"]
    shiphero_twin.control("POST", f"/purchase_orders/{number}/receive", {})
    query = f'{{ shipping_plan(id: "{plan["id"]}") {{ data {_PLAN.removeprefix("shipping_plan ")} }} }}'
    after = customer.client.data(query)["shipping_plan"]["data"]
    boxes = [edge["node"] for edge in plan["packages"]["edges"]]
    assert (plan["subtotal"], plan["warehouse_note"], plan["fulfillment_status"]) == ("12.00", "Dock 2", "pending")
    assert [box["box_number"] for box in boxes] == ["1", "2"]
    assert boxes[0]["line_items"]["edges"][0]["node"] == {"sku": "TEA", "quantity": 5, "product": {"name": "The TEA"}}
    assert plan["pallets"]["edges"][0]["node"] == {
        "kind": "GMA",
        "quantity": 1,
        "floor_loaded": False,
        "page_size": "4x6",
    }
    assert fetch(plan["pdf_location"]).body.startswith(b"%PDF")
    assert after["line_items"]["edges"][0]["node"]["quantity_received"] == 6
    assert customer.on_hand("TEA") == 6


@pytest.mark.parametrize(
    ("more", "message", "code"),
    [
        ({"line_items": []}, "at least one line item", 901),
        ({"line_items": [{"sku": "NONE", "product_name": "x", "quantity": 1}]}, "Product not found", 5),
        ({"line_items": [{"sku": "OAK", "product_name": "x", "quantity": 0}]}, "quantity must be", 901),
        ({"packages": [{"line_items": [{"sku": "OAK", "quantity": 3}]}]}, "hold more of OAK", 901),
        ({"packages": [{"line_items": [{"sku": "PINE", "quantity": 1}]}]}, "hold more of PINE", 901),
        ({"pallet": {"quantity": 0}}, "quantity of pallets", 901),
        ({"warehouse_id": "11793"}, "Warehouse not found", 5),
    ],
)
def test_a_shipping_plan_that_makes_no_sense_is_refused(
    goods: Goods, more: dict[str, Any], message: str, code: int
) -> None:
    """The boxes hold what is announced, and nothing of a refused plan stays."""
    lines = [{"sku": "OAK", "product_name": "Oak", "quantity": 2}]
    data = {"warehouse_id": goods.houses[0], "line_items": lines, **more}

    item = goods.refused("shipping_plan_create", **data)

    assert (item["code"], message in item["message"]) == (code, True)
    assert goods.client.error('{ shipping_plan(id: "1") { complexity } }')["code"] == 5
