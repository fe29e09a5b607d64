"""Checking addresses without a register: how they are written, and what their postal codes say."""

import pytest

from crossdock_twins.easyship.addresses.rules import humanized
from crossdock_twins.easyship.addresses.validations import corrected, latin, validation


@pytest.mark.parametrize(
    ("country", "sent", "written"),
    [
        ("GB", "sw1a2aa", "SW1A 2AA"),
        ("GB", " m1 1ae ", "M1 1AE"),
        ("CA", "k1p5a0", "K1P 5A0"),
        ("NL", "1012ab", "1012 AB"),
        ("US", "97209", "97209"),
        ("US", "972091234", "97209-1234"),
        ("PL", "00001", "00-001"),
        ("PT", "1000001", "1000-001"),
        ("JP", "1000001", "100-0001"),
        ("SE", "11122", "111 22"),
        ("DE", "10115", "10115"),
        ("GB", "", ""),
    ],
)
def test_postal_codes_have_one_form(country: str, sent: str, written: str) -> None:
    """Whatever blanks and letters they come with."""
    address = {"line_1": "1 Street", "city": "Town", "postal_code": sent, "country_alpha2": country}

    assert corrected(address)["postal_code"] == written


@pytest.mark.parametrize(
    ("country", "postal_code", "state"),
    [
        ("US", "10001", "NY"),
        ("US", "20500", "DC"),
        ("US", "00901", "PR"),
        ("US", "73301", "TX"),
        ("CA", "H2Y 1C6", "QC"),
        ("AU", "3000", "VIC"),
        ("GB", "SW1A 2AA", ""),
    ],
)
def test_a_missing_state_follows_from_the_code(country: str, postal_code: str, state: str) -> None:
    """In the three countries whose codes tell it."""
    address = {"line_1": "1 Street", "city": "Town", "postal_code": postal_code, "country_alpha2": country}

    assert corrected(address)["state"] == state


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Улица Ленина", "Ulica Lenina"),
        ("Żółta", "Zolta"),
        ("Αθήνα", "Athina"),
        ("São Paulo", "Sao Paulo"),
        ("東京", "東京"),
    ],
)
def test_texts_are_written_in_latin_letters(text: str, written: str) -> None:
    """Accents go; what the twin cannot transliterate stays."""
    assert latin(text) == written


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, "verified"),
        ({"line_1": "Downing Street"}, "partially_verified"),
        ({"line_1": "1"}, "partially_verified"),
        ({"postal_code": "12345"}, "unverified"),
        ({"postal_code": None}, "unverified"),
        ({"city": "123"}, "unverified"),
    ],
)
def test_a_check_tells_how_far_an_address_holds(changes: dict[str, str | None], status: str) -> None:
    """A house number makes a premise, a good code a city."""
    sent = {
        "line_1": "10 Downing Street",
        "city": "London",
        "postal_code": "SW1A 2AA",
        "country_alpha2": "GB",
        **changes,
    }

    assert validation(sent, corrected(sent))["status"] == status


def test_attributes_start_a_sentence() -> None:
    """As Rails writes them."""
    assert [humanized(name) for name in ("line_1", "contact_email")] == ["Line 1", "Contact email"]
