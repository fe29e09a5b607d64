"""A lock that one process holds on a directory, gone with the process however it ends."""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

from crossdock.kernel.errors import ConflictError


@dataclass(slots=True)
class DirectoryLock:
    """Holds a lock file; the kernel lets go of it when the process dies, so no stale lock is left."""

    path: Path
    _file: int | None = None

    def take(self) -> None:
        """Take the lock at once; raise ConflictError, naming the holder's process, where another one has it."""
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(file, 20, 0).decode("ascii", "replace").strip() or "another one"
            os.close(file)
            raise ConflictError(
                f"The data directory {self.path.parent} is in use by process {holder}.",
                remedy=f"Stop it (kill {holder}), or name another directory with --data-dir.",
                code="data_dir_in_use",
                detail={"pid": holder},
            ) from error
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
