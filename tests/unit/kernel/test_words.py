from __future__ import annotations

from crossdock.kernel.words import plain


def test_strangers_words_are_one_plain_line() -> None:
    """Blanks become one, what nobody sees goes, and what is too long is cut with a mark."""
    assert plain("  a\n\tb\u200b\u202e c ", longest=20) == "a b c"
    assert plain("abcdef", longest=4) == "abc…"
    assert plain("\x00\u2028", longest=4) == ""
