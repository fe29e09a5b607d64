from __future__ import annotations

from pathlib import Path

import pytest
import pytest_asyncio

from crossdock.db.pool import Database
from crossdock.kernel.clock import OffsetClock
from crossdock.kernel.ids import Ids
from crossdock.vault import rotation
from crossdock.vault.keys import KeyRing
from crossdock.vault.store import Vault

PROJECT = "prj_1"


@pytest.fixture
def ring_path(tmp_path: Path) -> Path:
    return tmp_path / "ring.json"


@pytest.fixture
def ring(ring_path: Path, ids: Ids) -> KeyRing:
    return KeyRing.create(ring_path, ids=ids)


@pytest_asyncio.fixture
async def house(database: Database, ring: KeyRing, clock: OffsetClock) -> Database:
    """Give one project, in a database that knows the ring's key."""
    async with database.connection() as conn:
        await conn.execute("insert into projects (id, name, created_at) values ($1, 'One', now())", PROJECT)
        await rotation.admit(conn, ring=ring, clock=clock)
    return database


@pytest.fixture
def vault(ring: KeyRing, clock: OffsetClock) -> Vault:
    return Vault(ring, clock)
