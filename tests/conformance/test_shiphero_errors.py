import re
from typing import Any

import pytest

from shiphero_client import new_client
from twins import ShipheroTwin, fetch

_BAD_ID = "T3JkZXI6OTk5OTk5OTk5"


def test_what_is_not_found_has_code_5(shiphero_twin: ShipheroTwin) -> None:
    """The item has its members at the top level, the failed field is null, and the answer is 200."""
    client = new_client(shiphero_twin)

    answer = client.answer("query($id: String!) { order(id: $id) { data { id } } }", {"id": _BAD_ID})

    (item,) = answer["errors"]
    assert re.fullmatch("[0-9a-f]{24}", item.pop("request_id"))
    assert item == {"message": "Order not found", "operation": "order", "field": "order", "code": 5}
    assert answer["data"] == {"order": None}


def test_several_errors_come_together_beside_good_data(shiphero_twin: ShipheroTwin) -> None:
    """Each failed operation has its item under its own name, also behind an alias; the others answer."""
    client = new_client(shiphero_twin)
    order, product = f'a: order(id: "{_BAD_ID}") {{ data {{ id }} }}', 'product(sku: "none") { data { id } }'

    answer = client.answer(f"{{ {order} {product} me {{ data {{ id }} }} }}")

    assert [(item["operation"], item["code"]) for item in answer["errors"]] == [("order", 5), ("product", 5)]
    assert answer["data"]["a"] is None
    assert answer["data"]["product"] is None
    assert answer["data"]["me"]["data"]["id"]


def test_a_failed_mutation_names_itself(shiphero_twin: ShipheroTwin) -> None:
    """Operation and field are both the mutation."""
    client = new_client(shiphero_twin)

    item = client.error(f'mutation {{ order_add_tags(data: {{order_id: "{_BAD_ID}", tags: ["a"]}}) {{ request_id }} }}')

    assert (item["operation"], item["field"], item["code"]) == ("order_add_tags", "order_add_tags", 5)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("{ order(id: 1) { data { zork } } }", 'Cannot query field "zork" on type "Order"'),
        ("mutation { wholesale_order_create(data: {}) { order { id } } }", 'on type "WholesaleOrderMutationOutput"'),
        ("{ orders(nope: 1) { complexity } }", 'Unknown argument "nope"'),
        ("query($d: OrderCreateInput!) { me { complexity } }", 'Unknown type "OrderCreateInput"'),
        ("{ order { complexity } }", 'of type "String!" is required'),
        ("{ me { ", "Syntax Error"),
        ('{ orders(order_date_from: "soon") { complexity } }', "is not a date"),
        ("{ product(sku: 5) { complexity } }", "String cannot represent a non string value"),
        ('mutation { order_add_tags(data: {order_id: "1", odd: 2}) { complexity } }', 'unknown field "odd"'),
    ],
)
def test_what_does_not_fit_the_schema_is_400(shiphero_twin: ShipheroTwin, query: str, message: str) -> None:
    """Syntax and validation errors have a message with names in double quotes, and where it is wrong."""
    reply = new_client(shiphero_twin).post(query)

    assert reply.status == 400
    assert set(reply.json()) == {"errors"}
    assert any(message in item["message"] for item in reply.json()["errors"]), reply.text()
    assert all(item["locations"][0]["line"] == 1 for item in reply.json()["errors"])


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("UpdateTagsInput!", {"order_id": "1", "odd": 1}, '"odd"'),
        ("UpdateTagsInput!", {"tags": []}, '"order_id"'),
        ("UpdateTagsInput!", None, '"$v"'),
        ("CreateOrderInput!", {"line_items": []}, "shipping_address"),
        ("Int", "ten", '"$v"'),
        ("ISODateTime", "soon", "is not a date"),
        ("EntityType!", "Planet", '"Planet" does not exist'),
    ],
)
def test_variables_that_do_not_fit_are_400(shiphero_twin: ShipheroTwin, kind: str, value: Any, message: str) -> None:
    """Unknown keys, missing fields and nonsense in variables are refused before anything runs."""
    fields = {
        "UpdateTagsInput!": "mutation($v: UpdateTagsInput!) { order_add_tags(data: $v) { complexity } }",
        "CreateOrderInput!": "mutation($v: CreateOrderInput!) { order_create(data: $v) { complexity } }",
        "Int": "query($v: Int) { orders { data(first: $v) { edges { cursor } } } }",
        "ISODateTime": "query($v: ISODateTime) { orders(updated_from: $v) { complexity } }",
        "EntityType!": "query($v: EntityType!) { uuid(legacy_id: 1, entity: $v) { complexity } }",
    }

    reply = new_client(shiphero_twin).post(fields[kind], {"v": value})

    assert reply.status == 400
    assert message in reply.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        b"[]",
        b"{}",
        b'{"query": ""}',
        b'{"query": 5}',
        b'{"query": "{me{complexity}}", "variables": "x"}',
        b'{"query": "{me{complexity}}", "operationName": "other"}',
        b'{"query": "query a {me{complexity}} query b {me{complexity}}"}',
        b'{"query": "fragment f on Order {id}"}',
        b'{"query": "{me{complexity}}", "variables": {"x": "\\ud800"}}',
    ],
)
def test_bodies_that_hold_no_operation_are_400(shiphero_twin: ShipheroTwin, body: bytes) -> None:
    """Whatever is posted, the answer is a list of errors with messages."""
    token = shiphero_twin.developer()["access_token"]

    reply = fetch(
        f"{shiphero_twin.api}/graphql", method="POST", headers={"Authorization": f"Bearer {token}"}, body=body
    )

    assert reply.status == 400
    assert all(item["message"] for item in reply.json()["errors"])


