"""A tool's schema in the words that the interfaces of models share, made from the whole one that calls are checked by.

Each of them takes another part of JSON Schema: Gemini's has one form of text alone (date-time), values of texts alone
and no rules between members (https://ai.google.dev/api/caching#Schema); kits that make functions of tools stop at the
first tool that they cannot put so. What has to go is told in the description, where a model reads it as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

_KEPT: Final = frozenset(
    {
        *("title", "description", "default", "type", "nullable", "required", "pattern", "minLength", "maxLength"),
        *("minimum", "maximum", "minItems", "maxItems"),
    }
)
_FORMATS: Final = frozenset({"date-time"})
_TYPES: Final[Mapping[type, str]] = {bool: "boolean", int: "integer", float: "number", str: "string"}


def schema(whole: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a schema every model's interface takes, each with a type: what may be anything is an object.

    Else it lets through whatever the whole one does, but null where that was one of a choice.
    """
    found = {keyword: value for keyword, value in whole.items() if keyword in _KEPT}
    words = [*_choice(whole, found), *_bounds(whole, found), *_ways(whole)]
    found.setdefault("type", "object")
    if (form := whole.get("format")) is not None:
        if form in _FORMATS:
            found["format"] = form
        else:
            words.append(f"Format: {form}.")
    _inside(whole, found)
    if words:
        found["description"] = " ".join([found.get("description", ""), *words]).strip()
    return found


def _choice(whole: Mapping[str, Any], found: dict[str, Any]) -> Iterator[str]:
    """Put a choice as a list of texts; values of another kind are told in words, between the least and the most."""
    if "const" not in whole and "enum" not in whole:
        return
    values = [one for one in whole.get("enum", [whole.get("const")]) if one is not None]
    kinds = {_TYPES.get(type(one), "string") for one in values}
    if len(kinds) == 1:
        found.setdefault("type", *kinds)
    if kinds == {"string"}:
        found["enum"] = values
        return
    if kinds == {"integer"}:
        found |= {"minimum": min(values), "maximum": max(values)}
    yield f"{'One of:' if len(values) > 1 else 'Only'} {_listed(values)}."


def _bounds(whole: Mapping[str, Any], found: dict[str, Any]) -> Iterator[str]:
    """Put a bound that is not reached itself as the next whole number, else as one that is, and tell it in words."""
    for keyword, word, step in (("minimum", "More", 1), ("maximum", "Less", -1)):
        limit = whole.get(f"exclusive{keyword.title()}")
        if limit is None:
            continue
        is_whole = found.get("type") == "integer"
        found[keyword] = limit + step if is_whole else limit
        if not is_whole:
            yield f"{word} than {limit}."


def _ways(whole: Mapping[str, Any]) -> Iterator[str]:
    """Tell of which members some are needed, where nothing else is said of them."""
    ways = [way.get("required", ()) for way in whole.get("anyOf", ()) if way.keys() == {"required"}]
    if ways:
        yield f"Needs {', or '.join(' and '.join(way) for way in ways)}."


def _inside(whole: Mapping[str, Any], found: dict[str, Any]) -> None:
    """Put what is within a list or an object; an object of any members says so, or a strict kit empties it."""
    if "items" in whole:
        rows = whole["items"]
        found["items"] = schema(rows) if isinstance(rows, Mapping) else {}
    if "properties" in whole:
        found["properties"] = {name: schema(member) for name, member in whole["properties"].items()}
    more = whole.get("additionalProperties")
    if isinstance(more, Mapping) and more:
        found["additionalProperties"] = schema(more)
    elif more is not None or ("object" in _kinds(found) and "properties" not in whole):
        found["additionalProperties"] = more is not False


def _kinds(found: Mapping[str, Any]) -> Iterable[str]:
    kind = found.get("type", ())
    return (kind,) if isinstance(kind, str) else kind


def _listed(values: Iterable[Any]) -> str:
    return ", ".join(str(one).lower() if isinstance(one, bool) else str(one) for one in values)
