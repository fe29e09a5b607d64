"""The schema's own notation: plain SDL with three private directives that stand for what repeats.

`@answer` on a type: `request_id` and `complexity` come first, and a query that gives it takes `analyze`.
`@listed` on a type: it has a connection and an edge, named by `as`, with `total_count` on `count`.
`@page` on a field: it takes `sort, before, after, first, last`, and `search` when asked for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from graphql import (
    ConstDirectiveNode,
    DefinitionNode,
    DocumentNode,
    FieldDefinitionNode,
    InputValueDefinitionNode,
    NamedTypeNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    TypeNode,
    parse,
    value_from_ast_untyped,
)

_PRIVATE = {"answer", "listed", "page"}
_ROOTS = "type Query type Mutation"
_PAGE = "before: String, after: String, first: Int, last: Int"


def expand(sources: Sequence[str]) -> DocumentNode:
    """Parse the sources and write out what the private directives stand for."""
    document = parse("\n".join([_ROOTS, *sources]), no_location=True)
    answers = {
        node.name.value
        for node in document.definitions
        if isinstance(node, ObjectTypeDefinitionNode) and _options(node, "answer")
    }
    definitions: list[DefinitionNode] = []
    for node in document.definitions:
        if isinstance(node, ObjectTypeDefinitionNode | ObjectTypeExtensionNode):
            definitions += [_written_out(node, answers), *_connections(node)]
        else:
            definitions.append(node)
    return DocumentNode(definitions=tuple(definitions))


def _options(node: Any, name: str) -> list[dict[str, Any]]:
    return [
        {option.name.value: value_from_ast_untyped(option.value) for option in directive.arguments or ()}
        for directive in node.directives or ()
        if directive.name.value == name
    ]


def _public(directives: Sequence[ConstDirectiveNode] | None) -> tuple[ConstDirectiveNode, ...]:
    return tuple(each for each in directives or () if each.name.value not in _PRIVATE)


def _written_out(
    node: ObjectTypeDefinitionNode | ObjectTypeExtensionNode, answers: set[str]
) -> ObjectTypeDefinitionNode | ObjectTypeExtensionNode:
    is_query = node.name.value == "Query"
    fields = [_field(field, analysed=is_query and _named(field.type) in answers) for field in node.fields or ()]
    if _options(node, "answer"):
        fields = [*_fields("request_id: String complexity: Int"), *fields]
    return replace(node, fields=tuple(fields), directives=_public(node.directives))


def _field(field: FieldDefinitionNode, *, analysed: bool) -> FieldDefinitionNode:
    arguments = list(field.arguments or ())
    for options in _options(field, "page"):
        search = "search: GenericScalar, " if options.get("search") else ""
        arguments += _arguments(f"sort: String, {search}{_PAGE}")
    if analysed:
        arguments += _arguments("analyze: Boolean")
    return replace(field, arguments=tuple(arguments), directives=_public(field.directives))


def _connections(node: ObjectTypeDefinitionNode | ObjectTypeExtensionNode) -> Iterator[DefinitionNode]:
    for options in _options(node, "listed"):
        name = options.get("as", node.name.value)
        count = "total_count: Int" if options.get("count") else ""
        yield from parse(
            f"type {name}Connection {{ pageInfo: PageInfo! edges: [{name}Edge]! {count} }}"
            f"type {name}Edge {{ node: {node.name.value} cursor: String! }}",
            no_location=True,
        ).definitions


def _named(node: TypeNode) -> str:
    while not isinstance(node, NamedTypeNode):
        node = node.type  # type: ignore[attr-defined]  # the other two kinds of type node wrap one
    return node.name.value


def _fields(text: str) -> list[FieldDefinitionNode]:
    carrier: Any = parse(f"type Carrier {{ {text} }}", no_location=True).definitions[0]
    return list(carrier.fields)


def _arguments(text: str) -> list[InputValueDefinitionNode]:
    return list(_fields(f"carrier({text}): Int")[0].arguments or ())
