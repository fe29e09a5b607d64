"""Fields that a caller asks for: put into the document where its result stands, or refused by name."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import FieldNode, SelectionSetNode, parse, validate

from crossdock.connectors import requests
from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.documents import schema, selection
from crossdock.connectors.documents.selection import SelectionError
from crossdock.connectors.requests import ActionInputs
from crossdock.kernel.errors import UnprocessableError

CONNECTOR = Catalogue.load().get("shiphero")


def widened(name: str, fields: str) -> str:
    action = CONNECTOR.actions[f"shiphero_{name}"]
    assert action.call.schema is not None
    return selection.widen(
        folder=action.call.schema, document=action.call.document or "", result=action.result, fields=fields
    )


def inside(document: str, *steps: str) -> FieldNode:
    """Return the field at these steps."""
    [operation] = parse(document).definitions
    found: Any = operation
    for step in steps:
        selections: SelectionSetNode = found.selection_set
        [found] = [node for node in selections.selections if isinstance(node, FieldNode) and node.name.value == step]
    node: FieldNode = found
    return node


def names(node: FieldNode) -> set[str]:
    selections = node.selection_set.selections if node.selection_set else ()
    return {one.name.value for one in selections if isinstance(one, FieldNode)}


def size(node: FieldNode) -> str:
    [found] = [argument.value for argument in node.arguments or () if argument.name.value == "first"]
    return str(getattr(found, "value", getattr(found, "name", None)))


NODE = ("orders", "data", "edges", "node")


@pytest.mark.parametrize(
    "fields",
    [
        "gift_note attachments(first: 3) { edges { node { url } } }",
        "gift_note, attachments(first: 3) { url }",
        " gift_note\n attachments(first: 3) { edges { node { url } } }",
    ],
)
def test_a_selection_stands_beside_what_is_there(fields: str) -> None:
    """What the document has stays; a list is written as GraphQL has it or by its rows alone."""
    document = widened("list_orders", fields)

    node = inside(document, *NODE)
    assert names(node) >= {"id", "order_number", "line_items", "gift_note", "attachments"}
    assert size(inside(document, *NODE, "attachments")) == "3"
    assert names(inside(document, *NODE, "attachments", "edges", "node")) == {"url"}


@pytest.mark.parametrize("fields", ["line_items.barcode, shipping_address.city", "line_items.barcode\nemail"])
def test_dotted_names_lead_into_lists(fields: str) -> None:
    """A list that is there keeps its size, and its rows get one field more."""
    document = widened("list_orders", fields)

    lines = inside(document, *NODE, "line_items")
    assert size(lines) == "30"
    assert names(inside(document, *NODE, "line_items", "edges", "node")) >= {"sku", "barcode"}


def test_a_new_list_without_a_size_is_short() -> None:
    """Without a size the provider gives a hundred rows of each row, which nobody can pay."""
    document = widened("list_products", "warehouse_products { locations { quantity } }")

    steps = ("products", "data", "edges", "node", "warehouse_products", "locations")
    assert size(inside(document, *steps)) == str(selection.DEFAULT_SIZE)


def test_the_callers_size_wins() -> None:
    """Whoever names a list that is there may have another number of its rows."""
    document = widened("list_orders", "line_items(first: 5) { edges { node { barcode } } }")

    assert size(inside(document, *NODE, "line_items")) == "5"


def test_writes_can_be_widened_as_well() -> None:
    """What a mutation gives back is a thing like any other."""
    document = widened("add_order_tags", "packing_note")

    assert names(inside(document, "order_add_tags", "order")) >= {"tags", "packing_note"}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ("colour", "Cannot query field 'colour'"),
        ("line_items.colour", "Cannot query field 'colour'"),
        ("billing_address", "must have a selection"),
        ("order_number { text }", "must not have a selection"),
        ("tags(first: 5)", "Unknown argument 'first'"),
        ("line_items(first: many) { sku }", "Int cannot represent"),
        ("line_items(first: $n) { sku }", "'$n' is not defined"),
        ("...Everything", "Unknown fragment"),
        ("id } mutation { order_cancel(data: {order_id: 1}) { request_id }", "more than one selection"),
        ("id } query Other { me { data { id } }", "more than one selection"),
        ("id } fragment F on Order { id", "more than one selection"),
        ("{{{{", "cannot be read"),
        ("id " * 2001, "cannot be read"),
        ("a { " * 400 + "b" + " }" * 400, "cannot be read"),
        ("order_number: email", "conflict"),
    ],
)
def test_what_the_schema_does_not_know_is_refused(fields: str, words: str) -> None:
    """The message says which field it is; nothing but fields of the result can be added."""
    with pytest.raises(SelectionError) as refused:
        widened("get_order", fields)

    assert words in str(refused.value)


def test_nothing_is_added_beside_an_operation() -> None:
    """A result that is the whole answer cannot be widened: other operations would fit there."""
    action = CONNECTOR.actions["shiphero_get_me"]
    assert action.call.schema is not None

    with pytest.raises(SelectionError):
        selection.widen(
            folder=action.call.schema, document=action.call.document or "", result="data", fields="user_quota"
        )


def test_every_result_can_be_widened() -> None:
    """The path of each action's result leads to a selection of its document."""
    for action in CONNECTOR.actions.values():
        assert action.call.schema is not None
        assert action.call.document is not None

        document = selection.widen(
            folder=action.call.schema, document=action.call.document, result=action.result, fields="__typename"
        )

        assert validate(schema.read(action.call.schema), parse(document)) == []
        assert document.count("__typename") == action.call.document.count("__typename") + (
            0 if action.name.endswith("_node") else 1
        )


def test_wrong_fields_are_told_as_an_input() -> None:
    """The error names `query.fields`, as it would name any other input."""
    with pytest.raises(UnprocessableError) as refused:
        requests.action_request(
            connector=CONNECTOR,
            action=CONNECTOR.actions["shiphero_list_orders"],
            environment=CONNECTOR.environments[0],
            inputs=ActionInputs(query={"fields": "colour"}),
        )

    [told] = refused.value.detail["errors"]
    assert told["field"] == "query.fields"
    assert "colour" in told["message"]


def test_what_nobody_can_pay_is_refused() -> None:
    """An account never has more than its bucket: such a call would be refused whenever it is sent."""
    query = {"page_size": 100, "fields": "line_items(first: 100) { sku }"}

    with pytest.raises(UnprocessableError) as refused:
        requests.action_request(
            connector=CONNECTOR,
            action=CONNECTOR.actions["shiphero_list_orders"],
            environment=CONNECTOR.environments[0],
            inputs=ActionInputs(query=query),
        )

    told = refused.value.detail["errors"]
    assert [one["field"] for one in told] == ["query.page_size", "query.fields"]
    assert "10001 credits" in told[0]["message"]
