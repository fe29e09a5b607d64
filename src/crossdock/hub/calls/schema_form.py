"""A form made from an action's JSON Schema, with what is typed in so far."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from crossdock.hub import pretty
from crossdock.hub.calls.tester_views import InputView, Kind
from crossdock.hub.views_dashboard import ChoiceView

PLACES: Final = ("path", "query", "headers", "body")
DEEPEST: Final = 5
_LONG: Final = 2048
_BOOLEANS: Final = ("true", "false")

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What is known of the inputs: values by place, texts that are no JSON, and what is wrong, by dotted place."""

    values: Mapping[str, Any] = field(default_factory=dict)
    broken: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)


def groups(*, inputs: Schema, filled: Filled) -> list[InputView]:
    """Return a group of inputs for each place that the action takes something in."""
    needed = inputs.get("required", ())
    return [
        _object(place, place, inputs["properties"][place], filled.values.get(place), filled, required=place in needed)
        for place in PLACES
        if inputs.get("properties", {}).get(place, {}).get("properties")
    ]


def kind_of(schema: Schema, *, depth: int) -> Kind:
    """Return how an input is asked for; what has no fields of its own or lies too deep is asked for as JSON."""
    types = types_of(schema)
    if "enum" in schema or types == {"boolean"}:
        return "select"
    if not types or types & {"object", "array"}:
        return _kind_of_parts(schema, types) if depth < DEEPEST else "json"
    if types <= {"integer", "number"}:
        return "number"
    if schema.get("format") == "date":
        return "date"
    long = schema.get("maxLength", 0) > _LONG or "contentEncoding" in schema
    return "area" if long else "text"


def _kind_of_parts(schema: Schema, types: frozenset[str]) -> Kind:
    if "object" in types and schema.get("properties"):
        return "object"
    items = schema.get("items", {})
    return "rows" if "array" in types and (types_of(items) or "enum" in items) else "json"


def types_of(schema: Schema) -> frozenset[str]:
    """Return the types that a value may have, null left out."""
    named = schema.get("type", ())
    return frozenset([named] if isinstance(named, str) else named) - {"null"}


def help_of(schema: Schema) -> str:
    """Return what helps to fill an input in: its description, and limits that this does not tell."""
    said = [str(schema["description"])] if schema.get("description") else []
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        said.append(f"{low} to {high}.")
    if "default" in schema:
        said.append(f"{json.dumps(schema['default'], ensure_ascii=False)} without it.")
    return " ".join(said)


def _input(name: str, label: str, schema: Schema, value: Any, filled: Filled, *, required: bool) -> InputView:
    kind = kind_of(schema, depth=name.count("."))
    if kind == "object":
        return _object(name, label, schema, value, filled, required=required)
    if kind == "rows":
        return _rows(name, label, schema, value, filled, required=required)
    return InputView(
        name=name,
        label=label,
        kind=kind,
        required=required,
        help=help_of(schema),
        value=filled.broken.get(name, _text(value, kind)),
        placeholder=_placeholder(schema, kind),
        options=_options(schema, value) if kind == "select" else (),
        problem=filled.problems.get(name, ""),
    )


def _object(name: str, label: str, schema: Schema, value: Any, filled: Filled, *, required: bool) -> InputView:
    held = value if isinstance(value, Mapping) else {}
    needed = schema.get("required", ())
    inputs = [
        _input(f"{name}.{key}", key, inner, held.get(key), filled, required=key in needed)
        for key, inner in sorted(schema["properties"].items(), key=lambda one: one[0] not in needed)
    ]
    return InputView(
        name=name,
        label=label,
        kind="object",
        required=required,
        help=help_of(schema),
        inputs=inputs,
        open=required or bool(held) or any(key.startswith(f"{name}.") for key in filled.problems),
        problem=filled.problems.get(name, ""),
    )


def _rows(name: str, label: str, schema: Schema, value: Any, filled: Filled, *, required: bool) -> InputView:
    items: Schema = schema["items"]
    held: Sequence[Any] = value if isinstance(value, list) else [None] if required else []
    rows = []
    for number, one in enumerate(held):
        place = f"{name}.{number}"
        row = _input(place, str(number + 1), items, one, filled, required=True)
        rows.append(
            InputView(
                name=place,
                label=row.label,
                kind=row.kind,
                required=False,
                value=row.value,
                placeholder=row.placeholder,
                options=row.options,
                inputs=row.inputs,
                remove=place,
                open=True,
                problem=row.problem,
            )
        )
    return InputView(
        name=name,
        label=label,
        kind="rows",
        required=required,
        help=help_of(schema),
        inputs=rows,
        add=name,
        open=required or bool(rows) or any(key.startswith(name) for key in filled.problems),
        problem=filled.problems.get(name, ""),
    )


def _options(schema: Schema, value: Any) -> list[ChoiceView]:
    known = [one for one in schema.get("enum", _BOOLEANS) if one is not None]
    held = _text(value, "select")
    texts = [_text(one, "select") for one in known]
    if held and held not in texts:
        texts.append(held)
    return [
        ChoiceView(value="", label="—", chosen=not held),
        *(ChoiceView(value=text, label=text, chosen=text == held) for text in texts),
    ]


def _text(value: Any, kind: Kind) -> str:
    if value is None:
        return ""
    if kind == "json":
        return pretty.written(value)
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _placeholder(schema: Schema, kind: Kind) -> str:
    if kind != "json":
        return ""
    return "[]" if "array" in types_of(schema) else "{}"
