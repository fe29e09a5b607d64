"""A sealed secret opens in its own place with its own key, whole and unchanged, or not at all."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from crossdock.kernel.ids import Ids
from crossdock.kernel.secret import Secret
from crossdock.vault import envelope
from crossdock.vault.envelope import Place, SealBrokenError, Sealed
from crossdock.vault.keys import Key, KeyRing

PLACE = Place("prj_1", "acc_1", "access_token", 7)
TOKEN = "prod_4711/canary+token="
FLIPS = 1000
SEALS = 100_000


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    made = KeyRing.create(tmp_path_factory.mktemp("ring") / "ring.json", ids=Ids())
    made.extend(ids=Ids())
    return made


@pytest.fixture(scope="module")
def key(ring: KeyRing) -> Key:
    return ring.newest()


@pytest.fixture(scope="module")
def sealed(key: Key) -> Sealed:
    return envelope.seal(key=key, place=PLACE, secret=Secret(TOKEN))


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(PLACE, project_id="prj_2"),
        replace(PLACE, owner_id="acc_2"),
        replace(PLACE, field="refresh_token"),
        replace(PLACE, generation=8),
        Place("prj_1acc_1", "", "access_token", 7),
        Place("prj_1", "acc_1access_token", "", 7),
        Place("acc_1", "prj_1", "access_token", 7),
        Place("prj_1", "acc_1", "access_token7", 0),
    ],
)
def test_a_moved_seal_does_not_open(key: Key, sealed: Sealed, elsewhere: Place) -> None:
    """A row copied to another project, owner, field or generation is refused."""
    with pytest.raises(SealBrokenError):
        envelope.unseal(key=key, place=elsewhere, sealed=sealed)


def test_no_flipped_bit_goes_unnoticed(key: Key, sealed: Sealed) -> None:
    """A thousand flips of one bit, anywhere in what the database keeps, are all refused."""
    chance = random.Random(8)  # noqa: S311 - which bits are tried is no secret
    refused = 0

    for _ in range(FLIPS):
        part = chance.choice(("wrapped_key", "ciphertext"))
        box = bytearray(getattr(sealed, part))
        box[chance.randrange(len(box))] ^= 1 << chance.randrange(8)
        broken = (
            replace(sealed, wrapped_key=bytes(box)) if part == "wrapped_key" else replace(sealed, ciphertext=bytes(box))
        )
        refused += _refuses(key, broken)

    assert refused == FLIPS


def test_no_shortened_or_lengthened_seal_opens(key: Key, sealed: Sealed) -> None:
    """Cut at every length, and with bytes added, both boxes are refused."""
    cut = [replace(sealed, ciphertext=sealed.ciphertext[:end]) for end in range(len(sealed.ciphertext))]
    cut += [replace(sealed, wrapped_key=sealed.wrapped_key[:end]) for end in range(len(sealed.wrapped_key))]
    grown = [
        replace(sealed, ciphertext=sealed.ciphertext + b"\x00"),
        replace(sealed, wrapped_key=sealed.wrapped_key + b"\x00"),
    ]

    assert all(_refuses(key, broken) for broken in (*cut, *grown))


def test_the_boxes_of_two_rows_do_not_mix(key: Key, sealed: Sealed) -> None:
    """Neither box of a seal serves in another seal of the very same place."""
    other = envelope.seal(key=key, place=PLACE, secret=Secret("another"))

    assert _refuses(key, replace(sealed, ciphertext=other.ciphertext))
    assert _refuses(key, replace(sealed, wrapped_key=other.wrapped_key))


def test_another_key_of_the_ring_does_not_open(ring: KeyRing, sealed: Sealed) -> None:
    """A seal says which key it needs; with another one it stays shut, also where the id was changed."""
    wrong = ring.key(ring.ids()[0])

    assert _refuses(wrong, sealed)
    assert _refuses(wrong, replace(sealed, key_id=wrong.id))


@pytest.mark.parametrize("form", [b"\x00", b"\x02", b"\xff", b""])
def test_another_form_is_refused(key: Key, sealed: Sealed, form: bytes) -> None:
    """A seal that claims another form is not read as this one: nothing can be downgraded."""
    assert _refuses(key, replace(sealed, ciphertext=form + sealed.ciphertext[1:]))
    assert _refuses(key, replace(sealed, wrapped_key=form + sealed.wrapped_key[1:]))


def test_no_nonce_comes_twice(key: Key) -> None:
    """Over a hundred thousand seals, neither a wrapping nonce nor a value's nonce repeats."""
    wrapping: set[bytes] = set()
    inner: set[bytes] = set()

    for _ in range(SEALS):
        made = envelope.seal(key=key, place=PLACE, secret=Secret(TOKEN))
        wrapping.add(made.wrapped_key[1:13])
        inner.add(made.ciphertext[1:13])

    assert (len(wrapping), len(inner)) == (SEALS, SEALS)


def test_the_error_shows_no_secret(key: Key, sealed: Sealed) -> None:
    """A refusal names the place and the remedy, and nothing of what is sealed."""
    with pytest.raises(SealBrokenError) as caught:
        envelope.unseal(key=key, place=replace(PLACE, generation=8), sealed=sealed)

    assert TOKEN not in repr(caught.value) + caught.value.message + caught.value.remedy
    assert "backup" in caught.value.remedy


def _refuses(key: Key, sealed: Sealed) -> bool:
    try:
        envelope.unseal(key=key, place=PLACE, sealed=sealed)
    except SealBrokenError:
        return True
    return False
