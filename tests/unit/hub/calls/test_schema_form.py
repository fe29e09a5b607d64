"""Forms made from the schemas of all actions, filled in, and read back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.model import Action
from crossdock.hub.calls import schema_form, schema_values
from crossdock.hub.calls.schema_form import Filled
from crossdock.hub.calls.tester_views import InputView
from crossdock.hub.forms import Form
from unit.hub.samples_console import FILLED, SCHEMA

ACTIONS = [action for connector in Catalogue.load().connectors() for action in connector.actions.values()]


def flat(views: Sequence[InputView]) -> Iterator[InputView]:
    for view in views:
        yield view
        yield from flat(view.inputs)


def posted(views: Sequence[InputView]) -> Form:
    """Return what a browser would send for a form: every field, filled in or not."""
    return Form(
        [(view.name, view.value or chosen(view)) for view in flat(views) if view.kind not in {"object", "rows"}]
    )


def chosen(view: InputView) -> str:
    return next((one.value for one in view.options if one.chosen), "")


def shown(place: str, **more: Any) -> InputView:
    views = schema_form.groups(inputs=SCHEMA, filled=Filled(**more))
    return next(view for view in flat(views) if view.name == place)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_examples_go_through_the_form_unharmed(action: Action) -> None:
    """What an action's example says comes out of its form as it went in, types included."""
    for example in action.examples:
        views = schema_form.groups(inputs=action.inputs, filled=Filled(values=example))

        read = schema_values.read(form=posted(views), inputs=action.inputs)

        assert schema_values.sent(read.values) == {place: value for place, value in example.items() if value}
        assert not read.broken


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_an_empty_form_sends_nothing(action: Action) -> None:
    """A form that nobody has touched leaves every input out, and no two inputs share an id."""
    views = schema_form.groups(inputs=action.inputs, filled=Filled())

    ids = [view.id for view in flat(views)]

    assert schema_values.sent(schema_values.read(form=posted(views), inputs=action.inputs).values) == {}
    assert len(ids) == len(set(ids))


def test_each_input_is_asked_for_in_its_way() -> None:
    """Choices are chosen, days have a calendar, lists have rows, and what has no fields is written as JSON."""
    views = {view.name: view for view in flat(schema_form.groups(inputs=SCHEMA, filled=FILLED))}

    kinds = {
        name: views[name].kind
        for name in ("path.order_id", "query.dry_run", "query.since", "query.fields", "query.page_size", "body.items")
    }

    assert kinds == {
        "path.order_id": "text",
        "query.dry_run": "select",
        "query.since": "date",
        "query.fields": "area",
        "query.page_size": "number",
        "body.items": "rows",
    }
    assert views["body.metadata"].kind == "json"
    assert views["body.address"].kind == "object"
    assert views["query.page_size"].help == "1 to 100. 15 without it."


def test_what_is_needed_stands_first() -> None:
    """Required inputs come before the others and are marked, and their groups are open."""
    body = shown("body")

    assert [view.label for view in body.inputs[:2]] == ["reason", "items"]
    assert all(view.required for view in body.inputs[:2])
    assert not any(view.required for view in body.inputs[2:])
    assert not shown("body.address").open
    assert shown("body.address", problems={"body.address.city": "is missing"}).open


def test_wrong_values_are_sent_as_they_are() -> None:
    """A text where a number belongs is passed on, so that the check names the field; it is never swallowed."""
    form = Form([("query.page_size", "many"), ("query.dry_run", "true"), ("body.reason", "other")])

    read = schema_values.read(form=form, inputs=SCHEMA)

    assert read.values == {"query": {"page_size": "many", "dry_run": True}, "body": {"reason": "other"}}
    assert any(one.value == "other" and one.chosen for one in shown("body.reason", values=read.values).options)


def test_text_that_is_no_json_comes_back() -> None:
    """A broken text stands in its field again, beside what is wrong with it, and nothing is lost."""
    form = Form([("body.metadata", "{not json"), ("body.note_1", "kept")])

    read = schema_values.read(form=form, inputs=SCHEMA)
    field = shown("body.metadata", values=read.values, broken=read.broken, problems=read.problems)

    assert (field.value, field.problem) == ("{not json", "This is not JSON.")
    assert read.values == {"body": {"note_1": "kept"}}


def test_rows_come_and_go() -> None:
    """A row is added at the end and taken away from where it is; empty rows are not sent."""
    values: dict[str, Any] = {"body": {"items": [{"sku": "A"}, {"sku": "B"}]}}

    more = schema_values.with_row(values, place="body.items")
    inner = schema_values.with_row(values, place="body.items.0.tags")
    fewer = schema_values.without_row(values, place="body.items.0")

    assert more == {"body": {"items": [{"sku": "A"}, {"sku": "B"}, None]}}
    assert schema_values.sent(more) == values
    assert inner == {"body": {"items": [{"sku": "A", "tags": [None]}, {"sku": "B"}]}}
    assert fewer == {"body": {"items": [{"sku": "B"}]}}


@pytest.mark.parametrize("place", ["body.items.9", "body.items.x", "body.reason", "", "nowhere.at.all.0"])
def test_no_row_is_taken_from_where_none_is(place: str) -> None:
    """A place that has no such row leaves the others alone."""
    values: dict[str, Any] = {"body": {"items": [{"sku": "A"}], "reason": "lost"}}

    left = schema_values.without_row(values, place=place)

    assert left["body"] == values["body"]


@pytest.mark.parametrize("text", ["[]", "{", '{"header": {}}', '{"body": 1}', '"x"', "[" * 5000])
def test_inputs_as_json_are_an_object_of_places(text: str) -> None:
    """Anything else than path, query, headers and body, each an object, is no inputs."""
    assert schema_values.from_text(text) is None
    assert schema_values.from_text('{"query": {"page_size": 5}}') == {"query": {"page_size": 5}}
    assert schema_values.from_text("") == {}
