"""Every refusal of ShipHero's API with its exact body: the table of the codes, and the answers that have none."""

import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from crossdock_twins.shiphero.errors import Code
from shiphero_client import Client, new_client
from twins import Reply, ShipheroTwin, fetch, running_twin, shiphero_handle

_UNKNOWN = "T3JkZXI6OTk5OTk5OTk5"
_SKU = "BF-BRAROPLEARUS-001"
_WAREHOUSE = "V2FyZWhvdXNlOjExNzkw"
_SHOP = "7556"
_HOOK = """mutation($name: String!) {
  webhook_create(data: {name: $name, url: "https://a.example", shop_name: "s"}) { complexity } }"""
_MANY = "{ orders { data(first: 100) { edges { node { line_items(first: 100) { edges { node { id } } } } } } } }"


@dataclass(frozen=True)
class Row:
    """A code, the operation that meets it, how, and the rest of the item in `errors`."""

    code: Code
    operation: str
    ask: Callable[[ShipheroTwin], Reply]
    message: str
    figures: dict[str, Any] = field(default_factory=dict)
    names_field: bool = True

    def item(self) -> dict[str, Any]:
        """Give the item as it must be, without its request id."""
        head = {"message": self.message, "operation": self.operation, **self.figures, "code": self.code}
        return head | ({"field": self.operation} if self.names_field else {})


def _asks(query: str, **variables: Any) -> Callable[[ShipheroTwin], Reply]:
    return lambda twin: new_client(twin).post(query, variables)


def _narrow(query: str) -> Callable[[ShipheroTwin], Reply]:
    return lambda twin: new_client(twin, scopes=["view:products"]).post(query)


def _twice(query: str, **variables: Any) -> Callable[[ShipheroTwin], Reply]:
    def ask(twin: ShipheroTwin) -> Reply:
        client = new_client(twin)
        client.post(query, variables)
        return client.post(query, variables)

    return ask


_ROWS = [
    Row(Code.NOT_FOUND, "order", _asks(f'{{ order(id: "{_UNKNOWN}") {{ data {{ id }} }} }}'), "Order not found"),
    Row(Code.NOT_FOUND, "product", _asks('{ product(sku: "none") { data { id } } }'), "Product not found"),
    Row(
        Code.NOT_FOUND,
        "order_update",
        _asks(f'mutation {{ order_update(data: {{order_id: "{_UNKNOWN}", packing_note: "x"}}) {{ complexity }} }}'),
        "Order not found",
    ),
    Row(
        Code.NOT_FOUND,
        "orders",
        _asks('{ orders(customer_account_id: "1") { complexity } }'),
        "Account not found",
    ),
    Row(Code.MISSING_SCOPE, "orders", _narrow("{ orders { complexity } }"), "Missing required scope(s): view:orders"),
    Row(
        Code.MISSING_SCOPE,
        "order_cancel",
        _narrow('mutation { order_cancel(data: {order_id: "1", reason: "x"}) { complexity } }'),
        "Missing required scope(s): change:orders",
    ),
    Row(
        Code.NO_CREDITS,
        "orders",
        _asks(_MANY),
        "There are not enough credits to perform the requested operation, which requires 10001 credits, "
        "but an operation can use at most 4004. Ask for fewer rows with first",
        {"required_credits": 10001, "remaining_credits": 4004, "time_remaining": "0 seconds"},
        names_field=False,
    ),
    Row(
        Code.INVALID,
        "inventory_remove",
        _asks(
            "mutation($data: UpdateInventoryInput!) { inventory_remove(data: $data) { complexity } }",
            data={"sku": _SKU, "warehouse_id": _WAREHOUSE, "quantity": 999_999, "reason": "x"},
        ),
        "Not enough inventory in this warehouse: 999999 requested, 0 there",
    ),
    Row(
        Code.INVALID,
        "inventory_changes",
        _asks(
            '{ inventory_changes(reason: "x", date_from: "2026-01-01", date_to: "2026-06-01") '
            "{ data(first: 1) { edges { cursor } } } }"
        ),
        "The date range must not be longer than 60 days when filtering by reason",
    ),
    Row(
        Code.TAKEN,
        "product_create",
        _asks(
            "mutation($data: CreateProductInput!) { product_create(data: $data) { complexity } }",
            data={"name": "x", "sku": _SKU, "warehouse_products": []},
        ),
        f"A product with SKU {_SKU} exists already",
    ),
    Row(
        Code.TAKEN,
        "webhook_create",
        _twice(_HOOK, name="Shipment Update"),
        "There is a Shipment Update webhook for this shop_name already",
    ),
]


