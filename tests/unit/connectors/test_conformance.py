"""What every connector keeps, whoever writes it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from graphql import DocumentNode, FieldNode, OperationDefinitionNode, parse, visit
from graphql.language import Visitor

from connector_samples import (
    API_REPLIES,
    CONNECTORS,
    METHODS,
    REFUSED,
    TOKEN_REPLIES,
    TRANSPORT_KINDS,
    connector_id,
)
from crossdock import hub
from crossdock.connectors import guide
from crossdock.connectors.crosscheck import CHOSEN_BY_CODE, WRONG_WORLD
from crossdock.connectors.model import Action, AuthMethod, Cause, Connector
from crossdock.connectors.replies import PART

CAUSES = [(connector, cause) for connector in CONNECTORS for cause in connector.causes.values()]
ACTIONS = [action for connector in CONNECTORS for action in connector.actions.values()]
WORDS_A_SENTENCE = 20


def texts(value: Any) -> Iterator[str]:
    """Walk over every text that a person reads."""
    if isinstance(value, Cause):
        yield from (value.title, value.explanation, value.remedy, value.button)
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            if one.name in {"title", "body", "label", "description", "tooltip", "alt", "manage_text", "link_text"}:
                text = getattr(value, one.name)
                yield from [text] if isinstance(text, str) else []
            else:
                yield from texts(getattr(value, one.name))
    elif isinstance(value, tuple | dict):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts(inner)


def patterns(value: Any) -> Iterator[re.Pattern[str]]:
    """Walk over every pattern of a connector."""
    if isinstance(value, re.Pattern):
        yield value
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            yield from patterns(getattr(value, one.name))
    elif isinstance(value, tuple | dict):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from patterns(inner)


@pytest.mark.parametrize("connector", CONNECTORS, ids=connector_id)
def test_key_fits_the_names_that_clients_cut_tools_from(connector: Connector) -> None:
    """Keys are lower-case letters and digits, and every action's name begins with its connector's."""
    assert re.fullmatch(r"[a-z][a-z0-9]*", connector.key)
    assert all(re.fullmatch(rf"{connector.key}_[a-z]+(_[a-z]+)+", name) for name in connector.actions)


@pytest.mark.parametrize("connector", CONNECTORS, ids=connector_id)
def test_icon_is_there(connector: Connector) -> None:
    """The picture that clients are sent to exists."""
    assert (Path(hub.__file__).parent / "static" / connector.icon).is_file()


@pytest.mark.parametrize("connector", CONNECTORS, ids=connector_id)
def test_every_cause_can_be_reached(connector: Connector) -> None:
    """Each cause has a sample that leads to it, so none is dead text."""
    reached = {cause for provider, _, _, cause in REFUSED if provider == connector.key}
    reached |= {cause for provider, _, cause in API_REPLIES if provider == connector.key}
    reached |= {cause for provider, _, _, cause in TOKEN_REPLIES if provider == connector.key}
    reached |= {connector.transport[kind] for kind in TRANSPORT_KINDS}
    reached |= {cause.if_fresh for cause in connector.causes.values() if cause.if_fresh}
    reached |= {*CHOSEN_BY_CODE, *WRONG_WORLD, PART}

    assert set(connector.causes) - reached == set()


@pytest.mark.parametrize("connector", CONNECTORS, ids=connector_id)
def test_causes_differ_in_their_words(connector: Connector) -> None:
    """No two causes have the same title or the same button, so a person can tell them apart and name them."""
    titles = [cause.title for cause in connector.causes.values()]
    whole = [(cause.explanation, cause.remedy) for cause in connector.causes.values()]

    assert len(set(titles)) == len(titles)
    assert len(set(whole)) == len(whole)


@pytest.mark.parametrize(("connector", "cause"), CAUSES, ids=connector_id)
def test_button_leads_somewhere_in_every_guide(connector: Connector, cause: Cause) -> None:
    """Whatever way of linking is open, the one button finds its step, its page or its test."""
    for method in connector.auth_methods:
        step = guide.step_for(method=method, cause=cause)
        keys = {one.key for one in method.guide}

        assert (step in keys) == (cause.button_kind == "step")
    assert (cause.button_link is not None) == (cause.button_kind == "link")
    assert cause.button_link is None or cause.button_link.startswith("https://")


@pytest.mark.parametrize(("connector", "cause"), CAUSES, ids=connector_id)
def test_verdict_disposition_and_status_agree(connector: Connector, cause: Cause) -> None:
    """Weather asks for time and never for a new link; what is dead asks for a person."""
    if cause.verdict == "weather":
        assert cause.disposition in {"wait", "retry"}
        assert cause.status in {429, 502, 503}
    if cause.verdict in {"dead", "suspended"}:
        assert cause.disposition == "relink"
    assert 400 <= cause.status < 600 or cause.key == PART
    assert cause.key in connector.causes


@pytest.mark.parametrize("connector", CONNECTORS, ids=connector_id)
def test_copy_is_short_and_plain(connector: Connector) -> None:
    """Sentences have at most twenty words, and nothing shouts or is left half filled in."""
    for text in texts(connector):
        for sentence in re.split(r"(?<=[.!?])\s+", text):
            assert len(sentence.split()) <= WORDS_A_SENTENCE, sentence
        assert "{" not in text, text
        assert "!" not in text, text
        assert "Something went wrong" not in text


@pytest.mark.parametrize(("connector", "cause"), CAUSES, ids=connector_id)
def test_cause_reads_as_sentences(connector: Connector, cause: Cause) -> None:
    """Explanation and remedy end as sentences do; title and button do not."""
    assert cause.explanation.endswith(".")
    assert cause.remedy.endswith(".")
    assert not cause.title.endswith(".")
    assert not cause.button.endswith(".")
    assert connector.name in CONNECTORS_BY_NAME


CONNECTORS_BY_NAME = {connector.name for connector in CONNECTORS}


@pytest.mark.parametrize("connector", CONNECTORS, ids=connector_id)
def test_patterns_take_linear_time(connector: Connector) -> None:
    """No pattern of a definition is slow on any of the usual hostile texts."""
    hostile = ["a" * 30000, "a." * 15000, "eyJ" * 10000, "prod_" * 6000, "<" * 30000, "A@" * 15000, " a" * 15000]
    for pattern in patterns(connector):
        began = time.process_time()
        for text in hostile:
            pattern.search(text)
        assert time.process_time() - began < 3.0, pattern.pattern


@pytest.mark.parametrize(("connector", "method"), METHODS, ids=connector_id)
def test_guide_has_pictures_words_and_ways_out(connector: Connector, method: AuthMethod) -> None:
    """Each step has a picture of its own with a text beside it, and says what else one may see."""
    images = [step.image for step in method.guide]

    assert images == [f"{connector.key}/{method.key}/{step.key}.png" for step in method.guide]
    assert len(set(images)) == len(images)
    assert all(len(step.alt) >= 20 and step.variants for step in method.guide)
    assert method.guide[-1].key == "copy_token"


@pytest.mark.parametrize(("connector", "method"), METHODS, ids=connector_id)
def test_method_has_what_its_kind_needs(connector: Connector, method: AuthMethod) -> None:
    """A way of linking asks the person for a secret, or is OAuth with the operator's client."""
    assert method.environments
    assert all(connector.environment(key) for key in method.environments)
    if method.kind == "oauth2":
        assert {field.stores_as for field in method.setup_fields} == {"client_id", "client_secret"}
        assert method.exchange is not None
        assert method.refresh is not None
    else:
        assert any(field.secret and field.required for field in method.user_fields)
        assert method.setup_fields == ()


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_action_says_what_it_does(action: Action) -> None:
    """Inputs are a JSON Schema with places, lists page in one way, and writes say whether repeating them is safe."""
    jsonschema.Draft202012Validator.check_schema(dict(action.inputs))
    places = action.inputs["properties"]

    assert set(places) <= {"path", "query", "body", "headers"}
    assert action.effect in {"read", "write", "destructive"}
    assert action.effect != "read" or action.idempotent
    assert action.description.endswith(".")
    paged = {"page_size", "next"} <= places.get("query", {}).get("properties", {}).keys()
    assert paged == (action.paging is not None)


