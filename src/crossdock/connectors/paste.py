"""Reads one pasted text: takes off what surrounds a token, finds it in a longer text, or tells what it is instead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from crossdock.connectors import jwt
from crossdock.connectors.form import Paste, PasteRule

NOTES = {
    "blanks": "Blanks around it were left out.",
    "invisible": "Invisible characters in it were left out.",
    "quotes": "The quotes around it were left out.",
    "bearer": "The word Bearer before it was left out.",
    "doubled": "It was pasted twice. It is used once.",
    "wrapped": "Line breaks inside it were left out.",
    "curl": "The token was taken out of the command.",
    "json": "The token was taken out of the JSON text.",
    "assignment": "The token was taken out of the line that you pasted.",
    "text": "The token was taken out of the text that you pasted.",
}

# A pasted e-mail is a few kilobytes; more than this is not read.
LONGEST = 32 * 1024

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"))
_QUOTES = ('""', "''", "``", "\u201c\u201d", "\u2018\u2019", "\u00ab\u00bb", "\u201e\u201c", "\u201e\u201d")
_BEARER_BEFORE = re.compile(r"(?i)(?:authorization\s{0,4}[:=]\s{0,4})?[\"']?bearer\s{1,8}")
_BEARER_IN = re.compile(r"(?i)\bbearer\s{1,8}([A-Za-z0-9._~+/=-]{8,4096})")
_TOKEN_LINE = re.compile(r"[A-Za-z0-9+/=_.-]{1,4096}")
_RUN_ON = re.compile(r"[A-Za-z0-9+/=_-]")
_ONE_RUN = re.compile(r"[^\s\"'{}<>]{1,32768}")
_ADDRESS = re.compile(r"(?i)(?:https?://|www\.)\S{1,4096}")
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Reading:
    """What a pasted text was read as: ``cause`` where it is refused, ``mend`` where something was put right."""

    value: str
    cause: str | None = None
    mend: str | None = None
    belongs_to: str | None = None


def read(*, paste: Paste, text: str, now: datetime) -> Reading:
    """Read a pasted text for one field."""
    text = text[:LONGEST]
    if not text:
        return Reading("", "paste_empty")
    core, mend = _bare(text)
    if not core:
        return Reading("", "paste_blank")
    half = core[: len(core) // 2]
    if core == half * 2 and judge(paste=paste, value=half, now=now) is None:
        return Reading(half, mend="doubled")
    rule = judge(paste=paste, value=core, now=now)
    if rule is None:
        return Reading(core, mend=mend)
    return _joined(paste, core, now) or _extracted(paste, core, now) or _refused(core, rule)


def judge(*, paste: Paste, value: str, now: datetime) -> PasteRule | None:
    """Return None where the value has the accepted form, else the rule that tells what it is."""
    for rule in paste.refuse:
        if _applies(rule, value, now):
            return rule
    if paste.accept.fullmatch(value):
        return None
    for rule in paste.otherwise:
        if _applies(rule, value, now):
            return rule
    return PasteRule(cause="paste_not_a_token")


def _refused(value: str, rule: PasteRule) -> Reading:
    return Reading(value, rule.cause, belongs_to=rule.belongs_to)


def _applies(rule: PasteRule, value: str, now: datetime) -> bool:
    return (rule.pattern is None or rule.pattern.search(value) is not None) and _jwt_applies(rule, value, now)


def _jwt_applies(rule: PasteRule, value: str, now: datetime) -> bool:
    match rule.jwt:
        case None:
            return True
        case "any":
            return jwt.claims(value) is not None
        case "none":
            return not jwt.looks_like(value)
        case "broken":
            return jwt.looks_like(value) and not any(c.isspace() for c in value) and jwt.claims(value) is None
        case "expired":
            end = jwt.expiry(value)
            return end is not None and end <= now
        case "audience":
            return jwt.claims(value) is not None and rule.audience not in jwt.audiences(value)


def _bare(text: str) -> tuple[str, str | None]:
    """Take blanks, invisible characters, quotes, a last comma and the word Bearer off; tell the strongest of them."""
    visible = text.translate(_INVISIBLE).replace("\u00a0", " ")
    core = visible.strip()
    mend = "invisible" if visible != text and len(visible) != len(text) else "blanks" if core != text else None
    for _ in range(_ROUNDS):
        before = core
        core = core.rstrip(",;").strip()
        if len(core) > 1 and core[0] + core[-1] in _QUOTES:
            core, mend = core[1:-1].strip(), "quotes"
        if found := _BEARER_BEFORE.match(core):
            core, mend = core[found.end() :].strip(), "bearer"
        if core == before:
            break
    return core, mend


def _joined(paste: Paste, core: str, now: datetime) -> Reading | None:
    """Join a token that a mail program has wrapped over several lines."""
    lines = [line.strip() for line in core.splitlines()]
    if len(lines) < 2 or not all(_TOKEN_LINE.fullmatch(line) for line in lines):  # noqa: PLR2004 - two lines or more
        return None
    if any(judge(paste=paste, value=line, now=now) is None for line in lines):
        return None
    whole = "".join(lines)
    return Reading(whole, mend="wrapped") if judge(paste=paste, value=whole, now=now) is None else None


def _extracted(paste: Paste, core: str, now: datetime) -> Reading | None:
    """Find the token in a command, JSON, a line of settings or plain text; None where nothing like one is in it."""
    found: list[str] = []
    for stage in _candidates(paste, core):
        good = {value for value in stage if judge(paste=paste, value=value, now=now) is None}
        if len(good) > 1:
            return Reading(core, "paste_several")
        if good:
            value = good.pop()
            same = core.split()
            return Reading(value, mend="doubled" if len(same) > 1 and set(same) == {value} else _kind_of(paste, core))
        found += stage
    if _ONE_RUN.fullmatch(core):
        return None
    for value in found:
        rule = judge(paste=paste, value=value, now=now)
        if value != core and rule is not None and rule.cause != "paste_not_a_token":
            return _refused(value, rule)
    return None


def _candidates(paste: Paste, core: str) -> Iterator[list[str]]:
    """Yield what may be the token, the surest first: named values, what follows Bearer, anything of its form."""
    if named := _named(paste):
        yield [match[1] for match in named.finditer(core)]
    yield [match[1] for match in _BEARER_IN.finditer(core)]
    if not _ADDRESS.fullmatch(core):
        yield [match[0] for match in paste.find.finditer(core) if _stands_alone(match, core)]


def _stands_alone(match: re.Match[str], core: str) -> bool:
    """Tell whether a find is a whole run of characters and not a piece of a longer one."""
    before, after = core[max(match.start() - 1, 0) : match.start()], core[match.end() : match.end() + 1]
    return not _RUN_ON.match(before) and not _RUN_ON.match(after)


def _named(paste: Paste) -> re.Pattern[str] | None:
    if not paste.json_keys:
        return None
    names = "|".join(paste.json_keys)
    return re.compile(
        rf"(?i)(?<![a-z])(?:{names})[\"'\\]{{0,2}}\s{{0,4}}[:=]\s{{0,4}}[\"'\\]{{0,2}}([^\s\"'\\&,;}}<>]{{4,4096}})"
    )


def _kind_of(paste: Paste, core: str) -> str:
    if re.match(r"(?i)curl\s", core):
        return "curl"
    if core[0] in "{[":
        return "json"
    named = _named(paste)
    return "assignment" if "\n" not in core and named and named.search(core) else "text"
