from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from crossdock.db.pool import Database
from crossdock.kernel.clock import OffsetClock
from crossdock.kernel.errors import ConflictError, NotFoundError
from crossdock.kernel.ids import Ids
from crossdock.kernel.secret import Secret
from crossdock.vault import rotation
from crossdock.vault.keys import KeyRing, VaultKeyError
from crossdock.vault.store import Vault

PROJECT = "prj_1"


def forge(path: Path, key_id: str, ids: Ids) -> None:
    """Write a ring whose one key carries the id of another."""
    own = KeyRing.create(path, ids=ids).newest().id
    path.write_text(path.read_text().replace(own, key_id))


def newest_only(path: Path) -> KeyRing:
    """Read the ring without its older keys."""
    return KeyRing.load(Secret(json.dumps({"keys": json.loads(path.read_text())["keys"][-1:]})))


async def fill(house: Database, vault: Vault, count: int) -> None:
    async with house.transaction() as conn:
        for number in range(count):
            await vault.seal(
                conn,
                project_id=PROJECT,
                owner_id=f"acc_{number}",
                generation=1,
                fields={"access_token": Secret(f"token {number}")},
            )


async def all_open(house: Database, vault: Vault, count: int) -> bool:
    async with house.connection() as conn:
        for number in range(count):
            fields = await vault.open(conn, project_id=PROJECT, owner_id=f"acc_{number}", generation=1)
            if fields["access_token"].reveal() != f"token {number}":
                return False
    return True


async def test_the_first_start_makes_the_ring(database: Database, tmp_path: Path, ids: Ids) -> None:
    """Where neither file nor database knows a key, a ring is made; the next start finds it again."""
    path = tmp_path / "ring.json"

    async with database.connection() as conn:
        first = await rotation.open_ring(conn, path=path, ids=ids)
        await rotation.admit(conn, ring=first, clock=OffsetClock())
        second = await rotation.open_ring(conn, path=path, ids=ids)

    assert first.ids() == second.ids()


async def test_a_lost_ring_is_never_replaced(house: Database, tmp_path: Path, ids: Ids) -> None:
    """A database that knows a key does not start with a new ring: the loss is said instead."""
    lost = tmp_path / "lost.json"

    async with house.connection() as conn:
        with pytest.raises(VaultKeyError, match="missing"):
            await rotation.open_ring(conn, path=lost, ids=ids)

    with pytest.raises(VaultKeyError, match="missing"):
        KeyRing.load(lost)


async def test_a_foreign_ring_is_refused_by_name(house: Database, ring: KeyRing, tmp_path: Path, ids: Ids) -> None:
    """With another ring the start is refused, and both the missing keys and the present ones are named."""
    foreign = KeyRing.create(tmp_path / "foreign.json", ids=ids)

    async with house.connection() as conn:
        with pytest.raises(VaultKeyError) as caught:
            await rotation.admit(conn, ring=foreign, clock=OffsetClock())

    assert ring.newest().id in caught.value.message
    assert foreign.newest().id in caught.value.message


async def test_a_key_of_the_same_name_is_found_out(house: Database, tmp_path: Path, ids: Ids, ring: KeyRing) -> None:
    """A ring whose key carries the right id but other material is refused at the start, not at the first opening."""
    forge(tmp_path / "forged.json", ring.newest().id, ids)

    async with house.connection() as conn:
        with pytest.raises(VaultKeyError, match="named the same"):
            await rotation.admit(conn, ring=KeyRing.load(tmp_path / "forged.json"), clock=OffsetClock())


async def test_a_retired_key_that_seals_nothing_may_be_missing(
    house: Database, vault: Vault, ring: KeyRing, ring_path: Path, ids: Ids
) -> None:
    """After the change of keys, a ring without the retired key starts."""
    await fill(house, vault, 3)
    await rotation.rotate(house, ring=ring, ids=ids, progress=lambda _: None)

    short = newest_only(ring_path)
    async with house.connection() as conn:
        await rotation.admit(conn, ring=short, clock=OffsetClock())

    assert short.ids() == [ring.newest().id]


