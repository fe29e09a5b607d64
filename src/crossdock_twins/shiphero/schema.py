"""The served schema: what the SDL files say, with resolvers attached and the scalars made to read and write."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files
from typing import Any, cast

from graphql import (
    DirectiveLocation,
    FloatValueNode,
    GraphQLArgument,
    GraphQLDirective,
    GraphQLError,
    GraphQLField,
    GraphQLIncludeDirective,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLSkipDirective,
    GraphQLString,
    IntValueNode,
    StringValueNode,
    ValueNode,
    build_ast_schema,
    get_named_type,
    is_list_type,
    parse,
)

from crossdock_twins.shiphero import dates, sdl
from crossdock_twins.shiphero.call import Resolver

FREE = "common"
"""The area whose operations need no scope; every other area is the stem of an SDL file's name."""

_DEPRECATED = GraphQLDirective(
    name="deprecated",
    locations=[DirectiveLocation.FIELD_DEFINITION, DirectiveLocation.ENUM_VALUE],
    args={"reason": GraphQLArgument(GraphQLString, default_value="No longer supported")},
    description="Marks what should no longer be used.",
)
"""The directive as the provider's older library knows it: clients of its age do not know the newer places for it."""

_FOLDER = files(__package__) / "data" / "schema"
_ROOTS = {"Query": "view", "Mutation": "change"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolvers:
    """What is built: resolvers of operations by their name, and of fields by type and name."""

    queries: Mapping[str, Resolver]
    mutations: Mapping[str, Resolver]
    fields: Mapping[tuple[str, str], Resolver] = field(default_factory=dict)


@cache
def sources() -> Mapping[str, str]:
    """Give the SDL files by area."""
    found = sorted(_FOLDER.iterdir(), key=lambda entry: entry.name)
    return {entry.name.removesuffix(".graphql"): entry.read_text(encoding="utf-8") for entry in found}


@cache
def scopes_of_operations() -> Mapping[str, str | None]:
    """Give the scope that each operation needs, by its name; None for those that need none."""
    scopes: dict[str, str | None] = {}
    for area, text in sources().items():
        for node in parse(text, no_location=True).definitions:
            verb = _ROOTS.get(node.name.value) if hasattr(node, "name") else None
            for each in getattr(node, "fields", ()) if verb else ():
                scopes[each.name.value] = None if area == FREE else f"{verb}:{area}"
    return scopes


@cache
def all_scopes() -> tuple[str, ...]:
    """Give every scope there is, PII included."""
    return (*sorted({scope for scope in scopes_of_operations().values() if scope}), "view:pii")


def build(resolvers: Resolvers) -> GraphQLSchema:
    """Build the schema; KeyError names an operation that has no resolver."""
    schema = build_ast_schema(sdl.expand(tuple(sources().values())), assume_valid_sdl=True)
    schema.directives = (GraphQLIncludeDirective, GraphQLSkipDirective, _DEPRECATED)
    for name, behaviour in _SCALARS.items():
        _behave(cast("GraphQLScalarType", schema.type_map[name]), behaviour)
    for root, built in (("Query", resolvers.queries), ("Mutation", resolvers.mutations)):
        for name, operation in _fields(schema, root).items():
            operation.resolve = built[name]
    for type_name in schema.type_map:
        for name, each in _fields(schema, type_name).items():
            each.resolve = resolvers.fields.get((type_name, name)) or each.resolve or _fallback(name, each)
    return schema


def _fields(schema: GraphQLSchema, type_name: str) -> dict[str, GraphQLField]:
    kind = schema.type_map[type_name]
    return kind.fields if isinstance(kind, GraphQLObjectType) and not type_name.startswith("__") else {}


def _fallback(name: str, each: GraphQLField) -> Resolver | None:
    """Answer a list or a page that a node leaves out with an empty one, since clients walk over it without asking."""
    kind = each.type.of_type if isinstance(each.type, GraphQLNonNull) else each.type
    if is_list_type(kind):
        return lambda source, _info, **_args: source.get(name) or []
    if get_named_type(kind).name.endswith("Connection"):
        return lambda source, _info, **_args: source.get(name) or empty_connection()
    return None


def empty_connection() -> dict[str, Any]:
    """Give a page without rows."""
    page_info = {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None}
    return {"pageInfo": page_info, "edges": [], "total_count": 0}


@dataclass(frozen=True, slots=True)
class _Behaviour:
    """How a scalar reads a value from JSON, which literals it takes, and how it writes."""

    read: Callable[[Any], Any]
    literals: tuple[type[ValueNode], ...]
    write: Callable[[Any], Any] = lambda value: value


def _behave(scalar: GraphQLScalarType, behaviour: _Behaviour) -> None:
    def read_literal(node: ValueNode) -> Any:
        if not isinstance(node, behaviour.literals):
            raise GraphQLError(f"{scalar.name} cannot be written as this kind of literal.", node)
        try:
            return behaviour.read(getattr(node, "value", None))
        except GraphQLError as error:
            raise GraphQLError(error.message, node) from error

    scalar.coerce_input_value = behaviour.read
    scalar.coerce_input_literal = read_literal
    scalar.coerce_output_value = behaviour.write


def _date(value: Any) -> str:
    if not isinstance(value, str):
        raise GraphQLError("A date is written as a string.")
    try:
        return dates.parse(value)
    except ValueError as error:
        raise GraphQLError(str(error)) from error


def _big_int(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise GraphQLError(f"BigInt cannot represent {value!r}.") from error


def _decimal(value: Any) -> str:
    try:
        return str(Decimal(str(value)))
    except InvalidOperation as error:
        raise GraphQLError(f"Decimal cannot represent {value!r}.") from error


_DATE = _Behaviour(_date, (StringValueNode,))
_DECIMAL = _Behaviour(_decimal, (StringValueNode, IntValueNode, FloatValueNode), str)
_SCALARS = {
    "ISODateTime": _DATE,
    "DateTime": _DATE,
    "Date": _DATE,
    "BigInt": _Behaviour(_big_int, (IntValueNode,)),
    "Decimal": _DECIMAL,
    "Money": _DECIMAL,
}
