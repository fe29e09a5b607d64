from typing import Any

import pytest
from graphql import build_client_schema, get_introspection_query

from shiphero_client import ORDER, Client, new_client
from twins import ShipheroTwin

_CREATE = """mutation($data: CreateOrderInput!) { order_create(data: $data) {
  order { order_number total_price line_items { edges { node { quantity price partner_line_item_id } } } } } }"""
_PAGE = """query($n: Int, $sku: String, $d: ISODateTime) {
  products(sku: $sku, updated_from: $d) { data(first: $n) { edges { cursor } } } }"""


def _create(client: Client, **changes: Any) -> dict[str, Any]:
    order: dict[str, Any] = client.data(_CREATE, {"data": {**ORDER, **changes}})["order_create"]["order"]
    return order


def test_texts_take_numbers_and_booleans(shiphero_twin: ShipheroTwin) -> None:
    """A String in a variable may come as a number or a boolean."""
    line = {"sku": 5, "partner_line_item_id": 77, "quantity": "2", "price": 10.5}

    order = _create(new_client(shiphero_twin), order_number=11223344, total_price=True, line_items=[line])

    assert (order["order_number"], order["total_price"]) == ("11223344", "true")
    assert order["line_items"]["edges"][0]["node"] == {"quantity": 2, "price": "10.5", "partner_line_item_id": "77"}


def test_one_object_is_a_list_of_one(shiphero_twin: ShipheroTwin) -> None:
    """Line items and tags may come without their brackets, in variables and in the document."""
    client = new_client(shiphero_twin)

    order = _create(client, line_items=ORDER["line_items"][0], tags="vip")  # type: ignore[index]  # a list, by its literal
    literal = client.data('{ products(tag: "dog") { data(first: 1) { edges { cursor } } } }')

    assert len(order["line_items"]["edges"]) == 1
    assert len(literal["products"]["data"]["edges"]) == 1


@pytest.mark.parametrize(
    "variables", [None, {}, {"stray": {"a": [1]}}, {"n": None}, {"n": "3", "sku": None, "stray": 1}]
)
def test_variables_may_be_missing_null_or_too_many(shiphero_twin: ShipheroTwin, variables: Any) -> None:
    """What the document does not declare is ignored, and null variables are none."""
    assert new_client(shiphero_twin).data(_PAGE, variables)["products"]["data"]["edges"]


def test_the_payload_may_lack_or_null_its_members(shiphero_twin: ShipheroTwin) -> None:
    """`operationName: null` and unknown members of the payload are fine."""
    client = new_client(shiphero_twin)

    reply = client.post("{ me { complexity } }", None, operationName=None, extensions={"x": 1})

    assert reply.status == 200


def test_one_of_several_operations_is_named(shiphero_twin: ShipheroTwin) -> None:
    """OperationName picks the one to run."""
    query = "query a { me { complexity } } query b { user_quota { max_available } }"

    reply = new_client(shiphero_twin).post(query, operationName="b")

    assert reply.json()["data"] == {"user_quota": {"max_available": 4004}}


@pytest.mark.parametrize(
    "date",
    ["2020-01-01", "2020-01-01 10:00:00", "2020-01-01T10:00:00", "2020-01-01 00:00:00+00:00", "2020-01-01T00:00:00Z"],
)
def test_dates_come_in_every_form(shiphero_twin: ShipheroTwin, date: str) -> None:
    """The forms that clients send work in variables and in the document."""
    client = new_client(shiphero_twin)

    by_variable = client.data(_PAGE, {"d": date, "n": 1})
    by_literal = client.data(f'{{ products(updated_from: "{date}") {{ data(first: 1) {{ edges {{ cursor }} }} }} }}')

    assert by_variable == by_literal


@pytest.mark.parametrize(
    "query",
    [
        "{ product(sku: 5) { complexity } }",
        '{ orders { data(first: "5") { edges { cursor } } } }',
        '{ orders(has_hold: "yes") { complexity } }',
        "{ orders(order_date_from: 2020) { complexity } }",
        'query($n: Int = "x") { orders { data(first: $n) { edges { cursor } } } }',
    ],
)
def test_literals_keep_the_strict_rules(shiphero_twin: ShipheroTwin, query: str) -> None:
    """What a variable may be, a literal may not."""
    assert new_client(shiphero_twin).post(query).status == 400


def test_the_schema_can_be_asked_for(shiphero_twin: ShipheroTwin) -> None:
    """Introspection works with a bearer token, costs nothing, and makes a schema that tools understand."""
    answer = new_client(shiphero_twin).answer(get_introspection_query())

    schema = build_client_schema(answer["data"])

    assert schema.query_type is not None
    assert "orders" in schema.query_type.fields
    assert answer["extensions"]["throttling"]["cost"] == 0


def test_fragments_aliases_and_typenames_work(shiphero_twin: ShipheroTwin) -> None:
    """Generated clients write such documents."""
    query = """query($with: Boolean = true) { mine: me { __typename data { ...who email @include(if: $with) } } }
      fragment who on AuthenticatedUser { id account { __typename legacy_id } }"""

    mine = new_client(shiphero_twin).data(query)["mine"]

    assert mine["__typename"] == "CurrentUserQueryResult"
    assert mine["data"]["account"]["__typename"] == "Account"
    assert mine["data"]["email"] == "crossdock@shop.example"


def test_numbers_become_ids(shiphero_twin: ShipheroTwin) -> None:
    """Uuid translates a number of 64 bits, in the document and in a variable."""
    client = new_client(shiphero_twin)
    query = "query($n: BigInt!) { uuid(legacy_id: $n, entity: Order) { data { id legacy_id } } }"

    by_literal = client.data("{ uuid(legacy_id: 100579698, entity: Order) { data { id } } }")
    by_variable = client.data(query, {"n": "9007199254740993"})

    assert by_literal["uuid"]["data"]["id"] == "T3JkZXI6MTAwNTc5Njk4"
    assert by_variable["uuid"]["data"]["legacy_id"] == 9007199254740993


def test_no_node_implements_node(shiphero_twin: ShipheroTwin) -> None:
    """Node answers null, as no type of the schema implements its interface."""
    assert new_client(shiphero_twin).data('{ node(id: "T3JkZXI6Nw==") { id } }') == {"node": None}
