from typing import Any

import pytest

from shiphero_client import ORDER, Client, new_client
from twins import ShipheroTwin, fetch

_CREATE = """mutation($data: CreateWholesaleOrderInput!) { wholesale_order_create(data: $data) { wholesale_order {
  id order_id status picking_flow shipping_option trading_partner_name
  order { id fulfillment_status wholesale_order { id } }
  wholesale_shipping_details { carrier scac cost }
  wholesale_line_items { total_count edges { node { id unit_of_measure line_item { id sku quantity } } } } } } }"""
_READ = """query($id: String) { wholesale_order(order_id: $id) { data { status packing_layout is_packed_externally
  staging_location_id outbound_progress order { fulfillment_status shipments { completed total_packages
  shipping_labels { tracking_number } } }
  wholesale_line_items { edges { node { staged_inventory { sku quantity location_name } } } } } } }"""
_STAGES = """query($w: String!) { wholesale_staging_location_candidates(warehouse_id: $w) {
  data { edges { node { id name } } } } }"""
_STOCK = "query($sku: String) { product(sku: $sku) { data { warehouse_products { warehouse_id on_hand } } } }"
_LAYOUT = {"type": "Package", "details": {"height": 10, "length": 12, "width": 8, "weight_in_oz": 96}}


def _do(client: Client, name: str, order: str, fields: str, **members: Any) -> Any:
    """Run a mutation on the order and give the part of its answer that was asked for."""
    kind = {
        "wholesale_order_auto_allocate_for_picking": "WholesaleOrderAutoAllocateInput",
        "wholesale_set_as_ready_to_pick": "WholesaleOrderSetReadyToPickInput",
        "wholesale_order_transfer_picks_to_staging": "UpdateWholesaleOrderInputBase",
        "wholesale_order_fulfill": "FulfillWholesaleOrderInput",
        "wholesale_order_update_staging_location": "UpdateWholesaleOrderStagingLocationInput",
        "wholesale_order_print_manual_picking_sheet": "WholesaleOrderPrintManualPickingSheetInput",
        "wholesale_order_import_packing_layout": "WholesaleOrderImportPackingLayoutInput",
        "wholesale_order_mark_as_packed": "WholesaleOrderMarkAsPackedInput",
        "wholesale_order_generate_labels": "WholesaleOrderGenerateLabelsInput",
        "wholesale_order_print_labels": "WholesaleOrderPrintLabelsInput",
        "wholesale_order_print_packing_list": "WholesaleOrderPrintPackingListInput",
        "wholesale_order_print_packing_slip": "WholesaleOrderPrintPackingSlipInput",
        "wholesale_order_generate_bol_document": "WholesaleOrderGenerateBOLInput",
    }[name]
    query = f"mutation($data: {kind}!) {{ {name}(data: $data) {{ {fields} }} }}"
    answer = client.answer(query, {"data": {"order_id": order, **members}})
    return answer["errors"][0] if "errors" in answer else answer["data"][name]


def _ample(client: Client) -> tuple[str, str]:
    """Give a SKU of which a warehouse has plenty, and that warehouse."""
    query = "{ products { data(first: 40) { edges { node { sku warehouse_products { warehouse_id available } } } } } }"
    edges = client.data(query)["products"]["data"]["edges"]
    _, sku, house = max(
        (stock["available"], edge["node"]["sku"], stock["warehouse_id"])
        for edge in edges
        for stock in edge["node"]["warehouse_products"]
    )
    return sku, house


def _order(client: Client, quantity: int = 6, **members: Any) -> tuple[dict[str, Any], str, str]:
    sku, house = _ample(client)
    line = {
        "sku": sku,
        "partner_line_item_id": "w-1",
        "quantity": quantity,
        "price": "4.00",
        "warehouse_id": house,
        "unit_of_measure": "EACH",
    }
    data = {**ORDER, "line_items": [line], **members}
    made = client.data(_CREATE, {"data": data})["wholesale_order_create"]["wholesale_order"]
    return made, sku, house


def _staged(client: Client, **members: Any) -> tuple[dict[str, Any], str, str]:
    """Bring a wholesale order to its staging location."""
    made, sku, house = _order(client, **members)
    place = client.data(_STAGES, {"w": house})["wholesale_staging_location_candidates"]["data"]["edges"][0]["node"]
    order = made["order_id"]
    for name, fields, more in (
        ("wholesale_order_update_staging_location", "complexity", {"staging_location_id": place["id"]}),
        ("wholesale_order_auto_allocate_for_picking", "complexity", {}),
        ("wholesale_set_as_ready_to_pick", "ok", {}),
        ("wholesale_order_transfer_picks_to_staging", "complexity", {}),
    ):
        answer = _do(client, name, order, fields, **more)
        assert "message" not in answer, answer
    return made, sku, house


