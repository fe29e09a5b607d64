"""The vault's keys are changed while credentials are used, by a process that is killed again and again."""

from __future__ import annotations

import asyncio
import random
import sys
from pathlib import Path

from crossdock.db.pool import Database
from crossdock.kernel.clock import SystemClock
from crossdock.kernel.ids import Ids
from crossdock.kernel.secret import Secret
from crossdock.vault import rotation
from crossdock.vault.keys import KeyRing
from crossdock.vault.store import Vault

PROJECT = "prj_1"
OWNERS, FIELDS, KILLS = 100, 100, 10
PROCESS = Path(__file__).parents[1] / "rotation_process.py"


class Users:
    """Opens random owners' secrets, and seals some anew, until told to stop."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self.database, self.vault = database, vault
        self.opened, self.failed = 0, 0
        self.stop = asyncio.Event()

    async def run(self) -> None:
        """Work at some hundred openings a second."""
        chance = random.Random(9)  # noqa: S311 - who is opened is no secret
        while not self.stop.is_set():
            number = chance.randrange(OWNERS)
            async with self.database.transaction() as conn:
                fields = await self.vault.open(conn, project_id=PROJECT, owner_id=f"acc_{number}", generation=1)
                self.opened += 1
                self.failed += fields != expected(number)
                if chance.random() < 0.1:
                    await seal(self.vault, self.database, number)
            await asyncio.sleep(0.005)


def expected(number: int) -> dict[str, Secret]:
    return {f"field_{field}": Secret(f"secret {number} {field}") for field in range(FIELDS)}


async def seal(vault: Vault, database: Database, number: int) -> None:
    async with database.transaction() as conn:
        await vault.seal(conn, project_id=PROJECT, owner_id=f"acc_{number}", generation=1, fields=expected(number))


async def kill_after(dsn: str, ring: Path, batches: int) -> int:
    """Start a rotation and kill it -9 after some batches; return how many rows it had re-wrapped."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(PROCESS), dsn, str(ring), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    lines = [await asyncio.wait_for(process.stdout.readline(), timeout=60) for _ in range(batches)]
    process.kill()
    await process.wait()
    return int(lines[-1] or 0)


async def test_a_rotation_killed_ten_times_loses_nothing(database: Database, database_url: str, tmp_path: Path) -> None:
    """Ten thousand rows, ten times kill -9, users all the while: every opening succeeds, and the end is reached."""
    path, ids = tmp_path / "ring.json", Ids()
    ring = KeyRing.create(path, ids=ids)
    async with database.transaction() as conn:
        await conn.execute("insert into projects (id, name, created_at) values ($1, 'One', now())", PROJECT)
        await rotation.admit(conn, ring=ring, clock=SystemClock())
    vault = Vault(KeyRing.load(path), SystemClock())
    for number in range(OWNERS):
        await seal(vault, database, number)
    users = Users(database, vault)
    using = asyncio.create_task(users.run())

    rewrapped = [await kill_after(database_url, path, batches=5) for _ in range(KILLS)]
    after = await rotation.rotate(database, ring=KeyRing.load(path), ids=ids, progress=lambda _: None)
    users.stop.set()
    await using

    assert all(rewrapped)
    assert [(key.state, key.sealed) for key in after[-1:]] == [("active", OWNERS * FIELDS)]
    assert {(key.state, key.sealed) for key in after[:-1]} == {("retired", 0)}
    assert len(after) < KILLS, "a killed rotation goes on with its key instead of making another"
    assert (users.failed, users.opened > 100) == (0, True)
