"""Work orders of the ShipHero twin over HTTP: asked for, approved, picked, assembled, charged for."""

from typing import Any

import pytest

from shiphero_goods import Goods, goods_of
from twins import ShipheroTwin, fetch

_NODE = """work_order { id legacy_id account_id warehouse_id name configuration type scheduled_date requested_date
  started_at ended_at ready_to_pick_at assembly_in_progress_at completed_at created_at updated_at status
  has_special_project priority notes { note type account_id } fees { id unit_rate labor_unit quantity description }
  assembly_sku { sku to_create_quantity created_quantity receiving_location { name } staging_location { name }
    components { sku to_pick_quantity picked_quantity pick_location_id } items_to_pick items_per_kit lot_name
    lot_expiration_date } }"""


@pytest.fixture
def goods(shiphero_twin: ShipheroTwin) -> Goods:
    """Give a shop with ten legs and three tops, of which tables are assembled."""
    return _furnished(goods_of(shiphero_twin))


def _furnished(shop: Goods, **more: Any) -> Goods:
    shop.do("location_create", warehouse_id=shop.houses[0], name="S-1", zone="S", pickable=True)
    for sku, pieces in (("LEG", 10), ("TOP", 3)):
        stock = {"warehouse_id": shop.houses[0], "on_hand": pieces, "inventory_bin": "S-1"}
        shop.product(sku, warehouse_products=[stock], **more)
    shop.product("TABLE", None, **more)
    components = [{"sku": "LEG", "quantity": 4}, {"sku": "TOP", "quantity": 1}]
    shop.do("assembly_add_components", assembly_sku="TABLE", components=components, **more)
    return shop


def _create(goods: Goods, quantity: int = 2, **more: Any) -> dict[str, Any]:
    data = {"warehouse_id": goods.houses[0], "requested_date": "2026-12-01", "type": "ASSEMBLY", **more}
    if data["type"] == "ASSEMBLY":
        data = {"assembly_sku": {"sku": "TABLE", "quantity": quantity}, **data}
    made: dict[str, Any] = goods.do("work_order_create", _NODE, **data)["work_order"]
    return made


def _read(goods: Goods, made: dict[str, Any]) -> dict[str, Any]:
    query = f"{{ work_order(id: {made['legacy_id']}) {{ data {_NODE.removeprefix('work_order ')} }} }}"
    found: dict[str, Any] = goods.client.data(query)["work_order"]["data"]
    return found


def _work(goods: Goods, made: dict[str, Any], deed: str, **sent: Any) -> dict[str, Any]:
    goods.twin.control("POST", f"/work_orders/{made['id']}/{deed}", sent)
    return _read(goods, made)


def _refused(goods: Goods, made: dict[str, Any], deed: str, **sent: Any) -> str:
    reply = fetch(f"{goods.twin.base}/_twin/work_orders/{made['id']}/{deed}", method="POST", data=sent)
    assert reply.status in {404, 422}
    assert reply.json()["error"]["remedy"]
    return str(reply.json()["error"]["message"])


def _fees(goods: Goods, mutation: str, made: dict[str, Any], fees: list[Any]) -> list[dict[str, Any]]:
    answer = goods.do(mutation, _NODE, work_order_id=made["id"], fees=fees)
    found: list[dict[str, Any]] = answer["work_order"]["fees"]
    return found


def test_a_work_order_keeps_what_it_is_made_with(goods: Goods) -> None:
    """Texts become notes, and the recipe is fixed when the work is ordered."""
    texts: dict[str, Any] = {"packing_details": "Flat", "assembly_details": "Glue", "instructions": "Slowly"}

    made = _create(goods, name="Tables", priority="HIGH", create_special_project=True, **texts)
    goods.do("assembly_update_components", assembly_sku="TABLE", components=[{"sku": "LEG", "quantity": 3}])

    assembly = made["assembly_sku"]
    assert (made["name"], made["type"], made["status"]) == ("Tables", "ASSEMBLY", "IN_PROGRESS")
    assert (made["priority"], made["has_special_project"]) == ("HIGH", True)
    assert {note["type"]: note["note"] for note in made["notes"]} == {
        "PACKING_DETAILS": "Flat",
        "ASSEMBLY_DETAILS": "Glue",
        "INSTRUCTIONS": "Slowly",
    }
    assert (assembly["to_create_quantity"], assembly["items_to_pick"], assembly["items_per_kit"]) == (2, 10, 5)
    assert [(part["sku"], part["to_pick_quantity"]) for part in assembly["components"]] == [("LEG", 8), ("TOP", 2)]
    assert assembly["receiving_location"] == {"name": "Receiving"}
    assert _read(goods, made) == made


