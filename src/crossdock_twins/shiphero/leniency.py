"""What the provider's older GraphQL library lets pass in variables and a strict one would refuse.

A String takes a number or a boolean, an Int or a Float takes digits in a string, a Boolean takes anything. Inline
literals, required fields and unknown keys keep the strict rules, which stay with the library.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql import (
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    VariableDefinitionNode,
    type_from_ast,
)

MAX_DEPTH = 32


def soften(
    schema: GraphQLSchema, declared: Sequence[VariableDefinitionNode], variables: Mapping[str, Any]
) -> dict[str, Any]:
    """Give the declared variables with their values in the types that the strict rules want; others are dropped."""
    softened = {}
    for definition in declared:
        name = definition.variable.name.value
        if name in variables:
            softened[name] = _soft(variables[name], type_from_ast(schema, definition.type), 0)
    return softened


def _soft(value: Any, kind: Any, depth: int) -> Any:
    while isinstance(kind, GraphQLNonNull):
        kind = kind.of_type
    if value is None or depth > MAX_DEPTH:
        return value
    if isinstance(kind, GraphQLList):
        items = value if isinstance(value, list) else [value]
        return [_soft(item, kind.of_type, depth + 1) for item in items]
    if isinstance(kind, GraphQLInputObjectType):
        return _soft_members(value, kind, depth) if isinstance(value, dict) else value
    coerce = _SCALARS.get(getattr(kind, "name", ""))
    return coerce(value) if coerce and isinstance(value, str | int | float) else value


def _soft_members(value: dict[str, Any], kind: GraphQLInputObjectType, depth: int) -> dict[str, Any]:
    return {
        key: _soft(member, kind.fields[key].type, depth + 1) if key in kind.fields else member
        for key, member in value.items()
    }


def _string(value: str | float) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _int(value: str | float) -> Any:
    try:
        return int(value)
    except (ValueError, OverflowError):
        return _int_of_decimal(value)


def _int_of_decimal(value: str | float) -> Any:
    try:
        return int(float(value))
    except (ValueError, OverflowError):
        return value


def _float(value: str | float) -> Any:
    try:
        return float(value)
    except (ValueError, OverflowError):
        return value


_SCALARS: dict[str, Callable[[Any], Any]] = {
    "String": _string,
    "ID": _string,
    "Int": _int,
    "BigInt": _int,
    "Float": _float,
    "Boolean": bool,
}
