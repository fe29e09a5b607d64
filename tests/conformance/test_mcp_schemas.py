"""The schemas of tools, held against what interfaces of models and their kits are known to refuse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from crossdock.agents import arguments, link_tool, portable
from crossdock.agents.auth import Style
from crossdock.agents.tools import Toolbox
from crossdock.connectors.catalogue import Catalogue

STYLES: tuple[Style, ...] = ("nested", "flat_prefixed", "flat_smart")
CATALOGUE = Catalogue.load()
ACTIONS = [action for connector in CATALOGUE.connectors() for action in connector.actions.values()]
WORDS = {
    *("type", "title", "description", "default", "nullable", "enum", "format", "pattern", "minLength", "maxLength"),
    *("minimum", "maximum", "items", "minItems", "maxItems", "properties", "required", "additionalProperties"),
}
"""What Gemini takes (https://ai.google.dev/api/caching#Schema) is no more than the others take."""


def tools(style: Style) -> list[dict[str, Any]]:
    box = Toolbox(CATALOGUE)
    return [*(box.described(action, style) for action in ACTIONS), link_tool.described(CATALOGUE)]


def parts(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a schema and every one within it."""
    yield schema
    inner = [*schema.get("properties", {}).values(), schema.get("items"), schema.get("additionalProperties")]
    for one in inner:
        if isinstance(one, dict):
            yield from parts(one)


@pytest.mark.parametrize("style", STYLES)
def test_names_fit_every_interface(style: Style) -> None:
    """A name may have 64 characters; here it has 44, so that clients may put `mcp__crossdock__` in front."""
    found = tools(style)

    assert [tool["name"] for tool in found if not re.fullmatch(r"[a-zA-Z0-9_-]{1,44}", tool["name"])] == []
    assert len({tool["name"] for tool in found}) == len(found)
    assert max(len(tool["description"]) for tool in found) <= 1024
    members = {name for tool in found for part in parts(tool["inputSchema"]) for name in part.get("properties", ())}
    assert [name for name in members if not re.fullmatch(r"[a-zA-Z0-9_.-]{1,64}", name)] == []


@pytest.mark.parametrize("style", STYLES)
def test_schemas_have_words_that_every_interface_takes(style: Style) -> None:
    """An object at the top, known words alone, a type for each value, texts alone in choices."""
    wrong = [
        (tool["name"], part)
        for tool in tools(style)
        for part in parts(tool["inputSchema"])
        if not part.keys() <= WORDS
        or "type" not in part
        or ("array" in part["type"] and "items" not in part)
        or ("enum" in part and (not part["enum"] or not all(isinstance(one, str) and one for one in part["enum"])))
        or part.get("format", "date-time") != "date-time"
        or ("object" in part["type"] and not {"properties", "additionalProperties"} & part.keys())
        or not set(part.get("required", ())) <= set(part.get("properties", ()))
    ]

    assert wrong == []
    assert {tool["inputSchema"]["type"] for tool in tools(style)} == {"object"}


@pytest.mark.parametrize("style", STYLES)
def test_a_tool_takes_what_its_action_takes(style: Style) -> None:
    """A client that checks arguments by the listed schema lets every example through."""
    wrong = []
    for action in ACTIONS:
        listed = portable.schema(arguments.schema(action=action, style=style))
        Draft202012Validator.check_schema(listed)
        smart = set(listed["properties"])
        for example in action.examples:
            flat = {f"{place}_{name}": value for place, part in example.items() for name, value in part.items()}
            given = {name if name in smart else name.partition("_")[2]: value for name, value in flat.items()}
            found = Draft202012Validator(listed).iter_errors(example if style == "nested" else given)
            # A text in angle brackets stands for an id that a test makes first; sums may be texts at the call as well.
            wrong += [
                (action.name, error.message)
                for error in found
                if not (isinstance(error.instance, str) and error.validator_value == "number")
                and not str(error.instance).startswith("<")
            ]

    assert wrong == []


@pytest.mark.parametrize(
    ("whole", "listed"),
    [
        ({"enum": ["a", None]}, {"type": "string", "enum": ["a"]}),
        ({"const": "a"}, {"type": "string", "enum": ["a"]}),
        ({"const": True}, {"type": "boolean", "description": "Only true."}),
        ({"enum": [3, 1]}, {"type": "integer", "minimum": 1, "maximum": 3, "description": "One of: 3, 1."}),
        ({"type": "integer", "exclusiveMinimum": 0}, {"type": "integer", "minimum": 1}),
        ({"type": "number", "exclusiveMaximum": 9}, {"type": "number", "maximum": 9, "description": "Less than 9."}),
        ({"type": "string", "format": "uuid"}, {"type": "string", "description": "Format: uuid."}),
        ({"type": "string", "format": "date-time"}, {"type": "string", "format": "date-time"}),
        ({}, {"type": "object", "additionalProperties": True}),
        ({"type": "object"}, {"type": "object", "additionalProperties": True}),
        (
            {"type": "object", "additionalProperties": {"format": "date", "type": "string"}, "maxProperties": 3},
            {"type": "object", "additionalProperties": {"type": "string", "description": "Format: date."}},
        ),
        (
            {"type": "object", "properties": {}, "anyOf": [{"required": ["a", "b"]}, {"required": ["c"]}]},
            {"type": "object", "properties": {}, "description": "Needs a and b, or c."},
        ),
    ],
)
def test_what_goes_from_a_schema_is_told_in_words(whole: dict[str, Any], listed: dict[str, Any]) -> None:
    """Nothing is dropped that a model could not guess."""
    assert portable.schema(whole) == listed
