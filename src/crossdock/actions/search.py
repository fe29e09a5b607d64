"""Finds actions by words: BM25 over names, labels, descriptions and fields, the same answer on every replica.

A word weighs by where it stands; plurals and common verbs are evened out. The score is the share of what the query's
words could reach at best, from 0 to 1, so that it means the same for short queries and long ones; a name that says
more than was asked counts for less than one that says just that.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.model import Action, Connector

_SATURATION: Final = 1.2
_LENGTH_SHARE: Final = 0.4
_NAME_SHARE: Final = 0.25
_WEIGHTS: Final = {"name": 4, "label": 4, "description": 2, "fields": 1}
_WORD: Final = re.compile(r"[a-z]+|[0-9]+")
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SHORTEST_PLURAL: Final = 4
_NOISE: Final = frozenset(
    {"a", "an", "the", "of", "for", "to", "in", "on", "at", "by", "from", "with", "my", "me", "i", "all", "one", "and"}
    | {"or", "is", "it", "are", "there", "how", "what", "which", "where", "can", "do", "does", "please", "that", "this"}
)
_SAME: Final[Mapping[str, str]] = {
    **dict.fromkeys(("fetch", "retrieve", "show", "read", "see", "view"), "get"),
    **dict.fromkeys(("add", "make", "new", "insert", "book"), "create"),
    **dict.fromkeys(("change", "edit", "modify", "set", "patch"), "update"),
    **dict.fromkeys(("remove", "erase"), "delete"),
    **dict.fromkeys(("find", "search", "query", "browse"), "list"),
    **dict.fromkeys(("void", "abort"), "cancel"),
}


@dataclass(frozen=True, slots=True)
class Hit:
    """An action that fits, and how well, from 0 to 1."""

    connector: Connector
    action: Action
    score: float


@dataclass(frozen=True, slots=True)
class _Document:
    """An action's words with their weights and the sum of these, and the words of its name."""

    connector: Connector
    action: Action
    name: frozenset[str]
    weights: Mapping[str, int]
    length: int


@dataclass(slots=True)
class Search:
    """Searches a catalogue; its index is made at the first search, and made again where that is asked for."""

    catalogue: Catalogue
    documents: list[_Document] = field(default_factory=list)
    rarity: dict[str, float] = field(default_factory=dict)
    mean: float = 1.0

    def build(self) -> None:
        """Make the index anew."""
        self.documents = [
            _document(connector, action)
            for connector in self.catalogue.connectors()
            for action in connector.actions.values()
        ]
        count = len(self.documents)
        seen = Counter(word for document in self.documents for word in document.weights)
        self.rarity = {word: math.log(1 + (count - n + 0.5) / (n + 0.5)) for word, n in seen.items()}
        self.mean = sum(document.length for document in self.documents) / max(1, count)

    def indexed(self, *, connector: str | None) -> int:
        """Return how many actions the index holds, of one connector or of all."""
        self._ready()
        return sum(connector in {None, document.connector.key} for document in self.documents)

    def find(self, *, query: str, connector: str | None, top: int, least: float) -> list[Hit]:
        """Return the best actions, the best first and by name where they fit alike; ``least`` is the lowest score.

        Words that no action has count for nothing; where none is left, nothing is found.
        """
        self._ready()
        asked = [word for word in dict.fromkeys(words(query)) if word in self.rarity]
        best = sum(self.rarity[word] for word in asked) * (_SATURATION + 1)
        hits = [
            Hit(document.connector, document.action, round(self._score(document, asked) / best, 4))
            for document in self.documents
            if asked and connector in {None, document.connector.key}
        ]
        fitting = [hit for hit in hits if hit.score > 0 and hit.score >= least]
        return sorted(fitting, key=lambda hit: (-hit.score, hit.action.name))[:top]

    def _score(self, document: _Document, asked: list[str]) -> float:
        share = 1 - _LENGTH_SHARE + _LENGTH_SHARE * document.length / self.mean
        total = 0.0
        for word in asked:
            weight = document.weights.get(word, 0)
            total += self.rarity[word] * weight * (_SATURATION + 1) / (weight + _SATURATION * share)
        covered = len(document.name.intersection(asked)) / max(1, len(document.name))
        return total * (1 - _NAME_SHARE + _NAME_SHARE * covered)

    def _ready(self) -> None:
        if not self.documents:
            self.build()


def words(text: str) -> Iterator[str]:
    """Yield a text's words in lower case: camelCase parted, plurals and common verbs evened out, noise left out."""
    for found in _WORD.findall(_HUMP.sub(" ", text).lower()):
        word = _singular(found)
        if word not in _NOISE:
            yield _SAME.get(word, word)


def matches(*, action: Action, text: str) -> bool:
    """Tell whether each word of a text stands in an action's name, label or description."""
    held = set(words(f"{action.name} {action.label} {action.description}"))
    return all(word in held for word in words(text))


def _singular(word: str) -> str:
    if len(word) < _SHORTEST_PLURAL or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-2] if word.endswith(("xes", "ches", "shes", "sses")) else word[:-1]


def _document(connector: Connector, action: Action) -> _Document:
    texts = {
        "name": action.name,
        "label": f"{connector.name} {action.label}",
        "description": action.description,
        "fields": " ".join(_fields(action.inputs)),
    }
    weights: Counter[str] = Counter()
    for place, text in texts.items():
        for word in set(words(text)):
            weights[word] += _WEIGHTS[place]
    name = frozenset(words(action.name)) - {connector.key}
    return _Document(connector, action, name, weights, sum(weights.values()))


def _fields(schema: Any) -> Iterator[str]:
    """Yield the names of the inputs that a caller fills in, down to those inside objects and lists."""
    if not isinstance(schema, Mapping):
        return
    for name, inner in schema.get("properties", {}).items():
        yield name
        yield from _fields(inner)
    yield from _fields(schema.get("items"))