def test_locations_and_lots_are_named_for_what_is_made(goods: Goods) -> None:
    """Both must be of the same warehouse and product."""
    place = goods.do("location_create", "location { id }", warehouse_id=goods.houses[0], name="W-1", zone="W")
    far = goods.do("location_create", "location { id }", warehouse_id=goods.houses[1], name="W-2", zone="W")
    lot = goods.do("lot_create", "lot { id }", name="L-1", sku="TABLE", expires_at="2027-03-04")["lot"]["id"]
    wanted = {"sku": "TABLE", "quantity": 1, "receiving_location_id": place["location"]["id"], "lot_id": lot}

    made = _create(goods, assembly_sku={**wanted, "staging_location_id": place["location"]["id"]})
    common = {"warehouse_id": goods.houses[0], "requested_date": "2026-12-01", "type": "ASSEMBLY"}
    elsewhere = {**wanted, "staging_location_id": far["location"]["id"]}

    assembly = made["assembly_sku"]
    assert (assembly["receiving_location"], assembly["staging_location"]) == ({"name": "W-1"}, {"name": "W-1"})
    assert (assembly["lot_name"], assembly["lot_expiration_date"]) == ("L-1", "2027-03-04")
    assert goods.refused("work_order_create", **common, assembly_sku=elsewhere)["code"] == 5
    assert goods.refused("work_order_create", **common, assembly_sku={**wanted, "lot_id": "99"})["code"] == 5


@pytest.mark.parametrize(
    ("more", "message", "code"),
    [
        ({"assembly_sku": None}, "needs assembly_sku", 901),
        ({"assembly_sku": {"sku": "TABLE", "quantity": 0}}, "quantity must be", 901),
        ({"assembly_sku": {"sku": "LEG", "quantity": 1}}, "has no components", 901),
        ({"assembly_sku": {"sku": "NONE", "quantity": 1}}, "Product not found", 5),
        ({"warehouse_id": "11793"}, "Warehouse not found", 5),
        ({"attachments": [{"url": " ", "filename": "x"}]}, "url is required", 901),
    ],
)
def test_a_work_order_that_makes_no_sense_is_refused(
    goods: Goods, more: dict[str, Any], message: str, code: int
) -> None:
    """Nothing of it stays."""
    common = {"warehouse_id": goods.houses[0], "requested_date": "2026-12-01", "type": "ASSEMBLY"}
    data = {**common, "assembly_sku": {"sku": "TABLE", "quantity": 1}, **more}

    item = goods.refused("work_order_create", **data)

    assert (item["code"], message in item["message"]) == (code, True)
    assert goods.client.data("{ work_orders { data(first: 5) { edges { node { id } } } } }") == {
        "work_orders": {"data": {"edges": []}}
    }


def test_pick_locations_are_assigned_where_enough_lies(goods: Goods) -> None:
    """All of them found makes the work ready to pick; a component that lies nowhere stays open."""
    enough, many = _create(goods, 2), _create(goods, 3)
    fields = f"{_NODE} assigned_component_skus unassigned_component_skus"

    good = goods.do("work_order_auto_assign_pick_locations", fields, work_order_id=enough["id"])
    short = goods.do("work_order_auto_assign_pick_locations", fields, work_order_id=many["id"])

    assert (good["assigned_component_skus"], good["unassigned_component_skus"]) == (["LEG", "TOP"], [])
    assert (good["work_order"]["status"], good["work_order"]["ready_to_pick_at"] is not None) == ("READY_TO_PICK", True)
    assert all(part["pick_location_id"] for part in good["work_order"]["assembly_sku"]["components"])
    assert (short["assigned_component_skus"], short["unassigned_component_skus"]) == (["TOP"], ["LEG"])
    assert short["work_order"]["status"] == "IN_PROGRESS"


def test_tables_are_assembled(goods: Goods) -> None:
    """Components leave the shelf when they are picked, tables come as they are made, the rest goes back."""
    order = goods.order(("TABLE", 1))
    made = _create(goods, 2)

    picked = _work(goods, made, "pick")
    between = (goods.on_hand("LEG"), goods.on_hand("TOP"), goods.on_hand("TABLE"))
    assembled = _work(goods, made, "assemble", quantity=1)
    completed = _work(goods, made, "complete")
    closed = _work(goods, made, "close")

    assert (picked["status"], picked["assembly_sku"]["items_to_pick"]) == ("ASSEMBLY_IN_PROGRESS", 0)
    assert between == (2, 1, 0)
    assert (assembled["assembly_sku"]["created_quantity"], assembled["status"]) == (1, "ASSEMBLY_IN_PROGRESS")
    assert (completed["status"], completed["completed_at"] is not None) == ("COMPLETED", True)
    assert closed["status"] == "CLOSED"
    assert (goods.on_hand("LEG"), goods.on_hand("TOP"), goods.on_hand("TABLE")) == (6, 2, 1)
    assert [each["change_in_on_hand"] for each in goods.changes("LEG")] == [10, -8, 4]
    assert goods.lines(order["id"]) == {"TABLE": (1, 0)}


