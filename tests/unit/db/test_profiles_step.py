"""What the step to connector profiles makes of what was there before it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest_asyncio

from crossdock.db import embedded, migrate
from crossdock.db.embedded import Embedded

STEP = "0008_profiles"


@pytest_asyncio.fixture
async def before(postgres: Embedded, postgres_dsn: str) -> AsyncIterator[Any]:
    """Connect to a database as it was before the step, with a project."""
    admin = await asyncpg.connect(postgres_dsn)
    await admin.execute("create database house_before_profiles")
    conn = await asyncpg.connect(embedded.dsn(postgres.data_dir, database="house_before_profiles"))
    for path in migrate.files():
        if path.stem < STEP:
            await conn.execute(path.read_text())
    await conn.execute("insert into projects (id, name, created_at) values ('prj', 'Shop', now())")
    yield conn
    await conn.close()
    await admin.execute("drop database house_before_profiles with (force)")
    await admin.close()


async def test_what_was_set_up_holds_everything_and_one_of_each_way_is_the_default(before: Any) -> None:
    """Profiles of before let every action through; the oldest that is on becomes its way's default."""
    for name, method, active, age in (
        ("off", "token", "false", 3),
        ("old", "token", "true", 2),
        ("new", "token", "true", 1),
        ("app", "oauth", "false", 1),
    ):
        await before.execute(
            "insert into integrations (id, project_id, connector_key, auth_method, name, active, created_at,"
            f" updated_at) values ($1, 'prj', 'easyship', $2, $1, {active}, now() - $3 * interval '1 day', now())",
            name,
            method,
            age,
        )

    await before.execute(next(path for path in migrate.files() if path.stem == STEP).read_text())

    rows = await before.fetch("select id, is_default, actions, effects, scopes, deleted_at from integrations")
    assert {row["id"] for row in rows if row["is_default"]} == {"old", "app"}
    assert {tuple(row["actions"]) for row in rows} == {("*",)}
    assert {frozenset(row["effects"]) for row in rows} == {frozenset({"read", "write", "destructive"})}
    assert {(tuple(row["scopes"]), row["deleted_at"]) for row in rows} == {((), None)}
