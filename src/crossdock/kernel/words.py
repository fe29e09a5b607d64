"""Words of strangers, made fit to be shown: what is invisible or moves other text is taken out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

# Controls other than tab and line breaks, and what Unicode's DerivedCoreProperties.txt calls
# Default_Ignorable_Code_Point: soft hyphens, fillers, marks of direction, joiners, variation selectors, tags; with the
# annotations of U+FFF9, which are as unseen.
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# Persian and Hindi are written with single joiners between letters, emoji are made with them and with a selector
# behind a sign: these say something. In a row, or among Latin letters, they can only hide something.
_KEPT: Final = re.compile(
    "(?<=[\u0600-\u1fff\u2190-\u3299\ufe0f\U0001f000-\U0001faff])[\u200c\u200d]"
    "(?=[\u0600-\u1fff\u2190-\u3299\U0001f000-\U0001faff])"
    "|(?<=[\xa9\xae\u203c-\u3299\U0001f000-\U0001faff])[\ufe0e\ufe0f]"
    "|(?<=[0-9#*])\ufe0f(?=\u20e3)"
)
_BLANK: Final = "\u2800"
_MOST_MARKS: Final = 4
_LIKE_LATIN: Final = frozenset({"LATIN", "CYRILLIC", "GREEK", "COPTIC", "ARMENIAN", "CHEROKEE", "LISU"})


def seen(text: str) -> tuple[str, int]:
    """Return a text without characters that nobody sees, and how many those were."""
    if _UNSEEN.search(text) is None:
        return text, 0
    kept = {found.start() for found in _KEPT.finditer(text)}
    left = "".join(char for place, char in enumerate(text) if place in kept or _UNSEEN.match(char) is None)
    # Once more: what stood between two signs that stay may have been what let them stay.
    again = seen(left)[0] if len(left) < len(text) else left
    return again, len(text) - len(again)


def plain(text: str, *, longest: int) -> str:
    """Return a text on one line, without what is unseen or piled up, cut after ``longest`` characters."""
    spaced = " ".join(unicodedata.normalize("NFC", text).replace(_BLANK, " ").split())
    line = " ".join("".join(_unpiled(seen(spaced)[0])).split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def mixes_alphabets(text: str) -> bool:
    """Tell whether a word mixes alphabets whose letters look alike, as a Cyrillic letter among Latin ones does."""
    return any(len(_alphabets(word)) > 1 for word in re.findall(r"\w+", unicodedata.normalize("NFKC", text)))


def _unpiled(text: str) -> Iterator[str]:
    """Yield the characters of a name: no others, private or unassigned, and of marks on one letter the first few."""
    marks = 0
    for char in text:
        kind = unicodedata.category(char)[0]
        marks = marks + 1 if kind == "M" else 0
        if kind != "C" and marks <= _MOST_MARKS:
            yield char


def _alphabets(word: str) -> set[str]:
    found = {unicodedata.name(char, "").partition(" ")[0] for char in word if char.isalpha()}
    return found & _LIKE_LATIN
