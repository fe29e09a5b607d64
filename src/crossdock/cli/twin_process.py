"""The twins as a child of `crossdock up`."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from crossdock.cli import place
from crossdock.db.parent import die_with_parent
from crossdock.kernel.errors import UnavailableError
from crossdock.telemetry import logs

_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 10.0
_PORT_TRIES: Final = 20
_PORT_PAUSE: Final = 0.25
_RESTART_SECONDS: Final = 1.0
# Which address of a twin stands in for which origin of its provider; a test holds this against the definitions.
STAND_INS: Final[Mapping[str, tuple[str, str]]] = {
    "https://public-api.easyship.com": ("easyship", "production"),
    "https://public-api-sandbox.easyship.com": ("easyship", "sandbox"),
    "https://api.easyship.com": ("easyship", "production"),
    "https://api-sandbox.easyship.com": ("easyship", "sandbox"),
    "https://auth.easyship.com": ("easyship", "production"),
    "https://app.easyship.com": ("easyship", "dashboard"),
    "https://public-api.shiphero.com": ("shiphero", "api"),
    "https://app.shiphero.com": ("shiphero", "dashboard"),
}

Facts = dict[str, dict[str, str]]
log = logs.get(__name__)


def rewrites(facts: Facts) -> dict[str, str]:
    """Return, for each origin of a provider, the twin's that stands in for it."""
    return {origin: facts[name][role] for origin, (name, role) in STAND_INS.items() if name in facts}


def addresses(facts: Facts) -> list[str]:
    """Return every address of the twins once."""
    return sorted({value for twin in facts.values() for value in twin.values() if value.startswith("http")})


@dataclass(slots=True)
class Twins:
    """The twins in a process of their own, which ends with this one however this one ends.

    Where they are ``followed``, their clocks cannot be stopped: no hub could follow.
    """

    folder: Path
    host: str
    port: int
    followed: bool
    facts: Facts = field(default_factory=dict)
    _process: asyncio.subprocess.Process | None = None
    _watcher: asyncio.Task[None] | None = None

    async def start(self) -> Facts:
        """Start the twins and return the addresses that they tell; raise UnavailableError where they do not come up."""
        place.private_dir(self.folder)
        for _ in range(_PORT_TRIES):
            self.facts = await self._launch()
            if self.facts:
                break
            # After a kill -9 the twins before may hold the ports for a moment.
            await asyncio.sleep(_PORT_PAUSE)
        else:
            raise UnavailableError(
                f"The twins did not start: {self._last_words()}",
                remedy=f"Free ports {self.port} to {self.port + 2}, use others with --port, or go without: --no-twins",
                retry_after=1.0,
            )
        if not self.port:
            self.port = int(self.facts["easyship"]["production"].rpartition(":")[2])
        self._watcher = asyncio.create_task(self._watch(), name="crossdock-twins")
        return self.facts

    async def stop(self) -> None:
        """End the twins."""
        if self._watcher is not None:
            self._watcher.cancel()
            with suppress(asyncio.CancelledError):
                await self._watcher
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), timeout=_STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _launch(self) -> Facts:
        """Start the process once; empty where it ended before it was ready."""
        arguments = ["--json", "--host", self.host, "--port", str(self.port), "--data-dir", str(self.folder)]
        arguments += ["--followed"] if self.followed else []
        with self._log_file.open("wb") as errors:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "crossdock_twins",
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
        output = self._process.stdout
        if output is None:
            return {}
        try:
            line = await asyncio.wait_for(output.readline(), timeout=_START_SECONDS)
        except TimeoutError:
            line = b""
        if not line:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
            return {}
        facts: Facts = json.loads(line)
        return facts

    async def _watch(self) -> None:
        """Start the twins again, on the same ports, when they end by themselves."""
        while self._process is not None:
            await self._process.wait()
            log.error("twins.ended", returncode=self._process.returncode)
            await asyncio.sleep(_RESTART_SECONDS)
            await self._launch()

    @property
    def _log_file(self) -> Path:
        return self.folder / "twins.log"

    def _last_words(self) -> str:
        lines: list[Any] = []
        with suppress(OSError):
            lines = self._log_file.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "they said nothing"
