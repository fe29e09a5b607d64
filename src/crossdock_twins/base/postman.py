"""Sends a twin's messages in the background: at once when one is new or the clock was turned, else once a second."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator
from functools import partial

import aiohttp

from crossdock_twins.base.agenda import Agenda
from crossdock_twins.base.clock import TwinClock
from crossdock_twins.base.deliveries import Addresses, Deliveries, Delivery, Letter, Outcome
from crossdock_twins.base.store import Store

_log = logging.getLogger(__name__)

_LOOK_EVERY = 1.0
_LANES_AT_ONCE = 32
_CHUNK = 64 * 1024


async def send(session: aiohttp.ClientSession, letter: Letter, body: str) -> Outcome:
    """Make one request, without following redirects; whatever goes wrong is part of the outcome."""
    started = time.perf_counter()
    status, answer, error, is_late = None, "", "", False
    try:
        async with session.request(
            letter.method,
            letter.url,
            data=body.encode() if letter.method == "POST" else None,
            headers=letter.headers,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=letter.seconds),
        ) as response:
            answer = (await _start_of(response, letter.most)).decode(errors="replace")
            status = response.status
    except TimeoutError:
        error, is_late = f"No answer within {letter.seconds:g} seconds.", True
    except (aiohttp.ClientError, OSError, ValueError) as problem:
        error = f"{type(problem).__name__}: the address could not be reached or did not answer in HTTP."
    took = (time.perf_counter() - started) * 1000
    return Outcome(status=status, body=answer, error=error, duration_ms=took, is_late=is_late)


def session() -> aiohttp.ClientSession:
    """Open a session for messages: it keeps no cookies and trusts no proxy of the environment."""
    return aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=True)


class Postman:
    """Carries the messages of one store; one message at a time per subscriber, in the order they are due."""

    def __init__(
        self, *, store: Store, clock: TwinClock, agenda: Agenda, deliveries: Deliveries, addresses: Addresses
    ) -> None:
        self._store = store
        self._clock = clock
        self._agenda = agenda
        self._deliveries = deliveries
        self._addresses = addresses
        self._lanes: dict[str, asyncio.Task[None]] = {}

    @contextlib.asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Work in the background for as long as the block runs."""
        task = asyncio.create_task(self._work())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _work(self) -> None:
        loop, rung = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            loop.call_soon_threadsafe(rung.set)

        self._store.bell.listen(wake)
        try:
            async with session() as open_session:
                while True:
                    rung.clear()
                    self._look(open_session)
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(rung.wait(), _LOOK_EVERY)
        finally:
            self._store.bell.forget(wake)
            for lane in self._lanes.values():
                lane.cancel()
            await asyncio.gather(*self._lanes.values(), return_exceptions=True)

    def _look(self, open_session: aiohttp.ClientSession) -> None:
        """Run the agenda and start a carrier for each subscriber that has none and waits for something."""
        try:
            self._agenda.settle()
            waiting = self._deliveries.lanes(self._clock.now())
        except Exception:  # noqa: BLE001 - the outermost guard: the next look must come
            _log.exception("twin.look.failed")
            return
        for lane in waiting:
            if lane not in self._lanes and len(self._lanes) < _LANES_AT_ONCE:
                self._lanes[lane] = asyncio.create_task(self._carry(lane, open_session))
                self._lanes[lane].add_done_callback(partial(self._done, lane))

    def _done(self, lane: str, task: asyncio.Task[None]) -> None:
        del self._lanes[lane]
        if not task.cancelled() and task.exception() is not None:
            _log.error("twin.delivery.failed", exc_info=task.exception())
            return
        self._store.bell.ring()

    async def _carry(self, lane: str, open_session: aiohttp.ClientSession) -> None:
        """Send what is due for one subscriber until nothing is."""
        while True:
            with self._store.transaction():
                delivery = self._deliveries.next_of(lane, self._clock.now())
                letter = None if delivery is None else self._addresses.letter(delivery)
                if delivery is not None and letter is None:
                    self._deliveries.end(delivery.id, "dropped")
            if delivery is None:
                return
            if letter is not None:
                await self._deliver(delivery, letter, open_session)

    async def _deliver(self, delivery: Delivery, letter: Letter, open_session: aiohttp.ClientSession) -> None:
        for copy in range(delivery.copies):
            outcome = await send(open_session, letter, delivery.body)
            with self._store.transaction():
                self._deliveries.note(delivery, url=letter.url, outcome=outcome)
                if copy == 0 and self._deliveries.waits(delivery.id):
                    self._deliveries.settle(delivery, self._addresses.judge(delivery, outcome))


async def _start_of(response: aiohttp.ClientResponse, most: int) -> bytes:
    """Read the start of an answer; the rest is not waited for."""
    start = bytearray()
    async for chunk in response.content.iter_chunked(min(most, _CHUNK)):
        start += chunk
        if len(start) >= most:
            break
    return bytes(start[:most])
