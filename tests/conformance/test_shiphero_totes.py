from typing import Any

import pypdfium2
import pytest
import zxingcpp

from shiphero_goods import Goods, goods_of
from twins import ShipheroTwin, fetch

_NODE = """id legacy_id name barcode barcode_pdf barcode_image color color_name last_activity picked_quantity status
  warehouse { id } orders { order_number } picks { id sku tote_id current picked_quantity quantity inventory_bin
  deducted location_id location { name } line_item { sku } created_at updated_at }"""
_TOTE = (
    "query($id: String, $barcode: String, $house: String) {"
    f" tote(id: $id, barcode: $barcode, warehouse_id: $house) {{ data {{ {_NODE} }} }} }}"
)
_HISTORY = """query($id: String, $name: String) { tote_history(tote_id: $id, tote_name: $name) {
  data(first: 20, sort: "id") { edges { node { tote_name tote_id action created_at } } } } }"""
_PICKS = """query($id: String!) { order(id: $id) { data { line_items(first: 5) { edges { node {
  sku tote_picks { current quantity } } } } } } }"""
_IN_TOTE = '{ warehouse_products(sku: "S-1") { data(first: 1) { edges { node { on_hand allocated in_tote } } } } }'


@pytest.fixture
def goods(shiphero_twin: ShipheroTwin) -> Goods:
    """Give the goods of the small shop, with ten pieces of one product."""
    found = goods_of(shiphero_twin)
    found.product("S-1", 10)
    return found


def _create(goods: Goods, **members: Any) -> dict[str, Any]:
    data = {"warehouse_id": goods.houses[0], **members}
    tote: dict[str, Any] = goods.do("tote_create", f"tote {{ {_NODE} }}", **data)["tote"]
    return tote


def _read(goods: Goods, **variables: Any) -> dict[str, Any]:
    tote: dict[str, Any] = goods.client.data(_TOTE, variables)["tote"]["data"]
    return tote


def _pick(goods: Goods, order: dict[str, Any], tote: dict[str, Any]) -> dict[str, Any]:
    picked: dict[str, Any] = goods.twin.control("POST", f"/orders/{order['legacy_id']}/pick", {"tote": tote["id"]})
    return picked


def _stock(goods: Goods) -> tuple[int, int, int]:
    node = goods.client.data(_IN_TOTE)["warehouse_products"]["data"]["edges"][0]["node"]
    return node["on_hand"], node["allocated"], node["in_tote"]


def _told(goods: Goods, tote: dict[str, Any]) -> list[str]:
    edges = goods.client.data(_HISTORY, {"id": tote["id"]})["tote_history"]["data"]["edges"]
    return [edge["node"]["action"] for edge in edges]


def _names(goods: Goods, arguments: str) -> list[str]:
    query = f"{{ totes({arguments}) {{ data(first: 20) {{ edges {{ node {{ name }} }} }} }} }}"
    return [edge["node"]["name"] for edge in goods.client.data(query)["totes"]["data"]["edges"]]


def test_a_new_tote_is_empty(goods: Goods) -> None:
    """A tote has a name, a barcode and a colour of its own, and nothing in it."""
    tote, other = _create(goods), _create(goods)

    assert (tote["status"], tote["picked_quantity"], tote["picks"], tote["orders"]) == ("empty", 0, [], [])
    assert tote["barcode"] != other["barcode"]
    assert (tote["warehouse"], _told(goods, tote)) == ({"id": goods.houses[0]}, ["Tote created"])


def test_the_barcode_can_be_scanned(goods: Goods) -> None:
    """PDF and picture of the barcode lie at the twin's own address, and read as the barcode."""
    goods.subscribe("Print Barcode")

    made = goods.do("tote_create", f"url tote {{ {_NODE} }}", warehouse_id=goods.houses[0], print_barcodes=True)
    tote = made["tote"]
    paper, picture = fetch(made["url"]), fetch(tote["barcode_image"])

    assert made["url"] == tote["barcode_pdf"]
    assert (paper.headers["content-type"], picture.headers["content-type"]) == ("application/pdf", "image/png")
    document = pypdfium2.PdfDocument(paper.body)
    drawn = document[0].render(scale=3).to_pil()
    assert [each.text for each in zxingcpp.read_barcodes(drawn)] == [tote["barcode"]]
    assert goods.told("Print Barcode")[0]["barcode"] == tote["barcode"]
    assert fetch(f"{goods.twin.api}/barcodes/totes/999.pdf").status == 404


