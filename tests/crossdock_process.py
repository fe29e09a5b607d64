"""Runs the real `crossdock` command for tests, and knows every process that it started."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import psutil

_START_SECONDS = 90
_STOP_SECONDS = 30
COMMAND = (sys.executable, "-c", "from crossdock.cli import main; main()")


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has ended: its exit code and what it printed."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


def environment(**more: str) -> dict[str, str]:
    """Return this process's environment without any setting of Crossdock, and with the given ones."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CROSSDOCK_")}
    kept.pop("COV_CORE_SOURCE", None)
    return kept | more


def crossdock(*arguments: str, env: Mapping[str, str] | None = None) -> Ended:
    """Run a command to its end."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        timeout=_START_SECONDS,
        env=environment(**(env or {})),
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


class Up:
    """A running `crossdock up --json`."""

    def __init__(self, data_dir: Path, *arguments: str, env: Mapping[str, str] | None = None) -> None:
        self.data_dir = data_dir
        command = [*COMMAND, "up", "--json", "--port", "0", "--data-dir", str(data_dir), *arguments]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(**(env or {}))
        )
        self.facts: dict[str, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.stop(signal.SIGTERM)

    def ready(self) -> dict[str, Any]:
        """Wait for the line that says that everything answers."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            assert self.process.stderr is not None
            raise AssertionError(f"`crossdock up` ended with {self.process.wait()}: {self.process.stderr.read()}")
        self.facts = json.loads(line)
        return self.facts

    def family(self) -> list[psutil.Process]:
        """Return every process that it has started, and itself."""
        own = psutil.Process(self.process.pid)
        return [own, *own.children(recursive=True)]

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send a signal and return the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.communicate(timeout=_STOP_SECONDS)
        return self.process.returncode


def left_over(family: list[psutil.Process], *, seconds: float) -> list[psutil.Process]:
    """Return which processes still live after so many seconds at most."""
    _, alive = psutil.wait_procs(family, timeout=seconds)
    return [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]
