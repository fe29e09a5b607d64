from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from connector_samples import CATALOGUE, EASYSHIP, SHIPHERO
from crossdock.connectors import requests
from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.model import Connector
from crossdock.connectors.requests import ActionInputs
from crossdock.egress.exchange import Request
from crossdock.kernel.errors import InvalidRequestError, UnprocessableError
from crossdock.kernel.secret import Secret

PRODUCTION = EASYSHIP.environment("production")
PARCELS = [{"items": [{"description": "Toy", "category": "toys", "quantity": 1}]}]


def action(name: str, **inputs: Any) -> Request:
    connector, found = CATALOGUE.action(name)
    return requests.action_request(
        connector=connector, action=found, environment=connector.environments[0], inputs=ActionInputs(**inputs)
    )


def body(request: Request) -> Any:
    assert isinstance(request.body, bytes)
    return json.loads(request.body)


def proxy(target: str, *, method: str = "GET", sent: bytes | None = None, **headers: str) -> Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return passed(EASYSHIP, target, method=method, headers=named, body=sent)


def passed(
    connector: Connector, target: str, *, method: str, headers: Mapping[str, str], body: bytes | None = None
) -> Request:
    environment = connector.environment("production")
    path, query = requests.split_target(environment=environment, target=target)
    return requests.proxy_request(
        connector=connector,
        environment=environment,
        method=method,
        path=path,
        query=query,
        headers=headers,
        body=body,
        seconds=30.0,
        coding=None,
        reads=True,
    )


def test_list_asks_for_a_page_with_the_providers_own_names() -> None:
    """`page_size` and `next` are the same everywhere; lists of values repeat the bracketed name."""
    request = action(
        "easyship_list_shipments",
        query={"label_state": ["generated", "printed"], "shipment_state": None, "page_size": 5, "next": "3"},
    )

    assert request.method == "GET"
    assert urlsplit(request.url).path == "/2024-09/shipments"
    assert sorted(parse_qsl(urlsplit(request.url).query)) == [
        ("label_state[]", "generated"),
        ("label_state[]", "printed"),
        ("page", "3"),
        ("per_page", "5"),
    ]
    assert request.headers["Accept"] == "application/json"
    assert request.body is None


def test_path_values_are_encoded() -> None:
    """An id goes into the path as one segment."""
    request = action("easyship_get_shipment", path={"easyship_shipment_id": "ESUS10347276"}, body={})

    assert request.url == "https://public-api.easyship.com/2024-09/shipments/ESUS10347276"


@pytest.mark.parametrize("odd", ["../account", "ESUS1/../../x", "ESUS10347276?x=1", "", 5])
def test_path_value_of_another_form_is_refused(odd: Any) -> None:
    """Nothing but an id gets into the path."""
    with pytest.raises(UnprocessableError) as refused:
        action("easyship_get_shipment", path={"easyship_shipment_id": odd})

    assert refused.value.detail["errors"][0]["field"] == "path.easyship_shipment_id"


def test_graphql_action_sends_its_document_with_variables() -> None:
    """Inputs become variables under their names, the page its `first` and `after`."""
    request = action("shiphero_list_orders", query={"tag": "vip", "page_size": 10, "next": "abc"})

    sent = body(request)
    assert request.url == "https://public-api.shiphero.com/graphql"
    assert request.headers["Content-Type"] == "application/json"
    assert sent["query"].startswith("query CrossdockListOrders")
    assert sent["variables"] == {"tag": "vip", "first": 10, "after": "abc"}


def test_an_action_says_whether_it_only_reads() -> None:
    """A query goes by POST as a mutation does, but may be sent again where a connection closed under it."""
    asked = action("shiphero_list_orders")
    changed = action("shiphero_add_order_tags", path={"id": "T1"}, body={"tags": ["vip"]})
    sent = requests.authorise(asked, method=SHIPHERO.auth_methods[0], credential={"access_token": Secret("t")})

    assert {asked.method, changed.method} == {"POST"}
    assert (asked.reads, sent.reads, changed.reads) == (True, True, False)


def test_graphql_body_becomes_one_variable_where_the_definition_says_so() -> None:
    """An order goes in as `data`; tags go in beside the order's id."""
    line = {"sku": "a", "partner_line_item_id": "1", "quantity": 1, "price": "1.00"}
    order = {"shipping_address": {"city": "Köln"}, "line_items": [line]}

    created = body(action("shiphero_create_order", body=order))
    tagged = body(action("shiphero_add_order_tags", path={"id": "T1"}, body={"tags": ["vip"]}))

    assert created["variables"] == {"data": order}
    assert tagged["variables"] == {"id": "T1", "tags": ["vip"]}


