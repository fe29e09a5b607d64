from typing import Any

import pytest

from shiphero_client import new_client
from twins import ShipheroTwin

_BOX = """id name barcode on_hand price cost active packaging_type warehouse_identifier
  dimensions { height width length weight }"""
_CREATE = f"mutation($data: CreateCustomBoxInput!) {{ custom_box_create(data: $data) {{ custom_box {{ {_BOX} }} }} }}"
_NEW = {
    "name": "Tall box",
    "warehouse_id": "11790",
    "dimensions": {"height": "12", "width": "6", "length": "6", "weight": "0.4"},
    "price": "0.80",
}


def test_a_box_of_ones_own_lives(shiphero_twin: ShipheroTwin) -> None:
    """Made, found, changed in part, deleted, and then not found."""
    client = new_client(shiphero_twin)
    made = client.data(_CREATE, {"data": _NEW})["custom_box_create"]["custom_box"]
    update = (
        f"mutation($data: UpdateCustomBoxInput!) {{ custom_box_update(data: $data) {{ custom_box {{ {_BOX} }} }} }}"
    )

    data = {"custom_box_id": made["id"], "on_hand": 30, "dimensions": {"height": "14"}}
    changed = client.data(update, {"data": data})["custom_box_update"]["custom_box"]
    listed = client.data('{ custom_boxes(only_in_stock: true) { data(search: "tall") { total_count } } }')
    gone = client.data(f'mutation {{ custom_box_delete(data: {{custom_box_id: "{made["id"]}"}}) {{ ok }} }}')

    assert (made["on_hand"], made["active"], made["warehouse_identifier"]) == (0, True, "Primary")
    assert (changed["on_hand"], changed["price"], changed["cost"]) == (30, "0.80", "0.80")
    assert changed["dimensions"] == {"height": "14", "width": "6", "length": "6", "weight": "0.4"}
    assert listed["custom_boxes"]["data"]["total_count"] == 1
    assert gone == {"custom_box_delete": {"ok": True}}
    assert client.error(f'{{ custom_box(id: "{made["id"]}") {{ complexity }} }}')["code"] == 5


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"on_hand": -1}, 901),
        ({"price": "-1"}, 901),
        ({"dimensions": {"height": "tall"}}, 901),
        ({"name": " "}, 901),
        ({"warehouse_id": "11793"}, 5),
    ],
)
def test_a_box_that_cannot_be_is_refused(shiphero_twin: ShipheroTwin, members: dict[str, Any], code: int) -> None:
    """Counts and prices below nought, sizes in words, no name, somebody else's warehouse."""
    assert new_client(shiphero_twin).error(_CREATE, {"data": {**_NEW, **members}})["code"] == code


def test_carriers_boxes_are_counted_by_warehouse(shiphero_twin: ShipheroTwin) -> None:
    """What is counted in one warehouse is not in another; filters tell carriers and stock apart."""
    client = new_client(shiphero_twin)
    set_count = """mutation { carrier_box_update(data: {box_code: "FEDEX_PAK", warehouse_id: "11791", on_hand: 8,
      price: "0.10"}) { carrier_box { on_hand price carrier warehouse_identifier } } }"""
    count = "query($c: String, $s: Boolean) { carrier_boxes(carrier: $c, only_in_stock: $s) { data { total_count } } }"

    changed = client.data(set_count)["carrier_box_update"]["carrier_box"]
    primary = client.data('{ carrier_box(box_code: "FEDEX_PAK") { data { on_hand warehouse_identifier } } }')

    assert changed == {"on_hand": 8, "price": "0.10", "carrier": "FedEx", "warehouse_identifier": "Columbus"}
    assert primary["carrier_box"]["data"] == {"on_hand": 120, "warehouse_identifier": "Primary"}
    assert client.data(count, {"s": True})["carrier_boxes"]["data"]["total_count"] == 4
    assert client.data(count, {"c": "usps"})["carrier_boxes"]["data"]["total_count"] == 18
    assert client.error('{ carrier_box(box_code: "CRATE") { complexity } }')["code"] == 5
