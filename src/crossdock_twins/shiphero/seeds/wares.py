"""Wares in any number: names put together from words, each with a price, a weight and a tag."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from crossdock_twins.shiphero.seeds.draw import spread
from crossdock_twins.shiphero.seeds.sale import Ware

_WORDS: Mapping[str, Any] = json.loads(
    files("crossdock_twins.shiphero").joinpath("data", "wares.json").read_text(encoding="utf-8")
)


def many(count: int, *, prefix: str, kind: str = "pets") -> list[Ware]:
    """Give so many wares of a kind of shop; the same each time."""
    words = _WORDS[kind]
    return [_ware(place, words, prefix) for place in range(count)]


def kinds() -> list[str]:
    """Give the kinds of shops there are."""
    return sorted(_WORDS)


def _ware(place: int, words: Mapping[str, Any], prefix: str) -> Ware:
    nouns, looks = words["nouns"], words["looks"]
    noun, price, weight, tag = nouns[place % len(nouns)]
    look = looks[place // len(nouns) % len(looks)]
    series = place // (len(nouns) * len(looks))
    name = f"{look} {noun}".lower().capitalize() + (f" {series + 1}" if series else "")
    stem = "".join(word[:3] for word in name.upper().split()[:3])
    amount = price * (0.85 + spread("price", prefix, place) % 40 / 100)
    return Ware(f"{prefix}-{stem}-{place + 1:03d}", name, f"{amount:.2f}", weight, tag)