@pytest.mark.parametrize(
    ("name", "inputs", "field", "message"),
    [
        ("easyship_get_shipment", {}, "path.easyship_shipment_id", "is missing"),
        ("easyship_list_shipments", {"query": {"perPage": 1}}, "query.perPage", "is not an input"),
        ("easyship_list_shipments", {"query": {"page_size": 1000}}, "query.page_size", "maximum"),
        ("easyship_list_shipments", {"query": {"page_size": "5"}}, "query.page_size", "integer"),
        ("easyship_list_rates", {"body": {"parcels": PARCELS}}, "body.destination_address", "is missing"),
        ("easyship_get_account", {"body": {"a": 1}}, "body", "is not an input"),
        ("shiphero_get_product", {}, "query", "needs id or sku or barcode"),
        ("shiphero_create_order", {"body": {"data": {}}}, "body", "is missing"),
    ],
)
def test_wrong_inputs_are_named_one_by_one(name: str, inputs: dict[str, Any], field: str, message: str) -> None:
    """The caller learns which field is wrong, before anything goes out."""
    with pytest.raises(UnprocessableError) as refused:
        action(name, **inputs)

    errors = refused.value.detail["errors"]
    assert any(one["field"].startswith(field) and message in one["message"] for one in errors), errors
    assert refused.value.http_status == 422


def test_empty_body_of_a_read_is_no_body() -> None:
    """Clients that always send `body: {}` are served."""
    request = action("easyship_get_account", body={})

    assert request.body is None


def test_cursor_of_another_action_is_refused() -> None:
    """A page number is digits; anything else was not given out here."""
    with pytest.raises(UnprocessableError, match="next"):
        action("easyship_list_shipments", query={"next": "2&scope=all"})


def test_caller_headers_never_reach_the_provider() -> None:
    """An action's headers are the connector's own."""
    request = action("easyship_get_account", headers={"authorization": "Bearer other", "x-account-id": "acc_2"})

    assert set(request.headers) == {"Accept"}


def test_authorised_request_holds_the_credential_as_a_secret() -> None:
    """The credential is added last and shows nowhere."""
    request = requests.authorise(
        action("easyship_get_account"),
        method=EASYSHIP.auth_method("token"),
        credential={"access_token": Secret("prod_0123456789")},
    )

    assert request.headers["Authorization"] == Secret("Bearer prod_0123456789")
    assert "prod_" not in repr(request)


def test_probe_of_a_day_is_one_request_and_a_full_one_looks_at_scopes() -> None:
    """The token's own listing of scopes is for OAuth alone."""
    steps = {
        (method, depth): [
            step.key
            for step in requests.probe_requests(
                connector=EASYSHIP, method=EASYSHIP.auth_method(method), environment=PRODUCTION, depth=depth
            )
            if step.instead_of is None
        ]
        for method in ("token", "oauth")
        for depth in ("full", "daily")
    }

    assert steps["token", "daily"] == ["account"]
    assert steps["token", "full"] == ["account", "shipments"]
    assert steps["oauth", "full"] == ["account", "shipments", "token_info"]


def test_probe_asks_the_environments_own_host_for_one_row() -> None:
    """A sandbox token is tried in the sandbox, and a list is asked for one row."""
    sandbox = EASYSHIP.environment("sandbox")
    step = next(one for one in EASYSHIP.probe if one.key == "shipments")

    request = requests.probe_request(connector=EASYSHIP, step=step, environment=sandbox)

    assert request.url == "https://public-api-sandbox.easyship.com/2024-09/shipments?per_page=1"
    assert request.method == "GET"


def test_probe_of_shiphero_is_one_document() -> None:
    """Identity, warehouses and scopes come with one request."""
    step = SHIPHERO.probe[0]

    request = requests.probe_request(connector=SHIPHERO, step=step, environment=SHIPHERO.environments[0])

    assert body(request)["query"].startswith("query CrossdockProbe")


