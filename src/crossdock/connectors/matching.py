"""How a reply is told apart from another: status, kind of content, headers, members of its JSON, its text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from crossdock.egress.exchange import Reply

On = Literal["api", "token", "part"]
"""Whose reply it is; `part` is that of an API which did what it was asked, and says what it did not."""

Content = Literal["json", "html", "text", "empty"]

# A cause is told by the start of a body; a cap keeps one large reply from costing much.
_LOOKED_AT = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """One way in which a cause shows: a status from ``low`` to ``high``, and every other part that is given."""

    on: On
    low: int
    high: int
    content: Content | None
    headers: Mapping[str, re.Pattern[str]]
    json: Mapping[str, re.Pattern[str]]
    text: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Seen:
    """A reply looked at once: its kind of content, its JSON where it has any, the start of its text."""

    status: int
    headers: Mapping[str, str]
    content: Content
    json: Any
    text: str


def look_at(reply: Reply) -> Seen:
    """Look at a reply once, so that many conditions can be tried on it."""
    text = reply.text()[:_LOOKED_AT]
    stripped = text.lstrip("\ufeff \t\r\n")
    try:
        body: Any = reply.json() if stripped else None
    except ValueError:
        body = None
    content: Content
    if not stripped:
        content = "empty"
    elif isinstance(body, dict | list):
        content = "json"
    elif stripped[:1] == "<" or "text/html" in reply.headers.get("content-type", ""):
        content = "html"
    else:
        content = "text"
    return Seen(reply.status, reply.headers, content, body, text)


def matches(when: When, seen: Seen) -> bool:
    """Return whether every given part of the condition holds."""
    return (
        when.low <= seen.status <= when.high
        and (when.content is None or when.content == seen.content)
        and all(pattern.search(seen.headers.get(name, "")) for name, pattern in when.headers.items())
        and all(_any_matches(pattern, at(seen.json, path)) for path, pattern in when.json.items())
        and (when.text is None or when.text.search(seen.text) is not None)
    )


def at(value: Any, path: str) -> list[Any]:
    """Return what stands at a dotted path; ``[]`` after a name walks every member of a list, a number picks one."""
    found = [value]
    for part in path.split(".") if path else ():
        name, every = (part[:-2], True) if part.endswith("[]") else (part, False)
        found = [inner for outer in found for inner in _step(outer, name)]
        if every:
            found = [inner for outer in found if isinstance(outer, list) for inner in outer]
    return found


def first(value: Any, path: str) -> Any:
    """Return the first thing at a dotted path, or None."""
    found = at(value, path)
    return found[0] if found else None


def _step(outer: Any, name: str) -> list[Any]:
    if not name:
        return [outer]
    if isinstance(outer, dict):
        return [outer[name]] if name in outer else []
    if isinstance(outer, list) and name.isdigit():
        return [outer[int(name)]] if int(name) < len(outer) else []
    return []


def _any_matches(pattern: re.Pattern[str], found: list[Any]) -> bool:
    return any(pattern.search(_as_text(one)) for one in found)


def _as_text(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return " ".join(_as_text(one) for one in value)
    return str(value)
