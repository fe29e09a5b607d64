from typing import Any

import pytest

from shiphero_client import Client, new_client
from twins import ShipheroTwin

_FIELDS = """id legacy_id email first_name last_name is_admin is_active is_developer position hourly_rate payroll_id
  default_warehouse_id default_pick_order_tag account { username } allowed_warehouses { identifier }
  stores { shop_name }"""
_USER = f"query($id: String, $email: String) {{ user(id: $id, email: $email) {{ data {{ {_FIELDS} }} }} }}"
_UPDATE = f"mutation($data: UpdateUserInput!) {{ user_update(data: $data) {{ user {{ {_FIELDS} }} }} }}"


def _user(client: Client, email: str) -> dict[str, Any]:
    data: dict[str, Any] = client.data(_USER, {"email": email})["user"]["data"]
    return data


def test_people_and_developers_are_listed_apart(shiphero_twin: ShipheroTwin) -> None:
    """`is_developer` tells them apart; a search looks at names and addresses."""
    client = new_client(shiphero_twin)
    query = (
        "query($d: Boolean, $s: String) { users(is_developer: $d, search: $s) { data { edges { node { email } } } } }"
    )

    def emails(**asked: Any) -> list[str]:
        return [edge["node"]["email"] for edge in client.data(query, asked)["users"]["data"]["edges"]]

    assert emails(d=True) == ["crossdock@shop.example"]
    assert emails(d=False) == ["owner@shiphero.twin", "picker@shiphero.twin"]
    assert emails(s="REYES") == ["picker@shiphero.twin"]


def test_a_user_has_work_and_places(shiphero_twin: ShipheroTwin) -> None:
    """Position, pay, the account's warehouses and shops."""
    user = _user(new_client(shiphero_twin), "Picker@shiphero.twin")

    assert (user["position"], user["hourly_rate"], user["is_admin"]) == ("Picker", "19.50", False)
    assert [house["identifier"] for house in user["allowed_warehouses"]] == ["Primary", "Columbus", "Savannah"]
    assert len(user["stores"]) == 3


def test_a_user_is_changed(shiphero_twin: ShipheroTwin) -> None:
    """What is sent is kept, what is left out stays."""
    client = new_client(shiphero_twin)
    user = _user(client, "picker@shiphero.twin")
    data = {"user_id": user["id"], "first_name": "Thomas", "hourly_rate": "21.00", "default_warehouse_id": "11791"}

    changed = client.data(_UPDATE, {"data": data})["user_update"]["user"]
    found = client.data('{ users(default_warehouse_id: "11791") { data { edges { node { id } } } } }')

    assert (changed["first_name"], changed["last_name"], changed["hourly_rate"]) == ("Thomas", "Reyes", "21.00")
    assert [edge["node"]["id"] for edge in found["users"]["data"]["edges"]] == [user["id"]]


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"email": "owner@harbourline.twin"}, 902),
        ({"default_warehouse_id": "11793"}, 5),
        ({"user_id": "999999"}, 5),
        ({"first_name": " "}, 901),
    ],
)
def test_a_change_that_cannot_be_is_refused(shiphero_twin: ShipheroTwin, members: dict[str, str], code: int) -> None:
    """An address that somebody on the platform has, a stranger's warehouse, nobody, no name."""
    client = new_client(shiphero_twin)
    user = _user(client, "picker@shiphero.twin")

    assert client.error(_UPDATE, {"data": {"user_id": user["id"], **members}})["code"] == code


def test_strangers_are_not_found(shiphero_twin: ShipheroTwin) -> None:
    """Another account's people are nobody, by address and by number."""
    refused = new_client(shiphero_twin).error(_USER, {"email": "owner@harbourline.twin"})

    assert (refused["code"], refused["message"]) == (5, "User not found")


def test_a_3pl_with_forty_customers(shiphero_twin: ShipheroTwin) -> None:
    """Each customer has warehouses of the 3PL, a relationship, orders and stock; a warehouse knows whom it serves."""
    shiphero_twin.seed("3pl")
    client = new_client(shiphero_twin, account_id="7601")
    account = client.data(
        """{ account { data { warehouses { id } customers(first: 50) { edges { node { id username
        warehouse_relationship { from_name pause_shipping } } } } } } }"""
    )["account"]["data"]
    customers = [edge["node"] for edge in account["customers"]["edges"]]
    count = "query($c: String) { orders(customer_account_id: $c) { data(first: 1) { edges { cursor } } } }"
    served = "query($w: String) { account { data { customers(warehouse_id: $w, first: 50) { edges { cursor } } } } }"

    south = client.data(served, {"w": account["warehouses"][1]["id"]})["account"]["data"]["customers"]["edges"]

    assert len(customers) == 40
    assert customers[0]["warehouse_relationship"] == {"from_name": "Moss & Kettle Tea", "pause_shipping": False}
    assert all(client.data(count, {"c": each["id"]})["orders"]["data"]["edges"] for each in customers)
    assert 0 < len(south) < 40


def test_node_and_uuid(shiphero_twin: ShipheroTwin) -> None:
    """`uuid` translates numbers; `node` knows nothing, since no type of the schema is a Node."""
    client = new_client(shiphero_twin)

    data = client.data('{ uuid(legacy_id: 7, entity: Bin) { data { id } } node(id: "T3JkZXI6Nw==") { id } }')

    assert data == {"uuid": {"data": {"id": "QmluOjc="}}, "node": None}
