"""From a posted form back to an action's inputs, by its JSON Schema; what is left empty is not sent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from crossdock.hub.calls.schema_form import PLACES, Filled, Schema, kind_of, types_of
from crossdock.hub.forms import Form

_INTEGER: Final = re.compile(r"-?\d{1,18}")
_NUMBER: Final = re.compile(r"-?\d{1,18}(?:\.\d{1,18})?(?:[eE][+-]?\d{1,3})?")
_MOST_ROWS: Final = 200


@dataclass(slots=True)
class _Reading:
    """A form as it is read: texts by place, and those that turned out to be no JSON."""

    texts: Mapping[str, str]
    broken: dict[str, str] = field(default_factory=dict)


def read(*, form: Form, inputs: Schema) -> Filled:
    """Read the inputs; a text that should be JSON and is not is kept, with what is wrong."""
    reading = _Reading({name: value for name, value in form.pairs if name.partition(".")[0] in PLACES})
    values: dict[str, Any] = {}
    for place in PLACES:
        schema = inputs.get("properties", {}).get(place)
        value = _object(place, schema, reading) if schema else None
        if value is not None:
            values[place] = value
    return Filled(
        values=values,
        broken=reading.broken,
        problems=dict.fromkeys(reading.broken, "This is not JSON."),
    )


def from_text(text: str) -> dict[str, Any] | None:
    """Read inputs that are written as JSON: an object of places; None where it is something else."""
    try:
        told = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or not told.keys() <= set(PLACES):
        return None
    return told if all(isinstance(one, dict) for one in told.values()) else None


def with_row(values: Mapping[str, Any], *, place: str) -> dict[str, Any]:
    """Return the inputs with one more row at the end of a list, which is made where it is not there."""
    return dict(_changed(values, place.split("."), lambda rows: [*(rows if isinstance(rows, list) else []), None]))


def without_row(values: Mapping[str, Any], *, place: str) -> dict[str, Any]:
    """Return the inputs without one row of a list."""
    path, _, number = place.rpartition(".")
    gone = int(number) if number.isdecimal() else -1

    def left(rows: Any) -> Any:
        return [row for at, row in enumerate(rows) if at != gone] if isinstance(rows, list) else rows

    return dict(_changed(values, path.split("."), left))


def sent(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs without rows that nobody has filled in, and without lists that have no other ones."""
    return {place: kept for place, value in values.items() if (kept := _sent(value)) not in (None, {})}


def _sent(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: kept for name, one in value.items() if (kept := _sent(one)) is not None or one is None} or None
    if isinstance(value, list):
        return [kept for one in value if (kept := _sent(one)) is not None] or None
    return value


def _value(place: str, schema: Schema, reading: _Reading) -> Any:
    kind = kind_of(schema, depth=place.count("."))
    if kind == "object":
        return _object(place, schema, reading)
    if kind == "rows":
        return _rows(place, schema, reading)
    text = reading.texts.get(place, "").replace("\r\n", "\n")
    if not text.strip():
        return None
    if kind == "json":
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            reading.broken[place] = text
            return None
    return _scalar(text, schema)


def _object(place: str, schema: Schema, reading: _Reading) -> dict[str, Any] | None:
    found = {name: _value(f"{place}.{name}", inner, reading) for name, inner in schema.get("properties", {}).items()}
    return {name: value for name, value in found.items() if value is not None} or None


def _rows(place: str, schema: Schema, reading: _Reading) -> list[Any] | None:
    start = f"{place}."
    numbers = {name[len(start) :].partition(".")[0] for name in reading.texts if name.startswith(start)}
    told = sorted(int(number) for number in numbers if number.isdecimal())[:_MOST_ROWS]
    return [_value(f"{place}.{number}", schema["items"], reading) for number in told] or None


def _scalar(text: str, schema: Schema) -> Any:
    """Return a text as the schema's type where it can be read so; else as it is, for the check to name it."""
    known = schema.get("enum")
    if known is not None:
        return next((one for one in known if one is not None and _written(one) == text), text)
    types = types_of(schema)
    if "string" in types:
        return text
    if types == {"boolean"}:
        return {"true": True, "false": False}.get(text, text)
    if _INTEGER.fullmatch(text.strip()):
        return int(text)
    return float(text) if "number" in types and _NUMBER.fullmatch(text.strip()) else text


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _changed(value: Any, path: list[str], change: Callable[[Any], Any]) -> Any:
    """Return a value with what stands at a path changed; members that are missing are made."""
    if not path:
        return change(value)
    name, *rest = path
    if isinstance(value, list):
        return [_changed(one, rest, change) if str(at) == name else one for at, one in enumerate(value)]
    held = value if isinstance(value, Mapping) else {}
    return {**held, name: _changed(held.get(name), rest, change)}
