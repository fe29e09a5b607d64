"""Widens a document by the fields that a caller asks for, and checks the whole against the schema."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLError,
    IntValueNode,
    NameNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
    parse,
    print_ast,
    strip_ignored_characters,
    validate,
)

from crossdock.connectors.documents import schema as schemas

DEFAULT_SIZE = 10
"""How many rows of a list within a row are asked for where the caller does not say."""

_MOST_TOKENS = 2000
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_ABOUT_A_PAGE = frozenset({"edges", "pageInfo", "page_info", "total_count"})


class SelectionError(ValueError):
    """The fields asked for cannot be read, or are not in the schema; the text says which."""


@lru_cache(maxsize=512)
def widen(*, folder: Path, document: str, result: str, fields: str) -> str:
    """Return a document whose result has these fields too; raise SelectionError where the schema does not know them.

    ``folder`` holds the schema, ``result`` is the dotted path of the result in the reply. A field that is there
    already takes the caller's arguments and both selections.
    """
    schema = schemas.read(folder)
    wanted = _read(fields)
    parsed = parse(document, no_location=True)
    operation = schemas.operation(parsed)
    mutates = operation.operation is OperationType.MUTATION
    root = schema.mutation_type if mutates else schema.query_type
    steps = result.replace("[]", "").split(".")[1:]
    if not steps:
        raise SelectionError("nothing can be added beside the operation itself")
    whole = _into(operation.selection_set, root, steps, wanted)
    widened = replace(parsed, definitions=tuple(_with(node, whole) for node in parsed.definitions))
    errors = validate(schema, widened, max_errors=3)
    if errors:
        raise SelectionError("; ".join(error.message for error in errors)[:400])
    return strip_ignored_characters(print_ast(widened))


def _with(node: Any, whole: SelectionSetNode) -> Any:
    return replace(node, selection_set=whole) if isinstance(node, OperationDefinitionNode) else node


def _read(fields: str) -> SelectionSetNode:
    """Read a selection; dotted names stand for nested ones, and nothing but one selection is taken."""
    text = _DOTTED.sub(lambda found: _nested(found[0].split(".")), fields)
    try:
        document = parse(f"{{ {text} }}", no_location=True, max_tokens=_MOST_TOKENS)
    except (GraphQLError, RecursionError) as error:
        message = error.message if isinstance(error, GraphQLError) else "it is nested too deeply"
        raise SelectionError(f"this cannot be read: {message}"[:300]) from None
    [*others, last] = document.definitions
    # Braces of the caller's own could end the selection and begin an operation.
    if others or not isinstance(last, OperationDefinitionNode):
        raise SelectionError("this is more than one selection")
    return last.selection_set


def _nested(names: Sequence[str]) -> str:
    return " { ".join(names) + " }" * (len(names) - 1)


def _into(selections: SelectionSetNode, kind: Any, steps: Sequence[str], wanted: SelectionSetNode) -> SelectionSetNode:
    """Put the wanted fields where the steps lead."""
    if not steps:
        return _merged(selections, wanted, kind)
    changed = tuple(
        replace(node, selection_set=_into(node.selection_set, _kind(kind, node), steps[1:], wanted))
        if isinstance(node, FieldNode) and node.selection_set and _key(node) == steps[0]
        else node
        for node in selections.selections
    )
    return replace(selections, selections=changed)


def _merged(present: SelectionSetNode | None, wanted: SelectionSetNode, kind: Any) -> SelectionSetNode:
    """Add wanted fields to those that are there."""
    found: list[Any] = list(present.selections) if present else []
    for node in wanted.selections:
        if not isinstance(node, FieldNode):
            found.append(node)
            continue
        places = [place for place, one in enumerate(found) if _is_same(one, node)]
        before = found.pop(places[0]) if places else None
        found.insert(places[0] if places else len(found), _one(before, node, kind))
    return SelectionSetNode(selections=tuple(found))


def _one(before: FieldNode | None, node: FieldNode, kind: Any) -> FieldNode:
    inner = _kind(kind, node)
    wanted = node.selection_set
    is_page = "edges" in getattr(inner, "fields", {})
    if is_page and wanted and not any(_named(one, _ABOUT_A_PAGE) for one in wanted.selections):
        wanted = _wrapped("edges", _wrapped("node", wanted))
    given = {argument.name.value: argument for argument in node.arguments or ()}
    arguments = {argument.name.value: argument for argument in before.arguments or ()} if before else {}
    arguments |= given
    takes = getattr(getattr(kind, "fields", {}).get(node.name.value), "args", {})
    if is_page and "first" in takes and not {"first", "last"} & arguments.keys():
        arguments["first"] = ArgumentNode(name=NameNode(value="first"), value=IntValueNode(value=str(DEFAULT_SIZE)))
    inside = before.selection_set if before else None
    return replace(
        node,
        arguments=tuple(arguments.values()),
        selection_set=_merged(inside, wanted, inner) if wanted else inside,
    )


def _wrapped(name: str, inner: SelectionSetNode) -> SelectionSetNode:
    node = FieldNode(name=NameNode(value=name), arguments=(), directives=(), selection_set=inner)
    return SelectionSetNode(selections=(node,))


def _named(node: Any, names: frozenset[str]) -> bool:
    return isinstance(node, FieldNode) and node.name.value in names


def _kind(parent: Any, node: FieldNode) -> Any:
    """Return the type of a field's value, or None where the parent has no such field."""
    definition = getattr(parent, "fields", {}).get(node.name.value)
    return get_named_type(definition.type) if definition else None


def _is_same(one: Any, node: FieldNode) -> bool:
    return isinstance(one, FieldNode) and one.name.value == node.name.value and _key(one) == _key(node)


def _key(node: FieldNode) -> str:
    return node.alias.value if node.alias else node.name.value
