"""What an operation costs before it runs: 1, and for every list its page size times what each row costs below it.

So `orders(first: 10)` is 11, and 100 orders with 100 line items each are 10001. Figures that the provider does not
publish are this twin's choice and stand here: a mutation costs 10, asking for the quota or the schema is free.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLField,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
    value_from_ast_untyped,
)

QUERY = 1
MUTATION = 10
FREE = frozenset({"user_quota", "__schema", "__type", "__typename"})
PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class RootField:
    """One operation of a document, under the key that it has in the answer."""

    key: str
    name: str
    base: int
    estimate: int
    analyze: bool


class Estimator:
    """Estimates the operations of one document with its variables."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Mapping[str, Any],
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._variables = dict(variables)
        self._weights: dict[tuple[int, str], int] = {}

    def roots(self, selections: SelectionSetNode, root: GraphQLCompositeType, base: int) -> list[RootField]:
        """Estimate each operation; `base` is what one costs without any list."""
        found: dict[str, RootField] = {}
        for node in self._fields(selections):
            key, name = node.alias.value if node.alias else node.name.value, node.name.value
            without = 0 if name in FREE else base
            estimate = without + (self._weight_of_field(node, root) if without else 0)
            before = found[key].estimate if key in found else 0
            analyze = self._argument(node, "analyze") is True
            found[key] = RootField(key, name, without, max(before, estimate), analyze)
        return list(found.values())

    def _weight(self, selections: SelectionSetNode | None, parent: GraphQLCompositeType) -> int:
        if selections is None:
            return 0
        place = (id(selections), parent.name)
        if place not in self._weights:
            self._weights[place] = sum(self._weight_of_field(node, parent) for node in self._fields(selections))
        return self._weights[place]

    def _weight_of_field(self, node: FieldNode, parent: GraphQLCompositeType) -> int:
        definition: GraphQLField | None = getattr(parent, "fields", {}).get(node.name.value)
        if definition is None:
            return 0
        kind = get_named_type(definition.type)
        below = self._weight(node.selection_set, kind) if is_composite_type(kind) else 0
        return self._page_size(node) * max(1, below) if "first" in definition.args else below

    def _page_size(self, node: FieldNode) -> int:
        sizes = [self._argument(node, name) for name in ("first", "last")]
        return next((max(0, size) for size in sizes if isinstance(size, int)), PAGE_SIZE)

    def _argument(self, node: FieldNode, name: str) -> Any:
        for argument in node.arguments or ():
            if argument.name.value == name:
                return value_from_ast_untyped(argument.value, self._variables)
        return None

    def _fields(self, selections: SelectionSetNode) -> Iterator[FieldNode]:
        for node in selections.selections:
            if self._skipped(node.directives or ()):
                continue
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode):
                yield from self._fields(node.selection_set)
            elif isinstance(node, FragmentSpreadNode):
                yield from self._fields(self._fragments[node.name.value].selection_set)

    def _skipped(self, directives: Sequence[DirectiveNode]) -> bool:
        for directive in directives:
            wanted = {"include": False, "skip": True}.get(directive.name.value)
            for argument in directive.arguments or ():
                if wanted is not None and value_from_ast_untyped(argument.value, self._variables) is wanted:
                    return True
        return False
