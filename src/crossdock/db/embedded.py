"""PostgreSQL as a child of this process: started, watched, stopped, and found again after any kind of end."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import asyncpg

from crossdock.db import binaries, leftovers
from crossdock.db.binaries import Binaries, RunAs
from crossdock.db.lock import DirectoryLock
from crossdock.db.parent import die_with_parent
from crossdock.kernel.errors import MisconfiguredError, UnavailableError
from crossdock.telemetry import logs

NAME: Final = "crossdock"
_PORT: Final = 5432
_SOCKET_PATH_BYTES: Final = 90
_LOG_BYTES: Final = 5_000_000
_START_SECONDS: Final = 300.0
_STOP_SIGNALS: Final = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
_RESTART_PAUSES: Final = (0.2, 1.0, 3.0, 10.0)
_BUILTIN_LOCALE_SINCE: Final = 17
_SETTINGS: Final = {
    "listen_addresses": "",
    "port": str(_PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "logging_collector": "off",
}

log = logs.get(__name__)


@dataclass(slots=True)
class Embedded:
    """A PostgreSQL server whose data stands in ``data_dir/postgres``; reached only through a socket in ``data_dir``."""

    data_dir: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    on_wait: Callable[[str], None] = lambda _text: None
    _process: subprocess.Popen[bytes] | None = None
    _watcher: asyncio.Task[None] | None = None
    _lock: DirectoryLock | None = None
    _handles: list[int] = field(default_factory=list)

    @property
    def cluster(self) -> Path:
        """Where the database's files are."""
        return self.data_dir / "postgres"

    @property
    def log_file(self) -> Path:
        """Where the server writes what it has to say."""
        return self.data_dir / "postgres.log"

    @property
    def pid(self) -> int | None:
        """The server's process, while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def dsn(self) -> str:
        """The address of the database, for this machine's user who started it."""
        return dsn(self.data_dir)

    async def start(self) -> str:
        """Make the cluster where there is none, start the server and return the address of its database."""
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = DirectoryLock(self.data_dir / "postgres.lock")
        await self._lock.take()
        try:
            user = binaries.run_as(self.cluster)
            programs = binaries.find(user)
            await leftovers.end(self.cluster)
            if not (self.cluster / "PG_VERSION").exists():
                self.on_wait("Making the database")
                await self._make(programs, user)
            self._check_version(programs)
            _socket_dir(self.data_dir, user)
            self._spawn(programs, user)
            await self._ready()
        except BaseException:
            await self.stop()
            raise
        self._watcher = asyncio.create_task(self._watch(programs, user), name="crossdock-postgres")
        return self.dsn

    async def stop(self) -> None:
        """Stop the server in order; more firmly where it does not follow."""
        if self._watcher is not None:
            self._watcher.cancel()
            with suppress(asyncio.CancelledError):
                await self._watcher
            self._watcher = None
        if self._process is not None:
            await _end(self._process)
            self._process = None
        self._close_handles()
        _drop_socket_dir(self.data_dir)
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _check_version(self, programs: Binaries) -> None:
        made_by = (self.cluster / "PG_VERSION").read_text().strip()
        if made_by != str(programs.major):
            raise MisconfiguredError(
                f"The database in {self.cluster} was made by PostgreSQL {made_by}, but the programs here are "
                f"version {programs.major}.",
                remedy=f"Name the programs of version {made_by} in CROSSDOCK_PG_BIN, or move the data with pg_dump.",
            )

    async def _make(self, programs: Binaries, user: RunAs) -> None:
        """Make a cluster beside its place and move it there whole, so that a crash leaves none half-made."""
        fresh = self.cluster.with_name("postgres.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        _give(fresh, user)
        locale = (
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            if programs.major >= _BUILTIN_LOCALE_SINCE
            else ["--locale-provider=libc", "--locale=C"]
        )
        command = [str(programs.directory / "initdb"), "-D", self._path(fresh, user), "-U", NAME, "--encoding=UTF8"]
        command += [*locale, "--auth-local=peer", "--auth-host=reject", "--no-instructions"]
        process = self._popen(command, user)
        ended = await _ended(process, seconds=_START_SECONDS)
        self._close_handles()
        if not ended or process.returncode != 0:
            await _end(process)
            raise MisconfiguredError(
                f"The embedded database could not be made: {self._last_words()}",
                remedy=f"Read {self.log_file}. Or set CROSSDOCK_DATABASE_URL to a PostgreSQL of your own.",
            )
        fresh.rename(self.cluster)

    def _spawn(self, programs: Binaries, user: RunAs) -> None:
        self._write_access(user)
        settings = {**_SETTINGS, "unix_socket_directories": f'"{self._path(socket_dir(self.data_dir), user)}"'}
        command = [str(programs.directory / "postgres"), "-D", self._path(self.cluster, user)]
        for name, value in (settings | dict(self.settings)).items():
            command += ["-c", f"{name}={value}"]
        self._process = self._popen(command, user)
        self._close_handles()

    def _popen(self, command: list[str], user: RunAs) -> subprocess.Popen[bytes]:
        if self.log_file.exists() and self.log_file.stat().st_size > _LOG_BYTES:
            self.log_file.replace(self.log_file.with_suffix(".log.1"))
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "LD_LIBRARY_PATH"}}
        with self.log_file.open("ab") as output:
            self.log_file.chmod(0o600)
            arguments: Any = user.arguments()
            return subprocess.Popen(  # noqa: S603 - the server's own programs
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env={**kept, "LC_ALL": "C", "TZ": "UTC"},
                start_new_session=True,
                pass_fds=tuple(self._handles),
                preexec_fn=die_with_parent(signal.SIGINT),  # noqa: PLW1509 - one prctl call, loaded beforehand
                **arguments,
            )

    def _path(self, path: Path, user: RunAs) -> str:
        """Name a directory so that the dropped user finds it below folders that it may not enter."""
        if user.uid is None or not Path("/proc/self/fd").is_dir():
            return str(path)
        handle = os.open(path, os.O_PATH | os.O_DIRECTORY)
        self._handles.append(handle)
        return f"/proc/self/fd/{handle}"

    def _close_handles(self) -> None:
        while self._handles:
            os.close(self._handles.pop())

    def _write_access(self, user: RunAs) -> None:
        """Let in this user alone, known by the kernel, and nobody over the network."""
        for name, text in (
            ("pg_hba.conf", "local all all peer map=crossdock\n"),
            ("pg_ident.conf", f'crossdock "{user.client}" {NAME}\n'),
        ):
            path = self.cluster / name
            if not path.exists() or path.read_text() != text:
                path.write_text(text)
                path.chmod(0o600)
                _give(path, user)

    async def _ready(self) -> None:
        """Wait until the server answers, as long as its process lives (a recovery takes its time)."""
        deadline = asyncio.get_running_loop().time() + _START_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            if self._process is None or self._process.poll() is not None:
                break
            with suppress(OSError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError, TimeoutError):
                await _ensure_database(self.data_dir)
                return
            await asyncio.sleep(0.02)
        raise UnavailableError(
            f"The embedded database did not start: {self._last_words()}",
            remedy=f"Read {self.log_file}, then run: crossdock doctor",
            retry_after=5.0,
        )

    async def _watch(self, programs: Binaries, user: RunAs) -> None:
        """Start the server again when it ends by itself."""
        attempt = 0
        while True:
            await asyncio.sleep(0.5)
            if self.pid is not None:
                attempt = 0
                continue
            log.error("database.embedded.ended", attempt=attempt)
            await asyncio.sleep(_RESTART_PAUSES[min(attempt, len(_RESTART_PAUSES) - 1)])
            attempt += 1
            await leftovers.end(self.cluster)
            self._spawn(programs, user)
            with suppress(UnavailableError):
                await self._ready()

    def _last_words(self) -> str:
        with suppress(OSError):
            lines = [line for line in self.log_file.read_text(errors="replace").splitlines()[-40:] if line.strip()]
            telling = [line for line in lines if "FATAL" in line or "error" in line.lower()]
            return (telling or lines or ["it said nothing"])[-1]
        return "it said nothing"


