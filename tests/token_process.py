"""Processes of their own for tests that kill one, freeze one or run several: forked from one that has all imported.

`python tests/token_process.py` reads orders as JSON lines and answers each with a JSON line: `id`, the process's
`code` (negative: the signal that ended it) and its `answer`.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from crossdock.accounts.model import Account
from crossdock.kernel import points
from crossdock.kernel.clock import OffsetClock
from crossdock.telemetry import logs
from token_house import TokenHouse, open_token_house

_SECONDS = 90

CarryOut = Callable[[Mapping[str, Any]], Coroutine[Any, Any, dict[str, Any]]]


@dataclass(slots=True)
class Processes:
    """The parent of the processes, as the tests see it."""

    parent: asyncio.subprocess.Process
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    waiting: dict[int, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)
    reader: asyncio.Task[None] | None = None

    @classmethod
    async def start(cls, script: str = __file__, *, env: Mapping[str, str] | None = None) -> Processes:
        """Start the parent: this module, or another that runs `main` with what its processes are to do."""
        parent = await asyncio.create_subprocess_exec(
            sys.executable,
            script,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, **(env or {})},
        )
        processes = cls(parent)
        processes.reader = asyncio.create_task(processes._read())
        return processes

    async def stop(self) -> None:
        """End the parent."""
        if self.parent.stdin is not None:
            self.parent.stdin.close()
        await asyncio.wait_for(self.parent.wait(), timeout=60)
        if self.reader is not None:
            await self.reader

    async def run(self, order: Mapping[str, Any], *, kill_at: str = "") -> dict[str, Any] | None:
        """Carry an order out in a process of its own; None where it was killed at the named point."""
        number = next(self.numbers)
        answered = self.waiting[number] = asyncio.get_running_loop().create_future()
        line = json.dumps({**order, "id": number, "kill_at": kill_at}) + "\n"
        assert self.parent.stdin is not None
        self.parent.stdin.write(line.encode())
        told = await asyncio.wait_for(answered, timeout=_SECONDS)
        if kill_at and told["code"] == -signal.SIGKILL:
            return None
        assert told["code"] == 0, f"the process ended with {told['code']}"
        answer: dict[str, Any] = told["answer"]
        return answer

    async def _read(self) -> None:
        assert self.parent.stdout is not None
        async for line in self.parent.stdout:
            told = json.loads(line)
            self.waiting.pop(told["id"]).set_result(told)


def order_for(
    house: TokenHouse, linked: Account, *, key_file: Path, twins: Mapping[str, str], **members: Any
) -> dict[str, Any]:
    """Return an order on this account, at the house's time."""
    return {
        "dsn": house.db.dsn,
        "key_file": str(key_file),
        "twins": dict(twins),
        "offset": house.clock.offset.total_seconds(),
        "project_id": linked.project_id,
        "account_id": linked.id,
        **members,
    }


async def _carry_out(order: Mapping[str, Any]) -> dict[str, Any]:
    clock = OffsetClock(timedelta(seconds=order["offset"]))
    key_file = Path(order["key_file"])
    async with open_token_house(dsn=order["dsn"], key_file=key_file, twins=order["twins"], clock=clock) as house:
        where = {"project_id": order["project_id"], "account_id": order["account_id"]}
        if order["do"] == "refresh":
            outcome = await house.refresher.refresh(**where, reason=order["reason"])
            return {"kind": outcome.kind, "generation": outcome.generation, "cause": outcome.cause}
        wanted = [*order.get("more", []), order["account_id"]] * order["callers"]
        leases = await asyncio.gather(
            *(house.leases.lease(project_id=order["project_id"], account_id=account_id) for account_id in wanted)
        )
        tokens = {lease.credential["access_token"].reveal() for lease in leases}
        generations = sorted({lease.generation for lease in leases})
        return {"answers": len(leases), "different": len(tokens), "generations": generations}


@contextmanager
def _forked() -> Iterator[bool]:
    """Tell whether this is the new process; it ends where the block does, and never runs what stands after it."""
    if os.fork():
        yield False
        return
    code = 1
    try:
        yield True
        code = 0
    finally:
        os._exit(code)


def _supervise(order: Mapping[str, Any], carry_out: CarryOut) -> None:
    """Run one order in a process, and tell on standard output how it ended."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        _work(order, writing, carry_out)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        answer = pipe.read()
    _, status = os.waitpid(pid, 0)
    told = {
        "id": order["id"],
        "code": os.waitstatus_to_exitcode(status),
        "answer": json.loads(answer) if answer else None,
    }
    os.write(1, (json.dumps(told) + "\n").encode())


def _work(order: Mapping[str, Any], writing: int, carry_out: CarryOut) -> None:
    """Carry the order out and end this process."""
    code = 1
    try:
        points._KILL_AT = order["kill_at"]
        os.write(writing, json.dumps(asyncio.run(carry_out(order))).encode())
        code = 0
    finally:
        os._exit(code)


def main(carry_out: CarryOut) -> None:
    """Fork a process for each order."""
    logs.configure(style="json", level="error")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while line := sys.stdin.readline():
        with _forked() as here:
            if here:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _supervise(json.loads(line), carry_out)


if __name__ == "__main__":
    main(_carry_out)
