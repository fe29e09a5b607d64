"""A lock that one process holds on a directory, gone with the process however it ends."""

from __future__ import annotations

import asyncio
import fcntl
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crossdock.kernel.errors import ConflictError

PATIENCE: Final = 3.0
_STEP: Final = 0.05


@dataclass(slots=True)
class DirectoryLock:
    """Holds a lock file; the kernel lets go of it when the process dies, so no stale lock is left."""

    path: Path
    _file: int | None = None

    async def take(self, *, seconds: float = PATIENCE) -> None:
        """Take the lock; raise ConflictError, naming the holder's process, where another one keeps it so long."""
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        for _ in range(int(seconds / _STEP) + 1):
            with suppress(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            # A process that was just killed takes a moment to let go.
            await asyncio.sleep(_STEP)
        else:
            held_by = os.pread(file, 20, 0).decode("ascii", "replace").strip() or "another one"
            os.close(file)
            raise ConflictError(
                f"The data directory {self.path.parent} is in use by process {held_by}.",
                remedy=f"Stop it (kill {held_by}), or name another directory with --data-dir.",
                code="data_dir_in_use",
                detail={"pid": held_by},
            )
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        self._file = file

    def release(self) -> None:
        """Let go of the lock."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def holder(path: Path) -> int | None:
    """Return the process that holds a lock file, or None where nobody does."""
    try:
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        text = os.pread(file, 20, 0).decode("ascii", "replace").strip()
        return int(text) if text.isdigit() else 0
    finally:
        os.close(file)
    return None
