"""`crossdock serve` and `work` as replicas on one external PostgreSQL."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
from pathlib import Path
from typing import IO, Any

import asyncpg
import pytest

from crossdock.cli import first_run
from crossdock.db import embedded
from crossdock.db.embedded import Embedded
from crossdock.server import open_house
from crossdock.settings import Settings
from crossdock_process import COMMAND, crossdock, environment
from twins import fetch

pytestmark = pytest.mark.xdist_group("up")


class Replica:
    """A running `serve` or `work`."""

    def __init__(self, *arguments: str, env: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, *arguments, "--json"], stdout=subprocess.PIPE, text=True, env=environment(**env)
        )

    def ready(self) -> dict[str, Any]:
        output: IO[str] | None = self.process.stdout
        assert output is not None
        told: dict[str, Any] = json.loads(output.readline())
        return told

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=30)
        return self.process.returncode


async def test_replicas_share_one_database(database_url: str, tmp_path: Path) -> None:
    """Two `serve` and one `work` on one database answer with one key, are alive for doctor, and end on SIGTERM."""
    async with open_house(Settings(data_dir=tmp_path), dsn=database_url, key="create") as house:
        opened = await first_run.create(house, name="Shop", email="owner@shop.example")
    env = {"CROSSDOCK_DATABASE_URL": database_url, "CROSSDOCK_DATA_DIR": str(tmp_path)}
    replicas = [
        Replica(*command, env=env) for command in (["serve", "--port", "0"], ["serve", "--port", "0"], ["work"])
    ]

    told = [await asyncio.to_thread(replica.ready) for replica in replicas]
    pages = [await asyncio.to_thread(fetch, f"{one['hub']}/openapi.json") for one in told[:2]]
    codes = [await asyncio.to_thread(replica.stop) for replica in replicas]

    assert opened.api_key
    assert [page.status for page in pages] == [200, 200]
    assert told[0]["hub"] != told[1]["hub"]
    assert told[2] == {"worker": "ready"}
    assert codes == [0, 0, 0]


async def test_serve_refuses_what_is_not_ready(postgres: Embedded, postgres_dsn: str, tmp_path: Path) -> None:
    """Without a database, and on one that lacks the schema, `serve` ends with what to do."""
    conn = await asyncpg.connect(postgres_dsn)
    await conn.execute("create database not_ready")
    dsn = embedded.dsn(postgres.data_dir, database="not_ready")
    env = {"CROSSDOCK_DATA_DIR": str(tmp_path)}

    without = await asyncio.to_thread(crossdock, "serve", "--port", "0", env=env)
    empty = await asyncio.to_thread(crossdock, "serve", "--port", "0", env=env | {"CROSSDOCK_DATABASE_URL": dsn})
    await conn.execute("drop database not_ready with (force)")
    await conn.close()

    assert (without.code, empty.code) == (1, 1)
    assert "CROSSDOCK_DATABASE_URL" in without.err
    assert "crossdock migrate" in empty.err
