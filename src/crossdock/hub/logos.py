"""Lettermarks for providers: our own drawing, made from the name."""

from __future__ import annotations

import re
import zlib

from crossdock.hub.views_link import LogoView

_WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_HUES = 12


def lettermark(*, key: str, name: str) -> LogoView:
    """Return one or two letters (the first of the name's first two words or humps) and a ground that stays the same."""
    words = _WORDS.findall(name) or [key]
    letters = (words[0][0] + (words[1][0] if len(words) > 1 else words[0][1:2])).strip()
    return LogoView(letters=letters[0].upper() + letters[1:].lower(), hue=zlib.crc32(key.encode()) % _HUES)
