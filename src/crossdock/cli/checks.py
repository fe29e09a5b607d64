"""What `crossdock doctor` looks at; every finding ends in a command to run."""

from __future__ import annotations

import os
import shutil
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final, Literal

import asyncpg

from crossdock.cli import place
from crossdock.connectors.catalogue import Catalogue
from crossdock.db import heartbeats, lock, migrate, pool
from crossdock.egress.client import Egress, TransportError
from crossdock.egress.exchange import Request
from crossdock.kernel.clock import SystemClock
from crossdock.kernel.errors import CrossdockError
from crossdock.settings import Settings
from crossdock.vault import rotation
from crossdock.vault.keys import KeyRing, VaultKeyError

Level = Literal["ok", "attention", "wrong"]

_LITTLE_BYTES: Final = 1_000_000_000
_TOO_LITTLE_BYTES: Final = 200_000_000
_OLDEST_MAJOR: Final = 14
_MOST_DRIFT_SECONDS: Final = 60.0
_WORKER_SECONDS: Final = 60.0
_TIMEOUT: Final = 10.0
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: how it is, and the command that mends it."""

    check: str
    level: Level
    text: str
    command: str | None = None


@dataclass(slots=True)
class Findings:
    """What was found, in the order of looking."""

    all: list[Finding] = field(default_factory=list)

    def ok(self, check: str, text: str) -> None:
        """Note that something is as it should be."""
        self.all.append(Finding(check, "ok", text))

    def wrong(self, check: str, text: str, *, command: str) -> None:
        """Note that something is wrong, and what mends it."""
        self.all.append(Finding(check, "wrong", text, command))

    def attention(self, check: str, text: str, *, command: str) -> None:
        """Note that somebody should look at something that still works."""
        self.all.append(Finding(check, "attention", text, command))

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return all(finding.level != "wrong" for finding in self.all)


def data_dir(found: Findings, settings: Settings) -> None:
    """Look at the data directory: there, ours, closed to others, with room."""
    path = settings.data_dir
    if not path.is_dir():
        if settings.database_url is None:
            found.wrong("data directory", f"{path} is not there.", command="crossdock up")
        return
    about = path.stat()
    if about.st_uid != os.geteuid():
        owner = f"$(id -un) {path}"
        found.wrong("data directory", f"{path} belongs to user {about.st_uid}.", command=f"sudo chown -R {owner}")
    elif about.st_mode & _OTHERS:
        found.wrong("data directory", f"{path} is open to other users.", command=f"chmod 700 {path}")
    else:
        found.ok("data directory", str(path))
    free = shutil.disk_usage(path).free
    text = f"{free / 1e9:.1f} GB free at {path}"
    if free < _TOO_LITTLE_BYTES:
        found.wrong("disk space", f"Only {text}.", command=f"df -h {path}")
    elif free < _LITTLE_BYTES:
        found.attention("disk space", f"Only {text}.", command=f"df -h {path}")
    else:
        found.ok("disk space", text)


def port(found: Findings, settings: Settings, *, up: bool) -> None:
    """Look whether the port is free, where nothing of ours should be on it."""
    if up:
        return
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.host, settings.port))
    except OSError as error:
        text = f"{settings.host}:{settings.port} cannot be listened on: {error.strerror}."
        found.wrong("port", text, command="crossdock up --port 8300")
    else:
        found.ok("port", f"{settings.host}:{settings.port} is free")


@asynccontextmanager
async def database(found: Findings, settings: Settings) -> AsyncIterator[tuple[Settings, Any] | None]:
    """Connect, starting the embedded server where nothing runs it; gives None where that does not work."""
    try:
        async with place.database(settings) as located:
            conn = await pool.connect(located.dsn(), name="crossdock-doctor")
            try:
                await _version(found, conn)
                yield located, conn
            finally:
                await conn.close()
    except CrossdockError as error:
        found.wrong("database", error.message, command=_command(error))
        yield None
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        command = "crossdock up" if settings.database_url is None else 'psql "$CROSSDOCK_DATABASE_URL" -c "select 1"'
        found.wrong("database", f"It cannot be reached ({type(error).__name__}).", command=command)
        yield None


async def _version(found: Findings, conn: Any) -> None:
    number = int(await conn.fetchval("show server_version_num"))
    if number // 10_000 < _OLDEST_MAJOR:
        text = f"PostgreSQL {number // 10_000} is too old; {_OLDEST_MAJOR} or newer is needed."
        found.wrong("database", text, command="unset CROSSDOCK_DATABASE_URL && crossdock up")
    else:
        found.ok("database", f"PostgreSQL {number // 10_000} answers")


async def migrations(found: Findings, settings: Settings) -> bool:
    """Look whether the schema is this release's."""
    steps = await migrate.pending(settings.dsn())
    if steps:
        found.wrong("migrations", f"The database lacks {', '.join(steps)}.", command="crossdock migrate")
    else:
        found.ok("migrations", "the schema is up to date")
    return not steps


