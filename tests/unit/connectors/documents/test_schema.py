"""The provider's schema as data, and that the actions cover it: one for each operation, with inputs from its types."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema
import pytest
from graphql import (
    FieldNode,
    GraphQLInputObjectType,
    GraphQLNonNull,
    GraphQLSchema,
    build_ast_schema,
    get_named_type,
    lexicographic_sort_schema,
    parse,
    print_schema,
    validate,
)

from crossdock.connectors import effects
from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.documents import schema
from crossdock.connectors.model import Action
from crossdock_twins.shiphero import schema as twin
from crossdock_twins.shiphero import sdl

CONNECTOR = Catalogue.load().get("shiphero")
ACTIONS = tuple(CONNECTOR.actions.values())
SECOND_LOOKS = {"shiphero_list_warehouses"}
"""Actions that show another part of an operation that has an action already."""


def served() -> GraphQLSchema:
    folder = ACTIONS[0].call.schema
    assert folder is not None
    return schema.read(folder)


def root_of(action: Action) -> tuple[str, str]:
    operation = schema.operation(parse(action.call.document or ""))
    [root] = operation.selection_set.selections
    assert isinstance(root, FieldNode)
    return operation.operation.value, root.name.value


def test_the_schema_is_what_the_twin_serves() -> None:
    """Two transcriptions of one schema, made apart, say the same."""
    other = build_ast_schema(sdl.expand(tuple(twin.sources().values())), assume_valid_sdl=True)

    def plain(one: GraphQLSchema) -> str:
        text = re.sub(r'\n? *""".*?"""', "", print_schema(lexicographic_sort_schema(one)), flags=re.DOTALL)
        return re.sub(r" @deprecated(\([^)]*\))?|\n\s*(?=\n)", "", text)

    assert plain(served()) == plain(other)


def test_every_operation_has_one_action() -> None:
    """None is left out, and none has two names."""
    found = Counter(root_of(action) for action in ACTIONS if action.name not in SECOND_LOOKS)
    query, mutation = served().query_type, served().mutation_type
    assert query is not None
    assert mutation is not None

    assert found == Counter(
        [*(("query", name) for name in query.fields), *(("mutation", name) for name in mutation.fields)]
    )


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_a_document_fits_the_schema(action: Action) -> None:
    """A document that the provider would refuse fails here first, deprecated fields included."""
    document = parse(action.call.document or "")

    assert validate(served(), document) == []
    assert action.result.startswith(f"data.{root_of(action)[1]}")


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_scopes_and_effect_are_the_operations(action: Action) -> None:
    """The scopes are those that the provider asks for, and the proxy judges the same document no less strictly."""
    kind, name = root_of(action)
    scope = twin.scopes_of_operations()[name]
    body = json.dumps({"query": action.call.document}).encode()

    judged = effects.proxy_effect(connector=CONNECTOR, method="POST", path="/graphql", query="", headers={}, body=body)

    assert action.scopes == ((scope,) if scope else ())
    assert judged == action.effect
    assert (action.effect == "read") == (kind == "query")


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_inputs_are_those_of_the_schema(action: Action) -> None:
    """What a mutation takes is taken, what it requires is required, and nothing else fits."""
    inputs = action.inputs

    jsonschema.Draft202012Validator.check_schema(dict(inputs))
    assert "fields" in inputs["properties"]["query"]["properties"]
    assert [name for name, one in named(inputs) if not one.get("description")] == []
    if action.call.body_as:
        kind: Any = get_named_type(served().mutation_type.fields[root_of(action)[1]].args["data"].type)  # type: ignore[union-attr]  # there is one
        same(inputs["properties"]["body"], kind)


def named(found: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Walk over every input below the places."""
    for name, one in found.get("properties", {}).items():
        if name not in {"path", "query", "body"}:
            yield name, one
        yield from named(one.get("items", one))


def same(found: dict[str, Any], kind: GraphQLInputObjectType) -> None:
    assert found["properties"].keys() == kind.fields.keys()
    assert found["additionalProperties"] is False
    required = {name for name, one in kind.fields.items() if isinstance(one.type, GraphQLNonNull)}
    assert required <= set(found["required"])
    for name, one in kind.fields.items():
        inner = get_named_type(one.type)
        if isinstance(inner, GraphQLInputObjectType):
            part = found["properties"][name]
            same(part.get("items", part), inner)


@pytest.mark.parametrize(
    ("name", "path", "expected"),
    [
        ("create_order", "line_items.quantity", {"type": "integer", "minimum": 1}),
        ("create_order", "insurance_amount", {"type": ["number", "string"]}),
        ("create_order", "order_date", {"type": "string", "maxLength": 40}),
        ("create_order", "tags", {"type": "array"}),
        ("create_return", "label_type", {"enum": ["FREE", "PAID", "SELF_RETURN", "FLAT_RATE", "RETURN_TO_SENDER"]}),
        ("add_order_attachment", "url", {"format": "uri"}),
        ("cancel_order", "order_id", {"type": "string", "minLength": 1, "maxLength": 120}),
        ("import_wholesale_packing_layout", "packing_data", {"type": "object"}),
    ],
)
def test_types_become_json_schema(name: str, path: str, expected: dict[str, Any]) -> None:
    """Enums, numbers as text, dates, lists and limits of the definition stand in the schema."""
    found = CONNECTOR.actions[f"shiphero_{name}"].inputs["properties"]["body"]

    for step in path.split("."):
        found = found.get("items", found)["properties"][step]

    assert expected.items() <= found.items()
    assert found["description"]
