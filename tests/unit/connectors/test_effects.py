from __future__ import annotations

import json

import pytest

from connector_samples import EASYSHIP, SHIPHERO
from crossdock.connectors import effects
from crossdock.kernel.errors import UnprocessableError


def graphql(document: str) -> str:
    body = json.dumps({"query": document}).encode()
    return effects.proxy_effect(connector=SHIPHERO, method="POST", path="/graphql", query="", headers={}, body=body)


@pytest.mark.parametrize(
    ("method", "path", "effect"),
    [
        ("GET", "/2024-09/shipments", "read"),
        ("HEAD", "/2024-09/shipments", "read"),
        ("POST", "/2024-09/shipments", "write"),
        ("PATCH", "/2024-09/shipments/ESUS1", "write"),
        ("PUT", "/2024-09/x", "write"),
        ("DELETE", "/2024-09/shipments/ESUS1", "destructive"),
        ("POST", "/2024-09/rates", "read"),
        ("POST", "/2024-09/rates/", "write"),
        ("POST", "/x/2024-09/rates", "write"),
        ("POST", "/2024-09/shipments/ESUS1/cancel", "destructive"),
        ("POST", "/2024-09/shipments/ESUS1/cancel/", "destructive"),
        ("POST", "/2024-09/shipments/ESUS1/cancel.json", "destructive"),
        ("POST", "/2024-09/shipments/ESUS1/%63ancel", "destructive"),
        ("POST", "/2024-09/shipments/ESUS1/cancel;a=1", "destructive"),
        ("post", "/2024-09//couriers//C1//deactivate", "destructive"),
        ("BREW", "/2024-09/coffee", "destructive"),
    ],
)
def test_effect_of_a_rest_call_follows_its_method_and_the_exceptions(method: str, path: str, effect: str) -> None:
    """A method that nobody knows counts as the worst."""
    assert effects.proxy_effect(connector=EASYSHIP, method=method, path=path, query="", headers={}, body=None) == effect


def test_method_in_the_query_is_refused() -> None:
    """A server that takes the method from the query would see another call than we do."""
    with pytest.raises(UnprocessableError):
        effects.proxy_effect(
            connector=EASYSHIP, method="GET", path="/x", query="a=1&_method=delete", headers={}, body=None
        )


@pytest.mark.parametrize(
    ("document", "effect"),
    [
        ("{ me { data { id } } }", "read"),
        ("query A { me { data { id } } } query B { user_quota { credits_remaining } }", "read"),
        ("mutation { order_create(data: {}) { request_id } }", "write"),
        ("query A { me { request_id } } mutation B { order_create(data: {}) { request_id } }", "write"),
        ("mutation { a: order_cancel(data: {}) { request_id } }", "destructive"),
        ("mutation { ...F } fragment F on Mutation { webhook_delete(data: {}) { request_id } }", "destructive"),
        ("mutation { ... on Mutation { clear_tote(data: {}) { request_id } } }", "destructive"),
        ("mutation { order_update(data: {}) { order { cancel_reason } } }", "write"),
        ("mutation { ...F } fragment F on Mutation { ...F }", "write"),
    ],
)
def test_effect_of_a_graphql_call_is_read_from_its_document(document: str, effect: str) -> None:
    """One mutation makes the whole document a write, whichever operation is named."""
    assert graphql(document) == effect


@pytest.mark.parametrize(
    "body",
    [
        *(None, b"", b"{", b"[]", b'"query"', b'{"query": 5}', b'{"variables": {}}', b'{"query": "{"}'),
        b'[{"query": "{ me { id } }"}]',
        b'{"query": "{ me { id } }", "query": "mutation { x }"}',
        b'{"query": "subscription { x }"}',
        b'{"query": "fragment F on Query { me { id } }"}',
        b'{"query": "# nothing"}',
        json.dumps({"query": "{" + " a" * 30_000 + "}"}).encode(),
        json.dumps({"query": "{a" * 5000 + "}" * 5000}).encode(),
        b"query=mutation",
        b'{"query": "{ me { id } }", "id": "another"}',
        b'{"query": "{ me { id } }", "Query": "mutation { x }"}',
        b'{"query": "{ me { id } }", "extensions": {"persistedQuery": {"sha256Hash": "another"}}}',
        b'{"query": "{ me { id } }", "extensions": "another"}',
        b'\xef\xbb\xbf{"query": "{ me { id } }"}',
        '{"query": "{ me { id } }"}'.encode("utf-16"),
        b'{"query": "{ me { id } }"} {"query": "mutation { x }"}',
        json.dumps({"query": 'query Q { me(x: """ ") { id } } mutation M { x } #""") { id } }'}).encode(),
    ],
)
def test_document_that_cannot_be_read_is_refused(body: bytes | None) -> None:
    """What could hide a write does not pass."""
    with pytest.raises(UnprocessableError) as refused:
        effects.proxy_effect(connector=SHIPHERO, method="POST", path="/graphql", query="", headers={}, body=body)

    assert refused.value.error_code == "effect_unclear"