async def test_a_rotation_moves_every_row_to_the_new_key(
    house: Database, vault: Vault, ring: KeyRing, ids: Ids
) -> None:
    """Staged, active, re-wrapped: no row is left to the retired key, and all open."""
    await fill(house, vault, 25)
    heard: list[int] = []

    after = await rotation.rotate(house, ring=ring, ids=ids, progress=heard.append, size=10)

    assert [(key.state, key.sealed, key.in_ring) for key in after] == [("retired", 0, True), ("active", 25, True)]
    assert heard == [10, 20, 25]
    assert await all_open(house, vault, 25)


async def test_a_killed_rotation_goes_on_where_it_stopped(
    house: Database, vault: Vault, ring: KeyRing, ids: Ids
) -> None:
    """A rotation that died half way is finished by the next call, without yet another key."""
    await fill(house, vault, 25)

    def kill(done: int) -> None:
        if done >= 10:
            running.cancel()

    running = asyncio.create_task(rotation.rotate(house, ring=ring, ids=ids, progress=kill, size=5))
    with pytest.raises(asyncio.CancelledError):
        await running

    after = await rotation.rotate(house, ring=ring, ids=ids, progress=lambda _: None, size=5)

    assert [(key.state, key.sealed) for key in after] == [("retired", 0), ("active", 25)]
    assert await all_open(house, vault, 25)


async def test_a_rotation_killed_before_the_database_heard_of_the_key_uses_it(
    house: Database, ring: KeyRing, ids: Ids
) -> None:
    """A key that stands in the file only is the one that is staged next."""
    orphan = ring.extend(ids=ids)

    async with house.connection() as conn:
        staged = await rotation.stage(conn, ring=ring, ids=ids)
        again = await rotation.stage(conn, ring=ring, ids=ids)

    assert staged.id == again.id == orphan.id


async def test_rows_are_used_while_they_are_rewrapped(
    house: Database, vault: Vault, ring: KeyRing, ids: Ids, ring_path: Path, clock: OffsetClock
) -> None:
    """Another process with the old ring in memory opens and seals all through the rotation."""
    await fill(house, vault, 60)
    other = Vault(KeyRing.load(ring_path), clock)
    done = asyncio.Event()
    rounds = 0

    async def use() -> None:
        nonlocal rounds
        while not done.is_set():
            assert await all_open(house, other, 60)
            await fill(house, other, 3)
            rounds += 1

    user = asyncio.create_task(use())
    for _ in range(3):
        await rotation.rotate(house, ring=ring, ids=ids, progress=lambda _: None, size=7)
    done.set()
    await user

    assert rounds >= 1
    assert await all_open(house, vault, 60)


async def test_two_rotations_at_once_share_the_work(house: Database, vault: Vault, ring: KeyRing, ids: Ids) -> None:
    """Rows that another rotation holds are passed over, and at the end every row has moved."""
    await fill(house, vault, 40)

    await asyncio.gather(
        *(rotation.rotate(house, ring=ring, ids=ids, progress=lambda _: None, size=5) for _ in range(2))
    )

    async with house.connection() as conn:
        states = await rotation.status(conn, ring=ring)
    assert [key.sealed for key in states if key.state == "retired"] == [0] * (len(states) - 1)
    assert await all_open(house, vault, 40)


async def test_only_a_staged_key_can_be_activated(house: Database, ring: KeyRing, ids: Ids, clock: OffsetClock) -> None:
    """A retired key stays retired, and a key that the database does not know is refused."""
    first = ring.newest().id
    await rotation.rotate(house, ring=ring, ids=ids, progress=lambda _: None)
    unknown = ring.extend(ids=ids)

    async with house.connection() as conn:
        with pytest.raises(ConflictError):
            await rotation.activate(conn, ring=ring, key_id=first, clock=clock)
        with pytest.raises(NotFoundError):
            await rotation.activate(conn, ring=ring, key_id=unknown.id, clock=clock)


async def test_two_first_starts_agree_on_one_key(database: Database, ring: KeyRing, clock: OffsetClock) -> None:
    """Replicas that start together on an empty database end up with one active key."""

    async def start() -> None:
        async with database.connection() as conn:
            await rotation.admit(conn, ring=ring, clock=clock)

    await asyncio.gather(*(start() for _ in range(5)))

    async with database.connection() as conn:
        assert [key.state for key in await rotation.status(conn, ring=ring)] == ["active"]