def socket_dir(data_dir: Path) -> Path:
    """Return the directory of the server's socket."""
    return (data_dir / "run").resolve()


def dsn(data_dir: Path, *, database: str = NAME) -> str:
    """Return the address of a database of the embedded server in a data directory, running or not."""
    return f"postgresql://{NAME}@/{database}?host={quote(str(socket_dir(data_dir)), safe='')}&port={_PORT}"


def _socket_dir(data_dir: Path, user: RunAs) -> None:
    """Make the socket's directory; a path too long for a socket becomes a link to a short one."""
    _drop_socket_dir(data_dir)
    place = data_dir / "run"
    if len(os.fsencode(place.resolve())) < _SOCKET_PATH_BYTES:
        place.mkdir(mode=0o700, exist_ok=True)
    else:
        place.symlink_to(tempfile.mkdtemp(prefix="crossdock-", dir="/tmp"), target_is_directory=True)
    place.chmod(0o700)
    _give(place, user)


def _drop_socket_dir(data_dir: Path) -> None:
    place = data_dir / "run"
    if place.is_symlink():
        shutil.rmtree(place.resolve(), ignore_errors=True)
        place.unlink()


def _give(path: Path, user: RunAs) -> None:
    if user.uid is not None and user.gid is not None:
        os.chown(path, user.uid, user.gid)


async def _ensure_database(data_dir: Path) -> None:
    conn = await asyncpg.connect(dsn(data_dir, database="postgres"), timeout=5.0)
    try:
        if not await conn.fetchval("select 1 from pg_database where datname = $1", NAME):
            await conn.execute(f"create database {NAME}")
    finally:
        await conn.close()


async def _end(process: subprocess.Popen[bytes]) -> None:
    for number, seconds in _STOP_SIGNALS:
        if process.poll() is not None:
            return
        process.send_signal(number)
        if await _ended(process, seconds=seconds):
            return


async def _ended(process: subprocess.Popen[bytes], *, seconds: float) -> bool:
    """Wait for a process to end; polled, since neither loop watches a child that it has not started itself."""
    for _ in range(int(seconds / 0.02)):
        if process.poll() is not None:
            return True
        await asyncio.sleep(0.02)
    return False
