"""The envelope around one secret: a data key of its own, wrapped by a key of the ring, both bound to their place.

AES-256-GCM (NIST SP 800-38D) twice. The associated data names project, owner, field and generation, each prefixed
with its length, so that a sealed value opens nowhere but in the row for which it was made.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crossdock.kernel.errors import MisconfiguredError
from crossdock.kernel.secret import Secret
from crossdock.vault.keys import Key

_FORM = b"\x01"
_NONCE = 12
_DATA_KEY = 32


class SealBrokenError(MisconfiguredError):
    """A sealed value does not open: it was changed, moved, cut short, or sealed by another key."""

    code = "seal_broken"
    title = "A stored secret cannot be opened"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a secret belongs."""

    project_id: str
    owner_id: str
    field: str
    generation: int

    def bound(self, *purpose: str) -> bytes:
        """Return the associated data: the purpose and the place, every part prefixed with its length in 4 bytes."""
        parts = ("crossdock.vault", *purpose, self.project_id, self.owner_id, self.field, str(self.generation))
        encoded = [part.encode() for part in parts]
        return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


@dataclass(frozen=True, slots=True)
class Sealed:
    """What the database keeps: form byte, nonce, ciphertext and tag, once for the data key and once for the value."""

    key_id: str
    wrapped_key: bytes
    ciphertext: bytes


def seal(*, key: Key, place: Place, secret: Secret, random: Callable[[int], bytes] = os.urandom) -> Sealed:
    """Seal a secret for its place under a data key of its own."""
    data_key = random(_DATA_KEY)
    return Sealed(
        key_id=key.id,
        wrapped_key=_encrypt(key.cipher, data_key, place.bound("key", key.id), random),
        ciphertext=_encrypt(AESGCM(data_key), secret.reveal().encode(), place.bound("field"), random),
    )


def unseal(*, key: Key, place: Place, sealed: Sealed) -> Secret:
    """Open a sealed secret in its place; raise SealBrokenError where anything about it was touched."""
    data_key = _decrypt(key.cipher, sealed.wrapped_key, place.bound("key", key.id), place)
    if len(data_key) != _DATA_KEY:
        raise _broken(place)
    return Secret(_decrypt(AESGCM(data_key), sealed.ciphertext, place.bound("field"), place).decode())


def rewrap(*, old: Key, new: Key, place: Place, sealed: Sealed, random: Callable[[int], bytes] = os.urandom) -> Sealed:
    """Wrap the data key with another key of the ring; the value's own ciphertext stays as it is."""
    data_key = _decrypt(old.cipher, sealed.wrapped_key, place.bound("key", old.id), place)
    wrapped = _encrypt(new.cipher, data_key, place.bound("key", new.id), random)
    return Sealed(key_id=new.id, wrapped_key=wrapped, ciphertext=sealed.ciphertext)


def _encrypt(cipher: AESGCM, plain: bytes, bound: bytes, random: Callable[[int], bytes]) -> bytes:
    nonce = random(_NONCE)
    return _FORM + nonce + cipher.encrypt(nonce, plain, bound)


def _decrypt(cipher: AESGCM, box: bytes, bound: bytes, place: Place) -> bytes:
    if box[:1] != _FORM:
        raise _broken(place)
    try:
        return cipher.decrypt(box[1 : 1 + _NONCE], box[1 + _NONCE :], bound)
    except (InvalidTag, ValueError):
        raise _broken(place) from None


def _broken(place: Place) -> SealBrokenError:
    return SealBrokenError(
        f"The sealed field {place.field} of {place.owner_id}, generation {place.generation}, does not open.",
        remedy="Restore database and key ring from the same backup, or link the account again.",
    )
