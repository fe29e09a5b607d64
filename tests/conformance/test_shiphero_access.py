import pytest

from shiphero_client import ORDER, Client, new_client
from twins import ShipheroTwin, fetch

_ME = (
    "{ me { data { email first_name is_admin is_developer scopes account { id legacy_id username status is_3pl } } } }"
)
_ACCOUNT = """{ account { request_id complexity data { id legacy_id username email status is_3pl is_multi_warehouse
  warehouses { id legacy_id identifier profile address { name city } }
  customers(first: 5) { edges { node { id username } } } } } }"""
_CREATE = "mutation($data: CreateOrderInput!) { order_create(data: $data) { order { id account_id } } }"
_LOGISTICIAN, _CUSTOMER = "7601", "7602"


def test_me_tells_whose_token_it_is(shiphero_twin: ShipheroTwin) -> None:
    """The developer, its account and all its scopes."""
    me = new_client(shiphero_twin).data(_ME)["me"]["data"]

    assert (me["email"], me["first_name"], me["is_developer"], me["is_admin"]) == (
        *("crossdock@shop.example", "Cross"),
        *(True, False),
    )
    assert {"view:orders", "change:orders", "view:pii"} < set(me["scopes"])
    assert me["account"]["username"] == "Barkwell & Finch"


def test_account_has_its_warehouses(shiphero_twin: ShipheroTwin) -> None:
    """A merchant sees its own warehouses and has no customers."""
    account = new_client(shiphero_twin).data(_ACCOUNT)["account"]["data"]

    assert account["id"] == "QWNjb3VudDo3NTU2"
    assert (account["status"], account["is_3pl"], account["is_multi_warehouse"]) == ("active", False, True)
    assert [house["identifier"] for house in account["warehouses"]] == ["Primary", "Columbus", "Savannah"]
    assert account["warehouses"][0]["id"] == "V2FyZWhvdXNlOjExNzkw"
    assert account["customers"]["edges"] == []


def test_a_3pl_has_customers(shiphero_twin: ShipheroTwin) -> None:
    """The other account of the seed is a 3PL with two customers."""
    account = new_client(shiphero_twin, account_id=_LOGISTICIAN).data(_ACCOUNT)["account"]["data"]

    assert account["is_3pl"] is True
    assert [edge["node"]["username"] for edge in account["customers"]["edges"]] == [
        "Moss & Kettle Tea",
        "Tern Bicycles",
    ]


def test_a_3pl_acts_for_a_customer(shiphero_twin: ShipheroTwin) -> None:
    """Orders made for a customer belong to it; the 3PL finds them, and only that customer's when it asks so."""
    client = new_client(shiphero_twin, account_id=_LOGISTICIAN)
    query = "query($c: String) { orders(customer_account_id: $c) { data { edges { node { account_id } } } } }"

    made = client.data(_CREATE, {"data": {**ORDER, "customer_account_id": _CUSTOMER}})["order_create"]["order"]
    own = client.data(_CREATE, {"data": ORDER})["order_create"]["order"]
    every = client.data(query)["orders"]["data"]["edges"]
    theirs = client.data(query, {"c": made["account_id"]})["orders"]["data"]["edges"]

    assert {edge["node"]["account_id"] for edge in every} == {made["account_id"], own["account_id"]}
    assert [edge["node"]["account_id"] for edge in theirs] == [made["account_id"]]


def test_strangers_see_nothing_of_each_other(shiphero_twin: ShipheroTwin) -> None:
    """Another account's order is not found, cannot be tagged, and no foreign account can be acted for."""
    merchant, stranger = new_client(shiphero_twin), new_client(shiphero_twin, "x@y.example", account_id=_LOGISTICIAN)
    order = merchant.data(_CREATE, {"data": ORDER})["order_create"]["order"]

    read = stranger.error("query($id: String!) { order(id: $id) { complexity } }", {"id": order["id"]})
    tag = stranger.error(
        'mutation($id: String!) { order_add_tags(data: {order_id: $id, tags: ["x"]}) { complexity } }',
        {"id": order["id"]},
    )
    act = stranger.error('{ orders(customer_account_id: "7556") { complexity } }')
    found = stranger.data("{ orders { data { edges { cursor } } } }")["orders"]["data"]["edges"]

    assert [item["code"] for item in (read, tag, act)] == [5, 5, 5]
    assert act["message"] == "Account not found"
    assert found == []


def test_a_missing_scope_is_code_7(shiphero_twin: ShipheroTwin) -> None:
    """A narrowed token is refused with the scope that is missing, for what is built and what is not."""
    client = new_client(shiphero_twin, scopes=["view:products"])

    orders = client.error("{ orders { complexity } }")
    create = client.error(_CREATE, {"data": ORDER})
    vendors = client.error("{ vendors { complexity } }")

    assert (orders["code"], orders["message"]) == (7, "Missing required scope(s): view:orders")
    assert create["message"] == "Missing required scope(s): change:orders"
    assert vendors["message"] == "Missing required scope(s): view:vendors"
    assert client.data("{ products { complexity } }")
    assert client.data("{ me { data { scopes } } }")["me"]["data"]["scopes"] == ["view:products"]


