"""The JSON Schema of an action's inputs, from its document's variables and the provider's schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    type_from_ast,
)

from crossdock.connectors.documents.outline import Outline

FIELDS: Mapping[str, Any] = {
    "type": "string",
    "maxLength": 4000,
    "description": (
        "More fields for each row: a GraphQL selection such as `tags line_items(first: 5) { edges { node { sku } } }`, "
        "or dotted names such as `tags, line_items.sku`. Lists within lists cost credits."
    ),
}

_MOMENT = {
    "type": "string",
    "maxLength": 40,
    "pattern": r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?( ?(Z|[+-]\d{2}:?\d{2}))?)?$",
    "description": "A date or a moment in UTC, such as 2026-01-31 or 2026-01-31T12:00:00.",
}
_NUMBER = {"type": ["number", "string"], "pattern": r"^-?\d{1,15}(\.\d{1,10})?$"}
_ID = {"minLength": 1, "maxLength": 120}
_SCALARS: Mapping[str, Mapping[str, Any]] = {
    "String": {"type": "string"},
    "ID": {"type": "string", **_ID},
    "Int": {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1},
    "BigInt": {"type": "integer"},
    "Float": {"type": "number"},
    "Boolean": {"type": "boolean"},
    "Decimal": _NUMBER,
    "Money": _NUMBER,
    "ISODateTime": _MOMENT,
    "DateTime": _MOMENT,
    "Date": _MOMENT,
    "URL": {"type": "string", "format": "uri", "pattern": "^https?://"},
    "JSONObjectScalar": {"type": "object"},
}
_ANYTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a definition adds to the schema: words for names, limits by dotted name, and what cannot be left out."""

    hints: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    page: Mapping[str, Any] | None = None


def derive(
    *, schema: GraphQLSchema, operation: OperationDefinitionNode, outline: Outline, rules: Rules
) -> dict[str, Any]:
    """Return an object with the places path, query and body; ValueError where a rule names no input."""
    places: dict[str, dict[str, Any]] = {}
    for node in operation.variable_definitions or ():
        name, kind = node.variable.name.value, type_from_ast(schema, node.type)
        if name == outline.body_as:
            places["body"] = _schema(name, kind, rules)
        elif not outline.position or name not in {"first", outline.position}:
            place = places.setdefault(_place(name, kind, outline), _object())
            place["properties"][name] = _schema(name, kind, rules)
            place["required"] += [name] if isinstance(kind, GraphQLNonNull) else []
    query = places.setdefault("query", _object())
    query["properties"] |= {**(rules.page or {}), "fields": FIELDS}
    _apply(places, rules)
    ordered = {name: places[name] for name in ("path", "query", "body") if name in places}
    required = [name for name, place in ordered.items() if place["required"] or "anyOf" in place]
    return {"type": "object", "properties": ordered, "required": required, "additionalProperties": False}


def _place(name: str, kind: Any, outline: Outline) -> str:
    if name == "id" and isinstance(kind, GraphQLNonNull):
        return "path"
    return "body" if outline.mutates else "query"


def _object() -> dict[str, Any]:
    return {"type": "object", "properties": {}, "required": [], "additionalProperties": False}


def _schema(name: str, kind: Any, rules: Rules) -> dict[str, Any]:
    """Return the schema of one input; its own words win over those of its type."""
    described = {"description": rules.hints[name]} if name in rules.hints else {}
    inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    if isinstance(inner, GraphQLList):
        return {"type": "array", "items": _bare(_schema(name, inner.of_type, rules)), **described}
    if isinstance(inner, GraphQLEnumType):
        return {"type": "string", "enum": list(inner.values), **described}
    if isinstance(inner, GraphQLInputObjectType):
        found = _object() | described
        for key, member in inner.fields.items():
            found["properties"][key] = _schema(key, member.type, rules)
            found["required"] += [key] if isinstance(member.type, GraphQLNonNull) else []
        return found
    is_id = inner.name == "String" and (name == "id" or name.endswith("_id"))
    scalar = _SCALARS.get(inner.name, _ANYTHING)
    words = " ".join(text for text in (rules.hints.get(name), scalar.get("description")) if text)
    return {**scalar, **(_ID if is_id else {}), **({"description": words} if words else {})}


def _bare(schema: dict[str, Any]) -> dict[str, Any]:
    """Leave the words out of a list's rows where the list has them already."""
    return {key: value for key, value in schema.items() if key != "description"}


def _apply(places: Mapping[str, dict[str, Any]], rules: Rules) -> None:
    for dotted, limits in rules.limits.items():
        first, *rest = dotted.split(".")
        found = _holder(places, first)["properties"][first]
        for name in rest:
            found = found.get("items", found)["properties"][name]
        found |= limits
    for name in rules.required:
        holder = _holder(places, name)
        holder["required"] = sorted({*holder["required"], name})
    if rules.any_of:
        _holder(places, rules.any_of[0])["anyOf"] = [{"required": [name]} for name in rules.any_of]


def _holder(places: Mapping[str, dict[str, Any]], name: str) -> dict[str, Any]:
    for place in places.values():
        if name in place["properties"]:
            return place
    raise ValueError(f"there is no input `{name}`")