def test_a_document_that_nests_too_deeply_is_refused(shiphero_twin: ShipheroTwin) -> None:
    """Depth beyond reason is a 400 and upsets nothing."""
    client = new_client(shiphero_twin)
    query = "{ account { data " + "{ customers { edges { node " * 900 + "{ id }" + " } } }" * 900 + " } }"

    reply = client.post(query)

    assert reply.status == 400
    assert client.post("{ me { complexity } }").status == 200


def test_only_post_is_served(shiphero_twin: ShipheroTwin) -> None:
    """GET on /graphql is not how this API is asked."""
    assert fetch(f"{shiphero_twin.api}/graphql?query={{me{{complexity}}}}").status == 405


@pytest.mark.parametrize(("kind", "status"), [("401", 401), ("403", 403), ("429", 429), ("500", 500)])
def test_faults_look_like_the_edge(shiphero_twin: ShipheroTwin, kind: str, status: int) -> None:
    """A fault answers with a message, without errors and without a request id, and then is over."""
    client = new_client(shiphero_twin)
    shiphero_twin.fault(kind, paths="/graphql", times=1)

    faulty, healthy = client.post("{ me { complexity } }"), client.post("{ me { complexity } }")

    assert faulty.status == status
    assert set(faulty.json()) == {"message"}
    assert healthy.status == 200


def test_a_fault_can_be_a_page(shiphero_twin: ShipheroTwin) -> None:
    """HTML comes where JSON is expected."""
    client = new_client(shiphero_twin)
    shiphero_twin.fault("html", paths="/graphql", times=1)

    reply = client.post("{ me { complexity } }")

    assert reply.status == 502
    assert reply.headers["content-type"].startswith("text/html")


def test_a_partial_fault_takes_one_part_away(shiphero_twin: ShipheroTwin) -> None:
    """It strikes the operation that it names, as often as it says: its last part is null, the others are whole."""
    client = new_client(shiphero_twin)
    document = "{ a: me { data { email account { id } } } orders { data(first: 2) { edges { node { id } } } } }"
    whole = client.answer(document)["data"]
    shiphero_twin.fault("partial", paths="/graphql/me", times=1)

    struck, after = client.answer(document), client.answer(document)

    (item,) = struck["errors"]
    assert next(iter(struck)) == "errors"
    assert (item["operation"], item["field"], item["code"]) == ("me", "account", 999)
    assert struck["data"]["a"] == {"data": {"email": whole["a"]["data"]["email"], "account": None}}
    assert struck["data"]["orders"] == whole["orders"]
    assert "errors" not in after


def test_a_partial_fault_undoes_nothing(shiphero_twin: ShipheroTwin) -> None:
    """What a mutation changed stays changed; only what it tells of it is null."""
    client = new_client(shiphero_twin)
    shiphero_twin.fault("partial", paths="/graphql/product_create", times=1)
    data = {"sku": "HALF-1", "name": "Half", "warehouse_products": []}
    create = "mutation($d: CreateProductInput!) { product_create(data: $d) { request_id product { sku } } }"

    struck = client.answer(create, {"d": data})

    assert struck["data"]["product_create"]["product"] is None
    assert struck["errors"][0]["field"] == "product"
    assert client.answer('{ product(sku: "HALF-1") { data { name } } }')["data"]["product"]["data"] == {"name": "Half"}
