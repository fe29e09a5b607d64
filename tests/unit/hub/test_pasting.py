from __future__ import annotations

import json
import re
from typing import Any

import pytest

from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.form import Field
from crossdock.connectors.model import AuthMethod, Connector
from crossdock.hub import pasting
from crossdock.hub.i18n import Texts

FIELDS = [
    pytest.param(connector, method, field, id=f"{connector.key}-{method.key}-{field.key}")
    for connector in Catalogue.load().connectors()
    for method in connector.auth_methods
    for field in method.user_fields
    if field.paste is not None
]
# What Python's patterns have and a browser's have not.
FOREIGN = re.compile(r"\(\?[aiLmsux]+[):]|\(\?P|\\A|\\Z|\(\?>|[*+?}]\+")


def rules(connector: Connector, method: AuthMethod, field: Field) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(pasting.rules(Texts(), connector=connector, method=method, field=field))
    return found


@pytest.mark.parametrize(("connector", "method", "field"), FIELDS)
def test_each_rule_says_what_was_pasted(connector: Connector, method: AuthMethod, field: Field) -> None:
    """A rule has a pattern or a JWT's mark, a verdict, words, and a guide step that exists."""
    steps = {step.key for step in method.guide}

    for rule in rules(connector, method, field):
        assert rule.get("pattern") or rule.get("jwt")
        assert rule["verdict"] in {"ok", "warn", "bad"}
        assert rule["text"].endswith((".", "!", "?"))
        assert rule.get("step") in {None, *steps}
        assert ("step" in rule) == ("button" in rule)


@pytest.mark.parametrize(("connector", "method", "field"), FIELDS)
def test_patterns_are_ones_that_a_browser_knows(connector: Connector, method: AuthMethod, field: Field) -> None:
    """Flags stand apart from the pattern, and nothing is used that only Python has."""
    for rule in rules(connector, method, field):
        assert not FOREIGN.search(rule.get("pattern", "")), rule["pattern"]
        assert rule.get("flags", "") in {"", "i"}


@pytest.mark.parametrize(("connector", "method", "field"), FIELDS)
def test_what_is_refused_stands_before_what_is_accepted(connector: Connector, method: AuthMethod, field: Field) -> None:
    """The order is the server's own: refused first, accepted, found inside a longer text, then what else it may be."""
    assert field.paste is not None
    verdicts = [rule["verdict"] for rule in rules(connector, method, field)]

    first_ok, inside = verdicts.index("ok"), verdicts.index("warn")

    assert verdicts[:first_ok] == ["bad"] * len(field.paste.refuse)
    assert first_ok < inside
    assert verdicts[inside + 1 :] == ["bad"] * len(field.paste.otherwise)
