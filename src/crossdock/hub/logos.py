"""Marks for providers, of our own drawing: the connector's picture, or letters made from its name."""

from __future__ import annotations

import re
import zlib
from dataclasses import replace

from crossdock.connectors.model import Connector
from crossdock.hub.assets import Assets
from crossdock.hub.views_link import LogoView

_WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_HUES = 12


def of(connector: Connector, *, assets: Assets) -> LogoView:
    """Return a connector's mark; where its picture is missing, its letters stand alone."""
    return replace(lettermark(key=connector.key, name=connector.name), image=assets.picture(connector.icon))


def lettermark(*, key: str, name: str) -> LogoView:
    """Return one or two letters (the first of the name's first two words or humps) and a ground that stays the same."""
    words = _WORDS.findall(name) or [key]
    letters = (words[0][0] + (words[1][0] if len(words) > 1 else words[0][1:2])).strip()
    return LogoView(letters=letters[0].upper() + letters[1:].lower(), hue=zlib.crc32(key.encode()) % _HUES)
