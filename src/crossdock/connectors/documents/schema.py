"""A provider's GraphQL schema, read from a folder of SDL files when it is first asked for and then kept."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode, build_ast_schema, parse

_ROOTS = "type Query type Mutation"


@cache
def read(folder: Path) -> GraphQLSchema:
    """Return the schema of a folder; its files extend Query and Mutation, and take some tenths of a second to read."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.graphql"))]
    document = parse("\n".join((_ROOTS, *texts)), no_location=True)
    return build_ast_schema(document, assume_valid=True, assume_valid_sdl=True)


def operation(document: DocumentNode) -> OperationDefinitionNode:
    """Return the one operation of an action's document; raise ValueError where it has none or several."""
    [found] = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    return found
