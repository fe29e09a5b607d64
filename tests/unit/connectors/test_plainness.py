"""The short way past the metaschema: nothing goes that the metaschema refuses, and nearly everything else does."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.plainness import is_plain

KEYWORDS = (
    *("type", "title", "description", "format", "contentEncoding", "default", "const", "enum", "examples", "pattern"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "uniqueItems", "required", "$ref"),
    *("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "properties", "items"),
    *("additionalProperties", "propertyNames", "not", "if", "then", "else", "allOf", "anyOf", "oneOf", "$defs", "$id"),
)
PLACED = [action for action in Catalogue.load().get("easyship").actions.values() if not action.call.document]

NO_TEXT: list[Any] = [1, None, ["a"]]
NO_NUMBER: list[Any] = [True, "1", None]
NO_COUNT: list[Any] = [True, -1, 1.5, "1"]
NO_SCHEMA: list[Any] = [1, "x", [{}], {"type": 1}]
NO_SCHEMAS: list[Any] = [[], {}, [1], [{"type": 1}]]
WRONG: dict[str, list[Any]] = {
    "type": ["strin", [], ["string", "string"], ["string", 1], None, {}],
    **dict.fromkeys(("title", "description", "format", "contentEncoding", "enum", "examples"), NO_TEXT[:2]),
    "pattern": [*NO_TEXT, "[a"],
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), NO_NUMBER),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), NO_COUNT),
    "uniqueItems": [1, "true"],
    "required": [["a", "a"], [1], "a", True],
    "properties": [[], {"a": 1}, {"a": {"type": "strin"}}],
    **dict.fromkeys(("items", "additionalProperties", "propertyNames", "not", "if", "then", "else"), NO_SCHEMA),
    **dict.fromkeys(("allOf", "anyOf", "oneOf"), NO_SCHEMAS),
}
simple = st.one_of(
    st.sampled_from(["string", "integer", "object", "strin", "[a", "^a$", "", True, False, None, 0, 1, -1, 1.5]),
    st.lists(st.sampled_from(["string", "null", "x", 1]), max_size=3),
)
values = st.recursive(
    simple,
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.sampled_from((*KEYWORDS, "weight")), inner, max_size=2)
    ),
    max_leaves=6,
)


@given(schema=st.dictionaries(st.sampled_from(KEYWORDS), values, max_size=3))
def test_what_is_plain_is_a_schema(schema: dict[str, Any]) -> None:
    """Whatever is written, the metaschema takes all that is let past it."""
    if is_plain(schema):
        jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(("keyword", "value"), [(keyword, value) for keyword in WRONG for value in WRONG[keyword]])
def test_what_is_wrong_is_left_to_the_metaschema(keyword: str, value: Any) -> None:
    """Each is one that the metaschema refuses, wherever in a schema it stands."""
    wrong = {keyword: value}
    nested = {"properties": {"a": {"items": {"anyOf": [wrong]}}}}

    with pytest.raises(jsonschema.SchemaError):
        jsonschema.Draft202012Validator.check_schema(wrong)
    assert [is_plain(wrong), is_plain(nested)] == [False, False]


def test_what_is_no_schema_at_all_is_not_plain() -> None:
    """Only an object or a truth value is a schema."""
    taken: list[Any] = [{}, True, False]
    refused: list[Any] = [None, "string", 1, [], [{}]]

    assert [is_plain(one) for one in taken] == [True] * 3
    assert [is_plain(one) for one in refused] == [False] * 5


@pytest.mark.parametrize("action", PLACED, ids=lambda action: action.name)
def test_inputs_as_they_are_written_are_plain(action: Any) -> None:
    """A start waits for the metaschema on none of them; a keyword that is misspelt in a definition shows here."""
    assert is_plain(dict(action.inputs))
