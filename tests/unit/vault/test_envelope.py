from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.kernel.ids import Ids
from crossdock.kernel.secret import Secret
from crossdock.vault import envelope
from crossdock.vault.envelope import Place
from crossdock.vault.keys import Key, KeyRing

PLACE = Place("prj_1", "acc_1", "access_token", 1)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Key:
    return KeyRing.create(tmp_path_factory.mktemp("ring") / "ring.json", ids=Ids()).newest()


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=5000))
def test_what_was_sealed_opens_in_its_place(key: Key, text: str) -> None:
    """Any text comes back as it went in."""
    sealed = envelope.seal(key=key, place=PLACE, secret=Secret(text))

    assert envelope.unseal(key=key, place=PLACE, sealed=sealed).reveal() == text


def test_the_same_secret_never_looks_the_same(key: Key) -> None:
    """Each sealing has its own data key and nonces."""
    first, second = (envelope.seal(key=key, place=PLACE, secret=Secret("same")) for _ in range(2))

    assert first.wrapped_key != second.wrapped_key
    assert first.ciphertext != second.ciphertext


def test_rewrapping_changes_the_wrapping_alone(key: Key, tmp_path: Path, ids: Ids) -> None:
    """A re-wrapped secret opens with the new key, and its ciphertext has not moved a bit."""
    new = KeyRing.create(tmp_path / "new.json", ids=ids).newest()
    sealed = envelope.seal(key=key, place=PLACE, secret=Secret("token"))

    moved = envelope.rewrap(old=key, new=new, place=PLACE, sealed=sealed)

    assert moved.key_id == new.id
    assert moved.ciphertext == sealed.ciphertext
    assert envelope.unseal(key=new, place=PLACE, sealed=moved).reveal() == "token"


@given(
    parts=st.tuples(st.text(max_size=8), st.text(max_size=8), st.text(max_size=8)),
    others=st.tuples(st.text(max_size=8), st.text(max_size=8), st.text(max_size=8)),
)
def test_no_two_places_are_bound_alike(parts: tuple[str, str, str], others: tuple[str, str, str]) -> None:
    """However a place is cut into parts, another place has other associated data."""
    clean = all(part.isprintable() for part in (*parts, *others))

    one, two = Place(*parts, 1), Place(*others, 1)

    assert not clean or (one == two) == (one.bound("field") == two.bound("field"))