def test_totes_are_found(goods: Goods) -> None:
    """By id, by barcode, by what their names contain, by state and by warehouse."""
    tote = _create(goods)
    other = _create(goods, warehouse_id=goods.houses[1])
    _pick(goods, goods.order(("S-1", 1)), tote)

    found = [_read(goods, id=tote["id"]), _read(goods, barcode=tote["barcode"], house=goods.houses[0])]

    assert [each["id"] for each in found] == [tote["id"]] * 2
    assert _names(goods, f'search: "{tote["barcode"].lower()}"') == [tote["name"]]
    assert _names(goods, 'status: ["picked"]') == [tote["name"]]
    assert _names(goods, 'status_not_in: ["picked"]') == [other["name"]]
    assert _names(goods, f'warehouse_ids: ["{goods.houses[1]}"]') == [other["name"]]
    assert goods.client.error(_TOTE, {"barcode": "TOTE-99999999"})["message"] == "Tote not found"
    assert goods.client.error(_TOTE, {})["message"] == "id or barcode is required"


def test_picked_pieces_lie_in_the_tote(goods: Goods) -> None:
    """Picking takes pieces from their place into the tote; they stay on hand and set aside, and the order is locked."""
    tote, order = _create(goods), goods.order(("S-1", 3))

    picked = _pick(goods, order, tote)

    full = _read(goods, id=tote["id"])
    (pick,) = full["picks"]
    assert picked["pieces"] == 3
    assert (full["status"], full["picked_quantity"], full["orders"]) == ("picked", 3, [{"order_number": "11223344"}])
    assert (pick["sku"], pick["current"], pick["quantity"], pick["inventory_bin"]) == ("S-1", 3, 3, "Receiving")
    assert (pick["line_item"], pick["deducted"]) == ({"sku": "S-1"}, False)
    assert _stock(goods) == (10, 3, 3)
    line = goods.client.data(_PICKS, {"id": order["id"]})["order"]["data"]["line_items"]["edges"][0]["node"]
    assert line["tote_picks"] == [{"current": 3, "quantity": 3}]


def test_pieces_in_a_tote_cannot_be_counted_away(goods: Goods) -> None:
    """What is in somebody's hands lies in no location, so nobody can remove it there."""
    tote = _create(goods)
    _pick(goods, goods.order(("S-1", 3)), tote)

    error = goods.refused("inventory_remove", sku="S-1", warehouse_id=goods.houses[0], quantity=8)

    assert error["message"] == "Not enough inventory in this warehouse: 8 requested, 7 there"


def test_a_kit_is_picked_by_its_components(goods: Goods) -> None:
    """A line of a kit has picks of what the kit is made of."""
    goods.product("S-2", 10)
    goods.product("S-KIT", 0, kit=True)
    goods.do("kit_build", sku="S-KIT", components=[{"sku": "S-1", "quantity": 2}, {"sku": "S-2", "quantity": 1}])
    tote = _create(goods)

    picked = _pick(goods, goods.order(("S-KIT", 2)), tote)

    picks = _read(goods, id=tote["id"])["picks"]
    assert picked["pieces"] == 6
    assert {(pick["sku"], pick["current"], pick["line_item"]["sku"]) for pick in picks} == {
        *(("S-1", 4, "S-KIT"), ("S-2", 2, "S-KIT")),
    }


@pytest.mark.parametrize("operation", ["tote_clear", "clear_tote"])
def test_a_cleared_tote_gives_back_what_was_in_it(goods: Goods, operation: str) -> None:
    """Under both names pieces go back to where they came from, and can be picked again."""
    goods.subscribe("Tote Cleared")
    tote, order = _create(goods), goods.order(("S-1", 3))
    _pick(goods, order, tote)

    done = goods.do(operation, "ok", tote_id=tote["id"], return_inventory=True)["ok"]

    (told,) = goods.told("Tote Cleared")
    assert (done, _stock(goods), _read(goods, id=tote["id"])["status"]) == (True, (10, 3, 0), "empty")
    assert (told["tote_id"], told["reason"], told["items"][0]["sku"]) == (tote["legacy_id"], "manual", "S-1")
    assert len(goods.changes("S-1")) == 1
    assert _pick(goods, order, tote)["pieces"] == 3


def test_a_tote_cleared_for_good_takes_its_pieces_along(goods: Goods) -> None:
    """Without returning inventory the pieces are gone, with a row of history, and the order waits or gets others."""
    tote, order = _create(goods), goods.order(("S-1", 8))
    _pick(goods, order, tote)

    goods.do("tote_clear", "ok", tote_id=tote["id"], return_inventory=False)

    assert _stock(goods) == (2, 2, 0)
    assert goods.lines(order["id"])["S-1"] == (2, 6)
    change = goods.changes("S-1")[-1]
    assert (change["change_in_on_hand"], change["reason"]) == (
        *(-8, f"Tote {tote['name']} cleared without returning inventory"),
    )


