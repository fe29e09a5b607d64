"""`crossdock doctor` on a sound set-up, and on thirteen broken ones: each finding ends in a command."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from crossdock.cli import first_run
from crossdock.connectors.catalogue import Catalogue
from crossdock.db import embedded, heartbeats, pool
from crossdock.db.embedded import Embedded
from crossdock.kernel.clock import OffsetClock
from crossdock.kernel.ids import Ids
from crossdock.server import open_house
from crossdock.settings import Settings
from crossdock.vault.keys import KeyRing
from crossdock_process import Ended, crossdock


class Provider(BaseHTTPRequestHandler):
    """A provider that answers anything, with the time of a clock that may be wrong."""

    clock = OffsetClock()

    def do_HEAD(self) -> None:
        self.send_response(404)
        self.send_header("content-length", "0")
        self.end_headers()

    def date_time_string(self, timestamp: float | None = None) -> str:
        del timestamp
        return self.clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's own name
        del format, args


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass(slots=True)
class Setup:
    """A set-up that is sound until a test breaks it."""

    data_dir: Path
    dsn: str
    env: dict[str, str] = field(repr=False)

    @property
    def key_file(self) -> Path:
        return self.data_dir / "vault-keys.json"

    def sql(self, statement: str) -> None:
        async def run() -> None:
            conn = await pool.connect(self.dsn)
            await conn.execute(statement)
            await conn.close()

        asyncio.run(run())

    def doctor(self) -> Ended:
        return crossdock("doctor", "--json", "--data-dir", str(self.data_dir), env=self.env)


def rewrites(target: str) -> str:
    connectors = Catalogue.load().connectors()
    return json.dumps({one.origins["api"]: target for connector in connectors for one in connector.environments})


@pytest_asyncio.fixture
async def setup(database_url: str, tmp_path: Path, provider: str) -> Setup:
    data_dir = tmp_path / "data"
    data_dir.mkdir(mode=0o700)
    async with open_house(Settings(data_dir=data_dir), dsn=database_url, key="create") as house:
        await first_run.create(house, name="Shop", email="owner@shop.example")
        async with house.db.connection() as conn:
            await heartbeats.beat(conn, name="test:1", kind="work")
    env = {
        "CROSSDOCK_DATABASE_URL": database_url,
        "CROSSDOCK_ORIGIN_REWRITES": rewrites(provider),
        "CROSSDOCK_PORT": str(free_port()),
    }
    return Setup(data_dir=data_dir, dsn=database_url, env=env)


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wrong(ended: Ended) -> dict[str, str]:
    findings: list[dict[str, Any]] = ended.json()["findings"]
    return {finding["check"]: finding["command"] for finding in findings if finding["level"] == "wrong"}


def test_sound_setup_is_found_in_order(setup: Setup) -> None:
    """On a sound set-up nothing is wrong, and the command ends with 0."""
    ended = setup.doctor()

    assert wrong(ended) == {}
    assert ended.code == 0
    assert ended.json()["ok"] is True


def break_key_away(setup: Setup) -> None:
    setup.key_file.unlink()


def break_key_open(setup: Setup) -> None:
    setup.key_file.chmod(0o644)


def break_key_of_another(setup: Setup) -> None:
    setup.key_file.unlink()
    KeyRing.create(setup.key_file, ids=Ids())


def break_database_down(setup: Setup) -> None:
    setup.env["CROSSDOCK_DATABASE_URL"] = f"postgresql://someone@127.0.0.1:{free_port()}/house"


def break_worker_gone(setup: Setup) -> None:
    setup.sql("update processes set seen_at = now() - interval '10 minutes'")


def break_provider_gone(setup: Setup) -> None:
    setup.env["CROSSDOCK_ORIGIN_REWRITES"] = rewrites(f"http://127.0.0.1:{free_port()}")


def break_data_dir_open(setup: Setup) -> None:
    setup.data_dir.chmod(0o755)


def break_nobody_administers(setup: Setup) -> None:
    setup.sql("update memberships set role = 'viewer'")


def break_setting(setup: Setup) -> None:
    setup.env["CROSSDOCK_PORT"] = "eighty"


def break_nothing_there(setup: Setup) -> None:
    del setup.env["CROSSDOCK_DATABASE_URL"]
    shutil.rmtree(setup.data_dir)


BROKEN = [
    pytest.param(break_key_away, "vault key", "cp /your/backup/", id="the key is gone"),
    pytest.param(break_key_open, "vault key", "chmod 600", id="others may read the key"),
    pytest.param(break_key_of_another, "vault key", "cp /your/backup/", id="the key belongs to another database"),
    pytest.param(break_database_down, "database", "psql", id="the database is down"),
    pytest.param(break_worker_gone, "worker", "crossdock up", id="no worker runs"),
    pytest.param(break_provider_gone, "Easyship production", "curl", id="a provider is out of reach"),
    pytest.param(break_data_dir_open, "data directory", "chmod 700", id="others may enter the data directory"),
    pytest.param(break_nobody_administers, "people", "crossdock people add", id="nobody administers"),
    pytest.param(break_setting, "settings", "env | grep", id="a setting is wrong"),
    pytest.param(break_nothing_there, "database", "crossdock up", id="nothing was ever started"),
]


@pytest.mark.parametrize(("break_it", "check", "command"), BROKEN)
def test_broken_setup_is_named_with_a_command(
    setup: Setup, break_it: Callable[[Setup], None], check: str, command: str
) -> None:
    """What is broken is named, with a command that mends it, and the command ends with 1."""
    break_it(setup)

    ended = setup.doctor()

    assert ended.code == 1
    assert check in wrong(ended), ended.out
    assert command in wrong(ended)[check]


def test_pending_migration_is_named(setup: Setup, postgres: Embedded, postgres_dsn: str) -> None:
    """A database that an older release has left says which steps it lacks."""

    async def make() -> None:
        conn = await asyncpg.connect(postgres_dsn)
        await conn.execute("create database unmigrated")
        await conn.close()

    asyncio.run(make())
    setup.env["CROSSDOCK_DATABASE_URL"] = embedded.dsn(postgres.data_dir, database="unmigrated")

    ended = setup.doctor()

    assert wrong(ended)["migrations"] == "crossdock migrate"


def test_clock_that_differs_is_named(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a provider's answers carry another time than this machine's, the clock is named."""
    monkeypatch.setattr(Provider, "clock", OffsetClock(offset=timedelta(hours=1)))

    ended = setup.doctor()

    assert "timedatectl" in wrong(ended)["clock"]


def test_taken_port_is_named(setup: Setup) -> None:
    """A port that another program holds is named, with a way around it."""
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        setup.env["CROSSDOCK_PORT"] = str(other.getsockname()[1])

        ended = setup.doctor()

    assert "--port" in wrong(ended)["port"]
