from __future__ import annotations

import pytest

from crossdock.hub.logos import lettermark


@pytest.mark.parametrize(
    ("name", "letters"),
    [("ParcelPath", "Pp"), ("Easy parcel", "Ep"), ("Ship", "Sh"), ("DHL", "Dh"), ("3PL Central", "3p"), ("", "Ke")],
)
def test_the_letters_come_from_the_name(name: str, letters: str) -> None:
    """Two words or humps give their first letters, one word its first two, no name the key's."""
    assert lettermark(key="key", name=name).letters == letters


def test_a_ground_stays_the_same() -> None:
    """The colour follows from the key alone and is one of twelve."""
    hues = {lettermark(key=f"key{number}", name="Any").hue for number in range(200)}

    assert hues == set(range(12))
    assert lettermark(key="a", name="One").hue == lettermark(key="a", name="Two").hue