@pytest.mark.parametrize("row", _ROWS, ids=lambda row: f"{row.code.name}-{row.operation}")
def test_a_refusal_has_its_exact_item(shiphero_twin: ShipheroTwin, row: Row) -> None:
    """200, all members at the top level of the item, the failed operation null, and 24 hexadecimal digits."""
    reply = row.ask(shiphero_twin)

    answer = reply.json()
    (item,) = answer["errors"]
    assert reply.status == 200
    assert re.fullmatch("[0-9a-f]{24}", item.pop("request_id"))
    assert item == row.item()
    assert answer["data"] == ({row.operation: None} if row.names_field else None)


@pytest.mark.twin_limits(on=True)
def test_a_dry_bucket_tells_the_three_figures(shiphero_twin: ShipheroTwin) -> None:
    """What is required, what is left, and in how many seconds it is enough at 60 a second; nothing has run."""
    client = new_client(shiphero_twin)
    big = "{ orders { data(first: 40) { edges { node { line_items(first: 100) { edges { node { id } } } } } } } }"

    shiphero_twin.clock_stop()
    client.post(big)
    reply = client.post(big)

    (item,) = reply.json()["errors"]
    left = item["remaining_credits"]
    seconds = -(-(4001 - left) // 60)
    assert (reply.status, reply.json()) == (200, {"errors": [item], "data": None})
    assert item == {
        "message": "There are not enough credits to perform the requested operation, which requires 4001 credits, "
        f"but there are only {left} left. In {seconds} seconds you will have enough credits to perform the operation",
        "operation": "orders",
        "request_id": item["request_id"],
        "required_credits": 4001,
        "remaining_credits": left,
        "time_remaining": f"{seconds} seconds",
        "code": Code.NO_CREDITS,
    }


def test_what_breaks_inside_has_a_code_as_well(tmp_path: Path) -> None:
    """A twin whose file was damaged says so for the operation that needs the lost part; the others answer."""
    with running_twin("shiphero", "--data-dir", str(tmp_path)) as facts:
        client = new_client(shiphero_handle(facts))
        with sqlite3.connect(tmp_path / "shiphero.sqlite3") as damaged:
            damaged.execute("PRAGMA foreign_keys = OFF")
            damaged.execute("DROP TABLE vendors")
        damaged.close()
        broken = client.post("{ vendors { data { edges { node { id } } } } }")
        whole = client.post("{ me { data { id } } }")

    (item,) = broken.json()["errors"]
    item.pop("request_id")
    assert (broken.status, whole.status) == (200, 200)
    assert item == {
        "message": "The twin could not answer this. Its log says why.",
        "operation": "vendors",
        "field": item["field"],
        "code": Code.UNEXPECTED,
    }
    assert "errors" not in whole.json()


def test_every_code_has_a_row() -> None:
    """A new code needs its row; the one for what must not happen has a test of its own."""
    assert {row.code for row in _ROWS} == set(Code) - {Code.UNEXPECTED}
    assert {Code.NOT_FOUND, Code.MISSING_SCOPE, Code.NO_CREDITS} == {5, 7, 30}


@pytest.mark.parametrize(
    ("query", "variables", "message", "column"),
    [
        ("{ me { ", None, "Syntax Error: Expected Name, found <EOF>.", 8),
        ("{ orders { nothing } }", None, 'Cannot query field "nothing" on type "OrdersQueryResult".', 12),
        (
            "{ order { complexity } }",
            None,
            'Argument "Query.order(id:)" of type "String!" is required, but it was not provided.',
            3,
        ),
        (
            "query($i: Int) { orders { data(first: $i) { edges { cursor } } } }",
            {"i": "ten"},
            'Variable "$i" has invalid value: Int cannot represent non-integer value: "ten"',
            7,
        ),
    ],
)
def test_what_does_not_fit_the_schema_has_no_code(
    shiphero_twin: ShipheroTwin, query: str, variables: Any, message: str, column: int
) -> None:
    """400 with message and locations alone, before anything runs."""
    reply = new_client(shiphero_twin).post(query, variables)

    assert reply.status == 400
    assert reply.json() == {"errors": [{"message": message, "locations": [{"line": 1, "column": column}]}]}


def _without_token(twin: ShipheroTwin) -> Reply:
    return fetch(f"{twin.api}/graphql", method="POST", data={"query": "{ me { complexity } }"})


def _with_token(twin: ShipheroTwin, token: str) -> Reply:
    return Client(twin.api, token).post("{ me { complexity } }")


def _expired(twin: ShipheroTwin) -> Reply:
    token = twin.developer()["access_token"]
    twin.clock_advance("28d")
    return _with_token(twin, token)


def _suspended(twin: ShipheroTwin) -> Reply:
    token = twin.developer()["access_token"]
    twin.set_state(_SHOP, "suspended")
    return _with_token(twin, token)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (_without_token, "The access token is missing. Send Authorization: Bearer and the token."),
        (lambda twin: _with_token(twin, "nonsense"), "The access token is not valid. Copy it whole, without quotes."),
        (_expired, "The access token has expired. Get a new one with POST /auth/refresh."),
        (_suspended, "The account of this access token is not active, or its user is gone."),
    ],
)
def test_who_is_not_known_gets_401(
    shiphero_twin: ShipheroTwin, ask: Callable[[ShipheroTwin], Reply], message: str
) -> None:
    """A message without errors and without a request id: GraphQL has not begun."""
    reply = ask(shiphero_twin)

    assert (reply.status, reply.json()) == (401, {"message": message})
    assert reply.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("path", "sent", "status", "error", "description"),
    [
        ("token", {"username": "a@b.example", "password": "x"}, 403, "invalid_grant", "Wrong email or password."),
        ("token", {}, 400, "invalid_request", "Send username and password."),
        ("refresh", {"refresh_token": "x"}, 403, "invalid_grant", "Unknown or invalid refresh token."),
        ("refresh", {}, 400, "invalid_request", "Send refresh_token."),
    ],
)
def test_the_token_endpoints_refuse_in_their_own_form(
    shiphero_twin: ShipheroTwin, path: str, sent: dict[str, str], status: int, error: str, description: str
) -> None:
    """As OAuth servers do: error and error_description."""
    reply = fetch(f"{shiphero_twin.api}/auth/{path}", method="POST", data=sent)

    assert (reply.status, reply.json()) == (status, {"error": error, "error_description": description})


def test_a_blocked_network_and_hurry_look_like_the_edge(shiphero_twin: ShipheroTwin) -> None:
    """403 and 429 as faults: no errors array, no request id."""
    token = shiphero_twin.developer()["access_token"]

    shiphero_twin.fault("403", times=1)
    blocked = _with_token(shiphero_twin, token)
    shiphero_twin.fault("429", times=1)
    hurried = _with_token(shiphero_twin, token)

    assert (blocked.status, blocked.json()) == (403, {"message": "Forbidden"})
    assert (hurried.status, hurried.json()) == (429, {"message": "Too Many Requests"})