def test_scopes_change_at_once(shiphero_twin: ShipheroTwin) -> None:
    """Narrowing and widening a developer works on the token that is out."""
    developer = shiphero_twin.developer()
    client = Client(shiphero_twin.api, developer["access_token"])

    shiphero_twin.control("PATCH", f"/developers/{developer['id']}", {"scopes": ["view:orders"]})
    narrow = client.error("{ account { complexity } }")
    shiphero_twin.control("PATCH", f"/developers/{developer['id']}", {"scopes": "all"})

    assert narrow["code"] == 7
    assert client.data("{ account { complexity } }")


def test_people_are_hidden_without_the_scope_for_them(shiphero_twin: ShipheroTwin) -> None:
    """Without view:pii names and addresses are null, without any error."""
    fields = "order_number email shipping_address { zip } billing_address { zip }"
    query = f"{{ orders {{ data(first: 3) {{ edges {{ node {{ {fields} }} }} }} }} }}"

    hidden = new_client(shiphero_twin, "a@x.example", scopes=["view:orders"]).data(query)
    shown = new_client(shiphero_twin, "b@x.example", scopes=["view:orders", "view:pii"]).data(query)

    for edge in hidden["orders"]["data"]["edges"]:
        assert edge["node"]["order_number"]
        assert [edge["node"][name] for name in ("email", "shipping_address", "billing_address")] == [None, None, None]
    assert all(edge["node"]["shipping_address"]["zip"] for edge in shown["orders"]["data"]["edges"])


def test_a_developer_needs_an_address_of_its_own(shiphero_twin: ShipheroTwin) -> None:
    """The control API refuses an e-mail that anybody on the platform has, whatever its case."""
    members = {"first_name": "A", "last_name": "B", "email": "WMS@harbourline.twin"}

    reply = fetch(f"{shiphero_twin.api}/_twin/developers", method="POST", data=members)

    assert reply.status == 409
    assert set(reply.json()["error"]) == {"message", "remedy"}


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ({"first_name": "A", "last_name": "B"}, 422),
        ({"first_name": "A", "last_name": "B", "email": "a@b.example", "account_id": "1"}, 404),
        ({"first_name": "A", "last_name": "B", "email": "a@b.example", "scopes": ["view:everything"]}, 422),
    ],
)
def test_the_control_says_what_is_wrong(shiphero_twin: ShipheroTwin, members: dict[str, object], status: int) -> None:
    """Missing members, unknown accounts and unknown scopes are refused with a remedy."""
    reply = fetch(f"{shiphero_twin.api}/_twin/developers", method="POST", data=members)

    assert reply.status == status
    assert reply.json()["error"]["remedy"]


def test_accounts_are_named_by_number_and_by_id(shiphero_twin: ShipheroTwin) -> None:
    """The control API takes both forms, and lists what it set."""
    shiphero_twin.set_state("7601", "suspended")
    shiphero_twin.set_state("QWNjb3VudDo3NjAy", "inactive")

    states = {line["id"]: line["state"] for line in shiphero_twin.accounts()}

    assert states == {"7556": "active", "7601": "suspended", "7602": "inactive", "7603": "active"}


def test_developers_are_listed_and_removed(shiphero_twin: ShipheroTwin) -> None:
    """The list shows no tokens, and a removed developer is gone from it."""
    made = shiphero_twin.developer()

    listed = shiphero_twin.control("GET", "/developers")["developers"]
    shiphero_twin.control("DELETE", f"/developers/{made['id']}")
    left = shiphero_twin.control("GET", "/developers")["developers"]

    assert made["account_id"] == "7556"
    assert {line["email"] for line in listed} - {line["email"] for line in left} == {"crossdock@shop.example"}
    assert not any("token" in name for line in listed for name in line)


def test_seeds_and_reset(shiphero_twin: ShipheroTwin) -> None:
    """The empty seed has no orders and ends every token; a reset brings the small shop."""
    count = "{ orders { data(first: 200) { edges { cursor } } } }"
    before = new_client(shiphero_twin)
    shiphero_twin.seed("empty")

    after_seed = before.post(count).status
    empty = new_client(shiphero_twin).data(count)["orders"]["data"]["edges"]
    shiphero_twin.reset()
    full = new_client(shiphero_twin).data(count)["orders"]["data"]["edges"]

    assert after_seed == 401
    assert (len(empty), len(full)) == (0, 120)


def test_the_journal_masks_tokens(shiphero_twin: ShipheroTwin) -> None:
    """Requests are written down with tokens that can be told apart and not read."""
    developer = shiphero_twin.developer()
    fetch(f"{shiphero_twin.api}/auth/refresh", method="POST", data={"refresh_token": developer["refresh_token"]})
    Client(shiphero_twin.api, developer["access_token"]).post("{ me { complexity } }")

    entries = shiphero_twin.journal()

    assert [(entry["path"], entry["status"]) for entry in entries] == [("/auth/refresh", 200), ("/graphql", 200)]
    assert developer["refresh_token"] not in str(entries)
    assert developer["access_token"] not in str(entries)
