"""What a browser needs to say at once what was pasted: the connector's rules as JSON, with the words to show."""

from __future__ import annotations

import json
import re
from typing import Any

from crossdock.connectors import guide
from crossdock.connectors.form import Field, Paste, PasteRule
from crossdock.connectors.model import AuthMethod, Connector
from crossdock.hub.i18n import Texts

_LEADING_FLAGS = re.compile(r"^\(\?([a-zA-Z]+)\)")


def rules(texts: Texts, *, connector: Connector, method: AuthMethod, field: Field) -> str:
    """Return the rules of one field in the order of ``connectors.paste``: the first that fits says what it is."""
    if field.paste is None:
        return "[]"
    found = [
        *(_refused(texts, connector, method, rule) for rule in field.paste.refuse),
        *_accepted(texts, connector, method, field.paste),
        {
            **_script(field.paste.find),
            "inside": True,
            "verdict": "warn",
            "text": texts.text("There is a token in this text. Only the token is used."),
        },
        *(_refused(texts, connector, method, rule) for rule in field.paste.otherwise),
    ]
    return json.dumps(found, ensure_ascii=False)


def _accepted(texts: Texts, connector: Connector, method: AuthMethod, paste: Paste) -> list[dict[str, Any]]:
    """Say which environment an accepted token is for, where its prefix tells."""
    accept = _script(paste.accept)
    worlds = [connector.environment(key) for key in method.environments]
    named = [
        {
            **_script(re.compile(f"^{re.escape(world.token_prefix)}")),
            "also": accept["pattern"],
            "verdict": "ok",
            "text": texts.text("This looks right: a token for %(name)s.", name=world.name),
        }
        for world in worlds
        if world.token_prefix
    ]
    return named or [{**accept, "verdict": "ok", "text": texts.text("This looks right.")}]


def _refused(texts: Texts, connector: Connector, method: AuthMethod, rule: PasteRule) -> dict[str, Any]:
    cause = connector.cause(rule.cause)
    said = f"{texts.text(cause.title).rstrip('.')}. {texts.text(cause.remedy)}"
    found: dict[str, Any] = {"verdict": "bad", "text": said}
    if step := guide.step_for(method=method, cause=cause):
        found |= {"step": step, "button": texts.text(cause.button)}
    if rule.pattern is not None:
        found |= _script(rule.pattern)
    return found | ({"jwt": rule.jwt} if rule.jwt else {}) | ({"audience": rule.audience} if rule.audience else {})


def _script(pattern: re.Pattern[str]) -> dict[str, str]:
    """Write a pattern for a browser: the leading flags of Python's form become flags of their own."""
    leading = _LEADING_FLAGS.match(pattern.pattern)
    text = pattern.pattern[leading.end() :] if leading else pattern.pattern
    return {"pattern": text, "flags": "i" if pattern.flags & re.IGNORECASE else ""}
