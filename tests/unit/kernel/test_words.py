"""Words of strangers: one plain line, nothing unseen, nothing piled up, and alphabets that are told apart."""

from __future__ import annotations

import pytest

from crossdock.kernel.words import mixes_alphabets, plain, seen

UNSEEN = (
    *("\x00", "\x08", "\x1b", "\x7f", "\x9b", "\xad", "\u034f", "\u061c", "\u115f", "\u1160", "\u17b4", "\u180b"),
    *("\u180e", "\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u202a", "\u202e", "\u2060", "\u2064", "\u2066"),
    *("\u2069", "\u206a", "\u206f", "\u3164", "\ufe00", "\ufe0e", "\ufe0f", "\ufeff", "\uffa0", "\ufff9", "\ufffb"),
    *("\U0001bca0", "\U0001d173", "\U000e0001", "\U000e0041", "\U000e007f", "\U000e0100", "\U000e01ef"),
)


def test_strangers_words_are_one_plain_line() -> None:
    """Blanks become one, what nobody sees goes, and what is too long is cut with a mark."""
    assert plain("  a\n\tb\u200b\u202e c ", longest=20) == "a b c"
    assert plain("abcdef", longest=4) == "abc…"
    assert plain("\x00\u2028", longest=4) == ""


@pytest.mark.parametrize("unseen", UNSEEN)
def test_what_nobody_sees_goes(unseen: str) -> None:
    """Alone, in a row and at the ends, among Latin letters: it is taken out, and counted."""
    assert seen(f"{unseen}le{unseen}ave{unseen * 9} it{unseen}") == ("leave it", 12)
    assert plain(f"le{unseen}ave", longest=20) == "leave"


@pytest.mark.parametrize(
    "text", ["👨‍👩‍👧", "❤️‍🔥", "1️⃣ ©️ ✈️", "می‌خواهم", "क्‍ष", "👩🏽‍🚀", "Ünïcødé 葛城", "tab\tand\nline"]
)
def test_what_says_something_stays(text: str) -> None:
    """Emoji, Persian, Hindi, tabs and line breaks come through as they are."""
    assert seen(text) == (text, 0)


@pytest.mark.parametrize("carrier", ["👨", "م", "क"])
@pytest.mark.parametrize("hidden", ["\u200d\u200c" * 20, "\u061c\u200d" * 20, "\ufe0f\ufe0e" * 20, "\u3164\u200c" * 20])
def test_nothing_hides_behind_a_sign_that_may_be_joined(carrier: str, hidden: str) -> None:
    """Of a row of joiners or selectors one is left at most, whatever stood between them."""
    left, removed = seen(f"{carrier}{hidden}{carrier}")

    assert len(left) <= 3
    assert removed + len(left) == len(hidden) + 2


@pytest.mark.parametrize("name", ["\u2800", "\u3164", "\u2800 \u115f\u00a0", "\U000e0100", "\ue000\U0010fffd"])
def test_a_name_of_nothing_is_nothing(name: str) -> None:
    """Blanks that are said to be letters, and signs that no font has, are no name."""
    assert plain(name, longest=20) == ""


def test_marks_do_not_pile_up() -> None:
    """A letter keeps the first few of its marks, so that a name does not cover the lines around it."""
    assert len(plain("A" + "\u0300\u0301" * 30 + "B", longest=80)) <= 6
    assert plain("Nguyễn Thị", longest=20) == "Nguyễn Thị"


@pytest.mark.parametrize(
    ("name", "mixed"),
    [
        ("\u0421laude", True),
        ("Chat\u0262PT", False),
        ("G\u03bfogle", True),
        ("\u13a0ssistant", True),
        ("Claude", False),
        ("Яндекс Go", False),
        ("Ελληνικά", False),
        ("楽天 Assistant2", False),
        ("Ünïcødé", False),
        ("", False),
    ],
)
def test_a_name_of_two_alphabets_is_noticed(name: str, *, mixed: bool) -> None:
    """Within one word letters of alphabets that look alike are told; names in one alphabet are left alone."""
    assert mixes_alphabets(name) is mixed
