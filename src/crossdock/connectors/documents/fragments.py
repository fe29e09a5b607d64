"""Selections that documents share: a fragment stands once, and its fields stand in everything that is sent.

Nothing that goes out has a spread left in it. So the fields that a caller asks for fall in with those that are there,
and each list is weighed where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    parse,
    print_ast,
    strip_ignored_characters,
)

from crossdock.connectors.documents import schema

# Texts come first, so that three dots within them are left alone; a blank is there where a name stands beside.
_SPREAD: Final = re.compile(
    r'"""(?:\\"""|[^"]|"(?!""))*"""|"(?:\\.|[^"\\])*"|(?P<left> ?)\.\.\.(?!on\b)(?P<name>[A-Za-z_]\w*)(?P<right> ?)'
)
_Node: TypeAlias = FieldNode | InlineFragmentNode | FragmentSpreadNode


class FragmentError(ValueError):
    """A fragment is missing, stands twice or spreads itself, or a file holds something else; the text says which."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A fragment's fields, those of the fragments in it among them: as text without the braces, and parsed."""

    text: str
    whole: SelectionSetNode


def read(folder: Path) -> dict[str, Fragment]:
    """Return the fragments of a folder's files by name; raise FragmentError where one is wrong."""
    written: dict[str, FragmentDefinitionNode] = {}
    for path in sorted(folder.glob("*.graphql")):
        for node in _definitions(path):
            if not isinstance(node, FragmentDefinitionNode):
                raise FragmentError(f"{path.name} holds more than fragments")
            if node.name.value in written:
                raise FragmentError(f"{path.name}: the fragment `{node.name.value}` stands twice")
            written[node.name.value] = node
    done: dict[str, Fragment] = {}
    for name in written:
        _finish(name, written, done, ())
    return done


def join(*, text: str, fragments: Mapping[str, Fragment]) -> tuple[str, OperationDefinitionNode]:
    """Return an action's document with its fragments filled in and without superfluous blanks, and its one operation.

    Raise GraphQLError where it does not parse, FragmentError for a fragment that is not there, ValueError where the
    document has no operation or several.
    """
    bare = strip_ignored_characters(text)
    operation = schema.operation(parse(bare, no_location=True))
    filled = replace(operation, selection_set=_whole(operation.selection_set, fragments))

    def fields(found: re.Match[str]) -> str:
        if not found["name"]:
            return found[0]
        inner = fragments[found["name"]].text
        return f"{found['left']}{inner}{'' if inner.endswith('}') else found['right']}"

    return _SPREAD.sub(fields, bare), filled


def _definitions(path: Path) -> tuple[Any, ...]:
    try:
        return parse(path.read_text(encoding="utf-8"), no_location=True).definitions
    except GraphQLError as error:
        line = error.locations[0].line if error.locations else 1
        raise FragmentError(f"{path.name}:{line} does not parse: {error.message}") from None


def _finish(
    name: str, written: Mapping[str, FragmentDefinitionNode], done: dict[str, Fragment], within: tuple[str, ...]
) -> None:
    """Fill the fragments that a fragment spreads into it, those first that it needs."""
    if name in within:
        raise FragmentError(f"the fragment `{name}` spreads itself")
    if name in done:
        return
    for inner in _spreads(written[name].selection_set):
        if inner in written:
            _finish(inner, written, done, (*within, name))
    whole = _whole(written[name].selection_set, done)
    done[name] = Fragment(strip_ignored_characters(print_ast(whole))[1:-1], whole)


def _spreads(selections: SelectionSetNode) -> Iterator[str]:
    """Give the names of the fragments that a selection spreads, at any depth."""
    for node in cast("Iterable[_Node]", selections.selections):
        if isinstance(node, FragmentSpreadNode):
            yield node.name.value
        elif node.selection_set:
            yield from _spreads(node.selection_set)


def _whole(selections: SelectionSetNode, fragments: Mapping[str, Fragment]) -> SelectionSetNode:
    """Return a selection with the fields of each fragment in place of its spread."""
    return SelectionSetNode(selections=tuple(_filled(selections, fragments)))


def _filled(selections: SelectionSetNode, fragments: Mapping[str, Fragment]) -> Iterator[SelectionNode]:
    for node in cast("Iterable[_Node]", selections.selections):
        if isinstance(node, FieldNode | InlineFragmentNode):
            inner = node.selection_set
            yield replace(node, selection_set=_whole(inner, fragments)) if inner else node
        elif node.directives:
            raise FragmentError(f"the spread of `{node.name.value}` has a directive, which would be lost")
        elif node.name.value not in fragments:
            raise FragmentError(f"there is no fragment `{node.name.value}`")
        else:
            yield from fragments[node.name.value].whole.selections
