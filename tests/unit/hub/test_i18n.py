from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crossdock.hub import i18n

NOW = datetime(2026, 11, 21, 14, 30, tzinfo=UTC)
ENGLISH = i18n.Texts()


@pytest.mark.parametrize(
    ("accept", "locale"),
    [
        ("", "en"),
        ("de-DE,de;q=0.9", "en"),
        ("en-XA", "en-XA"),
        ("de;q=0.9, en-XA;q=0.5, en;q=0.4", "en-XA"),
        ("en-GB,en;q=0.8", "en"),
        ("xx;q=high", "en"),
        ("," * 500, "en"),
    ],
)
def test_the_browser_chooses_the_language(accept: str, locale: str) -> None:
    """The language comes from Accept-Language by weight; an unknown or broken one gives English."""
    assert i18n.choose(i18n.load(), accept).locale == locale


def test_a_catalogue_in_the_folder_is_a_language(tmp_path: Path) -> None:
    """A compiled gettext catalogue below the folder is found by its locale."""
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    # An empty catalogue: magic number, version, no messages.
    (folder / "crossdock.mo").write_bytes(
        bytes.fromhex("de120495" + "00000000" + "00000000" + "1c000000" * 2) + b"\0" * 8
    )

    found = i18n.load(tmp_path)

    assert sorted(found) == ["de", "en", "en-XA"]
    assert found["de"].text("Sign in") == "Sign in"


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(seconds=5), "a moment"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=30), "30 minutes"),
        (timedelta(hours=36), "36 hours"),
        (timedelta(days=22.4), "22 days"),
    ],
)
def test_spans_are_told_in_one_unit(length: timedelta, said: str) -> None:
    """A length of time is rounded to the unit that people would use."""
    assert ENGLISH.span(length) == said
    assert ENGLISH.relative(NOW + length, now=NOW) == f"in {said}"
    assert ENGLISH.relative(NOW - length, now=NOW) == ("just now" if said == "a moment" else f"{said} ago")


def test_dates_are_written_in_utc() -> None:
    """A moment in another zone is told in UTC, with the zone beside it."""
    there = datetime.fromisoformat("2027-10-14T01:05:00+02:00")

    assert ENGLISH.day(there) == "13 Oct 2027"
    assert ENGLISH.moment(there) == "13 Oct 2027, 23:05 UTC"


def test_the_pseudo_language_stretches_and_keeps_placeholders() -> None:
    """The pseudo-locale is longer than English and still takes its values."""
    pseudo = i18n.load()[i18n.PSEUDO]

    said = pseudo.text("Link %(name)s again", name="Acme")

    assert "Acme" in said
    assert len(said) > len("Link Acme again") * 1.3


def test_right_to_left_languages_say_so() -> None:
    """Arabic and Hebrew pages run from right to left."""
    assert i18n.Texts("ar").direction == "rtl"
    assert i18n.Texts("he-IL").direction == "rtl"
    assert ENGLISH.direction == "ltr"


@pytest.mark.parametrize(("told", "written"), [(True, "Yes"), (False, "No"), (3, "3"), ("Leeds", "Leeds")])
def test_what_a_provider_told_is_written_for_people(told: object, written: str) -> None:
    """A truth value is yes or no, never a word of the program's."""
    assert i18n.Texts().fact(told) == written
