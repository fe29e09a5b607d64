"""The effect of a request that passes through the proxy; what cannot be told is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote, unquote_plus, unquote_to_bytes

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
_BY_HARM: Final[tuple[Effect, ...]] = ("read", "write", "destructive")
_FORM: Final = "application/x-www-form-urlencoded"
_ONE_METHOD: Final = "Send it with the method that it has, without `_method`, and its body as JSON. Or use an action."
_ONE_DOCUMENT: Final = 'Send {"query": "...", "variables": {...}} as JSON, or use an action.'
_MEMBERS: Final = frozenset({"query", "variables", "operationName", "extensions"})
_UTF8: Final = frozenset({"utf-8", "utf8"})
_NAMED_METHOD: Final = re.compile(rb"(?<![A-Za-z0-9_])_method(?![A-Za-z0-9_])")
_ENDING: Final = re.compile(r"\.[A-Za-z0-9]{1,10}$")


def proxy_effect(
    *, connector: Connector, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes | None
) -> Effect:
    """Return what a request does: by its HTTP method and the connector's exceptions, for GraphQL by its document.

    Header names are in small letters. Raise UnprocessableError where the document cannot be read, or where two servers
    could read the request in two ways.
    """
    if connector.proxy.protocol == "graphql":
        return _graphql_effect(connector, method, path, query, headers, body)
    if query and any(unquote_plus(part.partition("=")[0]) == "_method" for part in re.split("[&;]", query)):
        raise _unclear("The query names another method than the request has.", remedy=_ONE_METHOD)
    if body is not None and may_be_form(method=method, headers=headers) and _names_method(headers, body):
        raise _unclear("The body is a form that names another method than the request has.", remedy=_ONE_METHOD)
    return _rest_effect(connector, method.upper(), path)


def may_be_form(*, method: str, headers: Mapping[str, str]) -> bool:
    """Tell whether a server may read a body as a form, in which `_method` stands for another method (as Rack does)."""
    kind, _ = _content_type(headers)
    return method.upper() == "POST" and (kind in {"", _FORM} or kind.startswith("multipart/"))


def _rest_effect(connector: Connector, method: str, path: str) -> Effect:
    """Judge a path as it is written and as a lenient server reads it, by the worse of both."""
    rules = [rule for rule in connector.proxy.rules if rule.method == method]
    usual: Effect = _BY_METHOD.get(method, "destructive")
    if not rules:
        return usual
    judged = (next((rule.effect for rule in rules if rule.path.search(one)), usual) for one in (path, _plainly(path)))
    return max(judged, key=_BY_HARM.index)


def _plainly(path: str) -> str:
    """Return a path as servers read it that take any spelling: decoded, without parameters, doubled slashes, ending."""
    segments = (segment.partition(";")[0] for segment in unquote(path).split("/"))
    return "/" + _ENDING.sub("", "/".join(segment for segment in segments if segment))


def _names_method(headers: Mapping[str, str], body: bytes) -> bool:
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise _unclear("A form in a content coding cannot be judged.", remedy=_ONE_METHOD)
    return _NAMED_METHOD.search(unquote_to_bytes(body).replace(b"\\", b"")) is not None


def _content_type(headers: Mapping[str, str]) -> tuple[str, str]:
    """Return a body's media type and charset in small letters, empty where they are not named."""
    kind, *parameters = headers.get("content-type", "").lower().split(";")
    named = (parameter.partition("=") for parameter in parameters)
    charset = next((value for name, _, value in named if name.strip() == "charset"), "")
    return kind.strip(), charset.strip(" \t\"'")


def _graphql_effect(
    connector: Connector, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes | None
) -> Effect:
    if method.upper() != "POST" or path != connector.proxy.graphql_path or query:
        raise _unclear(f"{connector.name} takes POST {connector.proxy.graphql_path} and nothing else.")
    kind, charset = _content_type(headers)
    coding = headers.get("content-encoding", "identity").strip().lower()
    if kind not in {"", "application/json"} or charset not in {"", *_UTF8} or coding != "identity":
        # Servers that go by it read a form, or other characters, where JSON in UTF-8 was judged.
        raise _unclear("The body is not named as plain JSON.")
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
        value = json.loads((body or b"").decode(), object_pairs_hook=_once)
        text = _text(value) if isinstance(value, dict) else ""
        return parse(text, no_location=True, max_tokens=_MOST_TOKENS)
    except (ValueError, RecursionError, GraphQLError):
        raise _unclear("The body is not one GraphQL document in JSON.") from None


def _text(value: Mapping[str, Any]) -> str:
    """Return the document; a name or a number that stands for another one must not stand beside it."""
    text, extensions = value.get("query"), value.get("extensions") or {}
    if not value.keys() <= _MEMBERS or not isinstance(extensions, dict) or "persistedQuery" in extensions:
        raise _unclear("Beside `query`, the body has members that could stand for another document.")
    if not isinstance(text, str) or '"""' in text:
        # Before the GraphQL of June 2018 three quotes were an empty text and the beginning of the next.
        raise _unclear("There is no `query`, or a block string in it; long texts belong in `variables`.")
    return text


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


def _unclear(message: str, *, remedy: str = _ONE_DOCUMENT) -> UnprocessableError:
    return UnprocessableError(message, remedy=remedy, code="effect_unclear")
