"""Looks a result over for text that gives orders to a model: gift messages, notes and names are written by strangers.

The patterns and the classifier are those of stackone-defender, which looks at what it is handed and fetches nothing.
It finds fields by their names; here every text is handed to it that could hold a sentence, and nothing else, which is
what makes a page of a hundred orders cost a few milliseconds.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.util import find_spec
from typing import Any, Final, Literal

from stackone_defender import PromptDefense, create_prompt_defense

from crossdock.connectors.replies import ActionResult
from crossdock.kernel import words
from crossdock.projects.model import Screening

Risk = Literal["low", "medium", "high", "critical"]
_KEPT_BACK: Final = (
    "The call was made, and its result is kept back: text in it reads like orders to a model."
    " Ask a person to look at it, or for other fields."
)
_RISKS: Final[tuple[Risk, ...]] = ("low", "medium", "high", "critical")
_WORDS: Final = frozenset({"message", "raw", "field", "operation"})
"""Where an error has words of the provider's own, or of somebody that it quotes."""
_BLOCKED: Final = frozenset({"high", "critical"})
_RUNTIMES: Final = ("onnxruntime", "tokenizers", "numpy")
_LONGEST_PATH: Final = 200
_MANY_CHARACTERS: Final = 20_000
# Ids, dates, numbers, addresses of pages: no room for a sentence. Longer ones may be something encoded; very long ones
# are files.
_WORDLESS: Final = re.compile(r"[A-Za-z0-9_.:/@+=,#?&%-]{0,39}|[A-Za-z0-9+/=_-]{4096,}")
# A sentence with something else in place of its blanks: a model reads over that.
_TIED: Final = re.compile(r"[A-Za-z]{1,24}(?:[_.+-][A-Za-z]{1,24}){2,}")
_SOME_NAME: Final = "(name)"
_TIES: Final = str.maketrans("_.+-", "    ")
# What the library's patterns leave through.
_MORE: Final[Mapping[str, re.Pattern[str]]] = {
    "keep_from_user": re.compile(r"(?i)\bdo\s+not\s+(?:tell|inform|mention|show)\b.{0,30}\buser\b"),
    "forget_before": re.compile(
        r"(?i)\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:previous|prior|above|earlier|your|everything)\b.{0,40}"
        r"\b(?:instructions?|prompts?|rules?|messages?|above)\b"
    ),
    "names_the_prompt": re.compile(r"(?i)\b(?:system|developer)\s+(?:prompt|message)\b"),
    "closes_a_role": re.compile(r"(?i)<\s*/?\s*(?:system|assistant|tool_call|function_call)\b"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a look found: the risk, and by the place of a text the names of what it looks like."""

    risk: Risk = "low"
    patterns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    classified: bool = False

    @property
    def is_risky(self) -> bool:
        """Tell whether the result is kept back where results are blocked."""
        return self.risk in _BLOCKED

    def joined(self, other: Finding) -> Finding:
        """Return what both looks found, at the higher risk."""
        risk = max(self.risk, other.risk, key=_RISKS.index)
        return Finding(risk=risk, patterns={**self.patterns, **other.patterns}, classified=self.classified)

    def told(self, *, is_blocked: bool) -> dict[str, Any]:
        """Return the finding as answers have it: ``applied, allowed, risk_level, detections, patterns_by_field``."""
        return {
            "applied": True,
            "allowed": not is_blocked,
            "risk_level": self.risk,
            "detections": sorted({name for names in self.patterns.values() for name in names}),
            "patterns_by_field": {place: list(names) for place, names in self.patterns.items()},
            "tier2_available": self.classified,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a call asks of its own screening, None where it says nothing; it can only be stricter than the project."""

    enabled: bool | None = None
    block: bool | None = None
    classifier: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How one result is looked over: whether a risky one is kept back, and whether the classifier looks too."""

    block: bool = False
    classifier: bool = False

    async def done(self, result: ActionResult) -> tuple[ActionResult, Finding]:
        """Return the result, without its data where it is kept back, and what was found; files are not looked into."""
        if result.file is not None:
            return result, Finding()
        finding = await look(result.data, classifier=self.classifier)
        # A provider's words quote what strangers wrote: a SKU, a name.
        beside = {"next": result.next, "provider_errors": [*result.errors], "warnings": [*result.warnings]}
        finding = finding.joined(await look(beside, classifier=self.classifier))
        return (_kept_back(result, finding) if self.block and finding.is_risky else result), finding

    async def refused(self, detail: Mapping[str, Any]) -> tuple[dict[str, Any], Finding]:
        """Return what an error tells, without a provider's words where they are kept back, and what was found."""
        said = detail.get("provider_errors") or ()
        finding = await look({"provider_errors": [*said]}, classifier=self.classifier)
        if not (self.block and finding.is_risky):
            return dict(detail), finding
        return {**detail, "provider_errors": [*_without_words(said)]}, finding


def _kept_back(result: ActionResult, finding: Finding) -> ActionResult:
    """Return a result without its data, and without a provider's words beside it."""
    following = None if "next" in finding.patterns else result.next
    return replace(result, data=None, next=following, warnings=(_KEPT_BACK,), errors=_without_words(result.errors))


def _without_words(errors: Iterable[Mapping[str, Any]]) -> tuple[dict[str, Any], ...]:
    return tuple({name: one[name] for name in one if name not in _WORDS} for one in errors)


def plan(*, screening: Screening, is_agent: bool, wish: Wish) -> Plan | None:
    """Return how a result is looked over, None for not at all; a wish adds to the project's rules and takes nothing."""
    is_ruled = screening.mode != "off" and (is_agent or screening.everyone)
    is_wished = wish.enabled is not False and bool(wish.enabled or wish.block or wish.classifier)
    if not (is_ruled or is_wished):
        return None
    return Plan(
        block=(is_ruled and screening.mode == "block") or (is_wished and bool(wish.block)),
        classifier=(is_ruled and screening.classifier) or (is_wished and bool(wish.classifier)),
    )


def has_classifier() -> bool:
    """Tell whether what the classifier runs on is installed: it comes with ``crossdock[classifier]``."""
    return all(find_spec(name) is not None for name in _RUNTIMES)


async def look(data: Any, *, classifier: bool = False) -> Finding:
    """Look a JSON value over; with ``classifier`` by the model as well, where it is installed."""
    texts = {words.seen(text)[0]: place for place, text in _texts(data)}
    if not texts:
        return Finding(classified=classifier and has_classifier())
    if classifier or sum(map(len, texts)) > _MANY_CHARACTERS:
        return await asyncio.to_thread(_look, texts, classifier)
    return _look(texts, classifier)


def _look(texts: Mapping[str, str], classifier: bool) -> Finding:  # noqa: FBT001 - asyncio.to_thread hands on by place
    with_model = classifier and has_classifier()
    handed = {str(number): text for number, text in enumerate(texts)}
    seen = _defense(with_model).defend_tool_result(handed, "result")
    places = {str(number): place for number, place in enumerate(texts.values())}
    patterns = {places.get(number, "data"): tuple(names) for number, names in seen.patterns_by_field.items()}
    risk: Risk = seen.risk_level
    for text, place in texts.items():
        more = tuple(name for name, pattern in _MORE.items() if pattern.search(text))
        if more:
            patterns[place] = (*patterns.get(place, ()), *more)
            risk = "high" if risk in {"low", "medium"} else risk
    if with_model and risk in _BLOCKED and not patterns:
        patterns = {texts.get(seen.max_sentence or "", "data"): ("classifier",)}
    return Finding(risk=risk, patterns=patterns, classified=with_model)


@cache
def _defense(with_model: bool) -> PromptDefense:  # noqa: FBT001 - the key of a cache of two
    every_field = {"field_names": [], "field_patterns": [re.compile("")]}
    return create_prompt_defense(
        enable_tier2=with_model, require_tier2=with_model, block_high_risk=True, config={"risky_fields": every_field}
    )


def _texts(data: Any) -> Iterator[tuple[str, str]]:
    """Yield the texts that could hold a sentence, names of members too, with their places as ``[0].gift.message``.

    They come from the last member to the first. A name that could be a sentence is in no place: that is told on.
    """
    left: list[tuple[str, Any]] = [("", data)]
    while left:
        place, value = left.pop()
        if isinstance(value, str):
            if _TIED.fullmatch(value):
                yield place or "data", value.translate(_TIES)
            elif not _WORDLESS.fullmatch(value):
                yield place or "data", value
        elif isinstance(value, dict):
            for name, inner in value.items():
                is_word = _WORDLESS.fullmatch(name) is not None
                left.append((_inner(place, name if is_word else _SOME_NAME), inner))
                if not is_word or _TIED.fullmatch(name):
                    left.append((_inner(place, _SOME_NAME), name))
        elif isinstance(value, list):
            left.extend((f"{place}[{number}]"[:_LONGEST_PATH], inner) for number, inner in enumerate(value))


def _inner(place: str, name: str) -> str:
    return f"{place}.{name}".lstrip(".")[:_LONGEST_PATH]