@pytest.mark.parametrize("action", [one for one in ACTIONS if one.call.document], ids=lambda action: action.name)
def test_graphql_document_fits_the_effect_and_bounds_its_lists(action: Action) -> None:
    """A reading action holds a query, a writing one a mutation; every connection says how many rows it wants."""
    document = parse(action.call.document or "")
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]

    assert [node.operation.value for node in operations] == ["query" if action.effect == "read" else "mutation"]
    assert unbounded(document) == []


def unbounded(document: DocumentNode) -> list[str]:
    """Return the fields that select edges and name no size, neither themselves nor at the operation around them."""
    found: list[str] = []

    class Edges(Visitor):
        def enter_field(self, node: FieldNode, _key: Any, _parent: Any, _path: Any, around: list[Any]) -> None:
            inner = node.selection_set.selections if node.selection_set else ()
            names = {one.name.value for one in inner if isinstance(one, FieldNode)}
            holders = [node, *[one for one in around if isinstance(one, FieldNode)][-1:]]
            sizes = {one.name.value for holder in holders for one in holder.arguments or ()}
            if "edges" in names and not {"first", "last"} & sizes:
                found.append(node.name.value)

    visit(document, Edges())
    return found


@pytest.mark.parametrize("connector", CONNECTORS, ids=connector_id)
def test_probe_reads_only_and_is_one_request_a_day(connector: Connector) -> None:
    """A probe spends nothing: safe methods, queries, and a single request for the daily look."""
    for method in connector.auth_methods:
        daily = [
            step
            for step in connector.probe
            if "daily" in step.depths and method.key in step.methods and step.instead_of is None
        ]
        assert len(daily) == 1
        assert daily[0].identity is not None
    for step in connector.probe:
        assert step.call.method == "GET" or (step.call.document or "").startswith("query")


@pytest.mark.parametrize("connector", CONNECTORS, ids=connector_id)
def test_origins_are_https_and_leave_the_dashboard_to_browsers(connector: Connector) -> None:
    """Crossdock itself calls APIs and token endpoints alone, over TLS."""
    origins = connector.origins()

    assert origins
    assert all(re.fullmatch(r"https://[a-z0-9.-]+", origin) for origin in origins)
    assert not origins & {environment.origins["dashboard"] for environment in connector.environments}
