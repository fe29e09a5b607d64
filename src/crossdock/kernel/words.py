"""Words of strangers, made fit to be shown: what is invisible or moves other text is taken out."""

from __future__ import annotations

import unicodedata


def plain(text: str, *, longest: int) -> str:
    """Return a text on one line, without characters of Unicode's classes "other", cut after ``longest`` characters."""
    spaced = " ".join(text.split())
    seen = "".join(char for char in spaced if not unicodedata.category(char).startswith("C"))
    return seen if len(seen) <= longest else f"{seen[: longest - 1]}…"