def test_a_tote_is_emptied_onto_a_shelf(goods: Goods) -> None:
    """`tote_transfer_to_location` puts everything into one location of the tote's warehouse."""
    tote = _create(goods)
    _pick(goods, goods.order(("S-1", 3)), tote)
    data = {"name": "Z-01", "zone": "Z"}
    place, elsewhere = (
        goods.do("location_create", "location { id }", warehouse_id=house, **data)["location"]["id"]
        for house in goods.houses[:2]
    )

    foreign = goods.refused("tote_transfer_to_location", tote_id=tote["id"], location_id=elsewhere)
    goods.do("tote_transfer_to_location", "ok", tote_id=tote["id"], location_id=place)
    empty = goods.refused("tote_transfer_to_location", tote_id=tote["id"], location_id=place)

    query = '{ item_locations(sku: ["S-1"], location_name: ["Z-01"]) { data { edges { node { quantity } } } } }'
    items = goods.client.data(query)["item_locations"]["data"]["edges"]
    assert (foreign["code"], empty["message"]) == (5, "The tote is empty: there is nothing to transfer")
    assert items == [{"node": {"quantity": 3}}]
    assert _told(goods, tote)[-1] == "Tote transferred to a location"


def test_a_complete_tote_is_told_where_support_has_switched_it_on(goods: Goods) -> None:
    """The message names totes, their orders and the items with their measures."""
    goods.twin.control("POST", "/webhook_types", {"account_id": "7556", "name": "Tote Complete", "on": True})
    goods.subscribe("Tote Complete")
    tote = _create(goods)

    _pick(goods, goods.order(("S-1", 3), gift_note="For you"), tote)

    (told,) = goods.told("Tote Complete")
    (entry,) = told["totes"]
    assert (entry["tote_barcode"], entry["orders"][0]["order_number"]) == (tote["barcode"], "11223344")
    assert (entry["orders"][0]["items"][0]["sku"], entry["orders"][0]["items"][0]["quantity"]) == ("S-1", 3)


@pytest.mark.parametrize(
    ("path", "members", "status", "words"),
    [
        ("/orders/{order}/pick", {"tote": "TOTE-99999999"}, 404, "Tote not found."),
        ("/orders/{order}/pick", {}, 422, "tote is missing: name a tote by its number, id or barcode."),
        ("/orders/999999999/pick", {"tote": "{tote}"}, 404, "Order not found."),
        ("/orders/{held}/pick", {"tote": "{tote}"}, 422, "Order 11223344 is not ready to ship"),
        ("/orders/{waiting}/pick", {"tote": "{tote}"}, 422, "Order 11223344 has nothing to pick in this warehouse."),
    ],
)
def test_what_cannot_be_picked_is_said(
    goods: Goods, path: str, members: dict[str, str], status: int, words: str
) -> None:
    """The control API says what is missing, and what to do."""
    tote = _create(goods)
    goods.product("S-0", 0)
    names = {
        "order": goods.order(("S-1", 1))["legacy_id"],
        "held": goods.order(("S-1", 1), holds={"fraud_hold": True})["legacy_id"],
        "waiting": goods.order(("S-0", 1))["legacy_id"],
        "tote": tote["legacy_id"],
    }
    sent = {name: value.format(**names) for name, value in members.items()}

    reply = fetch(f"{goods.twin.base}/_twin{path.format(**names)}", method="POST", data=sent)

    assert (reply.status, reply.json()["error"]["message"][: len(words)]) == (status, words)


def test_a_tote_is_renamed_and_goes(goods: Goods) -> None:
    """A name stands once in a warehouse; only an empty tote is deleted, and its history stays."""
    tote, other = _create(goods), _create(goods)
    _pick(goods, goods.order(("S-1", 1)), tote)

    renamed = goods.do("tote_update", "tote { name barcode }", tote_id=tote["id"], name="Blue")["tote"]
    taken = goods.refused("tote_update", tote_id=other["id"], name="Blue")
    full = goods.refused("tote_delete", tote_id=tote["id"])
    gone = goods.do("tote_delete", "ok", tote_id=other["id"])["ok"]

    assert renamed == {"name": "Blue", "barcode": tote["barcode"]}
    assert (taken["code"], taken["message"]) == (902, "A tote named Blue already exists in this warehouse")
    assert full["message"] == "The tote has items: clear it first"
    assert (gone, _told(goods, other)) == (True, ["Tote created", "Tote deleted"])
    assert goods.client.error(_TOTE, {"id": other["id"]})["code"] == 5


def test_totes_of_others_are_not_found(goods: Goods) -> None:
    """What another account has is not there."""
    tote = _create(goods)
    stranger = goods_of(goods.twin, "wms2@3pl.example", account_id=7601)

    error = stranger.refused("tote_clear", tote_id=tote["id"])

    assert (error["code"], _names(stranger, 'search: "Tote"')) == (5, [])
