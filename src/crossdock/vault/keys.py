"""The key ring: the file that opens the vault, kept apart from the database."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import stat
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crossdock.kernel.clock import iso
from crossdock.kernel.errors import MisconfiguredError
from crossdock.kernel.ids import Ids
from crossdock.kernel.secret import Secret

_SIZE = 32
_OTHERS = stat.S_IRWXO | stat.S_IWGRP | stat.S_IXGRP
_LOSS = (
    "Every stored credential is sealed with this key ring; without it nobody can open them, and nothing can replace it."
)
_RESTORE = (
    "Restore the key ring from your backup and start again. If it is lost for good, "
    "start on an empty database and link every account anew."
)


class VaultKeyError(MisconfiguredError):
    """The key ring is missing, damaged, or not the one that sealed this database."""

    code = "vault_key"
    title = "The vault's key is missing or wrong"


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """One key of the ring; the material lives only inside its cipher."""

    id: str
    cipher: AESGCM
    check_value: bytes
    created_at: datetime

    def __repr__(self) -> str:
        return f"Key({self.id})"


class KeyRing:
    """The keys by id, in the order of the file; the last one is the newest."""

    __slots__ = ("_keys", "_path")

    def __init__(self, keys: Iterable[Key], *, path: Path | None = None) -> None:
        self._keys = _by_id(keys)
        self._path = path

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(self._keys)})"

    @classmethod
    def load(cls, source: Path | Secret) -> KeyRing:
        """Read the ring from its file, or from the text of one; raise VaultKeyError where it cannot serve."""
        if isinstance(source, Secret):
            return cls(_parse(source.reveal(), name="the key ring in the settings"))
        return cls(_read_ring(source), path=source)

    @classmethod
    def load_or_create(cls, path: Path, *, ids: Ids) -> KeyRing:
        """Read the ring, or make a new one where no file stands: for a database that has never seen a key."""
        return cls.load(path) if path.exists() else cls.create(path, ids=ids)

    @classmethod
    def create(cls, path: Path, *, ids: Ids) -> KeyRing:
        """Write a new ring of one key to ``path`` (mode 0600); raise VaultKeyError where a file stands there."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = _draft(path, {"keys": [_new_entry(ids)]})
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            raise VaultKeyError(
                f"A file stands at {path} already. {_LOSS}", remedy="Use that file; never write over a key ring."
            ) from None
        finally:
            draft.unlink()
        return cls.load(path)

    def ids(self) -> list[str]:
        """Return the key ids, oldest first."""
        return list(self._keys)

    def newest(self) -> Key:
        """Return the key that was added last."""
        return next(reversed(self._keys.values()))

    def find(self, key_id: str) -> Key | None:
        """Return the key, reading the file again where the ring does not know it yet: a rotation may have added it."""
        if key_id not in self._keys and self._path is not None:
            self._keys = _by_id(_read_ring(self._path))
        return self._keys.get(key_id)

    def key(self, key_id: str) -> Key:
        """Return the key, or raise VaultKeyError that names it."""
        key = self.find(key_id)
        if key is None:
            raise VaultKeyError(f"The key ring has no key {key_id}. {_LOSS}", remedy=_RESTORE)
        return key

    def extend(self, *, ids: Ids) -> Key:
        """Add a new key to the ring's file, old keys first, in one atomic step; raise VaultKeyError without a file."""
        if self._path is None:
            raise VaultKeyError(
                "The key ring comes from the settings, not from a file, so Crossdock cannot add a key to it.",
                remedy="Add a key to the ring where you keep it, restart with it, then activate it.",
            )
        document = json.loads(_read(self._path))
        document["keys"].append(_new_entry(ids))
        _draft(self._path, document).replace(self._path)
        self._keys = _by_id(_read_ring(self._path))
        return self.newest()


def _by_id(keys: Iterable[Key]) -> dict[str, Key]:
    return {key.id: key for key in keys}


def _read_ring(path: Path) -> list[Key]:
    return _parse(_read(path), name=f"the key ring {path}")


def _new_entry(ids: Ids) -> dict[str, str]:
    material = b64encode(ids.random(_SIZE)).decode()
    return {"id": ids.new("vk"), "key": material, "created_at": iso(ids.clock.now())}


def _draft(path: Path, document: dict[str, Any]) -> Path:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)


def _read(path: Path) -> str:
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise VaultKeyError(f"The key ring {path} is missing. {_LOSS}", remedy=_RESTORE) from None
    except (OSError, UnicodeDecodeError) as error:
        raise VaultKeyError(
            f"The key ring {path} cannot be read ({type(error).__name__}). {_LOSS}",
            remedy="Make the file readable for the user that runs Crossdock, or restore it from your backup.",
        ) from None
    # A mounted Kubernetes secret is 0440 at best, so the group may read; nobody else may.
    if mode & _OTHERS:
        raise VaultKeyError(
            f"The key ring {path} is open to other users (mode {stat.S_IMODE(mode):04o}).",
            remedy=f"Run: chmod 600 {path}",
        )
    return text


def _parse(text: str, *, name: str) -> list[Key]:
    try:
        keys = [_key(entry) for entry in json.loads(text)["keys"]]
    except (ValueError, TypeError, KeyError):
        raise VaultKeyError(f"What stands in {name} is not a key ring. {_LOSS}", remedy=_RESTORE) from None
    if not keys or len({key.id for key in keys}) != len(keys):
        raise VaultKeyError(f"In {name} there is no key, or one id stands twice. {_LOSS}", remedy=_RESTORE)
    return keys


def _key(entry: dict[str, str]) -> Key:
    material = b64decode(entry["key"], validate=True)
    if len(material) != _SIZE or not entry["id"]:
        raise ValueError("a vault key has an id and 32 bytes")
    return Key(
        id=entry["id"],
        cipher=AESGCM(material),
        check_value=hmac.digest(material, b"crossdock vault key check 1", hashlib.sha256)[:16],
        created_at=datetime.fromisoformat(entry["created_at"]),
    )