async def vault_key(found: Findings, settings: Settings, conn: Any) -> bool:
    """Look at the key ring: there, closed to others, and the one that sealed this database."""
    path = settings.key_file
    known = await conn.fetchval("select count(*) from vault_keys")
    if not path.exists():
        if not known:
            found.attention("vault key", "None was made yet.", command="crossdock up")
            return False
        text = f"{path} is not there, and {known} key(s) of it seal this database. Restore it from your backup."
        found.wrong("vault key", text, command=f"cp /your/backup/{path.name} {path} && chmod 600 {path}")
        return False
    if path.stat().st_mode & _OTHERS:
        found.wrong("vault key", f"{path} is open to other users.", command=f"chmod 600 {path}")
        return False
    try:
        ring = KeyRing.load(path)
        if known:
            await rotation.admit(conn, ring=ring, clock=SystemClock())
    except VaultKeyError as error:
        found.wrong("vault key", error.message, command=f"cp /your/backup/{path.name} {path} && chmod 600 {path}")
        return False
    left = sum(key.sealed for key in await rotation.status(conn, ring=ring) if key.state == "retired")
    if left:
        found.attention("vault key", f"{left} values wait to be sealed anew.", command="crossdock keys rotate")
    else:
        found.ok("vault key", f"{path} opens this database")
    return True


async def database_clock(found: Findings, conn: Any) -> None:
    """Look whether this machine and the database agree on the time."""
    drift = ((await conn.fetchval("select clock_timestamp()")) - SystemClock().now()).total_seconds()
    _drift(found, drift, of="the database")


async def worker(found: Findings, conn: Any) -> None:
    """Look for a worker's sign of life."""
    seen = await heartbeats.seen(conn)
    if seen and seen[0]["age"] < _WORKER_SECONDS:
        found.ok("worker", f"{seen[0]['name']} was heard of {seen[0]['age']:.0f} s ago")
        return
    text = f"The last one was heard of {seen[0]['age']:.0f} s ago." if seen else "None was ever heard of."
    found.wrong("worker", f"{text} Nothing is refreshed or delivered.", command="crossdock up  (or: crossdock work)")


async def providers(found: Findings, settings: Settings) -> None:
    """Ask every provider's API for any answer at all, and hold its clock against ours."""
    last = None if in_use(settings.data_dir) else place.last_run(settings.data_dir)
    twins = set(last.origin_rewrites.values()) if last else set()
    origins = [
        (environment.origins["api"], f"{connector.name} {environment.name.lower()}")
        for connector in Catalogue.load(origin_rewrites=settings.origin_rewrites).connectors()
        for environment in connector.environments
    ]
    egress = await Egress.open(private_origins={*settings.allow_private_origins, *settings.origin_rewrites.values()})
    try:
        for origin, name in origins:
            command = "crossdock up" if origin in twins else f"curl -sSI {origin}/"
            await _provider(found, egress, origin, name, command=command)
    finally:
        await egress.close()


async def _provider(found: Findings, egress: Egress, origin: str, name: str, *, command: str) -> None:
    try:
        # Asked without GET, no redirect is followed: any answer of this origin will do.
        reply = await egress.send(Request("HEAD", f"{origin}/", timeout=_TIMEOUT), origins=frozenset({origin}))
    except TransportError as error:
        found.wrong(name, f"{origin} cannot be reached ({error.kind}).", command=command)
        return
    found.ok(name, f"{origin} answers")
    if (told := _date(reply.headers.get("date"))) is not None:
        _drift(found, (told - SystemClock().now()).total_seconds(), of=name)


def _date(text: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC) if text else None
    except ValueError:
        return None


def _drift(found: Findings, seconds: float, *, of: str) -> None:
    if abs(seconds) > _MOST_DRIFT_SECONDS:
        text = f"This machine and {of} differ by {abs(seconds):.0f} s: tokens end earlier or later than they should."
        found.wrong("clock", text, command="sudo timedatectl set-ntp true")
    else:
        found.ok("clock", f"agrees with {of}")


async def people(found: Findings, conn: Any) -> None:
    """Look whether anybody can sign in as an administrator."""
    count = await conn.fetchval("select count(*) from memberships where role in ('owner', 'admin')")
    projects = await conn.fetchval("select count(*) from projects")
    if count:
        found.ok("people", f"{count} can administer")
    else:
        text = "Nobody can sign in as an administrator."
        mend = (
            "crossdock people add you@example.com --role owner"
            if projects
            else "crossdock init --email you@example.com"
        )
        found.wrong("people", text, command=mend)


async def accounts(found: Findings, conn: Any) -> None:
    """Look for accounts that only a person can bring back."""
    rows = await conn.fetch(
        """
        select id, status from accounts
        where deleted_at is null and paused_at is null and status in ('error', 'expired', 'suspended')
        order by updated_at
        """
    )
    if rows:
        text = f"{len(rows)} account(s) wait for a person, the longest {rows[0]['id']} ({rows[0]['status']})."
        found.attention("accounts", text, command=f"crossdock accounts relink {rows[0]['id']}")
    else:
        total = await conn.fetchval("select count(*) from accounts where deleted_at is null")
        found.ok("accounts", f"{total} linked, none waits for a person")


def in_use(path: Path) -> bool:
    """Return whether a `crossdock up` holds this data directory."""
    return lock.holder(path / place.LOCK) is not None


def _command(error: CrossdockError) -> str:
    """Return the command in a remedy, which stands after its last colon."""
    told = error.remedy.rpartition(": ")[2]
    return told.partition(",")[0].rstrip(".") if "crossdock" in told else "crossdock up"
