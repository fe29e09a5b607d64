"""Checking an address without the world's street registers: by how it is built, and by postal codes and their regions.

Which parts of an address a real register would confirm is the twin's own guess: a house number stands for a confirmed
premise, and a postal code of the right form and region for a confirmed city.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from crossdock_twins.easyship.reference.states import states_of
from crossdock_twins.easyship.reference.tables import COUNTRIES, load

_POSTAL = load("postal")
_LEVELS = ("none", "state", "city", "street", "premise")
_STATUSES = {"premise": "verified", "street": "partially_verified", "city": "partially_verified"}
_TEXTS = ("line_1", "line_2", "city", "state", "company_name")
_SHOWN = ("city", "company_name", "line_1", "line_2", "postal_code", "state")
_DEGREES = ("none", "minor", "moderate", "major")
_PREFIX = 3


def validated(sent: Mapping[str, Any]) -> dict[str, Any]:
    """Show an address with what its check found, corrected where `replace_with_validation_result` asks for that."""
    found = corrected(sent)
    shown = found if sent.get("replace_with_validation_result", False) else sent
    address = {name: shown.get(name) for name in _SHOWN}
    return dict(
        sorted(
            {
                **address,
                "country_alpha2": sent["country_alpha2"],
                "id": str(uuid4()),
                "validation": validation(sent, found),
            }.items()
        )
    )


def validation(sent: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """Give the result of a check as the API shows it; a `found` address is what `corrected` gave."""
    before, after = _level(sent), _level(found)
    changed = sum((sent.get(name) or "") != (found.get(name) or "") for name in _SHOWN)
    address = {name: found.get(name) or "" for name in ("city", "line_1", "postal_code", "state")}
    optional = {"company_name": found.get("company_name"), "line_2": found.get("line_2"), "line_3": None}
    return {
        "address": dict(sorted({**address, **optional, "country_alpha2": found["country_alpha2"]}.items())),
        "comparison": {"changes": _DEGREES[min(changed, len(_DEGREES) - 1)], "post": after, "pre": before},
        "detail": after,
        "status": _STATUSES.get(after, "unverified"),
    }


def corrected(sent: Mapping[str, Any]) -> dict[str, Any]:
    """Write an address as its country's post does: Latin letters, one form of postal code, states by their letters."""
    country = sent["country_alpha2"]
    texts = {name: latin(sent[name]) for name in _TEXTS if sent.get(name)}
    postal_code = _postal_code(sent.get("postal_code") or "", country)
    region = _region(postal_code, country)
    line = texts.get("line_1", "")
    words = _POSTAL["street_words"] if country == "US" else {}
    state = _abbreviated(texts.get("state", ""), country)
    return {
        **texts,
        "city": texts.get("city", "").strip(),
        "country_alpha2": country,
        "line_1": " ".join(words.get(word.lower(), word) for word in line.split()),
        "postal_code": postal_code,
        "state": region if region and state not in {row["abbr"] for row in states_of(country)} else state,
    }


def latin(text: str) -> str:
    """Write a text in Latin letters: accents go, Cyrillic and Greek are transliterated, other scripts stay."""
    plain = unicodedata.normalize("NFKD", "".join(_latin(char) for char in text))
    return "".join(char for char in plain if not unicodedata.combining(char))


def _latin(char: str) -> str:
    """Transliterate a letter, or where it has an accent the letter below it."""
    letters, bare = _POSTAL["letters"], unicodedata.normalize("NFKD", char)[:1]
    written = letters.get(char.lower(), letters.get(bare.lower(), char))
    return _cased(written, char)


def _cased(written: str, original: str) -> str:
    return written.capitalize() if original.isupper() else written


def _level(address: Mapping[str, Any]) -> str:
    country = address["country_alpha2"]
    postal_code, state = address.get("postal_code") or "", address.get("state") or ""
    pattern = _POSTAL["patterns"].get(country)
    region = _region(postal_code, country)
    if not re.search(r"[^\W\d_]", address["city"]):
        return "none"
    if country in COUNTRIES and COUNTRIES[country].postal_code and not postal_code:
        return "state"
    if pattern is not None and not re.fullmatch(pattern, postal_code):
        return "state"
    if country in _POSTAL["regions"] and region != _abbreviated(state, country) and (state or not region):
        return "state"
    if not re.search(r"[^\W\d_]{2}", address["line_1"]):
        return "city"
    return "premise" if re.search(r"\d", address["line_1"]) else "street"


def _postal_code(sent: str, country: str) -> str:
    code = re.sub(r"[\s-]+", "", sent.upper())
    if country == "US" and len(code) > len("12345"):
        return f"{code[:5]}-{code[5:]}"
    if country not in _POSTAL["separators"]:
        return sent.strip().upper()
    place, mark = _POSTAL["separators"][country]
    return f"{code[:place]}{mark}{code[place:]}" if code else code


def _region(postal_code: str, country: str) -> str:
    for first, last, region in _POSTAL["regions"].get(country, ()):
        if first <= postal_code[: len(first)] <= last and len(postal_code) >= _PREFIX:
            return str(region)
    return ""


def _abbreviated(state: str, country: str) -> str:
    for row in states_of(country):
        if state.strip().lower() in {row["abbr"].lower(), row["name"].lower()}:
            return str(row["abbr"])
    return state.strip()
