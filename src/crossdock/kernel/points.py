"""Named points at which a crash test ends the process; they cost one comparison when no test asks."""

from __future__ import annotations

import os
import signal

_KILL_AT = os.environ.get("CROSSDOCK_KILL_AT", "")


def reach(point: str) -> None:
    """Pass a named point; end the process at once, as ``kill -9`` would, where ``CROSSDOCK_KILL_AT`` names it."""
    if _KILL_AT and point == _KILL_AT:
        os.kill(os.getpid(), signal.SIGKILL)
