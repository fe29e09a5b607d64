"""The effect of a request that passes through the proxy; what cannot be told is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    parse,
)

from crossdock.connectors.model import Connector, Effect
from crossdock.kernel.errors import UnprocessableError

_BY_METHOD: Mapping[str, Effect] = {
    "GET": "read",
    "HEAD": "read",
    "POST": "write",
    "PUT": "write",
    "PATCH": "write",
    "DELETE": "destructive",
}
_MOST_TOKENS = 20_000


def proxy_effect(*, connector: Connector, method: str, path: str, query: str, body: bytes | None) -> Effect:
    """Return what a request does: by its HTTP method and the connector's exceptions, for GraphQL by its document.

    Raise UnprocessableError where the document cannot be read, or where two servers could read it in two ways.
    """
    if connector.proxy.protocol == "graphql":
        return _graphql_effect(connector, method, path, query, body)
    for rule in connector.proxy.rules:
        if rule.method == method.upper() and rule.path.search(path):
            return rule.effect
    if query and any(name == "_method" for name, _ in parse_qsl(query, keep_blank_values=True)):
        raise _unclear("The query names another method than the request has.")
    return _BY_METHOD.get(method.upper(), "destructive")


def _graphql_effect(connector: Connector, method: str, path: str, query: str, body: bytes | None) -> Effect:
    if method.upper() != "POST" or path != connector.proxy.graphql_path or query:
        raise _unclear(f"{connector.name} takes POST {connector.proxy.graphql_path} and nothing else.")
    document = _document(body)
    names = _changed(document)
    if names is None:
        return "read"
    destructive = connector.proxy.destructive_fields
    return "destructive" if destructive and any(destructive.search(name) for name in names) else "write"


def changed_fields(*, connector: Connector, body: bytes | None) -> tuple[str, ...]:
    """Return the names of the mutations in a GraphQL document that may pass, none for plain REST."""
    if connector.proxy.protocol != "graphql":
        return ()
    return tuple(_changed(_document(body)) or ())


def _changed(document: DocumentNode) -> list[str] | None:
    """Return the names of a document's mutations, None for one that only reads."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    known = {OperationType.QUERY, OperationType.MUTATION}
    if not operations or any(operation.operation not in known for operation in operations):
        raise _unclear("The document holds no query and no mutation.")
    mutations = [operation for operation in operations if operation.operation is OperationType.MUTATION]
    if not mutations:
        return None
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    return [name for mutation in mutations for name in _root_fields(mutation.selection_set, fragments, frozenset())]


def _document(body: bytes | None) -> DocumentNode:
    try:
        value = json.loads(body or b"", object_pairs_hook=_once)
        text = value.get("query") if isinstance(value, dict) else None
        return parse(text if isinstance(text, str) else "", no_location=True, max_tokens=_MOST_TOKENS)
    except (ValueError, RecursionError, GraphQLError):
        raise _unclear("The body is not one GraphQL document in JSON.") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a name that stands twice: one server takes the first, another the last."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _root_fields(
    selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode], seen: frozenset[str]
) -> Iterator[str]:
    for node in selections.selections:
        if isinstance(node, FieldNode):
            yield node.name.value
        elif isinstance(node, InlineFragmentNode):
            yield from _root_fields(node.selection_set, fragments, seen)
        elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
            fragment = fragments.get(node.name.value)
            if fragment is not None:
                yield from _root_fields(fragment.selection_set, fragments, seen | {node.name.value})


def _unclear(message: str) -> UnprocessableError:
    return UnprocessableError(
        message, remedy='Send {"query": "...", "variables": {...}} as JSON, or use an action.', code="effect_unclear"
    )
