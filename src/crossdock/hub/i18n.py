"""The texts of the pages in the reader's language: gettext catalogues, English being the source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from gettext import GNUTranslations, NullTranslations, find
from pathlib import Path
from typing import Literal

FOLDER = Path(__file__).parent / "locale"
PSEUDO = "en-XA"
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PLACEHOLDER = re.compile(r"(%\([a-z_]+\)[sd]|%%)")
_ACCENTS = str.maketrans("aeiouyAEIOUcnsz", "áéíóúýÁÉÍÓÚçñšž")


class Pseudo(NullTranslations):
    """English with accents and 40 % more length: shows what a translation would break."""

    def gettext(self, message: str) -> str:
        """Stretch a text, leaving its placeholders alone."""
        parts = _PLACEHOLDER.split(message)
        text = "".join(part if _PLACEHOLDER.fullmatch(part) else part.translate(_ACCENTS) for part in parts)
        return f"[{text}{'·' * (len(message) * 2 // 5)}]"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Stretch the form that fits the number."""
        return self.gettext(msgid1 if n == 1 else msgid2)


@dataclass(frozen=True, slots=True)
class Texts:
    """One language: looks messages up by their English text and writes dates."""

    locale: str = "en"
    catalogue: NullTranslations = field(default_factory=NullTranslations, repr=False)

    @property
    def direction(self) -> Literal["ltr", "rtl"]:
        """Return the direction of writing."""
        return "rtl" if self.locale.split("-")[0] in _RIGHT_TO_LEFT else "ltr"

    def text(self, message: str, /, **values: object) -> str:
        """Return the message in this language with ``%(name)s`` filled in."""
        return self.catalogue.gettext(message) % values if values else self.catalogue.gettext(message)

    def count(self, one: str, many: str, number: int, /) -> str:
        """Return the form for a number; ``%(num)s`` in it is the number."""
        return self.catalogue.ngettext(one, many, number) % {"num": number}

    def fact(self, value: object) -> str:
        """Write what a provider told: a truth value as yes or no, anything else as it is."""
        if isinstance(value, bool):
            return self.text("Yes") if value else self.text("No")
        return str(value)

    def day(self, moment: datetime) -> str:
        """Write a date, in UTC: ``14 Oct 2027``."""
        there = moment.astimezone(UTC)
        return f"{there.day} {self.text(_MONTHS[there.month - 1])} {there.year}"

    def moment(self, moment: datetime) -> str:
        """Write a date and time, in UTC: ``14 Oct 2027, 09:05 UTC``."""
        return f"{self.day(moment)}, {moment.astimezone(UTC):%H:%M} UTC"

    def span(self, length: timedelta) -> str:
        """Write how long in one unit: ``22 days``, ``3 hours``, ``a moment``."""
        seconds = abs(length.total_seconds())
        if seconds < _MINUTE:
            return self.text("a moment")
        if seconds < _HOUR:
            return self.count("%(num)s minute", "%(num)s minutes", round(seconds / _MINUTE))
        if seconds < 2 * _DAY:
            return self.count("%(num)s hour", "%(num)s hours", round(seconds / _HOUR))
        return self.count("%(num)s day", "%(num)s days", round(seconds / _DAY))

    def relative(self, moment: datetime, *, now: datetime) -> str:
        """Write a moment as seen from now: ``in 22 days``, ``3 hours ago``."""
        if abs((moment - now).total_seconds()) < _MINUTE:
            return self.text("just now") if moment <= now else self.text("in a moment")
        span = self.span(moment - now)
        return self.text("in %(span)s", span=span) if moment > now else self.text("%(span)s ago", span=span)


def load(folder: Path = FOLDER) -> Mapping[str, Texts]:
    """Load each ``{locale}/LC_MESSAGES/crossdock.mo`` of a folder; English and the pseudo-locale are always there."""
    found = {"en": Texts(), PSEUDO: Texts(PSEUDO, Pseudo())}
    for place in sorted(folder.iterdir()) if folder.is_dir() else ():
        file = find("crossdock", folder, [place.name])
        if file is not None:
            with Path(file).open("rb") as stream:
                found[place.name] = Texts(place.name, GNUTranslations(stream))
    return found


def choose(known: Mapping[str, Texts], accept: str) -> Texts:
    """Pick the language of an ``Accept-Language`` header (RFC 9110 §12.5.4); English where nothing fits."""
    wishes: list[tuple[float, str]] = []
    for part in accept.split(",")[:20]:
        tag, _, weight = part.strip().partition(";q=")
        try:
            wishes.append((-float(weight or 1), tag))
        except ValueError:
            continue
    for _, tag in sorted(wishes, key=lambda wish: wish[0]):
        for name in (tag, tag.split("-")[0]):
            if name in known:
                return known[name]
    return known["en"]
