"""Selections that several documents share: written once, filled in before anything is sent, refused where wrong."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    concat_ast,
    get_named_type,
    parse,
    print_ast,
    separate_operations,
    strip_ignored_characters,
    validate,
    visit,
)

from crossdock.connectors.catalogue import DEFINITIONS, Catalogue
from crossdock.connectors.documents import fragments, schema
from crossdock.connectors.documents.fragments import FragmentError
from crossdock.connectors.model import Action

HOME = DEFINITIONS / "shiphero"
ACTIONS = tuple(Catalogue.load().get("shiphero").actions.values())
FRAGMENTS = concat_ast(
    [parse(path.read_text(encoding="utf-8"), no_location=True) for path in sorted((HOME / "fragments").iterdir())]
)
DOCUMENTS = {path.stem: path for path in sorted((HOME / "documents").rglob("*.graphql"))}
MOST_SHARED_LINES = 10


def written(name: str) -> DocumentNode:
    """Return a document as it stands in its file, with the fragments that it spreads."""
    whole = concat_ast([parse(DOCUMENTS[name].read_text(encoding="utf-8"), no_location=True), FRAGMENTS])
    [found] = separate_operations(whole).values()
    return found


def chosen(document: DocumentNode, selections: SelectionSetNode, path: str = "") -> Iterator[str]:
    """Give each value that a document asks for, as its path with arguments, fragments or not."""
    shared = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    node: Any
    for node in selections.selections:
        if isinstance(node, FieldNode):
            asked = ", ".join(sorted(print_ast(argument) for argument in node.arguments or ()))
            here = f"{path}/{node.name.value}({asked})"
            yield from chosen(document, node.selection_set, here) if node.selection_set else [here]
        elif node.kind == "fragment_spread":
            yield from chosen(document, shared[node.name.value].selection_set, path)
        else:
            yield from chosen(document, node.selection_set, f"{path}/{node.type_condition.name.value}")


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_what_is_sent_asks_for_what_is_written(action: Action) -> None:
    """A provider that fills fragments in by itself would read the same in the file, each on its type."""
    folder = action.call.schema
    assert folder is not None
    file = written(action.name.removeprefix("shiphero_"))
    sent = parse(action.call.document or "", no_location=True)

    asked = sorted(chosen(sent, schema.operation(sent).selection_set))

    assert validate(schema.read(folder), file) == []
    assert [one.kind for one in sent.definitions] == ["operation_definition"]
    assert asked == sorted(chosen(file, schema.operation(file).selection_set))
    assert len(asked) == len(set(asked))
    assert action.call.document == strip_ignored_characters(action.call.document or "")


def test_no_selection_is_written_twice() -> None:
    """Two selections on one type have at most a few lines in common; more than that is a fragment."""
    served = schema.read(HOME / "schema")
    found: dict[str, list[tuple[str, frozenset[str]]]] = defaultdict(list)

    for path in (*DOCUMENTS.values(), *sorted((HOME / "fragments").iterdir())):
        types = TypeInfo(served)

        class Collect(Visitor):
            def enter_selection_set(
                self, node: SelectionSetNode, *_: Any, types: TypeInfo = types, name: str = path.stem
            ) -> None:
                fields = frozenset(print_ast(one) for one in node.selections if isinstance(one, FieldNode))
                found[str(get_named_type(types.get_parent_type()))].append((name, fields))

        visit(parse(path.read_text(encoding="utf-8"), no_location=True), TypeInfoVisitor(types, Collect()))

    repeated = [
        (kind, one, other, lines)
        for kind, selections in found.items()
        for (one, ours), (other, theirs) in combinations(selections, 2)
        if (lines := sum(field.count("\n") + 1 for field in ours & theirs)) > MOST_SHARED_LINES
    ]
    assert len(found) > 100
    assert repeated == []


def test_every_fragment_serves_several_selections() -> None:
    """What is used once belongs where it is used."""
    texts = [path.read_text(encoding="utf-8") for path in (*DOCUMENTS.values(), *(HOME / "fragments").iterdir())]
    names = [one.name.value for one in FRAGMENTS.definitions if isinstance(one, FragmentDefinitionNode)]

    spreads = [name for text in texts for name in re.findall(r"\.\.\.(\w+)", text)]

    assert [name for name in names if spreads.count(name) < 2] == []


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    (tmp_path / "parcels.graphql").write_text(
        "fragment Parcel on Parcel { id ...Sizes items(first: 5) { edges { node { ...Item } } } }\n"
        "fragment Item on Item { sku }\n"
    )
    (tmp_path / "sizes.graphql").write_text("# In grams.\nfragment Sizes on Parcel { weight, size { height } }\n")
    return tmp_path


def test_a_fragments_fields_stand_where_it_was_spread(shared: Path) -> None:
    """Its own fragments are in it, from any file of the folder, and the parsed document is the text that is sent."""
    text = "query Q($id: ID!) { parcel(id: $id) { data { request_id ...Parcel ...Sizes ...Item note } } }"

    sent, operation = fragments.join(text=text, fragments=fragments.read(shared))

    fields = "request_id id weight size{height}items(first:5){edges{node{sku}}}weight size{height}sku note"
    assert sent == f"query Q($id:ID!){{parcel(id:$id){{data{{{fields}}}}}}}"
    assert operation == schema.operation(parse(sent, no_location=True))


@pytest.mark.parametrize(
    "text",
    [
        '{ parcel(note: "...Item") { sku } }',
        '{ parcel(note: "a \\" ...Item") { sku } }',
        '{ parcel(note: """a "quoted" ...Item""") { sku } }',
        "{ parcel { # ...Item\n sku } }",
        "{ parcel { ... on Item { sku } } }",
        "{ parcel { ... { sku } } }",
    ],
)
def test_what_only_looks_like_a_spread_is_left_alone(shared: Path, text: str) -> None:
    """Texts, comments and fragments without a name are the document's own."""
    sent, _ = fragments.join(text=text, fragments=fragments.read(shared))

    assert sent == strip_ignored_characters(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{ parcel { ...Nothing } }", "there is no fragment `Nothing`"),
        ("{ parcel { size { ...Nothing } } }", "there is no fragment `Nothing`"),
        ("query Q($a: Boolean!) { parcel { ...Item @skip(if: $a) } }", "directive"),
        ("{ parcel { ...Own } } fragment Own on Parcel { id }", "there is no fragment `Own`"),
    ],
)
def test_a_spread_that_cannot_be_filled_in_is_refused(shared: Path, text: str, message: str) -> None:
    """Nothing that the file asks for is lost on the way out."""
    with pytest.raises(FragmentError, match=message):
        fragments.join(text=text, fragments=fragments.read(shared))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fragment Box on Box { id ...Nothing }", "there is no fragment `Nothing`"),
        ("fragment Box on Box { id ...Lid }\nfragment Lid on Lid { ...Box }", "`Box` spreads itself"),
        ("fragment Item on Box { id }", "wrong.graphql: the fragment `Item` stands twice"),
        ("fragment Box on Box { id }\nquery { box }", "wrong.graphql holds more than fragments"),
        ("fragment Box on Box {\n  id\n", "wrong.graphql:3 does not parse"),
    ],
)
def test_a_wrong_fragment_is_named(shared: Path, text: str, message: str) -> None:
    """Whoever writes one is told which it is, and where."""
    (shared / "wrong.graphql").write_text(text)

    with pytest.raises(FragmentError, match=re.escape(message)):
        fragments.read(shared)