def _state(client: Client, made: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = client.data(_READ, {"id": made["order_id"]})["wholesale_order"]["data"]
    return data


def _on_hand(client: Client, sku: str) -> dict[str, int]:
    stocks = client.data(_STOCK, {"sku": sku})["product"]["data"]["warehouse_products"]
    return {each["warehouse_id"]: each["on_hand"] for each in stocks}


def test_a_wholesale_order_is_an_order_with_more(shiphero_twin: ShipheroTwin) -> None:
    """The answer holds `wholesale_order`; the order behind it knows it, and the filter of orders finds it."""
    client = new_client(shiphero_twin)
    details = {"carrier": "UPS", "scac": "UPSN", "cost": 12.5}

    made, sku, _ = _order(client, trading_partner_name="Grand Stores", wholesale_shipping_details=details)
    found = client.data("{ orders(is_wholesale_order: true) { data { edges { node { id } } } } }")
    listed = client.data("{ wholesale_orders { data { edges { node { id } } } } }")["wholesale_orders"]["data"]["edges"]

    assert (made["status"], made["picking_flow"], made["shipping_option"]) == ("pending", "DESKTOP", "COURIER")
    assert made["trading_partner_name"] == "Grand Stores"
    assert made["wholesale_shipping_details"] == [{"carrier": "UPS", "scac": "UPSN", "cost": "12.5"}]
    (line,) = made["wholesale_line_items"]["edges"]
    assert (line["node"]["unit_of_measure"], line["node"]["line_item"]["sku"]) == ("EACH", sku)
    assert made["order"]["wholesale_order"]["id"] == made["id"]
    assert [edge["node"]["id"] for edge in found["orders"]["data"]["edges"]] == [made["order_id"]]
    assert [edge["node"]["id"] for edge in listed] == [made["id"]]


def test_an_order_packed_outside_goes_from_pending_to_fulfilled(shiphero_twin: ShipheroTwin) -> None:
    """Allocated, ready, picked by sheet, staged, fulfilled: stock goes down once, and the staging place is free."""
    client = new_client(shiphero_twin)
    made, sku, house = _order(client)
    order = made["order_id"]
    before = _on_hand(client, sku)
    stages = client.data(_STAGES, {"w": house})["wholesale_staging_location_candidates"]["data"]["edges"]

    _do(
        client,
        "wholesale_order_update_staging_location",
        order,
        "complexity",
        staging_location_id=stages[0]["node"]["id"],
    )
    taken = client.data(_STAGES, {"w": house})["wholesale_staging_location_candidates"]["data"]["edges"]
    fields = """line_items { quantity product { sku } allocations { __typename
      ... on AllocatedAllocationType { quantity status location { name } } } }"""
    (line,) = _do(client, "wholesale_order_auto_allocate_for_picking", order, fields)["line_items"]
    assert _do(client, "wholesale_set_as_ready_to_pick", order, "ok") == {"ok": True}
    sheet = _do(client, "wholesale_order_print_manual_picking_sheet", order, "picking_sheet_url")["picking_sheet_url"]
    picking = _state(client, made)["status"]
    _do(client, "wholesale_order_transfer_picks_to_staging", order, "complexity")
    packing = _state(client, made)
    _do(client, "wholesale_order_fulfill", order, "complexity", is_packed_externally=True)
    done = _state(client, made)
    after = _on_hand(client, sku)
    free = client.data(_STAGES, {"w": house})["wholesale_staging_location_candidates"]["data"]["edges"]

    assert len(taken) == len(stages) - 1
    assert sum(each["quantity"] for each in line["allocations"]) == line["quantity"] == 6
    assert line["product"]["sku"] == sku
    assert fetch(sheet).body.startswith(b"%PDF")
    assert (picking, packing["status"], done["status"]) == ("picking", "packing", "fulfilled")
    (staged,) = packing["wholesale_line_items"]["edges"][0]["node"]["staged_inventory"]
    assert (staged["sku"], staged["quantity"], staged["location_name"]) == (sku, 6, stages[0]["node"]["name"])
    assert done["is_packed_externally"] is True
    assert done["order"]["fulfillment_status"] == "fulfilled"
    assert after[house] == before[house] - 6
    assert len(free) == len(stages)


def test_an_order_packed_here_gets_boxes_labels_and_papers(shiphero_twin: ShipheroTwin) -> None:
    """Layout, packed, labels after a moment, printed, fulfilled; the layout is told from packed on."""
    client = new_client(shiphero_twin)
    made, sku, _ = _staged(client)
    order = made["order_id"]
    boxes = [{**_LAYOUT, "line_items": [{"sku": sku, "quantity": 3}]} for _ in range(2)]

    _do(client, "wholesale_order_import_packing_layout", order, "complexity", packing_data={"containers": boxes})
    hidden = _state(client, made)["packing_layout"]
    again = _do(
        client, "wholesale_order_import_packing_layout", order, "complexity", packing_data={"containers": boxes}
    )
    _do(client, "wholesale_order_mark_as_packed", order, "ok")
    told = _state(client, made)["packing_layout"]
    generating = _do(
        client, "wholesale_order_generate_labels", order, "wholesale_order { status }", generate_carton_labels=True
    )
    shiphero_twin.clock_advance("10s")
    ready = _state(client, made)["status"]
    labels = _do(client, "wholesale_order_print_labels", order, "labels_url")["labels_url"]
    listed = _do(client, "wholesale_order_print_packing_list", order, "packing_list_url")["packing_list_url"]
    slip = _do(client, "wholesale_order_print_packing_slip", order, "pdf_url")["pdf_url"]
    outside = _do(client, "wholesale_order_fulfill", order, "complexity", is_packed_externally=True)
    _do(client, "wholesale_order_fulfill", order, "complexity", is_packed_externally=False)
    done = _state(client, made)

    assert hidden is None
    assert "already" in again["message"]
    assert [each["details"]["container_number"] for each in told["containers"]] == [1, 2]
    assert generating["wholesale_order"]["status"] == "generating_labels"
    assert ready == "ready_to_print"
    assert all(fetch(url).body.startswith(b"%PDF") for url in (labels, listed, slip))
    assert "packing" in outside["message"]
    (shipment,) = done["order"]["shipments"]
    assert (done["status"], shipment["total_packages"], len(shipment["shipping_labels"])) == ("fulfilled", 2, 2)
    codes = [each["details"]["sscc_barcode"] for each in done["packing_layout"]["containers"]]
    assert all(len(code) == 20 and code.startswith("00") for code in codes)
    assert len(set(codes)) == 2


def test_a_freight_order_has_pallets_and_a_bill_of_lading(shiphero_twin: ShipheroTwin) -> None:
    """Pallets hold boxes, which are called Box inside; the bill of lading gets a number."""
    client = new_client(shiphero_twin)
    made, sku, _ = _staged(client, shipping_option="FREIGHT")
    order = made["order_id"]
    box = {**_LAYOUT, "line_items": [{"sku": sku, "quantity": 6}]}
    pallet = {**_LAYOUT, "type": "Pallet", "containers": [box]}
    _do(client, "wholesale_order_import_packing_layout", order, "complexity", packing_data={"containers": [pallet]})
    _do(client, "wholesale_order_mark_as_packed", order, "ok")

    url = _do(client, "wholesale_order_generate_bol_document", order, "pdf_url")["pdf_url"]
    (shown,) = _state(client, made)["packing_layout"]["containers"]

    assert fetch(url).body.startswith(b"%PDF")
    assert (shown["type"], shown["containers"][0]["type"]) == ("Pallet", "Box")


@pytest.mark.parametrize(
    ("name", "members", "words"),
    [
        ("wholesale_set_as_ready_to_pick", {}, "staging location"),
        ("wholesale_order_transfer_picks_to_staging", {}, "ready_to_pick"),
        ("wholesale_order_mark_as_packed", {}, "packing"),
        ("wholesale_order_fulfill", {"is_packed_externally": True}, "packing"),
        ("wholesale_order_fulfill", {"is_packed_externally": False}, "packed"),
        ("wholesale_order_generate_bol_document", {}, "freight"),
        ("wholesale_order_print_labels", {}, "ready_to_print"),
    ],
)
def test_no_step_comes_before_its_turn(
    shiphero_twin: ShipheroTwin, name: str, members: dict[str, Any], words: str
) -> None:
    """Each step says which state it wants."""
    client = new_client(shiphero_twin)
    made, _, _ = _order(client)

    refused = _do(client, name, made["order_id"], "complexity", **members)

    assert words in refused["message"]


@pytest.mark.parametrize(
    ("containers", "words"),
    [
        ([], "containers"),
        ([{"type": "Crate", "details": {}}], "type Crate"),
        ([{"type": "Pallet", "details": {}}], "freight"),
        ([{"type": "Package"}], "details"),
        ([{**_LAYOUT, "line_items": [{"sku": "other", "quantity": 1}]}], "not one of the order's"),
        ([{**_LAYOUT, "line_items": [{"line_item_id": "0", "quantity": 1}]}], "not one of the order's"),
    ],
)
def test_a_wrong_layout_is_refused(shiphero_twin: ShipheroTwin, containers: list[dict[str, Any]], words: str) -> None:
    """The layout has to be one of this order's goods, in containers that there are."""
    client = new_client(shiphero_twin)
    made, _, _ = _staged(client)

    refused = _do(
        client,
        "wholesale_order_import_packing_layout",
        made["order_id"],
        "complexity",
        packing_data={"containers": containers},
    )

    assert words in refused["message"]


def test_an_unknown_sku_cannot_be_sold_wholesale(shiphero_twin: ShipheroTwin) -> None:
    """Other than a plain order, a wholesale order takes only what the account has."""
    refused = new_client(shiphero_twin).error(_CREATE, {"data": ORDER})

    assert "does not exist" in refused["message"]


def test_wholesale_orders_of_others_are_not_found(shiphero_twin: ShipheroTwin) -> None:
    """Another account's wholesale order is error 5, read or changed."""
    made, _, _ = _order(new_client(shiphero_twin))
    stranger = new_client(shiphero_twin, "x@y.example", account_id="7601")

    read = stranger.error(_READ, {"id": made["order_id"]})
    changed = _do(stranger, "wholesale_set_as_ready_to_pick", made["order_id"], "ok")

    assert (read["code"], changed["code"]) == (5, 5)
