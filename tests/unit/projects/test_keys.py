from __future__ import annotations

import os
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.projects import keys

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def test_a_key_has_the_form_that_clients_know() -> None:
    """Region, 43 characters of secret, six of checksum: 256 random bits."""
    key = keys.mint(os.urandom).reveal()

    assert re.fullmatch(r"v1\.local\.[\w-]{43}[0-9A-Za-z]{6}", key)
    assert keys.well_formed(key)


def test_keys_are_as_random_as_what_they_are_made_of() -> None:
    """All 32 bytes count: another byte anywhere makes another key."""
    made = {keys.mint(lambda size, place=place: bytes(i == place for i in range(size))).reveal() for place in range(32)}  # type: ignore[misc]  # the default binds the place

    assert len(made) == 32


@given(place=st.integers(0, 57), other=st.sampled_from(ALPHABET))
def test_a_mistyped_character_is_noticed(place: int, other: str) -> None:
    """Any one character changed breaks form or checksum."""
    key = keys.mint(lambda size: bytes(range(size))).reveal()

    wrong = key[:place] + other + key[place + 1 :]

    assert keys.well_formed(wrong) == (wrong == key)


@pytest.mark.parametrize(
    "text", ["", "v1.local.", "v1.eu1." + "a" * 49, "a" * 58, "v1.local." + "ä" * 49, "v1.local.\n"]
)
def test_what_is_no_key_is_told_without_asking_the_database(text: str) -> None:
    """Empty, foreign and odd texts are not well formed."""
    assert not keys.well_formed(text)


def test_a_key_is_shown_by_its_first_characters() -> None:
    """The prefix tells keys apart and spares 39 of 43 characters."""
    key = keys.mint(lambda size: bytes(range(size)))

    assert keys.prefix(key) == key.reveal()[:13]
