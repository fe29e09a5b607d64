from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from crossdock.kernel.ids import Ids
from crossdock.kernel.secret import Secret
from crossdock.vault.keys import KeyRing, VaultKeyError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "vault-keys.json"


def test_a_new_ring_is_one_key_that_only_its_owner_may_read(path: Path, ids: Ids) -> None:
    """The first start makes a file of mode 0600 with one key."""
    ring = KeyRing.create(path, ids=ids)

    assert ring.ids() == [ring.newest().id]
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_a_ring_is_never_written_over(path: Path, ids: Ids) -> None:
    """Creating a ring where a file stands is refused, and the file stays as it is."""
    KeyRing.create(path, ids=ids)
    before = path.read_bytes()

    with pytest.raises(VaultKeyError, match="already"):
        KeyRing.create(path, ids=ids)

    assert path.read_bytes() == before


def test_a_missing_ring_is_explained(path: Path) -> None:
    """Without the file the message says what is lost, and the remedy what to do."""
    with pytest.raises(VaultKeyError, match="nobody can open them") as caught:
        KeyRing.load(path)

    assert str(path) in caught.value.message
    assert "backup" in caught.value.remedy


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o660, 0o777])
def test_a_ring_open_to_others_is_refused(path: Path, ids: Ids, mode: int) -> None:
    """A ring that others may read or change is not used, and the remedy is a command."""
    KeyRing.create(path, ids=ids)
    path.chmod(mode)

    with pytest.raises(VaultKeyError) as caught:
        KeyRing.load(path)

    assert caught.value.remedy == f"Run: chmod 600 {path}"


def test_a_ring_mounted_for_the_group_is_taken(path: Path, ids: Ids) -> None:
    """A mounted secret of mode 0440 serves."""
    made = KeyRing.create(path, ids=ids)
    path.chmod(0o440)

    assert KeyRing.load(path).ids() == made.ids()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        "{}",
        '{"keys": []}',
        '{"keys": [{"id": "a"}]}',
        '{"keys": [{"id": "a", "key": "c2hvcnQ=", "created_at": "2026-01-01T00:00:00Z"}]}',
        '{"keys": [{"id": "a", "key": "!!!!", "created_at": "2026-01-01T00:00:00Z"}]}',
        '{"keys": "keys"}',
        '{"keys": [7]}',
    ],
)
def test_a_damaged_ring_is_refused_without_showing_it(text: str) -> None:
    """What is not a ring is named as such, and its content stays out of the message."""
    with pytest.raises(VaultKeyError) as caught:
        KeyRing.load(Secret(text))

    assert "c2hvcnQ=" not in caught.value.message + caught.value.remedy


def test_a_key_id_that_stands_twice_is_refused(path: Path, ids: Ids) -> None:
    """Two keys of one id make a ring that cannot be trusted."""
    KeyRing.create(path, ids=ids)
    document = json.loads(path.read_text())
    document["keys"] *= 2
    path.write_text(json.dumps(document))

    with pytest.raises(VaultKeyError, match="twice"):
        KeyRing.load(path)


def test_extending_keeps_the_old_keys_first(path: Path, ids: Ids) -> None:
    """A key is added behind those that are there, and the file keeps its mode."""
    ring = KeyRing.create(path, ids=ids)
    first = ring.newest()

    added = ring.extend(ids=ids)

    assert ring.ids() == [first.id, added.id]
    assert KeyRing.load(path).ids() == ring.ids()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_ring_from_the_settings_cannot_be_extended(path: Path, ids: Ids) -> None:
    """Where there is no file to write, the operator is told to add the key."""
    KeyRing.create(path, ids=ids)
    ring = KeyRing.load(Secret(path.read_text()))

    with pytest.raises(VaultKeyError, match="not from a file"):
        ring.extend(ids=ids)


def test_a_running_process_finds_a_key_that_was_added_since(path: Path, ids: Ids) -> None:
    """A ring that meets an unknown key reads its file again."""
    running = KeyRing.create(path, ids=ids)
    added = KeyRing.load(path).extend(ids=ids)

    assert running.key(added.id).check_value == added.check_value


def test_a_key_that_is_nowhere_is_named(path: Path, ids: Ids) -> None:
    """The message names the key that is missing."""
    ring = KeyRing.create(path, ids=ids)

    with pytest.raises(VaultKeyError, match="vk_gone"):
        ring.key("vk_gone")


def test_nothing_of_a_key_shows(path: Path, ids: Ids) -> None:
    """Neither ring nor key print their material."""
    ring = KeyRing.create(path, ids=ids)
    material = re.findall(r'"key": "([^"]+)"', path.read_text())[0]

    assert material not in f"{ring!r} {ring.newest()!r}"