def test_work_that_is_called_off_leaves_everything_where_it_was(goods: Goods) -> None:
    """Picked components lie on the shelf again."""
    made = _create(goods, 2)
    _work(goods, made, "pick")

    canceled = _work(goods, made, "cancel")

    assert (canceled["status"], canceled["ended_at"] is not None) == ("CANCELED", True)
    assert (goods.on_hand("LEG"), goods.on_hand("TOP")) == (10, 3)


def test_work_goes_in_its_order(goods: Goods) -> None:
    """Nothing is assembled before it is picked, more than ordered is never made, and the shelf must hold enough."""
    made, many = _create(goods, 2), _create(goods, 3)

    early = _refused(goods, made, "assemble")
    short = _refused(goods, many, "pick")
    _work(goods, made, "pick")
    over = _refused(goods, made, "assemble", quantity=3)
    open_still = _refused(goods, made, "close")
    unknown = _refused(goods, made, "polish")

    assert "must be ASSEMBLY_IN_PROGRESS" in early
    assert "Not enough inventory" in short
    assert "2 are still to be made" in over
    assert "must be COMPLETED" in open_still
    assert unknown == "There is no such work."


def test_a_customers_work_waits_for_approval(shiphero_twin: ShipheroTwin) -> None:
    """The 3PL lets it begin and says when; what the 3PL orders itself begins at once."""
    logistician = _furnished(goods_of(shiphero_twin, "wms@tpl.example", account_id="7601"), customer_account_id="7602")
    customer = goods_of(shiphero_twin, "dev@tea.example", account_id="7602")

    asked = _create(customer)
    approved = _work(logistician, asked, "approve", scheduled_date="2026-12-03")
    own = _create(logistician, customer_account_id="7602")

    assert (asked["status"], approved["status"], own["status"]) == ("PENDING_APPROVAL", "IN_PROGRESS", "IN_PROGRESS")
    assert approved["scheduled_date"] == "2026-12-03T00:00:00"
    assert "scheduled_date is no date" in _refused(logistician, asked, "approve", scheduled_date="soon")


def test_fees_are_added_changed_and_removed(goods: Goods) -> None:
    """Each by its id; what is not there is code 5, what is negative is refused."""
    made = _create(goods, type="CUSTOM")

    hours, units = _fees(
        goods,
        "work_order_add_fees",
        made,
        [
            {"labor_unit": "HOURS", "unit_rate": "12.50", "quantity": 2, "description": "Glue"},
            {"labor_unit": "UNITS", "unit_rate": 1, "quantity": "3"},
        ],
    )
    changed = _fees(goods, "work_order_update_fees", made, [{"id": hours["id"], "quantity": "2.5"}])
    left = _fees(goods, "work_order_remove_fees", made, [units["id"]])

    assert (hours["unit_rate"], hours["labor_unit"], hours["description"]) == ("12.50", "HOURS", "Glue")
    assert [fee["quantity"] for fee in changed] == ["2.5", "3"]
    assert left == [{**hours, "quantity": "2.5"}]
    fee = {"labor_unit": "HOURS", "unit_rate": "-1", "quantity": "1"}
    assert goods.refused("work_order_add_fees", work_order_id=made["id"], fees=[fee])["code"] == 901
    assert goods.refused("work_order_remove_fees", work_order_id=made["id"], fees=[units["id"]])["code"] == 5
    assert goods.refused("work_order_add_fees", work_order_id="99", fees=[fee])["code"] == 5


@pytest.mark.parametrize(
    "arguments",
    [
        'status: ["in_progress"], wo_type: ["CUSTOM"]',
        'wo_type: "CUSTOM"',
        'requested_date_from: "2026-12-05"',
        'customer_account_id: 7556, wo_type: ["CUSTOM"], updated_at_from: "2026-01-01"',
    ],
)
def test_work_orders_are_found(goods: Goods, arguments: str) -> None:
    """Each filter finds the one and leaves the other out."""
    _create(goods)
    made = _create(goods, type="CUSTOM", requested_date="2026-12-06 10:00:00")
    query = "{{ work_orders({}) {{ data(first: 5) {{ edges {{ node {{ id assembly_sku {{ sku }} }} }} }} }} }}"

    found = goods.client.data(query.format(arguments))["work_orders"]["data"]["edges"]
    by_id = goods.client.data(query.format(f'ids: ["{made["id"]}"]'))["work_orders"]["data"]["edges"]

    assert found == by_id == [{"node": {"id": made["id"], "assembly_sku": None}}]


def test_other_accounts_do_not_see_a_work_order(goods: Goods) -> None:
    """It is not found by its number."""
    made = _create(goods)
    other = goods_of(goods.twin, "wms@tpl.example", account_id="7601")

    item = other.client.error(f"{{ work_order(id: {made['legacy_id']}) {{ complexity }} }}")

    assert (item["code"], item["message"]) == (5, "Work order not found")
