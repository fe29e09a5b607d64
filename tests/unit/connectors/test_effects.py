from __future__ import annotations

import json

import pytest

from connector_samples import EASYSHIP, SHIPHERO
from crossdock.connectors import effects
from crossdock.kernel.errors import UnprocessableError


def graphql(document: str) -> str:
    body = json.dumps({"query": document}).encode()
    return effects.proxy_effect(connector=SHIPHERO, method="POST", path="/graphql", query="", body=body)


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
        ("BREW", "/2024-09/coffee", "destructive"),
    ],
)
def test_effect_of_a_rest_call_follows_its_method_and_the_exceptions(method: str, path: str, effect: str) -> None:
    """A method that nobody knows counts as the worst."""
    assert effects.proxy_effect(connector=EASYSHIP, method=method, path=path, query="", body=None) == effect


def test_method_in_the_query_is_refused() -> None:
    """A server that takes the method from the query would see another call than we do."""
    with pytest.raises(UnprocessableError):
        effects.proxy_effect(connector=EASYSHIP, method="GET", path="/x", query="a=1&_method=delete", body=None)


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
    ],
)
def test_document_that_cannot_be_read_is_refused(body: bytes | None) -> None:
    """What could hide a write does not pass."""
    with pytest.raises(UnprocessableError) as refused:
        effects.proxy_effect(connector=SHIPHERO, method="POST", path="/graphql", query="", body=body)

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
            connector=SHIPHERO, method=method, path=path, query=query, body=b'{"query": "{ me { id } }"}'
        )
