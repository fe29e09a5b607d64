"""What leaves: packed from a tote, or noted when it left elsewhere; labels, containers and the way of a parcel."""

import json
from typing import Any

import pypdfium2
import pytest

from endpoint import failing, listening, posts
from receiver import answer
from shiphero_client import Client, new_client
from shiphero_floor import (
    PARCEL_ADDRESS,
    SHIPMENT_NODE,
    change,
    create,
    fulfil,
    hear,
    line,
    lines_of,
    package,
    pick,
    read,
    refusal,
    sent,
    stock,
    stocked,
    told,
    tote,
)
from twins import ShipheroTwin, fetch

_TOLD = ("Package Added", "Order Packed Out", "Capture Payment", "Shipment Update", "Order Deallocated")


def _picked(twin: ShipheroTwin, client: Client, quantity: int = 2, **members: Any) -> tuple[dict[str, Any], str]:
    """Give an order whose pieces lie in a tote, and the tote."""
    stocked(client, "A-1", w11790=5)
    order, box = create(client, line("A-1", quantity), **members), tote(client)
    assert pick(twin, order, box) == quantity
    return order, box


def _label(order: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {
        "carrier": "UPS",
        "shipping_name": "UPS Ground",
        "shipping_method": "Ground",
        "cost": "7.20",
        "address": PARCEL_ADDRESS,
        "dimensions": {"weight": 1.5, "height": 4, "width": 6, "length": 9},
        "label": {"pdf_location": "https://labels.example/1.pdf"},
        "line_item_ids": [lines_of(order)[0]["id"]],
        "tracking_number": "1Z12345",
        **members,
    }


def _shipment(order: dict[str, Any], quantity: int = 1, **members: Any) -> dict[str, Any]:
    return {
        "order_id": order["id"],
        "warehouse_id": "11790",
        "address": PARCEL_ADDRESS,
        "line_items": [{"line_item_id": lines_of(order)[0]["id"], "quantity": quantity}],
        "labels": _label(order),
        **members,
    }


def _ship(client: Client, data: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = change(
        client, "shipment_create", "CreateShipmentInput", data, entity="shipment", node=SHIPMENT_NODE
    )
    return made


def test_an_order_is_packed_out_of_its_tote(shiphero_twin: ShipheroTwin) -> None:
    """The pieces leave stock and tote, the order is fulfilled, and the outside is told step by step."""
    client = new_client(shiphero_twin)
    order, box = _picked(shiphero_twin, client)
    hear(client, *_TOLD)

    shipment = fulfil(client, order, box, package(label_url="https://labels.example/1.pdf"))

    after, (label,) = read(client, order), shipment["shipping_labels"]
    assert (after["fulfillment_status"], after["allocations"]) == ("fulfilled", [])
    assert [(each["quantity_shipped"], each["fulfillment_status"]) for each in lines_of(after)] == [(2, "fulfilled")]
    assert stock(client, "A-1") == {"on_hand": 3, "allocated": 0, "available": 3, "backorder": 0}
    assert (shipment["completed"], shipment["total_packages"], shipment["order_id"]) == (True, 1, order["id"])
    assert (label["status"], label["carrier"], label["tracking_status"]) == ("valid", "UPS", "pre_transit")
    assert label["label"] == {"pdf_location": "https://labels.example/1.pdf", "image_location": None}
    assert label["in_shipping_container"] is True
    assert {name: len(sent(shiphero_twin, name)) for name in _TOLD} == {
        **dict.fromkeys(_TOLD, 1),
        "Order Deallocated": 0,
    }


def test_the_shipment_update_is_told_in_full(shiphero_twin: ShipheroTwin) -> None:
    """The payload has the fulfilment, its lines with the partner's ids, and each package with its label."""
    client = new_client(shiphero_twin)
    order, box = _picked(shiphero_twin, client)
    hear(client, "Shipment Update", "Order Packed Out")

    shipment = fulfil(client, order, box)

    (body,), (packed,) = sent(shiphero_twin, "Shipment Update"), sent(shiphero_twin, "Order Packed Out")
    fulfillment = body["fulfillment"]
    assert (body["test"], body["webhook_type"], body["total_packages"]) == ("0", "Shipment Update", 1)
    assert fulfillment["shipment_uuid"] == shipment["id"]
    assert (fulfillment["tracking_number"], fulfillment["shipping_carrier"]) == ("1Z999", "UPS")
    assert fulfillment["line_items"][0] == {
        "id": "p-A-1",
        "shiphero_id": lines_of(order)[0]["legacy_id"],
        "item_uuid": lines_of(order)[0]["id"],
        "quantity": 2,
        "sku": "A-1",
        "serial_numbers": [],
        "customs_description": fulfillment["line_items"][0]["customs_description"],
        "package": "Package #1",
        "lot_id": None,
        "lot_name": None,
        "lot_expiration": None,
    }
    assert body["packages"][0]["shipping_label"]["tracking_number"] == "1Z999"
    assert body["packages"][0]["line_items"] == fulfillment["line_items"]
    assert (packed["tote_uuid"], packed["items"][0]["sku"]) == (box, "A-1")


def test_an_order_leaves_in_several_packages(shiphero_twin: ShipheroTwin) -> None:
    """Each package has its label and its pieces; what is not packed stays in the tote and is still to be sent."""
    client = new_client(shiphero_twin)
    order, box = _picked(shiphero_twin, client, quantity=4)
    items = [[{"sku": "A-1", "quantity": quantity}] for quantity in (1, 2)]

    first = fulfil(client, order, box, *(package(line_items=each) for each in items))
    between = read(client, order)
    fulfil(client, order, box)

    assert [label["package_number"] for label in first["shipping_labels"]] == [1, 2]
    assert [edge["node"]["quantity"] for edge in first["line_items"]["edges"]] == [1, 2]
    assert lines_of(between)[0]["quantity_pending_fulfillment"] == 1
    assert between["allocations"][0]["is_locked"] is True
    assert read(client, order)["fulfillment_status"] == "fulfilled"
    assert stock(client, "A-1")["on_hand"] == 1


def test_a_kit_leaves_as_its_components(shiphero_twin: ShipheroTwin) -> None:
    """The kit's line is shipped, and what leaves the stock are its components."""
    client = new_client(shiphero_twin)
    stocked(client, "P", w11790=5)
    stocked(client, "KIT", w11790=0)
    client.data(
        "mutation($data: BuildKitInput!) { kit_build(data: $data) { request_id } }",
        {"data": {"sku": "KIT", "components": [{"sku": "P", "quantity": 2}], "kit_build": False}},
    )
    order, box = create(client, line("KIT", 2)), tote(client)
    pick(shiphero_twin, order, box)

    fulfil(client, order, box, package(line_items=[{"sku": "KIT", "quantity": 2}]))

    assert lines_of(read(client, order))[0]["quantity_shipped"] == 2
    assert stock(client, "P") == {"on_hand": 1, "allocated": 0, "available": 1, "backorder": 0}


@pytest.mark.parametrize(
    ("packages", "message"),
    [
        ([], "at least one package"),
        ([package(line_items=[{"sku": "A-1", "quantity": 3}])], "2 of 3 pieces of A-1"),
        ([package(line_items=[{"sku": "B-9", "quantity": 1}])], "0 of 1 pieces of B-9"),
        ([package(line_items=[{"sku": "A-1", "quantity": 0}])], "at least 1"),
        ([package(), package()], "at least one item"),
        ([package(carrier=" ")], "carrier is required"),
        ([package(carrier="API")], "Generate Label"),
    ],
)
def test_packages_that_make_no_sense_are_refused(
    shiphero_twin: ShipheroTwin, packages: list[dict[str, Any]], message: str
) -> None:
    """A refused fulfilment leaves order, tote and stock as they were."""
    client = new_client(shiphero_twin)
    order, box = _picked(shiphero_twin, client)
    before = read(client, order)

    error = refusal(
        client,
        "order_fulfill",
        "FulfillOrderInput",
        {"order_id": order["id"], "tote_id": box, "packages": packages},
        entity="shipment",
    )

    assert message in error["message"]
    assert read(client, order) == before
    assert stock(client, "A-1")["on_hand"] == 5


def test_an_order_ships_once(shiphero_twin: ShipheroTwin) -> None:
    """What was packed cannot be packed again, nor noted as shipped elsewhere."""
    client = new_client(shiphero_twin)
    order, box = _picked(shiphero_twin, client)
    fulfil(client, order, box)
    data = {"order_id": order["id"], "tote_id": box, "packages": [package()]}

    again = refusal(client, "order_fulfill", "FulfillOrderInput", data, entity="shipment")
    elsewhere = refusal(client, "shipment_create", "CreateShipmentInput", _shipment(order), entity="shipment")

    assert again["message"].startswith("Order is fulfilled")
    assert "has 0 left to ship" in elsewhere["message"]


@pytest.mark.parametrize("change_it", [{"operator_hold": True}, {"client_hold": True}])
def test_a_held_order_is_not_shipped(shiphero_twin: ShipheroTwin, change_it: dict[str, bool]) -> None:
    """A hold that comes after picking still stops the parcel."""
    client = new_client(shiphero_twin)
    order, box = _picked(shiphero_twin, client)
    change(client, "order_update_holds", "UpdateOrderHoldsInput", {"order_id": order["id"], **change_it})

    data = {"order_id": order["id"], "tote_id": box, "packages": [package()]}
    error = refusal(client, "order_fulfill", "FulfillOrderInput", data, entity="shipment")

    assert error["message"].startswith("Order is on hold")


def test_a_tote_without_the_order_ships_nothing(shiphero_twin: ShipheroTwin) -> None:
    """The order has to be picked first, and the tote has to be there."""
    client = new_client(shiphero_twin)
    order, box = create(client, line("A-1", 1)), tote(client)
    data = {"order_id": order["id"], "tote_id": box, "packages": [package()]}

    empty = refusal(client, "order_fulfill", "FulfillOrderInput", data, entity="shipment")
    unknown = refusal(client, "order_fulfill", "FulfillOrderInput", {**data, "tote_id": "999999"}, entity="shipment")

    assert "pick it into the tote first" in empty["message"]
    assert (unknown["code"], unknown["message"]) == (5, "Tote not found")


def test_cancelling_puts_picked_pieces_back(shiphero_twin: ShipheroTwin) -> None:
    """The tote is empty then, and everything lies where it lay."""
    client = new_client(shiphero_twin)
    order, box = _picked(shiphero_twin, client)

    change(client, "order_cancel", "CancelOrderInput", {"order_id": order["id"]})

    query = f'{{ tote(id: "{box}") {{ data {{ picked_quantity orders {{ id }} }} }} }}'
    assert client.data(query)["tote"]["data"]["orders"] == []
    assert stock(client, "A-1") == {"on_hand": 5, "allocated": 0, "available": 5, "backorder": 0}


def test_shipping_elsewhere_takes_three_calls(shiphero_twin: ShipheroTwin) -> None:
    """shipment_create changes neither stock nor status, inventory_remove no status, and the status no stock."""
    client = new_client(shiphero_twin)
    stocked(client, "A-1", w11790=5)
    order = create(client, line("A-1", 2))

    shipment = _ship(client, _shipment(order, 2, shipped_off_shiphero=True))
    noted, left = read(client, order), stock(client, "A-1")
    client.data(
        "mutation($data: UpdateInventoryInput!) { inventory_remove(data: $data) { request_id } }",
        {"data": {"sku": "A-1", "warehouse_id": "11790", "quantity": 2, "reason": "shipped elsewhere"}},
    )
    removed = read(client, order)
    data = {"order_id": order["id"], "fulfillment_status": "fulfilled"}
    done = change(client, "order_update_fulfillment_status", "UpdateOrderFulfillmentStatusInput", data)

    assert (shipment["shipped_off_shiphero"], shipment["completed"]) == (True, True)
    assert (noted["fulfillment_status"], lines_of(noted)[0]["quantity_shipped"], left["on_hand"]) == ("pending", 0, 5)
    assert removed["fulfillment_status"] == "pending"
    assert lines_of(done)[0]["quantity_shipped"] == 2
    assert stock(client, "A-1") == {"on_hand": 3, "allocated": 0, "available": 3, "backorder": 0}


def test_labels_come_from_outside(shiphero_twin: ShipheroTwin) -> None:
    """A label is noted as it was sent; numbers become texts, and a second one makes a second package."""
    client = new_client(shiphero_twin)
    order = create(client, line("A-1", 2))
    shipment = _ship(client, _shipment(order, 2))

    added = change(
        client,
        "shipment_create_shipping_label",
        "CreateShippingLabelInput",
        {**_label(order, tracking_number="9400"), "shipment_id": shipment["id"], "carrier": "USPS"},
        entity="shipping_label",
        node="id package_number tracking_url order_number shipment_id",
    )
    found = client.data('{ shipments(tracking_number: "9400") { data { total_count edges { node { id } } } } }')

    (first,) = shipment["shipping_labels"]
    assert (first["tracking_number"], first["dimensions"]["weight"], first["cost"]) == ("1Z12345", "1.5", "7.20")
    assert first["tracking_url"] == "https://www.ups.com/track?tracknum=1Z12345"
    assert first["shipment_line_items"]["edges"] == [{"node": {"quantity": 2}}]
    assert (added["package_number"], added["shipment_id"]) == (2, shipment["id"])
    assert found["shipments"]["data"] == {"total_count": 1, "edges": [{"node": {"id": shipment["id"]}}]}


@pytest.mark.parametrize(
    ("members", "code", "message"),
    [
        ({"line_items": []}, 901, "at least one line item"),
        ({"line_items": [{"line_item_id": "1", "quantity": 1}]}, 5, "Line item not found"),
        ({"warehouse_id": "V2FyZWhvdXNlOjE="}, 5, "Warehouse not found"),
        ({"order_id": "T3JkZXI6MQ=="}, 5, "Order not found"),
    ],
)
def test_shipments_that_make_no_sense_are_refused(
    shiphero_twin: ShipheroTwin, members: dict[str, Any], code: int, message: str
) -> None:
    """Nothing is noted then."""
    client = new_client(shiphero_twin)
    order = create(client, line("A-1", 2))

    error = refusal(
        client, "shipment_create", "CreateShipmentInput", {**_shipment(order), **members}, entity="shipment"
    )

    assert (error["code"], message in error["message"]) == (code, True)
    assert read(client, order, node="shipments { id }") == {"shipments": []}


def test_no_more_is_shipped_than_was_ordered(shiphero_twin: ShipheroTwin) -> None:
    """Several shipments together never have more than the line."""
    client = new_client(shiphero_twin)
    order = create(client, line("A-1", 3))
    _ship(client, _shipment(order, 2))

    error = refusal(client, "shipment_create", "CreateShipmentInput", _shipment(order, 2), entity="shipment")

    assert "has 1 left to ship" in error["message"]


def test_a_parcel_travels_with_the_clock(shiphero_twin: ShipheroTwin) -> None:
    """It is collected on the day, its container leaves, and it is delivered within four days after."""
    client = new_client(shiphero_twin)
    order, box = _picked(shiphero_twin, client)
    shipment = fulfil(client, order, box)
    query = f'{{ shipment(id: "{shipment["id"]}") {{ data {{ {SHIPMENT_NODE} }} }} }}'
    containers = """{ shipping_containers(carrier: "UPS", shipping_method: "Ground") { data(sort: "-id", first: 1) {
      edges { node { carrier shipping_methods shipped_at shipping_labels(first: 3) { edges { node { id } } }
      shipping_container_labels(first: 3) { edges { node { shipping_label { id } } } } } } } } }"""

    def seen() -> tuple[bool, bool, str]:
        now = client.data(query)["shipment"]["data"]
        return now["picked_up"], now["delivered"], now["shipping_labels"][0]["tracking_status"]

    at_first, (waiting,) = seen(), client.data(containers)["shipping_containers"]["data"]["edges"]
    shiphero_twin.clock_advance("1d")
    collected, (left,) = seen(), client.data(containers)["shipping_containers"]["data"]["edges"]
    shiphero_twin.clock_advance("5d")

    assert [at_first, collected, seen()] == [
        (False, False, "pre_transit"),
        (True, False, "in_transit"),
        (True, True, "delivered"),
    ]
    label = {"id": shipment["shipping_labels"][0]["id"]}
    assert waiting["node"]["shipped_at"] is None
    assert left["node"]["shipped_at"] is not None
    assert left["node"]["shipping_labels"]["edges"] == [{"node": label}]
    assert left["node"]["shipping_container_labels"]["edges"] == [{"node": {"shipping_label": label}}]
    assert told(read(client, order))[-1] == "Shipment delivered"


def test_the_carrier_api_asks_a_webhook_for_its_label(shiphero_twin: ShipheroTwin) -> None:
    """The label waits for the answer, then has the file and the tracking number that came."""
    client = new_client(shiphero_twin)
    order, box = _picked(shiphero_twin, client)
    made = json.dumps({"label": "https://labels.example/9.png", "tracking_number": "T-9", "cost": 4.2}).encode()

    with listening(lambda _: answer(body=made)) as receiver:
        client.data(
            "mutation($data: CreateWebhookInput!) { webhook_create(data: $data) { request_id } }",
            {"data": {"name": "Generate Label", "url": f"{receiver.origin}/hook"}},
        )
        shipment = fulfil(client, order, box, package(carrier="API", method="Own van", tracking_number=None))
        shiphero_twin.delivered()
        asked = json.loads(posts(receiver)[0].body)
    after = client.data(f'{{ shipment(id: "{shipment["id"]}") {{ data {{ {SHIPMENT_NODE} }} }} }}')

    (before,), (label,) = shipment["shipping_labels"], after["shipment"]["data"]["shipping_labels"]
    assert (before["status"], before["tracking_number"]) == ("generating", None)
    assert (label["status"], label["tracking_number"], label["cost"]) == ("valid", "T-9", "4.2")
    assert label["label"]["image_location"] == "https://labels.example/9.png"
    assert (asked["order_number"], asked["shipping_method"]) == (order["order_number"], "Own van")
    assert asked["packages"][0]["line_items"][0]["sku"] == "A-1"


def test_a_label_that_fails_is_told_to_the_packer(shiphero_twin: ShipheroTwin) -> None:
    """The label has an error, and the order's history has the endpoint's words."""
    client = new_client(shiphero_twin)
    order, box = _picked(shiphero_twin, client)

    with listening(failing(400)) as receiver:
        client.data(
            "mutation($data: CreateWebhookInput!) { webhook_create(data: $data) { request_id } }",
            {"data": {"name": "Generate Label", "url": f"{receiver.origin}/hook"}},
        )
        fulfil(client, order, box, package(carrier="API"))
        shiphero_twin.delivered()

    after = read(client, order, node="shipments { shipping_labels { status } } order_history { information }")
    assert after["shipments"][0]["shipping_labels"] == [{"status": "error"}]
    assert after["order_history"][-1]["information"] == "Label could not be generated: no"


def test_a_packing_slip_can_be_had(shiphero_twin: ShipheroTwin) -> None:
    """Each label names the address of a sheet, which needs no token; a guessed one leads nowhere."""
    client = new_client(shiphero_twin)
    order = create(client, line("A-1", 2, product_name="Tester"))
    shipment = _ship(client, _shipment(order, 2))
    query = f'{{ shipment(id: "{shipment["id"]}") {{ data {{ shipping_labels {{ packing_slip }} }} }} }}'

    address = client.data(query)["shipment"]["data"]["shipping_labels"][0]["packing_slip"]
    sheet, guessed = fetch(address), fetch(address.replace("-", "-0", 2))

    document = pypdfium2.PdfDocument(sheet.body)
    text = document[0].get_textpage().get_text_range()
    document.close()
    assert sheet.headers["content-type"] == "application/pdf"
    assert "order 11223344, package 1" in text
    assert "2 A-1 Tester" in " ".join(text.split())
    assert guessed.status == 404
