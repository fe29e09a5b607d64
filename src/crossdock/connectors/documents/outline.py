"""What a document says by itself, without the schema: its kind, its pages, and where its result stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import FieldNode, OperationDefinitionNode, OperationType, SelectionSetNode

_BESIDE = frozenset({"request_id", "complexity", "errors"})
_PAGE_INFO = {"pageInfo": ("endCursor", "hasNextPage"), "page_info": ("end_cursor", "has_next_page")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A document in short; ``result``, ``next`` and ``more`` are dotted paths in the reply.

    ``position`` is the variable that says where a page begins, empty where the document has no pages.
    """

    mutates: bool
    operation: str
    body_as: str | None
    result: str
    position: str
    next: str
    more: str


def of(operation: OperationDefinitionNode) -> Outline:
    """Return the outline of an operation with one root field."""
    [root] = _fields(operation.selection_set)
    variables = {node.variable.name.value for node in operation.variable_definitions or ()}
    mutates = operation.operation is OperationType.MUTATION
    position = next((name for name in ("after", "cursor") if {name, "first"} <= variables), "")
    onward = _onward(root, f"data.{_key(root)}") if position else ("", "")
    return Outline(
        mutates=mutates,
        operation=root.name.value,
        body_as="data" if mutates and "data" in variables else None,
        result=_result(root),
        position=position,
        next=onward[0],
        more=onward[1],
    )


def _result(root: FieldNode) -> str:
    """Return where the result stands: the one object beside the envelope's own fields, or the nodes of its list."""
    path = f"data.{_key(root)}"
    objects = [node for node in _fields(root.selection_set) if node.selection_set and node.name.value not in _BESIDE]
    leaves = [node for node in _fields(root.selection_set) if not node.selection_set]
    if len(objects) != 1 or any(node.name.value not in _BESIDE for node in leaves):
        return path
    path = f"{path}.{_key(objects[0])}"
    inside = {node.name.value for node in _fields(objects[0].selection_set)}
    return f"{path}.edges[].node" if "edges" in inside else path


def _onward(field: FieldNode, path: str) -> tuple[str, str]:
    """Return the paths of the next page's place and of whether there is one."""
    for node in _fields(field.selection_set):
        if node.name.value in _PAGE_INFO:
            place, more = _PAGE_INFO[node.name.value]
            return f"{path}.{_key(node)}.{place}", f"{path}.{_key(node)}.{more}"
    for node in _fields(field.selection_set):
        if node.selection_set and node.name.value != "edges":
            return _onward(node, f"{path}.{_key(node)}")
    return "", ""


def _fields(selections: SelectionSetNode | None) -> Iterator[FieldNode]:
    return (node for node in (selections.selections if selections else ()) if isinstance(node, FieldNode))


def _key(node: FieldNode) -> str:
    return node.alias.value if node.alias else node.name.value
