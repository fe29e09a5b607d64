"""The embedded server: made, found again after any end, and never left behind."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import asyncpg
import pytest

from crossdock.db import binaries, embedded, leftovers
from crossdock.db.embedded import Embedded
from crossdock.db.lock import DirectoryLock
from crossdock.kernel.errors import ConflictError, MisconfiguredError

_SCRIPT = textwrap.dedent(
    """
    import asyncio, sys
    from pathlib import Path
    from crossdock.db.embedded import Embedded

    async def main():
        server = Embedded(data_dir=Path(sys.argv[1]))
        print(await server.start(), flush=True)
        await asyncio.sleep(120)

    asyncio.run(main())
    """
)


async def number(dsn: str) -> int:
    conn = await asyncpg.connect(dsn)
    try:
        await conn.execute("create table if not exists numbers (n int)")
        await conn.execute("insert into numbers values (1)")
        return int(await conn.fetchval("select count(*) from numbers"))
    finally:
        await conn.close()


def started(place: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", _SCRIPT, str(place)], stdout=subprocess.PIPE, text=True)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make one cluster by a process that is then killed, and hand on its directory."""
    place = tmp_path_factory.mktemp("house")
    with started(place) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        parent.kill()
    return place


async def test_start_after_the_parent_was_killed_finds_the_rows(made: Path) -> None:
    """A row that was acknowledged is there after `kill -9` of the process that ran the server."""
    server = Embedded(data_dir=made)
    parent = started(made)
    assert parent.stdout is not None
    before = await number((await asyncio.to_thread(parent.stdout.readline)).strip())
    parent.kill()

    after = await number(await server.start())
    await server.stop()
    await asyncio.to_thread(parent.communicate)

    assert after == before + 1
    assert leftovers.pids(server.cluster) == []


async def test_start_after_everything_was_killed(made: Path) -> None:
    """After `kill -9` of the server and all its children, the next start recovers by itself."""
    server = Embedded(data_dir=made)
    before = await number(await server.start())
    for pid in leftovers.pids(server.cluster):
        os.kill(pid, signal.SIGKILL)
    await server.stop()

    after = await number(await server.start())
    await server.stop()

    assert after == before + 1


async def test_server_that_dies_is_started_again(made: Path) -> None:
    """When the server alone dies, its supervisor brings it back."""
    server = Embedded(data_dir=made)
    dsn = await server.start()
    before = await number(dsn)
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)

    after = 0
    async with asyncio.timeout(30):
        while not after:
            await asyncio.sleep(0.1)
            try:
                after = await number(dsn)
            except (OSError, asyncpg.PostgresError):
                continue
    await server.stop()

    assert after == before + 1


async def test_second_server_on_the_same_directory_is_refused(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes cannot run the same cluster: the second is told which process holds it."""
    monkeypatch.setattr(DirectoryLock.take, "__kwdefaults__", {"seconds": 0.1})
    server = Embedded(data_dir=made)
    await server.start()

    with pytest.raises(ConflictError) as caught:
        await Embedded(data_dir=made).start()
    running = server.pid
    await server.stop()

    assert str(os.getpid()) in caught.value.message
    assert running is not None


async def test_socket_and_files_are_closed_to_others(made: Path) -> None:
    """The socket's directory and the cluster are open to their owner alone, and nothing listens on the network."""
    server = Embedded(data_dir=made)
    conn = await asyncpg.connect(await server.start())
    listening = await conn.fetchval("show listen_addresses")
    rules = await conn.fetch("select type, auth_method from pg_hba_file_rules")
    await conn.close()

    modes = {stat.S_IMODE(path.stat().st_mode) for path in (embedded.socket_dir(made), server.cluster)}
    await server.stop()

    assert listening == ""
    assert [tuple(rule) for rule in rules] == [("local", "peer")]
    assert modes == {0o700}


async def test_long_path_gets_a_short_socket(made: Path, tmp_path: Path) -> None:
    """A data directory whose path is too long for a socket works all the same, and leaves nothing in /tmp."""
    # A killed server of an earlier test may still be ending: one start and stop leaves the cluster at rest.
    at_rest = Embedded(data_dir=made)
    await at_rest.start()
    await at_rest.stop()
    deep = tmp_path / ("long" * 20) / "house"
    deep.parent.mkdir()
    shutil.copytree(made, deep, symlinks=True, ignore=shutil.ignore_patterns("run", "*.lock"))
    _own_like(made / "postgres", deep / "postgres")
    server = Embedded(data_dir=deep)

    count = await number(await server.start())
    place = embedded.socket_dir(deep)
    await server.stop()

    assert count >= 1
    assert len(str(place)) < 40
    assert not place.exists()


def test_programs_below_a_closed_directory_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs that an unprivileged user cannot reach are copied once to where it can, and run from there."""
    monkeypatch.setattr(binaries, "CACHE", tmp_path / "cache")
    user = binaries.RunAs(client="someone")
    found = binaries.find(user)

    copied = binaries._reachable_copy(found.directory)
    again = binaries._reachable_copy(found.directory)

    assert copied.is_relative_to(tmp_path / "cache")
    assert again == copied
    assert binaries._major(copied, user) == found.major


def test_missing_programs_are_named_with_a_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no PostgreSQL is found, the error says how to come by one."""
    monkeypatch.setenv("CROSSDOCK_PG_BIN", str(tmp_path))

    with pytest.raises(MisconfiguredError) as caught:
        binaries.find(binaries.RunAs(client="someone"))

    assert "CROSSDOCK_DATABASE_URL" in caught.value.remedy


def _own_like(model: Path, tree: Path) -> None:
    owner = model.stat()
    for path in (tree, *tree.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid)