@pytest.mark.parametrize(
    ("method", "path", "query"),
    [
        ("GET", "/graphql", ""),
        ("POST", "/auth/token", ""),
        ("POST", "/graphql", "query=mutation"),
        ("POST", "//graphql", ""),
    ],
)
def test_graphql_provider_takes_documents_at_one_address_only(method: str, path: str, query: str) -> None:
    """Token traffic and queries in the address are not for the proxy."""
    with pytest.raises(UnprocessableError):
        effects.proxy_effect(
            connector=SHIPHERO, method=method, path=path, query=query, headers={}, body=b'{"query": "{ me { id } }"}'
        )


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "multipart/form-data; boundary=b"},
        {"content-type": "application/graphql"},
        {"content-type": "text/plain"},
        {"content-type": "application/json; charset=utf-7"},
        {"content-type": 'application/json; a=b; Charset="UTF-16"'},
        {"content-type": "application/json", "content-encoding": "deflate"},
    ],
)
def test_document_that_a_server_may_read_as_something_else_is_refused(headers: dict[str, str]) -> None:
    """The bytes are a query in JSON, and by their type a form with a mutation, or other characters altogether."""
    body = b'{"query": "{ me { id } }", "variables": {"x": "&query=mutation{order_cancel(data:{}){request_id}}&"}}'

    with pytest.raises(UnprocessableError) as refused:
        effects.proxy_effect(connector=SHIPHERO, method="POST", path="/graphql", query="", headers=headers, body=body)

    assert refused.value.error_code == "effect_unclear"


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf8"']
)
def test_document_named_as_json_is_judged(kind: str) -> None:
    """Large and small letters, quotes and the usual charset make no difference."""
    effect = effects.proxy_effect(
        connector=SHIPHERO,
        method="POST",
        path="/graphql",
        query="",
        headers={"content-type": kind, "content-encoding": "identity"},
        body=b'{"query": "{ me { id } }", "variables": null, "operationName": null, "extensions": {"a": 1}}',
    )

    assert effect == "read"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"content-type": "application/x-www-form-urlencoded"}, b"a=1&_method=delete"),
        ({"content-type": "application/x-www-form-urlencoded; charset=x"}, b"%5Fmethod=delete"),
        ({}, b"_method=delete"),
        (
            {"content-type": "multipart/form-data; boundary=b"},
            b'--b\r\nContent-Disposition: form-data; name="\\_method"',
        ),
        ({"content-type": "application/x-www-form-urlencoded", "content-encoding": "gzip"}, b"\x1f\x8b"),
    ],
)
def test_form_that_names_another_method_is_refused(headers: dict[str, str], body: bytes) -> None:
    """A POST that a server may take for a DELETE is neither."""
    with pytest.raises(UnprocessableError) as refused:
        effects.proxy_effect(
            connector=EASYSHIP, method="POST", path="/2024-09/tags", query="", headers=headers, body=body
        )

    assert refused.value.error_code == "effect_unclear"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"content-type": "application/x-www-form-urlencoded"}, b"payment_method=card&_methods=x"),
        ({"content-type": "application/json"}, b'{"_method": "delete"}'),
    ],
)
def test_body_that_names_no_method_is_a_write(headers: dict[str, str], body: bytes) -> None:
    """Longer words hold no name of a method, and JSON is no form."""
    effect = effects.proxy_effect(
        connector=EASYSHIP, method="POST", path="/2024-09/tags", query="", headers=headers, body=body
    )

    assert effect == "write"
