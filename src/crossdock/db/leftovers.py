"""Server processes that an earlier Crossdock left behind on a cluster, because it was killed."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Final

from crossdock.kernel.errors import ConflictError

_STEPS: Final = ((None, 0.5), (signal.SIGINT, 15.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))


async def end(cluster: Path) -> None:
    """End every server process on a cluster that the caller has locked, and take away a stale pid file."""
    for number, seconds in _STEPS:
        if number is not None:
            _signal(cluster, number)
        for _ in range(int(seconds / 0.05)):
            if not pids(cluster):
                (cluster / "postmaster.pid").unlink(missing_ok=True)
                return
            await asyncio.sleep(0.05)
    raise ConflictError(
        f"A database server still runs on {cluster} and does not stop.",
        remedy=f"End it by hand: kill {' '.join(map(str, pids(cluster)))}",
    )


def pids(cluster: Path) -> list[int]:
    """Return the processes that work inside a cluster; without /proc, the one that its pid file names, if it lives."""
    if not Path("/proc/self/cwd").exists():
        named = _named(cluster)
        return [named] if named is not None and _alive(named) else []
    place = os.path.realpath(cluster)
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                if (entry / "cwd").readlink() == Path(place):
                    found.append(int(entry.name))
    return sorted(found)


def _signal(cluster: Path, number: signal.Signals) -> None:
    """Signal the postmaster, or every process where it is gone or must be killed."""
    running = pids(cluster)
    named = _named(cluster)
    chosen = [named] if named in running and number is not signal.SIGKILL else running
    for pid in chosen:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _named(cluster: Path) -> int | None:
    try:
        first = (cluster / "postmaster.pid").read_text().splitlines()[0]
    except (OSError, IndexError):
        return None
    return int(first) if first.strip().isdigit() else None


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
