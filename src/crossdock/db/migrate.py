"""Brings a database's schema up to this release: numbered SQL files, run by alembic, one replica at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, cast

from crossdock.db import pool
from crossdock.telemetry import logs

if TYPE_CHECKING:
    from alembic.script import Script
    from sqlalchemy import Connection as SqlConnection

SCHEMA: Final = Path(__file__).with_name("schema")
_JOBS: Final = "jobs"
_LOCK: Final = 0x63726F7373  # "cross"

log = logs.get(__name__)


def files() -> list[Path]:
    """Return the numbered SQL files in the order in which they run."""
    return sorted(SCHEMA.glob("[0-9][0-9][0-9][0-9]_*.sql"))


async def pending(dsn: str) -> list[str]:
    """Return the names of the steps that the database still lacks, in order; none when it is up to date."""
    conn = await pool.connect(dsn, name="crossdock-migrate")
    try:
        return await _missing(conn)
    finally:
        await conn.close()


async def upgrade(dsn: str) -> list[str]:
    """Run what is missing and return its names; safe from many replicas at once, since one waits for the other."""
    async with _locked(dsn) as conn:
        missing = await _missing(conn)
        if [name for name in missing if name != _JOBS]:
            await _run_files(dsn)
        if _JOBS in missing:
            await _install_jobs(conn)
        for name in missing:
            log.info("database.migrated", step=name)
        return missing


@asynccontextmanager
async def _locked(dsn: str) -> AsyncIterator[Any]:
    conn = await pool.connect(dsn, name="crossdock-migrate")
    try:
        await conn.execute("select pg_advisory_lock($1)", _LOCK)
        yield conn
    finally:
        await conn.close()


async def _missing(conn: Any) -> list[str]:
    known = await conn.fetchval("select to_regclass('alembic_version') is not null")
    current = await conn.fetchval("select version_num from alembic_version") if known else None
    names = [path.stem for path in files()]
    missing = names[names.index(current) + 1 :] if current in names else names
    jobs = await conn.fetchval("select to_regclass('pgqueuer') is not null")
    return missing if jobs else [*missing, _JOBS]


async def _install_jobs(conn: Any) -> None:
    from pgqueuer.queries import Queries

    await Queries.from_asyncpg_connection(conn).install()


async def _run_files(dsn: str) -> None:
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    engine = create_async_engine("postgresql+asyncpg://", async_creator=lambda: pool.connect(dsn), poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_run_scripts)
    finally:
        await engine.dispose()


def _run_scripts(connection: SqlConnection) -> None:
    from alembic.runtime.migration import MigrationContext, MigrationStep
    from alembic.script.revision import RevisionMap

    scripts = _scripts(connection)
    revisions = RevisionMap(lambda: scripts)

    def steps(heads: tuple[str, ...], _context: object) -> list[MigrationStep]:
        due = list(revisions.iterate_revisions("head", heads[0] if heads else "base"))
        return [MigrationStep.upgrade_from_script(revisions, cast("Script", script)) for script in reversed(due)]

    context = MigrationContext.configure(connection=connection, opts={"fn": steps, "transaction_per_migration": False})
    context.run_migrations()


def _scripts(connection: SqlConnection) -> list[Script]:
    """Make one alembic revision of each SQL file: its name is the revision, the file before it the one below."""
    from alembic.script import Script

    def run(path: Path) -> None:
        driver: Any = connection.connection.dbapi_connection
        driver.run_async(lambda conn: conn.execute(path.read_text(encoding="utf-8")))

    scripts: list[Script] = []
    below: str | None = None
    for path in files():
        module = ModuleType(path.stem)
        vars(module).update(down_revision=below, upgrade=lambda path=path, **_: run(path))
        scripts.append(Script(module, path.stem, path))
        below = path.stem
    return scripts
