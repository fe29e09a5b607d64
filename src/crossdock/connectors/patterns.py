"""Patterns of definition files: compiled only where no input can make them slow."""

from __future__ import annotations

import re

_GROUP_REPEATED = re.compile(r"\)(?:[*+]|\{\d+,)")
_UNBOUNDED = re.compile(r"[*+]|\{\d+,\}")
_BOUNDED = re.compile(r"\{\d*,?(\d+)\}")
_LOOKBACK = re.compile(r"\(\?(?:P=|<[=!]|=|!|\()")
_REFERENCE = re.compile(r"\\[1-9]")
_MAX_REPEAT = 8192


class SlowPatternError(ValueError):
    """A pattern that is not a regular expression, or one that some text can make slow."""


def compile_pattern(text: str) -> re.Pattern[str]:
    """Compile a pattern that runs in time linear in its input; raise SlowPatternError with the reason.

    Repetition must be bounded, never of a group, and there are no references, look-aheads or look-behinds: what is
    left cannot backtrack beyond a fixed number of steps for each start.
    """
    bare = _without_classes(text)
    if _LOOKBACK.search(bare) or _REFERENCE.search(bare):
        raise SlowPatternError("look-around and references are not allowed in patterns")
    if _UNBOUNDED.search(bare):
        raise SlowPatternError("write {1,80} instead of + or *: repetition must be bounded")
    if _GROUP_REPEATED.search(bare):
        raise SlowPatternError("a group may only be optional: repeating it can be slow")
    if any(int(most) > _MAX_REPEAT for most in _BOUNDED.findall(bare)):
        raise SlowPatternError(f"nothing may repeat more than {_MAX_REPEAT} times")
    try:
        return re.compile(text)
    except re.error as error:
        raise SlowPatternError(f"this is not a regular expression: {error}") from None


def _without_classes(text: str) -> str:
    """Return the pattern with escapes and character classes replaced, so that only its operators are left."""
    kept: list[str] = []
    inside, skip = False, False
    for place, character in enumerate(text):
        if skip:
            skip = False
            kept.append("x" if inside or not character.isdigit() else f"\\{character}")
        elif character == "\\":
            skip = True
        elif inside:
            inside = character != "]" or text[place - 1] == "[" or text[place - 2 : place] == "[^"
        elif character == "[":
            inside = True
            kept.append("x")
        else:
            kept.append(character)
    return "".join(kept)
