"""What a person fills in and reads while linking: fields, how a pasted text is read, and the steps of the guide."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

FieldKind = Literal["text", "password", "number", "select", "text_area"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PasteRule:
    """What a refused paste turns out to be: by its pattern, or by what its JWT says."""

    cause: str
    pattern: re.Pattern[str] | None = None
    jwt: Literal["any", "broken", "expired", "audience", "none"] | None = None
    audience: str | None = None
    belongs_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paste:
    """How a pasted text is read: its accepted form, where to find that in a longer text, and what else it may be.

    ``refuse`` is tried before the accepted form, ``otherwise`` after it.
    """

    accept: re.Pattern[str]
    find: re.Pattern[str]
    json_keys: tuple[str, ...]
    refuse: tuple[PasteRule, ...]
    otherwise: tuple[PasteRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One form field; ``stores_as`` is its name in the vault or the setup."""

    key: str
    label: str
    stores_as: str
    kind: FieldKind
    secret: bool
    required: bool
    placeholder: str | None
    description: str | None
    tooltip: str | None
    options: tuple[tuple[str, str], ...]
    paste: Paste | None


@dataclass(frozen=True, slots=True)
class Variant:
    """What the person may see instead ("I see something else"), and what to do then."""

    title: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideStep:
    """One step beside the form; ``image`` is a path under ``static/guides``, ``link`` the provider's own page."""

    key: str
    title: str
    body: str
    image: str
    alt: str
    link: str | None
    link_text: str | None
    variants: tuple[Variant, ...]
