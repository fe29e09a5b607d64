"""JSON and commands as people read them."""

from __future__ import annotations

import json
import shlex

import pytest

from crossdock.connectors.catalogue import Catalogue
from crossdock.hub import pretty
from crossdock.hub.calls import curl


def test_json_is_coloured_and_escaped() -> None:
    """Names, texts, numbers and words are marked; markup in them stays text."""
    shown = pretty.coloured('{"a<b>": "</pre><script>", "n": -1.5e3, "t": true}')

    assert '<span class="json-key">&#34;a&lt;b&gt;&#34;</span>' in shown
    assert '<span class="json-text">&#34;&lt;/pre&gt;&lt;script&gt;&#34;</span>' in shown
    assert '<span class="json-number">-1.5e3</span>' in shown
    assert '<span class="json-word">true</span>' in shown
    assert "<script" not in shown


@pytest.mark.parametrize("text", ["plain <b>", 'query {a(b: "c")}', "", "12"])
def test_what_is_no_json_stays_plain(text: str) -> None:
    """Other texts are escaped and left without colours."""
    assert "span" not in pretty.coloured(text)
    assert "<b>" not in pretty.coloured(text)


def test_documents_are_indented_where_they_can_be_read() -> None:
    """JSON and GraphQL come back indented; what was cut off in the middle comes back as it is."""
    assert pretty.indented('{"a":[1]}') == '{\n  "a": [\n    1\n  ]\n}'
    assert pretty.indented('{"a":[1') == '{"a":[1'
    assert pretty.graphql("query A{orders{id}}") == "query A {\n  orders {\n    id\n  }\n}"
    assert pretty.graphql("query A{orders{i…") == "query A{orders{i…"


def test_long_texts_are_cut_and_counted() -> None:
    """A page shows the beginning and says how much is left out."""
    assert pretty.cut("x" * (pretty.LONGEST + 7)) == ("x" * pretty.LONGEST, 7)
    assert pretty.cut("short") == ("short", 0)


def test_a_command_survives_the_shell() -> None:
    """Quotes in the inputs reach the API as they are, and the key is a variable, never a key."""
    _, action = Catalogue.load().action("shiphero_list_orders")
    inputs = {"query": {"order_number": 'it\'s $HOME `x` "q"'}}

    command = curl.rpc(hub_url="https://hub.example.com", account_id="acc_1", action=action, inputs=inputs)
    words = shlex.split(command.replace("\\\n", " "))

    assert json.loads(words[words.index("-d") + 1]) == {"action": "shiphero_list_orders", **inputs}
    assert "x-account-id: acc_1" in words
    assert "$CROSSDOCK_API_KEY:" in words
    assert "idempotency-key" not in command


def test_a_write_as_a_command_happens_once() -> None:
    """The command of a write carries a key of its own."""
    _, action = Catalogue.load().action("shiphero_create_order")

    command = curl.rpc(hub_url="https://hub.example.com", account_id="acc_1", action=action, inputs={})

    assert '-H "idempotency-key: $(uuidgen)"' in command
