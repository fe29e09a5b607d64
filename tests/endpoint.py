"""A webhook endpoint in a thread of its own, for tests that wait for a twin: a receiver that answers at once."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from receiver import Heard, Receiver, Script, answer, receiving

_START_SECONDS = 60


@contextmanager
def listening(script: Script | None = None) -> Iterator[Receiver]:
    """Run a receiver beside the test; without a script it takes everything."""
    ready, loop, stop = threading.Event(), asyncio.new_event_loop(), asyncio.Event()
    opened: list[Receiver] = []

    async def run() -> None:
        async with receiving(script) as receiver:
            opened.append(receiver)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),))
    thread.start()
    try:
        assert ready.wait(_START_SECONDS), "The receiver did not start."
        yield opened[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


def posts(receiver: Receiver) -> list[Heard]:
    """Give the messages that came, without the probes of the address."""
    return [heard for heard in receiver.heard if heard.method == "POST"]


def failing(status: int = 500) -> Script:
    """Answer everything with one status."""
    return lambda _: answer(status, b"no")


def recovering(*, failures: int, status: int = 500, then: bytes | None = None) -> Script:
    """Answer the first messages with a failure, everything after them, and every probe, with `then` or an empty 200."""
    seen: list[Heard] = []

    def script(heard: Heard) -> bytes:
        seen.extend([heard] if heard.method == "POST" else [])
        is_failure = heard.method == "POST" and len(seen) <= failures
        return answer(status, b"no") if is_failure else then or answer()

    return script
