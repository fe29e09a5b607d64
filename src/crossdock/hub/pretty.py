"""JSON as people read it: indented, its parts marked for colouring."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from graphql import GraphQLError, parse, print_ast
from markupsafe import Markup, escape

LONGEST: Final = 200_000
_TOKEN: Final = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*")(?=\s*:)|(?P<text>"(?:[^"\\]|\\.)*")|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)'
    r"|(?P<word>\btrue\b|\bfalse\b|\bnull\b)"
)


def written(value: Any) -> str:
    """Write a value as indented JSON."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def indented(text: str) -> str:
    """Write a text anew as indented JSON where it is JSON; else give it back as it is."""
    try:
        return written(json.loads(text))
    except (ValueError, RecursionError):
        return text


def graphql(document: str) -> str:
    """Write a GraphQL document anew, indented; give it back as it is where it cannot be read, such as a cut one."""
    try:
        return print_ast(parse(document))
    except (GraphQLError, RecursionError):
        return document


def coloured(text: str) -> Markup:
    """Escape a text and mark names, texts, numbers and words of its JSON; what is no JSON stays plain."""
    if not text.lstrip().startswith(("{", "[")):
        return escape(text)
    parts: list[str] = []
    place = 0
    for found in _TOKEN.finditer(text):
        parts += [str(escape(text[place : found.start()])), f'<span class="json-{found.lastgroup}">']
        parts += [str(escape(found[0])), "</span>"]
        place = found.end()
    return Markup("".join([*parts, str(escape(text[place:]))]))  # noqa: S704 - every part is escaped above


def cut(text: str) -> tuple[str, int]:
    """Return the beginning of a text that a page can show, and how many characters were left out."""
    return text[:LONGEST], max(0, len(text) - LONGEST)