@pytest.mark.parametrize("target", ["/2024-09/account?x=1", "https://public-api.easyship.com/2024-09/account?x=1"])
def test_proxy_takes_a_path_or_an_address_of_the_accounts_api(target: str) -> None:
    """Both forms lead to the account's own environment."""
    assert proxy(target).url == "https://public-api.easyship.com/2024-09/account?x=1"


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        *(("/", "/", ""), ("/x/", "/x/", ""), ("/x?", "/x", ""), ("/x?a=/../b?c", "/x", "a=/../b?c")),
        *(
            ("/.well-known/x", "/.well-known/x", ""),
            ("/a/b%20c?q=%2e", "/a/b%20c", "q=%2e"),
            ("/a..b/-", "/a..b/-", ""),
        ),
    ],
)
def test_proxy_takes_a_target_apart_as_the_standard_library_does(target: str, path: str, query: str) -> None:
    """Path and query are what stands before and after the first question mark, untouched."""
    found = requests.split_target(environment=PRODUCTION, target=target)

    assert found == (path, query) == (urlsplit(target).path, urlsplit(target).query)


def test_proxy_knows_the_documented_address_of_a_provider_that_is_stood_in_for() -> None:
    """Examples from the provider's own pages work against a stand-in."""
    rewritten = Catalogue.load(origin_rewrites={"https://public-api.easyship.com": "http://127.0.0.1:8201"})
    connector = rewritten.get("easyship")

    request = passed(connector, "https://public-api.easyship.com/2024-09/account", method="get", headers={})

    assert request.url == "http://127.0.0.1:8201/2024-09/account"


@pytest.mark.parametrize(
    "target",
    [
        *("https://evil.example/2024-09/account", "//evil.example/x", "https://public-api.easyship.com@evil.example/"),
        *("https://public-api-sandbox.easyship.com/2024-09/account", "/a/../b", "/a/./b", "/a/%2e%2e/b", "/a%2fb"),
        *("/a\\b", "/a b", "/a\r\nX: y", "/a#b", "/ä", "", "account", "http://[::1", "/a%00b", "/a%252e"),
        "http://public-api.easyship.com/2024-09/account",
    ],
)
def test_proxy_refuses_what_leads_elsewhere_or_reads_in_two_ways(target: str) -> None:
    """The credential never leaves the account's own API, however the address is written."""
    with pytest.raises(InvalidRequestError):
        proxy(target)


def test_proxy_drops_headers_that_are_not_the_callers_to_set() -> None:
    """Credentials, hops and method overrides stay behind; the rest goes on untouched."""
    request = proxy(
        "/2024-09/shipments",
        method="POST",
        sent=b'{"a":1.0}',
        Authorization="Bearer x",
        Cookie="a=b",
        Host="evil.example",
        X_HTTP_Method_Override="DELETE",
        Transfer_Encoding="chunked",
        X_Own="kept",
        Accept="text/csv",
    )

    assert dict(request.headers) == {"X-Own": "kept", "Accept": "text/csv", "Content-Type": "application/json"}
    assert request.body == b'{"a":1.0}'


@pytest.mark.parametrize(("name", "value"), [("X-A\r\nB", "c"), ("X-A", "b\r\nC: d"), ("", "x"), ("X A", "b")])
def test_proxy_refuses_headers_that_are_none(name: str, value: str) -> None:
    """A line break in a header is no way to add another one."""
    with pytest.raises(InvalidRequestError):
        passed(EASYSHIP, "/x", method="GET", headers={name: value})


def test_proxy_passes_only_the_methods_of_http() -> None:
    """CONNECT and TRACE are not for providers."""
    with pytest.raises(InvalidRequestError, match="TRACE"):
        proxy("/x", method="TRACE")


def test_headers_that_connection_names_stay_here() -> None:
    """They were meant for this hop (RFC 9110, 7.6.1), whatever their names are."""
    request = passed(
        EASYSHIP, "/x", method="GET", headers={"connection": "X-One-Hop, close", "x-one-hop": "1", "x-other": "2"}
    )

    assert {name.lower() for name in request.headers} >= {"x-other"}
    assert not {"x-one-hop", "connection", "close"} & {name.lower() for name in request.headers}


@pytest.mark.parametrize(
    "name", ["X_HTTP_Method_Override", "x-http_method-override", "Transfer_Encoding", "X-Original-URL", "X-Rewrite-URL"]
)
def test_headers_that_say_another_request_stay_here(name: str) -> None:
    """Neither in the spelling of CGI, where both signs are one."""
    request = passed(EASYSHIP, "/x", method="GET", headers={name: "DELETE"})

    assert name not in request.headers


def test_a_long_value_does_not_hide_what_is_wrong_with_it() -> None:
    """The error shows the value's beginning, and then what it says."""
    with pytest.raises(UnprocessableError) as refused:
        action("shiphero_list_orders", query={"fields": "id " * 2000})

    (error,) = refused.value.detail["errors"]
    assert error["field"] == "query.fields"
    assert error["message"].startswith("'id id id")
    assert error["message"].endswith("is too long")
