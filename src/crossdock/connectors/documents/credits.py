"""What a GraphQL document will cost before it is sent, by the provider's published rules, without the schema.

A list costs its page size times what each of its rows costs; a list that names no size has the provider's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    parse,
    value_from_ast_untyped,
)

from crossdock.connectors.model import Credits

_SIZES = ("first", "last")


def predicted(*, credits: Credits, document: str, variables: Mapping[str, Any], operation: str | None = None) -> int:  # noqa: A002 - the provider's word for it
    """Return the credits that the dearest operation of a document takes, or the named one.

    Raise GraphQLSyntaxError where the document cannot be read, RecursionError where its fragments go round.
    """
    parsed = _parsed(document)
    chosen = [
        node
        for node in parsed.definitions
        if isinstance(node, OperationDefinitionNode)
        and (operation is None or (node.name is not None and node.name.value == operation))
    ]
    return max((_estimate(credits, parsed, node, variables) for node in chosen), default=0)


@lru_cache(maxsize=1024)
def _parsed(document: str) -> DocumentNode:
    return parse(document, no_location=True)


def _estimate(
    rules: Credits, document: DocumentNode, node: OperationDefinitionNode, variables: Mapping[str, Any]
) -> int:
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    known = {
        one.variable.name.value: value_from_ast_untyped(one.default_value)
        for one in node.variable_definitions or ()
        if one.default_value
    }
    weigher = _Weigher(rules, fragments, {**known, **variables})
    base = rules.mutation if node.operation is OperationType.MUTATION else rules.query
    return sum(
        0 if field.name.value in rules.free else base + weigher.field(field)
        for field in weigher.fields(node.selection_set)
    )


@dataclass(frozen=True, slots=True)
class _Weigher:
    """Adds up lists of one document with its variables."""

    rules: Credits
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]

    def field(self, node: FieldNode, *, is_sized: bool = False) -> int:
        """Return what a field adds to each row that it stands in; ``is_sized`` where the field around it says how many.

        Some operations take the size themselves and have the list one step below.
        """
        inner = list(self.fields(node.selection_set))
        sizes = [argument for argument in node.arguments or () if argument.name.value in _SIZES]
        is_list = any(one.name.value == "edges" for one in inner)
        below = sum(self.field(one, is_sized=bool(sizes) and not is_list) for one in inner)
        if not sizes and (is_sized or not is_list):
            return below
        told = [value_from_ast_untyped(argument.value, dict(self.variables)) for argument in sizes]
        size = next((one for one in told if isinstance(one, int)), self.rules.page_size)
        return max(0, size) * max(1, below)

    def fields(self, selections: SelectionSetNode | None) -> Iterator[FieldNode]:
        """Give the fields of a selection, those of its fragments included."""
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode):
                yield from self.fields(node.selection_set)
            elif isinstance(node, FragmentSpreadNode) and node.name.value in self.fragments:
                yield from self.fields(self.fragments[node.name.value].selection_set)
