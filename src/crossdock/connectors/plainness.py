"""Which JSON Schemas are plainly right, without asking the metaschema: it takes a hundred times longer to say so.

Here stand the keywords that inputs are made of, each no laxer than the metaschema of draft 2020-12. A schema with
any other keyword or value may be right or wrong: that is for the metaschema to say, and to put into words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

_TYPES: Final = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})


def is_plain(schema: Any) -> bool:
    """Return whether the metaschema surely takes a schema; where not, it has to be asked."""
    if isinstance(schema, dict):
        return all(keyword in _KEYWORDS and _KEYWORDS[keyword](value) for keyword, value in schema.items())
    return isinstance(schema, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_anything(_value: Any) -> bool:
    return True


def _is_number(value: Any) -> bool:
    return type(value) in {int, float}


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _are_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value) and len(set(value)) == len(value)


def _is_type(value: Any) -> bool:
    names = value if isinstance(value, list) else [value]
    return bool(names) and _are_names(names) and _TYPES.issuperset(names)


def _is_pattern(value: Any) -> bool:
    try:
        return isinstance(value, str) and re.compile(value) is not None
    except re.error:
        return False


def _are_schemas(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(is_plain, value))


def _are_members(value: Any) -> bool:
    return isinstance(value, dict) and all(map(is_plain, value.values()))


_KEYWORDS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "type": _is_type,
    **dict.fromkeys(("title", "description", "format", "contentEncoding"), _is_text),
    **dict.fromkeys(("default", "const"), _is_anything),
    **dict.fromkeys(("enum", "examples"), _is_list),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _is_number),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), _is_count),
    "pattern": _is_pattern,
    "uniqueItems": _is_flag,
    "required": _are_names,
    "properties": _are_members,
    **dict.fromkeys(("items", "additionalProperties", "propertyNames", "not", "if", "then", "else"), is_plain),
    **dict.fromkeys(("allOf", "anyOf", "oneOf"), _are_schemas),
}
